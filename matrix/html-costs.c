/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html-costs: what profiles and layers cost, as a chart drawn by hand: a bar for the median, a line
 * for what it lies between. The figures stand beside the bars, for whoever cannot see them.
 */
#include "html.h"

#include "pool.h"

enum { ROW = 24, LEFT = 110, WIDTH = 400, RIGHT = 250, TOP = 10 };

static double find_most(const struct costs *costs, bool layer)
{
	double most = 0.001;

	for (size_t i = 0; i < costs->n; i++) {
		const struct cost *c = &costs->v[i];

		if (c->layer != layer)
			continue;
		if (c->median > most)
			most = c->median;
		if (c->bounded && c->high > most)
			most = c->high;
	}
	return most;
}

/* A layer may seem to cost less than nothing: the chart begins at zero, and the figure tells. */
static double place(double value, double most)
{
	return value <= 0 ? 0 : value >= most ? WIDTH : WIDTH * value / most;
}

static const char *figure(const struct cost *c)
{
	const char *words = pool_printf(c->layer ? "%+.3f" : "%.3f", c->median);

	if (c->bounded)
		words = pool_printf("%s (%.3f to %.3f)", words, c->low, c->high);
	return c->noise ? pool_printf("%s, noise", words) : words;
}

static void print_bar(const struct cost *c, double most, int y, FILE *file)
{
	fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LEFT - 8, y + 16);
	escape_print(file, c->name);
	fprintf(file,
		"</text>\n<rect class=\"bar%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
		c->noise ? " noise" : "", LEFT, y + 4, place(c->median, most), ROW - 8);
	if (c->bounded)
		fprintf(file,
			"<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
			LEFT + place(c->low, most), LEFT + place(c->high, most), y + ROW / 2,
			y + ROW / 2);
	fprintf(file, "<text x=\"%d\" y=\"%d\">", LEFT + WIDTH + 10, y + 16);
	escape_print(file, figure(c));
	fputs("</text>\n", file);
}

static void print_chart(const struct costs *costs, bool layer, const char *caption, FILE *file)
{
	double most = find_most(costs, layer);
	int rows = 0, y = TOP;

	for (size_t i = 0; i < costs->n; i++)
		rows += costs->v[i].layer == layer;
	if (rows == 0)
		return;
	fputs("<figure>\n", file);
	html_element(file, "figcaption", NULL, caption);
	fputs("\n<div class=\"scroll free\" role=\"region\" tabindex=\"0\"", file);
	escape_attribute(file, "aria-label", caption);
	fprintf(file, ">\n<svg viewBox=\"0 0 %d %d\" role=\"img\"", LEFT + WIDTH + RIGHT,
		2 * TOP + rows * ROW);
	escape_attribute(file, "aria-label", caption);
	fprintf(file, ">\n<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", LEFT,
		LEFT, TOP, TOP + rows * ROW);
	for (size_t i = 0; i < costs->n; i++) {
		if (costs->v[i].layer != layer)
			continue;
		print_bar(&costs->v[i], most, y, file);
		y += ROW;
	}
	fputs("</svg>\n</div>\n</figure>\n", file);
}

void html_costs(const struct page *p)
{
	if (p->report->costs.n == 0)
		return;
	fputs("<section aria-labelledby=\"costs\">\n<h2 id=\"costs\">What it costs</h2>\n"
	      "<p>Milliseconds at start-up, medians of interleaved rounds. In brackets, and as a "
	      "line: the true median lies between these, by 99 in 100. Noise is what cannot be "
	      "told from nothing.</p>\n",
	      p->file);
	print_chart(&p->report->costs, false, "The start of a command, by profile", p->file);
	print_chart(&p->report->costs, true, "What a start of full takes less without a layer",
		    p->file);
	fputs("</section>\n", p->file);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html-map: operations against layers, as a table that is coloured.
 *
 * Should say in a letter and in words whatever it says in a colour.
 */
#include "html.h"

#include <string.h>

#include "pool.h"

struct part {
	const char *class, *letter, *words;
};

static const struct part parts[] = {
	{"only", "1", "the only one that keeps it closed"},
	{"enough", "E", "enough alone"},
	{"part", "p", "takes part"},
	{"opens", "o", "opens it"},
};

/* What one layer has to do with an operation; NULL: nothing. */
static const struct part *find_part(const struct column *c, const struct blame *b, size_t layer)
{
	uint32_t bit = SET_BIT(layer), all = 0;

	if (b->broken || b->skipped)
		return NULL;
	if (b->single & bit)
		return &parts[0];
	for (size_t i = 0; i < b->blocker.n; i++) {
		all |= b->blocker.v[i];
		if (b->blocker.v[i] == bit)
			return &parts[1];
	}
	if (all & bit)
		return &parts[2];
	return b->opened_by & bit & c->profile.set ? &parts[3] : NULL;
}

/* The profiles and policies; other sandboxes have a table of their own. */
static bool is_shown(const struct column *c)
{
	return c->subject->kind != SUBJECT_OTHER;
}

static void print_outcome(const struct blame *b, FILE *file)
{
	const char *word = render_result(b->outcome.result);

	fprintf(file, "<td class=\"%s\">", html_depth_class(b));
	if (b->broken)
		word = "not measured";
	else if (b->outcome.result == RESULT_BLOCKED && b->depth > 0)
		word = pool_printf("%d", b->depth);
	else if (b->outcome.result == RESULT_BLOCKED)
		word = "host";
	escape_print(file, word);
	if (!b->broken && b->outcome.result == RESULT_BLOCKED)
		fputs(b->depth > 0 ? "<span class=\"vh\"> must fail</span>"
				   : "<span class=\"vh\"> refuses it</span>",
		      file);
	fputs("</td>", file);
}

static void print_row(const struct page *p, size_t i)
{
	const struct report *r = p->report;
	const struct op *op = &r->ops->v[i];
	const struct blame *b = &p->main->blames[i];

	fputs("<tr", p->file);
	html_filter_words(p, i);
	fputs("><th scope=\"row\"><a", p->file);
	escape_attribute(p->file, "href", pool_printf("#op-%s", op->id));
	fputc('>', p->file);
	escape_print(p->file, op->title);
	fputs("</a> ", p->file);
	html_element(p->file, "span", "id", op->id);
	fputs("</th>", p->file);
	for (size_t k = 0; k < r->columns_n; k++)
		if (is_shown(&r->columns[k]))
			print_outcome(&r->columns[k].blames[i], p->file);
	for (size_t k = 0; k < p->main->subject->layers->lattice.n; k++) {
		const struct part *part = find_part(p->main, b, k);

		if (!(p->main->profile.set & SET_BIT(k)))
			continue;
		if (part)
			fprintf(p->file,
				"<td class=\"%s\"><span aria-hidden=\"true\">%s</span>"
				"<span class=\"vh\">%s</span></td>",
				part->class, part->letter, part->words);
		else
			fputs("<td></td>", p->file);
	}
	fputs("</tr>\n", p->file);
}

static size_t print_map_head(const struct page *p)
{
	const struct layers *layers = p->main->subject->layers;
	size_t n = 1;

	fputs("<thead><tr><th scope=\"col\">operation</th>", p->file);
	for (size_t i = 0; i < p->report->columns_n; i++) {
		if (!is_shown(&p->report->columns[i]))
			continue;
		html_element(p->file, "th scope=\"col\"", "profile",
			     p->report->columns[i].profile.name);
		n++;
	}
	for (size_t i = 0; i < layers->lattice.n; i++) {
		if (!(p->main->profile.set & SET_BIT(i)))
			continue;
		html_element(p->file, "th scope=\"col\"", "layer", layers->v[i].name);
		n++;
	}
	fputs("</tr></thead>\n", p->file);
	return n;
}

static void print_option(FILE *file, const char *value)
{
	fputs("<option>", file);
	escape_print(file, value);
	fputs("</option>", file);
}

/* Hidden until the script shows it: without one it would do nothing. */
static void print_filters(const struct page *p, const struct str_list *families)
{
	static const enum result results[] = {RESULT_REACHED, RESULT_BLOCKED, RESULT_ABSENT,
					      RESULT_SKIPPED, RESULT_BROKEN};

	fputs("<form class=\"filters\" hidden aria-label=\"Filter the operations\">\n"
	      "<label>family <select name=\"family\"><option value=\"\">all</option>",
	      p->file);
	for (size_t i = 0; i < families->n; i++)
		print_option(p->file, families->v[i]);
	fputs("</select></label>\n<label>outcome in ", p->file);
	escape_print(p->file, p->main->profile.name);
	fputs(" <select name=\"outcome\"><option value=\"\">all</option>", p->file);
	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		print_option(p->file, render_result(results[i]));
	fputs("</select></label>\n"
	      "<label>name <input name=\"text\" type=\"search\" autocomplete=\"off\"></label>\n"
	      "<label class=\"check\"><input name=\"single\" type=\"checkbox\"> one layer only"
	      "</label>\n<button type=\"reset\">Show all</button>\n</form>\n"
	      "<p id=\"count\" class=\"soft\" role=\"status\"></p>\n",
	      p->file);
}

static void print_legend(FILE *file)
{
	fputs("<ul class=\"legend\">\n", file);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		fprintf(file, "<li><b class=\"legend-%s\">%s</b> %s</li>\n", parts[i].class,
			parts[i].letter, parts[i].words);
	fputs("<li>In the columns of profiles: REACHED, or how many layers must fail until it "
	      "is; <i>host</i>: refused without any.</li>\n</ul>\n",
	      file);
}

void html_map(const struct page *p)
{
	const struct report *r = p->report;
	struct str_list families = summary_families(r);
	size_t columns;

	fputs("<section aria-labelledby=\"map\">\n<h2 id=\"map\">Operations and layers</h2>\n",
	      p->file);
	print_legend(p->file);
	print_filters(p, &families);
	html_table_begin(p->file, "map", "The matrix: operations and layers",
			 pool_printf("How each operation ends in each profile, and what each layer "
				     "of %s has to do with it",
				     p->main->profile.name));
	columns = print_map_head(p);
	for (size_t f = 0; f < families.n; f++) {
		fprintf(p->file, "<tbody data-group><tr><th scope=\"rowgroup\" colspan=\"%zu\">",
			columns);
		escape_print(p->file, families.v[f]);
		fputs("</th></tr>\n", p->file);
		for (size_t i = 0; i < r->ops->n; i++)
			if (str_equal(r->ops->v[i].family, families.v[f]))
				print_row(p, i);
		fputs("</tbody>\n", p->file);
	}
	fputs("</table>\n</div>\n</section>\n", p->file);
}

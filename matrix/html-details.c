/* SPDX-License-Identifier: Apache-2.0 */
/* html-details: for each operation, what was found in each column, with the sets of layers. */
#include "html.h"

#include "pool.h"

static void print_sets(const struct column *c, const struct sets *sets, const char *joint,
		       FILE *file)
{
	fputs("<td>", file);
	for (size_t i = 0; i < sets->n; i++) {
		if (i)
			fputs("<br>", file);
		escape_print(file, sets->v[i] ? render_set(c->subject->layers, sets->v[i], joint)
					      : "none at all");
	}
	fputs("</td>", file);
}

static void print_column(const struct column *c, const struct blame *b, FILE *file)
{
	fputs("<tr>", file);
	html_element(
		file, "th scope=\"row\"", NULL,
		c->subject->kind == SUBJECT_LAYERS
			? c->profile.name
			: pool_printf("%s %s", render_kind(c->subject->kind), c->profile.name));
	html_element(file, "td", html_depth_class(b), compare_blame_words(b));
	html_element(file, "td", NULL, render_first(c, b));
	print_sets(c, &b->blocker, " + ", file);
	print_sets(c, &b->reached, " ", file);
	html_element(file, "td", NULL, render_set(c->subject->layers, b->opened_by, ", "));
	fputs("</tr>\n", file);
}

static void print_operation(const struct page *p, size_t i)
{
	static const char *const head[] = {"in",
					   "outcome",
					   "first to fire",
					   "enough to close it",
					   "largest sets that reach it",
					   "opened by"};
	const struct op *op = &p->report->ops->v[i];
	const struct reason *reason = reason_find(op->id);

	fputs("<details", p->file);
	escape_attribute(p->file, "id", pool_printf("op-%s", op->id));
	html_filter_words(p, i);
	fputs("><summary>", p->file);
	escape_print(p->file, op->title);
	html_element(p->file, "span", "id", op->id);
	fputs("</summary>\n<p>", p->file);
	if (op->source) {
		fputs("Source: ", p->file);
		escape_print(p->file, op->source);
		fputs(". ", p->file);
	}
	fputs("Without any sandbox: ", p->file);
	escape_print(p->file, render_result(p->main->blames[i].control.result));
	fputs(".</p>\n", p->file);
	if (op->skipped_why)
		html_element(p->file, "p", "why", pool_printf("Not tried: %s", op->skipped_why));
	if (reason)
		html_element(p->file, "p", "why", pool_printf("May be reached: %s.", reason->why));
	html_table_begin(p->file, NULL, pool_printf("%s in each column", op->id), op->title);
	html_table_head(p->file, head, ARRAY_SIZE(head));
	for (size_t k = 0; k < p->report->columns_n; k++)
		print_column(&p->report->columns[k], &p->report->columns[k].blames[i], p->file);
	html_table_end(p->file);
	fputs("</details>\n", p->file);
}

void html_details(const struct page *p)
{
	fputs("<section aria-labelledby=\"details\">\n<h2 id=\"details\">Operation by operation"
	      "</h2>\n",
	      p->file);
	for (size_t i = 0; i < p->report->ops->n; i++)
		print_operation(p, i);
	fputs("</section>\n", p->file);
}

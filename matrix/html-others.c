/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html-others: other sandboxes beside full, operation by operation.
 *
 * Should show the rows, and with each sandbox what it means to let through by its own documents.
 */
#include "html.h"

#include "pool.h"

static void print_about(const struct subject *s, FILE *file)
{
	html_element(file, "h3", NULL, s->name);
	fputs("<dl class=\"facts\">\n", file);
	html_element(file, "dt", NULL, "version");
	html_element(file, "dd", NULL, s->version);
	html_element(file, "dt", NULL, "command");
	html_element(file, "dd", NULL, s->command);
	html_element(file, "dt", NULL, "options from");
	html_element(file, "dd", NULL, s->source);
	if (s->why_not) {
		html_element(file, "dt", NULL, "not measured");
		html_element(file, "dd", NULL, s->why_not);
	}
	fputs("</dl>\n", file);
	for (const struct fairness *f = s->fairness; f && f->ops; f++)
		html_element(file, "p", "why", pool_printf("%s: %s", f->ops, f->text));
}

static void print_row(const struct page *p, size_t i)
{
	const struct report *r = p->report;

	fputs("<tr", p->file);
	html_filter_words(p, i);
	fputs("><th scope=\"row\">", p->file);
	escape_print(p->file, r->ops->v[i].title);
	fputc(' ', p->file);
	html_element(p->file, "span", "id", r->ops->v[i].id);
	fputs("</th>", p->file);
	html_element(p->file, "td", html_depth_class(&p->main->blames[i]),
		     render_result(p->main->blames[i].outcome.result));
	for (size_t k = 0; k < r->columns_n; k++)
		if (r->columns[k].subject->kind == SUBJECT_OTHER)
			html_element(p->file, "td", html_depth_class(&r->columns[k].blames[i]),
				     render_result(r->columns[k].blames[i].outcome.result));
	fputs("</tr>\n", p->file);
}

void html_others(const struct page *p)
{
	const struct report *r = p->report;
	struct str_list head = {0};

	pool_list_add(&head, "operation");
	pool_list_add(&head, p->main->profile.name);
	for (size_t i = 0; i < r->columns_n; i++)
		if (r->columns[i].subject->kind == SUBJECT_OTHER)
			pool_list_add(&head, r->columns[i].profile.name);
	if (head.n == 2)
		return;
	fputs("<section aria-labelledby=\"others\">\n"
	      "<h2 id=\"others\">Other sandboxes, the same operations</h2>\n",
	      p->file);
	for (size_t i = 0; i < r->subjects_n; i++)
		if (r->subjects[i].kind == SUBJECT_OTHER)
			print_about(&r->subjects[i], p->file);
	html_table_begin(p->file, "others", "Other sandboxes",
			 "Each with the options that its own documents recommend for an agent");
	html_table_head(p->file, head.v, head.n);
	for (size_t i = 0; i < r->ops->n; i++)
		print_row(p, i);
	html_table_end(p->file);
	fputs("</section>\n", p->file);
}

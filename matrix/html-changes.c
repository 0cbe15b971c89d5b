/* SPDX-License-Identifier: Apache-2.0 */
/* html-changes: what differs from another result. */
#include "html.h"

#include "pool.h"

static void print_list(const char *what, const struct str_list *list, FILE *file)
{
	for (size_t i = 0; i < list->n; i++)
		html_element(file, "li", NULL, pool_printf("%s%s", what, list->v[i]));
}

static void print_change(const struct change *x, FILE *file)
{
	fputs("<tr>", file);
	html_element(file, "td", compare_is_worse(x) ? "only" : NULL, compare_kind_name(x->kind));
	html_element(file, "th scope=\"row\"", NULL, x->op->id);
	html_element(file, "td", NULL, x->new_column->profile.name);
	html_element(file, "td", NULL, compare_blame_words(x->before));
	html_element(file, "td", NULL, compare_blame_words(x->after));
	html_element(file, "td", NULL, x->why ? x->why : "");
	fputs("</tr>\n", file);
}

void html_changes(const struct page *p)
{
	static const char *const head[] = {"change", "operation", "in",
					   "before", "after",	  "explained by"};
	const struct comparison *c = p->comparison;

	if (!c)
		return;
	fputs("<section aria-labelledby=\"changes\">\n"
	      "<h2 id=\"changes\">Compared with another result</h2>\n<ul>\n",
	      p->file);
	print_list("", &c->facts, p->file);
	print_list("only before: ", &c->gone, p->file);
	print_list("only here: ", &c->come, p->file);
	fputs("</ul>\n", p->file);
	if (c->n == 0) {
		fputs("<p>No operation differs.</p>\n</section>\n", p->file);
		return;
	}
	html_table_begin(p->file, NULL, "Changes", "Operations that changed");
	html_table_head(p->file, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < c->n; i++)
		print_change(&c->v[i], p->file);
	html_table_end(p->file);
	fputs("</section>\n", p->file);
}

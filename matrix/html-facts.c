/* SPDX-License-Identifier: Apache-2.0 */
/* html-facts: the host, the families in numbers, what each layer is worth, what is reached and why.
 */
#include "html.h"

#include "pool.h"

static void print_fact(FILE *file, const char *name, const char *value)
{
	if (!value)
		return;
	html_element(file, "dt", NULL, name);
	html_element(file, "dd", NULL, value);
	fputc('\n', file);
}

static void print_troubles(const struct page *p)
{
	const struct report *r = p->report;

	if (!r->troubles_n)
		return;
	fprintf(p->file,
		"<p><span class=\"bad\">%zu points could not be measured</span></p>\n<ul>\n",
		r->troubles_n);
	for (size_t i = 0; i < r->troubles_n && i < TROUBLES_MAX; i++) {
		const struct trouble *t = &r->troubles[i];

		html_element(p->file, "li", NULL,
			     pool_printf("%s under \"%s\": %s", t->op ? t->op : "all",
					 render_set(t->subject->layers, t->set, " "),
					 t->text ? t->text : "-"));
	}
	fputs("</ul>\n", p->file);
}

void html_facts(const struct page *p)
{
	const struct facts *f = &p->report->facts;
	const struct measured *m = &p->report->measured;

	fputs("<header>\n<h1>What stands against what</h1>\n"
	      "<p>Each operation aims at a decoy that was really there. It was tried without any "
	      "sandbox, in each profile, and under as many other sets of layers as it takes to "
	      "say which layer keeps it closed. Nothing here is guessed from an errno.</p>\n"
	      "<dl class=\"facts\">\n",
	      p->file);
	print_fact(p->file, "kernel", pool_printf("Linux %s %s", f->kernel, f->machine));
	print_fact(p->file, "system", f->os);
	print_fact(p->file, "measured as", f->caller);
	print_fact(p->file, "Landlock",
		   f->landlock_abi ? pool_printf("ABI %d", f->landlock_abi) : "none");
	print_fact(p->file, "security modules", f->lsm);
	print_fact(p->file, "processors", f->cpus ? pool_printf("%d", f->cpus) : NULL);
	print_fact(p->file, "pinfold", f->pinfold);
	print_fact(p->file, "measured",
		   pool_printf("%zu runs under %zu sets in %.1f s (%s)", m->runs, m->points,
			       m->seconds, m->mode));
	fputs("</dl>\n", p->file);
	print_troubles(p);
	fputs("</header>\n", p->file);
}

static void print_family(const struct page *p, const char *family)
{
	struct count last;

	summary_count(p->report, p->main, family, &last);
	fputs("<tr>", p->file);
	html_element(p->file, "th scope=\"row\"", NULL, family ? family : "all");
	html_number(p->file, last.ops);
	for (size_t i = 0; i < p->report->columns_n; i++) {
		struct count n;

		if (p->report->columns[i].subject->kind == SUBJECT_OTHER)
			continue;
		summary_count(p->report, &p->report->columns[i], family, &n);
		fprintf(p->file, "<td class=\"num\">%zu</td>", n.reached);
	}
	for (size_t i = 0; i < DEPTHS; i++)
		html_number(p->file, last.depth[i]);
	html_number(p->file, last.host);
	html_number(p->file, last.absent + last.broken + last.skipped);
	fputs("</tr>\n", p->file);
}

void html_families(const struct page *p)
{
	static const char *const tail[] = {"1 layer",	"2",	       "3",
					   "4 or more", "by the host", "not told"};
	struct str_list families = summary_families(p->report), head = {0};

	pool_list_add(&head, "family");
	pool_list_add(&head, "#operations");
	for (size_t i = 0; i < p->report->columns_n; i++)
		if (p->report->columns[i].subject->kind != SUBJECT_OTHER)
			pool_list_add(&head, pool_printf("#reached in %s",
							 p->report->columns[i].profile.name));
	for (size_t i = 0; i < ARRAY_SIZE(tail); i++)
		pool_list_add(&head,
			      pool_printf(i < DEPTHS + 1 ? "#closed by %s" : "#%s", tail[i]));
	fputs("<section aria-labelledby=\"families\">\n<h2 id=\"families\">By family</h2>\n",
	      p->file);
	html_table_begin(p->file, NULL, "Operations by family",
			 pool_printf("How many operations are reached, and how many layers of %s "
				     "must fail for the others",
				     p->main->profile.name));
	html_table_head(p->file, head.v, head.n);
	for (size_t i = 0; i < families.n; i++)
		print_family(p, families.v[i]);
	print_family(p, NULL);
	html_table_end(p->file);
	fputs("</section>\n", p->file);
}

static void print_layer(const struct page *p, size_t layer)
{
	const struct layers *layers = p->main->subject->layers;
	const struct cost *cost = costs_find(&p->report->costs, true, layers->v[layer].name);
	const char *list = NULL;
	struct worth w;

	summary_worth(p->report, p->main, layer, &w);
	for (size_t i = 0; i < p->report->ops->n; i++)
		if (p->main->blames[i].single & SET_BIT(layer))
			list = list ? pool_printf("%s; %s", list, p->report->ops->v[i].title)
				    : p->report->ops->v[i].title;
	fputs("<tr>", p->file);
	html_element(p->file, "th scope=\"row\"", NULL, layers->v[layer].name);
	html_element(p->file, "td", "long", layers->v[layer].stops);
	html_number(p->file, w.alone);
	html_number(p->file, w.enough);
	html_number(p->file, w.first);
	html_number(p->file, w.opens);
	html_element(p->file, "td", "num",
		     !cost	   ? ""
		     : cost->noise ? "~0"
				   : pool_printf("%+.3f", cost->median));
	html_element(p->file, "td", "long", list ? list : "");
	fputs("</tr>\n", p->file);
}

void html_layers(const struct page *p)
{
	static const char *const head[] = {"layer",
					   "without it, code could",
					   "#alone stops",
					   "#enough alone for",
					   "#first to fire on",
					   "#opens",
					   "#start, ms",
					   "lost with it alone"};
	const struct layers *layers = p->main->subject->layers;

	if (!p->main->profile.set)
		return;
	fputs("<section aria-labelledby=\"layers\">\n"
	      "<h2 id=\"layers\">What each layer is worth</h2>\n",
	      p->file);
	html_table_begin(p->file, NULL, "Layers", "Numbers of operations");
	html_table_head(p->file, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < layers->lattice.n; i++)
		if (p->main->profile.set & SET_BIT(i))
			print_layer(p, i);
	html_table_end(p->file);
	fputs("</section>\n", p->file);
}

void html_reached(const struct page *p)
{
	bool any = false;

	for (size_t i = 0; i < p->report->ops->n && summary_is_full(p->main); i++) {
		const struct op *op = &p->report->ops->v[i];
		const struct reason *reason = reason_find(op->id);

		if (p->main->blames[i].outcome.result != RESULT_REACHED)
			continue;
		if (!any)
			fputs("<section aria-labelledby=\"reached\">\n<h2 id=\"reached\">"
			      "Reached in full, and why</h2>\n<ul>\n",
			      p->file);
		any = true;
		fputs("<li>", p->file);
		escape_print(p->file, op->title);
		fputc(' ', p->file);
		html_element(p->file, "span", "id", op->id);
		fputs(": ", p->file);
		html_element(p->file, "span", reason ? NULL : "bad",
			     reason ? reason->why : "nothing says why it may be");
		fputs("</li>\n", p->file);
	}
	if (any)
		fputs("</ul>\n</section>\n", p->file);
}

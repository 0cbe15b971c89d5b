/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-summary: the report in numbers: by family and depth, by layer, and what is reached and
 * why.
 *
 * Should name, and not only count, whatever hangs on a single layer or is reached. Mustn't make one
 * figure of it all: a score without its rows says nothing.
 */
#include "report.h"

#include <string.h>

#include "pool.h"

/* Words of a host or a probe, safe on a terminal. */
static const char *safe(const char *text)
{
	size_t size = 4 * strlen(text) + 1;
	char *escaped = pool_alloc(size);

	str_escape(escaped, size, text);
	return escaped;
}

static const char *number(size_t n)
{
	return n ? pool_printf("%zu", n) : NULL;
}

static void print_title(const char *title, enum table_format format, FILE *file)
{
	fprintf(file, format == TABLE_MARKDOWN ? "### %s\n\n" : "=== %s ===\n", title);
}

static void print_counts(const struct report *r, enum table_format format, FILE *file)
{
	static const char *const head[] = {"profile", "layers", "reached", "blocked",
					   "absent",  "broken", "skipped", "by one layer only"};
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < r->columns_n; i++) {
		const struct column *c = &r->columns[i];
		struct count n;

		summary_count(r, c, NULL, &n);
		table_row(&t, (const char *const[]){
				      c->profile.name,
				      pool_printf("%d", __builtin_popcount(c->profile.set)),
				      pool_printf("%zu", n.reached),
				      pool_printf("%zu", n.blocked),
				      pool_printf("%zu", n.absent),
				      pool_printf("%zu", n.broken),
				      pool_printf("%zu", n.skipped),
				      pool_printf("%zu", n.depth[0]),
			      });
	}
	print_title("summary", format, file);
	table_print(&t, file, format);
	fputc('\n', file);
}

/* The columns of pinfold's own profiles. */
static size_t find_profiles(const struct report *r, const struct column **list)
{
	size_t n = 0;

	for (size_t i = 0; i < r->columns_n && n < PROFILES_MAX; i++)
		if (r->columns[i].subject == r->subjects)
			list[n++] = &r->columns[i];
	return n;
}

/* One row: a family, or all of them where it is NULL. */
static void add_family(const struct report *r, const char *family, struct table *t)
{
	const struct column *profiles[PROFILES_MAX], *last = summary_main(r);
	const char *cells[2 + PROFILES_MAX + DEPTHS + 2];
	size_t profiles_n = find_profiles(r, profiles), n = 0;
	struct count count;

	summary_count(r, last, family, &count);
	cells[n++] = family ? family : "all";
	cells[n++] = number(count.ops);
	for (size_t i = 0; i < profiles_n; i++) {
		struct count reached;

		summary_count(r, profiles[i], family, &reached);
		cells[n++] = pool_printf("%zu", reached.reached);
	}
	for (size_t i = 0; i < DEPTHS; i++)
		cells[n++] = number(count.depth[i]);
	cells[n++] = number(count.host);
	cells[n++] = number(count.absent + count.broken + count.skipped);
	table_row(t, cells);
}

static void print_families(const struct report *r, enum table_format format, FILE *file)
{
	static const char *const depths[DEPTHS] = {"1 layer", "2", "3", "4 or more"};
	const struct column *profiles[PROFILES_MAX], *last = summary_main(r);
	const char *head[2 + PROFILES_MAX + DEPTHS + 2];
	size_t profiles_n = find_profiles(r, profiles), n = 0;
	struct str_list families = summary_families(r);
	struct table t;

	head[n++] = "family";
	head[n++] = "operations";
	for (size_t i = 0; i < profiles_n; i++)
		head[n++] = pool_printf("reached in %s", profiles[i]->profile.name);
	for (size_t i = 0; i < DEPTHS; i++)
		head[n++] = i ? depths[i] : pool_printf("closed by %s", depths[i]);
	head[n++] = "by the host";
	head[n++] = "not told";
	table_begin(&t, head, n);
	for (size_t i = 0; i < families.n; i++)
		add_family(r, families.v[i], &t);
	add_family(r, NULL, &t);
	print_title(
		pool_printf("families, and how many layers of %s must fail", last->profile.name),
		format, file);
	table_print(&t, file, format);
	fputc('\n', file);
}

/* "+0.12"; "~0" where it cannot be told from nothing. */
static const char *cost_cell(const struct report *r, const char *layer)
{
	const struct cost *c = costs_find(&r->costs, true, layer);

	if (!c)
		return NULL;
	return c->noise ? "~0" : pool_printf("%+.3f", c->median);
}

static void print_layers(const struct report *r, enum table_format format, FILE *file)
{
	static const char *const head[] = {
		"layer", "alone stops", "enough alone for", "first to fire on",
		"opens", "start, ms"};
	const struct column *c = summary_main(r);
	const struct layers *layers = c->subject->layers;
	struct table t;

	if (!c->profile.set)
		return;
	/* The last column is there only where it was measured. */
	table_begin(&t, head, ARRAY_SIZE(head) - (r->costs.n ? 0 : 1));
	for (size_t i = 0; i < layers->lattice.n; i++) {
		struct worth w;

		if (!(c->profile.set & SET_BIT(i)))
			continue;
		summary_worth(r, c, i, &w);
		table_row(&t,
			  (const char *const[]){layers->v[i].name, number(w.alone),
						number(w.enough), number(w.first), number(w.opens),
						cost_cell(r, layers->v[i].name)});
	}
	print_title(pool_printf("layers of %s, by operations", c->profile.name), format, file);
	table_print(&t, file, format);
	fputc('\n', file);
}

/* The layers whose loss alone lets something through. */
static void print_single(const struct report *r, enum table_format format, FILE *file)
{
	const struct column *c = summary_main(r);
	const struct layers *layers = c->subject->layers;
	const char *bullet = format == TABLE_MARKDOWN ? "- " : "  ";
	bool any = false;

	for (size_t i = 0; i < layers->lattice.n; i++) {
		const char *list = NULL;

		for (size_t k = 0; k < r->ops->n; k++) {
			const char *title = safe(r->ops->v[k].title);

			if (c->blames[k].single & SET_BIT(i))
				list = list ? pool_printf("%s; %s", list, title) : title;
		}
		if (!list)
			continue;
		if (!any)
			fprintf(file, "If one of these layers of %s fails, that is reached:\n%s",
				c->profile.name, format == TABLE_MARKDOWN ? "\n" : "");
		fprintf(file, "%s%s: %s\n", bullet, layers->v[i].name, list);
		any = true;
	}
	if (any)
		fputc('\n', file);
}

static void print_reached(const struct report *r, enum table_format format, FILE *file)
{
	static const char *const head[] = {"operation", "id", "reason", "why"};
	const struct column *c = summary_main(r);
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < r->ops->n && summary_is_full(c); i++) {
		const struct op *op = &r->ops->v[i];
		const struct reason *reason = reason_find(op->id);

		if (c->blames[i].outcome.result != RESULT_REACHED)
			continue;
		table_row(&t,
			  (const char *const[]){op->title, op->id,
						reason ? reason_kind_name(reason->kind) : "NONE",
						reason ? reason->why : NULL});
	}
	if (t.cells.n == 0)
		return;
	print_title(pool_printf("reached in %s", c->profile.name), format, file);
	table_print(&t, file, format);
	fputc('\n', file);
}

static void print_measured(const struct report *r, FILE *file)
{
	const struct measured *m = &r->measured;

	fprintf(file, "measured as %s on Linux %s %s: %zu runs under %zu sets of layers in %.1f s",
		safe(r->facts.caller), safe(r->facts.kernel), safe(r->facts.machine), m->runs,
		m->points, m->seconds);
	fprintf(file, " (%s%s%s", m->mode, m->why ? " for " : "", m->why ? m->why : "");
	if (m->samples)
		fprintf(file, "; %zu samples, seed %u%s", m->samples, m->seed,
			r->troubles_n ? "" : ", agree");
	fputs(")\n", file);
	for (size_t i = 0; i < r->ops->n; i++)
		if (r->ops->v[i].skipped_why)
			fprintf(file, "SKIPPED %s: %s\n", safe(r->ops->v[i].title),
				safe(r->ops->v[i].skipped_why));
	for (size_t i = 0; i < r->troubles_n && i < TROUBLES_MAX; i++)
		fprintf(file, "NOT MEASURED %s under \"%s\": %s\n",
			r->troubles[i].op ? safe(r->troubles[i].op) : "all",
			render_set(r->troubles[i].subject->layers, r->troubles[i].set, " "),
			safe(r->troubles[i].text));
	if (r->troubles_n > TROUBLES_MAX)
		fprintf(file, "NOT MEASURED %zu points more\n", r->troubles_n - TROUBLES_MAX);
}

int render_summary(const struct report *r, enum table_format format, FILE *file)
{
	print_families(r, format, file);
	print_counts(r, format, file);
	print_layers(r, format, file);
	print_single(r, format, file);
	print_reached(r, format, file);
	render_others(r, format, file);
	print_measured(r, file);
	return fflush(file) || ferror(file) ? -1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-others: other sandboxes side by side with pinfold's own.
 *
 * Should show both ways: what each lets through that the main profile stops, and the reverse; with
 * the words of its own documents where it means to. Mustn't make one figure of it.
 */
#include "report.h"

#include <fnmatch.h>
#include <string.h>

#include "pool.h"

static const char *safe(const char *text)
{
	size_t size = 4 * strlen(text) + 1;
	char *escaped = pool_alloc(size);

	str_escape(escaped, size, text);
	return escaped;
}

static void print_title(const char *title, enum table_format format, FILE *file)
{
	fprintf(file, format == TABLE_MARKDOWN ? "### %s\n\n" : "=== %s ===\n", title);
}

/* The columns side by side: the main one, then those of other sandboxes that could be measured. */
static size_t find_columns(const struct report *r, const struct column **list)
{
	size_t n = 0;

	list[n++] = summary_main(r);
	for (size_t i = 0; i < r->columns_n && n < SUBJECTS_MAX; i++)
		if (r->columns[i].subject->kind == SUBJECT_OTHER && !r->columns[i].subject->why_not)
			list[n++] = &r->columns[i];
	return n;
}

static void print_who(const struct report *r, enum table_format format, FILE *file)
{
	static const char *const head[] = {"sandbox", "version", "what it is", "options from",
					   "not measured"};
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < r->subjects_n; i++) {
		const struct subject *s = &r->subjects[i];

		if (s->kind == SUBJECT_OTHER)
			table_row(&t, (const char *const[]){s->name, s->version, s->what, s->source,
							    s->why_not ? s->why_not : s->why_less});
	}
	print_title("other sandboxes", format, file);
	table_print(&t, file, format);
	fputc('\n', file);
}

/* "open" where it is reached; else the errno; "-" where it is refused without one. */
static const char *cell(const struct blame *b)
{
	if (b->outcome.result == RESULT_REACHED)
		return "open";
	if (b->outcome.result == RESULT_BLOCKED)
		return b->outcome.num ? pool_copy(err_name(b->outcome.num)) : NULL;
	return b->outcome.result == RESULT_ABSENT ? "absent" : "not told";
}

static void print_families(const struct report *r, const struct column *const *columns, size_t n,
			   enum table_format format, FILE *file)
{
	const char *head[SUBJECTS_MAX + 3], *cells[SUBJECTS_MAX + 3];
	struct str_list families = summary_families(r);
	struct table t;

	head[0] = "reached, of family";
	head[1] = "operations";
	head[2] = "without any";
	for (size_t k = 0; k < n; k++)
		head[3 + k] = columns[k]->profile.name;
	table_begin(&t, head, n + 3);
	for (size_t i = 0; i <= families.n; i++) {
		const char *family = i < families.n ? families.v[i] : NULL;
		struct count count;
		size_t control = 0;

		for (size_t op = 0; op < r->ops->n; op++)
			control += (!family || str_equal(r->ops->v[op].family, family)) &&
				   columns[0]->blames[op].control.result == RESULT_REACHED;
		summary_count(r, columns[0], family, &count);
		cells[0] = family ? family : "all";
		cells[1] = pool_printf("%zu", count.ops);
		cells[2] = pool_printf("%zu", control);
		for (size_t k = 0; k < n; k++) {
			summary_count(r, columns[k], family, &count);
			cells[3 + k] = pool_printf("%zu", count.reached);
		}
		table_row(&t, cells);
	}
	print_title("side by side, by families", format, file);
	table_print(&t, file, format);
	fputc('\n', file);
}

/* Whether one of them reaches what another does not. */
static bool differs(const struct column *const *columns, size_t n, size_t op)
{
	size_t reached = 0;

	for (size_t k = 0; k < n; k++)
		reached += columns[k]->blames[op].outcome.result == RESULT_REACHED;
	return reached > 0 && reached < n;
}

static void print_rows(const struct report *r, const struct column *const *columns, size_t n,
		       enum table_format format, FILE *file)
{
	const char *head[SUBJECTS_MAX + 2], *cells[SUBJECTS_MAX + 2];
	struct table t;
	size_t alike = 0;

	head[0] = "operation";
	head[1] = "id";
	for (size_t k = 0; k < n; k++)
		head[2 + k] = columns[k]->profile.name;
	table_begin(&t, head, n + 2);
	for (size_t op = 0; op < r->ops->n; op++) {
		if (!differs(columns, n, op)) {
			alike++;
			continue;
		}
		cells[0] = r->ops->v[op].title;
		cells[1] = r->ops->v[op].id;
		for (size_t k = 0; k < n; k++)
			cells[2 + k] = cell(&columns[k]->blames[op]);
		table_row(&t, cells);
	}
	print_title("operations on which they differ", format, file);
	table_print(&t, file, format);
	fprintf(file, "%sThe other %zu are reached in all of these, or in none.\n\n",
		format == TABLE_MARKDOWN ? "\n" : "", alike);
}

/* Globs with commas. */
static bool is_meant(const struct fairness *f, const char *id)
{
	for (const char *at = f->ops; *at;) {
		size_t n = strcspn(at, ",");

		if (fnmatch(pool_copy_n(at, n), id, 0) == 0)
			return true;
		at += n + (at[n] == ',');
	}
	return false;
}

/* The ids that are reached in one and not in the other, where the sandbox says the same of them. */
static const char *list_open(const struct report *r, const struct column *one,
			     const struct column *other, const struct fairness *means)
{
	const char *list = NULL;

	for (size_t op = 0; op < r->ops->n; op++) {
		const struct fairness *f = one->subject->fairness;
		const char *id = r->ops->v[op].id;

		if (one->blames[op].outcome.result != RESULT_REACHED ||
		    other->blames[op].outcome.result != RESULT_BLOCKED)
			continue;
		while (f && f->ops && !is_meant(f, id))
			f++;
		if ((f && f->ops ? f : NULL) == means)
			list = list ? pool_printf("%s, %s", list, id) : id;
	}
	return list;
}

static void print_line(const char *what, const char *list, enum table_format format, FILE *file)
{
	if (list)
		fprintf(file, "%s%s: %s\n", format == TABLE_MARKDOWN ? "- " : "  ", safe(what),
			list);
}

/* What each of its switches alone stops; of a sandbox without any, nothing. */
static void print_switches(const struct report *r, const struct column *c, enum table_format format,
			   FILE *file)
{
	const struct layers *switches = c->subject->layers;

	for (size_t i = 0; i < switches->lattice.n; i++) {
		const char *list = NULL;

		for (size_t op = 0; op < r->ops->n; op++)
			if (c->blames[op].single & SET_BIT(i))
				list = list ? pool_printf("%s, %s", list, r->ops->v[op].id)
					    : r->ops->v[op].id;
		print_line(pool_printf("without its switch %s (%s) is also reached",
				       switches->v[i].name, switches->v[i].stops),
			   list, format, file);
	}
}

static void print_both_ways(const struct report *r, const struct column *main,
			    const struct column *c, enum table_format format, FILE *file)
{
	const struct fairness *f = c->subject->fairness;

	print_title(pool_printf("%s and %s", c->profile.name, main->profile.name), format, file);
	for (; f && f->ops; f++)
		print_line(pool_printf("reached, and meant so: %s", f->text),
			   list_open(r, c, main, f), format, file);
	print_line(pool_printf("reached, and stopped in %s", main->profile.name),
		   list_open(r, c, main, NULL), format, file);
	print_line(pool_printf("stopped, and reached in %s", main->profile.name),
		   list_open(r, main, c, NULL), format, file);
	print_switches(r, c, format, file);
	fputc('\n', file);
}

void render_others(const struct report *r, enum table_format format, FILE *file)
{
	const struct column *columns[SUBJECTS_MAX];
	size_t n = find_columns(r, columns);
	bool any = false;

	for (size_t i = 0; i < r->subjects_n; i++)
		any = any || r->subjects[i].kind == SUBJECT_OTHER;
	if (!any)
		return;
	print_who(r, format, file);
	if (n == 1)
		return;
	print_families(r, columns, n, format, file);
	print_rows(r, columns, n, format, file);
	for (size_t i = 1; i < n; i++)
		print_both_ways(r, columns[0], columns[i], format, file);
}

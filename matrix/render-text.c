/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-text: the report as tables for people, plain or as Markdown, and with tabs for programs.
 *
 * Should put what is bad where it is seen first: a profile that is not whole says so in its head
 * line, a point that was not measured below the last table.
 */
#include "matrix.h"

#include <string.h>

#include "pool.h"

static const char *errno_cell(struct answer a)
{
	return a.num ? pool_printf("%s (%s)", err_name(a.num), strerror(a.num)) : NULL;
}

static const char *blocker_cell(const struct column *c, const struct blame *b)
{
	const char *answers = render_answers(c, b);

	if (b->broken)
		return "not measured";
	return answers ? pool_printf("host, %s answers", answers) : render_first(c, b);
}

/* The minimal blocking sets: "mount, nnp+landlock". */
static const char *sets_cell(const struct column *c, const struct blame *b, const char *joint)
{
	const char *text = NULL;

	for (size_t i = 0; i < b->blocker.n; i++) {
		const char *names = render_set(c->subject->layers, b->blocker.v[i], "+");

		text = text ? pool_printf("%s%s%s", text, joint, names) : names;
	}
	return text;
}

static const char *depth_cell(const struct blame *b)
{
	return b->depth < 0 ? NULL : pool_printf("%d", b->depth);
}

static void print_heading(const struct column *c, enum table_format format, FILE *file)
{
	const struct layers *layers = c->subject->layers;
	const struct profile_row *p = &c->profile;
	uint32_t missing = render_missing(p);
	const char *without =
		missing ? pool_printf(" NOT WHOLE, without %s", render_set(layers, missing, ", "))
			: "";

	if (format == TABLE_MARKDOWN)
		fprintf(file, "### Profile %s%s\n\n", p->name, without);
	else
		fprintf(file, "=== profile: %s%s ===\n", p->name, without);
	fprintf(file, "layers: %s\n", render_set(layers, p->set, " "));
	/* What is missing only because its need is has no reason of its own. */
	for (size_t i = 0; i < layers->lattice.n; i++)
		if ((missing & SET_BIT(i)) && !(missing & layers->lattice.below[i]))
			fprintf(file, "not offered by this host: %s: %s\n", layers->v[i].name,
				layers->v[i].reason ? layers->v[i].reason : "-");
	if (format == TABLE_MARKDOWN)
		fputc('\n', file);
}

/* What a layer opened is the one thing that a table of blocks would hide. */
static void print_notes(const struct report *r, const struct column *c, FILE *file)
{
	const struct layers *layers = c->subject->layers;

	for (size_t i = 0; i < r->ops->n; i++) {
		const struct blame *b = &c->blames[i];
		uint32_t needs;

		if (!b->opened_by || b->broken)
			continue;
		needs = lattice_close(&layers->lattice, b->opened_by) & ~b->opened_by;
		fprintf(file, "* %s: %s opens it", r->ops->v[i].title,
			render_set(layers, b->opened_by, ", "));
		if (needs)
			fprintf(file, " (with %s)", render_set(layers, needs, ", "));
		if (b->control.result != RESULT_REACHED)
			fprintf(file, "; without any layer the host refuses: %s",
				b->control.num ? err_name(b->control.num)
					       : render_result(b->control.result));
		fputc('\n', file);
	}
}

static void print_column(const struct report *r, const struct column *c, enum table_format format,
			 FILE *file)
{
	static const char *const head[] = {"operation", "result", "errno",
					   "blocker",	"depth",  "enough alone"};
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < r->ops->n; i++) {
		const struct blame *b = &c->blames[i];
		const char *cells[] = {
			r->ops->v[i].title,
			pool_printf("%s%s", render_result(b->outcome.result),
				    b->opened_by && !b->broken ? " *" : ""),
			errno_cell(b->outcome),
			blocker_cell(c, b),
			b->broken ? NULL : depth_cell(b),
			b->broken ? NULL : sets_cell(c, b, ", "),
		};

		table_row(&t, cells);
	}
	print_heading(c, format, file);
	table_print(&t, file, format);
	if (format == TABLE_MARKDOWN)
		fputc('\n', file);
	print_notes(r, c, file);
	fputc('\n', file);
}

static const char *count_cell(const struct report *r, const struct column *c, enum result result)
{
	size_t n = 0;

	for (size_t i = 0; i < r->ops->n; i++)
		n += c->blames[i].outcome.result == result;
	return pool_printf("%zu", n);
}

static void print_counts(const struct report *r, enum table_format format, FILE *file)
{
	static const char *const head[] = {"profile", "layers", "reached", "blocked",
					   "absent",  "broken", "skipped", "by one layer only"};
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < r->columns_n; i++) {
		const struct column *c = &r->columns[i];
		size_t one = 0;

		for (size_t k = 0; k < r->ops->n; k++)
			one += c->blames[k].depth == 1 && !c->blames[k].broken;
		table_row(&t, (const char *const[]){
				      c->profile.name,
				      pool_printf("%d", __builtin_popcount(c->profile.set)),
				      count_cell(r, c, RESULT_REACHED),
				      count_cell(r, c, RESULT_BLOCKED),
				      count_cell(r, c, RESULT_ABSENT),
				      count_cell(r, c, RESULT_BROKEN),
				      count_cell(r, c, RESULT_SKIPPED),
				      pool_printf("%zu", one),
			      });
	}
	if (format == TABLE_MARKDOWN)
		fputs("### Summary\n\n", file);
	else
		fputs("=== summary ===\n", file);
	table_print(&t, file, format);
	fputc('\n', file);
}

/* In the largest profile: the layers whose loss alone lets something through. */
static void print_single(const struct report *r, enum table_format format, FILE *file)
{
	const struct column *last = &r->columns[r->columns_n - 1];
	const struct layers *layers = last->subject->layers;
	const char *bullet = format == TABLE_MARKDOWN ? "- " : "  ";
	bool any = false;

	for (size_t i = 0; i < layers->lattice.n; i++) {
		const char *list = NULL;

		for (size_t k = 0; k < r->ops->n; k++) {
			const char *title = r->ops->v[k].title;

			if (last->blames[k].single & SET_BIT(i))
				list = list ? pool_printf("%s; %s", list, title) : title;
		}
		if (!list)
			continue;
		if (!any)
			fprintf(file, "If one of these layers of %s fails, that is reached:\n%s",
				last->profile.name, format == TABLE_MARKDOWN ? "\n" : "");
		fprintf(file, "%s%s: %s\n", bullet, layers->v[i].name, list);
		any = true;
	}
	if (any)
		fputc('\n', file);
}

static void print_measured(const struct report *r, FILE *file)
{
	const struct measured *m = &r->measured;

	fprintf(file, "measured as %s on Linux %s %s: %zu runs under %zu sets of layers in %.1f s",
		r->facts.caller, r->facts.kernel, r->facts.machine, m->runs, m->points, m->seconds);
	fprintf(file, " (%s%s%s", m->mode, m->why ? " for " : "", m->why ? m->why : "");
	if (m->samples)
		fprintf(file, "; %zu samples, seed %u%s", m->samples, m->seed,
			r->troubles_n ? "" : ", agree");
	fputs(")\n", file);
	for (size_t i = 0; i < r->ops->n; i++)
		if (r->ops->v[i].skipped_why)
			fprintf(file, "SKIPPED %s: %s\n", r->ops->v[i].title,
				r->ops->v[i].skipped_why);
	for (size_t i = 0; i < r->troubles_n && i < TROUBLES_MAX; i++)
		fprintf(file, "NOT MEASURED %s under \"%s\": %s\n",
			r->troubles[i].op ? r->troubles[i].op : "all",
			render_set(r->troubles[i].subject->layers, r->troubles[i].set, " "),
			r->troubles[i].text);
	if (r->troubles_n > TROUBLES_MAX)
		fprintf(file, "NOT MEASURED %zu points more\n", r->troubles_n - TROUBLES_MAX);
}

int render_text(const struct report *r, enum table_format format, FILE *file)
{
	for (size_t i = 0; i < r->columns_n; i++)
		print_column(r, &r->columns[i], format, file);
	print_counts(r, format, file);
	print_single(r, format, file);
	print_measured(r, file);
	return fflush(file) || ferror(file) ? -1 : 0;
}

int render_tsv(const struct report *r, FILE *file)
{
	static const char *const head[] = {"profile", "id",	   "title",	  "control",
					   "outcome", "errno",	   "first",	  "blockers",
					   "depth",   "opened_by", "answered_by", "missing"};
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < r->columns_n * r->ops->n; i++) {
		const struct column *c = &r->columns[i / r->ops->n];
		const struct layers *layers = c->subject->layers;
		const struct op *op = &r->ops->v[i % r->ops->n];
		const struct blame *b = &c->blames[i % r->ops->n];
		const char *cells[] = {
			c->profile.name,
			op->id,
			op->title,
			render_result(b->control.result),
			render_result(b->outcome.result),
			b->outcome.num ? pool_copy(err_name(b->outcome.num)) : NULL,
			b->broken ? "not measured" : render_first(c, b),
			sets_cell(c, b, ","),
			depth_cell(b),
			render_set(layers, b->opened_by, ","),
			render_answers(c, b),
			render_set(layers, render_missing(&c->profile), ","),
		};

		table_row(&t, cells);
	}
	table_print(&t, file, TABLE_TSV);
	return fflush(file) || ferror(file) ? -1 : 0;
}

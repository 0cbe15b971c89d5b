/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-text: the report as tables for people, plain or as Markdown, and with tabs for programs.
 *
 * Should put what is bad where it is seen first: a profile that is not whole says so in its head
 * line. The summary is render-summary.c's.
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
	static const char *const titles[] = {"Profile", "Policy", "Other sandbox"};
	const struct layers *layers = c->subject->layers;
	const struct profile_row *p = &c->profile;
	uint32_t missing = render_missing(p);
	const char *without =
		missing ? pool_printf(" NOT WHOLE, without %s", render_set(layers, missing, ", "))
			: "";

	if (format == TABLE_MARKDOWN)
		fprintf(file, "### %s %s%s\n\n", titles[c->subject->kind], p->name, without);
	else
		fprintf(file, "=== %s: %s%s ===\n", render_kind(c->subject->kind), p->name,
			without);
	fprintf(file, "%s: %s\n", c->subject->kind == SUBJECT_OTHER ? "switches" : "layers",
		render_set(layers, p->set, " "));
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

int render_text(const struct report *r, enum table_format format, FILE *file)
{
	for (size_t i = 0; i < r->columns_n; i++)
		print_column(r, &r->columns[i], format, file);
	return render_summary(r, format, file);
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

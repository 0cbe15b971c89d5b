/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-text: the tables, aligned or as Markdown. "middle half" is what lies between the
 * quartiles; a figure that was not measured is "-", and its reason stands below the table.
 */
#include "bench.h"

#include "out.h"
#include "pool.h"
#include "table.h"

/* Where it goes and in which of the two languages. */
struct page {
	const struct results *results;
	FILE *file;
	bool markdown;
};

static const char *number(double v, int decimals)
{
	return pool_printf("%.*f", decimals, v);
}

static const char *signed_number(double v, int decimals)
{
	return pool_printf("%+.*f", decimals, v);
}

static const char *half(const struct spread *s, int decimals)
{
	return pool_printf("%.*f to %.*f", decimals, s->q1, decimals, s->q3);
}

static void title(const struct page *page, const char *text)
{
	fprintf(page->file, page->markdown ? "\n### %s\n\n" : "\n%s\n\n", text);
}

static void finish(const struct page *page, const struct table *t)
{
	table_print(t, page->file, page->markdown ? TABLE_MARKDOWN : TABLE_TEXT);
}

static void note(const struct page *page, const char *text)
{
	fprintf(page->file, "\n%s\n", text);
}

/* Why rows of that kind are empty. */
static void reasons(const struct page *page, const struct cases *cases, enum case_kind kind)
{
	for (size_t i = 0; i < cases->n; i++)
		if (cases->v[i].kind == kind && cases->v[i].reason)
			note(page, pool_printf("%s was not measured: %s", cases->v[i].name,
					       cases->v[i].reason));
}

/* ---- the overhead: one row a profile --------------------------------------------------------- */

static void overhead_row(const struct page *page, struct table *t, const struct bench_case *c)
{
	const struct cases *start = &page->results->start, *calls = &page->results->calls;
	const struct bench_case *call =
		cases_find(calls, c->kind, c->kind == CASE_BARE ? NULL : c->name);
	const char *cells[8] = {c->name};
	struct figures f;

	if (!c->reason) {
		(void)compare_sample(start, c, NULL, &f);
		cells[1] = number(f.value.median, 3);
		cells[2] = half(&f.value, 3);
	}
	if (compare_sample(start, c, cases_find(start, CASE_PROFILE, PROFILE_NONE), &f)) {
		cells[3] = signed_number(f.delta.median, 3);
		cells[4] = number(f.ratio.median, 2);
	}
	if (compare_sample(start, c, cases_find(start, CASE_BARE, NULL), &f))
		cells[5] = number(f.ratio.median, 2);
	if (call) {
		(void)compare_sample(calls, call, NULL, &f);
		cells[6] = number(f.value.median, 1);
	}
	if (compare_sample(calls, call, cases_find(calls, CASE_PROFILE, PROFILE_NONE), &f))
		cells[7] = signed_number(f.delta.median, 1);
	table_row(t, cells);
}

static void overhead(const struct page *page)
{
	static const char *const head[] = {"profile", "startup_ms", "middle half",    "delta_ms",
					   "x none",  "x bare",	    "ns_per_syscall", "delta_ns"};
	const struct cases *start = &page->results->start;
	struct table t;

	if (!start->n)
		return;
	title(page, "Overhead");
	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < start->n; i++)
		if (start->v[i].kind == CASE_BARE || start->v[i].kind == CASE_PROFILE)
			overhead_row(page, &t, &start->v[i]);
	finish(page, &t);
	reasons(page, start, CASE_PROFILE);
}

/* ---- system calls ---------------------------------------------------------------------------- */

static void calls_row(const struct cases *calls, struct table *t, const struct bench_case *c)
{
	const struct bench_case *none = cases_find(calls, CASE_PROFILE, PROFILE_NONE);
	const struct bench_case *filter = cases_find(calls, CASE_FILTER, NULL);
	const char *cells[9] = {c->name};
	struct figures f;

	if (!c->reason) {
		(void)compare_sample(calls, c, NULL, &f);
		cells[1] = number(f.value.median, 1);
		cells[2] = half(&f.value, 1);
		(void)compare_checked(calls, c, NULL, &f);
		cells[5] = number(f.value.median, 1);
		cells[6] = half(&f.value, 1);
	}
	if (compare_sample(calls, c, none, &f))
		cells[3] = signed_number(f.delta.median, 1);
	if (compare_sample(calls, c, filter, &f))
		cells[4] = number(f.ratio.median, 3);
	if (compare_checked(calls, c, none, &f))
		cells[7] = signed_number(f.delta.median, 1);
	if (compare_checked(calls, c, filter, &f))
		cells[8] = number(f.ratio.median, 3);
	table_row(t, cells);
}

static void calls_table(const struct page *page)
{
	static const char *const head[] = {"where",	  "getpid_ns", "middle half",
					   "delta_ns",	  "x filter",  "ioctl_ns",
					   "middle half", "delta_ns",  "x filter"};
	const struct cases *calls = &page->results->calls;
	struct table t;

	if (!calls->n)
		return;
	title(page, "System calls: getpid, and an ioctl whose request the filter looks into");
	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < calls->n; i++)
		calls_row(calls, &t, &calls->v[i]);
	finish(page, &t);
	reasons(page, calls, CASE_PROFILE);
}

/* ---- layers ---------------------------------------------------------------------------------- */

static const char *together(const struct bench_case *c)
{
	const char *list = "";

	for (size_t i = 0; i < c->with.n; i++)
		list = pool_printf("%s%s%s", list, *list ? " " : "with ", c->with.v[i]);
	return list;
}

static void layers_row(const struct cases *start, struct table *t, const struct bench_case *c)
{
	const struct bench_case *full = cases_find(start, CASE_PROFILE, PROFILE_FULL);
	bool again = c->kind == CASE_AGAIN;
	const char *cells[6] = {again ? "(full once more)" : c->name};
	struct figures f;

	cells[5] = together(c);
	if (compare_sample(start, full, c, &f)) {
		cells[1] = signed_number(f.delta.median, 3);
		cells[2] = half(&f.delta, 3);
		cells[3] = f.delta.bounded
				   ? pool_printf("%+.3f to %+.3f", f.delta.low, f.delta.high)
				   : "too few rounds";
		cells[4] = stats_is_noise(&f.delta)
				   ? "inside the noise"
				   : pool_printf("%.0f %%", 100 * f.delta.median / f.value.median);
	}
	table_row(t, cells);
}

static void layers_table(const struct page *page)
{
	static const char *const head[] = {"layer",	   "cost_ms", "middle half",
					   "99 % between", "of full", "left out together"};
	const struct cases *start = &page->results->start;
	const struct bench_case *again = cases_find(start, CASE_AGAIN, NULL);
	struct figures f;
	struct table t;

	if (!(page->results->request->parts & PART_LAYERS))
		return;
	title(page, "What each layer costs at start-up: full, less full without it");
	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < start->n; i++)
		if (start->v[i].kind == CASE_AGAIN || start->v[i].kind == CASE_WITHOUT)
			layers_row(start, &t, &start->v[i]);
	finish(page, &t);
	reasons(page, start, CASE_WITHOUT);
	if (compare_sample(start, cases_find(start, CASE_PROFILE, PROFILE_FULL), again, &f) &&
	    f.delta.bounded && !stats_is_noise(&f.delta))
		note(page, "Warning: the same command differs from itself by more than chance; the "
			   "machine was not quiet.");
}

/* ---- peers ----------------------------------------------------------------------------------- */

static void peers_row(const struct cases *start, struct table *t, const struct bench_case *c)
{
	const char *cells[8] = {c->name, c->version};
	struct figures f;

	if (!c->reason) {
		(void)compare_sample(start, c, NULL, &f);
		cells[2] = number(f.value.median, 3);
		cells[3] = half(&f.value, 3);
	}
	if (compare_sample(start, c, cases_find(start, CASE_BARE, NULL), &f))
		cells[4] = number(f.ratio.median, 2);
	if (compare_sample(start, cases_find(start, CASE_PROFILE, PROFILE_FULL), c, &f)) {
		cells[5] = number(f.ratio.median, 3);
		cells[6] = half(&f.ratio, 3);
	}
	cells[7] = c->what;
	table_row(t, cells);
}

static void peers_table(const struct page *page)
{
	static const char *const head[] = {"peer",   "version",	    "startup_ms",  "middle half",
					   "x bare", "full / peer", "middle half", "what it does"};
	const struct cases *start = &page->results->start;
	size_t n = 0;
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < start->n; i++)
		if (start->v[i].kind == CASE_PEER) {
			peers_row(start, &t, &start->v[i]);
			n++;
		}
	if (n == 0)
		return;
	title(page, "Peers: start-up of the same command in the same rounds");
	finish(page, &t);
	reasons(page, start, CASE_PEER);
}

int render_text(const struct results *results, FILE *file)
{
	struct page page = {results, file, results->request->markdown};
	struct out out;

	if (page.markdown)
		fputs("```\n", file);
	out_begin(&out, file, OUT_TEXT);
	render_facts(results, &out);
	if (page.markdown)
		fputs("```\n", file);
	overhead(&page);
	calls_table(&page);
	layers_table(&page);
	peers_table(&page);
	return out_end(&out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-junit: operations as test cases, in the XML that CI systems show (JUnit's, as Jenkins,
 * GitLab and others read it). A column is a suite.
 *
 * A failure is what ends the matrix with 1: reached in full without a reason, or worse than the
 * baseline. An error is what could not be told. Mustn't fail a case for what a weak profile lets
 * through: that is what it is measured for.
 */
#include "compare.h"

#include "pool.h"

enum verdict { PASSED, FAILED, ERROR, SKIPPED, VERDICTS };

struct result_case {
	enum verdict verdict;
	const char *text;
};

static const struct change *find_change(const struct comparison *baseline, const struct column *c,
					const struct op *op)
{
	for (size_t i = 0; baseline && i < baseline->n; i++)
		if (baseline->v[i].new_column == c && baseline->v[i].op == op &&
		    compare_is_worse(&baseline->v[i]))
			return &baseline->v[i];
	return NULL;
}

static struct result_case judge(const struct column *c, const struct op *op, const struct blame *b,
				const struct comparison *baseline)
{
	const struct change *worse = find_change(baseline, c, op);

	if (worse)
		return (struct result_case){
			FAILED,
			pool_printf("worse than the baseline: %s; it was %s%s%s",
				    compare_blame_words(b), compare_blame_words(worse->before),
				    worse->why ? "; " : "", worse->why ? worse->why : "")};
	if (summary_is_unreasoned(c, op, b))
		return (struct result_case){FAILED, "REACHED, and nothing says why it may be"};
	if (b->skipped)
		return (struct result_case){SKIPPED, op->skipped_why ? op->skipped_why : "skipped"};
	if (b->broken || b->outcome.result == RESULT_BROKEN)
		return (struct result_case){ERROR, "it could not be measured"};
	if (b->outcome.result == RESULT_ABSENT)
		return (struct result_case){SKIPPED, "this host has no such thing"};
	return (struct result_case){PASSED, compare_blame_words(b)};
}

static void print_case(const struct column *c, const struct op *op, const struct blame *b,
		       const struct comparison *baseline, FILE *file)
{
	static const char *const tags[] = {"system-out", "failure", "error", "skipped"};
	struct result_case r = judge(c, op, b, baseline);
	const char *first = render_first(c, b);

	fputs("    <testcase", file);
	escape_attribute(file, "classname", pool_printf("%s.%s", c->profile.name, op->family));
	escape_attribute(file, "name", pool_printf("%s: %s", op->id, op->title));
	fputs(">\n      <", file);
	fputs(tags[r.verdict], file);
	if (r.verdict != PASSED)
		escape_attribute(file, "message", r.text);
	fputc('>', file);
	escape_print(file, r.text);
	if (first)
		escape_print(file, pool_printf("; first: %s", first));
	fprintf(file, "</%s>\n    </testcase>\n", tags[r.verdict]);
}

static void count(const struct report *r, const struct column *c, const struct comparison *baseline,
		  size_t counts[VERDICTS])
{
	for (size_t i = 0; i < r->ops->n; i++)
		counts[judge(c, &r->ops->v[i], &c->blames[i], baseline).verdict]++;
}

static void print_counts(const size_t counts[VERDICTS], FILE *file)
{
	fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
		counts[PASSED] + counts[FAILED] + counts[ERROR] + counts[SKIPPED], counts[FAILED],
		counts[ERROR], counts[SKIPPED]);
}

static void print_property(const char *name, const char *value, FILE *file)
{
	if (!value)
		return;
	fputs("      <property", file);
	escape_attribute(file, "name", name);
	escape_attribute(file, "value", value);
	fputs("/>\n", file);
}

static void print_suite(const struct report *r, const struct column *c,
			const struct comparison *baseline, FILE *file)
{
	size_t counts[VERDICTS] = {0};

	count(r, c, baseline, counts);
	fputs("  <testsuite", file);
	escape_attribute(file, "name",
			 pool_printf("%s %s", render_kind(c->subject->kind), c->profile.name));
	print_counts(counts, file);
	fputs(">\n    <properties>\n", file);
	print_property("kernel", r->facts.kernel, file);
	print_property("caller", r->facts.caller, file);
	print_property("system", r->facts.os, file);
	print_property("layers", render_set(c->subject->layers, c->profile.set, " "), file);
	fputs("    </properties>\n", file);
	for (size_t i = 0; i < r->ops->n; i++)
		print_case(c, &r->ops->v[i], &c->blames[i], baseline, file);
	fputs("  </testsuite>\n", file);
}

int render_junit(const struct report *r, const struct comparison *baseline, FILE *file)
{
	size_t counts[VERDICTS] = {0};

	for (size_t i = 0; i < r->columns_n; i++)
		count(r, &r->columns[i], baseline, counts);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pinfold matrix\"",
	      file);
	print_counts(counts, file);
	fputs(">\n", file);
	for (size_t i = 0; i < r->columns_n; i++)
		print_suite(r, &r->columns[i], baseline, file);
	fputs("</testsuites>\n", file);
	return fflush(file) || ferror(file) ? -1 : 0;
}

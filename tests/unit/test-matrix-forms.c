/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the other forms of a report say: JUnit's XML, SARIF and the summary; and that no word of a
 * host, a probe or another program gets out of its place in any of them.
 */
#include "test-matrix-report.h"

static const struct comparison *baseline;

static int print_junit(const struct report *r, FILE *file)
{
	return render_junit(r, baseline, file);
}

static int print_sarif(const struct report *r, FILE *file)
{
	return render_sarif(r, baseline, file);
}

static int print_summary(const struct report *r, FILE *file)
{
	return render_summary(r, TABLE_TEXT, file);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, word)); at++)
		n++;
	return n;
}

static void test_junit(void)
{
	struct made *m = made_new(), *old = made_new();
	struct comparison c;
	char *text = made_print(print_junit, &m->report);

	is_int(count(text, "<testsuite "), 4, "a suite for each column");
	is_int(count(text, "<testcase "), 16, "a case for each operation in each");
	is_int(count(text, "<failure"), 0, "what a weak profile lets through is no failure");
	ok(strstr(text, "tests=\"16\" failures=\"0\" errors=\"0\" skipped=\"0\""), "counted");
	m->blames[1][0] = made_blame(RESULT_REACHED, 0, 0);
	m->blames[1][1].broken = true;
	m->blames[1][2].outcome.result = RESULT_ABSENT;
	text = made_print(print_junit, &m->report);
	is_int(count(text, "<failure"), 1, "reached in full is one");
	is_int(count(text, "<error"), 1, "what was not measured is an error");
	is_int(count(text, "<skipped"), 1, "what the host has not is skipped");
	m = made_new();
	made_closed(&m->blames[2][0], EPERM, LANDLOCK, 0);
	m->blames[2][0].outcome = (struct answer){RESULT_REACHED, 0};
	compare_reports(&old->report, &m->report, &c);
	baseline = &c;
	text = made_print(print_junit, &m->report);
	is_int(count(text, "<failure"), 1, "worse than the baseline is a failure in any column");
	ok(strstr(text, "worse than the baseline"), "and says so");
	baseline = NULL;
}

static void test_sarif(void)
{
	struct made *m = made_new();
	char *text = made_print(print_sarif, &m->report);

	is_int(count(text, "\"shortDescription\""), OPS, "an operation is a rule");
	is_int(count(text, "\"level\": \"note\""), 2, "what hangs on one layer is a note");
	is_int(count(text, "\"level\": \"error\""), 0, "nothing is an error");
	m->blames[1][0] = made_blame(RESULT_REACHED, 0, 0);
	text = made_print(print_sarif, &m->report);
	is_int(count(text, "\"level\": \"error\""), 1, "reached in full is one");
}

static void test_summary(void)
{
	struct made *m = made_new();
	char *text = made_print(print_summary, &m->report);
	struct count n;
	struct worth w;

	summary_count(&m->report, &m->columns[1], NULL, &n);
	is_int(n.ops, OPS, "all are counted");
	is_int(n.blocked, 4, "all are blocked in full");
	is_int(n.depth[0], 2, "two by one layer");
	is_int(n.depth[1], 2, "two by two");
	summary_count(&m->report, &m->columns[0], "mount", &n);
	is_int(n.host, 1, "one by the host");
	summary_worth(&m->report, &m->columns[1], 1, &w);
	is_int(w.alone, 2, "two hang on mount alone");
	is_int(w.enough, 4, "it is enough for all");
	is_int(w.first, 4, "and first everywhere");
	summary_worth(&m->report, &m->columns[1], 0, &w);
	is_int(w.opens, 1, "a layer that opens is seen");
	ok(summary_main(&m->report) == &m->columns[1], "the summary is about full");
	ok(strstr(text, "  mount: connect; mount\n"), "what hangs on one layer is named");
	m->blames[1][0] = made_blame(RESULT_REACHED, 0, 0);
	ok(summary_is_unreasoned(&m->columns[1], &m->ops_v[0], &m->blames[1][0]),
	   "reached in full without a reason is seen");
	ok(!summary_is_unreasoned(&m->columns[0], &m->ops_v[0], &m->blames[0][0]),
	   "in a weaker profile it is no matter");
	text = made_print(print_summary, &m->report);
	ok(strstr(text, "read a file  fs.read  NONE"), "and named");
}

/* A reason names one operation, once, and says something. */
static void test_reasons(void)
{
	size_t twice = 0, empty = 0;

	for (const struct reason *r = reasons; r->op; r++) {
		twice += reason_find(r->op) != r;
		empty += strlen(r->why) < 20;
	}
	is_int(twice, 0, "no operation has two reasons");
	is_int(empty, 0, "every reason says something");
	ok(!reason_find("fs.read-passwd"), "what must never be reached has none");
}

static void test_hostile(void)
{
	struct made *m = made_hostile();
	char *junit = made_print(print_junit, &m->report);
	char *json = made_print(render_json, &m->report);
	char *sarif = made_print(print_sarif, &m->report);
	char *text = made_print(print_summary, &m->report);

	is_int(count(junit, "<script"), 0, "XML: no tag of others");
	is_int(count(junit, "]]>"), 0, "XML: no end of a section");
	ok(strstr(junit, "&lt;script&gt;"), "XML: it is shown as text");
	is_int(count(junit, "\x01") + count(junit, "\xff"), 0,
	       "XML: no byte that it does not know");
	is_int(count(json, "\x01") + count(json, "\xff") + count(sarif, "\x01"), 0,
	       "JSON: no raw control byte");
	is_int(count(text, "\x01"), 0, "text: no control byte");
}

int main(void)
{
	test_junit();
	test_sarif();
	test_summary();
	test_reasons();
	test_hostile();
	return tap_done();
}

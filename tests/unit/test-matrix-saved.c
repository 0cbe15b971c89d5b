/* SPDX-License-Identifier: Apache-2.0 */
/* What is saved comes back as it was; what is not a whole result of ours is refused. */
#include "test-matrix-report.h"

#include "matrix.h"

static int parse(const char *text, struct report *r, struct err *e)
{
	*e = (struct err){0};
	return saved_parse(text, strlen(text), r, e);
}

static void test_round(struct made *m, const char *what)
{
	static struct report again;
	char *text = made_print(render_json, &m->report), *second;
	struct err e;

	if (!ok(parse(text, &again, &e) == 0, "%s is read back: %s", what, e.what))
		return;
	second = made_print(render_json, &again);
	is_str(second, text, "%s is the same when it is written once more", what);
	is_int(again.columns_n, 4, "all columns are there");
	is_int(again.subjects_n, 3, "all subjects too");
	ok(again.columns[2].subject->kind == SUBJECT_POLICY, "a policy is one");
	ok(again.columns[1].blames[3].opened_by == NNP, "what opens is remembered");
	free(text);
	free(second);
}

/* text with the first `from` replaced by `to`. */
static char *replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out = NULL;

	if (!at)
		printf("# \"%s\" is not in it\n", from);
	if (!at || asprintf(&out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) < 0)
		abort();
	return out;
}

static void test_bad(void)
{
	static const struct {
		const char *from, *to;
	} bad[] = {
		{"\"format\": 1", "\"format\": 2"},
		{"\"format\": 1,", ""},
		{"\"format\": 1,", "\"format\": 1, \"format\": 1,"},
		{"\"kernel\": \"6.18\"", "\"kernel\": 6"},
		{"\"kernel\": \"6.18\"", "\"kernel\": \"\\u001b[2J\""},
		{"\"kernel\": \"6.18\"", "\"kernel\": \"\""},
		{"\"landlock_abi\": 7", "\"landlock_abi\": -7"},
		{"\"landlock_abi\": 7", "\"landlock_abi\": 99999999999"},
		{"\"id\": \"fs.read\"", "\"id\": null"},
		{"\"name\": \"landlock\"", "\"name\": \"landlook\""},
		{"\"needs\": [\"nnp\"]", "\"needs\": [\"landlock\"]"},
		{"\"needs\": [\"nnp\"]", "\"needs\": [7]"},
		{"\"needs\": [\"nnp\"]", "\"needs\": \"nnp\""},
		{"\"offered\": true", "\"offered\": 1"},
		{"\"kind\": \"policy\"", "\"kind\": \"other\""},
		{"\"outcome\": \"REACHED\"", "\"outcome\": \"reached\""},
		{"\"errno\": \"EPERM\"", "\"errno\": \"EPERMS\""},
		{"\"first\": \"mount\"", "\"first\": \"mount|\\u0000\""},
		{"\"first\": \"mount\"", "\"first\": \"mount|bed\""},
		{"\"depth\": 2", "\"depth\": -2"},
		{"\"depth\": 2", "\"depth\": \"2\""},
		{"\"measured\": true", "\"measured\": null"},
		{"\"single\": []", "\"single\": [\"moon\"]"},
		{"\"blockers\": []", "\"blockers\": [[\"x\"]]"},
		{"\"means\": [", "\"means\": 3, \"x\": ["},
		{"\"switches\": [", "\"switches\": {}, \"x\": ["},
		{"\"points_not_measured\": 0", "\"points_not_measured\": 5"},
		{"\"runs\": 10", "\"runs\": \"10\""},
	};
	static struct report r;
	char *text = made_print(render_json, &made_new()->report);
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *changed = replace(text, bad[i].from, bad[i].to);

		ok(parse(changed, &r, &e) == -1 && e.what[0], "%s is refused: %s", bad[i].to,
		   e.what);
		free(changed);
	}
	ok(parse("", &r, &e) == -1, "nothing is no result");
	ok(parse("[]", &r, &e) == -1, "a list is none");
	ok(parse("{\"format\": 1}", &r, &e) == -1, "a bare head is none");
	free(text);
}

/* Cut off anywhere, it is never taken, and never read beyond its end. */
static void test_cut(void)
{
	static struct report r;
	char *text = made_print(render_json, &made_new()->report);
	size_t n = strlen(text), taken = 0;
	struct err e;

	for (size_t i = 0; i < n - 2; i += 7) {
		char *part = strndup(text, i);

		taken += parse(part, &r, &e) == 0;
		free(part);
	}
	is_int(taken, 0, "a result that is cut off is never taken");
	free(text);
}

int main(void)
{
	test_round(made_new(), "a report");
	test_bad();
	test_cut();
	return tap_done();
}

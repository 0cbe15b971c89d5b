/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler by itself: tables that it must refuse, and many random tables, which it must
 * compile as the model reads them. The random ones have what the real table may have one day:
 * distances beyond a jump's reach, 64-bit masks, every verdict.
 */
#include "filter/compare.h"

#include <errno.h>

enum { TABLES = 120, ROWS = 240, RULES_PLAIN = FILTER_VERDICTS, RULES_ASKING = 14 };

static struct filter made;

static void refuse(const char *name, const struct filter_row *rows, size_t n, const char *why)
{
	struct err e = {0};
	int rc = filter_make(FILTER_NATIVE, rows, n, &made, &e);

	ok(rc == -1 && strstr(e.what, why), "refused: %s: %s", name, e.what);
}

static void test_refusals(void)
{
	static const struct filter_rule allow = {.name = "ALLOW"};
	static const struct filter_rule wide = {
		.name = "R", .steps = {{.tests = {{.mask = 1ull << 32, .values_n = 1}}}}};
	static const struct filter_rule empty = {.name = "R", .steps = {{.tests = {{.mask = 1}}}}};
	static const struct filter_rule never = {
		.name = "R", .steps = {{.tests = {{.mask = 6, .values_n = 1, .values = {1}}}}}};
	static const struct filter_rule seventh = {
		.name = "R", .steps = {{.tests = {{.mask = 1, .op = FILTER_HAS, .arg = 6}}}}};
	static const struct filter_rule gap = {
		.name = "R", .steps = {[1] = {.tests = {{.mask = 1, .op = FILTER_HAS}}}}};
	static const struct filter_rule half = {
		.name = "R", .steps = {{.tests = {[1] = {.mask = 1, .op = FILTER_HAS}}}}};
	static const struct filter_rule verdict = {.name = "R", .otherwise = FILTER_VERDICTS};
	static const struct filter_rule op = {
		.name = "R", .steps = {{.tests = {{.mask = 1, .op = FILTER_HAS + 1}}}}};
	const struct filter_row base = {"one", "g", "why", &allow, {1, 1}};
	struct filter_row r[2] = {base, base};
	struct err e = {0};
	const struct {
		const char *name, *why;
		const struct filter_rule *rule;
	} rules[] = {{"values in the high half", "32 bits", &wide},
		     {"no values", "32 bits", &empty},
		     {"a value outside its mask", "never leaves", &never},
		     {"a seventh argument", "no such test", &seventh},
		     {"a step after none", "a gap", &gap},
		     {"a test after none", "a gap", &half},
		     {"an unknown verdict", "no such verdict", &verdict},
		     {"an unknown comparison", "no such test", &op}};

	ok(filter_make(FILTER_NATIVE, r, 1, &made, &e) == 0, "one row compiles");
	refuse("a name twice", r, 2, "two rows");
	r[1].name = "two";
	refuse("a number twice", r, 2, "both 1");
	r[1].nr[0] = r[1].nr[1] = FILTER_NR_MAX;
	refuse("a number too high", r, 2, "no system call number");
	r[1].nr[0] = r[1].nr[1] = -2;
	refuse("a number too low", r, 2, "no system call number");
	r[1].nr[0] = r[1].nr[1] = 2;
	r[1].why = NULL;
	refuse("no reason at all", r, 2, "column");
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		r[0].rule = rules[i].rule;
		refuse(rules[i].name, r, 1, rules[i].why);
	}
	r[0].why = "";
	refuse("an empty reason for what is not simply allowed", r, 1, "no reason");
	r[0].name = "";
	refuse("no name", r, 1, "column");
}

static void make_rule(struct filter_rule *rule, uint64_t *state)
{
	size_t steps = 1 + corpus_random(state) % FILTER_STEPS;

	*rule = (struct filter_rule){.name = "R", .what = ""};
	rule->otherwise = corpus_random(state) % FILTER_VERDICTS;
	for (size_t s = 0; s < steps; s++) {
		rule->steps[s].verdict = corpus_random(state) % FILTER_VERDICTS;
		for (size_t t = 0; t <= corpus_random(state) % FILTER_TESTS; t++) {
			struct filter_test *test = &rule->steps[s].tests[t];

			test->arg = corpus_random(state) % 3;
			test->op = corpus_random(state) % 3;
			test->mask = corpus_random(state) & corpus_random(state);
			if (test->op == FILTER_HAS) {
				test->mask >>= corpus_random(state) % 2 * 32;
				test->mask <<= corpus_random(state) % 2 * 32;
				test->mask |= test->mask ? 0 : 0x100;
				continue;
			}
			test->mask =
				corpus_random(state) % 2 ? 0xffffffff : (uint32_t)test->mask | 1;
			test->values_n = (uint8_t)(1 + corpus_random(state) % 3);
			for (size_t v = 0; v < test->values_n; v++)
				test->values[v] = (uint32_t)(corpus_random(state) & test->mask);
		}
	}
}

/* Numbers in runs, as a kernel gives them out, and some alone. */
static size_t make_rows(struct filter_row *rows, char names[][16], const struct filter_rule *rules,
			uint64_t *state)
{
	size_t n = 0;
	int nr = 0;

	for (; n < ROWS && nr < FILTER_NR_MAX; nr++) {
		if (corpus_random(state) % 4 == 0)
			nr += (int)(corpus_random(state) % 8);
		if (nr >= FILTER_NR_MAX)
			break;
		(void)snprintf(names[n], sizeof(names[n]), "c%d", nr);
		rows[n] = (struct filter_row){
			.name = names[n],
			.group = "g",
			.why = "w",
			.rule = &rules[corpus_random(state) % (RULES_PLAIN + RULES_ASKING)],
			.nr = {(int16_t)nr, (int16_t)nr}};
		n++;
	}
	return n;
}

/* Tables that do not fit are refused; most do, and those are compared. */
static void test_random_tables(void)
{
	static struct filter_rule rules[RULES_PLAIN + RULES_ASKING];
	static struct filter_row rows[ROWS];
	static char names[ROWS][16];
	struct compare c = {.filter = &made, .rows = rows};
	size_t longest = 0, fitted = 0, other_errors = 0;
	uint64_t state = 0x1234567;

	for (size_t r = 0; r < RULES_PLAIN; r++)
		rules[r] = (struct filter_rule){.name = "P", .what = "", .otherwise = (uint8_t)r};
	for (size_t i = 0; i < TABLES; i++) {
		struct err e = {0};

		for (size_t r = 0; r < RULES_ASKING; r++)
			make_rule(&rules[RULES_PLAIN + r], &state);
		c.rows_n = 1 + corpus_random(&state) % make_rows(rows, names, rules, &state);
		c.arch = i % FILTER_ARCHES;
		if (filter_make(c.arch, rows, c.rows_n, &made, &e)) {
			other_errors += e.num != E2BIG;
			continue;
		}
		fitted++;
		longest = made.n > longest ? made.n : longest;
		corpus_numbers(filter_arch_audit(c.arch), 500, compare_visit, &c);
		for (size_t r = i % 7; r < c.rows_n; r += 7)
			corpus_row(c.arch, &rows[r], false, compare_visit, &c);
	}
	is_int(other_errors, 0, "random tables are refused for their size only");
	ok(fitted >= TABLES / 2, "%zu of %d random tables fit", fitted, TABLES);
	ok(longest > 400, "the longest of them has %zu instructions, beyond a jump's reach",
	   longest);
	is_int(c.different, 0, "%zu inputs to random filters as the model says", c.compared);
}

static void test_hash(void)
{
	static struct filter a, b;
	struct err e = {0};
	uint64_t h;

	ok(filter_make(FILTER_X86_64, filter_rows, filter_rows_n, &a, &e) == 0 &&
		   filter_make(FILTER_X86_64, filter_rows, filter_rows_n, &b, &e) == 0,
	   "the table compiles twice");
	h = filter_hash(a.insns, a.n);
	ok(h == filter_hash(b.insns, b.n), "to the same filter");
	b.insns[b.n - 1].k ^= 1;
	ok(h != filter_hash(b.insns, b.n), "one bit changes the hash");
	ok(h != filter_hash(a.insns, a.n - 1), "so does one instruction less");
}

int main(void)
{
	test_refusals();
	test_random_tables();
	test_hash();
	return tap_done();
}

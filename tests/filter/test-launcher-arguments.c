/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row with arguments on both sides of every boundary of its rule, against the model: each
 * value and its neighbours, with bits above 32, each of the 64 bits turned.
 */
#include "filter/compare.h"

static void test_rule(enum filter_arch arch, const struct filter_rule *rule, struct compare *c)
{
	size_t rows = 0;

	c->compared = c->different = 0;
	for (size_t i = 0; i < filter_rows_n; i++) {
		if (filter_rows[i].rule != rule || filter_rows[i].nr[arch] < 0)
			continue;
		corpus_row(arch, &filter_rows[i], true, compare_visit, c);
		rows++;
	}
	ok(c->different == 0 && (c->compared > 0) == (rows > 0),
	   "%s: rule %s: %zu inputs to %zu calls as the model says", filter_arch_name(arch),
	   rule->name, c->compared, rows);
}

/* A rule that nobody names is a mistake in the tables. */
static void test_used(const struct filter_rule *rule)
{
	size_t used = 0;

	for (size_t i = 0; i < filter_rows_n; i++)
		used += filter_rows[i].rule == rule;
	ok(used > 0, "rule %s: %zu rows name it", rule->name, used);
}

int main(void)
{
	for (size_t r = 0; r < filter_rules_n; r++)
		test_used(&filter_rules[r]);
	for (int a = 0; a < FILTER_ARCHES; a++) {
		struct compare c = compare_begin(a);

		for (size_t r = 0; r < filter_rules_n; r++)
			test_rule(a, &filter_rules[r], &c);
		printf("# %s: at most %u instructions for any input\n", filter_arch_name(a),
		       c.max_insns);
	}
	return tap_done();
}

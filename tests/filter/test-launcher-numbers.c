/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every number on every architecture, against the model; and the filter's size and depth.
 */
#include "filter/compare.h"

#include <stdlib.h>

enum {
	RANDOM_NUMBERS = 200000,
	/* What the tables of today need, with some room: a change that doubles it is a design
	   question. */
	INSNS_BOUND = 420,
	JUMPS_BOUND = 14
};

static void test_numbers(enum filter_arch arch)
{
	struct compare c = compare_begin(arch);

	for (size_t i = 0; i < ARRAY_SIZE(corpus_arches); i++) {
		bool native = corpus_arches[i] == filter_arch_audit(arch);

		c.compared = c.different = 0;
		corpus_numbers(corpus_arches[i], native ? RANDOM_NUMBERS : 2000, compare_visit, &c);
		is_int(c.different, 0,
		       "%s: calls as architecture %#x: %zu numbers as the model says",
		       filter_arch_name(arch), corpus_arches[i], c.compared);
	}
	c.compared = c.different = 0;
	corpus_trips(filter_arch_audit(arch), compare_visit, &c);
	is_int(c.different, 0,
	       "%s: arguments that one call's rule refuses, given to all: %zu calls",
	       filter_arch_name(arch), c.compared);
	c.compared = c.different = 0;
	for (int bit = 0; bit < 32; bit++)
		corpus_numbers(filter_arch_audit(arch) ^ 1u << bit, 0, compare_visit, &c);
	is_int(c.different, 0, "%s: one bit of the architecture turned: %zu calls killed",
	       filter_arch_name(arch), c.compared);
}

/* How deep the calls lie that are allowed whatever their arguments. */
static void test_depth(enum filter_arch arch)
{
	struct compare c = compare_begin(arch);
	unsigned int jumps = 0, insns = 0, n = 0;
	unsigned long sum = 0;

	for (size_t i = 0; i < filter_rows_n; i++) {
		struct seccomp_data data = {.nr = filter_rows[i].nr[arch],
					    .arch = filter_arch_audit(arch)};
		struct bpf_result r = bpf_run(c.filter->insns, c.filter->n, &data);

		if (data.nr < 0 || !str_equal(filter_rows[i].rule->name, "ALLOW"))
			continue;
		jumps = r.jumps > jumps ? r.jumps : jumps;
		insns = r.insns > insns ? r.insns : insns;
		sum += r.insns;
		n++;
	}
	printf("# %s: %zu instructions; %u calls always allowed, at most %u jumps and %u "
	       "instructions "
	       "deep, %.1f on average\n",
	       filter_arch_name(arch), c.filter->n, n, jumps, insns, (double)sum / (n ? n : 1));
	ok(n > 200, "%s: more than 200 calls are always allowed", filter_arch_name(arch));
	ok(c.filter->n <= INSNS_BOUND, "%s: %zu instructions, at most %d", filter_arch_name(arch),
	   c.filter->n, INSNS_BOUND);
	ok(jumps <= JUMPS_BOUND, "%s: allowed after %u jumps, at most %d", filter_arch_name(arch),
	   jumps, JUMPS_BOUND);
}

/* The comparison sees a difference where there is one: here, in the rows that the model reads. */
static void test_blindness(enum filter_arch arch)
{
	struct compare c = compare_begin(arch);
	struct filter_row *rows = malloc(filter_rows_n * sizeof(*rows));
	size_t blind = 0, tried = 0;

	if (!rows)
		return;
	memcpy(rows, filter_rows, filter_rows_n * sizeof(*rows));
	c.rows = rows;
	c.quiet = true;
	for (size_t i = 0; i < filter_rows_n; i++) {
		const struct filter_rule *rule = rows[i].rule;

		if (rows[i].nr[arch] < 0)
			continue;
		rows[i].rule = &filter_rules[str_equal(rule->name, "ALLOW") ? 1 : 0];
		c.different = 0;
		corpus_row(arch, &rows[i], false, compare_visit, &c);
		corpus_row(arch, &filter_rows[i], false, compare_visit, &c);
		blind += c.different == 0;
		tried++;
		rows[i].rule = rule;
	}
	is_int(blind, 0, "%s: each of %zu rows, changed, is seen to differ", filter_arch_name(arch),
	       tried);
	free(rows);
}

int main(void)
{
	for (int a = 0; a < FILTER_ARCHES; a++) {
		test_numbers(a);
		test_depth(a);
		test_blindness(a);
	}
	return tap_done();
}

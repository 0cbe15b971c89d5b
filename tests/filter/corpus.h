/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus: the inputs on which filters are compared: numbers, architectures, and the arguments on
 * both sides of every boundary that a rule has.
 */
#ifndef PINFOLD_TESTS_CORPUS_H
#define PINFOLD_TESTS_CORPUS_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "str.h"

enum { CORPUS_VALUES = 1024, CORPUS_ARGS = 6 };

struct corpus_values {
	uint64_t v[CORPUS_VALUES];
	size_t n;
};

typedef void corpus_visit(const struct seccomp_data *data, void *context);

/* The architectures that a process of this machine could ever speak with, and some that none can:
 * i386, x86-64, aarch64, arm, riscv64, s390x, mips64, ppc64le, the bare ELF machines, nonsense. */
static const uint32_t corpus_arches[] = {0x40000003, 0xc000003e, 0xc00000b7, 0x40000028,
					 0xc00000f3, 0x80000016, 0x80000008, 0xc0000015,
					 0x0000003e, 0x000000b7, 0x8000003e, 0x4000003e,
					 0xc000003f, 0xc000003c, 0,	     0xffffffff};

/* The same numbers in every run. */
static inline uint64_t corpus_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline void corpus_add(struct corpus_values *values, uint64_t v)
{
	for (size_t i = 0; i < values->n; i++)
		if (values->v[i] == v)
			return;
	if (values->n == CORPUS_VALUES)
		abort(); /* a boundary left out would look like one that was tried */
	values->v[values->n++] = v;
}

/* One value and what lies around it; wide: with each of its 64 bits turned, too. */
static inline void corpus_add_around(struct corpus_values *values, uint64_t v, bool wide)
{
	corpus_add(values, v);
	corpus_add(values, v - 1);
	corpus_add(values, v + 1);
	corpus_add(values, v | 1ull << 32);
	corpus_add(values, v | 0xffffffff00000000);
	for (int bit = 0; wide && bit < 64; bit++)
		corpus_add(values, v ^ 1ull << bit);
}

/* What is worth trying in an argument of a rule; empty where the rule does not look at it. */
static inline void corpus_arg(const struct filter_rule *rule, unsigned int arg, bool wide,
			      struct corpus_values *values)
{
	values->n = 0;
	for (size_t i = 0; i < FILTER_STEPS * FILTER_TESTS; i++) {
		const struct filter_test *t =
			&rule->steps[i / FILTER_TESTS].tests[i % FILTER_TESTS];

		if (!t->mask || t->arg != arg)
			continue;
		for (size_t v = 0; v < t->values_n; v++)
			corpus_add_around(values, t->values[v], wide);
		corpus_add(values, t->mask);
		corpus_add(values, ~t->mask);
		for (int bit = 0; wide && bit < 64; bit++)
			corpus_add(values, t->mask ^ 1ull << bit);
	}
	if (values->n)
		corpus_add_around(values, 0, wide);
}

/* All combinations of values[0..5]; an empty list stands for one random value. */
static inline void corpus_product(const struct corpus_values *values, struct seccomp_data *data,
				  unsigned int arg, uint64_t *state, corpus_visit *visit,
				  void *context)
{
	if (arg == CORPUS_ARGS) {
		visit(data, context);
		return;
	}
	for (size_t i = 0; i < (values[arg].n ? values[arg].n : 1); i++) {
		data->args[arg] = values[arg].n ? values[arg].v[i] : corpus_random(state);
		corpus_product(values, data, arg + 1, state, visit, context);
	}
}

/*
 * Visits the boundaries of one row's rule: each argument that it looks at takes its wide set in
 * turn, with all combinations of the others' narrow sets. Without wide: the narrow sets only.
 */
static inline void corpus_row(enum filter_arch arch, const struct filter_row *row, bool wide,
			      corpus_visit *visit, void *context)
{
	static struct corpus_values values[CORPUS_ARGS];
	struct seccomp_data data = {.nr = row->nr[arch], .arch = filter_arch_audit(arch)};
	uint64_t state = 0x9e3779b97f4a7c15u + (uint64_t)row->nr[arch];
	bool any = false;

	for (unsigned int widened = 0; widened < CORPUS_ARGS; widened++) {
		for (unsigned int a = 0; a < CORPUS_ARGS; a++)
			corpus_arg(row->rule, a, wide && a == widened, &values[a]);
		if (!values[widened].n || (any && !wide))
			continue;
		any = true;
		corpus_product(values, &data, 0, &state, visit, context);
	}
	if (!any)
		corpus_product(values, &data, 0, &state, visit, context);
}

/* Arguments for which the tests of a step hold, as far as one value each can do that. */
static inline void corpus_trip(const struct filter_step *step, struct seccomp_data *data)
{
	memset(data->args, 0, sizeof(data->args));
	for (size_t t = 0; t < FILTER_TESTS; t++) {
		const struct filter_test *test = &step->tests[t];

		if (test->mask && test->op == FILTER_IS)
			data->args[test->arg] = test->values[0];
		else if (test->mask)
			data->args[test->arg] = test->mask;
	}
}

/* Visits every number from 0 to 1023 with arguments that trip each step of each rule. */
static inline void corpus_trips(uint32_t audit, corpus_visit *visit, void *context)
{
	for (size_t i = 0; i < filter_rules_n * FILTER_STEPS; i++) {
		const struct filter_step *step =
			&filter_rules[i / FILTER_STEPS].steps[i % FILTER_STEPS];
		struct seccomp_data data = {.arch = audit};

		if (!step->tests[0].mask)
			continue;
		corpus_trip(step, &data);
		for (data.nr = 0; data.nr < FILTER_NR_MAX; data.nr++)
			visit(&data, context);
	}
}

/* Visits numbers: 0 to 1023, the same as x32's, the edges of int, and random ones. */
static inline void corpus_numbers(uint32_t audit, size_t random_n, corpus_visit *visit,
				  void *context)
{
	static const uint32_t edges[] = {0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000,
					 0xbfffffff, 0xc0000000, 0xfffffffe, 0xffffffff,
					 0x00010000, 0x00010027, 0x01000000, 0x20000000};
	struct seccomp_data data = {.arch = audit};
	uint64_t state = 0x2545f4914f6cdd1du;

	for (size_t i = 0; i < 2048 + ARRAY_SIZE(edges) + random_n; i++) {
		if (i < 2048)
			data.nr = (int)(i & 1023) | (i < 1024 ? 0 : 0x40000000);
		else if (i < 2048 + ARRAY_SIZE(edges))
			data.nr = (int)edges[i - 2048];
		else
			data.nr = (int)corpus_random(&state);
		for (unsigned int a = 0; a < CORPUS_ARGS; a++)
			data.args[a] = corpus_random(&state);
		data.instruction_pointer = corpus_random(&state);
		visit(&data, context);
	}
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: what the rows mean, written a second time and as plainly as can be.
 *
 * Shares with the compiler the tables and the words of launcher/filter.h, and no code: a linear
 * search, 64-bit arithmetic, and its own numbers for the verdicts.
 */
#ifndef PINFOLD_TESTS_MODEL_H
#define PINFOLD_TESTS_MODEL_H

#include <linux/seccomp.h>
#include <stdbool.h>

#include "filter.h"

enum { MODEL_X32 = 0x40000000 };

static inline uint32_t model_value(unsigned int verdict)
{
	switch (verdict) {
	case FILTER_ALLOW:
		return 0x7fff0000;
	case FILTER_NOTHING:
		return 0x00050000;
	case FILTER_KILL:
		return 0x80000000;
	case FILTER_EPERM:
		return 0x00050000 + 1;
	case FILTER_EINVAL:
		return 0x00050000 + 22;
	case FILTER_ENOSYS:
		return 0x00050000 + 38;
	case FILTER_EPROTONOSUPPORT:
		return 0x00050000 + 93;
	case FILTER_ESOCKTNOSUPPORT:
		return 0x00050000 + 94;
	case FILTER_EOPNOTSUPP:
		return 0x00050000 + 95;
	case FILTER_EAFNOSUPPORT:
		return 0x00050000 + 97;
	}
	return 0xdead0000;
}

static inline bool model_test(const struct filter_test *test, const struct seccomp_data *data)
{
	uint64_t got = data->args[test->arg] & test->mask;
	bool found = false;

	if (test->op == FILTER_HAS)
		return got != 0;
	for (unsigned int i = 0; i < test->values_n; i++)
		found = found || got == test->values[i];
	return test->op == FILTER_IS ? found : !found;
}

static inline bool model_step(const struct filter_step *step, const struct seccomp_data *data)
{
	if (!step->tests[0].mask)
		return false;
	for (unsigned int t = 0; t < FILTER_TESTS; t++)
		if (step->tests[t].mask && !model_test(&step->tests[t], data))
			return false;
	return true;
}

static inline uint32_t model_rule(const struct filter_rule *rule, const struct seccomp_data *data)
{
	for (unsigned int s = 0; s < FILTER_STEPS; s++)
		if (model_step(&rule->steps[s], data))
			return model_value(rule->steps[s].verdict);
	return model_value(rule->otherwise);
}

static inline uint32_t model_audit(enum filter_arch arch)
{
	return arch == FILTER_X86_64 ? 0xc000003e : 0xc00000b7;
}

static inline uint32_t model_run(enum filter_arch arch, const struct filter_row *rows, size_t n,
				 const struct seccomp_data *data)
{
	if (data->arch != model_audit(arch))
		return model_value(FILTER_KILL);
	if (data->nr & MODEL_X32)
		return model_value(FILTER_ENOSYS);
	for (size_t i = 0; i < n; i++)
		if (rows[i].nr[arch] != -1 && rows[i].nr[arch] == data->nr)
			return model_rule(rows[i].rule, data);
	return model_value(FILTER_ENOSYS);
}

#endif

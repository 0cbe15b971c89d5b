/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter-rows: the tables of the filter, and the questions that they answer.
 *
 * Should: turn table/syscalls.def and table/arguments.def into constants, look a number up, say
 * whether a table is whole. Mustn't: decide anything; what is allowed stands in the two tables.
 */
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include "filter-words.h"

#define RULE(name, ...) RULE_##name,
enum rule_index {
#include "table/arguments.def"
	RULES
};
#undef RULE

const struct filter_rule filter_rules[] = {
#define RULE(name_, what_, otherwise_, ...)                                                        \
	[RULE_##name_] = {.name = #name_,                                                          \
			  .what = what_,                                                           \
			  .otherwise = FILTER_##otherwise_,                                        \
			  .steps = {__VA_ARGS__}},
#include "table/arguments.def"
};
const size_t filter_rules_n = RULES;

/* A row whose group was never opened does not compile: GROUP declares what CALL names. */
#define GROUP(name, what) static const char GROUP_##name[] = #name;
#define CALL(name, x86_64, aarch64, rule, group, why)
#include "table/syscalls.def"
#undef GROUP
#undef CALL

const struct filter_group filter_groups[] = {
#define GROUP(name_, what_) {GROUP_##name_, what_},
#define CALL(name, x86_64, aarch64, rule, group, why)
#include "table/syscalls.def"
#undef GROUP
#undef CALL
};
const size_t filter_groups_n = ARRAY_SIZE(filter_groups);

const struct filter_row filter_rows[] = {
#define GROUP(name, what)
#define CALL(name_, x86_64_, aarch64_, rule_, group_, why_)                                        \
	{.name = #name_,                                                                           \
	 .group = GROUP_##group_,                                                                  \
	 .why = why_,                                                                              \
	 .rule = &filter_rules[RULE_##rule_],                                                      \
	 .nr = {x86_64_, aarch64_}},
#include "table/syscalls.def"
};
const size_t filter_rows_n = ARRAY_SIZE(filter_rows);

static const struct {
	const char *name;
	uint32_t value;
} verdicts[] = {
	[FILTER_ALLOW] = {"ALLOW", SECCOMP_RET_ALLOW},
	[FILTER_NOTHING] = {"NOTHING", SECCOMP_RET_ERRNO},
#define ERRNO(name) [FILTER_##name] = {#name, SECCOMP_RET_ERRNO | name}
	ERRNO(EPERM),
	ERRNO(EINVAL),
	ERRNO(ENOSYS),
	ERRNO(EAFNOSUPPORT),
	ERRNO(EPROTONOSUPPORT),
	ERRNO(ESOCKTNOSUPPORT),
	ERRNO(EOPNOTSUPP),
#undef ERRNO
	[FILTER_KILL] = {"KILL", SECCOMP_RET_KILL_PROCESS},
};
_Static_assert(ARRAY_SIZE(verdicts) == FILTER_VERDICTS, "every verdict has a name and a value");

static const struct {
	const char *name;
	uint32_t audit;
} arches[] = {
	[FILTER_X86_64] = {"x86_64", AUDIT_ARCH_X86_64},
	[FILTER_AARCH64] = {"aarch64", AUDIT_ARCH_AARCH64},
};
_Static_assert(ARRAY_SIZE(arches) == FILTER_ARCHES, "every architecture has a name and a value");

const char *filter_verdict_name(enum filter_verdict verdict)
{
	return verdicts[verdict].name;
}

uint32_t filter_verdict_value(enum filter_verdict verdict)
{
	return verdicts[verdict].value;
}

const char *filter_arch_name(enum filter_arch arch)
{
	return arches[arch].name;
}

uint32_t filter_arch_audit(enum filter_arch arch)
{
	return arches[arch].audit;
}

const struct filter_row *filter_find(enum filter_arch arch, uint32_t nr)
{
	for (size_t i = 0; i < filter_rows_n; i++)
		if (filter_rows[i].nr[arch] >= 0 && (uint32_t)filter_rows[i].nr[arch] == nr)
			return &filter_rows[i];
	return NULL;
}

static int check_row(const struct filter_row *row, struct err *e)
{
	if (!row->name || !*row->name || !row->group || !row->rule || !row->why)
		return fail(e, 0, "%s: a column is empty", row->name ? row->name : "(no name)");
	for (int a = 0; a < FILTER_ARCHES; a++)
		if (row->nr[a] < -1 || row->nr[a] >= FILTER_NR_MAX)
			return fail(e, 0, "%s: %d is no system call number on %s", row->name,
				    row->nr[a], arches[a].name);
	if (!*row->why && !str_equal(row->rule->name, "ALLOW"))
		return fail(e, 0, "%s: not simply allowed, and no reason is given", row->name);
	return 0;
}

int filter_check_rows(const struct filter_row *rows, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (check_row(&rows[i], e))
			return -1;
		for (size_t j = 0; j < i; j++) {
			if (str_equal(rows[i].name, rows[j].name))
				return fail(e, 0, "%s: there are two rows", rows[i].name);
			for (int a = 0; a < FILTER_ARCHES; a++)
				if (rows[i].nr[a] >= 0 && rows[i].nr[a] == rows[j].nr[a])
					return fail(e, 0, "%s and %s are both %d on %s",
						    rows[i].name, rows[j].name, rows[i].nr[a],
						    arches[a].name);
		}
	}
	return 0;
}

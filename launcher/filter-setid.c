/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter-setid: the small filter of the layer setid, from table/setid.def.
 *
 * Should: make rows for the compiler: those of syscalls.def, all of them plainly allowed but the
 * calls that give a file its mode. Mustn't: refuse anything else.
 */
#include "filter.h"

#include <errno.h>

#include "filter-words.h"

#define OF(call, rule)
#define SETID(name_, what_, otherwise_, ...)                                                       \
	static const struct filter_rule rule_##name_ = {.name = #name_,                            \
							.what = what_,                             \
							.otherwise = FILTER_##otherwise_,          \
							.steps = {__VA_ARGS__}};
#include "table/setid.def"
#undef OF
#undef SETID

static const struct {
	const char *call;
	const struct filter_rule *rule;
} calls[] = {
#define SETID(...)
#define OF(call, rule) {call, &rule_##rule},
#include "table/setid.def"
#undef OF
#undef SETID
};

int filter_make_setid_rows(struct filter_row *rows, struct err *e)
{
	static const struct filter_rule allow = {.name = "ALLOW", .otherwise = FILTER_ALLOW};
	size_t found = 0;

	for (size_t i = 0; i < filter_rows_n; i++) {
		rows[i] = filter_rows[i];
		rows[i].rule = &allow;
		for (size_t k = 0; k < ARRAY_SIZE(calls); k++)
			if (str_equal(calls[k].call, rows[i].name))
				rows[i].rule = calls[k].rule;
		found += rows[i].rule != &allow;
	}
	return found == ARRAY_SIZE(calls) ? 0 : fail(e, 0, "the table lacks a call of setid.def");
}

int filter_make_setid(enum filter_arch arch, struct filter *filter, struct err *e)
{
	struct filter_row rows[FILTER_NR_MAX];

	if (filter_rows_n > ARRAY_SIZE(rows))
		return fail(e, E2BIG, "the table has more than %d rows", FILTER_NR_MAX);
	if (filter_make_setid_rows(rows, e))
		return -1;
	return filter_make(arch, rows, filter_rows_n, filter, e);
}

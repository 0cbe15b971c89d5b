/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter-allow: the filter with groups of calls opened again, from table/allow.def.
 *
 * Should: make rows for the compiler: those of syscalls.def, with the calls of a set of groups
 * plainly allowed. The empty set is the filter itself. Mustn't: open anything else; a call that the
 * table does not forbid, or does not know, is a mistake in allow.def.
 */
#include "filter.h"

#include <errno.h>

#include "str.h"

enum allow_index {
#define ALLOW(name, what) ALLOW_##name,
#define OPENS(group, call)
#include "table/allow.def"
#undef ALLOW
#undef OPENS
	ALLOWS
};
_Static_assert((int)ALLOWS == (int)FILTER_ALLOWS, "filter.h says how many groups there are");

const struct filter_group filter_allows[] = {
#define ALLOW(name, what) {#name, what},
#define OPENS(group, call)
#include "table/allow.def"
#undef ALLOW
#undef OPENS
};

static const struct {
	unsigned int group;
	const char *call;
} opened[] = {
#define ALLOW(name, what)
#define OPENS(group, call) {ALLOW_##group, #call},
#include "table/allow.def"
#undef ALLOW
#undef OPENS
};

unsigned int filter_allow_bit(const char *name)
{
	for (unsigned int i = 0; i < FILTER_ALLOWS; i++)
		if (str_equal(filter_allows[i].name, name))
			return 1u << i;
	return 0;
}

static struct filter_row *find(struct filter_row *rows, const char *name)
{
	for (size_t i = 0; i < filter_rows_n; i++)
		if (str_equal(rows[i].name, name))
			return &rows[i];
	return NULL;
}

int filter_make_allowed_rows(unsigned int set, struct filter_row *rows, struct err *e)
{
	static const struct filter_rule allow = {.name = "ALLOW", .otherwise = FILTER_ALLOW};

	if (set >= FILTER_SETS)
		return fail(e, EINVAL, "there is no set %u of opened groups", set);
	for (size_t i = 0; i < filter_rows_n; i++)
		rows[i] = filter_rows[i];
	for (size_t i = 0; i < ARRAY_SIZE(opened); i++) {
		struct filter_row *row = find(rows, opened[i].call);

		if (!row || row->rule->steps[0].tests[0].mask ||
		    row->rule->otherwise == FILTER_ALLOW)
			return fail(e, 0, "%s: it is not forbidden, and cannot be opened",
				    opened[i].call);
		if (set >> opened[i].group & 1)
			row->rule = &allow;
	}
	return 0;
}

int filter_make_allowed(enum filter_arch arch, unsigned int set, struct filter *filter,
			struct err *e)
{
	struct filter_row rows[FILTER_NR_MAX];

	if (filter_rows_n > ARRAY_SIZE(rows))
		return fail(e, E2BIG, "the table has more than %d rows", FILTER_NR_MAX);
	if (filter_make_allowed_rows(set, rows, e))
		return -1;
	return filter_make(arch, rows, filter_rows_n, filter, e);
}

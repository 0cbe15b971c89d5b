/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter-sockets: the four small filters of the layer sockets, from table/sockets.def.
 *
 * Should: make rows for the compiler: those of syscalls.def, all of them plainly allowed but
 * socket(2) and socketpair(2). So the same numbers are known, and other architectures and the x32
 * ABI are closed, as in the large filter. Mustn't: refuse anything else.
 */
#include "filter.h"

#include <errno.h>
#include <string.h>

#include "filter-words.h"

#define RULE(name_, what_, ...)                                                                    \
	{                                                                                          \
		.name = name_, .what = what_, .otherwise = FILTER_ALLOW, .steps = { __VA_ARGS__ }  \
	}

static const struct filter_rule sockets[FILTER_SOCKETS] = {
#define SOCKETS(tcp, local, what, ...)                                                             \
	[FILTER_SOCKETS_TCP * (tcp) + FILTER_SOCKETS_LOCAL * (local)] =                            \
		RULE("SOCKETS", what, __VA_ARGS__),
#define PAIRS(local, what, ...)
#include "table/sockets.def"
#undef SOCKETS
#undef PAIRS
};

static const struct filter_rule pairs[2] = {
#define SOCKETS(tcp, local, what, ...)
#define PAIRS(local, what, ...) [local] = RULE("PAIRS", what, __VA_ARGS__),
#include "table/sockets.def"
#undef SOCKETS
#undef PAIRS
};

int filter_make_sockets_rows(unsigned int kind, struct filter_row *rows, struct err *e)
{
	static const struct filter_rule allow = {.name = "ALLOW", .otherwise = FILTER_ALLOW};
	int found = 0;

	if (kind >= FILTER_SOCKETS)
		return fail(e, EINVAL, "there is no filter of sockets %u", kind);
	for (size_t i = 0; i < filter_rows_n; i++) {
		rows[i] = filter_rows[i];
		rows[i].rule = &allow;
		if (str_equal(rows[i].name, "socket"))
			rows[i].rule = &sockets[kind];
		else if (str_equal(rows[i].name, "socketpair"))
			rows[i].rule = &pairs[kind & FILTER_SOCKETS_LOCAL ? 1 : 0];
		found += rows[i].rule != &allow;
	}
	return found == 2 ? 0 : fail(e, 0, "the table lacks socket or socketpair");
}

int filter_make_sockets(enum filter_arch arch, unsigned int kind, struct filter *filter,
			struct err *e)
{
	struct filter_row rows[FILTER_NR_MAX];

	if (filter_rows_n > ARRAY_SIZE(rows))
		return fail(e, E2BIG, "the table has more than %d rows", FILTER_NR_MAX);
	if (filter_make_sockets_rows(kind, rows, e))
		return -1;
	return filter_make(arch, rows, filter_rows_n, filter, e);
}

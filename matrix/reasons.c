/* SPDX-License-Identifier: Apache-2.0 */
/* reasons: the rows of table/reasons.def, found by their operation. Pure. */
#include "report.h"

const struct reason reasons[] = {
#define REASON(op, kind, why) {op, REASON_##kind, why},
#include "table/reasons.def"
#undef REASON
	{NULL, REASON_DESIGN, NULL},
};

const struct reason *reason_find(const char *op)
{
	for (const struct reason *r = reasons; r->op; r++)
		if (str_equal(r->op, op))
			return r;
	return NULL;
}

const char *reason_kind_name(enum reason_kind kind)
{
	static const char *const names[] = {"design", "kernel", "host"};

	return names[kind];
}

/* SPDX-License-Identifier: Apache-2.0 */
/* err: fills and prints struct err. Mustn't exit: only main() ends a program. */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "str.h"

int fail(struct err *e, int num, const char *fmt, ...)
{
	va_list ap;

	e->num = num;
	va_start(ap, fmt);
	(void)vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	return -1;
}

int err_where(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (e->where[0])
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(e->where, sizeof(e->where), fmt, ap);
	va_end(ap);
	return -1;
}

int err_remedy(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(e->remedy, sizeof(e->remedy), fmt, ap);
	va_end(ap);
	return -1;
}

void err_print(const struct err *e, const char *program)
{
	char where[4 * sizeof(e->where)], what[4 * sizeof(e->what)], remedy[4 * sizeof(e->remedy)];

	str_escape(where, sizeof(where), e->where);
	str_escape(what, sizeof(what), e->what);
	str_escape(remedy, sizeof(remedy), e->remedy);
	fprintf(stderr, "%s: %s%s%s", program, where, where[0] ? ": " : "", what);
	if (e->num)
		fprintf(stderr, ": %s (%s)", strerror(e->num), err_name(e->num));
	fputc('\n', stderr);
	if (remedy[0])
		fprintf(stderr, "  %s\n", remedy);
}

int err_exit_code(const struct err *e)
{
	return e->code ? e->code : EXIT_OURS;
}

const char *err_name(int num)
{
	static char unnamed[24];
	const char *name = strerrorname_np(num);

	if (name)
		return name;
	(void)snprintf(unnamed, sizeof(unnamed), "errno %d", num);
	return unnamed;
}

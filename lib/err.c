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

void err_cause(struct err *e, const char *cause)
{
	(void)snprintf(e->cause, sizeof(e->cause), "%s", cause);
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

/*
 * Names as errno(3) has them; strerrorname_np(3) is glibc's alone. ENOTSUP and EWOULDBLOCK are
 * other words for numbers that are here.
 */
#define NAME(n)                                                                                    \
	{                                                                                          \
		n, #n                                                                              \
	}
static const struct {
	int num;
	const char *name;
} names[] = {
	NAME(EPERM),	    NAME(ENOENT),	   NAME(ESRCH),		  NAME(EINTR),
	NAME(EIO),	    NAME(ENXIO),	   NAME(E2BIG),		  NAME(ENOEXEC),
	NAME(EBADF),	    NAME(ECHILD),	   NAME(EAGAIN),	  NAME(ENOMEM),
	NAME(EACCES),	    NAME(EFAULT),	   NAME(ENOTBLK),	  NAME(EBUSY),
	NAME(EEXIST),	    NAME(EXDEV),	   NAME(ENODEV),	  NAME(ENOTDIR),
	NAME(EISDIR),	    NAME(EINVAL),	   NAME(ENFILE),	  NAME(EMFILE),
	NAME(ENOTTY),	    NAME(ETXTBSY),	   NAME(EFBIG),		  NAME(ENOSPC),
	NAME(ESPIPE),	    NAME(EROFS),	   NAME(EMLINK),	  NAME(EPIPE),
	NAME(EDOM),	    NAME(ERANGE),	   NAME(EDEADLK),	  NAME(ENAMETOOLONG),
	NAME(ENOLCK),	    NAME(ENOSYS),	   NAME(ENOTEMPTY),	  NAME(ELOOP),
	NAME(ENODATA),	    NAME(ETIME),	   NAME(ENOLINK),	  NAME(EPROTO),
	NAME(EBADMSG),	    NAME(EOVERFLOW),	   NAME(EILSEQ),	  NAME(EUSERS),
	NAME(ENOTSOCK),	    NAME(EDESTADDRREQ),	   NAME(EMSGSIZE),	  NAME(EPROTOTYPE),
	NAME(ENOPROTOOPT),  NAME(EPROTONOSUPPORT), NAME(ESOCKTNOSUPPORT), NAME(EOPNOTSUPP),
	NAME(EPFNOSUPPORT), NAME(EAFNOSUPPORT),	   NAME(EADDRINUSE),	  NAME(EADDRNOTAVAIL),
	NAME(ENETDOWN),	    NAME(ENETUNREACH),	   NAME(ENETRESET),	  NAME(ECONNABORTED),
	NAME(ECONNRESET),   NAME(ENOBUFS),	   NAME(EISCONN),	  NAME(ENOTCONN),
	NAME(ETIMEDOUT),    NAME(ECONNREFUSED),	   NAME(EHOSTDOWN),	  NAME(EHOSTUNREACH),
	NAME(EALREADY),	    NAME(EINPROGRESS),	   NAME(ESTALE),	  NAME(EDQUOT),
	NAME(ECANCELED),    NAME(ENOKEY),	   NAME(EKEYEXPIRED),	  NAME(EKEYREVOKED),
	NAME(EKEYREJECTED), NAME(EOWNERDEAD),	   NAME(ENOTRECOVERABLE), NAME(ERFKILL),
};

const char *err_name(int num)
{
	static char unnamed[24];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].num == num)
			return names[i].name;
	(void)snprintf(unnamed, sizeof(unnamed), "errno %d", num);
	return unnamed;
}

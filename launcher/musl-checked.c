/* SPDX-License-Identifier: Apache-2.0 */
/*
 * musl-checked: three functions that only glibc has.
 *
 * Debian's libjansson.a was compiled against glibc with _FORTIFY_SOURCE, so it calls the checked
 * forms of these functions; they check the same here.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __GLIBC__

int __snprintf_chk(char *s, size_t n, int flag, size_t size, const char *fmt, ...);
int __vsnprintf_chk(char *s, size_t n, int flag, size_t size, const char *fmt, va_list ap);
char *__strncpy_chk(char *s, const char *from, size_t n, size_t size);

int __vsnprintf_chk(char *s, size_t n, int flag, size_t size, const char *fmt, va_list ap)
{
	(void)flag;
	if (n > size)
		abort();
	return vsnprintf(s, n, fmt, ap);
}

int __snprintf_chk(char *s, size_t n, int flag, size_t size, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = __vsnprintf_chk(s, n, flag, size, fmt, ap);
	va_end(ap);
	return rc;
}

char *__strncpy_chk(char *s, const char *from, size_t n, size_t size)
{
	if (n > size)
		abort();
	return strncpy(s, from, n);
}

#endif

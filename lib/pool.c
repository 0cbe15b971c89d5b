/* SPDX-License-Identifier: Apache-2.0 */
/* pool: see pool.h. A chunk in .bss serves the common start without one call to malloc. */
#include "pool.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

enum { CHUNK = 32 * 1024 };

static alignas(max_align_t) char first_chunk[CHUNK];
static char *chunk = first_chunk;
static size_t used;

static void *fresh(size_t size)
{
	static const char text[] = "out of memory\n";
	void *p = calloc(1, size);

	if (!p) {
		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
		_exit(EXIT_OURS);
	}
	return p;
}

void *pool_alloc(size_t size)
{
	void *p;

	if (size > CHUNK / 4)
		return fresh(size);
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (used + size > CHUNK) {
		chunk = fresh(CHUNK);
		used = 0;
	}
	p = chunk + used;
	used += size;
	return p;
}

char *pool_copy_n(const char *s, size_t n)
{
	char *p = pool_alloc(n + 1);

	memcpy(p, s, n);
	return p;
}

char *pool_copy(const char *s)
{
	return pool_copy_n(s, strlen(s));
}

char *pool_trim(const char *s, size_t n)
{
	while (n && s[0] == ' ')
		s++, n--;
	while (n && s[n - 1] == ' ')
		n--;
	return pool_copy_n(s, n);
}

char *pool_printf(const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	p = pool_alloc((size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return p;
}

void *pool_grow(void *v, size_t n, size_t size)
{
	void *grown = v;

	if ((n & (n - 1)) == 0)
		grown = pool_alloc((n ? 2 * n : 1) * size);
	if (grown != v && n)
		memcpy(grown, v, n * size);
	return grown;
}

void pool_list_add(struct str_list *list, const char *s)
{
	list->v = pool_grow(list->v, list->n, sizeof(*list->v));
	list->v[list->n++] = s;
}

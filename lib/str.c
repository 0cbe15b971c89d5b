/* SPDX-License-Identifier: Apache-2.0 */
/* str: see str.h. Pure: no system calls, no allocation. */
#include "str.h"

#include <stdio.h>
#include <string.h>

bool str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_path_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (str_equal(dir, "/"))
		return path[0] == '/';
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

bool str_has_control(const char *s)
{
	for (; *s; s++)
		if (is_control((unsigned char)*s))
			return true;
	return false;
}

int str_read_u32(const char *s, uint32_t max, uint32_t *out)
{
	uint64_t n = 0;

	if (!*s || (s[0] == '0' && s[1]))
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + (uint64_t)(*s - '0');
		if (n > max)
			return -1;
	}
	*out = (uint32_t)n;
	return 0;
}

void str_escape(char *dst, size_t size, const char *s)
{
	size_t n = 0;

	/* The widest escape is four bytes; stop while one still fits beside the NUL. */
	for (; *s && n + 5 <= size; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_control(c) || c == '\\')
			n += (size_t)snprintf(dst + n, size - n, "\\x%02x", c);
		else
			dst[n++] = (char)c;
	}
	dst[n] = '\0';
}

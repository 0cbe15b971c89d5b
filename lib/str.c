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

bool str_path_is_plain(const char *path)
{
	for (const char *p = path; *p;) {
		size_t n;

		if (*p++ != '/')
			return false;
		n = strcspn(p, "/");
		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += n;
	}
	return path[0] == '/';
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

bool str_is_name(const char *s, size_t most)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= most && !s[n] && s[0] != '.' && s[0] != '-';
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

size_t str_utf8_length(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = s[0] < 0x80			 ? 1
		   : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
		   : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
		   : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
						 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if (n == 3 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)))
		return 0;
	if (n == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)))
		return 0;
	return n;
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

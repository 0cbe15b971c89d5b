/* SPDX-License-Identifier: Apache-2.0 */
/* str: small questions about strings, and strict readers of numbers. */
#ifndef PINFOLD_STR_H
#define PINFOLD_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A list of strings that live elsewhere (argv, a pool). */
struct str_list {
	const char **v;
	size_t n;
};

bool str_equal(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);

/* True where path is dir or lies below it; both absolute and without "//", "." or "..". */
bool str_path_within(const char *path, const char *dir);

/* An absolute path without empty, "." or ".." parts, so that comparing text compares places. */
bool str_path_is_plain(const char *path);

/* True where s holds a byte below 0x20 or 0x7f: such names are refused wherever users give them. */
bool str_has_control(const char *s);

/* 1 to most letters of A-Z, a-z, 0-9, ".", "_" and "-", the first neither "." nor "-": it can be a
 * file's name anywhere, and is no option. */
bool str_is_name(const char *s, size_t most);

/*
 * Reads a whole decimal number: digits only, no sign, no space, no leading zero but "0" itself,
 * at most max. Returns 0 or -1. (A reader that took "1x" for 1 or "-1" for 4294967295 has been the
 * root of a privilege bug in several sandboxes.)
 */
int str_read_u32(const char *s, uint32_t max, uint32_t *out);

/* The length of the UTF-8 sequence at s, or 0 where the bytes are none (RFC 3629). */
size_t str_utf8_length(const char *s);

/* Copies s to dst with control bytes, backslashes and DEL as \xNN; always ends with NUL. */
void str_escape(char *dst, size_t size, const char *s);

#endif

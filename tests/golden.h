/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden: texts that a test compares with, one file for many cases: "$ NAME", then the text.
 * GOLDEN=write in the environment writes a file anew; read its diff.
 */
#ifndef PINFOLD_TEST_GOLDEN_H
#define PINFOLD_TEST_GOLDEN_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fd.h"
#include "pool.h"
#include "tap.h"

static inline bool golden_writes(void)
{
	return getenv("GOLDEN") && str_equal(getenv("GOLDEN"), "write");
}

/* path: below tests/. */
static inline const char *golden_read(const char *path)
{
	enum { MOST = 64 * 1024 };
	char *text = pool_alloc(MOST);
	ssize_t n = fd_read_file(pool_printf(TESTS_DIR "/%s", path), text, MOST);

	ok(n < MOST - 1, "%s fits", path);
	return n < 0 ? "" : text;
}

static inline void golden_write(const char *path, const char *text)
{
	FILE *file;

	if (str_equal(golden_read(path), text))
		return;
	file = fopen(pool_printf(TESTS_DIR "/%s", path), "w");
	ok(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s is written", path);
	printf("# %s has changed\n", path);
}

/* The case's part of its file is what follows its own line up to the next case's. */
static inline void golden_compare(const char *golden, const char *name, const char *text)
{
	const char *at = strstr(golden, pool_printf("$ %s\n", name));
	const char *body = at ? strchr(at, '\n') + 1 : NULL,
		   *end = body ? strstr(body, "\n$ ") : NULL;

	is_str(text, body ? pool_copy_n(body, end ? (size_t)(end - body) : strlen(body)) : NULL,
	       "%s", name);
}

#endif

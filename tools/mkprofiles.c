/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkprofiles: prints the shipped policies as rows of C, when the launcher is built.
 *
 *     mkprofiles profiles/build.json profiles/claude.json ...
 *
 * Comments and blanks stay behind: nothing of them is read at a start.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "fd.h"
#include "json.h"
#include "pool.h"
#include "str.h"

/* The file's name without its directory and its ".json". */
static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return pool_copy_n(name, strcspn(name, "."));
}

static void print_squeezed(const char *text)
{
	bool string = false;

	for (const char *s = text; *s; s++) {
		if (*s == '"')
			string = !string;
		if (!string && strchr(" \t\r\n", *s))
			continue;
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
		if (*s == '\\' && s[1]) {
			s++;
			if (*s == '"' || *s == '\\')
				putchar('\\');
			putchar(*s);
		}
	}
}

static int print_file(const char *path, struct err *e)
{
	char *text = pool_alloc(JSON_BYTES + 1);
	ssize_t n = fd_read_file(path, text, JSON_BYTES + 1);

	err_where(e, "%s", path);
	if (n < 0 || n == JSON_BYTES)
		return fail(e, n < 0 ? errno : EFBIG, "cannot read the policy");
	e->where[0] = '\0';
	if (json_blank(path, text, (size_t)n, e))
		return -1;
	printf("\t{\"%s\",\n\t \"", name_of(path));
	print_squeezed(text);
	printf("\"},\n");
	return 0;
}

int main(int argc, char **argv)
{
	struct err e = {0};

	puts("/* Made by mkprofiles from profiles/; do not edit. */");
	for (int i = 1; i < argc; i++) {
		if (print_file(argv[i], &e)) {
			err_print(&e, "mkprofiles");
			return EXIT_OURS;
		}
	}
	return fflush(stdout) ? EXIT_OURS : 0;
}

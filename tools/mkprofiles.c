/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkprofiles: prints the shipped policies as tables of C, when the launcher is built.
 *
 *     mkprofiles profiles/build.json profiles/claude.json ...
 *
 * They are parsed here, so that nothing is at a start. What their keys mean is the launcher's
 * business, and its tests'.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "fd.h"
#include "json.h"
#include "policy-items.h"
#include "pool.h"

static const char *const kinds[] = {
	[POLICY_STRING] = "STRING", [POLICY_INTEGER] = "INTEGER", [POLICY_REAL] = "REAL",
	[POLICY_TRUE] = "TRUE",	    [POLICY_FALSE] = "FALSE",	  [POLICY_NULL] = "NULL",
	[POLICY_LIST] = "LIST",	    [POLICY_OBJECT] = "OBJECT",
};

/* The file's name without its directory and its ".json". */
static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return pool_copy_n(name, strcspn(name, "."));
}

/* As a string of C: json_blank() has let no control byte pass, but strings may hold some escaped.
 */
static void print_string(const char *text)
{
	putchar('"');
	for (const char *s = text; *s; s++) {
		if (*s == '"' || *s == '\\' || *s == '?')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			printf("\\%03o", (unsigned int)(unsigned char)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

static int print_file(const char *path, int number, struct err *e)
{
	char *text = pool_alloc(JSON_BYTES + 1);
	ssize_t n = fd_read_file(path, text, JSON_BYTES + 1);
	struct policy_items items;

	if (n < 0 || n == JSON_BYTES) {
		err_where(e, "%s", path);
		return fail(e, n < 0 ? errno : EFBIG, "cannot read the policy");
	}
	if (policy_read_items(path, text, (size_t)n, &items, e))
		return -1;
	printf("static const struct policy_item items_%d[] = {\n", number);
	for (size_t i = 0; i < items.n; i++) {
		printf("\t{");
		print_string(items.v[i].path);
		printf(", %d, POLICY_%s, ", items.v[i].index, kinds[items.v[i].kind]);
		if (items.v[i].text)
			print_string(items.v[i].text);
		else
			printf("NULL");
		printf("},\n");
	}
	printf("};\n");
	return 0;
}

int main(int argc, char **argv)
{
	struct err e = {0};

	puts("/* Made by mkprofiles from profiles/; do not edit. */");
	for (int i = 1; i < argc; i++) {
		if (print_file(argv[i], i, &e)) {
			err_print(&e, "mkprofiles");
			return EXIT_OURS;
		}
	}
	puts("const struct policy_shipped policy_shipped[] = {");
	for (int i = 1; i < argc; i++)
		printf("\t{\"%s\", {items_%d, sizeof(items_%d) / sizeof(items_%d[0])}},\n",
		       name_of(argv[i]), i, i, i);
	puts("\t{NULL, {NULL, 0}},\n};");
	return fflush(stdout) ? EXIT_OURS : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-items.h: a policy file as a flat list: each value with its key's path.
 *
 * JSON becomes this as soon as it is parsed, and of the shipped policies it is what the build puts
 * into the program (tools/mkprofiles.c): a start with one of them parses nothing.
 */
#ifndef PINFOLD_POLICY_ITEMS_H
#define PINFOLD_POLICY_ITEMS_H

#include <stddef.h>

#include "err.h"

enum policy_kind {
	POLICY_STRING,
	POLICY_INTEGER,
	POLICY_REAL,
	POLICY_TRUE,
	POLICY_FALSE,
	POLICY_NULL,
	POLICY_LIST,  /* an empty one, or one inside a list */
	POLICY_OBJECT /* likewise */
};

struct policy_item {
	const char *path; /* "filesystem.ro", "environment.set.NAME"; "" for what is no object */
	int index;	  /* in a list; -1: no entry of one */
	enum policy_kind kind;
	const char *text; /* of a string or a number; NULL else */
};

struct policy_items {
	const struct policy_item *v;
	size_t n;
};

/* policy-items.c: the JSON in text, which is changed on the way; 0, or -1 with e. */
int policy_read_items(const char *name, char *text, size_t n, struct policy_items *items,
		      struct err *e);

#endif

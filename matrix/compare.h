/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.h: what differs between two reports, and which layer explains it.
 *
 * The two may come from other hosts, kernels or versions: columns, operations and layers are
 * matched by their names, and what only one of them has is a difference too.
 */
#ifndef PINFOLD_MATRIX_COMPARE_H
#define PINFOLD_MATRIX_COMPARE_H

#include "report.h"

enum change_kind {
	CHANGE_OPENED,	/* reached now, and it was not */
	CHANGE_THINNER, /* fewer layers must fail than before */
	CHANGE_CLOSED,	/* it was reached, and is not any more */
	CHANGE_THICKER,
	CHANGE_OTHER, /* another outcome, errno or blame, and as deep as before */
	CHANGE_NEW,   /* the operation is not in the old report */
	CHANGE_GONE   /* nor in the new one */
};

/* One operation in one column that both have. */
struct change {
	enum change_kind kind;
	const struct column *old_column, *new_column;
	const struct op *op;
	const struct blame *before, *after; /* NULL where it is not there */
	const char *why;		    /* the layers that explain it, in words; or NULL */
};

struct comparison {
	const struct report *before, *after;
	struct change *v;
	size_t n;
	struct str_list gone, come; /* columns of one of them only */
	struct str_list facts;	    /* "kernel: 6.1 -> 6.18": what the hosts differ in */
};

/* compare.c: pure. */
void compare_reports(const struct report *before, const struct report *after,
		     struct comparison *comparison);
/* Opened or thinner: what a baseline is there to catch. */
bool compare_is_worse(const struct change *change);
const char *compare_kind_name(enum change_kind kind);
/* "BLOCKED EPERM, depth 2" */
const char *compare_blame_words(const struct blame *b);

/* render-compare.c; -1 with errno. worse: only what got worse. */
int render_comparison(const struct comparison *c, enum table_format format, bool worse, FILE *file);
int render_comparison_json(const struct comparison *c, FILE *file);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt: options as rows of a table.
 *
 * One row makes the parser, the --help text and what a test compares the manual with, so no
 * program here has an option parser that grows by `if`s. `--name value` and `--name=value` are
 * both taken; parsing stops at "--" or at the first word that is no option, so that a command's own
 * options are never read as ours.
 */
#ifndef PINFOLD_OPT_H
#define PINFOLD_OPT_H

#include <stddef.h>
#include <stdio.h>

#include "err.h"
#include "str.h"

enum opt_type {
	OPT_FLAG,   /* bool: true when named */
	OPT_STRING, /* const char *: the last one named wins */
	OPT_LIST,   /* struct str_list: each one named is added */
	OPT_UINT,   /* uint32_t: a strict decimal number */
	OPT_WORD    /* const char *: the row's value itself when named; takes none */
};

struct opt {
	const char *name; /* without the dashes */
	enum opt_type type;
	size_t offset;	   /* of the member in the noun that is filled */
	const char *value; /* what stands for the value in help; NULL for a flag */
	const char *help;  /* one line */
};

/* The last row of a table. */
#define OPT_END                                                                                    \
	{                                                                                          \
		NULL, OPT_FLAG, 0, NULL, NULL                                                      \
	}

/*
 * Reads argv[1..] into noun by the rows of opts. Returns the index of the first word that is not
 * ours (argc where there is none), or -1 with e naming the option, what is wrong and the remedy.
 * A value with a control byte is refused (such names are never meant). "--help" is a row like
 * any other, where a program wants it.
 */
int opt_parse(const struct opt *opts, int argc, char *const *argv, void *noun, struct err *e);

/* One line a row, aligned. */
void opt_print_help(FILE *file, const struct opt *opts);

#endif

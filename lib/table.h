/* SPDX-License-Identifier: Apache-2.0 */
/* table: rows of cells, printed with aligned columns, as Markdown, or with tabs for programs. */
#ifndef PINFOLD_TABLE_H
#define PINFOLD_TABLE_H

#include <stdio.h>

#include "str.h"

enum table_format { TABLE_TEXT, TABLE_MARKDOWN, TABLE_TSV };

struct table {
	const char *const *head;
	size_t columns;
	struct str_list cells; /* row after row; a NULL cell prints as "-" */
};

/* head: the columns' names, which live as long as the table. */
void table_begin(struct table *t, const char *const *head, size_t columns);

/* Adds one row of t->columns cells, which live as long as the table. */
void table_row(struct table *t, const char *const *cells);

/*
 * Prints it. TEXT aligns columns by characters (UTF-8) and rules a line below the head; TSV
 * prints the head as a first line; control bytes are escaped in all of them.
 */
void table_print(const struct table *t, FILE *file, enum table_format format);

#endif

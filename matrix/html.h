/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h: the page of --html, in parts. Each prints its own section, or nothing where the report
 * has nothing for it. Every word that is not ours goes through escape_print().
 */
#ifndef PINFOLD_MATRIX_HTML_H
#define PINFOLD_MATRIX_HTML_H

#include "compare.h"

struct page {
	const struct report *report;
	const struct column *main;	     /* the profile that the map is of */
	const struct comparison *comparison; /* with another result, or NULL */
	FILE *file;
};

/* Text in an element: <tag class="class">text</tag>; class may be NULL, text too ("-"). */
void html_element(FILE *file, const char *tag, const char *class, const char *text);
void html_number(FILE *file, size_t n); /* a cell; empty for 0 */
/* A table in a box that scrolls by keyboard too; label names both. */
void html_table_begin(FILE *file, const char *class, const char *label, const char *caption);
/* A name that begins with # heads a column of numbers. */
void html_table_head(FILE *file, const char *const *names, size_t n);
void html_table_end(FILE *file);
/* Attributes by which the filters find an operation. */
void html_filter_words(const struct page *p, size_t op);
/* "d0" .. "d3", "never", "untold": the colour of a judgement. */
const char *html_depth_class(const struct blame *b);

void html_facts(const struct page *p); /* html-facts.c: the host */
void html_families(const struct page *p);
void html_layers(const struct page *p);
void html_reached(const struct page *p);
void html_map(const struct page *p);	 /* html-map.c */
void html_details(const struct page *p); /* html-details.c */
void html_costs(const struct page *p);	 /* html-costs.c */
void html_others(const struct page *p);	 /* html-others.c */
void html_changes(const struct page *p); /* html-changes.c */

/* html.c: the whole; -1 with errno. */
int html_render(const struct report *r, const struct comparison *comparison, FILE *file);
/*
 * The file is opened before anything else, by whoever called us, since root is given up later; it
 * is emptied and written when all is known. html_write() takes fd over.
 */
int html_open(const char *path, struct err *e);
int html_write(const struct report *r, const struct comparison *comparison, int fd, struct err *e);

#endif

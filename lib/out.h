/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out: one description of a report, printed as indented text or as JSON.
 *
 * The same calls make both, so the two cannot say different things. A key is NULL inside an array.
 * Strings are escaped: JSON as RFC 8259 asks (bytes that are not UTF-8 become U+FFFD), text as
 * str_escape() does.
 */
#ifndef PINFOLD_OUT_H
#define PINFOLD_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "str.h"

enum out_format { OUT_TEXT, OUT_JSON };

enum { OUT_DEPTH = 16 };

struct out {
	FILE *file;
	enum out_format format;
	int depth;
	bool begun[OUT_DEPTH]; /* has this level printed a member yet? */
	bool list[OUT_DEPTH];  /* is this level an array? */
	bool dash;	       /* text: "- " stands there, and the first member follows it */
};

/* Opens the outermost object. */
void out_begin(struct out *o, FILE *file, enum out_format format);

/* Closes it and flushes; -1 with errno where anything could not be written. */
int out_end(struct out *o);

void out_object(struct out *o, const char *key);
void out_object_end(struct out *o);
void out_array(struct out *o, const char *key);
void out_array_end(struct out *o);

void out_str(struct out *o, const char *key, const char *value); /* NULL prints null, "-" as text */
void out_int(struct out *o, const char *key, int64_t value);
void out_bool(struct out *o, const char *key, bool value);
void out_double(struct out *o, const char *key, double value, int decimals); /* NaN: as NULL */

/* A list of strings on one line. */
void out_list(struct out *o, const char *key, const struct str_list *list);

#endif

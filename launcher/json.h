/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h: strict JSON with comments.
 *
 * json_blank() takes comments out of a text and refuses what no file of ours holds; the rest is
 * jansson's, which is told to refuse duplicate keys. An error's where is "NAME:LINE:COLUMN", both
 * counted from 1, columns in characters.
 */
#ifndef PINFOLD_JSON_H
#define PINFOLD_JSON_H

#include <stddef.h>

#include "err.h"

enum {
	JSON_BYTES = 128 * 1024, /* of a text: what people write has a hundredth of it */
	JSON_NESTED = 16	 /* braces and brackets inside each other */
};

/* json-text.c, pure: text[n] is NUL; // and slash-star comments become blanks. 0, or -1 with e. */
int json_blank(const char *name, char *text, size_t n, struct err *e);

/* Sets e's where to the place of text[at], as json_blank() left text. */
void json_where(const char *name, const char *text, size_t at, struct err *e);

/* json.c: the value in text, whose comments are blanked on the way; NULL with e. */
struct json_t *json_read(const char *name, char *text, size_t n, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saved.h: reading a result back, member by member.
 *
 * The first thing that is wrong is kept in e, and everything after it is read without meaning: so
 * that a reader of many members asks once, at its end.
 */
#ifndef PINFOLD_MATRIX_SAVED_H
#define PINFOLD_MATRIX_SAVED_H

#include <jansson.h>

#include "report.h"

struct reader {
	struct report *report;
	struct layers *pinfold; /* the launcher's own layers */
	struct err *e;
};

int saved_bad(struct reader *r, const char *key, const char *what);

/* NULL where it is null or not there; the pool's copy otherwise. */
const char *saved_take_text(struct reader *r, const json_t *object, const char *key);
const char *saved_need_text(struct reader *r, const json_t *object, const char *key);
bool saved_take_bool(struct reader *r, const json_t *object, const char *key);
/* least where it is null. */
int saved_take_number(struct reader *r, const json_t *object, const char *key, int least);
const json_t *saved_take_list(struct reader *r, const json_t *object, const char *key, size_t most);

/* The layer of that name, as a set. */
uint32_t saved_find_name(struct reader *r, const struct layers *layers, const char *key,
			 const char *name, size_t n);
uint32_t saved_take_names(struct reader *r, const struct layers *layers, const json_t *object,
			  const char *key);
void saved_take_sets(struct reader *r, const struct layers *layers, const json_t *object,
		     const char *key, struct sets *sets);
struct layers *saved_layers(struct reader *r, const json_t *object, const char *key);

#endif

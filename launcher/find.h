/* SPDX-License-Identifier: Apache-2.0 */
/* find.h: which names below a directory match patterns: a walk with a stated bound. */
#ifndef PINFOLD_FIND_H
#define PINFOLD_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

enum {
	FIND_PATTERNS_MAX = 64,
	FIND_PARTS_MAX = 63, /* of one pattern: a state is a bit */
	FIND_NAMES = 500000  /* that a search may look at where nobody says otherwise */
};

/* True where text is a pattern, and not the name of one file. */
bool find_is_pattern(const char *text);

/*
 * Patterns are relative to dir: "*", "?" and "[...]" match within one part of a path, a part "**"
 * any number of parts. Letters match without regard to case, because some file systems look names
 * up so. Calls each(path, data) for every match, with its absolute path; what lies in a match is
 * not looked at. Returns 0; what each() returned where that is not 0; or -1 with e: more than
 * `names` names were there to look at, or a directory that the agent could read was not to be
 * searched.
 */
int find_names(const char *dir, const struct str_list *patterns, uint64_t names,
	       int (*each)(const char *path, void *data), void *data, struct err *e);

#endif

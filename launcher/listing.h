/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing.h: the names in one directory, so that a hundred names that are mostly absent cost a few
 * calls and not a hundred.
 */
#ifndef PINFOLD_LISTING_H
#define PINFOLD_LISTING_H

#include <stdbool.h>

#include "map.h"
#include "str.h"

enum { LISTING_MOST = 1024 }; /* names: with more of them each look-up is a call */

struct listing {
	struct map names;
	struct str_list directories; /* names of what is one, or may be */
	bool complete;		     /* else there are more than LISTING_MOST */
	bool exact; /* else the file system may find a name that is spelt otherwise */
};

/* Reads it; a directory that cannot be listed gives one that is neither complete nor exact. */
void listing_read(const char *path, struct listing *listing);

/* False where the first part of name is surely absent. */
bool listing_may_have(const struct listing *listing, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * real: canonical paths, each directory on the way looked at once.
 *
 * realpath(3) asks the kernel about every component of every path. Lists of paths share most of
 * theirs, so what was found is remembered, for as long as its struct real_dirs lives: a caller must
 * bear that a directory became a link in between.
 */
#ifndef PINFOLD_REAL_H
#define PINFOLD_REAL_H

#include <stddef.h>

#include "map.h"

struct real_dir {
	const char *path; /* canonical, in the pool; NULL where there is none */
	int num;	  /* the errno that says why */
};

/* A zeroed one is empty. */
struct real_dirs {
	struct map by_text; /* from a path as it was given to its place in dirs */
	struct real_dir *dirs;
	size_t n;
};

/* What realpath(3) says of path, in the pool. NULL with errno where it says nothing. */
const char *real_path(struct real_dirs *known, const char *path);

#endif

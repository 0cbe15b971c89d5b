/* SPDX-License-Identifier: Apache-2.0 */
/* decoy-files.h: the rows of decoy-file-rows.c, which decoy-files.c makes. */
#ifndef PINFOLD_DECOY_FILES_H
#define PINFOLD_DECOY_FILES_H

#include "decoy.h"

enum decoy_where { IN_HOME, IN_WORKSPACE, IN_READONLY, IN_TMP, IN_SHM, WHERES };

enum decoy_kind {
	DECOY_FILE,	 /* begins with the token, a blank and its name; mode 0644 */
	DECOY_SECRET,	 /* likewise, mode 0600 */
	DECOY_DIRECTORY, /* empty, but for rows of their own */
	DECOY_LISTED,	 /* a directory with one entry, which is called by the token */
	DECOY_LINK,	 /* leads to the token */
	DECOY_NOTHING	 /* nothing is there, and an operation may want to make it */
};

struct decoy_file {
	const char *op; /* whose alone it is; NULL: that of several */
	bool seen;	/* a change of it is that operation's effect */
	enum decoy_where where;
	const char *name; /* below it; NULL: the operation's id */
	enum decoy_kind kind;
};

extern const struct decoy_file decoy_files[];
extern const size_t decoy_files_n;

#endif

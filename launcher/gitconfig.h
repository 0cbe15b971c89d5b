/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gitconfig.h: what a configuration file of git's says, and whether it makes git run anything.
 *
 * Read as git reads it (git-config(1), "CONFIGURATION FILE"); the test compares with git itself.
 */
#ifndef PINFOLD_GITCONFIG_H
#define PINFOLD_GITCONFIG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Calls each(key, value, data) for every setting in its order: key is "section.key" or
 * "section.subsection.key", section and key in small letters; value is NULL where there is no "=".
 * Returns 0, -1 where git would refuse the file, or what each returned where that is not 0.
 */
int gitconfig_read(const char *text, size_t size,
		   int (*each)(const char *key, const char *value, void *data), void *data);

/*
 * True where a setting can make git run a program, read another file, write elsewhere than in its
 * repository, or is not known to be harmless. core.worktree is left to the caller.
 */
bool gitconfig_is_risky(const char *key, const char *value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* host-guard.h: what the files share that look for guarded names. They read, and never change. */
#ifndef PINFOLD_HOST_GUARD_H
#define PINFOLD_HOST_GUARD_H

#include "pinfold.h"

struct guard_finder {
	const struct policy *policy;
	const struct host *host;
	const char *root;      /* the workspace, canonical; NULL where none is named */
	struct guards *guards; /* what is found */
	struct map dirs;       /* directories that were seen -> their place in ids */
	struct guard_id *ids;
	size_t ids_n;
	struct map repositories;    /* git directories that were read already */
	struct str_list user_files; /* of git's settings */
	bool knows_user_files;
	struct err *e;
};

/*
 * guard-look.c: adds a guard like `guard` for name below base, which is a canonical path of a
 * directory that is there; where a link is on the way, for it and for what it leads to; of a kept
 * name the directory that holds it is held, unless that is base.
 */
int guard_look(struct guard_finder *s, const char *base, const char *name, struct guard guard);

/* dir/name */
const char *guard_join(const char *dir, const char *name);

/* True where the policy says that the row is not to be guarded. */
bool guard_is_lifted(const struct policy *policy, const struct guard_row *row);

/*
 * host-git.c: the repository whose worktree is root, if there is one: its hooks, its settings and
 * what they include, its submodules and its linked worktrees.
 */
int host_read_repository(struct guard_finder *s, const char *root);

/*
 * host-gitfile.c: guards the files that the settings in `file` name; paths of programs and hooks
 * are relative to worktree. *moved, where it is not NULL, becomes what core.worktree says, if
 * anything.
 */
int host_read_gitconfig(struct guard_finder *s, const char *file, const char *worktree,
			const char **moved);

/* ... and in the user's own settings and the system's, which hold for every repository. */
int host_read_user_gitconfig(struct guard_finder *s, const char *worktree);

/* True where git would take the directory for a git directory, whatever its name is. */
bool host_is_bare(int dir);

/* The text of a small file, without the ends of lines behind it; NULL where there is none. */
const char *host_read_line(const char *file);

/* The canonical path of text, which is relative to dir; its last parts may be absent. */
const char *host_resolve(const char *dir, const char *text);

#endif

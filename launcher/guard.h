/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h: names that the agent may not read, or not change, be they there or not.
 *
 * host-guard.c finds what is there (struct guard), plan-guard.c says how each is guarded, the layer
 * mount covers what is there, and after.c looks, when the command has ended, at what was not.
 */
#ifndef PINFOLD_GUARD_H
#define PINFOLD_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "map.h"
#include "str.h"

struct policy;
struct host;
struct plan;

/* What is to hold of a name, the weakest first. */
enum guard_way {
	GUARD_WATCH, /* nobody plants anything there */
	GUARD_HOLD,  /* the name stays what it is; what lies in it may change */
	GUARD_KEEP,  /* nothing about it changes */
	GUARD_DENY   /* nor is it read */
};

/* What counts as planted where there was nothing. */
enum guard_sort {
	GUARD_ANY,	    /* whatever is there */
	GUARD_CONFIG,	    /* settings of git's that may make it run something */
	GUARD_HOOKS,	    /* a directory of hooks that has more in it than samples */
	GUARD_REPOSITORY,   /* a .git with such settings or hooks, or that leads elsewhere */
	GUARD_BARE,	    /* the same, where a directory itself has become a git directory */
	GUARD_REPOSITORIES, /* a directory of git directories: each new one as GUARD_REPOSITORY */
	GUARD_WORKTREES,    /* a directory of linked worktrees' git directories */
	GUARD_COMMONDIR,    /* a file that names another directory than the usual one */
	GUARD_BACKLINK,	    /* a file that names a worktree: harmless, but not to be changed */
	GUARD_GITDIR	    /* a git directory, whose parts have guards of their own */
};

enum guard_found { GUARD_ABSENT, GUARD_FILE, GUARD_DIRECTORY, GUARD_LINK };

/* Which file or directory of the whole host. */
struct guard_id {
	uint64_t dev, ino;
};

struct guard {
	const char *path; /* canonical, but that its last part may be a link or absent */
	const char *why;
	enum guard_way way;
	enum guard_sort sort;
	enum guard_found found;
	struct guard_id id, parent; /* of what was found, and of the directory that holds it */
};

struct guards {
	struct guard *v; /* has room for the next power of two */
	size_t n;
	struct map by_path;
	struct str_list notes;	/* what somebody should know, in sentences */
	struct str_list grants; /* git directories that a worktree needs, outside the workspace */
	struct str_list hooks;	/* where the user's core.hooksPath leads in every worktree */
};

/* ---- what will be done --------------------------------------------------------------------- */

/* How a name is guarded, the surest way first. */
enum guard_how {
	GUARD_BY_ABOVE, /* it lies in what is read-only, or closed */
	GUARD_BY_MOUNT, /* a mount lies on it */
	GUARD_BY_END	/* what is made there is found when the command has ended */
};

struct plan_guard {
	struct guard guard;
	enum guard_how how;
};

/* Where planted names are looked for when the command has ended. */
enum guard_search {
	GUARD_SEARCH_KNOWN, /* at the guarded names */
	GUARD_SEARCH_AUTO,  /* all over the workspace as well, where the run was long beside that */
	GUARD_SEARCH_WHOLE  /* all over the workspace as well */
};

/* A part of struct plan. */
struct plan_guards {
	const char *workspace; /* canonical; NULL where none is named */
	struct plan_guard *v;  /* sorted: parents before what lies in them */
	size_t n;
	struct str_list hooks; /* as in struct guards */
	struct str_list notes; /* of what is not guarded as one might think */
	bool planted_fails;    /* the exit status says so */
	enum guard_search search;
	uint32_t names; /* that a search may look at */
};

/* ---- the verbs ------------------------------------------------------------------------------ */

/* host-guard.c: what there is of the names that are to be guarded */
int host_read_guards(const struct policy *policy, struct host *host, struct err *e);
const char *host_workspace(const struct policy *policy, const struct host *host); /* or NULL */

/* plan-guard.c, pure: covers and what is left to the end */
int plan_make_guards(const struct policy *policy, const struct host *host, struct plan *plan,
		     struct err *e);

/* guard.c. Adds a guard; of two for the same path the stricter stays. Returns it. */
struct guard *guards_add(struct guards *g, struct guard guard);
const struct guard *guards_find(const struct guards *g, const char *path);

/* Parents before what lies in them. */
void guards_sort(struct guards *g);

/* A row of table/protected.def. */
enum guard_place { GUARD_IN_TREE, GUARD_IN_REPOSITORY, GUARD_IN_WORKTREE };

struct guard_row {
	enum guard_place place;
	const char *group, *name, *why;
	enum guard_sort sort;
};

extern const struct guard_row guard_rows[]; /* ends with a NULL name */

/* Why a row is one; "likewise" stands for the row before. */
const char *guard_row_why(const struct guard_row *row);

#endif

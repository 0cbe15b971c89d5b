/* SPDX-License-Identifier: Apache-2.0 */
/* planted.h: what the files share that look for planted names when a run has ended. */
#ifndef PINFOLD_PLANTED_H
#define PINFOLD_PLANTED_H

#include <sys/stat.h>

#include "after.h"
#include "listing.h"

struct planted_search {
	const struct journal *journal;
	struct quarantine *to;
	struct findings *findings;
	uint64_t names; /* that were looked at */
	bool cut;	/* there were too many */
	bool deep;	/* some lie too deep */
};

/* A name in a directory that is open, and its path for people and for by_path. */
struct place {
	int dir;
	const char *name, *path;
	struct stat st;
};

/* planted.c: moves it away, or says why not. */
void planted_add(struct planted_search *s, const struct place *place, const char *why);
/* It was there before and has changed: it is left where it is. */
void planted_tell(struct planted_search *s, const char *path, const char *why);

/* Opens a directory, never through a link; one that was closed in the run is opened up for it. */
int planted_open(struct planted_search *s, int dir, const char *name, const char *path);
/* True where the path leads somewhere else for each process: through a link of /proc's. */
bool planted_is_magic(int dir, const char *path);
bool planted_look(struct planted_search *s, int dir, const char *name, const char *path,
		  struct place *place);

/* planted-git.c: new things of git's are planted where they may make it run something. */
bool planted_is_config(const struct planted_search *s, const struct place *place);
bool planted_is_hooks(struct planted_search *s, const struct place *place);
void planted_judge_gitdir(struct planted_search *s, int dir, const char *path, int depth);
void planted_judge_repository(struct planted_search *s, const struct place *place, int depth);
void planted_judge_modules(struct planted_search *s, int dir, const char *path, int depth);
void planted_judge_worktrees(struct planted_search *s, int dir, const char *path);
void planted_judge_bare(struct planted_search *s, int dir, const char *path);

/*
 * planted-search.c: in a worktree, what the user's own core.hooksPath names; all over the
 * workspace; and whether that is to be done
 */
void planted_judge_hooks(struct planted_search *s, int dir, const char *path);
bool planted_wants_all(const struct planted_search *s, const struct listing *listing);
void planted_search_all(struct planted_search *s, int root);

#endif

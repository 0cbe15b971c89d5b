/* SPDX-License-Identifier: Apache-2.0 */
/*
 * after.h: what is done once the command has ended, or should have been: names that were planted
 * are found and moved away.
 *
 *     after_open       before root becomes the agent's id: where the state is
 *     after_recover    a run that was killed in this workspace: its work is finished first
 *     after_begin      before anything runs: the journal, by which the next start would know; where
 *                      root takes the workspace, the warden (after-warden.c)
 *     after_started    the first process inside exists
 *     after_end        all processes inside are dead
 */
#ifndef PINFOLD_AFTER_H
#define PINFOLD_AFTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guard.h"
#include "home.h"
#include "state.h"

/* What a journal holds: enough to do at any time what the end of the run does. */
struct journal {
	const char *workspace; /* or NULL */
	bool planted_fails;
	enum guard_search search;
	uint32_t names;
	struct plan_guard *v; /* those that are looked at in the end */
	size_t n;
	struct map by_path;
	struct str_list hooks; /* where git looks for hooks in a repository that the run has made */
	uint64_t began;	       /* CLOCK_REALTIME, ns */
	const char *boot;      /* the kernel's boot, by its id */
	int pid;	       /* the first process inside; 0: none was made */
	uint64_t pid_made;     /* CLOCK_BOOTTIME, ns: not before that process was */
};

/* One thing that was found. */
struct planted {
	const char *path, *why;
	bool moved;	/* else it is where it was ... */
	bool is_left;	/* ... and is meant to be: it was not the run that put it there */
	const char *to; /* where it is now; else why it is not moved */
};

struct findings {
	struct planted *v;
	size_t n;
	struct str_list notes; /* what was not looked at, and why */
	bool cut;	       /* a search did not see everything */
};

struct after {
	struct state state;
	bool wanted; /* there is something to look at in the end: else the home alone is kept */
	struct home home; /* (home.h) */
	int file;	  /* the journal, locked while this run lasts; -1 */
	const char *name; /* of the run */
	struct journal journal;
	int warden; /* the socket of the process that does the work (after-warden.c); -1 */
	int warden_pid;
	bool cut;	       /* ... and it did not see everything */
	struct str_list found; /* the names that after_end() found, where no warden did it */
};

/* The name of a journal in the state: this, and the name of its run. */
#define AFTER_JOURNAL "journal-"

struct host;
struct identity;
struct plan;
struct policy;

bool after_is_wanted(const struct policy *policy);
int after_open(const struct policy *policy, const struct identity *id, struct after *after,
	       struct err *e);
int after_begin(struct after *after, const struct plan *plan, struct err *e);
int after_started(int file, int pid, struct err *e);
/* Looks, moves and tells. Returns whether everything that was planted could be moved. */
bool after_finish(const struct state *state, const char *run, const struct journal *journal,
		  struct findings *findings);
void after_end(struct after *after, bool ran, int *status);
void after_close(struct after *after); /* whatever has become of the start */

/*
 * after-warden.c: where root takes what it names, the owner of the workspace does the work: the
 * launcher will be an id that owns nothing. warden_end() returns what after_end() is to do.
 */
int warden_lend(struct after *after, const struct policy *policy, const struct host *host,
		struct err *e);
int warden_become(const struct state *state, struct err *e);
int warden_start(struct after *after, struct err *e);
void warden_end(struct after *after, bool ran, int *status);

const char *after_read_boot(void); /* the kernel's boot, by its id */

/* after-recover.c; after_wait_dead() waits until the processes of a run that was killed are dead.
 */
int after_recover(struct after *after, const struct policy *policy, const struct host *host,
		  struct err *e);
int after_wait_dead(const struct journal *journal, const char *where, struct err *e);

/* journal.c */
int journal_write(int fd, const struct journal *journal, struct err *e);
int journal_write_pid(int fd, int pid);
int journal_read(const char *text, size_t n, struct journal *journal); /* -1: it is not whole */

/* planted.c: what the journal's names have become. What is planted is moved by quarantine_move().
 */
struct quarantine;
void planted_find(const struct journal *journal, struct quarantine *to, struct findings *findings);

/* quarantine.c */
struct quarantine {
	const struct state *state;
	const char *run;
	int fd; /* the run's directory; -1 until something is moved */
	unsigned int n;
};

int quarantine_move(struct quarantine *to, int dir, const char *name, const char **where,
		    struct err *e);
int quarantine_tell(struct quarantine *to, const struct findings *findings, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy.h: what the probe aims at, and who sees what became of it.
 *
 * A kit is all that one run aims at: directories, processes, descriptors, a terminal. Each worker
 * has its own, so what is seen of it after a run was done by that run. A kit is made by rows: a
 * family of decoys (decoy-FAMILY.c) makes its part and tells the probe of it, puts it in order
 * before each run, looks at it after, and judges the operations whose effect only shows outside.
 */
#ifndef PINFOLD_DECOY_H
#define PINFOLD_DECOY_H

#include <sys/stat.h>

#include "child.h"
#include "matrix.h"

enum {
	TOKEN = 13, /* 12 letters: with them a process' name is within its 15 (prctl(2)) */
	KIT_PATH = 128,
	KIT_FDS = 16,
	KIT_PROCESSES = 16,
	KIT_FD_FIRST = 200 /* where our own copies stand: above what the command inherits */
};

/* What was seen outside of one operation's effect. */
enum seen {
	SEEN_NONE,    /* nobody looks: the probe's word counts */
	SEEN_YES,     /* it happened */
	SEEN_NO,      /* it did not happen */
	SEEN_UNKNOWN, /* it could not be told */
};

struct kit {
	const struct place *place;
	unsigned int worker;
	char dir[KIT_PATH]; /* place->dirs[PLACE_HIDDEN]/N */
	/* What a sandbox is to be given: to write, and to read. Nothing else of dir. */
	char workspace[KIT_PATH], readonly[KIT_PATH];
	char home[KIT_PATH];
	char token[TOKEN];
	struct str_list args;		/* "--decoy", "KEY=VALUE" ... */
	struct str_list env;		/* NAME=VALUE, over the caller's environment */
	const char *const *environment; /* both together */
	struct str_list absent;
	struct child_fd fds[KIT_FDS]; /* what the command inherits */
	size_t fds_n;
	pid_t keep[KIT_PROCESSES]; /* processes of the kit: children of the worker */
	size_t keep_n;
	const char *tty; /* the command's terminal, or NULL */
	void **states;	 /* of the families, in their order */
};

/* The judge of one operation; state is the family's. */
struct judge {
	const char *op;
	enum seen (*see)(const struct kit *kit, void *state, const char *op);
};

struct decoy_family {
	const char *name;
	/* Makes and tells. Where this host cannot have it: kit_absent(), and 0. */
	int (*make)(struct kit *kit, void **state, struct err *e);
	/* Before each run: all is as at first. NULL: nothing can change it. */
	int (*arm)(struct kit *kit, void *state, struct err *e);
	/* After the command has ended, while what it left still lives: takes note for judges. */
	void (*look)(struct kit *kit, void *state);
	const struct judge *judges; /* the last has no op */
	/* For families whose rows say who is judged: SEEN_NONE where that is not theirs to see. */
	enum seen (*judge)(const struct kit *kit, void *state, const char *op);
	/*
	 * What does not go with the directories or the worker's processes. Called by whoever comes
	 * last, which may be another process: it knows the place and the worker's number only.
	 */
	void (*remove)(const struct place *place, unsigned int worker);
};

/* All of them, NULL at the end. */
extern const struct decoy_family *const decoy_families[];

/* ---- kit.c ---- */

/* In the worker, before its first run. shared: what all runs aim at. */
int kit_make(struct kit *kit, const struct place *place, unsigned int worker,
	     const struct decoy *shared, struct err *e);
int kit_arm(struct kit *kit, struct err *e);
void kit_look(struct kit *kit);
/* seen has a place for each of ops; those that nobody looks at become SEEN_NONE. */
void kit_judge(const struct kit *kit, const struct ops *ops, uint8_t *seen);
void kit_remove(const struct place *place, unsigned int worker);

/* For families: */
void kit_tell(struct kit *kit, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void kit_absent(struct kit *kit, const char *op);
/* The command inherits fd as number; takes fd over. */
int kit_inherit(struct kit *kit, int fd, int number, struct err *e);
int kit_token(char token[TOKEN], struct err *e);
/* A process of the kit, which the end of a run spares. */
void kit_keep(struct kit *kit, pid_t pid);

/* cmd-decoys.c: `pinfold-matrix decoys [options] -- COMMAND...`; returns the exit status. */
int decoys_main(int argc, char **argv);

/* decoy-victim.c: `pinfold-matrix victim PARENT TOKEN`; returns the exit status. */
int victim_main(int argc, char **argv);

#endif

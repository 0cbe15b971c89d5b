/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h: the directory where pinfold keeps what outlives a run: $XDG_STATE_HOME/pinfold.
 *
 * Nothing of it is ever shown to an agent, so what lies there is as it was left.
 */
#ifndef PINFOLD_STATE_H
#define PINFOLD_STATE_H

#include <sys/types.h>

#include "err.h"

struct policy_places;

struct state {
	int fd;		  /* the directory, its user's alone; -1: none was opened */
	const char *path; /* where it is, for people */
	int made;	  /* directories above it that this start has made */
	uid_t uid;	  /* its user */
	gid_t gid;
};

/*
 * Opens it, and makes what is missing. Started by root, that is below directories which nobody else
 * could change.
 */
int state_open(const struct policy_places *places, struct state *state, struct err *e);

/*
 * As root: goes on to a directory below, which is uid's: to be used once root has become uid. No
 * other id gets there but through the descriptor.
 */
int state_lend(struct state *state, uid_t uid, gid_t gid, struct err *e);

/* Opens, and makes where it is missing, a directory in it. */
int state_open_dir(const struct state *state, const char *name, struct err *e);

/* What root has made in a directory that it has lent becomes that user's. */
int state_give(const struct state *state, int fd, struct err *e);

/* Takes away what is empty of it: nothing is left where nothing is kept. */
void state_close(struct state *state);

#endif

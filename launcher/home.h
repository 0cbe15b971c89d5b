/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home.h: a home that is kept (--home NAME): $XDG_STATE_HOME/pinfold/homes/NAME.
 *
 * It is the agent's own: what lies in it was written by earlier runs, nothing of the host reads it,
 * and the launcher does no more in it than make places to mount on. Beside it lies a file that is
 * locked while a run has it, with the words of a journal (after.h): who that is.
 */
#ifndef PINFOLD_HOME_H
#define PINFOLD_HOME_H

#include <stdbool.h>

#include "err.h"

enum { HOME_NAME_MAX = 64 };

struct identity;
struct policy;
struct state;

struct home {
	const char *path; /* canonical; NULL: none is kept */
	int fd;		  /* itself; -1: it is not there yet (pinfold plan), or none is kept */
	int lock;	  /* held while the run lasts, or -1 */
};

/* Pure: "none", "private", or a name that a home can have; whether the policy names one. */
int home_check_name(const char *name, struct err *e);
bool home_is_kept(const struct policy *policy);

/* Makes it where it is missing, and takes it for this run alone. */
int home_open(const struct policy *policy, const struct state *state, struct home *home,
	      struct err *e);

/* For a plan: where it is or would be; makes and locks nothing. */
int home_find(const struct policy *policy, const struct identity *id, struct home *home,
	      struct err *e);

void home_close(struct home *home);

#endif

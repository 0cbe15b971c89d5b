/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h: what of the machine the agent's view (--view agent) is made of, as host-view.c found it.
 *
 * Nouns only. A part of struct host, so nothing here is judged; what may be shown, and where, is
 * plan-agent.c's business.
 */
#ifndef PINFOLD_VIEW_H
#define PINFOLD_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

/* A name of a table that is there, and that everybody may read. */
struct host_entry {
	const char *path; /* as the table has it, absolute */
	const char *real; /* the canonical path of what it is, behind all links */
	const char *link; /* the link's text where it is a symbolic link, else NULL */
	bool is_dir;
	uint64_t size; /* of a file */
};

struct host_view {
	const char *user;      /* the caller's name, or the agent's where root started us */
	const char *full_name; /* "" where none is known */
	const char *shell;     /* the caller's */
	const char *home;      /* where the home is, in the caller's words; NULL: nowhere */
	const char *home_real; /* the same, canonical; NULL where there is none */
	struct str_list own;   /* where policies and kept homes lie, there or not */
	struct host_entry *etc;
	size_t etc_n;
	struct str_list path; /* what PATH names and is a directory, in its order */
};

#endif

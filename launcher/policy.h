/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h: what was asked, and the one table of its keys.
 *
 * A member of struct policy has one row in keys[] (keys.c), which says its option, its place in a
 * policy file, what its values are, and what they mean for what the agent may do. The command line,
 * policy files, their schema, `policy show` and the comparison of two policies all read that table,
 * so a new key is a member, a row, and its entries in the manual and the tests.
 */
#ifndef PINFOLD_POLICY_H
#define PINFOLD_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "opt.h"
#include "str.h"

enum { KEYS_MAX = 64 };

/* Bounds as they were written ("4G", "90s"); NULL where none is asked for. */
struct policy_limits {
	const char *memory, *pids, *cpu, *cpu_time, *wall, *disk, *files, *file_size, *output;
};

struct policy {
	const char *profile;	       /* NULL: full */
	struct str_list with, without; /* layers added to and taken from the profile */
	struct str_list degraded;      /* layers that may be missing or incomplete */

	struct str_list ro, rw; /* PATH[:DEST] */
	struct str_list
		optional;     /* what of these may be missing: such a path, or what lies below it */
	struct str_list deny; /* paths and patterns that are closed again */
	struct str_list protect; /* ... that stay as they are: read-only, and not to be planted */
	const char *on_planted;	 /* fail or warn; NULL: fail */
	const char *agent;	 /* directory shown at /agent */
	const char *home;	 /* none, private, or the name of one that is kept; NULL: none */

	const char *chdir, *hostname, *user; /* user: ID[:GROUP] */
	struct str_list setenv, env_keep;    /* NAME=VALUE, NAME */

	const char *network;	 /* none or share; NULL: none */
	struct str_list tcp;	 /* ports of Landlock's rules, or "any" */
	struct str_list sockets; /* unix sockets of the host by path */
	struct str_list devices; /* device nodes by path */
	struct str_list fds;	 /* numbers of descriptors that are handed over */
	bool gpu;

	struct policy_limits limits;
	struct str_list seccomp_allow; /* groups of system calls that are opened again */

	const char *report; /* FILE, "-", or the number of a descriptor */
	bool verbose, help;
	bool json;		    /* pinfold plan --json */
	const char *const *command; /* NULL-terminated; NULL where none was given */
};

/* What a value is: how it is read from a file, expanded and checked. */
enum key_form {
	KEY_WORD,     /* any text, or one of words */
	KEY_LAYER,    /* the name of a layer */
	KEY_PATH,     /* a path of the host, absolute once ~ and $NAME are replaced; maybe :DEST */
	KEY_PATTERN,  /* the same, or relative to the workspace, with * and ** */
	KEY_VARIABLE, /* NAME=VALUE; in a file an object {"NAME": "VALUE"} */
	KEY_AMOUNT    /* a number, maybe with a unit */
};

/* What more of it means: how two policies compare (policy diff, ceilings, workspaces' files). */
enum key_sense {
	KEY_NEUTRAL, /* neither more nor less is allowed by it */
	KEY_GRANTS,  /* each entry, or the flag, allows something */
	KEY_DENIES,  /* each entry takes something away */
	KEY_BOUNDS,  /* a higher number allows more, and none is no bound */
	KEY_ORDERED, /* the words stand in their order, the tightest first */
	KEY_LAYERS   /* the set of layers that follows from profile, with and without */
};

struct key {
	struct opt opt;	  /* its option; name NULL: only in files */
	const char *path; /* its place in a policy file ("filesystem.ro"); NULL: only an option */
	enum key_form form;
	enum key_sense sense;
	const char *const *words; /* the only values there are, NULL-terminated; NULL: any */
};

extern const struct key keys[]; /* ends with a row that has neither option nor path */

size_t keys_count(void);

#endif

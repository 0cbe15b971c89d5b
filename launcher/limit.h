/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.h: what a run may use up: the kinds of limits, what bounds each, and what came of it.
 *
 * A limit has one row in limits[] (limits.c). What bounds it on this host is chosen once, in
 * plan-limits.c, and stands in the plan as data; the layer limits, the mounts and the watches of a
 * run do what the plan says.
 */
#ifndef PINFOLD_LIMIT_H
#define PINFOLD_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "amount.h"
#include "err.h"

enum limit_kind {
	LIMIT_MEMORY,
	LIMIT_PIDS,
	LIMIT_CPU,
	LIMIT_CPU_TIME,
	LIMIT_WALL,
	LIMIT_DISK,
	LIMIT_FILES,
	LIMIT_FILE_SIZE,
	LIMIT_OUTPUT,
	LIMITS
};

/* What bounds a limit. */
enum limit_by {
	LIMIT_BY_NOTHING,
	LIMIT_BY_CGROUP,   /* a cgroup made for the run (cgroups(7)) */
	LIMIT_BY_RLIMIT,   /* setrlimit(2) */
	LIMIT_BY_TMPFS,	   /* the size of the root's tmpfs */
	LIMIT_BY_TIMER,	   /* the launcher's own clock */
	LIMIT_BY_RELAY,	   /* the launcher passes the output on, and counts */
	LIMIT_BY_AFFINITY, /* sched_setaffinity(2), which the command may change */
	LIMIT_BYS
};

/* What the bound holds for. */
enum limit_scope {
	LIMIT_OF_TREE,	  /* all processes together */
	LIMIT_OF_PROCESS, /* each process by itself */
	LIMIT_OF_USER,	  /* all processes of the user, outside too */
	LIMIT_OF_FILE	  /* each file */
};

struct limit {
	const char *name; /* of its option and its key: "cpu-time" */
	enum amount_unit unit;
	enum limit_scope scope; /* what it is meant to hold for */
	size_t offset;		/* of its text in struct policy_limits */
	uint64_t least;		/* below this not even the start would work */
	const char *usual;	/* where the layer limits is on and nothing is asked; NULL: none */
	const char *what;	/* "memory", for messages */
};

extern const struct limit limits[LIMITS];

/* Controllers of cgroups (cgroups(7)); in version 2 processor time needs none. */
enum controller { CONTROL_MEMORY, CONTROL_PIDS, CONTROL_CPU, CONTROL_CPUACCT, CONTROLLERS };

/* Where a run may have a cgroup of its own for one controller. */
struct host_cgroup {
	const char *parent; /* the directory to make it in; NULL: there is none, and why says so */
	const char *root;   /* where that file system is mounted */
	unsigned int version; /* 1 or 2 */
	bool enable; /* version 2: the controller is still to be enabled for what lies in parent */
	const char *why;
};

/* A hierarchy as a process sees it. */
struct cgroup_place {
	const char *root; /* where it is mounted; NULL: it is not */
	const char *own;  /* the process' own directory below; NULL: outside of what is mounted */
};

struct plan_limit {
	uint64_t value; /* in the unit of its row; AMOUNT_NONE: unbounded */
	enum limit_by by;
	enum limit_scope scope; /* what the bound really holds for */
	const char *weak; /* why it holds for less than it is meant to; NULL where it does not */
};

struct plan_limits {
	struct plan_limit v[LIMITS];
	struct host_cgroup cgroups[CONTROLLERS]; /* those that are used; parent NULL: not */
};

/* What came of a limit. */
struct limit_outcome {
	bool reached;
	bool known;    /* is there a peak? */
	uint64_t peak; /* in the unit of the limit */
};

const char *limit_by_name(enum limit_by by);
const char *limit_scope_name(enum limit_scope scope);
const char *limit_unit_name(enum amount_unit unit);
const char *controller_name(enum controller controller);
int limit_find(const char *name); /* index, or -1 */

static inline bool limit_is(const struct plan_limits *l, enum limit_kind kind, enum limit_by by)
{
	return l->v[kind].value != AMOUNT_NONE && l->v[kind].by == by;
}

/* The limits of a plan, and where their cgroups are to be. */
struct out;
void limits_print(const struct plan_limits *l, struct out *out);

/* Says on standard error which limits were met, and what to raise. */
void limits_say(const struct plan_limits *l, const struct limit_outcome outcome[LIMITS]);

/* Does the run need a cgroup of its own? */
bool limits_use_cgroups(const struct plan_limits *l);

/* Must the launcher look at the run from time to time, where the kernel keeps no count? */
struct plan;
bool limits_look_inside(const struct plan *plan);

/*
 * cgroups.c: where cgroups could be made, for the controllers that the policy's limits take; with
 * the rights of whoever calls. cgroups_find(): a hierarchy by a controller of version 1, or version
 * 2 (NULL), from the texts of /proc/self/mountinfo and /proc/self/cgroup.
 */
struct policy;
void cgroups_read(const struct policy *policy, struct host_cgroup cgroups[CONTROLLERS]);
struct cgroup_place cgroups_find(const char *mounts, const char *self, const char *controller);
const char *cgroups_own_path(const char *self, const char *controller);

/* ---- keeper.c: the process that makes the run's cgroups, and takes them away again --------- */

/* One cgroup of the run's, in one hierarchy. */
struct run_cgroup {
	int dir;   /* the directory, to read from; -1: none */
	int procs; /* its cgroup.procs, opened by whoever may move processes there */
	unsigned int version;
	unsigned int controllers; /* bit i: enum controller i */
};

struct run_cgroups {
	char name[48]; /* of all of them */
	struct run_cgroup v[CONTROLLERS];
	size_t n;
	uint64_t answered[CONTROLLERS]; /* the bound as the kernel gives it back; 0: none is set */
};

/* A stream of the command's that goes through the launcher (relay.c). */
struct stream;
struct relay {
	int of;		       /* the command's descriptor, 1 or 2 */
	bool both;	       /* 2 as well as 1 */
	int from, into, to;    /* our pipe's two ends, and the caller's own descriptor */
	struct stream *stream; /* while the command runs */
};

struct keeper {
	int fd; /* to it; closing this is what ends it; -1: there is none */
	int pid;
};

/* Starts it, where cgroups holds a parent; with the rights that the caller has now. */
int keeper_start(const struct host_cgroup cgroups[CONTROLLERS], struct keeper *keeper,
		 struct err *e);

/* Has it make the cgroups that the plan's limits take. */
int keeper_make(const struct keeper *keeper, const struct plan_limits *limits, bool own_init,
		struct run_cgroups *made, struct err *e);

/* A small file of a cgroup as text; its length, or -1 with errno. */
ssize_t cgroup_read(int dir, const char *name, char *text, size_t size);

/* Everything in the cgroups has ended or is ended now; they are gone when this returns. */
void keeper_end(struct keeper *keeper);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer rlimits: bounds that ordinary builds do not reach (getrlimit(2)).
 *
 * Should: end a runaway, and allow no core dump: one hands the memory of whatever died to a file or
 * to a helper of the host's, which runs as root. A limit of 0 prevents the file alone; of 1 both,
 * since the kernel takes that very number for a helper's own crash (core(5), fs/coredump.c).
 * Mustn't: raise anything: a caller's lower bound stays. Who asks the layer limits for more than is
 * usual gets it.
 */
#include "pinfold.h"

#include <errno.h>
#include <sys/resource.h>

static const struct {
	int resource;
	const char *name;
	rlim_t most;
	bool exact; /* the soft limit is to be the same, not less */
} bounds[] = {
	{RLIMIT_CORE, "core", 1, true},
	/* Inside a user namespace the kernel counts its processes alone (5.14), else the user's. */
	{RLIMIT_NPROC, "nproc", 8192, false},
	{RLIMIT_NOFILE, "nofile", 65536, false},
	{RLIMIT_MEMLOCK, "memlock", 64 << 20, false},
	{RLIMIT_MSGQUEUE, "msgqueue", 819200, false},
};

/* The bound: the usual one, or a larger one that was asked for. */
static rlim_t most_of(const struct plan *plan, size_t i)
{
	const struct plan_limits *l = &plan->limits;
	uint64_t asked = bounds[i].resource == RLIMIT_NPROC    ? l->v[LIMIT_PIDS].value
			 : bounds[i].resource == RLIMIT_NOFILE ? l->v[LIMIT_FILES].value
							       : AMOUNT_NONE;

	/* Pid 1 inside is counted too, and not the command's. */
	if (asked == AMOUNT_NONE || asked < bounds[i].most)
		return bounds[i].most;
	return asked + (bounds[i].resource == RLIMIT_NPROC);
}

static int rlimits_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		rlim_t most = most_of(plan, i);
		struct rlimit r;

		if (getrlimit(bounds[i].resource, &r))
			return fail(e, errno, "read the limit %s", bounds[i].name);
		/* RLIM_INFINITY is the largest number there is, so one comparison serves. */
		if (r.rlim_max > most)
			r.rlim_max = most;
		if (bounds[i].exact || r.rlim_cur > r.rlim_max)
			r.rlim_cur = r.rlim_max;
		if (setrlimit(bounds[i].resource, &r))
			return fail(e, errno, "set the limit %s", bounds[i].name);
	}
	return 0;
}

static int rlimits_check(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		struct rlimit r;

		if (getrlimit(bounds[i].resource, &r) || r.rlim_max > most_of(plan, i))
			return fail(e, 0, "the limit %s is above its bound", bounds[i].name);
	}
	return 0;
}

const struct layer layer_rlimits = {
	.name = "rlimits",
	.stops = "start processes, open files and lock memory without end; leave core files",
	.apply[STAGE_LOCK] = rlimits_apply,
	.check[STAGE_PROOF] = rlimits_check,
};

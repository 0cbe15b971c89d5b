/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer rlimits: bounds that ordinary builds do not reach (getrlimit(2)).
 *
 * Should: end a runaway, and allow no core dump: one hands the memory of whatever died to a file or
 * to a helper of the host's, which runs as root. A limit of 0 prevents the file alone; of 1 both,
 * since the kernel takes that very number for a helper's own crash (core(5), fs/coredump.c).
 * Mustn't: raise anything: a caller's lower bound stays.
 */
#include "pinfold.h"

#include <errno.h>
#include <sys/resource.h>

static const struct {
	int resource;
	const char *name;
	rlim_t most;
	bool exact; /* the soft limit is to be the same, not less */
} limits[] = {
	{RLIMIT_CORE, "core", 1, true},
	/* Inside a user namespace the kernel counts its processes alone (5.14), else the user's. */
	{RLIMIT_NPROC, "nproc", 8192, false},
	{RLIMIT_NOFILE, "nofile", 65536, false},
	{RLIMIT_MEMLOCK, "memlock", 64 << 20, false},
	{RLIMIT_MSGQUEUE, "msgqueue", 819200, false},
};

static int rlimits_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)run;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit r;

		if (getrlimit(limits[i].resource, &r))
			return fail(e, errno, "read the limit %s", limits[i].name);
		/* RLIM_INFINITY is the largest number there is, so one comparison serves. */
		if (r.rlim_max > limits[i].most)
			r.rlim_max = limits[i].most;
		if (limits[i].exact || r.rlim_cur > r.rlim_max)
			r.rlim_cur = r.rlim_max;
		if (setrlimit(limits[i].resource, &r))
			return fail(e, errno, "set the limit %s", limits[i].name);
	}
	return 0;
}

static int rlimits_check(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)run;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit r;

		if (getrlimit(limits[i].resource, &r) || r.rlim_max > limits[i].most)
			return fail(e, 0, "the limit %s is above its bound", limits[i].name);
	}
	return 0;
}

const struct layer layer_rlimits = {
	.name = "rlimits",
	.stops = "start processes, open files and lock memory without end; leave core files",
	.apply[STAGE_LOCK] = rlimits_apply,
	.check[STAGE_PROOF] = rlimits_check,
};

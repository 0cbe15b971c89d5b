/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer limits: what the run may use up, by what the plan has chosen for each (plan-limits.c).
 *
 * Should: be in force before anything else happens inside: the first process enters the run's
 * cgroups as its first act, and sets its limits before it makes another.
 * Mustn't: raise anything: a caller's lower bound stays. Clocks and counts of output are the
 * launcher's (limits-watch.c), the size of the tmpfs is the layer mount's.
 */
#include "pinfold.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int limits_apply_outside(const struct plan *plan, struct run *run, struct err *e)
{
	if (relay_make(plan, run, e))
		return -1;
	if (!limits_use_cgroups(&plan->limits))
		return 0;
	return keeper_make(run->keeper, &plan->limits, plan_has(plan, "pid"), &run->cgroups, e);
}

static int limits_apply_maps(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan;
	for (size_t i = 0; i < run->cgroups.n; i++)
		if (write(run->cgroups.v[i].procs, "0", 1) != 1)
			return fail(e, errno, "enter the run's cgroup");
	return relay_enter(run, e);
}

/* At once: the layer cgroup is about to make "/" of this place. */
static int limits_check_maps(const struct plan *plan, struct run *run, struct err *e)
{
	char text[8192];

	(void)plan;
	if (run->cgroups.n && fd_read_file("/proc/self/cgroup", text, sizeof(text)) <= 0)
		return fail(e, errno, "ask for our own cgroup");
	for (int i = 0; i < CONTROLLERS; i++) {
		const struct host_cgroup *c = &plan->limits.cgroups[i];
		const char *path, *name;

		if (!c->parent)
			continue;
		path = cgroups_own_path(text, c->version == 1 ? controller_name((enum controller)i)
							      : NULL);
		name = path ? strrchr(path, '/') : NULL;
		if (!name || !str_equal(name + 1, run->cgroups.name))
			return fail(e, 0, "we are not in the run's cgroup, but in %s",
				    path ? path : "none");
	}
	return 0;
}

int limits_enter(const struct plan *plan, struct run *run, struct err *e)
{
	if (!plan_has(plan, "limits"))
		return 0;
	return limits_apply_maps(plan, run, e) ? -1 : limits_check_maps(plan, run, e);
}

/* The resource that bounds a limit, and the number for it. -1: none. */
static int resource_of(const struct plan *plan, enum limit_kind kind, rlim_t *most)
{
	static const int resources[LIMITS] = {
		[LIMIT_MEMORY] = RLIMIT_DATA,	  [LIMIT_PIDS] = RLIMIT_NPROC,
		[LIMIT_CPU_TIME] = RLIMIT_CPU,	  [LIMIT_FILES] = RLIMIT_NOFILE,
		[LIMIT_FILE_SIZE] = RLIMIT_FSIZE,
	};

	if (!limit_is(&plan->limits, kind, LIMIT_BY_RLIMIT))
		return -1;
	*most = plan->limits.v[kind].value;
	if (kind == LIMIT_PIDS)
		*most += plan_has(plan, "pid"); /* pid 1 is ours, and not the command's to count */
	if (kind == LIMIT_CPU_TIME)
		*most = (*most + 999) / 1000;
	return resources[kind];
}

static int set_affinity(uint64_t thousandths, struct err *e)
{
	uint64_t wanted = (thousandths + 999) / 1000;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return fail(e, errno, "sched_getaffinity");
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		if (wanted == 0)
			CPU_CLR(cpu, &set);
		else
			wanted--;
	}
	return sched_setaffinity(0, sizeof(set), &set) ? fail(e, errno, "sched_setaffinity") : 0;
}

static int limits_apply_lock(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	for (int i = 0; i < LIMITS; i++) {
		struct rlimit r;
		rlim_t most;
		int resource = resource_of(plan, (enum limit_kind)i, &most);

		if (resource < 0)
			continue;
		if (getrlimit(resource, &r))
			return fail(e, errno, "read the limit for %s", limits[i].name);
		/* RLIM_INFINITY is the largest number there is, so one comparison serves. */
		if (r.rlim_cur > most)
			r.rlim_cur = most;
		/* At the soft limit of time a signal can still be caught, at the hard one not. */
		most += resource == RLIMIT_CPU;
		if (r.rlim_max > most)
			r.rlim_max = most;
		if (setrlimit(resource, &r))
			return fail(e, errno, "set the limit for %s", limits[i].name);
	}
	if (limit_is(&plan->limits, LIMIT_CPU, LIMIT_BY_AFFINITY))
		return set_affinity(plan->limits.v[LIMIT_CPU].value, e);
	return 0;
}

static int check_disk(const struct plan *plan, struct err *e)
{
	uint64_t most = plan->limits.v[LIMIT_DISK].value;
	struct statvfs fs;

	if (!limit_is(&plan->limits, LIMIT_DISK, LIMIT_BY_TMPFS))
		return 0;
	if (statvfs("/", &fs))
		return fail(e, errno, "ask for the size of the root");
	/* The kernel counts in whole pages, and rounds up. */
	if ((uint64_t)fs.f_blocks * fs.f_frsize >= most + fs.f_frsize)
		return fail(e, 0, "the root's tmpfs is larger than its bound");
	return 0;
}

static int limits_check(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	for (int i = 0; i < LIMITS; i++) {
		struct rlimit r;
		rlim_t most;
		int resource = resource_of(plan, (enum limit_kind)i, &most);

		if (resource >= 0 && (getrlimit(resource, &r) || r.rlim_cur > most))
			return fail(e, 0, "the limit for %s is above its bound", limits[i].name);
	}
	return check_disk(plan, e);
}

static void limits_explain(const struct layer *layer, struct err *e)
{
	(void)layer;
	err_remedy(e,
		   "The cgroup was found writable and could not be used all the same: the remedy "
		   "is that of pinfold-run(1), LIMITS; or leave the limit out.");
}

const struct layer layer_limits = {
	.name = "limits",
	.stops = "use up the host's memory, processes, processors or disk, or go on without end",
	.apply[STAGE_OUTSIDE] = limits_apply_outside,
	.apply[STAGE_MAPS] = limits_apply_maps,
	.check[STAGE_MAPS] = limits_check_maps,
	.apply[STAGE_LOCK] = limits_apply_lock,
	.check[STAGE_PROOF] = limits_check,
	.explain = limits_explain,
};

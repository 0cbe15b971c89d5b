/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer cgroup: a cgroup namespace (cgroup_namespaces(7)).
 *
 * Should: show "/" as its own place, so that /proc/self/cgroup names no slice, session or container
 * of the host's. Mustn't: mount a cgroup file system: limits (layer limits) are not the command's
 * to see or set.
 */
#include "pinfold.h"

#include <errno.h>
#include <sched.h>

/* The namespace that came with the process shows the caller's place; the layer limits has moved it
 * since. */
static int cgroup_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	if (limits_use_cgroups(&plan->limits) && unshare(CLONE_NEWCGROUP))
		return fail(e, errno, "make a cgroup namespace for the run's own cgroup");
	return 0;
}

const struct layer layer_cgroup = {
	.name = "cgroup",
	.stops = "learn which service, session or container of the host it runs in",
	.needs = "user",
	.clone_flag = CLONE_NEWCGROUP,
	.ns = "cgroup",
	.apply[STAGE_MAPS] = cgroup_apply,
};

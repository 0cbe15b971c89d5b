/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer cgroup: a cgroup namespace (cgroup_namespaces(7)).
 *
 * Should: show "/" as its own place, so that /proc/self/cgroup names no slice, session or container
 * of the host's. Mustn't: mount a cgroup file system: limits are the host's to set.
 */
#include "pinfold.h"

#include <sched.h>

const struct layer layer_cgroup = {
	.name = "cgroup",
	.stops = "learn which service, session or container of the host it runs in",
	.needs = "user",
	.clone_flag = CLONE_NEWCGROUP,
	.ns = "cgroup",
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Our own place in each hierarchy, from texts as several kinds of hosts have them. */
#include "tap.h"

#include "pinfold.h"

#define V1	"31 30 0:28 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n"
#define V1_TWO	"32 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
#define V2	"40 30 0:37 / /sys/fs/cgroup rw,nosuid,nodev shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V2_LOW	"40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
#define V2_PART "50 40 0:37 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
#define OTHER	"22 1 8:1 / / rw,relatime - ext4 /dev/root rw,memory\n"

static const struct {
	const char *name, *mounts, *self, *controller;
	const char *root, *own; /* NULL: none */
} cases[] = {
	{"version 1", OTHER V1 V1_TWO, "4:memory:/a/b\n1:cpu,cpuacct:/c\n", "memory",
	 "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/a/b"},
	{"version 1, the root", V1, "4:memory:/\n", "memory", "/sys/fs/cgroup/memory",
	 "/sys/fs/cgroup/memory"},
	{"two controllers in one", V1 V1_TWO, "4:memory:/a\n1:cpu,cpuacct:/c\n", "cpuacct",
	 "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/c"},
	{"the other of the two", V1_TWO, "1:cpu,cpuacct:/c\n", "cpu", "/sys/fs/cgroup/cpu,cpuacct",
	 "/sys/fs/cgroup/cpu,cpuacct/c"},
	{"a name that is part of another", V1_TWO, "1:cpuset:/c\n", "cpu", NULL, NULL},
	{"no such controller", V1, "4:memory:/a\n", "pids", NULL, NULL},
	{"version 2", OTHER V2, "0::/user.slice/user-1.slice/x.scope\n", NULL, "/sys/fs/cgroup",
	 "/sys/fs/cgroup/user.slice/user-1.slice/x.scope"},
	{"version 2 beside 1", V1 V2_LOW, "4:memory:/\n0::/x\n", NULL, "/sys/fs/cgroup/unified",
	 "/sys/fs/cgroup/unified/x"},
	{"version 2 has no v1 controller", V2, "0::/x\n", "memory", NULL, NULL},
	{"a part of the tree is mounted", V2_PART, "0::/docker/abc/d\n", NULL, "/sys/fs/cgroup",
	 "/sys/fs/cgroup/d"},
	{"... which we are at the top of", V2_PART, "0::/docker/abc\n", NULL, "/sys/fs/cgroup",
	 "/sys/fs/cgroup"},
	{"... and another one we are in", V2_PART, "0::/docker/abcd\n", NULL, "/sys/fs/cgroup",
	 NULL},
	{"outside of our namespace's root", V2, "0::/../x\n", NULL, "/sys/fs/cgroup", NULL},
	{"nothing is mounted", OTHER, "4:memory:/a\n0::/\n", "memory", NULL, NULL},
	{"a path with a colon", V2, "0::/a:b\n", NULL, "/sys/fs/cgroup", "/sys/fs/cgroup/a:b"},
	{"a named hierarchy is no controller", V1, "9:name=systemd:/s\n4:memory:/m\n", "memory",
	 "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/m"},
	{"cut short", "31 30 0:28 / - cgroup cgroup\n", "4:memory:/a\n4\n4:memory\n", "memory",
	 NULL, NULL},
	{"nothing at all", "", "", NULL, NULL, NULL},
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cgroup_place got =
			cgroups_find(cases[i].mounts, cases[i].self, cases[i].controller);

		is_str(got.root, cases[i].root, "%s: where it is mounted", cases[i].name);
		is_str(got.own, cases[i].own, "%s: our place", cases[i].name);
	}
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-view: what the agent will see: the mounts of the composed root, and where it starts.
 *
 * Pure, like plan.c. The list is in the order of mounting, parents before what lies below them; no
 * destination of a user may hide, or lie inside, another: what is visible then never depends on the
 * order of options, and no mount point is ever made in a tree of the host's.
 */
#include "plan-view.h"

#include <errno.h>
#include <string.h>

#include "pool.h"

#define MIB (UINT64_C(1) << 20)

/*
 * One tmpfs holds all that is made for the run, under one bound that no ordinary build meets and
 * that keeps a runaway from filling the host's memory. /tmp and /dev/shm are mounts of their own in
 * it, so that they stay writable where the layer readonly closes the root.
 */
static const struct mount root_mount = {
	.kind = MOUNT_ROOT, .dest = "/", .writable = true, .inodes = 1 * MIB, .mode = 0755};
static const struct mount tmp_mount = {
	.kind = MOUNT_SCRATCH, .dest = "/tmp", .writable = true, .mode = 01777};
static const struct mount shm_mount = {
	.kind = MOUNT_SCRATCH, .dest = "/dev/shm", .writable = true, .mode = 01777};

static const struct {
	const char *name;
	unsigned int major, minor; /* what it must be, wherever the name leads */
} devices[] = {
	{"null", 1, 3},	  {"zero", 1, 5},    {"full", 1, 7},
	{"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
};

/*
 * Files of /proc that tell of the host and are readable on some kernel. A fresh /proc is read-only
 * as a whole, so that nothing in it can be written.
 */
static const char *const masked[] = {
	"interrupts",	 "kallsyms", "kcore",	    "keys",
	"latency_stats", "modules",  "sched_debug", "timer_list",
};

static const struct mount dev_links[] = {
	{.kind = MOUNT_LINK, .source = "pts/ptmx", .dest = "/dev/ptmx"},
	{.kind = MOUNT_LINK, .source = "/proc/self/fd", .dest = "/dev/fd"},
	{.kind = MOUNT_LINK, .source = "/proc/self/fd/0", .dest = "/dev/stdin"},
	{.kind = MOUNT_LINK, .source = "/proc/self/fd/1", .dest = "/dev/stdout"},
	{.kind = MOUNT_LINK, .source = "/proc/self/fd/2", .dest = "/dev/stderr"},
};

static void append(struct plan *plan, struct mount m)
{
	size_t n = plan->mounts_n;

	plan->mounts = pool_grow(plan->mounts, n, sizeof(*plan->mounts));
	map_put(&plan->places, m.dest, n);
	plan->mounts[plan->mounts_n++] = m;
}

bool view_is_made(const struct plan *plan, const char *path)
{
	size_t i;

	return map_get(&plan->places, path, &i) && plan->mounts[i].kind != MOUNT_LINK;
}

void view_add(struct plan *plan, struct mount m)
{
	bool in_home = false;
	size_t i;

	for (const char *slash = strchr(m.dest + 1, '/'); slash && plan_has(plan, "mount");
	     slash = strchr(slash + 1, '/')) {
		struct mount dir = {.kind = MOUNT_DIR, .mode = 0755};

		if (map_get_n(&plan->places, m.dest, (size_t)(slash - m.dest), &i)) {
			in_home |= plan->mounts[i].kind == MOUNT_HOME;
			m.ruled |= plan->mounts[i].whole && !m.writable;
			continue;
		}
		dir.dest = pool_copy_n(m.dest, (size_t)(slash - m.dest));
		dir.in_home = in_home;
		append(plan, dir);
	}
	m.in_home = in_home;
	append(plan, m);
}

static void add_system(const struct host *host, struct plan *plan)
{
	struct mount usr = {.kind = MOUNT_TREE, .source = "/usr", .dest = "/usr"};
	struct mount root = root_mount;

	root.size = limit_is(&plan->limits, LIMIT_DISK, LIMIT_BY_TMPFS)
			    ? plan->limits.v[LIMIT_DISK].value
			    : limits_usual_disk(host);
	view_add(plan, root);
	view_add(plan, usr);
	for (size_t i = 0; i < host->links_n; i++) {
		const struct host_link *l = &host->links[i];
		struct mount m = {.kind = MOUNT_LINK,
				  .source = l->target,
				  .dest = pool_printf("/%s", l->name)};

		/* A host whose /bin is no link has programs there: show that directory too. */
		if (!l->target) {
			m.kind = MOUNT_TREE;
			m.source = m.dest;
		}
		view_add(plan, m);
	}
}

static void add_proc(struct plan *plan)
{
	struct mount proc = {.kind = MOUNT_PROC, .source = "/proc", .dest = "/proc"};

	view_add(plan, proc);
	/* The host's own /proc, shown where the pid layer is off, is not ours to mask. */
	for (size_t i = 0; i < ARRAY_SIZE(masked) && plan_has(plan, "pid"); i++) {
		struct mount m = {.kind = MOUNT_MASK,
				  .source = "/dev/null",
				  .major = 1,
				  .minor = 3,
				  .is_file = true,
				  .dest = pool_printf("/proc/%s", masked[i])};

		view_add(plan, m);
	}
}

static void add_kernel(struct plan *plan)
{
	struct mount pts = {.kind = MOUNT_DEVPTS, .dest = "/dev/pts", .writable = true};

	add_proc(plan);
	view_add(plan, tmp_mount);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		const char *path = pool_printf("/dev/%s", devices[i].name);
		struct mount m = {.kind = MOUNT_DEVICE,
				  .source = path,
				  .dest = path,
				  .major = devices[i].major,
				  .minor = devices[i].minor,
				  .writable = true,
				  .is_file = true};

		view_add(plan, m);
	}
	view_add(plan, shm_mount);
	view_add(plan, pts);
	for (size_t i = 0; i < ARRAY_SIZE(dev_links); i++)
		view_add(plan, dev_links[i]);
}

/* The caller's directory, where the same path shows the same directory inside; "/" else. */
static const char *same_place(const struct host *host, const struct plan *plan)
{
	for (size_t i = 0; host->cwd && i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if (m->kind == MOUNT_TREE && str_equal(m->source, m->dest) && !m->is_file &&
		    str_path_within(host->cwd, m->source))
			return host->cwd;
	}
	return "/";
}

static int make_cwd(const struct policy *policy, const struct host *host, struct plan *plan,
		    struct err *e)
{
	plan->cwd_asked = policy->chdir != NULL;
	plan->cwd = policy->chdir;
	if (plan->cwd && plan->cwd[0] != '/') {
		err_where(e, "--chdir");
		err_remedy(e, "Write the absolute path of a directory inside.");
		return fail(e, 0, "\"%s\" is relative: to what, inside?", plan->cwd);
	}
	if (!plan->cwd && (plan_has(plan, "mount") || plan_has(plan, "landlock")))
		plan->cwd = same_place(host, plan);
	return 0;
}

bool view_shows(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];
		bool same = m->kind == MOUNT_LINK || (m->source && str_equal(m->source, m->dest)) ||
			    (plan->home && str_path_within(m->dest, plan->home));

		if ((m->kind == MOUNT_TREE || m->kind == MOUNT_LINK) && same &&
		    str_path_within(path, m->dest))
			return true;
	}
	return false;
}

int plan_make_view(const struct policy *policy, const struct host *host, struct plan *plan,
		   struct err *e)
{
	add_system(host, plan);
	add_kernel(plan);
	if (plan->agent_view && view_add_agent(policy, host, plan, e))
		return -1;
	if (view_add_list(policy, host, plan, false, e) ||
	    view_add_list(policy, host, plan, true, e) || view_add_workspace(policy, host, plan, e))
		return -1;
	if (policy->agent && view_add_agent_dir(host, plan, policy->agent, e))
		return -1;
	if (doors_add(policy, host, plan, e))
		return -1;
	return make_cwd(policy, host, plan, e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-rules: what a plan cannot have where Landlock's rules stand on the host's own paths, and
 * what it leaves open.
 *
 * Without the layer mount a path is shown where it lies, and rules only ever add: nothing can be
 * moved, and nothing taken back below what is shown (landlock(7)). What was asked for and cannot be
 * had is refused here. Pure, like plan.c.
 */
#include "pinfold.h"

#include "pool.h"

/* The ABI from which on Landlock tells one TCP port from another. */
enum { PORTS_ABI = 4 };

static int check_place(const struct mount *m, struct err *e)
{
	if (str_equal(m->source, "/")) {
		err_remedy(e, "Name the directories in it that the command needs.");
		return fail(e, 0, "the whole host cannot be shown: nothing would be forbidden");
	}
	/* --agent names the directory in AGENT_DIR, wherever it lies. */
	if (str_equal(m->source, m->dest) || str_equal(m->dest, "/agent"))
		return 0;
	err_remedy(e, "Leave \":%s\" out: the path is then shown where it lies.", m->dest);
	return fail(e, 0, "%s cannot be shown at %s without the layer mount", m->source, m->dest);
}

/* Would a file below both be writable, although one of them was named as read-only? */
static int check_pair(const struct mount *inner, const struct mount *outer, struct err *e)
{
	if (inner->writable || !outer->writable || !str_path_within(inner->source, outer->source))
		return 0;
	err_remedy(e, "Show what is beside it, one by one, instead of %s.", outer->source);
	return fail(e, 0,
		    "%s would be writable, as %s is: nothing can be taken back without the "
		    "layer mount",
		    inner->source, outer->source);
}

static int check_paths(const struct plan *plan, struct err *e)
{
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if (m->kind != MOUNT_TREE)
			continue;
		if (check_place(m, e))
			return err_where(e, m->writable ? "--rw" : "--ro");
		for (size_t k = 0; k < plan->mounts_n; k++)
			if (plan->mounts[k].kind == MOUNT_TREE &&
			    check_pair(m, &plan->mounts[k], e))
				return err_where(e, "--ro, --rw");
	}
	return 0;
}

static int check_ports(const struct host *host, const struct plan *plan, struct err *e)
{
	if (plan_has(plan, "net") || !plan->landlock.tcp.n || plan->landlock.tcp.any ||
	    host->landlock_abi >= PORTS_ABI)
		return 0;
	err_where(e, "--tcp");
	err_remedy(e, "Use Linux 6.7 or later, add --with net, or open TCP altogether: --tcp any.");
	return fail(e, 0,
		    "this kernel's Landlock (ABI %u) cannot tell ports apart, and there is "
		    "no network namespace",
		    host->landlock_abi);
}

int plan_check_rules(const struct host *host, const struct plan *plan, struct err *e)
{
	if (!plan_has(plan, "landlock"))
		return 0;
	if (check_ports(host, plan, e))
		return -1;
	return plan_has(plan, "mount") ? 0 : check_paths(plan, e);
}

/*
 * What a command can still do where a profile stands without namespaces, until what would stop it
 * is there: one of two layers, or an ABI of Landlock's.
 */
static const struct {
	const char *what;
	const char *layers[2];
	unsigned int abi; /* 0: whatever it is */
} gaps[] = {
	{"see the host's processes in /proc: names, command lines, states", {"pid"}, 0},
	{"signal every process of its user's", {"pid"}, 6},
	{"set limits and priorities of its user's processes", {"pid"}, 0},
	{"leave processes behind when it ends", {"pid"}, 0},
	{"change mode, owner, times and attributes of every file of its user's", {"mount"}, 0},
	{"empty every file of its user's (truncate)", {"mount"}, 3},
	{"learn which files exist, their sizes and times, and watch their use", {"mount"}, 0},
	{"use the shared memory, semaphores and queues of its user's programs (System V)",
	 {"ipc"},
	 0},
	{"see the host's name, network interfaces and addresses", {"net"}, 0},
	{"send datagrams anywhere, and obey or command whoever listens on a unix socket",
	 {"net", "sockets"},
	 0},
};

static bool is_open(const struct host *host, const struct plan *plan, size_t i)
{
	for (size_t k = 0; k < ARRAY_SIZE(gaps[i].layers); k++)
		if (gaps[i].layers[k] && plan_has(plan, gaps[i].layers[k]))
			return false;
	return !gaps[i].abi || !plan_has(plan, "landlock") || host->landlock_abi < gaps[i].abi;
}

void plan_make_gaps(const struct host *host, struct plan *plan)
{
	for (size_t i = 0; i < ARRAY_SIZE(gaps); i++)
		if (is_open(host, plan, i))
			pool_list_add(&plan->gaps, gaps[i].what);
	if (plan->landlock.tcp.any || plan->landlock.tcp.n)
		pool_list_add(&plan->gaps,
			      plan->landlock.tcp.any
				      ? "reach every address by TCP, and be reached"
				      : "reach every address by the ports of --tcp, and listen on "
					"one that the kernel chooses");
}

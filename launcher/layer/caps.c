/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer caps: no capability, in any of the five sets, ever again (capabilities(7)).
 *
 * Should: empty the bounding set, lock the securebits, clear the ambient set, then empty the
 * effective, permitted and inheritable sets, in this order: the first two take CAP_SETPCAP.
 * Forbid user namespaces below ours, each of which would give every capability over what it owns:
 * ours may have none (/proc/sys/user/max_user_namespaces, namespaces(7)), and to raise that again
 * takes CAP_SYS_RESOURCE in it.
 * Mustn't: leave one for anything: what needs a capability is done by then.
 *
 * Without the layer user the agent is an ordinary user of the host, who has no CAP_SETPCAP: the
 * bounding set and the securebits stay as they are. Both only bound what exec can give, and with
 * the layer nnp exec gives nothing. The number of user namespaces is the host's then, too.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"
#include "uapi.h"

/* Every bit that has a meaning, with its lock; KEEP_CAPS stays off, and locked off. */
static const unsigned long locked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
				    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
				    SECBIT_NO_CAP_AMBIENT_RAISE |
				    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

/* Where it cannot be had (a container's /proc/sys may be read-only), seccomp has to forbid them. */
static void caps_reduce(const struct host *host, struct plan *plan)
{
	if (!plan_has(plan, "user"))
		return;
	plan->no_user_ns = host->sets_sysctls;
	if (!plan->no_user_ns && !plan_has(plan, "seccomp"))
		pool_list_add(&plan->gaps, "make user namespaces, with every capability in them");
}

/*
 * The file is each user namespace's own, in whatever procfs; the layer user has found /proc to be
 * one, and caps_check_lock() sees whether it was the kernel's.
 */
static int forbid_user_namespaces(struct err *e)
{
	static const struct uapi_open_how how = {O_WRONLY | O_CLOEXEC, 0, UAPI_RESOLVE_NO_SYMLINKS};
	static const char path[] = "/proc/sys/user/max_user_namespaces";
	autoclose int fd = sys_openat2(AT_FDCWD, path, &how);

	return fd >= 0 && write(fd, "0\n", 2) == 2 ? 0 : fail(e, errno, "write 0 to %s", path);
}

/* Of no use to this process any more, as it execs nothing: so it goes while the network is made. */
static int caps_apply_bounds(const struct plan *plan, struct run *run, struct err *e)
{
	int cap = 0;

	(void)run;
	if (!plan_has(plan, "user"))
		return 0;
	while (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
		cap++;
	/* EINVAL behind the last capability that this kernel knows (PR_CAPBSET_DROP(2const)). */
	if (errno != EINVAL || cap == 0)
		return fail(e, errno, "drop capability %d from the bounding set", cap);
	return 0;
}

static int caps_apply_build(const struct plan *plan, struct run *run, struct err *e)
{
	if (plan->no_user_ns && forbid_user_namespaces(e))
		return -1;
	return caps_apply_bounds(plan, run, e);
}

/* At once, before the filter makes each of these forty calls dearer. */
static int caps_check_bounds(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	if (!plan_has(plan, "user"))
		return 0;
	for (int cap = 0, rc; (rc = prctl(PR_CAPBSET_READ, cap, 0, 0, 0)) >= 0; cap++)
		if (rc)
			return fail(e, 0, "capability %d is still in the bounding set", cap);
	return errno == EINVAL ? 0 : fail(e, errno, "read the bounding set");
}

static int caps_apply_lock(const struct plan *plan, struct run *run, struct err *e)
{
	static const struct uapi_cap_data nothing[2];

	(void)run;
	if (plan_has(plan, "user") && prctl(PR_SET_SECUREBITS, locked, 0, 0, 0))
		return fail(e, errno, "lock the securebits");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return fail(e, errno, "clear the ambient capabilities");
	return sys_capset(nothing) ? fail(e, errno, "capset") : 0;
}

/*
 * By trying, while nothing else forbids it: the limit is asked before anything is made. clone(2),
 * since unshare(2) wants a process of one thread, and the kernel counts the one that made the
 * network for a moment longer than pthread_join(3) waits.
 */
static int caps_check_lock(const struct plan *plan, struct run *run, struct err *e)
{
	pid_t child;

	(void)run;
	if (!plan->no_user_ns)
		return 0;
	child = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0)
		_exit(0);
	if (child > 0) {
		(void)waitpid(child, NULL, 0);
		return fail(e, 0, "a user namespace could be made");
	}
	return errno == ENOSPC ? 0 : fail(e, errno, "try to make a user namespace");
}

static int caps_check(const struct plan *plan, struct run *run, struct err *e)
{
	struct uapi_cap_data have[2];

	(void)run;
	if (sys_capget(have))
		return fail(e, errno, "capget");
	/* The ambient set is a part of the permitted one, always (capabilities(7)): it is empty
	 * too. */
	for (int i = 0; i < 2; i++)
		if (have[i].effective || have[i].permitted || have[i].inheritable)
			return fail(e, 0, "the agent still has capabilities");
	if (plan_has(plan, "user") && (unsigned long)prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) != locked)
		return fail(e, 0, "the securebits are not locked");
	return 0;
}

const struct layer layer_caps = {
	.name = "caps",
	.stops = "mount, forge packets and administer whatever its namespaces own, or new ones",
	.tried_with = "user", /* for the bounding set and the securebits */
	.reduce = caps_reduce,
	.apply[STAGE_BUILD] = caps_apply_build,
	.check[STAGE_BUILD] = caps_check_bounds,
	.apply[STAGE_JOIN] = caps_apply_bounds,
	.check[STAGE_JOIN] = caps_check_bounds,
	.apply[STAGE_LOCK] = caps_apply_lock,
	.check[STAGE_LOCK] = caps_check_lock,
	.check[STAGE_PROOF] = caps_check,
};

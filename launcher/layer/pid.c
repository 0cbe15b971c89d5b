/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer pid: processes of its own (pid_namespaces(7)), under a pid 1 of ours (init.c).
 *
 * Should: give a fresh /proc, read-only but for --gpu, in which the plan masks what tells of the
 * host; end everything inside when the command ends, and when the launcher does, however that dies.
 * Mustn't: need the mount layer; without it there is no place for a /proc, and the host's is seen.
 *
 * The fresh /proc is made before the host's tree goes out of sight, because the kernel refuses a
 * new procfs in a mount namespace that shows none (mount_too_revealing() in fs/namespace.c).
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uapi.h"

/*
 * The launcher may already be gone when the death signal is set. Its end of the link is closed
 * then, which poll(2) tells as POLLHUP.
 */
static int pid_apply_maps(const struct plan *plan, struct run *run, struct err *e)
{
	struct pollfd p = {run->link_fd, 0, 0};
	int sig = 0;

	(void)plan;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || prctl(PR_GET_PDEATHSIG, &sig) ||
	    sig != SIGKILL)
		return fail(e, errno, "PR_SET_PDEATHSIG");
	if (poll(&p, 1, 0) < 0 || (p.revents & (POLLHUP | POLLERR)))
		return fail(e, 0, "the launcher is gone");
	return 0;
}

/* A read-only one where the plan does not open it: nothing in it is an agent's to write. */
static unsigned int proc_flags(const struct plan *plan)
{
	for (size_t i = 0; i < plan->mounts_n; i++)
		if (plan->mounts[i].kind == MOUNT_PROC && plan->mounts[i].writable)
			return 0;
	return MOUNT_ATTR_RDONLY;
}

static int pid_apply_build(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int fs = -1;

	if (!plan_has(plan, "mount"))
		return 0;
	fs = sys_fsopen("proc");
	if (fs < 0 || sys_fsconfig(fs, UAPI_FSCONFIG_CMD_CREATE, NULL, NULL))
		return fail(e, errno, "make a procfs");
	run->proc_fd = sys_fsmount(fs, proc_flags(plan) | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					       MOUNT_ATTR_NOEXEC);
	if (run->proc_fd < 0)
		return fail(e, errno, "mount a procfs"); /* cause.c asks for it */
	return 0;
}

/* Every kernel has these two where it has keys and symbols at all, and anybody may read them. */
static int check_masks(struct err *e)
{
	static const char *const known[] = {"/proc/keys", "/proc/kallsyms"};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct stat st;

		if (stat(known[i], &st)) {
			if (errno != ENOENT)
				return fail(e, errno, "look at %s inside", known[i]);
		} else if (st.st_rdev != makedev(1, 3) && access(known[i], R_OK) == 0) {
			return fail(e, 0, "%s is not masked", known[i]);
		}
	}
	return 0;
}

static int pid_check(const struct plan *plan, struct run *run, struct err *e)
{
	/* The agent's parent is pid 1 of its namespace, or the agent was never given one. */
	if (getppid() != run->leader)
		return fail(e, 0, "the agent's parent is process %d, not pid %d", (int)getppid(),
			    (int)run->leader);
	return plan_has(plan, "mount") ? check_masks(e) : 0;
}

const struct layer layer_pid = {
	.name = "pid",
	.stops = "see, signal and trace the host's processes, or live on after its own end",
	.needs = "user",
	.tried_with = "mount", /* for the fresh /proc */
	.clone_flag = CLONE_NEWPID,
	.ns = "pid",
	.apply[STAGE_MAPS] = pid_apply_maps,
	.apply[STAGE_BUILD] = pid_apply_build,
	.check[STAGE_PROOF] = pid_check,
};

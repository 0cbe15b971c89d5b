/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer user: a user namespace with one id in it, the agent's own (user_namespaces(7)).
 *
 * Should: map the agent's uid and gid to themselves, so that files keep their owner's number (an
 * id made for one run shows as an ordinary one), and
 * no process inside is ever uid 0 of anything; deny setgroups(2) for good.
 * Mustn't: map a second id. Every id more is one whose files the agent could reach.
 *
 * A new user namespace brings all capabilities over what it owns. They are what the other layers
 * are built with, and the layer caps takes them away. Where caps is off, the agent keeps them
 * across exec: that is the plain truth about namespaces alone, and the matrix shows what it opens.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "uapi.h"

/* Our own directory in /proc, after making sure that it is a procfs and nothing faked. */
static int open_self(struct err *e)
{
	static const struct uapi_open_how how = {O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
						 UAPI_RESOLVE_NO_XDEV};
	autoclose int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	int self;

	if (proc < 0 || fstatfs(proc, &fs))
		return fail(e, errno, "open /proc");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return fail(e, 0, "/proc is not a procfs");
	self = sys_openat2(proc, "self", &how);
	return self >= 0 ? self : fail(e, errno, "open /proc/self");
}

static int write_self(int self, const char *name, const char *text, struct err *e)
{
	static const struct uapi_open_how how = {O_WRONLY | O_CLOEXEC, 0,
						 UAPI_RESOLVE_NO_XDEV | UAPI_RESOLVE_NO_SYMLINKS};
	autoclose int fd = sys_openat2(self, name, &how);
	size_t size = strlen(text);

	if (fd < 0 || write(fd, text, size) != (ssize_t)size)
		return fail(e, errno, "write /proc/self/%s", name);
	return 0;
}

/*
 * The process inside writes its own maps, which the kernel allows for a single line that maps the
 * writer's own id: one switch between processes less than if the launcher did it.
 */
static int user_apply(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int self = open_self(e);
	char uid[48], gid[48];

	(void)run;
	(void)snprintf(uid, sizeof(uid), "%u %u 1\n", plan->id.inner_uid, plan->id.uid);
	(void)snprintf(gid, sizeof(gid), "%u %u 1\n", plan->id.inner_gid, plan->id.gid);
	if (self < 0 || write_self(self, "setgroups", "deny", e) ||
	    write_self(self, "uid_map", uid, e))
		return -1;
	return write_self(self, "gid_map", gid, e);
}

static int keep_capabilities(struct err *e)
{
	struct uapi_cap_data data[2];

	if (sys_capget(data))
		return fail(e, errno, "capget");
	data[0].inheritable = data[0].permitted;
	data[1].inheritable = data[1].permitted;
	if (sys_capset(data))
		return fail(e, errno, "capset");
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
			return fail(e, errno, "raise ambient capability %d", cap);
	return errno == EINVAL ? 0 : fail(e, errno, "read the bounding set");
}

static int user_apply_lock(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	return plan_has(plan, "caps") ? 0 : keep_capabilities(e);
}

static int user_check(const struct plan *plan, struct run *run, struct err *e)
{
	uid_t r, eff, saved;

	(void)run;
	if (getresuid(&r, &eff, &saved) || r != plan->id.inner_uid || eff != r || saved != r)
		return fail(e, 0, "the agent's uid is %u, not %u", r, plan->id.inner_uid);
	if (getgid() != plan->id.inner_gid || getegid() != plan->id.inner_gid)
		return fail(e, 0, "the agent's gid is %u, not %u", getgid(), plan->id.inner_gid);
	return 0;
}

const struct layer layer_user = {
	.name = "user",
	.stops = "become any other id of the host's; and nothing that needs this layer could be "
		 "built",
	.clone_flag = CLONE_NEWUSER,
	.ns = "user",
	.apply[STAGE_MAPS] = user_apply,
	.apply[STAGE_LOCK] = user_apply_lock,
	.check[STAGE_PROOF] = user_check,
};

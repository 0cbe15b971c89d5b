/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family mount, part 2: everything else that changes, or asks about, what is seen where. All but
 * the questions take CAP_SYS_ADMIN over the mount namespace, which an ordinary user has in one of
 * its own.
 *
 * Should mount on /tmp, or detached, and undo it at once. Mustn't unmount before it has seen by the
 * mount's number that there is a new one; nor touch the mounts of a host that nobody put a sandbox
 * around (told by mount-ok).
 */
#include "probe.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"
#include "uapi.h"

enum { NR_fspick = 433, NR_statmount = 457, NR_listmount = 458 };

static const char target[] = "/tmp";

/* Could a mount be made here, and be the host's? */
static bool may_try(const struct probe *probe, struct trial *t)
{
	struct uapi_cap_data caps[2] = {0};

	if (decoy_yes(&probe->decoys, "mount-ok") || guard_read("user") == GUARD_OTHER ||
	    (sys_capget(caps) == 0 && !(caps[0].effective & CAP_TO_MASK(CAP_SYS_ADMIN))))
		return true;
	trial_skipped(t, "this may be the host's own /tmp: takes --decoy mount-ok=yes");
	return false;
}

/* The number of the mount that is seen at path, or of fd where path is empty; 0: it is not told. */
static uint64_t mount_number(int dir, const char *path)
{
	struct statx st;
	int flags = AT_SYMLINK_NOFOLLOW | (*path ? 0 : AT_EMPTY_PATH);

	if (syscall(SYS_statx, dir, path, flags, STATX_MNT_ID, &st) ||
	    !(st.stx_mask & STATX_MNT_ID))
		return 0;
	return st.stx_mnt_id;
}

/* REACHED where another mount than before is seen on the target, which is then taken away. */
static void judge_mount(struct trial *t, uint64_t before, const char *call)
{
	uint64_t now = mount_number(AT_FDCWD, target);

	if (!now || now == before)
		trial_faked(t, "%s claimed success, and /tmp is as it was", call);
	else {
		trial_reached(t, "%s mounted on /tmp", call);
		if (umount2(target, MNT_DETACH))
			trial_add(t, "; it stays: umount2: %s", err_name(errno));
	}
}

/* op->at: the type of the file system, op->arg: flags of mount(2). */
static void mount_type(const struct probe *probe, struct trial *t)
{
	const char *type = probe->op->at;
	uint64_t before = mount_number(AT_FDCWD, target);
	unsigned long bind = (unsigned long)probe->op->arg;

	if (!may_try(probe, t))
		return;
	if (TRY(t, mount(bind ? target : "pinfold-probe", target, type,
			 bind | MS_NOSUID | MS_NODEV | MS_NOEXEC,
			 str_equal(type, "overlay") ? "lowerdir=/usr:/etc" : NULL)))
		trial_refused(t, errno, "mount");
	else
		judge_mount(t, before, "mount");
}

/* A detached copy of the tree at /tmp, or -1 with t judged. */
static int clone_tree(struct trial *t)
{
	int next = given_next();
	int tree = TRY(t, sys_open_tree(AT_FDCWD, target, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));

	return given_is_real(t, next, tree, "open_tree") ? tree : -1;
}

static void open_tree_clone(const struct probe *probe, struct trial *t)
{
	autoclose int tree = -1;

	if (!may_try(probe, t))
		return;
	tree = clone_tree(t);
	if (tree < 0)
		return;
	if (mount_number(tree, "") == mount_number(AT_FDCWD, target))
		trial_faked(t, "open_tree gave no copy");
	else
		trial_reached(t, "open_tree copied the mount at /tmp");
}

static void attach_tree(const struct probe *probe, struct trial *t)
{
	uint64_t before = mount_number(AT_FDCWD, target);
	autoclose int tree = -1;

	if (!may_try(probe, t))
		return;
	tree = clone_tree(t);
	if (tree < 0)
		return;
	if (TRY(t, sys_move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)))
		trial_refused(t, errno, "move_mount");
	else
		judge_mount(t, before, "move_mount");
}

/* Read-only, set on a detached copy, which then takes no file. */
static void set_attributes(const struct probe *probe, struct trial *t)
{
	const struct uapi_mount_attr attr = {MOUNT_ATTR_RDONLY, 0, 0, 0};
	autoclose int tree = -1, file = -1;

	if (!may_try(probe, t))
		return;
	tree = clone_tree(t);
	if (tree < 0)
		return;
	if (TRY(t, sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr))) {
		trial_refused(t, errno, "mount_setattr");
		return;
	}
	file = openat(tree, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (file < 0 && errno == EROFS)
		trial_reached(t, "a mount was made read-only");
	else
		trial_faked(t, "mount_setattr claimed success, and the mount is as it was");
}

/* A file system that nobody has mounted yet: its context takes an option of its own, and no other.
 */
static void open_context(const struct probe *probe, struct trial *t)
{
	int next = given_next(), fs = TRY(t, sys_fsopen("tmpfs"));

	(void)probe;
	if (!given_is_real(t, next, fs, "fsopen"))
		return;
	if (sys_fsconfig(fs, UAPI_FSCONFIG_SET_STRING, "size", "64k") == 0 &&
	    sys_fsconfig(fs, UAPI_FSCONFIG_SET_STRING, "no-such-option", "1"))
		trial_reached(t, "a context for a new tmpfs was made");
	else
		trial_faked(t, "fsopen gave something that is no context");
	(void)close(fs);
}

static void make_mount(const struct probe *probe, struct trial *t)
{
	autoclose int fs = TRY(t, sys_fsopen("tmpfs"));
	int next, tree;

	(void)probe;
	if (fs < 0) {
		trial_refused(t, errno, "fsopen");
		return;
	}
	if (TRY(t, sys_fsconfig(fs, UAPI_FSCONFIG_CMD_CREATE, NULL, NULL))) {
		trial_refused(t, errno, "fsconfig");
		return;
	}
	next = given_next();
	tree = TRY(t, sys_fsmount(fs, MOUNT_ATTR_NOSUID));
	given_judge(t, next, tree, "fsmount");
}

static void pick_context(const struct probe *probe, struct trial *t)
{
	int next = given_next();

	(void)probe;
	given_judge(t, next, TRY(t, (int)syscall(NR_fspick, AT_FDCWD, "/", FSOPEN_CLOEXEC)),
		    "fspick");
}

/* The directory becomes the root, and the probe's own file then is elsewhere. */
static void change_root(const struct probe *probe, struct trial *t)
{
	struct statx tmp = {0}, root = {0};

	(void)probe;
	if (syscall(SYS_statx, AT_FDCWD, target, 0, STATX_INO, &tmp)) {
		trial_refused(t, errno, "statx /tmp");
		return;
	}
	if (TRY(t, chroot(target))) {
		trial_refused(t, errno, "chroot");
		return;
	}
	if (syscall(SYS_statx, AT_FDCWD, "/", 0, STATX_INO, &root) || root.stx_ino != tmp.stx_ino ||
	    root.stx_dev_minor != tmp.stx_dev_minor)
		trial_faked(t, "chroot claimed success, and the root is as it was");
	else
		trial_reached(t, "/tmp became the root");
}

/* Every mount of this namespace by its number, without /proc. */
static void list_mounts(const struct probe *probe, struct trial *t)
{
	struct {
		uint32_t size, spare;
		uint64_t mount, param;
	} ask = {24, 0, UINT64_MAX /* the root */, 0};
	uint64_t numbers[64] = {0};
	long n = TRY(t, syscall(NR_listmount, &ask, numbers, 64, 0));

	(void)probe;
	if (n < 0)
		trial_refused(t, errno, "listmount");
	else if (n == 0 || !numbers[0])
		trial_faked(t, "listmount claimed success without a mount");
	else
		trial_reached(t, "the mounts were listed");
}

#define TYPE(word, text, where, type, flags)                                                       \
	{                                                                                          \
		.id = (word), .title = (text), .source = (where), .decoys = {"mount-ok"},          \
		.caller = CALLER_ROOT, .clean = true, .run = mount_type, .at = (type),             \
		.arg = (flags)                                                                     \
	}
#define CALL(word, text, where, function)                                                          \
	{                                                                                          \
		.id = (word), .title = (text), .source = (where), .decoys = {"mount-ok"},          \
		.caller = CALLER_ROOT, .clean = true, .run = (function)                            \
	}

static const struct op ops[] = {
	TYPE("mount.bind", "mount a directory once more", "mount(2)", "none", MS_BIND),
	TYPE("mount.proc-again", "mount a fresh /proc", "proc(5): shows what was masked", "proc",
	     0),
	TYPE("mount.sysfs", "mount a sysfs", "sysfs(5); CVE-2022-0492", "sysfs", 0),
	TYPE("mount.overlay", "mount an overlay", "CVE-2021-3493, CVE-2023-0386", "overlay", 0),
	TYPE("mount.cgroup", "mount the cgroup tree", "cgroups(7); CVE-2022-0492", "cgroup2", 0),
	TYPE("mount.mqueue", "mount the message queues", "mq_overview(7)", "mqueue", 0),
	TYPE("mount.devpts", "mount pseudo-terminals", "pts(4)", "devpts", 0),
	CALL("mount.open-tree", "copy a mount by open_tree", "open_tree(2)", open_tree_clone),
	CALL("mount.move-mount", "mount by move_mount", "move_mount(2)", attach_tree),
	CALL("mount.setattr", "change a mount by mount_setattr", "mount_setattr(2)",
	     set_attributes),
	CALL("mount.fsopen", "open a file system context", "fsopen(2); CVE-2022-0185",
	     open_context),
	CALL("mount.fsmount", "mount by fsmount", "fsmount(2)", make_mount),
	CALL("mount.fspick", "pick a mounted file system", "fspick(2)", pick_context),
	{.id = "mount.chroot",
	 .title = "change the root directory",
	 .source = "chroot(2): twice, and one is out",
	 .caller = CALLER_ROOT,
	 .run = change_root},
	{.id = "mount.listmount",
	 .title = "list mounts by number",
	 .source = "listmount(2), Linux 6.8",
	 .clean = true,
	 .run = list_mounts},
};

const struct family family_mount_more = FAMILY("mount", ops);

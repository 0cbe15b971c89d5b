/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer mount: a root of its own, composed on a tmpfs from the plan's mounts (mount_namespaces(7)).
 *
 * Should: pin every source once, as a detached tree, before the new root exists (pin.c); place each
 * below the new root's descriptor (place.c); pivot, and let the old root go; ask every mount back.
 * Mustn't: look anything up twice by name; follow a symbolic link (plan paths are canonical, so one
 * on the way is somebody's trick); write to the host's tree: mount points exist in our own tmpfs.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "pool.h"
#include "uapi.h"

enum {
	FILES_BESIDE = 64, /* descriptors that a start takes beside those of the mounts */
	FILES_USUAL = 256, /* what every limit of open files allows that programs run under */
	RANGE_LEAST = 16   /* descriptors in a row that are worth a call of their own */
};

/*
 * Each tree is a descriptor until the root is entered: a long list may need more of them than the
 * caller's soft limit, which is put back then.
 */
static int allow_files(const struct plan *plan, struct run *run, struct err *e)
{
	size_t n = plan->mounts_n + FILES_BESIDE;
	struct rlimit r;

	if (n <= FILES_USUAL)
		return 0;
	if (getrlimit(RLIMIT_NOFILE, &r))
		return fail(e, errno, "read the limit of open files");
	run->files_soft = r.rlim_cur;
	if (r.rlim_cur >= n)
		return 0;
	r.rlim_cur = n < r.rlim_max ? n : r.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &r) ? fail(e, errno, "allow %zu open files", n) : 0;
}

static int restore_files(const struct run *run, struct err *e)
{
	struct rlimit r;

	if (!run->files_soft)
		return 0;
	if (getrlimit(RLIMIT_NOFILE, &r))
		return fail(e, errno, "read the limit of open files");
	r.rlim_cur = run->files_soft;
	return setrlimit(RLIMIT_NOFILE, &r) ? fail(e, errno, "put the limit of open files back")
					    : 0;
}

static int mount_apply_build(const struct plan *plan, struct run *run, struct err *e)
{
	mode_t mask = umask(0);
	int rc;

	if (allow_files(plan, run, e))
		return -1;
	/* Nothing that is mounted here may show outside, nor the reverse. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return fail(e, errno, "make / private");
	run->trees = pool_alloc(plan->mounts_n * sizeof(*run->trees));
	for (size_t i = 0; i < plan->mounts_n; i++) {
		run->trees[i] = pin_mount(&plan->mounts[i], run, e);
		if (run->trees[i] < 0 && e->what[0])
			return -1;
	}
	run->root_fd = run->trees[0];
	rc = place_mounts(plan, run, e);
	(void)umask(mask);
	return rc;
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Closes what the placing needed, in as few calls as its numbers have gaps. */
static void close_trees(const struct plan *plan, struct run *run)
{
	int *fds = run->trees;

	qsort(fds, plan->mounts_n, sizeof(*fds), by_number);
	for (size_t i = 0, n; i < plan->mounts_n; i += n) {
		unsigned int first = (unsigned int)fds[i];

		n = 1;
		while (fds[i] >= 0 && i + n < plan->mounts_n && fds[i + n] == fds[i] + (int)n)
			n++;
		if (n >= RANGE_LEAST && sys_close_range(first, first + (unsigned int)n - 1, 0) == 0)
			continue;
		for (size_t k = i; k < i + n; k++)
			fd_cleanup(&fds[k]);
	}
	run->trees = NULL;
	run->root_fd = -1;
}

static int mount_apply_enter(const struct plan *plan, struct run *run, struct err *e)
{
	if (fchdir(run->root_fd))
		return fail(e, errno, "enter the new root");
	/* pivot_root(2), NOTES: "." for both stacks the old root on the new; it is then detached.
	 */
	if (syscall(SYS_pivot_root, ".", "."))
		return fail(e, errno, "pivot_root");
	if (umount2(".", MNT_DETACH))
		return fail(e, errno, "detach the old root");
	/* We still stand in it: it is detached where there is nothing to detach any more. */
	if (umount2(".", MNT_DETACH) == 0 || errno != EINVAL)
		return fail(e, errno, "the old root is still there");
	if (chdir("/"))
		return fail(e, errno, "enter the new root");
	close_trees(plan, run);
	return restore_files(run, e);
}

static int check_flags(const struct mount *m, struct err *e)
{
	struct statvfs fs;
	unsigned long want = ST_NOSUID;

	if (statvfs(m->dest, &fs))
		return fail(e, errno, "look at %s inside", m->dest);
	if (!mount_is_node(m) && m->kind != MOUNT_DEVPTS)
		want |= ST_NODEV | (m->writable ? 0 : ST_RDONLY) | (m->noexec ? ST_NOEXEC : 0);
	if ((fs.f_flag & want) != want)
		return fail(e, 0, "%s is mounted with flags %#lx, which lack some of %#lx", m->dest,
			    fs.f_flag, want);
	return 0;
}

/* What is covered by itself is a mount's root; a link is not followed. */
static int check_held(const struct mount *m, struct err *e)
{
	struct uapi_statx st;

	if (sys_statx(AT_FDCWD, m->dest, AT_SYMLINK_NOFOLLOW, 0, &st))
		return fail(e, errno, "look at %s inside", m->dest);
	if (!(st.attributes & UAPI_STATX_ATTR_MOUNT_ROOT))
		return fail(e, 0, "%s could be moved or removed", m->dest);
	return m->kind == MOUNT_HOLD || m->is_link ? 0 : check_flags(m, e);
}

/* A cover lies in the root's tmpfs, and is nobody's to open. */
static int check_denied(const struct mount *m, dev_t root, struct err *e)
{
	struct stat st;

	if (lstat(m->dest, &st))
		return fail(e, errno, "look at %s inside", m->dest);
	if (st.st_dev != root || (st.st_mode & ~(mode_t)S_IFMT))
		return fail(e, 0, "%s is not covered", m->dest);
	return 0;
}

static int check_mount(const struct mount *m, dev_t root, struct err *e)
{
	switch (m->kind) {
	case MOUNT_LINK:
	case MOUNT_DIR:
	case MOUNT_MASK:
	case MOUNT_FILE:
		return 0;
	case MOUNT_KEEP:
	case MOUNT_HOLD:
		return check_held(m, e);
	case MOUNT_DENY:
		return check_denied(m, root, e);
	default:
		return check_flags(m, e);
	}
}

static int mount_check(const struct plan *plan, struct run *run, struct err *e)
{
	struct statfs fs;
	struct stat root;

	(void)run;
	if (statfs("/", &fs) || fs.f_type != TMPFS_MAGIC || stat("/", &root))
		return fail(e, 0, "the root inside is not our tmpfs");
	for (size_t i = 0; i < plan->mounts_n; i++)
		if (check_mount(&plan->mounts[i], root.st_dev, e))
			return -1;
	return 0;
}

static void mount_explain(const struct layer *layer, struct err *e)
{
	(void)layer;
	if (e->num == ELOOP)
		err_remedy(e, "A symbolic link has come into this path since it was looked up: "
			      "somebody is changing it while we start.");
	else if (e->num == EMFILE)
		err_remedy(e, "Each mount takes a descriptor while we start: allow more open files "
			      "(ulimit -n 256), or show fewer paths.");
	else if (e->num == ENOSPC && str_starts(e->what, "attach "))
		err_remedy(e, "A mount namespace may hold as many mounts as the sysctl "
			      "fs.mount-max says: raise it, or show fewer paths.");
	else if (e->num == EINVAL && str_equal(e->what, "pivot_root"))
		err_remedy(e, "The root of this system is its initramfs, which cannot be left "
			      "(pivot_root(2)): let it boot into a root of its own "
			      "(switch_root(8)), or leave the layers mount and readonly out.");
}

const struct layer layer_mount = {
	.name = "mount",
	.stops = "see and change the host's files",
	.needs = "user",
	.clone_flag = CLONE_NEWNS,
	.ns = "mnt",
	.apply[STAGE_BUILD] = mount_apply_build,
	.apply[STAGE_ENTER] = mount_apply_enter,
	.check[STAGE_PROOF] = mount_check,
	.explain = mount_explain,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer mount: a root of its own, composed on a tmpfs from the plan's mounts (mount_namespaces(7)).
 *
 * Should: pin every source once, as a detached tree, before the new root exists; set its flags
 * while nobody can see it (one recursive mount_setattr(2), so that submounts are read-only too);
 * make and resolve every destination below the new root's descriptor; pivot, and let the old
 * root go.
 * Mustn't: look anything up twice by name; follow a symbolic link (plan paths are canonical, so one
 * on the way is somebody's trick); write to the host's tree: mount points exist in our own tmpfs.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
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

enum { FILES_BESIDE = 64 }; /* descriptors that a start takes beside those of the mounts */

static bool is_node(const struct mount *m)
{
	return m->kind == MOUNT_DEVICE || m->kind == MOUNT_MASK;
}

/* nosuid and nodev everywhere; device nodes are the one thing that must work as devices. */
static uint64_t flags_of(const struct mount *m)
{
	uint64_t flags = MOUNT_ATTR_NOSUID;

	if (is_node(m) || m->kind == MOUNT_DEVPTS)
		return flags | MOUNT_ATTR_NOEXEC;
	return flags | MOUNT_ATTR_NODEV | (m->writable ? 0 : MOUNT_ATTR_RDONLY);
}

static bool is_device(int fd, const char *path)
{
	static const struct {
		const char *path;
		unsigned int major, minor;
	} known[] = {
		{"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
		{"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
	};
	struct stat st;

	if (fstat(fd, &st) || !S_ISCHR(st.st_mode))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (str_equal(known[i].path, path))
			return st.st_rdev == makedev(known[i].major, known[i].minor);
	return false;
}

/* Clones what lies at the source: a canonical path, so that a symbolic link in it is refused. */
static int clone_source(const struct mount *m, struct err *e)
{
	static const struct uapi_open_how how = {
		O_PATH | O_CLOEXEC, 0, UAPI_RESOLVE_NO_SYMLINKS | UAPI_RESOLVE_NO_MAGICLINKS};
	autoclose int path = sys_openat2(AT_FDCWD, m->source, &how);
	int tree;

	if (path < 0)
		return fail(e, errno, "open %s", m->source);
	tree = sys_open_tree(path, "",
			     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
	return tree >= 0 ? tree : fail(e, errno, "take %s", m->source);
}

/* A device node is told by its numbers, whatever way its path led. */
static int clone_device(const struct mount *m, struct err *e)
{
	autoclose int tree =
		sys_open_tree(AT_FDCWD, m->source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (tree < 0)
		return fail(e, errno, "take %s", m->source);
	if (!is_device(tree, m->source))
		return fail(e, 0, "%s is not the device of that name", m->source);
	return fd_take(&tree);
}

/* A source of the host's as a detached tree with its flags set. */
static int pin_tree(const struct mount *m, struct err *e)
{
	/* Private: what the host mounts later below the source must not turn up inside. */
	const struct uapi_mount_attr attr = {flags_of(m), 0, MS_PRIVATE, 0};
	autoclose int tree = is_node(m) ? clone_device(m, e) : clone_source(m, e);

	if (tree >= 0 && sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
		return fail(e, errno, "set the mount flags of %s", m->source);
	return fd_take(&tree);
}

static int set_option(int fs, const char *key, const char *fmt, unsigned long long value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), fmt, value);
	return sys_fsconfig(fs, UAPI_FSCONFIG_SET_STRING, key, text);
}

static int make_tmpfs(const struct mount *m, struct err *e)
{
	autoclose int fs = sys_fsopen("tmpfs");
	int fd;

	if (fs < 0 || set_option(fs, "size", "%llu", m->size) ||
	    set_option(fs, "nr_inodes", "%llu", m->inodes) ||
	    set_option(fs, "mode", "%#llo", m->mode) ||
	    sys_fsconfig(fs, UAPI_FSCONFIG_CMD_CREATE, NULL, NULL))
		return fail(e, errno, "make the tmpfs for %s", m->dest);
	fd = sys_fsmount(fs, (unsigned int)flags_of(m));
	return fd >= 0 ? fd : fail(e, errno, "make the tmpfs for %s", m->dest);
}

static int make_devpts(const struct mount *m, struct err *e)
{
	autoclose int fs = sys_fsopen("devpts");
	int fd;

	if (fs < 0 || sys_fsconfig(fs, UAPI_FSCONFIG_SET_STRING, "ptmxmode", "0666") ||
	    sys_fsconfig(fs, UAPI_FSCONFIG_SET_STRING, "mode", "0620") ||
	    sys_fsconfig(fs, UAPI_FSCONFIG_CMD_CREATE, NULL, NULL))
		return fail(e, errno, "make the devpts for %s", m->dest);
	fd = sys_fsmount(fs, (unsigned int)flags_of(m));
	return fd >= 0 ? fd : fail(e, errno, "make the devpts for %s", m->dest);
}

/*
 * The detached mount of one entry; -1 with no error in e where there is none: links and plain
 * directories have none; scratch directories and masks are taken when they are placed.
 */
static int pin(const struct mount *m, struct run *run, struct err *e)
{
	switch (m->kind) {
	case MOUNT_DIR:
	case MOUNT_LINK:
	case MOUNT_SCRATCH:
	case MOUNT_MASK:
		return -1;
	case MOUNT_ROOT:
		return make_tmpfs(m, e);
	case MOUNT_DEVPTS:
		return make_devpts(m, e);
	case MOUNT_PROC:
		/* Without the pid layer this is the host's: the same processes are in sight. */
		return run->proc_fd >= 0 ? fd_take(&run->proc_fd) : pin_tree(m, e);
	default:
		return pin_tree(m, e);
	}
}

/* Opens a path below dir; no link of any kind is followed, and nothing above dir is reachable. */
static int open_below(int dir, const char *path, uint64_t flags)
{
	const struct uapi_open_how how = {flags | O_CLOEXEC, flags & O_CREAT ? 0644 : 0,
					  UAPI_RESOLVE_IN_ROOT | UAPI_RESOLVE_NO_SYMLINKS |
						  UAPI_RESOLVE_NO_MAGICLINKS};

	return sys_openat2(dir, path, &how);
}

static int make_dir(int root, const struct mount *m, struct err *e)
{
	if (mkdirat(root, m->dest + 1, m->mode ? m->mode : 0755) && errno != EEXIST)
		return fail(e, errno, "make the directory %s", m->dest);
	return 0;
}

/* Makes the mount point of m in our own tmpfs and opens it; what lies above is there already. */
static int make_point(int root, const struct mount *m, struct err *e)
{
	int fd;

	if (!m->is_file && make_dir(root, m, e))
		return -1;
	fd = open_below(root, m->dest + 1,
			m->is_file ? O_CREAT | O_EXCL | O_WRONLY : O_PATH | O_DIRECTORY);
	return fd >= 0 ? fd : fail(e, errno, "make the mount point %s", m->dest);
}

static int attach(int root, const struct mount *m, int tree, struct err *e)
{
	autoclose int point = make_point(root, m, e);
	autoclose int scratch = -1;

	if (point < 0)
		return -1;
	if (m->kind == MOUNT_SCRATCH) {
		scratch = sys_open_tree(point, "",
					OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
		if (scratch < 0)
			return fail(e, errno, "take %s", m->dest);
		tree = scratch;
	}
	if (sys_move_mount(tree, "", point, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		return fail(e, errno, "attach %s", m->dest);
	return 0;
}

/*
 * Lays the null device over a file of the new /proc. Where the file's own mode keeps it from the
 * agent's id (kcore everywhere we looked), that is left to the mode, which costs nothing.
 */
static int place_mask(int root, const struct mount *m, struct err *e)
{
	autoclose int point = -1, tree = -1;

	if (faccessat(root, m->dest + 1, R_OK, 0))
		return errno == ENOENT || errno == EACCES ? 0
							  : fail(e, errno, "look at %s", m->dest);
	point = open_below(root, m->dest + 1, O_PATH);
	if (point < 0)
		return fail(e, errno, "open %s", m->dest);
	tree = pin_tree(m, e);
	if (tree < 0)
		return -1;
	if (sys_move_mount(tree, "", point, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		return fail(e, errno, "mask %s", m->dest);
	return 0;
}

static int place(int root, const struct mount *m, int tree, struct err *e)
{
	if (m->kind == MOUNT_DIR)
		return make_dir(root, m, e);
	if (m->kind == MOUNT_MASK)
		return place_mask(root, m, e);
	if (m->kind != MOUNT_LINK)
		return attach(root, m, tree, e);
	if (symlinkat(m->source, root, m->dest + 1))
		return fail(e, errno, "make the link %s", m->dest);
	return 0;
}

static int compose(const struct plan *plan, struct run *run, const int *trees, struct err *e)
{
	run->root_fd = trees[0];
	/*
	 * The new root lies on top of the old one: it needs some place in this namespace before
	 * anything can be mounted in it, and "/" is the one that is always there. Our own root
	 * stays the old one below it until pivot_root(2).
	 */
	if (sys_move_mount(run->root_fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH))
		return fail(e, errno, "attach the new root");
	for (size_t i = 1; i < plan->mounts_n; i++) {
		if (place(run->root_fd, &plan->mounts[i], trees[i], e))
			return -1;
	}
	return 0;
}

/*
 * Each tree is a descriptor until it is placed: a long list may need more of them than the caller's
 * soft limit, which is put back afterwards.
 */
static int allow_files(size_t n, struct rlimit *before)
{
	struct rlimit more;

	if (getrlimit(RLIMIT_NOFILE, before))
		return -1;
	more = *before;
	if (more.rlim_cur < n)
		more.rlim_cur = n < more.rlim_max ? n : more.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &more);
}

static int mount_apply_build(const struct plan *plan, struct run *run, struct err *e)
{
	mode_t mask = umask(0);
	int *trees = pool_alloc(plan->mounts_n * sizeof(*trees)), rc = 0;
	struct rlimit files;
	size_t n = 0;

	if (allow_files(plan->mounts_n + FILES_BESIDE, &files))
		return fail(e, errno, "allow %zu open files", plan->mounts_n + FILES_BESIDE);
	/* Nothing that is mounted here may show outside, nor the reverse. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return fail(e, errno, "make / private");
	for (; n < plan->mounts_n && rc == 0; n++) {
		trees[n] = pin(&plan->mounts[n], run, e);
		rc = trees[n] < 0 && e->what[0] ? -1 : 0;
	}
	if (rc == 0)
		rc = compose(plan, run, trees, e);
	for (size_t i = 1; i < n; i++)
		fd_cleanup(&trees[i]);
	(void)umask(mask);
	if (rc == 0 && setrlimit(RLIMIT_NOFILE, &files))
		return fail(e, errno, "put the limit of open files back");
	return rc;
}

static int mount_apply_enter(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan;
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
	(void)close(fd_take(&run->root_fd));
	return 0;
}

static int check_flags(const struct mount *m, struct err *e)
{
	struct statvfs fs;
	unsigned long want = ST_NOSUID;

	if (statvfs(m->dest, &fs))
		return fail(e, errno, "look at %s inside", m->dest);
	if (!is_node(m) && m->kind != MOUNT_DEVPTS)
		want |= ST_NODEV | (m->writable ? 0 : ST_RDONLY);
	if ((fs.f_flag & want) != want)
		return fail(e, 0, "%s is mounted with flags %#lx, which lack some of %#lx", m->dest,
			    fs.f_flag, want);
	return 0;
}

static int mount_check(const struct plan *plan, struct run *run, struct err *e)
{
	struct statfs fs;

	(void)run;
	if (statfs("/", &fs) || fs.f_type != TMPFS_MAGIC)
		return fail(e, 0, "the root inside is not our tmpfs");
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if (m->kind != MOUNT_LINK && m->kind != MOUNT_DIR && m->kind != MOUNT_MASK &&
		    check_flags(m, e))
			return -1;
	}
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

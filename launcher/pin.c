/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pin: each source of the composed root, once, as a detached tree.
 *
 * Should set a tree's flags while nobody can see it, by one recursive mount_setattr(2), so that
 * submounts are read-only too. Mustn't follow a symbolic link (plan paths are canonical, so one on
 * the way is somebody's trick), nor look anything up twice by name.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uapi.h"

/* nosuid and nodev everywhere; device nodes are the one thing that must work as devices. */
static uint64_t flags_of(const struct mount *m)
{
	uint64_t flags = MOUNT_ATTR_NOSUID;

	if (mount_is_node(m) || m->kind == MOUNT_DEVPTS)
		return flags | MOUNT_ATTR_NOEXEC;
	return flags | MOUNT_ATTR_NODEV | (m->writable ? 0 : MOUNT_ATTR_RDONLY) |
	       (m->noexec ? MOUNT_ATTR_NOEXEC : 0);
}

static bool is_device(int fd, const struct mount *m)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(m->major, m->minor);
}

/*
 * Clones what is open, with all that is mounted below it, and sets its flags. Private: what the
 * host mounts later below the source must not turn up inside.
 */
static int clone_tree(int fd, uint64_t flags)
{
	const struct uapi_mount_attr attr = {flags, 0, MS_PRIVATE, 0};
	autoclose int tree = sys_open_tree(
		fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

	if (tree >= 0 && sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
		return -1;
	return fd_take(&tree);
}

/* What a file is to be a copy of. */
static int open_file(const struct mount *m, struct err *e)
{
	static const struct uapi_open_how how = {
		O_RDONLY | O_CLOEXEC, 0, UAPI_RESOLVE_NO_SYMLINKS | UAPI_RESOLVE_NO_MAGICLINKS};
	int fd = sys_openat2(AT_FDCWD, m->source, &how);

	return fd >= 0 ? fd : fail(e, errno, "open %s", m->source);
}

/*
 * A source of the host's as a detached tree. A device node is told by its numbers, whatever way its
 * path led; the other paths are canonical, so that a symbolic link in one is refused.
 */
int pin_tree(const struct mount *m, struct err *e)
{
	static const struct uapi_open_how how = {
		O_PATH | O_CLOEXEC, 0, UAPI_RESOLVE_NO_SYMLINKS | UAPI_RESOLVE_NO_MAGICLINKS};
	static const struct uapi_open_how any = {O_PATH | O_CLOEXEC, 0, 0};
	autoclose int fd = sys_openat2(AT_FDCWD, m->source, mount_is_node(m) ? &any : &how);
	int tree;

	if (fd < 0)
		return fail(e, errno, "open %s", m->source);
	if (mount_is_node(m) && !is_device(fd, m))
		return fail(e, 0, "%s is not the device of that name", m->source);
	tree = clone_tree(fd, flags_of(m));
	return tree >= 0 ? tree : fail(e, errno, "take %s", m->source);
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

/* Root has taken it already, and set its flags. */
static int dup_taken(const struct mount *m, const struct run *run, struct err *e)
{
	int fd = fcntl(run->taken[m->taken - 1], F_DUPFD_CLOEXEC, 3);

	return fd >= 0 ? fd : fail(e, errno, "hold %s", m->source);
}

/*
 * The detached mount of one entry; -1 with no error in e where there is none: links and plain
 * directories have none; scratch directories, masks and covers are taken when they are placed. Of a
 * file that is a copy it is the file to read.
 */
int pin_mount(const struct mount *m, struct run *run, struct err *e)
{
	switch (m->kind) {
	case MOUNT_DIR:
	case MOUNT_LINK:
	case MOUNT_SCRATCH:
	case MOUNT_MASK:
	case MOUNT_KEEP:
	case MOUNT_HOLD:
	case MOUNT_DENY:
		return -1;
	case MOUNT_TREE:
	case MOUNT_HOME:
	case MOUNT_SOCKET:
		return m->taken && run->taken ? dup_taken(m, run, e) : pin_tree(m, e);
	case MOUNT_FILE:
		return m->content ? -1 : open_file(m, e);
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: the mounts of a plan, each at its place in the new root.
 *
 * Should make every mount point in our own tmpfs, or in a home that is kept, which is the agent's,
 * and cover what lies in a tree of the host's only by mounts on what is there. Mustn't follow a
 * link of any kind, reach above the new root, or make, change or remove anything in another tree of
 * the host's.
 *
 * Nobody but us reaches the new root yet, so a name just made in our tmpfs is what it was. What
 * lies in a tree of the host's may change under us: it is opened once, and covered through that
 * descriptor.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uapi.h"

/* What one walk over the list of mounts remembers. */
struct place {
	int root;	    /* the new root */
	const char *parent; /* the path of the directory that is open, its length, and itself */
	size_t parent_n;
	int parent_fd;
	const struct mount *home; /* a home that is kept, once it is placed */
	int cover[2]; /* a cover of a file and of a directory that are placed already, or -1 */
	int mask;     /* the null device, as it was first placed, or -1 */
};

/* The covers' names in the root while it is made; they are gone before it is entered. */
static const char *const cover_names[] = {"/.denied-file", "/.denied-directory"};

static int move_to(int tree, int point)
{
	return sys_move_mount(tree, "", point, "",
			      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* A mount that is placed already, once more, with the same flags. */
static int copy_placed(int tree)
{
	return sys_open_tree(tree, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
}

/* Opens a path below dir; no link of any kind is followed, and nothing above dir is reachable. */
static int open_below(int dir, const char *path, uint64_t flags)
{
	const struct uapi_open_how how = {flags | O_CLOEXEC, 0,
					  UAPI_RESOLVE_IN_ROOT | UAPI_RESOLVE_NO_SYMLINKS |
						  UAPI_RESOLVE_NO_MAGICLINKS};

	return sys_openat2(dir, path, &how);
}

static void forget_parent(struct place *p)
{
	if (p->parent_fd >= 0 && p->parent_fd != p->root)
		(void)close(p->parent_fd);
	p->parent_fd = -1;
}

/*
 * The directory above m's destination, and the destination's name in it. Neighbours in the list
 * mostly share it, so the last one stays open.
 */
static int open_parent(struct place *p, const struct mount *m, const char **name, struct err *e)
{
	const char *slash = strrchr(m->dest, '/');
	size_t n = (size_t)(slash - m->dest);

	*name = slash + 1;
	if (p->parent_fd >= 0 && p->parent_n == n && memcmp(p->parent, m->dest, n) == 0)
		return p->parent_fd;
	forget_parent(p);
	if (n == 0) {
		p->parent_fd = p->root;
	} else {
		char path[PATH_MAX];

		if (n >= sizeof(path))
			return fail(e, ENAMETOOLONG, "%s", m->dest);
		memcpy(path, m->dest + 1, n - 1);
		path[n - 1] = '\0';
		p->parent_fd = open_below(p->root, path, O_PATH | O_DIRECTORY);
	}
	if (p->parent_fd < 0)
		return fail(e, errno, "open the directory of %s", m->dest);
	p->parent = m->dest;
	p->parent_n = n;
	return p->parent_fd;
}

/*
 * A place could not be made (errno). In a home that is kept it may be there already, and will do if
 * it is what an earlier run has needed there, too.
 */
static int find_place(const struct place *p, int dir, const char *name, const struct mount *m,
		      struct err *e)
{
	struct stat st;

	if (!m->in_home || errno != EEXIST || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return fail(e, errno, "make the mount point %s", m->dest);
	if (m->is_file ? S_ISREG(st.st_mode) : S_ISDIR(st.st_mode))
		return 0;
	err_where(e, "--home");
	err_remedy(e, "Move %s%s away: an earlier run with this home has left it there.",
		   p->home->source, m->dest + strlen(p->home->dest));
	return fail(e, 0, "what lies at %s in the home is no %s to show another over", m->dest,
		    m->is_file ? "file" : "directory");
}

static int make_dir(struct place *p, const struct mount *m, struct err *e)
{
	const char *name;
	int dir = open_parent(p, m, &name, e);

	if (dir < 0)
		return -1;
	return mkdirat(dir, name, m->mode ? m->mode : 0755) == 0 ? 0
								 : find_place(p, dir, name, m, e);
}

static int make_link(struct place *p, const struct mount *m, struct err *e)
{
	const char *name;
	int dir = open_parent(p, m, &name, e);

	if (dir < 0)
		return -1;
	return symlinkat(m->source, dir, name) == 0 ? 0
						    : fail(e, errno, "make the link %s", m->dest);
}

/* Until the end: a file system in user space may give less than was asked for before it. */
static int copy_file(int from, int to)
{
	char data[16384];
	ssize_t n;

	while ((n = read(from, data, sizeof(data))) > 0)
		if (fd_write_all(to, data, (size_t)n))
			return -1;
	return n < 0 ? -1 : 0;
}

/* A file of its own in our tmpfs; from: what it is a copy of, where the plan has no content. */
static int make_file(struct place *p, const struct mount *m, int from, struct err *e)
{
	const char *name;
	int dir = open_parent(p, m, &name, e), rc;
	autoclose int fd = -1;

	if (dir < 0)
		return -1;
	fd = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(e, errno, "make the file %s", m->dest);
	rc = m->content ? fd_write_all(fd, m->content, strlen(m->content)) : copy_file(from, fd);
	return rc ? fail(e, errno, "fill the file %s", m->dest) : 0;
}

/* A directory of the root's tmpfs as a mount of its own. */
static int take_scratch(int dir, const char *name, const struct mount *m, struct err *e)
{
	int tree = sys_open_tree(dir, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return tree >= 0 ? tree : fail(e, errno, "take %s", m->dest);
}

/* Makes the mount point of m in our own tmpfs, and mounts the tree there. */
static int attach(struct place *p, const struct mount *m, int tree, struct err *e)
{
	autoclose int scratch = -1;
	const char *name;
	int dir = open_parent(p, m, &name, e), rc;

	if (dir < 0)
		return -1;
	rc = m->is_file ? mknodat(dir, name, S_IFREG | 0644, 0)
			: mkdirat(dir, name, m->mode ? m->mode : 0755);
	if (rc && find_place(p, dir, name, m, e))
		return -1;
	if (m->kind == MOUNT_SCRATCH)
		tree = scratch = take_scratch(dir, name, m, e);
	if (tree < 0)
		return -1;
	if (sys_move_mount(tree, "", dir, name, MOVE_MOUNT_F_EMPTY_PATH))
		return fail(e, errno, "attach %s", m->dest);
	if (m->kind == MOUNT_HOME)
		p->home = m;
	return 0;
}

/* The null device: pinned once, a copy of what is placed has its flags. */
static int take_mask(const struct place *p, const struct mount *m, struct err *e)
{
	int tree;

	if (p->mask < 0)
		return pin_tree(m, e);
	tree = copy_placed(p->mask);
	return tree >= 0 ? tree : fail(e, errno, "take %s", m->source);
}

/*
 * Lays the null device over a file of the new /proc. Where the file's own mode keeps it from the
 * agent's id (kcore everywhere we looked), that is left to the mode, which costs nothing.
 */
static int place_mask(struct place *p, const struct mount *m, struct err *e)
{
	autoclose int point = -1, tree = -1;

	if (faccessat(p->root, m->dest + 1, R_OK, 0))
		return errno == ENOENT || errno == EACCES ? 0
							  : fail(e, errno, "look at %s", m->dest);
	point = open_below(p->root, m->dest + 1, O_PATH);
	if (point < 0)
		return fail(e, errno, "open %s", m->dest);
	tree = take_mask(p, m, e);
	if (tree < 0)
		return -1;
	if (move_to(tree, point))
		return fail(e, errno, "mask %s", m->dest);
	if (p->mask < 0)
		p->mask = fd_take(&tree);
	return 0;
}

/* What is there, as a mount of its own on itself: no name of a mount point can be taken away. */
static int take_itself(const struct mount *m, int point, struct err *e)
{
	static const struct uapi_mount_attr attr = {MOUNT_ATTR_RDONLY, 0, 0, 0};
	autoclose int tree = sys_open_tree(
		point, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

	if (tree < 0)
		return fail(e, errno, "take %s", m->dest);
	if (m->kind == MOUNT_KEEP &&
	    sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
		return fail(e, errno, "make %s read-only", m->dest);
	return fd_take(&tree);
}

/* The first cover of its sort: a file or a directory of ours that nobody may open or change. */
static int make_cover(struct place *p, bool is_file, struct err *e)
{
	static const struct uapi_mount_attr attr = {MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
							    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
						    0, 0, 0};
	const char *name = cover_names[!is_file] + 1;
	autoclose int tree = -1;

	if (is_file ? mknodat(p->root, name, S_IFREG, 0) : mkdirat(p->root, name, 0))
		return fail(e, errno, "make a cover");
	tree = sys_open_tree(p->root, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr))
		return fail(e, errno, "take a cover");
	return fd_take(&tree);
}

static int take_cover(struct place *p, bool is_file, struct err *e)
{
	int tree;

	if (p->cover[!is_file] < 0)
		return make_cover(p, is_file, e);
	tree = copy_placed(p->cover[!is_file]);
	return tree >= 0 ? tree : fail(e, errno, "take a cover");
}

/* Covers what lies in a tree that is placed already, by itself or by nothing. */
static int cover(struct place *p, const struct mount *m, struct err *e)
{
	autoclose int point =
		open_below(p->root, m->dest + 1, O_PATH | (m->is_link ? O_NOFOLLOW : 0));
	autoclose int tree = -1;

	if (point < 0)
		return fail(e, errno, "open %s", m->dest);
	tree = m->kind == MOUNT_DENY ? take_cover(p, m->is_file, e) : take_itself(m, point, e);
	if (tree < 0)
		return -1;
	if (move_to(tree, point))
		return fail(e, errno, "cover %s", m->dest);
	if (m->kind == MOUNT_DENY && p->cover[!m->is_file] < 0)
		p->cover[!m->is_file] = fd_take(&tree);
	return 0;
}

/* Without their names the covers are in nobody's sight but where they lie. */
static int drop_cover_names(struct place *p, struct err *e)
{
	for (int i = 0; i < 2; i++) {
		if (p->cover[i] >= 0 && unlinkat(p->root, cover_names[i] + 1, i ? AT_REMOVEDIR : 0))
			return fail(e, errno, "remove %s", cover_names[i]);
		fd_cleanup(&p->cover[i]);
	}
	return 0;
}

static int place_mount(struct place *p, const struct mount *m, int tree, struct err *e)
{
	int rc;

	switch (m->kind) {
	case MOUNT_DIR:
		return make_dir(p, m, e);
	case MOUNT_LINK:
		return make_link(p, m, e);
	case MOUNT_FILE:
		return make_file(p, m, tree, e);
	case MOUNT_MASK:
		return place_mask(p, m, e);
	case MOUNT_KEEP:
	case MOUNT_HOLD:
	case MOUNT_DENY:
		rc = cover(p, m, e);
		break;
	default:
		rc = attach(p, m, tree, e);
	}
	/* What was opened there before is below the mount now. */
	if (p->parent_fd >= 0 && str_path_within(p->parent, m->dest))
		forget_parent(p);
	return rc;
}

int place_mounts(const struct plan *plan, struct run *run, struct err *e)
{
	struct place p = {.root = run->root_fd, .parent_fd = -1, .cover = {-1, -1}, .mask = -1};
	int rc = 0;

	/*
	 * The new root lies on top of the old one: it needs some place in this namespace before
	 * anything can be mounted in it, and "/" is the one that is always there. Our own root
	 * stays the old one below it until pivot_root(2).
	 */
	if (sys_move_mount(run->root_fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH))
		return fail(e, errno, "attach the new root");
	for (size_t i = 1; i < plan->mounts_n && rc == 0; i++)
		rc = place_mount(&p, &plan->mounts[i], run->trees[i], e);
	forget_parent(&p);
	fd_cleanup(&p.mask);
	return rc ? -1 : drop_cover_names(&p, e);
}

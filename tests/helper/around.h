/* SPDX-License-Identifier: Apache-2.0 */
/* around.h: what the ways around a guard share, and the ways to read (around.c). */
#ifndef PINFOLD_TEST_AROUND_H
#define PINFOLD_TEST_AROUND_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "err.h"
#include "uapi.h"

#define DECOY "decoy\n"

/* A name on its way: itself, its file, and names of our own beside the workspace's. */
struct target {
	const char *name;
	char file[PATH_MAX], parent[PATH_MAX], other[PATH_MAX];
	bool is_dir;
	unsigned int number;
};

static bool holds_decoy(int fd)
{
	char text[16] = "";

	return fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strcmp(text, DECOY) == 0;
}

static bool reads(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	bool good = holds_decoy(fd);
	int num = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = num;
	return good;
}

static bool writes(int fd)
{
	bool good = fd >= 0 && write(fd, "x", 1) == 1;
	int num = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = num;
	return good;
}

static bool makes(const char *path)
{
	return writes(open(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
}

/* ---- ways to read --------------------------------------------------------------------------- */

static bool way_read(struct target *t)
{
	return reads(t->file);
}

static bool way_read_mmap(struct target *t)
{
	int fd = open(t->file, O_RDONLY);
	char *p = fd < 0 ? MAP_FAILED : mmap(NULL, 6, PROT_READ, MAP_PRIVATE, fd, 0);

	return p != MAP_FAILED && memcmp(p, DECOY, 6) == 0;
}

static bool way_read_o_path(struct target *t)
{
	char link[64];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", open(t->file, O_PATH));
	return reads(link);
}

static bool way_read_proc_root(struct target *t)
{
	char path[2 * PATH_MAX], cwd[PATH_MAX];

	(void)snprintf(path, sizeof(path), "/proc/self/root%s/%s", getcwd(cwd, sizeof(cwd)),
		       t->file);
	return reads(path);
}

static bool way_read_proc_cwd(struct target *t)
{
	char path[2 * PATH_MAX];

	(void)snprintf(path, sizeof(path), "/proc/self/cwd/%s", t->file);
	return reads(path);
}

static bool way_read_link(struct target *t)
{
	return link(t->file, t->other) == 0 && reads(t->other);
}

static bool way_read_symlink(struct target *t)
{
	char cwd[PATH_MAX], path[2 * PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", getcwd(cwd, sizeof(cwd)), t->file);
	return symlink(path, t->other) == 0 && reads(t->other);
}

static bool way_read_renamed(struct target *t)
{
	return rename(t->file, t->other) == 0 && reads(t->other);
}

static bool way_read_parent(struct target *t)
{
	char path[2 * PATH_MAX];

	if (rename(t->parent, t->other))
		return false;
	(void)snprintf(path, sizeof(path), "%s%s", t->other, t->file + strlen(t->parent));
	return reads(path);
}

static bool way_read_handle(struct target *t)
{
	char buffer[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	struct file_handle *h = (void *)buffer;
	int mount;

	h->handle_bytes = MAX_HANDLE_SZ;
	return name_to_handle_at(AT_FDCWD, t->file, h, &mount, 0) == 0 &&
	       holds_decoy(open_by_handle_at(open(".", O_RDONLY), h, O_RDONLY));
}

static bool way_read_open_tree(struct target *t)
{
	int tree = sys_open_tree(AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return tree >= 0 && holds_decoy(openat(tree, t->file, O_RDONLY));
}

static bool way_read_bind(struct target *t)
{
	char path[2 * PATH_MAX];

	if (mkdir(t->other, 0755) || mount(".", t->other, NULL, MS_BIND, NULL))
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", t->other, t->file);
	return reads(path);
}

static bool enter_namespace(void)
{
	char text[64];
	uid_t uid = getuid();
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) || (fd = open("/proc/self/uid_map", O_WRONLY)) < 0)
		return false;
	(void)snprintf(text, sizeof(text), "%u %u 1\n", uid, uid);
	return write(fd, text, strlen(text)) > 0 && close(fd) == 0;
}

static bool way_read_namespace(struct target *t)
{
	static bool entered;

	if (!entered && !enter_namespace())
		return false;
	entered = true;
	return (umount2(t->name, MNT_DETACH) == 0 || errno == EINVAL) && reads(t->file);
}

static bool way_read_umount(struct target *t)
{
	return (umount2(t->name, MNT_DETACH) == 0 || errno == EINVAL) && reads(t->file);
}

#endif

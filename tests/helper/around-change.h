/* SPDX-License-Identifier: Apache-2.0 */
/* around-change.h: the ways to change what is guarded (around.c). */
#ifndef PINFOLD_TEST_AROUND_CHANGE_H
#define PINFOLD_TEST_AROUND_CHANGE_H

#include "around.h"

static bool way_write(struct target *t)
{
	return writes(open(t->file, O_WRONLY));
}

static bool way_append(struct target *t)
{
	return writes(open(t->file, O_WRONLY | O_APPEND));
}

static bool way_create(struct target *t)
{
	return writes(open(t->file, O_WRONLY | O_CREAT | O_TRUNC, 0644));
}

static bool way_truncate(struct target *t)
{
	return truncate(t->file, 1) == 0;
}

static bool way_ftruncate(struct target *t)
{
	return ftruncate(open(t->file, O_RDWR), 1) == 0;
}

static bool way_fallocate(struct target *t)
{
	return fallocate(open(t->file, O_RDWR), 0, 0, 4096) == 0;
}

static bool way_mmap(struct target *t)
{
	int fd = open(t->file, O_RDWR);
	char *p = fd < 0 ? MAP_FAILED : mmap(NULL, 6, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return false;
	p[0] = 'x';
	return true;
}

static bool way_o_path_write(struct target *t)
{
	char link[64];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", open(t->file, O_PATH));
	return writes(open(link, O_WRONLY));
}

static bool way_sendfile(struct target *t)
{
	return sendfile(open(t->file, O_WRONLY), open("/proc/self/exe", O_RDONLY), NULL, 1) == 1;
}

static bool way_rename_over(struct target *t)
{
	return makes(t->other) && rename(t->other, t->file) == 0;
}

static bool way_rename_name_over(struct target *t)
{
	if (t->is_dir ? mkdir(t->other, 0755) : !makes(t->other))
		return false;
	return syscall(SYS_renameat2, AT_FDCWD, t->other, AT_FDCWD, t->name, 2) == 0;
}

static bool way_exchange(struct target *t)
{
	return makes(t->other) &&
	       syscall(SYS_renameat2, AT_FDCWD, t->other, AT_FDCWD, t->file, 2) == 0;
}

static bool way_rename_away(struct target *t)
{
	return rename(t->name, t->other) == 0;
}

static bool way_unlink(struct target *t)
{
	return unlink(t->file) == 0;
}

static bool way_recreate(struct target *t)
{
	return unlink(t->file) == 0 && makes(t->file);
}

static bool way_symlink(struct target *t)
{
	return unlink(t->file) == 0 && symlink("/etc/passwd", t->file) == 0;
}

static bool way_mkdir(struct target *t)
{
	return unlink(t->file) == 0 && mkdir(t->file, 0755) == 0;
}

static bool way_fifo(struct target *t)
{
	return unlink(t->file) == 0 && mkfifo(t->file, 0644) == 0;
}

static bool way_hard_link(struct target *t)
{
	return makes(t->other) && unlink(t->file) == 0 && link(t->other, t->file) == 0;
}

static bool way_link_out(struct target *t)
{
	return link(t->file, t->other) == 0 && writes(open(t->other, O_WRONLY));
}

static bool way_chmod(struct target *t)
{
	return chmod(t->file, 0777) == 0;
}

static bool way_fchmodat_dir(struct target *t)
{
	return chmod(t->name, 0777) == 0;
}

static bool way_chown(struct target *t)
{
	/* To itself, which still clears and stamps: a change that the owner may make. */
	return chmod(t->file, 0700) == 0 && chown(t->file, getuid(), getgid()) == 0;
}

static bool way_utimes(struct target *t)
{
	static const struct timespec times[2] = {{1, 0}, {1, 0}};

	return utimensat(AT_FDCWD, t->file, times, 0) == 0;
}

static bool way_xattr(struct target *t)
{
	return setxattr(t->file, "user.around", "x", 1, 0) == 0;
}

static bool way_flags(struct target *t)
{
	enum { GET = 0x80086601, SET = 0x40086602, NODUMP = 0x40 };
	int fd = open(t->file, O_RDONLY), flags = 0;

	if (fd < 0 || ioctl(fd, GET, &flags))
		return false;
	flags |= NODUMP;
	return ioctl(fd, SET, &flags) == 0;
}

static bool way_parent(struct target *t)
{
	return rename(t->parent, t->other) == 0 && mkdir(t->parent, 0755) == 0 &&
	       (t->is_dir ? mkdir(t->name, 0755) == 0 : true) && makes(t->file);
}

static bool way_parent_exchange(struct target *t)
{
	return mkdir(t->other, 0755) == 0 &&
	       syscall(SYS_renameat2, AT_FDCWD, t->other, AT_FDCWD, t->parent, 2) == 0;
}

static bool way_parent_link(struct target *t)
{
	char away[2 * PATH_MAX];

	(void)snprintf(away, sizeof(away), "%s.away", t->other);
	return mkdir(t->other, 0755) == 0 && rename(t->parent, away) == 0 &&
	       symlink(t->other, t->parent) == 0;
}

static bool way_mount(struct target *t)
{
	return mount("none", t->is_dir ? t->name : t->parent, "tmpfs", 0, NULL) == 0;
}

static bool way_remount(struct target *t)
{
	return mount(NULL, t->name, NULL, MS_REMOUNT | MS_BIND, NULL) == 0 &&
	       writes(open(t->file, O_WRONLY));
}

static bool way_move_mount(struct target *t)
{
	return mkdir(t->other, 0755) == 0 && mount(t->name, t->other, NULL, MS_MOVE, NULL) == 0;
}

static bool way_socket(struct target *t)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(t->file) >= sizeof(a.sun_path) || unlink(t->file))
		return false;
	(void)strcpy(a.sun_path, t->file);
	return bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof(a)) == 0;
}

static bool way_tmpfile(struct target *t)
{
	char link[64];
	int fd = open(t->parent, O_TMPFILE | O_WRONLY, 0644);

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return unlink(t->file) == 0 &&
	       linkat(AT_FDCWD, link, AT_FDCWD, t->file, AT_SYMLINK_FOLLOW) == 0;
}

#endif

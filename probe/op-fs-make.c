/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fs, part 5: making, removing and renaming names where one may only read, or not even that.
 *
 * Each operation has a directory of its own, whose last change tells whoever made it. Should put
 * back what it took away.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"

/* "DIR/ID/NAME", in the directory of the operation's first key. */
static bool name_in(const struct probe *probe, struct trial *t, const char *name,
		    char path[PATH_SIZE])
{
	const char *dir = told(probe, t, probe->op->decoys[0]);

	if (dir)
		(void)snprintf(path, PATH_SIZE, "%s/%s/%s", dir, probe->op->id, name);
	return dir;
}

/* ---- making ------------------------------------------------------------------------------------
 */

static int make_file(const char *path)
{
	autoclose int fd =
		openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? -1 : 0;
}

static int make_directory(const char *path)
{
	return mkdirat(AT_FDCWD, path, 0700);
}

static int make_fifo(const char *path)
{
	return mknodat(AT_FDCWD, path, S_IFIFO | 0600, 0);
}

static int make_socket(const char *path)
{
	return mknodat(AT_FDCWD, path, S_IFSOCK | 0600, 0);
}

static int make_symlink(const char *path)
{
	return symlinkat("pinfold-probe", AT_FDCWD, path);
}

/* A file without a name, then the name (open(2), O_TMPFILE). */
static int make_unnamed(const char *path)
{
	char dir[PATH_SIZE], link[40];
	autoclose int fd = -1;

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
	fd = openat(AT_FDCWD, dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* What each of them makes, in the order of op->arg. */
static const struct maker {
	int (*make)(const char *path);
	mode_t type;
	const char *call;
} makers[] = {
	{make_file, S_IFREG, "create"},	    {make_directory, S_IFDIR, "mkdir"},
	{make_fifo, S_IFIFO, "mkfifo"},	    {make_socket, S_IFSOCK, "mknod"},
	{make_symlink, S_IFLNK, "symlink"}, {make_unnamed, S_IFREG, "link a file without a name"},
};

enum { MAKE_FILE, MAKE_DIRECTORY, MAKE_FIFO, MAKE_SOCKET, MAKE_SYMLINK, MAKE_UNNAMED };

static void remove_made(const char *path)
{
	if (unlinkat(AT_FDCWD, path, 0) && errno == EISDIR)
		(void)unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

static void make_name(const struct probe *probe, struct trial *t)
{
	const struct maker *m = &makers[probe->op->arg];
	char path[PATH_SIZE];
	struct stat st;

	if (!name_in(probe, t, "made", path))
		return;
	if (TRY(t, m->make(path))) {
		trial_refused(t, errno, "%s", m->call);
		return;
	}
	if (fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) || (st.st_mode & S_IFMT) != m->type)
		trial_faked(t, "%s claimed success, and nothing is there", m->call);
	else
		trial_reached(t, "it was made");
	remove_made(path);
}

static void undo_make(const struct probe *probe)
{
	struct trial unused = {0};
	char path[PATH_SIZE];

	if (name_in(probe, &unused, "made", path))
		remove_made(path);
}

/* ---- removing ----------------------------------------------------------------------------------
 */

static bool is_gone(const char *path)
{
	struct stat st;

	return fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT;
}

/* The file that stands for it afterwards has its content, if not its inode. */
static void remove_file(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE], content[PATH_SIZE];
	autoclose int fd = -1;

	if (!name_in(probe, t, "file", path) || !told_content(probe, t, content))
		return;
	if (TRY(t, unlinkat(AT_FDCWD, path, 0))) {
		trial_refused(t, errno, "unlink");
		return;
	}
	if (!is_gone(path)) {
		trial_faked(t, "unlink claimed success, and it is there");
		return;
	}
	trial_reached(t, "it was removed");
	fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || fd_write_all(fd, content, strlen(content)))
		trial_add(t, "; it stays removed: %s", err_name(errno));
}

static void remove_directory(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];

	if (!name_in(probe, t, "directory", path))
		return;
	if (TRY(t, unlinkat(AT_FDCWD, path, AT_REMOVEDIR)))
		trial_refused(t, errno, "rmdir");
	else if (!is_gone(path))
		trial_faked(t, "rmdir claimed success, and it is there");
	else if (trial_reached(t, "it was removed"), mkdir(path, 0755))
		trial_add(t, "; it stays removed: %s", err_name(errno));
}

/* ---- renaming ----------------------------------------------------------------------------------
 */

static int rename_with(const char *from, const char *to, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

/* Moves it, looks whether it has arrived, and moves it back. */
static void move(struct trial *t, const char *from, const char *to, unsigned int flags)
{
	struct stat before, after;

	if (fstatat(AT_FDCWD, from, &before, AT_SYMLINK_NOFOLLOW)) {
		trial_refused(t, errno, "stat");
		return;
	}
	if (TRY(t, rename_with(from, to, flags))) {
		trial_refused(t, errno, "rename");
		return;
	}
	if (fstatat(AT_FDCWD, to, &after, AT_SYMLINK_NOFOLLOW) || after.st_ino != before.st_ino)
		trial_faked(t, "rename claimed success, and nothing has moved");
	else if (trial_reached(t, "it was moved"), rename_with(to, from, flags))
		trial_add(t, "; it stays there: %s", err_name(errno));
}

static void rename_inside(const struct probe *probe, struct trial *t)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	if (name_in(probe, t, "file", from) && name_in(probe, t, "renamed", to))
		move(t, from, to, RENAME_NOREPLACE);
}

/* From where it may not write to the workspace, and the other way round. */
static void rename_across(const struct probe *probe, struct trial *t)
{
	const char *workspace = told(probe, t, "workspace");
	char there[PATH_SIZE], here[PATH_SIZE];

	if (!workspace)
		return;
	(void)snprintf(here, sizeof(here), "%s/%s", workspace, probe->op->id);
	switch (probe->op->arg) {
	case 'o':
		if (name_in(probe, t, "file", there))
			move(t, there, here, RENAME_NOREPLACE);
		return;
	case 'i':
		if (name_in(probe, t, "moved", there))
			move(t, here, there, RENAME_NOREPLACE);
		return;
	default:
		if (name_in(probe, t, "file", there))
			move(t, there, here, RENAME_EXCHANGE);
	}
}

/* A second name, among what may only be read, for a file of the workspace. */
static void link_in(const struct probe *probe, struct trial *t)
{
	const char *workspace = told(probe, t, "workspace");
	char here[PATH_SIZE], there[PATH_SIZE];
	struct stat a, b;

	if (!workspace || !name_in(probe, t, "made", there))
		return;
	(void)snprintf(here, sizeof(here), "%s/%s", workspace, probe->op->id);
	if (TRY(t, linkat(AT_FDCWD, here, AT_FDCWD, there, 0)))
		trial_refused(t, errno, "link");
	else if (stat(here, &a) || stat(there, &b) || a.st_ino != b.st_ino)
		trial_faked(t, "link claimed success, and nothing is there");
	else if (trial_reached(t, "a link was made"), unlink(there))
		trial_add(t, "; it stays: %s", err_name(errno));
}

#define NAME(name, text, from, where, number, function)                                            \
	{                                                                                          \
		.id = "fs." name, .title = (text), .source = (from), .decoys = {(where)},          \
		.judged = JUDGED_OUTSIDE, .clean = true, .arg = (number), .run = (function),       \
		.undo = undo_make                                                                  \
	}

#define MOVE(name, text, from, number, function)                                                   \
	{                                                                                          \
		.id = "fs." name, .title = (text), .source = (from),                               \
		.decoys = {"readonly", "workspace"}, .judged = JUDGED_OUTSIDE, .clean = true,      \
		.arg = (number), .run = (function)                                                 \
	}

static const struct op ops[] = {
	NAME("create-readonly", "make a file where it is read-only", "open(2)", "readonly",
	     MAKE_FILE, make_name),
	NAME("mkdir-readonly", "make a directory where it is read-only", "mkdir(2)", "readonly",
	     MAKE_DIRECTORY, make_name),
	NAME("mkfifo-readonly", "make a FIFO where it is read-only", "mknod(2)", "readonly",
	     MAKE_FIFO, make_name),
	NAME("mksock-readonly", "make a socket where it is read-only", "mknod(2)", "readonly",
	     MAKE_SOCKET, make_name),
	NAME("symlink-readonly", "make a link where it is read-only", "symlink(2)", "readonly",
	     MAKE_SYMLINK, make_name),
	NAME("tmpfile-readonly", "name an unnamed file, read-only", "open(2), O_TMPFILE",
	     "readonly", MAKE_UNNAMED, make_name),
	NAME("write-home", "make a file in the home", "open(2)", "home", MAKE_FILE, make_name),
	NAME("write-tmp-host", "make a file in the host's /tmp", "hier(7)", "tmp", MAKE_FILE,
	     make_name),
	NAME("write-shm-host", "make a file in the host's /dev/shm", "shm_overview(7)", "shm",
	     MAKE_FILE, make_name),
	{
		.id = "fs.unlink-readonly",
		.title = "remove a read-only file",
		.source = "unlink(2)",
		.decoys = {"readonly", "token"},
		.judged = JUDGED_OUTSIDE,
		.clean = true,
		.at = "fs.unlink-readonly/file",
		.run = remove_file,
	},
	NAME("rmdir-readonly", "remove a read-only directory", "rmdir(2)", "readonly", 0,
	     remove_directory),
	NAME("rename-readonly", "rename a read-only file", "rename(2)", "readonly", 0,
	     rename_inside),
	MOVE("rename-out", "move a read-only file to the workspace", "landlock(7): REFER", 'o',
	     rename_across),
	MOVE("rename-in", "move a file to what is read-only", "landlock(7): REFER", 'i',
	     rename_across),
	MOVE("exchange", "exchange a read-only file for an own", "rename(2), RENAME_EXCHANGE", 'x',
	     rename_across),
	MOVE("link-in", "link a file into what is read-only", "landlock(7): REFER", 0, link_in),
};

const struct family family_fs_make = FAMILY("fs", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fs, part 4: changing what may only be read.
 *
 * Each operation has a decoy of its own, so that whoever made it sees by the time of its last
 * change (which no call can set back) what was done to it. Should undo the change and nothing else.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fd.h"

static bool own_path(const struct probe *probe, struct trial *t, char path[PATH_SIZE])
{
	return told_path(probe, t, probe->op->decoys[0], path);
}

static int open_for(struct trial *t, const char *path, int flags)
{
	int fd = TRY(t, openat(AT_FDCWD, path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));

	if (fd < 0)
		trial_refused(t, errno, "open");
	return fd;
}

/* op->arg: the mode to set. */
static void change_mode(const struct probe *probe, struct trial *t)
{
	mode_t mode = (mode_t)probe->op->arg;
	char path[PATH_SIZE];
	struct stat st = {0};

	if (!own_path(probe, t, path))
		return;
	if (TRY(t, fchmodat(AT_FDCWD, path, mode, 0))) {
		trial_refused(t, errno, "chmod");
		return;
	}
	if (stat(path, &st) || (st.st_mode & 07777) != mode)
		trial_faked(t, "chmod claimed success, and the mode is as it was");
	else if (trial_reached(t, "the mode was changed"), chmod(path, 0644))
		trial_add(t, "; it stays: %s", err_name(errno));
}

static void undo_mode(const struct probe *probe)
{
	struct trial unused = {0};
	char path[PATH_SIZE];

	if (own_path(probe, &unused, path))
		(void)chmod(path, 0644);
}

/* To the group that it has: that too is a change (its time says so), and needs no undoing. */
static void change_owner(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];

	if (!own_path(probe, t, path))
		return;
	if (TRY(t, fchownat(AT_FDCWD, path, (uid_t)-1, getegid(), 0)))
		trial_refused(t, errno, "chown");
	else
		trial_reached(t, "the owner was set");
}

static void change_times(const struct probe *probe, struct trial *t)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, {1000000007, 0}};
	char path[PATH_SIZE];
	struct stat before, st = {0};

	if (!own_path(probe, t, path))
		return;
	if (stat(path, &before)) {
		trial_refused(t, errno, "stat");
		return;
	}
	if (TRY(t, utimensat(AT_FDCWD, path, times, 0))) {
		trial_refused(t, errno, "utimensat");
		return;
	}
	if (stat(path, &st) || st.st_mtim.tv_sec != times[1].tv_sec)
		trial_faked(t, "utimensat claimed success, and the time is as it was");
	else
		trial_reached(t, "the time was changed");
	times[1] = before.st_mtim;
	if (t->outcome == OUTCOME_REACHED && utimensat(AT_FDCWD, path, times, 0))
		trial_add(t, "; it stays: %s", err_name(errno));
}

/* An access list that says what the mode 0644 says, and one line for our own id. */
static size_t make_acl(char acl[64])
{
	static const uint16_t entries[][2] = {{1, 6}, {2, 4}, {4, 4}, {16, 4}, {32, 4}};
	uint32_t version = 2, uid = getuid(), none = UINT32_MAX;
	size_t n = sizeof(version);

	memcpy(acl, &version, sizeof(version));
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++, n += 8) {
		memcpy(acl + n, entries[i], 4);
		memcpy(acl + n + 4, entries[i][0] == 2 ? &uid : &none, 4);
	}
	return n;
}

/* op->at: the attribute's name, which is not the file's. */
static void change_attribute(const struct probe *probe, struct trial *t, const char *name,
			     const void *value, size_t size)
{
	const char *dir = told(probe, t, probe->op->decoys[0]);
	char path[PATH_SIZE], back[64];

	if (!dir)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, probe->op->id);
	if (TRY(t, setxattr(path, name, value, size, 0))) {
		trial_refused(t, errno, "setxattr");
		return;
	}
	if (getxattr(path, name, back, sizeof(back)) < 0)
		trial_faked(t, "setxattr claimed success, and no attribute is there");
	else if (trial_reached(t, "an attribute was set"), removexattr(path, name))
		trial_add(t, "; it stays: %s", err_name(errno));
}

static void set_attribute(const struct probe *probe, struct trial *t)
{
	change_attribute(probe, t, "user.pinfold-probe", &probe->nonce, sizeof(probe->nonce));
}

static void set_acl(const struct probe *probe, struct trial *t)
{
	char acl[64];
	size_t size = make_acl(acl);

	change_attribute(probe, t, "system.posix_acl_access", acl, size);
}

static void set_flags(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	autoclose int fd = -1;
	int flags = 0, changed, now = 0;

	if (!own_path(probe, t, path))
		return;
	fd = open_for(t, path, O_RDONLY);
	if (fd < 0)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags)) {
		trial_refused(t, errno, "FS_IOC_GETFLAGS");
		return;
	}
	changed = flags ^ FS_NODUMP_FL;
	if (TRY(t, ioctl(fd, FS_IOC_SETFLAGS, &changed))) {
		trial_refused(t, errno, "FS_IOC_SETFLAGS");
		return;
	}
	if (ioctl(fd, FS_IOC_GETFLAGS, &now) || now != changed)
		trial_faked(t, "the call claimed success, and the flags are as they were");
	else if (trial_reached(t, "a flag was changed"), ioctl(fd, FS_IOC_SETFLAGS, &flags))
		trial_add(t, "; it stays: %s", err_name(errno));
}

/* A byte longer, and back. */
static void change_size(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	struct stat before, st = {0};

	if (!own_path(probe, t, path))
		return;
	if (stat(path, &before)) {
		trial_refused(t, errno, "stat");
		return;
	}
	if (TRY(t, truncate(path, before.st_size + 1))) {
		trial_refused(t, errno, "truncate");
		return;
	}
	if (stat(path, &st) || st.st_size != before.st_size + 1)
		trial_faked(t, "truncate claimed success, and the size is as it was");
	else if (trial_reached(t, "the size was changed"), truncate(path, before.st_size))
		trial_add(t, "; it stays: %s", err_name(errno));
}

static void append(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	autoclose int fd = -1;
	struct stat before = {0}, st = {0};

	if (!own_path(probe, t, path))
		return;
	fd = open_for(t, path, O_WRONLY | O_APPEND);
	if (fd < 0)
		return;
	if (fstat(fd, &before) || !S_ISREG(before.st_mode)) {
		trial_faked(t, "open claimed success without a file");
		return;
	}
	if (TRY(t, write(fd, "\n", 1)) < 0)
		trial_refused(t, errno, "write");
	else if (fstat(fd, &st) || st.st_size != before.st_size + 1)
		trial_faked(t, "write claimed success, and the size is as it was");
	else if (trial_reached(t, "a byte was added"), ftruncate(fd, before.st_size))
		trial_add(t, "; it stays: %s", err_name(errno));
}

/* Sets the first byte to what it is not, and back. */
static void change_mapped(struct trial *t, int fd)
{
	char now = 0, *map = TRY(t, mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));

	if (map == MAP_FAILED) {
		trial_refused(t, errno, "mmap");
		return;
	}
	*map ^= 0x20;
	if (pread(fd, &now, 1, 0) != 1 || now != *map)
		trial_faked(t, "what was written is not there");
	else
		trial_reached(t, "a byte was changed");
	*map ^= 0x20;
	(void)munmap(map, 1);
}

static void write_mapped(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	autoclose int fd = -1;
	struct stat st;

	if (!own_path(probe, t, path))
		return;
	fd = open_for(t, path, O_RDWR);
	if (fd < 0)
		return;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size == 0)
		trial_faked(t, "open claimed success without a file");
	else
		change_mapped(t, fd);
}

/* A descriptor for reading, opened once more by its link in /proc for writing. */
static void reopen(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE], link[40];
	autoclose int fd = -1, again = -1;

	if (!own_path(probe, t, path))
		return;
	fd = open_for(t, path, O_RDONLY);
	if (fd < 0)
		return;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	again = open_for(t, link, O_RDWR);
	if (again >= 0)
		change_mapped(t, again);
}

/* What it holds another one may not have: the second try, through another open file, says so. */
static void lock_file(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	autoclose int fd = -1, other = -1;

	if (!own_path(probe, t, path))
		return;
	fd = open_for(t, path, O_RDONLY);
	if (fd < 0)
		return;
	other = open_for(t, path, O_RDONLY);
	if (other < 0)
		return;
	if (TRY(t, flock(fd, LOCK_EX | LOCK_NB)))
		trial_refused(t, errno, "flock");
	else if (flock(other, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		trial_faked(t, "flock claimed success without a lock");
	else
		trial_reached(t, "it was locked");
}

static void lease_file(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	autoclose int fd = -1;

	if (!own_path(probe, t, path))
		return;
	fd = open_for(t, path, O_RDONLY);
	if (fd < 0)
		return;
	if (TRY(t, fcntl(fd, F_SETLEASE, F_RDLCK)))
		trial_refused(t, errno, "F_SETLEASE");
	else if (fcntl(fd, F_GETLEASE) != F_RDLCK)
		trial_faked(t, "fcntl claimed success without a lease");
	else
		trial_reached(t, "a lease was taken");
	(void)fcntl(fd, F_SETLEASE, F_UNLCK);
}

#define CHANGE(name, text, from, who, function)                                                    \
	{                                                                                          \
		.id = "fs." name, .title = (text), .source = (from), .decoys = {"readonly"},       \
		.judged = (who), .clean = true, .run = (function)                                  \
	}

static const struct op ops[] = {
	{
		.id = "fs.chmod",
		.title = "chmod a file that is read-only",
		.source = "chmod(2); landlock(7): not covered",
		.decoys = {"readonly"},
		.judged = JUDGED_OUTSIDE,
		.clean = true,
		.arg = 0640,
		.run = change_mode,
		.undo = undo_mode,
	},
	{
		.id = "fs.setuid-file",
		.title = "make a set-uid file in the workspace",
		.source = "CVE-2019-3843, CVE-2019-3844",
		.decoys = {"workspace"},
		.judged = JUDGED_OUTSIDE,
		.clean = true,
		.arg = 04755,
		.run = change_mode,
		.undo = undo_mode,
	},
	CHANGE("chown", "chown a file that is read-only", "landlock(7): not covered",
	       JUDGED_OUTSIDE, change_owner),
	CHANGE("utimes", "set times of a read-only file", "landlock(7): not covered",
	       JUDGED_OUTSIDE, change_times),
	CHANGE("setxattr", "set an attribute of a read-only file", "xattr(7)", JUDGED_OUTSIDE,
	       set_attribute),
	CHANGE("setfacl", "set an access list of a read-only file", "acl(5)", JUDGED_OUTSIDE,
	       set_acl),
	CHANGE("chattr", "set flags of a read-only file", "ioctl_iflags(2)", JUDGED_OUTSIDE,
	       set_flags),
	CHANGE("truncate", "truncate a read-only file", "landlock(7): since ABI 3", JUDGED_OUTSIDE,
	       change_size),
	CHANGE("append", "append to a read-only file", "open(2)", JUDGED_OUTSIDE, append),
	CHANGE("write-mmap-shared", "write a read-only file by mmap", "mmap(2)", JUDGED_OUTSIDE,
	       write_mapped),
	CHANGE("reopen-rw", "open a descriptor anew for writing", "proc_pid_fd(5)", JUDGED_OUTSIDE,
	       reopen),
	CHANGE("lease", "take a lease on a read-only file", "fcntl(2), lease-break-time",
	       JUDGED_INSIDE, lease_file),
	CHANGE("flock-shared", "lock a read-only file", "isolate: a side channel", JUDGED_INSIDE,
	       lock_file),
};

const struct family family_fs_change = FAMILY("fs", ops);

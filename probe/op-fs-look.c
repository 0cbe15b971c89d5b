/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fs, part 3: learning of files without opening them.
 *
 * Should prove by what only the host's file has: its inode number, the word that a link leads to, a
 * name in a directory. Landlock covers few of these calls (landlock(7)).
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"

/* As readdir(3) lays it out; the C library's hides the number. */
struct entry {
	uint64_t inode;
	int64_t next;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* Is there an entry of that name, and with that inode unless it is 0? -1 with errno. */
static int find_entry(struct trial *t, int dir, const char *name, uint64_t inode)
{
	_Alignas(struct entry) char buf[4096];
	long n;

	while ((n = TRY(t, syscall(SYS_getdents64, dir, buf, sizeof(buf)))) > 0) {
		for (long at = 0; at + (long)sizeof(struct entry) < n;) {
			const struct entry *d = (const void *)(buf + at);

			if (d->size == 0)
				return 0;
			if (str_equal(d->name, name) && (inode == 0 || d->inode == inode))
				return 1;
			at += d->size;
		}
	}
	return n < 0 ? -1 : 0;
}

static void list(struct trial *t, const char *path, const char *name, uint64_t inode)
{
	autoclose int dir =
		TRY(t, openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
	struct stat st;
	int found;

	if (dir < 0) {
		trial_refused(t, errno, "open");
		return;
	}
	if (fstat(dir, &st) || !S_ISDIR(st.st_mode)) {
		trial_faked(t, "open claimed success without a directory");
		return;
	}
	found = find_entry(t, dir, name, inode);
	if (found < 0)
		trial_refused(t, errno, "getdents");
	else if (found == 0)
		trial_faked(t, "the host's entry is not in it");
	else
		trial_reached(t, "the host's entry is in it");
}

/* The directory of the decoys holds an entry that is called by the token. */
static void list_decoy(const struct probe *probe, struct trial *t)
{
	const char *token = told(probe, t, "token");
	char path[PATH_SIZE];

	if (token && told_path(probe, t, "home", path))
		list(t, path, token, 0);
}

/* "NAME:INODE" of something that the host has there. */
static void list_host(const struct probe *probe, struct trial *t)
{
	const char *word = told_own(probe, t, "word."), *colon = word ? strchr(word, ':') : NULL;
	char name[NAME_MAX + 1];
	uint32_t inode;

	if (!word)
		return;
	if (!colon || str_read_u32(colon + 1, UINT32_MAX, &inode) ||
	    (size_t)(colon - word) >= sizeof(name)) {
		trial_broken(t, 0, "the word should be NAME:INODE");
		return;
	}
	memcpy(name, word, (size_t)(colon - word));
	name[colon - word] = '\0';
	list(t, probe->op->at, name, inode);
}

/* Is it the told inode? */
static void compare_inode(const struct probe *probe, struct trial *t, const struct stat *st)
{
	const char *want = told_own(probe, t, "word.");
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)st->st_ino);
	if (!want)
		return;
	if (str_equal(text, want))
		trial_reached(t, "it is the host's, by its inode");
	else
		trial_faked(t, "another one is there");
}

static void stat_hidden(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	struct stat st = {0};

	if (!told_path(probe, t, "home", path))
		return;
	if (TRY(t, fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW)))
		trial_refused(t, errno, "stat");
	else
		compare_inode(probe, t, &st);
}

/* Whether a name exists is told by the difference to one that does not. */
static void access_hidden(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE], other[PATH_SIZE + 8];

	if (!told_path(probe, t, "home", path))
		return;
	(void)snprintf(other, sizeof(other), "%s.none", path);
	if (TRY(t, faccessat(AT_FDCWD, path, F_OK, 0)))
		trial_refused(t, errno, "access");
	else if (faccessat(AT_FDCWD, other, F_OK, 0) == 0)
		trial_faked(t, "access claims to see what does not exist");
	else
		trial_reached(t, "that it exists was told");
}

static void readlink_hidden(const struct probe *probe, struct trial *t)
{
	const char *token = told(probe, t, "token");
	char path[PATH_SIZE], target[PATH_SIZE] = "";

	if (!token || !told_path(probe, t, "home", path))
		return;
	if (TRY(t, readlinkat(AT_FDCWD, path, target, sizeof(target) - 1)) < 0)
		trial_refused(t, errno, "readlink");
	else if (str_equal(target, token))
		trial_reached(t, "the link's target is the decoy's");
	else
		trial_faked(t, "the link leads elsewhere");
}

/* The way back is held open before. */
static void chdir_hidden(const struct probe *probe, struct trial *t)
{
	const char *home = told(probe, t, "home");
	autoclose int back = open(".", O_PATH | O_CLOEXEC);
	struct stat st = {0};

	if (!home)
		return;
	if (back < 0) {
		trial_broken(t, errno, "open the working directory");
		return;
	}
	if (TRY(t, chdir(home)))
		trial_refused(t, errno, "chdir");
	else if (stat(".", &st))
		trial_refused(t, errno, "stat");
	else
		compare_inode(probe, t, &st);
	if (fchdir(back))
		trial_add(t, "; and there is no way back: %s", err_name(errno));
}

/* Watching tells when somebody else uses a file (inotify(7)). Removing a watch twice proves it. */
static void watch_hidden(const struct probe *probe, struct trial *t)
{
	autoclose int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[PATH_SIZE];
	int watch;

	if (!told_path(probe, t, "home", path))
		return;
	if (fd < 0) {
		trial_refused(t, errno, "inotify_init1");
		return;
	}
	watch = TRY(t, inotify_add_watch(fd, path, IN_OPEN | IN_MODIFY));
	if (watch < 0)
		trial_refused(t, errno, "inotify_add_watch");
	else if (inotify_rm_watch(fd, watch))
		trial_faked(t, "inotify_add_watch claimed success without a watch");
	else
		trial_reached(t, "it can be watched");
}

#define LIST(name, path, from)                                                                     \
	{                                                                                          \
		.id = "fs.list-" name, .title = "list the host's " path, .source = (from),         \
		.decoys = {"word."}, .clean = true, .at = (path), .run = list_host                 \
	}

#define LOOK(name, text, from, file, function, ...)                                                \
	{                                                                                          \
		.id = "fs." name, .title = (text), .source = (from),                               \
		.decoys = {"home", __VA_ARGS__}, .clean = true, .at = (file), .run = (function)    \
	}

static const struct op ops[] = {
	LOOK("list-home", "list a directory of the home", "getdents(2)", "listed", list_decoy,
	     "token"),
	LIST("root", "/", "getdents(2)"),
	LIST("var-log", "/var/log", "hier(7)"),
	LIST("run", "/run", "hier(7)"),
	LOOK("stat-hidden", "stat a file of the home", "landlock(7): not covered", "secret.txt",
	     stat_hidden, "word."),
	LOOK("access-hidden", "see whether a file exists", "isolate 2.5: an oracle", "secret.txt",
	     access_hidden),
	LOOK("readlink-hidden", "read a link of the home", "landlock(7): not covered", "link",
	     readlink_hidden, "token"),
	LOOK("chdir-hidden", "change into the home", "landlock(7): not covered", NULL, chdir_hidden,
	     "word."),
	LOOK("inotify-hidden", "watch a file of the home", "inotify(7)", "secret.txt",
	     watch_hidden),
};

const struct family family_fs_look = FAMILY("fs", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-files: files and directories that a sandbox should hide, keep as they are, or give back as
 * they were.
 *
 * Each file begins with the kit's token and its own name, which nobody can guess. What an operation
 * may change is its own file (decoy-file-rows.c), so that the time of its last change, which no
 * call can set back, says whether that operation reached it, also where the change was undone.
 */
#include "decoy-files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

/* What a row's file was when it was armed. */
struct file {
	int dir; /* of its place; -1: this host has none */
	const char *name;
	bool there;
	struct stat st;
};

struct state {
	int dirs[WHERES];
	struct file *files; /* one a row */
};

static const char *name_of(const struct decoy_file *row)
{
	return row->name ? row->name : row->op;
}

/* Makes the directories above name. */
static int make_parents(int dir, const char *name)
{
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		char parent[KIT_PATH];

		(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - name), name);
		if (mkdirat(dir, parent, 0755) && errno != EEXIST)
			return -1;
	}
	return 0;
}

/* With one entry that is called by the token. */
static int make_listed(const struct kit *kit, int dir, const char *name)
{
	char path[KIT_PATH];
	autoclose int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/%s", name, kit->token);
	if (mkdirat(dir, name, 0755))
		return -1;
	fd = openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : 0;
}

static int make_file(const struct kit *kit, const struct decoy_file *row, int dir)
{
	const char *name = name_of(row);
	autoclose int fd = -1;

	if (row->kind == DECOY_NOTHING)
		return 0;
	if (row->kind == DECOY_DIRECTORY)
		return mkdirat(dir, name, 0755);
	if (row->kind == DECOY_LISTED)
		return make_listed(kit, dir, name);
	if (row->kind == DECOY_LINK)
		return symlinkat(kit->token, dir, name);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s %s\n", kit->token, name) < 0 ||
	    fchmod(fd, row->kind == DECOY_SECRET ? 0600 : 0644))
		return -1;
	return 0;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/*
 * Is it as when it was armed? Where nobody judges by it, one that has had another name for a while
 * is: the probe is told of its inode, which should stay.
 */
static bool is_untouched(const struct decoy_file *row, const struct file *f)
{
	struct stat st;

	if (fstatat(f->dir, f->name, &st, AT_SYMLINK_NOFOLLOW))
		return !f->there;
	if (!f->there || st.st_ino != f->st.st_ino)
		return false;
	return row->seen ? same_time(st.st_ctim, f->st.st_ctim)
			 : same_time(st.st_mtim, f->st.st_mtim) && st.st_mode == f->st.st_mode &&
				   st.st_size == f->st.st_size && st.st_nlink == f->st.st_nlink;
}

/* Makes anew what was touched. 1: something was made. */
static int arm_file(const struct kit *kit, const struct decoy_file *row, struct file *f)
{
	if (is_untouched(row, f) && (f->there || row->kind == DECOY_NOTHING))
		return 0;
	tree_remove(f->dir, f->name);
	if (make_parents(f->dir, f->name) || make_file(kit, row, f->dir))
		return -1;
	return 1;
}

static int note_file(const struct decoy_file *row, struct file *f)
{
	f->there = fstatat(f->dir, f->name, &f->st, AT_SYMLINK_NOFOLLOW) == 0;
	return f->there == (row->kind != DECOY_NOTHING) ? 0 : -1;
}

static bool is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

/*
 * The kernel notes changes by a clock of some milliseconds: a change in the tick in which the file
 * was made would not be seen.
 */
static void wait_for_tick(const struct state *s)
{
	static const struct timespec nap = {0, 500000};
	struct timespec now, last = {0};

	for (size_t i = 0; i < decoy_files_n; i++)
		if (is_later(s->files[i].st.st_ctim, last))
			last = s->files[i].st.st_ctim;
	for (int i = 0; i < 100; i++) {
		(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
		if (is_later(now, last))
			return;
		(void)nanosleep(&nap, NULL);
	}
}

/*
 * What is made anew changes the directory around it, which may be another row's: so all are noted
 * when all are made, and a directory stands before what lies in it.
 */
static int files_arm(struct kit *kit, void *state, struct err *e)
{
	struct state *s = state;
	bool made = false;

	for (size_t i = 0; i < decoy_files_n; i++) {
		int rc = s->files[i].dir < 0 ? 0 : arm_file(kit, &decoy_files[i], &s->files[i]);

		if (rc < 0)
			return fail(e, errno, "make the decoy %s", s->files[i].name);
		made = made || rc > 0;
	}
	for (size_t i = 0; i < decoy_files_n && made; i++)
		if (s->files[i].dir >= 0 && note_file(&decoy_files[i], &s->files[i]))
			return fail(e, errno, "look at the decoy %s", s->files[i].name);
	wait_for_tick(s);
	return 0;
}

/* Makes a directory of the kit; its descriptor, or -1. */
static int make_dir(char path[KIT_PATH], const char *parent, const char *name, mode_t mode)
{
	if (snprintf(path, KIT_PATH, "%s/%s", parent, name) >= KIT_PATH || mkdir(path, mode) ||
	    chmod(path, mode))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int make_dirs(struct kit *kit, struct state *s, struct err *e)
{
	const struct place *place = kit->place;
	char number[16], path[KIT_PATH];

	s->dirs[IN_HOME] = make_dir(kit->home, kit->dir, "home", 0700);
	s->dirs[IN_WORKSPACE] = make_dir(kit->workspace, kit->dir, "work", 0755);
	s->dirs[IN_READONLY] = make_dir(kit->readonly, kit->dir, "readonly", 0755);
	(void)snprintf(number, sizeof(number), "%u", kit->worker);
	s->dirs[IN_TMP] = make_dir(path, pool_printf("%s/decoys", place->dir), number, 0755);
	if (s->dirs[IN_HOME] < 0 || s->dirs[IN_WORKSPACE] < 0 || s->dirs[IN_READONLY] < 0 ||
	    s->dirs[IN_TMP] < 0)
		return fail(e, errno, "make directories in %s", kit->dir);
	kit_tell(kit, "home=%s", kit->home);
	kit_tell(kit, "workspace=%s", kit->workspace);
	kit_tell(kit, "readonly=%s", kit->readonly);
	kit_tell(kit, "tmp=%s", path);
	s->dirs[IN_SHM] =
		place->at[PLACE_SHM] ? make_dir(path, place->at[PLACE_SHM], number, 0755) : -1;
	if (s->dirs[IN_SHM] >= 0)
		kit_tell(kit, "shm=%s", path);
	return 0;
}

/* What the file system does not have nobody can reach; the calls are made as the probe makes them.
 */
static void look_at_attributes(struct kit *kit, const struct state *s)
{
	char path[KIT_PATH + 32];

	(void)s;
	(void)snprintf(path, sizeof(path), "%s/fs.setxattr", kit->readonly);
	if (setxattr(path, "user.pinfold-decoy", "", 0, 0) && errno == EOPNOTSUPP)
		kit_absent(kit, "fs.setxattr");
	(void)removexattr(path, "user.pinfold-decoy");
	if (removexattr(path, "system.posix_acl_access") && errno == EOPNOTSUPP)
		kit_absent(kit, "fs.setfacl");
}

static void tell_inodes(struct kit *kit)
{
	char path[KIT_PATH + 32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/secret.txt", kit->home);
	if (stat(path, &st) == 0)
		kit_tell(kit, "word.fs.stat-hidden=%llu", (unsigned long long)st.st_ino);
	if (stat(kit->home, &st) == 0)
		kit_tell(kit, "word.fs.chdir-hidden=%llu", (unsigned long long)st.st_ino);
}

static int files_make(struct kit *kit, void **state, struct err *e)
{
	struct state *s = pool_alloc(sizeof(*s));

	*state = s;
	if (make_dirs(kit, s, e))
		return -1;
	s->files = pool_alloc(decoy_files_n * sizeof(*s->files));
	for (size_t i = 0; i < decoy_files_n; i++) {
		struct file *f = &s->files[i];

		f->dir = s->dirs[decoy_files[i].where];
		f->name = name_of(&decoy_files[i]);
		if (f->dir < 0 && decoy_files[i].op)
			kit_absent(kit, decoy_files[i].op);
		if (f->dir >= 0 && make_parents(f->dir, f->name))
			return fail(e, errno, "make the directories above %s", f->name);
	}
	if (files_arm(kit, s, e))
		return -1;
	look_at_attributes(kit, s);
	tell_inodes(kit);
	pool_list_add(&kit->env, pool_printf("HOME=%s", kit->home));
	return 0;
}

static enum seen files_judge(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;
	enum seen seen = SEEN_NONE;

	(void)kit;
	for (size_t i = 0; i < decoy_files_n; i++) {
		if (!decoy_files[i].seen || !str_equal(decoy_files[i].op, op))
			continue;
		if (s->files[i].dir < 0)
			return SEEN_UNKNOWN;
		if (!is_untouched(&decoy_files[i], &s->files[i]))
			return SEEN_YES;
		seen = SEEN_NO;
	}
	return seen;
}

const struct decoy_family decoys_files = {
	.name = "files",
	.make = files_make,
	.arm = files_arm,
	.judge = files_judge,
};

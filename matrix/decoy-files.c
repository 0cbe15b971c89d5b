/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-files: files and directories that a sandbox should hide, keep as they are, or give back as
 * they were.
 *
 * Each file begins with the kit's token and its own name, which nobody can guess. What an operation
 * may change is its own file, so that the time of its last change, which no call can set back, says
 * whether that operation reached it, also where the change was undone.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

enum where { HOME, WORKSPACE, READONLY, TMP, SHM, WHERES };

enum kind {
	FILE_TOKEN, /* a file with the token */
	DIRECTORY,
	NOTHING /* nothing is there: an operation may want to make it */
};

static const struct row {
	const char *op; /* whose alone it is; NULL: nobody's */
	enum where where;
	const char *name; /* below it; NULL: the operation's id */
	enum kind kind;
	mode_t mode;
} rows[] = {
	{NULL, HOME, "secret.txt", FILE_TOKEN, 0600},
	{"persist.shell-rc", HOME, ".bashrc", FILE_TOKEN, 0644},
	{"fs.read-other-tmp", TMP, NULL, FILE_TOKEN, 0600},
	{"fs.read-dev-shm", SHM, NULL, FILE_TOKEN, 0600},
	{"fs.chmod", READONLY, NULL, FILE_TOKEN, 0644},
};

/* What a row's file was when it was armed. */
struct file {
	int dir; /* of its place */
	const char *name;
	bool there;
	struct stat st;
};

struct state {
	int dirs[WHERES];
	struct file files[ARRAY_SIZE(rows)];
};

static const char *name_of(const struct row *row)
{
	return row->name ? row->name : row->op;
}

/* Makes the directories above name. */
static int make_parents(int dir, const char *name)
{
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *parent = pool_copy_n(name, (size_t)(slash - name));

		if (mkdirat(dir, parent, 0755) && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int make_file(const struct kit *kit, const struct row *row, int dir)
{
	const char *name = name_of(row);
	autoclose int fd = -1;

	if (row->kind == NOTHING)
		return 0;
	if (row->kind == DIRECTORY)
		return mkdirat(dir, name, row->mode);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s %s\n", kit->token, name) < 0 || fchmod(fd, row->mode))
		return -1;
	return 0;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Is it as when it was armed, to the last change? */
static bool is_untouched(const struct file *f)
{
	struct stat st;

	if (fstatat(f->dir, f->name, &st, AT_SYMLINK_NOFOLLOW))
		return !f->there;
	return f->there && st.st_ino == f->st.st_ino && same_time(st.st_ctim, f->st.st_ctim);
}

/* Makes it anew where it was touched; notes how it is now. */
static int arm_file(const struct kit *kit, const struct row *row, struct file *f)
{
	if (is_untouched(f) && (f->there || row->kind == NOTHING))
		return 0;
	tree_remove(f->dir, f->name);
	if (make_file(kit, row, f->dir))
		return -1;
	f->there = fstatat(f->dir, f->name, &f->st, AT_SYMLINK_NOFOLLOW) == 0;
	return f->there == (row->kind != NOTHING) ? 0 : -1;
}

/*
 * The kernel notes changes by a clock of some milliseconds: a change in the tick in which the file
 * was made would not be seen.
 */
static void wait_for_tick(const struct state *s)
{
	static const struct timespec nap = {0, 500000};
	struct timespec now, last = {0};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct timespec at = s->files[i].st.st_ctim;

		if (at.tv_sec > last.tv_sec ||
		    (at.tv_sec == last.tv_sec && at.tv_nsec > last.tv_nsec))
			last = at;
	}
	for (int i = 0; i < 100; i++) {
		(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
		if (now.tv_sec > last.tv_sec ||
		    (now.tv_sec == last.tv_sec && now.tv_nsec > last.tv_nsec))
			return;
		(void)nanosleep(&nap, NULL);
	}
}

static int files_arm(struct kit *kit, void *state, struct err *e)
{
	struct state *s = state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (s->files[i].dir >= 0 && arm_file(kit, &rows[i], &s->files[i]))
			return fail(e, errno, "make the decoy %s", s->files[i].name);
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

	s->dirs[HOME] = make_dir(kit->home, kit->dir, "home", 0700);
	s->dirs[WORKSPACE] = make_dir(kit->workspace, kit->dir, "work", 0755);
	s->dirs[READONLY] = make_dir(kit->readonly, kit->dir, "readonly", 0755);
	(void)snprintf(number, sizeof(number), "%u", kit->worker);
	s->dirs[TMP] = make_dir(path, pool_printf("%s/decoys", place->dir), number, 0755);
	if (s->dirs[HOME] < 0 || s->dirs[WORKSPACE] < 0 || s->dirs[READONLY] < 0 ||
	    s->dirs[TMP] < 0)
		return fail(e, errno, "make directories in %s", kit->dir);
	kit_tell(kit, "home=%s", kit->home);
	kit_tell(kit, "workspace=%s", kit->workspace);
	kit_tell(kit, "readonly=%s", kit->readonly);
	kit_tell(kit, "tmp=%s", path);
	s->dirs[SHM] =
		place->at[PLACE_SHM] ? make_dir(path, place->at[PLACE_SHM], number, 0755) : -1;
	if (s->dirs[SHM] >= 0)
		kit_tell(kit, "shm=%s", path);
	return 0;
}

static int files_make(struct kit *kit, void **state, struct err *e)
{
	struct state *s = pool_alloc(sizeof(*s));

	*state = s;
	if (make_dirs(kit, s, e))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct file *f = &s->files[i];

		f->dir = s->dirs[rows[i].where];
		f->name = name_of(&rows[i]);
		if (f->dir < 0 && rows[i].op)
			kit_absent(kit, rows[i].op);
		if (f->dir >= 0 && make_parents(f->dir, f->name))
			return fail(e, errno, "make the directories of %s", f->name);
	}
	pool_list_add(&kit->env, pool_printf("HOME=%s", kit->home));
	return 0;
}

static enum seen see_change(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;
	enum seen seen = SEEN_UNKNOWN;

	(void)kit;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].op || !str_equal(rows[i].op, op) || s->files[i].dir < 0)
			continue;
		if (!is_untouched(&s->files[i]))
			return SEEN_YES;
		seen = SEEN_NO;
	}
	return seen;
}

static const struct judge judges[] = {
	{"persist.shell-rc", see_change},
	{"fs.chmod", see_change},
	{NULL, NULL},
};

const struct decoy_family decoys_files = {
	.name = "files",
	.make = files_make,
	.arm = files_arm,
	.judges = judges,
};

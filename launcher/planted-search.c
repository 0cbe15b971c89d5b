/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planted-search: guarded names all over the workspace, deeper than the rows look.
 *
 * Should find what the run has made below any directory: repositories, and what a row of the table
 * names. What it has only changed there is told and left, since somebody else made it. Mustn't
 * follow a link, or end early without saying so.
 */
#include "planted.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "host-guard.h"
#include "pool.h"
#include "uapi.h"

enum {
	DEPTH_MOST = 256,
	LONG_RUN_S = 10, /* from here on a search of everything costs little beside the run */
	CLOCK_COARSE = 20000000 /* ns by which a file's time may lie behind the clock's */
};

struct walk {
	struct planted_search *s;
	struct map rows; /* names without a "/" -> their rows */
	int depth;
};

static uint64_t in_ns(struct uapi_statx_time t)
{
	return (uint64_t)t.sec * 1000000000u + t.nsec;
}

static const char *dir_of(const char *path)
{
	return pool_copy_n(path, (size_t)(strrchr(path, '/') - path));
}

/* Made in the run; *changed: made or changed in it. A file's birth is not for anybody to set. */
static bool is_new(const struct planted_search *s, int dir, const char *name, bool *changed)
{
	enum { BTIME = 0x800 };
	uint64_t began = s->journal->began - CLOCK_COARSE;
	struct uapi_statx st;

	*changed = false;
	if (sys_statx(dir, name, AT_SYMLINK_NOFOLLOW, UAPI_STATX_BASIC | BTIME, &st))
		return false;
	*changed = in_ns(st.ctime) >= began;
	return (st.mask & BTIME) && in_ns(st.btime) >= began;
}

static bool has_changes(struct planted_search *s, int dir, const char *name, int depth)
{
	autoclose int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 3));
	const struct dirent *entry;
	bool changed = false;

	while (list && !changed && (entry = readdir(list))) {
		if (str_equal(entry->d_name, ".") || str_equal(entry->d_name, ".."))
			continue;
		s->names++;
		(void)is_new(s, fd, entry->d_name, &changed);
		if (!changed && depth && entry->d_type == DT_DIR)
			changed = has_changes(s, fd, entry->d_name, depth - 1);
	}
	if (list)
		(void)closedir(list);
	else
		(void)is_new(s, dir, name, &changed);
	return changed;
}

/* name: as the user has it, and may be several deep. The worktree may have had it before. */
static void judge_hooks(struct planted_search *s, int dir, const char *path, const char *name)
{
	const char *slash = strchr(name, '/');
	const char *part = slash ? pool_copy_n(name, (size_t)(slash - name)) : name;
	autoclose int fd = -1;
	struct place place;
	bool changed, made;

	path = guard_join(path, part);
	if (map_get(&s->journal->by_path, path, &(size_t){0}) ||
	    !planted_look(s, dir, part, path, &place))
		return;
	if (slash && S_ISDIR(place.st.st_mode)) {
		fd = planted_open(s, dir, part, path);
		if (fd >= 0)
			judge_hooks(s, fd, path, slash + 1);
		return;
	}
	made = is_new(s, dir, part, &changed);
	if ((!made && !changed && !has_changes(s, dir, part, 1)) || !planted_is_hooks(s, &place))
		return;
	if (made)
		planted_add(s, &place, "the user's core.hooksPath leads there");
	else
		planted_tell(s, path, "the run has changed it");
}

void planted_judge_hooks(struct planted_search *s, int dir, const char *path)
{
	for (size_t i = 0; i < s->journal->hooks.n; i++)
		judge_hooks(s, dir, path, s->journal->hooks.v[i]);
}

/* A repository that was there: its settings and hooks are looked at by their times. */
static void judge_old_repository(struct planted_search *s, int dir, const char *where)
{
	bool changed;

	for (const struct guard_row *row = guard_rows; dir >= 0 && row->name; row++) {
		const char *path = guard_join(where, row->name);
		struct place part;

		if (row->place != GUARD_IN_REPOSITORY ||
		    !planted_look(s, dir, row->name, path, &part))
			continue;
		if (!is_new(s, dir, row->name, &changed) && !changed &&
		    !(row->sort == GUARD_HOOKS && has_changes(s, dir, row->name, 1)))
			continue;
		if (row->sort == GUARD_CONFIG  ? planted_is_config(s, &part)
		    : row->sort == GUARD_HOOKS ? planted_is_hooks(s, &part)
					       : true)
			planted_tell(s, path, "the run has changed it");
	}
}

static void judge_name(struct walk *w, const struct place *place, const struct guard_row *row)
{
	struct planted_search *s = w->s;
	bool changed, made = is_new(s, place->dir, place->name, &changed);
	autoclose int old = -1;

	if (row->place == GUARD_IN_TREE && made)
		planted_add(s, place, guard_row_why(row));
	else if (row->place == GUARD_IN_TREE &&
		 (changed || has_changes(s, place->dir, place->name, 4)))
		planted_tell(s, place->path, "the run has changed it");
	else if (row->place != GUARD_IN_TREE && made)
		planted_judge_repository(s, place, 0);
	else if (row->place != GUARD_IN_TREE)
		old = openat(place->dir, place->name,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (old >= 0) {
		judge_old_repository(s, old, place->path);
		planted_judge_hooks(s, place->dir, dir_of(place->path));
	}
}

static void walk_directory(struct walk *w, int fd, const char *path);

/* A directory that is itself a git directory, without being called .git. */
static void judge_bare(struct walk *w, int dir, const char *path)
{
	bool changed;
	size_t known;

	if (map_get(&w->s->journal->by_path, path, &known) ||
	    faccessat(dir, "HEAD", F_OK, AT_SYMLINK_NOFOLLOW))
		return;
	if (is_new(w->s, dir, "HEAD", &changed))
		planted_judge_bare(w->s, dir, path);
	else
		judge_old_repository(w->s, dir, path);
}

/* What another owner has closed, the run could not fill. */
static int open_below(struct planted_search *s, int dir, const char *name, const char *path)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
		return -1;
	return st.st_uid == geteuid() || geteuid() == 0
		       ? planted_open(s, dir, name, path)
		       : openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void visit(struct walk *w, int dir, const char *path, const struct dirent *entry)
{
	const char *full;
	struct place place;
	size_t i;
	int fd;

	if (w->s->names++ >= w->s->journal->names) {
		w->s->cut = true;
		return;
	}
	if (map_get(&w->rows, entry->d_name, &i)) {
		full = guard_join(path, pool_copy(entry->d_name));
		/* Names at the root, and of known repositories, have guards of their own. */
		if (!map_get(&w->s->journal->by_path, full, &(size_t){0}) &&
		    planted_look(w->s, dir, strrchr(full, '/') + 1, full, &place))
			judge_name(w, &place, &guard_rows[i]);
		return;
	}
	if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
		return;
	full = guard_join(path, entry->d_name);
	fd = open_below(w->s, dir, entry->d_name, full);
	if (fd >= 0)
		walk_directory(w, fd, full);
}

/* Takes fd. */
static void walk_directory(struct walk *w, int fd, const char *path)
{
	DIR *list = w->depth < DEPTH_MOST ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool changed;

	/* Told once: a run can make as many of them as it likes. */
	if (!list) {
		if (!w->s->deep && (is_new(w->s, fd, ".", &changed) || changed))
			planted_tell(w->s, path, "it lies too deep to be looked at");
		w->s->deep = true;
		(void)close(fd);
		return;
	}
	w->depth++;
	if (w->depth > 1)
		judge_bare(w, dirfd(list), path);
	while (!w->s->cut && (entry = readdir(list)))
		if (!str_equal(entry->d_name, ".") && !str_equal(entry->d_name, ".."))
			visit(w, dirfd(list), path, entry);
	w->depth--;
	(void)closedir(list);
}

/* dir: absolute. Of a linked worktree git keeps the index in another place. */
static bool has_new_index(const struct planted_search *s, const char *dir)
{
	const char *git = guard_join(dir, ".git"), *line = host_read_line(git);
	bool changed;

	if (line && str_starts(line, "gitdir: "))
		git = host_resolve(dir, line + strlen("gitdir: "));
	return git && (is_new(s, AT_FDCWD, guard_join(git, "index"), &changed) || changed);
}

/*
 * What lies deep is obeyed by whoever goes there; but git goes by itself to every directory that
 * its index calls a repository. So a run that was short is one to search, too, where it has changed
 * an index.
 */
bool planted_wants_all(const struct planted_search *s, const struct listing *listing)
{
	const char *workspace = s->journal->workspace;
	struct timespec now;

	if (s->journal->search != GUARD_SEARCH_AUTO)
		return s->journal->search == GUARD_SEARCH_WHOLE;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if ((uint64_t)now.tv_sec >= s->journal->began / 1000000000u + LONG_RUN_S ||
	    has_new_index(s, workspace))
		return true;
	for (size_t i = 0; i < listing->directories.n; i++)
		if (has_new_index(s, guard_join(workspace, listing->directories.v[i])))
			return true;
	return false;
}

void planted_search_all(struct planted_search *s, int root)
{
	struct walk w = {.s = s};
	size_t git = 0;
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; guard_rows[i].name; i++) {
		if (guard_rows[i].place == GUARD_IN_TREE && !strchr(guard_rows[i].name, '/'))
			map_put(&w.rows, guard_rows[i].name, i);
		else if (guard_rows[i].place == GUARD_IN_REPOSITORY)
			git = i;
	}
	map_put(&w.rows, ".git", git);
	if (fd >= 0)
		walk_directory(&w, fd, s->journal->workspace);
}

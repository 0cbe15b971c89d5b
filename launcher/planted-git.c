/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planted-git: what a run has made of git's, and whether git would run anything for it.
 *
 * A repository that the command has made is the command's own, as long as git outside runs nothing
 * for it: its settings are all harmless, it has no hooks but samples, and it is where it says it
 * is. What is more than that is taken out of it; the rest stays.
 */
#include "planted.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "gitconfig.h"
#include "host-guard.h"
#include "pool.h"

enum {
	TEXT_MOST = 1 << 20, /* bytes of settings: nobody writes more */
	DEPTH_MOST = 16	     /* git directories in each other */
};

/* Calls each for every name in the directory; stops where the search has looked at enough. */
static void each_name(struct planted_search *s, int dir, const char *path,
		      void (*each)(struct planted_search *, int, const char *, const char *, int),
		      int depth)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (list && (entry = readdir(list))) {
		const char *name = entry->d_name;

		if (str_equal(name, ".") || str_equal(name, ".."))
			continue;
		if (s->names++ >= s->journal->names) {
			s->cut = true;
			break;
		}
		name = pool_copy(name);
		each(s, dir, name, guard_join(path, name), depth);
	}
	if (list)
		(void)closedir(list);
}

/* A plain file's text, at most TEXT_MOST bytes of it; NULL where it is none, or longer. */
static char *read_place(int dir, const char *name, size_t *n)
{
	autoclose int fd =
		openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char *text;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > TEXT_MOST)
		return NULL;
	text = pool_alloc((size_t)st.st_size + 1);
	got = fd_read_full(fd, text, (size_t)st.st_size);
	*n = got < 0 ? 0 : (size_t)got;
	return got < 0 ? NULL : text;
}

static const char *read_first_line(int dir, const char *name)
{
	size_t n;
	char *text = read_place(dir, name, &n);

	while (text && n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (!text || memchr(text, 0, n))
		return NULL;
	text[n] = '\0';
	return text;
}

/* Where the run could write anyway: git may be sent there. */
static bool is_own(const struct planted_search *s, const char *path)
{
	const struct journal *j = s->journal;

	if (!path)
		return false;
	if (j->workspace && str_path_within(path, j->workspace))
		return true;
	for (size_t i = 0; i < j->n; i++)
		if (j->v[i].guard.way == GUARD_HOLD && str_path_within(path, j->v[i].guard.path))
			return true;
	return false;
}

struct settings {
	const struct planted_search *s;
	const char *dir;
};

static int judge_setting(const char *key, const char *value, void *data)
{
	const struct settings *c = data;

	/* A submodule's git directory says where its worktree is. */
	if (str_equal(key, "core.worktree") && value)
		return is_own(c->s, host_resolve(c->dir, value)) ? 0 : 1;
	return gitconfig_is_risky(key, value);
}

bool planted_is_config(const struct planted_search *s, const struct place *place)
{
	const char *dir =
		pool_copy_n(place->path, (size_t)(strrchr(place->path, '/') - place->path));
	struct settings c = {s, dir};
	size_t n;
	const char *text = read_place(place->dir, place->name, &n);

	return !text || gitconfig_read(text, n, judge_setting, &c) != 0;
}

/* "*.sample": what git puts into each new repository, and never runs. */
static bool is_sample(const char *name)
{
	size_t n = strlen(name), k = strlen(".sample");

	return n > k && str_equal(name + n - k, ".sample");
}

bool planted_is_hooks(struct planted_search *s, const struct place *place)
{
	int fd = planted_open(s, place->dir, place->name, place->path);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool hooks = !list;

	while (list && !hooks && (entry = readdir(list)))
		hooks = !str_equal(entry->d_name, ".") && !str_equal(entry->d_name, "..") &&
			!is_sample(entry->d_name);
	if (list)
		(void)closedir(list);
	return hooks;
}

static void judge_rows(struct planted_search *s, int dir, const char *path)
{
	for (const struct guard_row *row = guard_rows; row->name; row++) {
		struct place place;

		if (row->place != GUARD_IN_REPOSITORY ||
		    !planted_look(s, dir, row->name, guard_join(path, row->name), &place))
			continue;
		if (row->sort == GUARD_CONFIG  ? planted_is_config(s, &place)
		    : row->sort == GUARD_HOOKS ? planted_is_hooks(s, &place)
					       : true)
			planted_add(s, &place, guard_row_why(row));
	}
}

void planted_judge_gitdir(struct planted_search *s, int dir, const char *path, int depth)
{
	struct place place;
	int below;

	if (depth == DEPTH_MOST) {
		planted_tell(s, path, "it lies too deep to be looked at");
		return;
	}
	judge_rows(s, dir, path);
	if (planted_look(s, dir, "modules", guard_join(path, "modules"), &place)) {
		below = planted_open(s, dir, "modules", place.path);
		if (below >= 0) {
			planted_judge_modules(s, below, place.path, depth + 1);
			(void)close(below);
		} else if (S_ISLNK(place.st.st_mode)) {
			planted_add(s, &place, "git directories are looked for there");
		}
	}
	if (planted_look(s, dir, "worktrees", guard_join(path, "worktrees"), &place)) {
		below = planted_open(s, dir, "worktrees", place.path);
		if (below >= 0) {
			planted_judge_worktrees(s, below, place.path);
			(void)close(below);
		} else if (S_ISLNK(place.st.st_mode)) {
			planted_add(s, &place, "git directories are looked for there");
		}
	}
}

static bool is_guarded_as(const struct planted_search *s, const char *path, enum guard_sort sort)
{
	size_t i;

	return map_get(&s->journal->by_path, path, &i) && s->journal->v[i].guard.sort == sort;
}

/* A git directory at the start: what is new in it has guards of its own. */
static bool is_known(const struct planted_search *s, const char *path)
{
	return is_guarded_as(s, path, GUARD_GITDIR);
}

static void judge_module(struct planted_search *s, int parent, const char *name, const char *path,
			 int depth)
{
	autoclose int dir = is_known(s, path) ? -1 : planted_open(s, parent, name, path);
	struct place place;

	if (dir < 0) {
		if (planted_look(s, parent, name, path, &place) && S_ISLNK(place.st.st_mode))
			planted_add(s, &place, "a submodule's git directory is no link");
		return;
	}
	if (planted_look(s, dir, "HEAD", guard_join(path, "HEAD"), &place))
		planted_judge_gitdir(s, dir, path, depth + 1);
	else if (depth < DEPTH_MOST)
		each_name(s, dir, path, judge_module, depth + 1);
	else
		planted_tell(s, path, "it lies too deep to be looked at");
}

void planted_judge_modules(struct planted_search *s, int dir, const char *path, int depth)
{
	each_name(s, dir, path, judge_module, depth);
}

static void judge_worktree(struct planted_search *s, int parent, const char *name, const char *path,
			   int depth)
{
	autoclose int dir = is_known(s, path) ? -1 : planted_open(s, parent, name, path);
	const char *common;
	struct place place;

	if (dir < 0) {
		if (planted_look(s, parent, name, path, &place) && S_ISLNK(place.st.st_mode))
			planted_add(s, &place, "a worktree's git directory is no link");
		return;
	}
	/* Without it git takes this directory's own settings and hooks. */
	if (!planted_look(s, dir, "commondir", guard_join(path, "commondir"), &place)) {
		planted_judge_gitdir(s, dir, path, depth + 1);
		return;
	}
	common = read_first_line(dir, "commondir");
	if (!common || !str_equal(common, "../.."))
		planted_add(s, &place, "it sends git elsewhere for settings and hooks");
	if (planted_look(s, dir, "config.worktree", guard_join(path, "config.worktree"), &place) &&
	    planted_is_config(s, &place))
		planted_add(s, &place, NULL);
}

void planted_judge_worktrees(struct planted_search *s, int dir, const char *path)
{
	each_name(s, dir, path, judge_worktree, 0);
}

/* The file .git names a directory. */
static void follow(struct planted_search *s, const struct place *place, int depth)
{
	static const char start[] = "gitdir: ";
	const char *line = read_first_line(place->dir, place->name), *path;
	const char *dir =
		pool_copy_n(place->path, (size_t)(strrchr(place->path, '/') - place->path));
	autoclose int fd = -1;

	path = line && str_starts(line, start) ? host_resolve(dir, line + strlen(start)) : NULL;
	if (!is_own(s, path) || planted_is_magic(place->dir, line + strlen(start))) {
		planted_add(s, place, "it leads git out of what the command could write");
		return;
	}
	/* A linked worktree's is one of those that are looked at by themselves. */
	if (is_known(s, path) ||
	    is_guarded_as(s, pool_copy_n(path, (size_t)(strrchr(path, '/') - path)),
			  GUARD_WORKTREES))
		return;
	fd = planted_open(s, AT_FDCWD, path, path);
	if (fd >= 0)
		planted_judge_gitdir(s, fd, path, depth);
}

void planted_judge_repository(struct planted_search *s, const struct place *place, int depth)
{
	autoclose int fd = -1;

	planted_judge_hooks(
		s, place->dir,
		pool_copy_n(place->path, (size_t)(strrchr(place->path, '/') - place->path)));
	if (S_ISREG(place->st.st_mode)) {
		follow(s, place, depth);
		return;
	}
	fd = planted_open(s, place->dir, place->name, place->path);
	if (fd >= 0)
		planted_judge_gitdir(s, fd, place->path, depth);
	else
		planted_add(s, place, "it leads git elsewhere");
}

void planted_judge_bare(struct planted_search *s, int dir, const char *path)
{
	if (host_is_bare(dir))
		planted_judge_gitdir(s, dir, path, 0);
}

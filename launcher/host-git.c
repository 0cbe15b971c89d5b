/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-git: the repositories of a workspace, as far as they are known without a search: its own,
 * with submodules and linked worktrees (gitrepository-layout(5)).
 *
 * Should find git directories by what git itself goes by. Mustn't trust a file of the workspace: an
 * earlier run may have written it. A directory outside is a worktree's only where it says so
 * itself.
 */
#include "host-guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listing.h"
#include "pool.h"

enum {
	REPOSITORIES_MAX = 4096,
	DEPTH_MAX = 16 /* parts of a submodule's name, submodules in each other */
};

static int read_common(struct guard_finder *s, const char *dir, const char *worktree, int depth);

static struct guard *hold(struct guard_finder *s, const char *path, const struct stat *st)
{
	struct guard guard = {.path = path,
			      .why = "git goes by its name",
			      .way = GUARD_HOLD,
			      .found = GUARD_DIRECTORY,
			      .id = {st->st_dev, st->st_ino}};

	return guards_add(s->guards, guard);
}

static void watch(struct guard_finder *s, const char *path, enum guard_sort sort, const char *why)
{
	struct guard guard = {.path = path, .why = why, .way = GUARD_WATCH, .sort = sort};

	(void)guards_add(s->guards, guard);
}

static int read_rows(struct guard_finder *s, const char *dir, enum guard_place place)
{
	for (const struct guard_row *row = guard_rows; row->name; row++) {
		const struct guard guard = {
			.way = GUARD_KEEP, .sort = row->sort, .why = guard_row_why(row)};

		if (row->place == place && !guard_is_lifted(s->policy, row) &&
		    guard_look(s, dir, row->name, guard))
			return -1;
	}
	return 0;
}

/* The file .git of a worktree elsewhere in the workspace. */
static int keep_gitfile(struct guard_finder *s, const char *worktree)
{
	const struct guard guard = {.way = GUARD_KEEP, .why = "leads git to its directory"};
	struct stat st;

	if (!worktree || !s->root || !str_path_within(worktree, s->root) ||
	    lstat(guard_join(worktree, ".git"), &st) || !S_ISREG(st.st_mode))
		return 0;
	return guard_look(s, worktree, ".git", guard);
}

/* Directories of git directories; each(s, path, depth) for every directory in dir. */
static int each_directory(struct guard_finder *s, const char *dir, int depth,
			  int (*each)(struct guard_finder *s, const char *path, int depth))
{
	struct listing listing;

	if (depth == DEPTH_MAX)
		return fail(s->e, ELOOP, "%s lies too deep for a git directory", dir);
	listing_read(dir, &listing);
	if (!listing.complete && listing.names.n)
		return fail(s->e, 0, "%s holds more than %d names", dir, LISTING_MOST);
	for (size_t i = 0; i < listing.directories.n; i++)
		if (each(s, guard_join(dir, listing.directories.v[i]), depth + 1))
			return -1;
	return 0;
}

/* A submodule's git directory, or a part of the path to one: names may have slashes. */
static int read_module(struct guard_finder *s, const char *dir, int depth)
{
	struct stat st;

	if (lstat(dir, &st) || !S_ISDIR(st.st_mode))
		return 0;
	(void)hold(s, dir, &st);
	if (lstat(guard_join(dir, "HEAD"), &st))
		return each_directory(s, dir, depth, read_module);
	return read_common(s, dir, NULL, depth);
}

/*
 * What the settings name that hold in the worktree: a repository's own, and the user's. Relative
 * paths lead into each worktree of the repository.
 */
static int read_settings(struct guard_finder *s, const char *dir, const char *worktree,
			 const char **moved)
{
	return host_read_gitconfig(s, guard_join(dir, "config"), worktree, moved) ||
			       host_read_gitconfig(s, guard_join(dir, "config.worktree"), worktree,
						   moved) ||
			       host_read_user_gitconfig(s, worktree)
		       ? -1
		       : 0;
}

/* The git directory of a linked worktree, and the file that leads there. */
static int read_worktree(struct guard_finder *s, const char *dir, int depth)
{
	const char *back, *root;
	struct stat st;

	(void)depth;
	if (lstat(dir, &st) || !S_ISDIR(st.st_mode))
		return 0;
	hold(s, dir, &st)->sort = GUARD_GITDIR;
	if (read_rows(s, dir, GUARD_IN_WORKTREE))
		return -1;
	back = host_read_line(guard_join(dir, "gitdir"));
	back = back ? host_resolve(dir, back) : NULL;
	if (!back || !str_equal(strrchr(back, '/'), "/.git"))
		return 0;
	root = pool_copy_n(back, strlen(back) - strlen("/.git"));
	return keep_gitfile(s, root) || read_settings(s, dir, root, NULL) ||
			       read_settings(s, host_resolve(dir, "../.."), root, NULL)
		       ? -1
		       : 0;
}

static int read_below(struct guard_finder *s, const char *dir, const char *name,
		      enum guard_sort sort, int depth,
		      int (*each)(struct guard_finder *s, const char *path, int depth))
{
	const char *path = guard_join(dir, name);
	struct stat st;

	watch(s, path, sort, "git directories are made there");
	if (lstat(path, &st) || !S_ISDIR(st.st_mode))
		return 0;
	(void)hold(s, path, &st);
	return each_directory(s, path, depth, each);
}

/* A git directory with settings and hooks of its own; worktree NULL: where its settings say. */
static int read_common(struct guard_finder *s, const char *dir, const char *worktree, int depth)
{
	const char *moved = NULL;
	struct stat st;
	size_t seen;

	if (map_get(&s->repositories, dir, &seen) || lstat(dir, &st) || !S_ISDIR(st.st_mode))
		return 0;
	if (s->repositories.n == REPOSITORIES_MAX)
		return fail(s->e, 0, "there are more than %d git directories", REPOSITORIES_MAX);
	map_put(&s->repositories, dir, 1);
	hold(s, dir, &st)->sort = GUARD_GITDIR;
	if (read_rows(s, dir, GUARD_IN_REPOSITORY) ||
	    read_settings(s, dir, worktree ? worktree : dir, &moved))
		return -1;
	moved = !worktree && moved ? host_resolve(dir, moved) : NULL;
	if (moved && (keep_gitfile(s, moved) || read_settings(s, dir, moved, NULL)))
		return -1;
	return read_below(s, dir, "modules", GUARD_REPOSITORIES, depth, read_module) ||
			       read_below(s, dir, "worktrees", GUARD_WORKTREES, depth,
					  read_worktree)
		       ? -1
		       : 0;
}

/* Does the git directory say by itself that it belongs to the worktree at root? */
static bool leads_back(struct guard_finder *s, const char *dir, const char *root)
{
	const char *back = host_read_line(guard_join(dir, "gitdir")), *moved = NULL;
	struct guards none = {0}, *guards = s->guards;
	bool good;

	if (back)
		return str_equal(host_resolve(dir, back), guard_join(root, ".git"));
	s->guards = &none;
	good = host_read_gitconfig(s, guard_join(dir, "config"), root, &moved) == 0 && moved &&
	       str_equal(host_resolve(dir, moved), root);
	s->guards = guards;
	return good;
}

/* Inside of what is shown already? */
static bool is_inside(const struct guard_finder *s, const char *path)
{
	return s->root && str_path_within(path, s->root);
}

/* root/.git leads to dir. */
static int follow(struct guard_finder *s, const char *root, const char *dir)
{
	const char *line = dir ? host_read_line(guard_join(dir, "commondir")) : NULL;
	const char *common = line ? host_resolve(dir, line) : dir;

	if (!common)
		return 0;
	if (!is_inside(s, dir) || !is_inside(s, common)) {
		if (!leads_back(s, dir, root) ||
		    (line && !str_equal(common, host_resolve(dir, "../..")))) {
			pool_list_add(&s->guards->notes,
				      pool_printf("%s/.git leads to %s, which does not lead back "
						  "and is not shown; if it is meant, name it with "
						  "--rw",
						  root, dir));
			return 0;
		}
		pool_list_add(&s->guards->grants, common);
	}
	return read_common(s, common, root, 0);
}

bool host_is_bare(int dir)
{
	static const char *const parts[] = {"HEAD", "commondir", "objects", "refs"};
	bool has[ARRAY_SIZE(parts)];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		has[i] =
			faccessat(dir, parts[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno == EACCES;
	return has[0] && (has[1] || (has[2] && has[3]));
}

/*
 * Where .git is none, or none any more, git takes the directory itself. Of the workspace that is
 * watched; of others it is looked at after the run (planted.c).
 */
static int read_bare(struct guard_finder *s, const char *root)
{
	autoclose int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && host_is_bare(fd))
		return read_common(s, root, root, 0);
	if (s->root && str_equal(root, s->root))
		watch(s, root, GUARD_BARE, "a repository's settings and hooks");
	return 0;
}

int host_read_repository(struct guard_finder *s, const char *root)
{
	const struct guard keep = {.way = GUARD_KEEP, .why = "leads git to its directory"};
	const char *path = guard_join(root, ".git"), *line;
	struct guard link = keep;
	char real[PATH_MAX];
	struct stat st;

	if (read_bare(s, root))
		return -1;
	if (lstat(path, &st)) {
		if (s->root && str_equal(root, s->root))
			watch(s, path, GUARD_REPOSITORY, "a repository's settings and hooks");
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return read_common(s, path, root, 0);
	if (S_ISLNK(st.st_mode)) {
		link.path = path;
		link.found = GUARD_LINK;
		link.id = (struct guard_id){st.st_dev, st.st_ino};
		(void)guards_add(s->guards, link);
		return realpath(path, real) ? follow(s, root, pool_copy(real)) : 0;
	}
	if (guard_look(s, root, ".git", keep))
		return -1;
	line = host_read_line(path);
	if (!line || !str_starts(line, "gitdir: "))
		return 0;
	return follow(s, root, host_resolve(root, line + strlen("gitdir: ")));
}

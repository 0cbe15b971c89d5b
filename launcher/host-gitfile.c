/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-gitfile: the files of git's that name other files.
 *
 * The settings of a repository are read as git reads them (gitconfig.c), with all that they
 * include, whatever the condition: what is not included today may be tomorrow.
 */
#include "host-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gitconfig.h"
#include "pool.h"

enum {
	TEXT_MOST = 1 << 20, /* bytes of a file of settings */
	DEPTH_MOST = 10	     /* git follows no more includes in each other */
};

struct settings {
	struct guard_finder *s;
	const char *file, *worktree;
	const char **moved;
	bool of_user; /* the settings hold for every repository */
	int depth;
};

static int read_settings(const struct settings *c);

/* What a plain file holds, up to `most` bytes; NULL where it is none, or longer. */
static const char *read_text(const char *file, size_t most, size_t *n)
{
	autoclose int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char *text;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > most)
		return NULL;
	text = pool_alloc((size_t)st.st_size + 1);
	got = fd_read_full(fd, text, (size_t)st.st_size);
	*n = got < 0 ? 0 : (size_t)got;
	return got < 0 ? NULL : text;
}

const char *host_read_line(const char *file)
{
	size_t n;
	const char *text = read_text(file, PATH_MAX + 64, &n);

	while (text && n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	return text && n && !memchr(text, 0, n) ? pool_copy_n(text, n) : NULL;
}

/* An absolute path without ".", ".." and "//", by its text alone. */
static const char *tidy(const char *path)
{
	char *text = pool_alloc(strlen(path) + 2);
	size_t n = 0;

	for (size_t k; *path; path += k) {
		path += strspn(path, "/");
		k = strcspn(path, "/");
		if (k == 0 || (k == 1 && path[0] == '.'))
			continue;
		if (k == 2 && path[0] == '.' && path[1] == '.') {
			while (n && text[--n] != '/')
				continue;
			continue;
		}
		text[n++] = '/';
		memcpy(text + n, path, k);
		n += k;
	}
	text[n ? n : 1] = '\0';
	text[0] = '/';
	return text;
}

/* The longest part of the path that is there is made canonical; the rest is taken as it is written.
 */
const char *host_resolve(const char *dir, const char *text)
{
	const char *path = text[0] == '/' ? text : guard_join(dir, text);
	char real[PATH_MAX], part[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return NULL;
	memcpy(part, path, n + 1);
	while (n > 1) {
		while (n > 1 && part[n - 1] == '/')
			n--;
		part[n] = '\0';
		if (realpath(part, real))
			return tidy(pool_printf("%s/%s", real, path + n));
		while (n > 1 && part[n - 1] != '/')
			n--;
	}
	return tidy(path);
}

static const char *expand(const char *dir, const char *value)
{
	struct policy_places places;

	if (value[0] != '~' || value[1] != '/')
		return host_resolve(dir, value);
	policy_read_places(&places);
	return places.home ? host_resolve(places.home, value + 2) : NULL;
}

static int guard_file(struct guard_finder *s, const char *path, enum guard_sort sort,
		      const char *why)
{
	const struct guard guard = {.way = GUARD_KEEP, .sort = sort, .why = why};

	/* What lies outside of the workspace is nobody's to change inside, or the policy's to name.
	 */
	if (!path || !s->root || !str_path_within(path, s->root) || str_equal(path, s->root))
		return 0;
	return guard_look(s, s->root, path + strlen(s->root) + 1, guard);
}

/* A command of the user's own settings that names a file of the workspace: "sh scripts/clean.sh".
 */
static int guard_words(const struct settings *c, const char *value)
{
	static const char blanks[] = " \t\r\n!\"'=;|&()<>`$";

	for (size_t n; *value; value += n) {
		const char *path;
		struct stat st;

		value += strspn(value, blanks);
		n = strcspn(value, blanks);
		if (!memchr(value, '/', n))
			continue;
		path = host_resolve(c->worktree, pool_copy_n(value, n));
		if (path && lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    guard_file(c->s, path, GUARD_ANY, "a setting of git's makes git run it"))
			return -1;
	}
	return 0;
}

static int include(const struct settings *c, const char *value)
{
	const char *slash = strrchr(c->file, '/');
	struct settings next = *c;

	next.file = expand(pool_copy_n(c->file, (size_t)(slash - c->file) + 1), value);
	if (!next.file || next.depth++ == DEPTH_MOST)
		return 0;
	if (guard_file(c->s, next.file, GUARD_CONFIG, "a setting of git's includes it"))
		return -1;
	return read_settings(&next);
}

static bool is_truth(const char *value)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "1", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return !*value;
}

static void add_hooks(struct str_list *hooks, const char *value)
{
	size_t n = strlen(value);

	while (n && value[n - 1] == '/')
		n--;
	value = pool_copy_n(value, n);
	while (str_starts(value, "./"))
		value += 2;
	if (!str_path_is_plain(pool_printf("/%s", value)))
		return;
	for (size_t i = 0; i < hooks->n; i++)
		if (str_equal(hooks->v[i], value))
			return;
	pool_list_add(hooks, value);
}

/* A relative one leads into the worktree of whatever repository git is in. */
static int read_hooks_path(const struct settings *c, const char *value)
{
	if (guard_file(c->s, expand(c->worktree, value), GUARD_HOOKS, "core.hooksPath leads there"))
		return -1;
	if (c->of_user && value[0] != '/' && value[0] != '~')
		add_hooks(&c->s->guards->hooks, value);
	return 0;
}

static int read_setting(const char *key, const char *value, void *data)
{
	const struct settings *c = data;
	size_t n = strlen(key);

	if (!value)
		return 0;
	if (str_equal(key, "include.path") ||
	    (str_starts(key, "includeif.") && n > 15 && str_equal(key + n - 5, ".path")))
		return include(c, value) ? 1 : 0;
	if (str_equal(key, "core.hookspath"))
		return read_hooks_path(c, value) ? 1 : 0;
	if (str_equal(key, "core.worktree")) {
		if (c->moved)
			*c->moved = value;
		return 0;
	}
	if (str_equal(key, "core.fsmonitor") && is_truth(value))
		return 0;
	return gitconfig_is_risky(key, value) && guard_words(c, value) ? 1 : 0;
}

/* A file that is not there, or that git would refuse, names nothing. */
static int read_settings(const struct settings *c)
{
	size_t n;
	const char *text = read_text(c->file, TEXT_MOST, &n);
	struct settings data = *c;

	return text && gitconfig_read(text, n, read_setting, &data) > 0 ? -1 : 0;
}

int host_read_gitconfig(struct guard_finder *s, const char *file, const char *worktree,
			const char **moved)
{
	const struct settings c = {s, file, worktree, moved, false, 0};

	return read_settings(&c);
}

/*
 * By git-config(1), FILES: all of them, whatever the caller's environment says is not read today. A
 * file that is not there names nothing; one that may not be read is told of.
 */
static void list_user_files(struct guard_finder *s)
{
	struct policy_places places;
	const char *files[5];

	policy_read_places(&places);
	files[0] = "/etc/gitconfig";
	files[1] = getenv("GIT_CONFIG_SYSTEM");
	files[2] = getenv("GIT_CONFIG_GLOBAL");
	files[3] = places.config ? guard_join(places.config, "git/config") : NULL;
	files[4] = places.home ? guard_join(places.home, ".gitconfig") : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (!files[i] || files[i][0] != '/')
			continue;
		if (access(files[i], R_OK) == 0)
			pool_list_add(&s->user_files, files[i]);
		else if (errno != ENOENT && errno != ENOTDIR)
			pool_list_add(&s->guards->notes,
				      pool_printf("%s cannot be read by uid %u (%s): hooks that it "
						  "may name are not guarded",
						  files[i], geteuid(), strerror(errno)));
	}
	s->knows_user_files = true;
}

int host_read_user_gitconfig(struct guard_finder *s, const char *worktree)
{
	if (!s->knows_user_files)
		list_user_files(s);
	for (size_t i = 0; i < s->user_files.n; i++) {
		const struct settings c = {s, s->user_files.v[i], worktree, NULL, true, 0};

		if (read_settings(&c))
			return -1;
	}
	return 0;
}

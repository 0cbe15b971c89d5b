/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find: see find.h.
 *
 * Should look at each directory once for all patterns, and only where one can still match. Mustn't
 * follow a symbolic link: what it leads to is looked at in its own place, or is not shown at all.
 * Mustn't end early without an error: a search that was cut short would be a guard with holes.
 */
#include "find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"
#include "uapi.h"

/* A pattern, cut at its slashes. State i is that the first i parts have matched. */
struct pattern {
	const char *parts[FIND_PARTS_MAX];
	size_t n;
};

struct search {
	struct pattern patterns[FIND_PATTERNS_MAX];
	size_t patterns_n;
	uint64_t names, seen;
	const char *dir;
	int (*each)(const char *path, void *data);
	void *data;
	struct err *e;
};

struct states {
	uint64_t of[FIND_PATTERNS_MAX];
};

bool find_is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static int add_pattern(struct search *s, const char *text)
{
	struct pattern *p = &s->patterns[s->patterns_n];

	if (s->patterns_n++ == FIND_PATTERNS_MAX)
		return fail(s->e, 0, "more than %d patterns for %s", FIND_PATTERNS_MAX, s->dir);
	for (size_t n; *text; text += n + (text[n] == '/')) {
		n = strcspn(text, "/");
		if (n == 0)
			continue;
		if (p->n == FIND_PARTS_MAX)
			return fail(s->e, 0, "the pattern has more than %d parts", FIND_PARTS_MAX);
		p->parts[p->n++] = pool_copy_n(text, n);
	}
	return 0;
}

/* "**" may stand for nothing: who is before it is behind it as well. */
static uint64_t close_states(const struct pattern *p, uint64_t states)
{
	for (size_t i = 0; i < p->n; i++)
		if ((states >> i & 1) && str_equal(p->parts[i], "**"))
			states |= UINT64_C(1) << (i + 1);
	return states;
}

/* The states behind one more part. True where a pattern has matched whole. */
static bool step(const struct search *s, const struct states *now, const char *name,
		 struct states *next, bool *more)
{
	bool whole = false;

	*more = false;
	for (size_t k = 0; k < s->patterns_n; k++) {
		const struct pattern *p = &s->patterns[k];
		uint64_t states = 0, last = UINT64_C(1) << p->n;

		for (size_t i = 0; i < p->n; i++) {
			if (!(now->of[k] >> i & 1))
				continue;
			if (str_equal(p->parts[i], "**"))
				states |= UINT64_C(1) << i;
			else if (fnmatch(p->parts[i], name, FNM_CASEFOLD) == 0)
				states |= UINT64_C(1) << (i + 1);
		}
		states = close_states(p, states);
		whole |= (states & last) != 0;
		*more |= (states & ~last) != 0;
		next->of[k] = states;
	}
	return whole;
}

static int refuse_budget(const struct search *s)
{
	err_remedy(s->e,
		   "Name the files, or begin the pattern with a directory: \"config/**/.env\". "
		   "Or allow a longer search: --search-names.");
	return fail(s->e, 0, "there are more than %llu names to look at below %s",
		    (unsigned long long)s->names, s->dir);
}

/*
 * The directory could not be opened. One that neither the agent's id owns nor may enter is closed
 * to the agent too; in any other the agent could find what was looked for.
 */
static int judge_unreadable(const struct search *s, int parent, const char *name, const char *path,
			    int num)
{
	struct stat st;

	if (num == ENOENT || num == ENOTDIR || num == ELOOP)
		return 0;
	if (num == EACCES && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_uid != geteuid() && faccessat(parent, name, X_OK, AT_EACCESS))
		return 0;
	err_remedy(s->e, "Make it readable to you, or name the files that are meant.");
	return fail(s->e, num, "cannot search %s", path);
}

static int walk(struct search *s, int fd, const char *path, const struct states *now);

static int visit(struct search *s, int dir, const char *path, const struct dirent *entry,
		 const struct states *now)
{
	const char *full;
	struct states next;
	bool more, whole;
	int fd;

	if (s->seen++ == s->names)
		return refuse_budget(s);
	whole = step(s, now, entry->d_name, &next, &more);
	if (!whole && (!more || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)))
		return 0;
	full = pool_printf("%s/%s", path[1] ? path : "", entry->d_name);
	if (whole)
		return s->each(full, s->data);
	fd = openat(dir, entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return judge_unreadable(s, dir, entry->d_name, full, errno);
	return walk(s, fd, full, &next);
}

/* Takes fd. */
static int walk(struct search *s, int fd, const char *path, const struct states *now)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int rc = 0;

	if (!dir) {
		(void)close(fd);
		return fail(s->e, errno, "list %s", path);
	}
	while (rc == 0 && (errno = 0, entry = readdir(dir)))
		if (!str_equal(entry->d_name, ".") && !str_equal(entry->d_name, ".."))
			rc = visit(s, dirfd(dir), path, entry, now);
	if (rc == 0 && errno)
		rc = fail(s->e, errno, "list %s", path);
	(void)closedir(dir);
	return rc;
}

int find_names(const char *dir, const struct str_list *patterns, uint64_t names,
	       int (*each)(const char *path, void *data), void *data, struct err *e)
{
	struct search *s = pool_alloc(sizeof(*s));
	struct states start = {{0}};
	int fd;

	*s = (struct search){.names = names, .dir = dir, .each = each, .data = data, .e = e};
	for (size_t i = 0; i < patterns->n; i++) {
		if (add_pattern(s, patterns->v[i]))
			return -1;
		start.of[i] = close_states(&s->patterns[i], 1);
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(e, errno, "search %s", dir);
	return walk(s, fd, dir, &start);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard-look: what one name is that is to be guarded.
 *
 * Each part of the name is looked at by itself, so that the paths are canonical, and a link on the
 * way is a guarded name too: whoever could change it would change what the name means.
 */
#include "host-guard.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"

enum { HOPS_MAX = 16 }; /* links on the way to one name */

/* One name on its way: rest lies below base, a directory by its canonical path. */
struct way {
	const char *base, *rest;
	int hops;
};

static int look(struct guard_finder *s, struct way w, struct guard guard);

const char *guard_join(const char *dir, const char *name)
{
	return pool_printf("%s/%s", dir[1] ? dir : "", name);
}

static void remember_dir(struct guard_finder *s, const char *path, struct guard_id id)
{
	size_t n = s->ids_n;

	s->ids = pool_grow(s->ids, n, sizeof(*s->ids));
	map_put(&s->dirs, path, n);
	s->ids[s->ids_n++] = id;
}

/* Most names of a list lie beside each other. */
static struct guard_id id_of_dir(struct guard_finder *s, const char *dir)
{
	struct stat st;
	size_t i;

	if (map_get(&s->dirs, dir, &i))
		return s->ids[i];
	if (lstat(dir, &st))
		return (struct guard_id){0, 0};
	remember_dir(s, dir, (struct guard_id){st.st_dev, st.st_ino});
	return s->ids[s->ids_n - 1];
}

/* A link that leads nowhere: whatever is made where it leads will be what is named. */
static int look_behind_nothing(struct guard_finder *s, struct way w, const char *path,
			       struct guard guard)
{
	char text[PATH_MAX], real[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text) - 1);
	const char *target, *name;

	while (n > 1 && text[n - 1] == '/')
		n--;
	if (n <= 0)
		return 0;
	target = text[0] == '/' ? pool_copy_n(text, (size_t)n)
				: guard_join(w.base, pool_copy_n(text, (size_t)n));
	name = strrchr(target, '/') + 1;
	if (!*name || str_equal(name, ".") || str_equal(name, "..") ||
	    !realpath(pool_copy_n(target, (size_t)(name - target)), real))
		return 0;
	w.base = pool_copy(real);
	w.rest = *w.rest ? guard_join(name, w.rest) : name;
	return look(s, w, guard);
}

/* The name is a link: it is guarded, and so is what it leads to. */
static int look_behind(struct guard_finder *s, struct way w, const char *path, struct guard guard)
{
	char real[PATH_MAX];
	const char *slash;

	if (w.hops-- == 0)
		return fail(s->e, ELOOP, "follow the links of %s", path);
	if (!realpath(path, real)) {
		if (errno == ENOENT || errno == ENOTDIR || errno == EACCES)
			return look_behind_nothing(s, w, path, guard);
		return fail(s->e, errno, "follow the link %s", path);
	}
	if (*w.rest) {
		w.base = pool_copy(real);
		return look(s, w, guard);
	}
	slash = strrchr(real, '/');
	w.base = slash == real ? "/" : pool_copy_n(real, (size_t)(slash - real));
	w.rest = pool_copy(slash + 1);
	return *w.rest ? look(s, w, guard) : 0;
}

static void add_found(struct guard_finder *s, const char *base, struct guard guard,
		      const struct stat *st)
{
	guard.found = S_ISDIR(st->st_mode)   ? GUARD_DIRECTORY
		      : S_ISLNK(st->st_mode) ? GUARD_LINK
					     : GUARD_FILE;
	guard.id = (struct guard_id){st->st_dev, st->st_ino};
	guard.parent = id_of_dir(s, base);
	(void)guards_add(s->guards, guard);
	if (guard.way >= GUARD_KEEP && S_ISREG(st->st_mode) && st->st_nlink > 1)
		pool_list_add(&s->guards->notes,
			      pool_printf("%s has %lu names (hard links), and is as open as the "
					  "others are",
					  guard.path, (unsigned long)st->st_nlink));
}

static void add_absent(struct guard_finder *s, struct way w, struct guard guard)
{
	guard.path = guard_join(w.base, w.rest);
	guard.parent = id_of_dir(s, w.base);
	(void)guards_add(s->guards, guard);
}

/* It cannot be seen. Where that is another's directory, the agent cannot see it either. */
static int judge_unseen(struct guard_finder *s, struct way w, const char *path, struct guard guard,
			int num)
{
	struct stat st;

	if (num == ENOENT || num == ENOTDIR) {
		add_absent(s, w, guard);
		return 0;
	}
	if (num == EACCES && stat(w.base, &st) == 0 && st.st_uid != s->host->id.uid)
		return 0;
	err_remedy(s->e, "Make the directory readable to you.");
	return fail(s->e, num, "look at %s, which is to be guarded", path);
}

static int look(struct guard_finder *s, struct way w, struct guard guard)
{
	size_t n = strcspn(w.rest, "/"), known;
	const char *path = guard_join(w.base, pool_copy_n(w.rest, n));
	struct way next = {path, w.rest[n] ? w.rest + n + 1 : w.rest + n, w.hops};
	struct guard step = guard;
	struct stat st;

	if (*next.rest && guard.way == GUARD_DENY && map_get(&s->dirs, path, &known))
		return look(s, next, guard);
	step.path = path;
	if (lstat(path, &st))
		return judge_unseen(s, w, path, guard, errno);
	if (S_ISLNK(st.st_mode)) {
		if (*next.rest && guard.way == GUARD_DENY)
			step.way = GUARD_WATCH;
		add_found(s, w.base, step, &st);
		next.base = w.base;
		return look_behind(s, next, path, guard);
	}
	if (!*next.rest) {
		add_found(s, w.base, step, &st);
		return 0;
	}
	if (!S_ISDIR(st.st_mode)) {
		add_absent(s, w, guard);
		return 0;
	}
	remember_dir(s, path, (struct guard_id){st.st_dev, st.st_ino});
	if (guard.way == GUARD_KEEP && !strchr(next.rest, '/')) {
		step.way = GUARD_HOLD;
		add_found(s, w.base, step, &st);
	}
	return look(s, next, guard);
}

int guard_look(struct guard_finder *s, const char *base, const char *name, struct guard guard)
{
	return look(s, (struct way){base, name, HOPS_MAX}, guard);
}

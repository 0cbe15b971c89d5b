/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planted: what has become of the guarded names, once every process inside is dead.
 *
 * Should find whatever git, a shell, an editor or a CI would find under the name, links included,
 * and move that and nothing more. Mustn't trust what is there: names are opened part by part below
 * a descriptor, and what is moved is moved as it is. Another run, or somebody, may change the tree
 * at the same time: then something else of the same name is moved, or nothing.
 */
#include "planted.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "host-guard.h"
#include "listing.h"
#include "pool.h"
#include "uapi.h"

struct walker {
	struct planted_search s;
	int root, top; /* the workspace and "/", or -1 */
	struct listing listing;
	const char *parent; /* the directory that was opened last, and itself */
	int parent_fd;
};

enum where {
	WHERE_NOTHING,
	WHERE_HERE,
	WHERE_LINK /* a link on the way leads to something: that link is meant */
};

static const char *why_of(const char *path)
{
	for (const struct guard_row *row = guard_rows; row->name; row++) {
		size_t n = strlen(row->name), all = strlen(path);

		if (all > n + 1 && path[all - n - 1] == '/' && str_equal(path + all - n, row->name))
			return guard_row_why(row);
	}
	return "it was to be guarded";
}

static struct planted *add(struct planted_search *s, const char *path, const char *why)
{
	struct findings *f = s->findings;

	f->v = pool_grow(f->v, f->n, sizeof(*f->v));
	f->v[f->n] = (struct planted){.path = path, .why = why ? why : why_of(path)};
	return &f->v[f->n++];
}

void planted_add(struct planted_search *s, const struct place *place, const char *why)
{
	struct planted *p = add(s, place->path, why);
	struct err e = {0};

	p->moved = quarantine_move(s->to, place->dir, place->name, &p->to, &e) == 0;
	if (!p->moved)
		p->to = e.num ? pool_printf("%s: %s", e.what, err_name(e.num)) : pool_copy(e.what);
}

void planted_tell(struct planted_search *s, const char *path, const char *why)
{
	struct planted *p = add(s, path, why);

	p->is_left = true;
	p->to = "it is left where it is";
}

/* Its owner may always open a directory up; nobody else could have closed it from inside. */
static int open_up(struct planted_search *s, int dir, const char *path)
{
	char link[40];
	struct stat st;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	if (fstat(dir, &st) || (st.st_mode & 0700) == 0700 ||
	    chmod(link, (st.st_mode & 07777) | 0700)) {
		planted_tell(s, path, "it cannot be looked into");
		return -1;
	}
	pool_list_add(&s->findings->notes,
		      pool_printf("%s had been closed (mode %04o): it is open to its owner again",
				  path, (unsigned int)st.st_mode & 07777));
	return 0;
}

static int open_plainly(int dir, const char *name, uint64_t flags)
{
	const struct uapi_open_how how = {O_DIRECTORY | O_CLOEXEC | flags, 0,
					  UAPI_RESOLVE_NO_SYMLINKS};

	return sys_openat2(dir, name, &how);
}

int planted_open(struct planted_search *s, int dir, const char *name, const char *path)
{
	int fd = open_plainly(dir, name, O_RDONLY);
	autoclose int closed = -1;

	if (fd >= 0 || errno != EACCES)
		return fd;
	closed = open_plainly(dir, name, O_PATH);
	return closed < 0 || open_up(s, closed, path) ? -1 : open_plainly(dir, name, O_RDONLY);
}

bool planted_is_magic(int dir, const char *path)
{
	static const struct uapi_open_how how = {O_PATH | O_CLOEXEC, 0, UAPI_RESOLVE_NO_MAGICLINKS};
	autoclose int fd = sys_openat2(dir, path, &how);

	return fd < 0 && errno == ELOOP;
}

bool planted_look(struct planted_search *s, int dir, const char *name, const char *path,
		  struct place *place)
{
	*place = (struct place){.dir = dir, .name = name, .path = path};
	if (fstatat(dir, name, &place->st, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	return errno == EACCES &&
	       open_up(s, dir, pool_copy_n(path, (size_t)(strrchr(path, '/') - path))) == 0 &&
	       fstatat(dir, name, &place->st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Where the path begins that is walked: the workspace, or the root of the host. */
static int base_of(struct walker *w, const char *path, const char **rest)
{
	const char *root = w->s.journal->workspace;

	if (root && w->root >= 0 && str_path_within(path, root)) {
		*rest = path + strlen(root) + (path[strlen(root)] == '/');
		return w->root;
	}
	if (w->top < 0)
		w->top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	*rest = path + 1;
	return w->top;
}

/* Goes down to the directory that holds the name; a link that leads on is where it stops. */
static enum where walk(struct walker *w, const char *path, struct place *place)
{
	const char *slash = strrchr(path, '/'), *parent, *rest;
	int dir = base_of(w, path, &rest);

	if (dir < 0 || (dir == w->root && !listing_may_have(&w->listing, rest)))
		return WHERE_NOTHING;
	parent = pool_copy_n(path, (size_t)(slash - path));
	if (w->parent && str_equal(parent, w->parent))
		return planted_look(&w->s, w->parent_fd, slash + 1, path, place) ? WHERE_HERE
										 : WHERE_NOTHING;
	w->parent = NULL;
	fd_cleanup(&w->parent_fd);
	w->parent_fd = -1;
	for (const char *next; (next = strchr(rest, '/')); rest = next + 1) {
		const char *name = pool_copy_n(rest, (size_t)(next - rest));
		const char *here = pool_copy_n(path, (size_t)(next - path));
		int fd = planted_open(&w->s, dir, name, here);
		struct stat st;

		if (fd < 0)
			return planted_look(&w->s, dir, name, here, place) &&
					       S_ISLNK(place->st.st_mode) &&
					       (planted_is_magic(dir, name) ||
						fstatat(dir, rest, &st, 0) == 0)
				       ? WHERE_LINK
				       : WHERE_NOTHING;
		fd_cleanup(&w->parent_fd);
		w->parent_fd = dir = fd;
		w->parent = here;
	}
	return planted_look(&w->s, dir, rest, path, place) ? WHERE_HERE : WHERE_NOTHING;
}

static bool is_same(struct guard_id id, const struct stat *st)
{
	return id.dev == st->st_dev && id.ino == st->st_ino;
}

/* There was nothing, or nothing that could be covered. */
static void judge_new(struct walker *w, const struct guard *g, const struct place *place)
{
	struct planted_search *s = &w->s;
	autoclose int dir = -1;

	switch (g->sort) {
	case GUARD_CONFIG:
		if (planted_is_config(s, place))
			planted_add(s, place, NULL);
		return;
	case GUARD_HOOKS:
		if (planted_is_hooks(s, place))
			planted_add(s, place, NULL);
		return;
	case GUARD_REPOSITORY:
		planted_judge_repository(s, place, 0);
		return;
	case GUARD_REPOSITORIES:
	case GUARD_WORKTREES:
	case GUARD_BARE:
		dir = planted_open(s, place->dir, place->name, place->path);
		if (dir < 0 && !S_ISDIR(place->st.st_mode))
			planted_add(s, place, "git directories are looked for there");
		else if (dir >= 0 && g->sort == GUARD_REPOSITORIES)
			planted_judge_modules(s, dir, place->path, 0);
		else if (dir >= 0 && g->sort == GUARD_WORKTREES)
			planted_judge_worktrees(s, dir, place->path);
		return;
	case GUARD_BACKLINK:
		return;
	default:
		/* Whatever else is believed of it, what was there before the run is not the run's.
		 */
		if (g->found == GUARD_ABSENT || !is_same(g->id, &place->st))
			planted_add(s, place, NULL);
	}
}

/*
 * Something else is there than what was covered. Nobody inside could touch that, nor its name: so
 * either the directory above was moved away from around it, and this is planted; or somebody
 * outside has put something in its place, which from then on was open to the command.
 */
static void judge_other(struct walker *w, const struct guard *g, const struct place *place)
{
	struct stat parent;

	if (fstat(place->dir, &parent) == 0 && is_same(g->parent, &parent))
		planted_tell(&w->s, place->path,
			     "somebody outside has replaced it in the run, and the command could "
			     "change it from then on");
	else if (g->way >= GUARD_KEEP)
		judge_new(w, g, place);
}

static void judge(struct walker *w, const struct plan_guard *pg)
{
	const struct guard *g = &pg->guard;
	struct place place;

	if (g->sort == GUARD_BARE) {
		planted_judge_bare(&w->s, w->root, g->path);
		return;
	}
	switch (walk(w, g->path, &place)) {
	case WHERE_NOTHING:
		return;
	case WHERE_LINK:
		planted_add(&w->s, &place,
			    pool_printf("it leads to a %s", strrchr(g->path, '/') + 1));
		return;
	case WHERE_HERE:
		break;
	}
	if (pg->how == GUARD_BY_END)
		judge_new(w, g, &place);
	else if (!is_same(g->id, &place.st))
		judge_other(w, g, &place);
}

/* Directories beside each other in the workspace: each may have become a repository. */
static void judge_beside(struct walker *w)
{
	const struct str_list *list = &w->listing.directories;

	for (size_t i = 0; w->root >= 0 && i < list->n; i++) {
		const char *path = guard_join(w->s.journal->workspace, list->v[i]);
		const char *git = guard_join(path, ".git");
		autoclose int dir = -1;
		struct place place;
		size_t known;

		if (str_equal(list->v[i], ".git"))
			continue;
		dir = planted_open(&w->s, w->root, list->v[i], path);
		if (dir < 0)
			continue;
		if (!map_get(&w->s.journal->by_path, git, &known) &&
		    planted_look(&w->s, dir, ".git", git, &place))
			planted_judge_repository(&w->s, &place, 0);
		/* git takes the directory itself where its .git is none. */
		if (!map_get(&w->s.journal->by_path, path, &known))
			planted_judge_bare(&w->s, dir, path);
	}
}

void planted_find(const struct journal *journal, struct quarantine *to, struct findings *findings)
{
	struct walker w = {.s = {.journal = journal, .to = to, .findings = findings},
			   .root = -1,
			   .top = -1,
			   .parent_fd = -1};

	if (journal->workspace) {
		w.root = planted_open(&w.s, AT_FDCWD, journal->workspace, journal->workspace);
		listing_read(journal->workspace, &w.listing);
	}
	for (size_t i = 0; i < journal->n; i++)
		judge(&w, &journal->v[i]);
	judge_beside(&w);
	if (w.root >= 0 && planted_wants_all(&w.s, &w.listing))
		planted_search_all(&w.s, w.root);
	findings->cut = w.s.cut || w.s.deep;
	if (findings->cut)
		pool_list_add(
			&findings->notes,
			pool_printf("not everything was searched: there are more than %u names, "
				    "or %d levels (--search-names allows more names)",
				    journal->names, 256));
	fd_cleanup(&w.parent_fd);
	fd_cleanup(&w.root);
	fd_cleanup(&w.top);
}

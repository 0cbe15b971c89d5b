/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-guard: what there is of the names that are to be guarded.
 *
 * Should look, with the agent's own rights, at what the rows and the policy name, and walk only
 * where the policy has a pattern: what a start costs depends on the rules, not on the size of the
 * workspace. Mustn't change anything.
 */
#include "host-guard.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"
#include "listing.h"
#include "pool.h"

bool guard_is_lifted(const struct policy *policy, const struct guard_row *row)
{
	const char *name =
		row->place == GUARD_IN_TREE ? row->name : pool_printf(".git/%s", row->name);

	for (size_t i = 0; i < policy->unprotect.n; i++)
		if (str_equal(policy->unprotect.v[i], name) ||
		    str_equal(policy->unprotect.v[i], row->group))
			return true;
	return false;
}

/* A name that is lifted must be one of ours: a slip would leave the row as it is, unseen. */
static int check_lifted(const struct policy *policy, struct err *e)
{
	for (size_t i = 0; i < policy->unprotect.n; i++) {
		struct policy one = {.unprotect = {&policy->unprotect.v[i], 1}};
		const struct guard_row *row = guard_rows;

		while (row->name && !guard_is_lifted(&one, row))
			row++;
		if (row->name)
			continue;
		err_where(e, "--unprotect");
		err_remedy(e, "`pinfold protected` lists the names and their groups.");
		return fail(e, 0, "\"%s\" is not protected by default", policy->unprotect.v[i]);
	}
	return 0;
}

/* Names below the root of the workspace. */
static int read_rows(struct guard_finder *s, const struct listing *listing)
{
	for (const struct guard_row *row = guard_rows; row->name; row++) {
		struct guard guard = {
			.way = GUARD_KEEP, .sort = row->sort, .why = guard_row_why(row)};

		if (row->place != GUARD_IN_TREE || guard_is_lifted(s->policy, row))
			continue;
		if (listing_may_have(listing, row->name)) {
			if (guard_look(s, s->root, row->name, guard))
				return -1;
			continue;
		}
		guard.path = guard_join(s->root, row->name);
		(void)guards_add(s->guards, guard);
	}
	return 0;
}

static int read_workspace(struct guard_finder *s)
{
	struct listing listing;

	listing_read(s->root, &listing);
	if (read_rows(s, &listing) || host_read_user_gitconfig(s, s->root) ||
	    host_read_repository(s, s->root))
		return -1;
	/* Repositories that lie beside each other in the workspace. */
	for (size_t i = 0; i < listing.directories.n; i++) {
		const char *name = listing.directories.v[i];

		if (!str_equal(name, ".git") && host_read_repository(s, guard_join(s->root, name)))
			return -1;
	}
	if (!listing.complete)
		pool_list_add(
			&s->guards->notes,
			pool_printf("%s holds more than %d names: repositories among them were "
				    "looked for in that many; name others with --protect",
				    s->root, LISTING_MOST));
	return 0;
}

/* ---- what the policy names ------------------------------------------------------------------ */

struct match {
	struct guard_finder *s;
	struct guard guard;
};

static int add_match(const char *path, void *data)
{
	const struct match *m = data;
	const char *slash = strrchr(path, '/');

	return guard_look(m->s, slash == path ? "/" : pool_copy_n(path, (size_t)(slash - path)),
			  slash + 1, m->guard);
}

/* The directory before the first part with a "*" in it, and the rest. */
static const char *split_pattern(const char *text, const char **dir)
{
	const char *end = text + strcspn(text, "*?[");

	while (end > text && end[-1] != '/')
		end--;
	*dir = end - text > 1 ? pool_copy_n(text, (size_t)(end - text) - 1) : "/";
	return end;
}

static int search(struct guard_finder *s, const char *dir, const struct str_list *patterns,
		  struct guard guard)
{
	struct match m = {s, guard};
	char real[PATH_MAX];

	if (!realpath(dir, real))
		return errno == ENOENT || errno == ENOTDIR ? 0
							   : fail(s->e, errno, "search %s", dir);
	return find_names(pool_copy(real), patterns,
			  s->policy->search_names ? s->policy->search_names : FIND_NAMES, add_match,
			  &m, s->e);
}

static int read_name(struct guard_finder *s, const char *text, const char *base, struct guard guard)
{
	char real[PATH_MAX];

	if (!str_path_is_plain(text[0] == '/' ? text : pool_printf("/%s", text))) {
		err_remedy(s->e,
			   "Write it without \".\", \"..\" and \"//\", absolute or relative to the "
			   "workspace.");
		return fail(s->e, 0, "\"%s\" is not a plain path", text);
	}
	if (text[0] == '/' && s->root && str_path_within(text, s->root) &&
	    !str_equal(text, s->root))
		text += strlen(s->root) + 1;
	if (text[0] == '/')
		return guard_look(s, "/", text + 1, guard);
	if (!base || !realpath(base, real))
		return fail(s->e, base ? errno : 0, "\"%s\" is relative to no directory", text);
	return guard_look(s, pool_copy(real), text, guard);
}

/* --deny or --protect: names as they are, and all relative patterns in one walk. */
static int read_list(struct guard_finder *s, const struct str_list *list, const char *option,
		     struct guard guard)
{
	const char *base = s->root ? s->root : s->host->cwd;
	struct str_list relative = {NULL, 0};

	err_where(s->e, "%s", option);
	guard.why = option;
	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->v[i], *dir;
		struct str_list one = {NULL, 0};

		if (!find_is_pattern(text)) {
			if (read_name(s, text, base, guard))
				return -1;
		} else if (text[0] != '/') {
			pool_list_add(&relative, text);
		} else {
			pool_list_add(&one, split_pattern(text, &dir));
			if (search(s, dir, &one, guard))
				return -1;
		}
	}
	if (relative.n && !base)
		return fail(s->e, 0, "\"%s\" is relative to no directory", relative.v[0]);
	if (relative.n && search(s, base, &relative, guard))
		return -1;
	s->e->where[0] = '\0';
	return 0;
}

const char *host_workspace(const struct policy *policy, const struct host *host)
{
	size_t i;

	if (!policy->workspace || !map_get(&host->paths_by_name, policy->workspace, &i))
		return NULL;
	return host->paths[i].num || !host->paths[i].is_dir || host->paths[i].is_link
		       ? NULL
		       : host->paths[i].real;
}

int host_read_guards(const struct policy *policy, struct host *host, struct err *e)
{
	const struct guard deny = {.way = GUARD_DENY}, keep = {.way = GUARD_KEEP};
	struct guard_finder s = {.policy = policy,
				 .host = host,
				 .root = host_workspace(policy, host),
				 .guards = &host->guards,
				 .e = e};

	if (check_lifted(policy, e) || read_list(&s, &policy->deny, "--deny", deny) ||
	    read_list(&s, &policy->protect, "--protect", keep))
		return -1;
	if (s.root && read_workspace(&s))
		return err_where(e, "--workspace");
	guards_sort(&host->guards);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-paths: the mounts of what the policy names: --ro, --rw, --workspace and --agent.
 *
 * Pure, like plan-view.c. No destination may hide, or lie inside, another; a path that cannot be
 * shown is refused in words that name it and the way on.
 */
#include "plan-view.h"

#include <errno.h>
#include <string.h>

#include "pool.h"

static int check_plain(const char *option, const char *dest, struct err *e)
{
	if (str_path_is_plain(dest))
		return 0;
	err_where(e, "%s", option);
	err_remedy(e, "Write PATH:DEST with a DEST such as /work, absolute and below the root.");
	return fail(e, 0, "the destination \"%s\" is not a plain absolute path", dest);
}

/*
 * What is made for the run touches no host, and a home that is kept is the agent's own: other
 * mounts may lie in them. (Who would lie on a directory meets the mount that it was made for.)
 */
static bool takes_others(const struct mount *m)
{
	return m->kind == MOUNT_ROOT || m->kind == MOUNT_DIR || m->kind == MOUNT_SCRATCH ||
	       m->kind == MOUNT_HOME;
}

/* A mount at dest, above it or below it that lets none in; NULL where the place is free. */
static const struct mount *find_neighbour(const struct plan *plan, const char *dest)
{
	size_t i;

	for (const char *end = strchr(dest + 1, '/'); end; end = strchr(end + 1, '/'))
		if (map_get_n(&plan->places, dest, (size_t)(end - dest), &i) &&
		    !takes_others(&plan->mounts[i]))
			return &plan->mounts[i];
	if (!map_get(&plan->places, dest, &i))
		return NULL;
	/* The directory was made for a mount that lies in it: the next one in the list. */
	while (plan->mounts[i].kind == MOUNT_DIR)
		i++;
	return &plan->mounts[i];
}

static int check_dest(const struct plan *plan, const char *option, const struct mount *m,
		      struct err *e)
{
	const struct mount *other = find_neighbour(plan, m->dest);

	if (!other)
		return 0;
	err_where(e, "%s", option);
	err_remedy(e, "Give it a place of its own: PATH:DEST.");
	return fail(e, 0, "the destination %s %s %s, which is shown already", m->dest,
		    str_equal(m->dest, other->dest)	    ? "is"
		    : str_path_within(m->dest, other->dest) ? "lies below"
							    : "lies above",
		    other->dest);
}

int view_add_checked(struct plan *plan, const char *option, struct mount m, struct err *e)
{
	if (plan_has(plan, "mount") &&
	    (check_plain(option, m.dest, e) || check_dest(plan, option, &m, e)))
		return -1;
	view_add(plan, m);
	return 0;
}

const struct host_path *view_find_path(const struct host *host, const char *given)
{
	size_t i;

	return map_get(&host->paths_by_name, given, &i) ? &host->paths[i] : NULL;
}

static int refuse_taken(const struct host_path *p, const char *option, const struct host *host,
			struct err *e)
{
	err_where(e, "%s", option);
	err_remedy(
		e,
		"Run the command as somebody who may use it as it is, with --user ID[:GROUP]: it "
		"belongs to uid %u. (Started by root, the command would see it through an "
		"id-mapped mount, which takes a file system that knows them, and root of the "
		"machine itself.)",
		p->uid);
	return fail(e, p->take_num, "%s cannot be shown to an agent of root's as its owner's",
		    host->cwd && str_equal(p->real, host->cwd) ? "the workspace" : p->real);
}

/* What root has taken of a path (take.c), once. */
int view_use_taken(const struct host *host, const struct plan *plan, const char *option,
		   const struct host_path *p, struct mount *m, struct err *e)
{
	if (!p->taken)
		return refuse_taken(p, option, host, e);
	for (size_t i = 0; i < plan->mounts_n; i++) {
		if (plan->mounts[i].taken != p->taken)
			continue;
		err_where(e, "%s", option);
		err_remedy(e, "Name it once; a link inside leads there from elsewhere.");
		return fail(e, 0, "%s is shown already", p->real);
	}
	m->taken = p->taken;
	m->mapped = p->mapped;
	m->owner_uid = p->uid;
	m->owner_gid = p->gid;
	return 0;
}

/*
 * A path's own place: its canonical one. What is named by way of the home is found there, by the
 * home's name, even where a symbolic link leads to the home.
 */
static const char *place_of(const struct host *host, const struct plan *plan,
			    const struct host_path *p)
{
	bool in_home = plan->home && host->view.home && str_equal(plan->home, host->view.home) &&
		       str_path_within(p->given, plan->home) && str_path_is_plain(p->given);

	return in_home ? p->given : p->real;
}

/* One --ro, --rw or --agent; dest NULL: at its own canonical place. */
static int add_path(const struct host *host, struct plan *plan, const char *option,
		    const char *given, const char *dest, bool writable, struct err *e)
{
	const struct host_path *p = view_find_path(host, given);
	struct mount m = {.kind = MOUNT_TREE, .writable = writable};

	if (!*given || !p || !p->real || p->num) {
		err_where(e, "%s", option);
		err_remedy(e, "Name a path that exists and that %s can read.%s",
			   host->id.from_root ? "the agent's id" : "you",
			   host->id.from_root
				   ? " Started by root, the command runs as an unprivileged "
				     "id: choose it with --user, or open the path to it."
				   : "");
		return fail(e, p ? p->num : ENOENT, "cannot read \"%s\" as uid %u", given,
			    host->id.uid);
	}
	/* It may be an earlier run's: a link planted where the command could write. */
	if (p->is_link) {
		err_where(e, "%s", option);
		err_remedy(e, "If that is what you mean, name %s itself.", p->real);
		return fail(e, 0, "\"%s\" is a symbolic link, to %s", given, p->real);
	}
	/* A workspace is what is called one, and what the agent's view shows of where we are. */
	if ((str_equal(option, "--workspace") ||
	     (plan->agent_view && host->cwd && str_equal(p->real, host->cwd))) &&
	    view_check_workspace(host, p->real, e))
		return -1;
	if (host->id.takes && view_use_taken(host, plan, option, p, &m, e))
		return -1;
	m.source = p->real;
	m.dest = dest ? dest : place_of(host, plan, p);
	m.is_file = !p->is_dir;
	m.noexec = p->noexec;
	if (dest && check_plain(option, m.dest, e))
		return -1;
	return view_add_checked(plan, option, m, e);
}

/* Named by --optional, or below what is named there. */
static bool is_optional(const struct policy *policy, const char *given)
{
	for (size_t i = 0; i < policy->optional.n; i++)
		if (str_path_within(given, policy->optional.v[i]))
			return true;
	return false;
}

/* What may be missing, and is; or is a link, which is not followed: that is said. */
static bool leave_out(const struct host *host, struct plan *plan, const char *given)
{
	const struct host_path *p = view_find_path(host, given);

	if (p && p->is_link)
		pool_list_add(&plan->guards.notes,
			      pool_printf("%s is a symbolic link, and left out; --ro %s:%s shows "
					  "what it leads to",
					  given, p->real, given));
	return p && (p->is_link || (!p->real && (p->num == ENOENT || p->num == ENOTDIR)));
}

int view_add_list(const struct policy *policy, const struct host *host, struct plan *plan,
		  bool writable, struct err *e)
{
	const struct str_list *list = writable ? &policy->rw : &policy->ro;

	for (size_t i = 0; i < list->n; i++) {
		const char *colon = strchr(list->v[i], ':');
		const char *given = list->v[i];

		if (colon)
			given = pool_copy_n(given, (size_t)(colon - given));
		if (is_optional(policy, given) && leave_out(host, plan, given))
			continue;
		if (add_path(host, plan, writable ? "--rw" : "--ro", given,
			     colon ? colon + 1 : NULL, writable, e))
			return -1;
	}
	return 0;
}

int view_add_agent_dir(const struct host *host, struct plan *plan, const char *given, struct err *e)
{
	if (add_path(host, plan, "--agent", given, "/agent", false, e))
		return -1;
	if (!plan->mounts[plan->mounts_n - 1].is_file)
		return 0;
	err_where(e, "--agent");
	err_remedy(e, "Name a directory; --ro shows a single file.");
	return fail(e, 0, "\"%s\" is not a directory", given);
}

int view_add_workspace(const struct policy *policy, const struct host *host, struct plan *plan,
		       struct err *e)
{
	const struct mount *m;

	if (!policy->workspace)
		return 0;
	if (add_path(host, plan, "--workspace", policy->workspace, NULL, true, e))
		return -1;
	m = &plan->mounts[plan->mounts_n - 1];
	if (m->is_file) {
		err_where(e, "--workspace");
		err_remedy(e, "Name a directory; --rw shows a single file.");
		return fail(e, 0, "\"%s\" is not a directory", policy->workspace);
	}
	plan->guards.workspace = m->source;
	for (size_t i = 0; i < host->guards.grants.n; i++)
		if (add_path(host, plan, "--workspace (a worktree's repository)",
			     host->guards.grants.v[i], NULL, true, e))
			return -1;
	return 0;
}

/* ---- --noexec ------------------------------------------------------------------------------- */

static int refuse_noexec(const char *path, const char *why, struct err *e)
{
	err_where(e, "--noexec");
	err_remedy(e, "Name what --ro, --rw or --workspace shows, or what lies above that.");
	return fail(e, 0, "%s %s", path, why);
}

static int refuse_part(const char *path, const char *whole, struct err *e)
{
	err_where(e, "--noexec");
	err_remedy(e,
		   "Show %s by itself, and not what it lies in; or name %s, if a policy shows it.",
		   path, whole);
	return fail(e, 0, "%s lies in %s, which is shown as a whole", path, whole);
}

/*
 * Whether files are executed is said of a whole tree that a policy shows. A part of one would have
 * to be a mount of its own, and what the view shows or makes runs programs: refused rather than
 * left open.
 */
static int check_noexec(const struct plan *plan, const char *path, bool may_be_missing,
			struct err *e)
{
	bool found = may_be_missing;

	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];
		bool is_tree = m->kind == MOUNT_TREE || m->kind == MOUNT_HOME;
		const char *at = is_tree ? m->source : m->kind == MOUNT_SCRATCH ? m->dest : NULL;

		if (!at || m->noexec) {
			found |= m->noexec && str_path_within(at, path);
			continue;
		}
		if (str_path_within(at, path))
			return refuse_noexec(
				path,
				pool_printf("cannot be closed to execution: %s is the view's own",
					    at),
				e);
		if (is_tree && str_path_within(path, at))
			return refuse_part(path, at, e);
	}
	return found ? 0 : refuse_noexec(path, "is not shown", e);
}

int plan_check_noexec(const struct policy *policy, const struct host *host, const struct plan *plan,
		      struct err *e)
{
	for (size_t i = 0; i < host->noexec.n; i++)
		if (check_noexec(plan, host->noexec.v[i], is_optional(policy, policy->noexec.v[i]),
				 e))
			return -1;
	if (!host->noexec.n || plan_has(plan, "mount") || plan_has(plan, "landlock"))
		return 0;
	err_where(e, "--noexec");
	err_remedy(e, "Add one of the layers mount and landlock.");
	return fail(e, 0, "nothing would keep %s from being executed", host->noexec.v[0]);
}

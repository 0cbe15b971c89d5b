/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-guard: how each guarded name is guarded: by a mount on what is there, by what lies above it,
 * or, where there is nothing to mount on, by a look when the command has ended.
 *
 * Pure, like plan.c. A path of the host may be shown at several places: it is covered at each.
 */
#include "pinfold.h"

#include <string.h>

#include "find.h"
#include "pool.h"

/* The trees by their sources; of several with the same one, next[] has the others. */
struct shown {
	struct map by_source;
	size_t *next;
	struct plan *plan;
};

enum { NONE = -1 };

static void add_mount(struct plan *plan, struct mount m)
{
	plan->mounts = pool_grow(plan->mounts, plan->mounts_n, sizeof(*plan->mounts));
	plan->mounts[plan->mounts_n++] = m;
}

static struct shown find_shown(struct plan *plan)
{
	struct shown shown = {.plan = plan,
			      .next = pool_alloc((plan->mounts_n + 1) * sizeof(size_t))};

	for (size_t i = 0; i < plan->mounts_n; i++) {
		size_t before = (size_t)NONE;

		if (plan->mounts[i].kind != MOUNT_TREE)
			continue;
		(void)map_get(&shown.by_source, plan->mounts[i].source, &before);
		shown.next[i] = before;
		map_put(&shown.by_source, plan->mounts[i].source, i);
	}
	return shown;
}

/* Covers the name where one tree shows it. Returns how it is guarded there. */
static enum guard_how guard_in(struct plan *plan, const struct guard *g, size_t tree, bool above)
{
	struct mount shows = plan->mounts[tree], m = {.source = NULL};
	const char *rest = g->path + strlen(shows.source);

	if (g->way != GUARD_DENY && !shows.writable)
		return GUARD_BY_ABOVE;
	if (above)
		return GUARD_BY_ABOVE;
	if (g->found == GUARD_ABSENT || g->way == GUARD_WATCH)
		return GUARD_BY_END;
	/* The tree that is shown is a mount already, and its name lies outside of what is. */
	if (g->way == GUARD_HOLD && !*rest)
		return GUARD_BY_MOUNT;
	m.kind = g->way == GUARD_DENY ? MOUNT_DENY : g->way == GUARD_KEEP ? MOUNT_KEEP : MOUNT_HOLD;
	m.dest = str_equal(shows.dest, "/") ? rest : pool_printf("%s%s", shows.dest, rest);
	m.is_file = g->found != GUARD_DIRECTORY;
	m.is_link = g->found == GUARD_LINK;
	add_mount(plan, m);
	return GUARD_BY_MOUNT;
}

/* In every tree that shows it. False where none does. */
static bool guard_everywhere(const struct shown *shown, const struct guard *g, bool above,
			     enum guard_how *how)
{
	bool visible = false;
	size_t n = strlen(g->path), i;

	*how = GUARD_BY_ABOVE;
	for (size_t k = 1; k <= n; k++) {
		if ((k < n && g->path[k] != '/') || !map_get_n(&shown->by_source, g->path, k, &i))
			continue;
		for (; i != (size_t)NONE; i = shown->next[i]) {
			enum guard_how here = guard_in(shown->plan, g, i, above);

			visible = true;
			if (here > *how)
				*how = here;
		}
	}
	return visible;
}

/* What is denied is not shown all the same: which of the two is meant must be said. */
static int check_contradictions(const struct guards *guards, const struct plan *plan, struct err *e)
{
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];
		size_t k;

		if (m->kind != MOUNT_TREE)
			continue;
		for (size_t n = strlen(m->source); n > 0; n--) {
			if ((m->source[n] && m->source[n] != '/') ||
			    !map_get_n(&guards->by_path, m->source, n, &k) ||
			    guards->v[k].way != GUARD_DENY || guards->v[k].found == GUARD_ABSENT)
				continue;
			err_where(e, "--deny");
			err_remedy(e, "Leave out one of the two.");
			return fail(e, 0, "%s is denied, and %s is shown", guards->v[k].path,
				    m->source);
		}
	}
	return 0;
}

/* Covers hold as long as they cannot be taken off, and a look at the end needs an end. */
static int check_layers(const struct plan *plan, struct err *e)
{
	static const char *const needed[] = {"mount", "pid"};

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (plan_has(plan, needed[i]))
			continue;
		err_where(e, "%s", needed[i]);
		err_remedy(
			e,
			"Add the layer; or leave --workspace, --deny and --protect out: --rw shows "
			"a directory as it is.");
		return fail(e, 0, "names cannot be guarded without this layer");
	}
	if (plan_has(plan, "caps") || plan_has(plan, "landlock") || plan_has(plan, "seccomp"))
		return 0;
	err_where(e, "--profile %s", plan->profile);
	err_remedy(e, "Add one of the layers caps, landlock and seccomp.");
	return fail(e, 0, "the command could unmount what guards the names");
}

static int read_words(const struct policy *policy, struct plan *plan, struct err *e)
{
	const char *search = policy->search ? policy->search : "auto";
	const char *planted = policy->on_planted ? policy->on_planted : "fail";

	plan->guards.planted_fails = str_equal(planted, "fail");
	if (!plan->guards.planted_fails && !str_equal(planted, "warn")) {
		err_where(e, "--on-planted");
		err_remedy(e, "Choose fail or warn.");
		return fail(e, 0, "\"%s\" is neither", planted);
	}
	plan->guards.search = str_equal(search, "known")  ? GUARD_SEARCH_KNOWN
			      : str_equal(search, "auto") ? GUARD_SEARCH_AUTO
							  : GUARD_SEARCH_WHOLE;
	if (plan->guards.search == GUARD_SEARCH_WHOLE && !str_equal(search, "whole")) {
		err_where(e, "--search");
		err_remedy(e, "Choose known, auto or whole.");
		return fail(e, 0, "there is no search \"%s\"", search);
	}
	plan->guards.names = policy->search_names ? policy->search_names : FIND_NAMES;
	return 0;
}

int plan_make_guards(const struct policy *policy, const struct host *host, struct plan *plan,
		     struct err *e)
{
	const struct guards *guards = &host->guards;
	struct shown shown = find_shown(plan);
	const char *above = NULL;

	if (read_words(policy, plan, e))
		return -1;
	if (!guards->n)
		return 0;
	if (check_layers(plan, e) || check_contradictions(guards, plan, e))
		return -1;
	plan->guards.notes = guards->notes;
	plan->guards.hooks = guards->hooks;
	plan->guards.v = pool_alloc(guards->n * sizeof(*plan->guards.v));
	for (size_t i = 0; i < guards->n; i++) {
		const struct guard *g = &guards->v[i];
		struct plan_guard guard = {*g, GUARD_BY_END};
		/* Parents come first: what is read-only or denied is so with all that lies in it.
		 */
		bool below = above && str_path_within(g->path, above) && !str_equal(g->path, above);

		if (!guard_everywhere(&shown, g, below, &guard.how))
			continue;
		plan->guards.v[plan->guards.n++] = guard;
		if (!below && g->found == GUARD_DIRECTORY && guard.how == GUARD_BY_MOUNT &&
		    g->way >= GUARD_KEEP)
			above = g->path;
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: policy and host -> plan: which layers, and whether they can stand.
 *
 * Pure: no system call. Refuses whatever cannot be done in words that name the cause and the
 * remedy, long before anything has been changed; a start never fails half way for a reason that
 * could have been told here.
 */
#include "plan-view.h"

#include <errno.h>
#include <string.h>

#include "pool.h"

/* The mount calls on detached trees are all there since 5.12, Landlock since 5.13. */
enum { FLOOR_MAJOR = 5, FLOOR_MINOR = 13 };

static int layer_index(const char *option, const char *name, struct err *e)
{
	int i = layers_find(name);

	if (i >= 0)
		return i;
	err_where(e, "%s %s", option, name);
	err_remedy(e, "`pinfold layers` lists them.");
	return fail(e, 0, "there is no such layer");
}

static int add_layers(const struct str_list *names, const char *option, uint32_t *set,
		      struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		int layer = layer_index(option, names->v[i], e);

		if (layer < 0)
			return -1;
		*set |= UINT32_C(1) << layer;
	}
	return 0;
}

static int check_needs(uint32_t set, struct err *e)
{
	for (int i = 0; layers[i]; i++) {
		const struct layer *l = layers[i];

		if (!(set >> i & 1) || !l->needs || (set & layers_bit(l->needs)))
			continue;
		err_where(e, "%s", l->name);
		err_remedy(e, "Add --with %s, or leave this layer out as well: --without %s.",
			   l->needs, l->name);
		return fail(e, 0, "the layer cannot stand without the layer %s", l->needs);
	}
	return 0;
}

static int make_set(const struct policy *policy, struct plan *plan, struct err *e)
{
	const char *name = policy->profile ? policy->profile : "full";
	const struct profile *profile = profile_find(name);
	uint32_t with = 0, without = 0;

	if (!profile) {
		err_where(e, "--profile %s", name);
		err_remedy(e, "Choose none, ns_only, landlock, full or landlock-only.");
		return fail(e, 0, "there is no such profile");
	}
	if (add_layers(&policy->with, "--with", &with, e) ||
	    add_layers(&policy->without, "--without", &without, e))
		return -1;
	if (with & without) {
		err_where(e, "--with, --without");
		err_remedy(e, "Leave out one of the two.");
		return fail(e, 0, "the same layer is both added and left out");
	}
	plan->profile = profile->name;
	plan->layers = (profile_set(profile) | with) & ~without;
	return check_needs(plan->layers, e);
}

/* Only what stands without namespaces can stand in for them. */
static int check_fallback(const struct policy *policy, struct err *e)
{
	const char *name = policy->fallback ? policy->fallback : "none";
	const struct profile *profile = profile_find(name);

	if (str_equal(name, "none") || (profile && profile->gaps))
		return 0;
	err_where(e, "--fallback %s", name);
	err_remedy(e, "Write --fallback landlock-only, or leave it out.");
	return fail(e, 0, "no profile to fall back to");
}

static int check_kernel(const struct host *host, const struct plan *plan, struct err *e)
{
	if (!plan->layers || host->major > FLOOR_MAJOR ||
	    (host->major == FLOOR_MAJOR && host->minor >= FLOOR_MINOR))
		return 0;
	err_where(e, "kernel %s", host->release);
	err_remedy(e, "Use a kernel of %d.%d or later (Landlock is best from 6.12 on).",
		   FLOOR_MAJOR, FLOOR_MINOR);
	return fail(e, 0, "this kernel is older than Linux %d.%d", FLOOR_MAJOR, FLOOR_MINOR);
}

/* What needs a layer that is gone goes with it, under the same permission or not at all. */
static int drop_layer(int i, uint32_t allowed, const char *why, struct plan *plan, struct err *e)
{
	plan->layers &= ~(UINT32_C(1) << i);
	plan->degraded |= UINT32_C(1) << i;
	plan->degraded_why[i] = why;
	for (int d = 0; layers[d]; d++) {
		if (!(plan->layers >> d & 1) || !layers[d]->needs ||
		    !str_equal(layers[d]->needs, layers[i]->name))
			continue;
		if (!(allowed >> d & 1)) {
			err_where(e, "%s", layers[d]->name);
			err_remedy(e, "Allow it too (--allow-degraded %s), or leave it out.",
				   layers[d]->name);
			return fail(e, 0, "the layer cannot stand without the layer %s: %s",
				    layers[i]->name, why);
		}
		if (drop_layer(d, allowed, pool_printf("it needs the layer %s", layers[i]->name),
			       plan, e))
			return -1;
	}
	return 0;
}

/*
 * A layer asked for and not there is a refusal; --allow-degraded is the only way on, and the plan
 * remembers the reason for the report.
 */
static int check_available(const struct policy *policy, const struct host *host, struct plan *plan,
			   struct err *e)
{
	uint32_t allowed = 0;

	if (add_layers(&policy->degraded, "--allow-degraded", &allowed, e))
		return -1;
	for (int i = 0; layers[i]; i++) {
		struct err why = {0};

		if (!(plan->layers >> i & 1))
			continue;
		if (host->failed >> i & 1) {
			err_remedy(&why,
				   "Leave the layer out (--without %s), or go on without it "
				   "(--allow-degraded %s).",
				   layers[i]->name, layers[i]->name);
			(void)fail(&why, 0, "%s", host->failed_why[i]);
		} else if (!layers[i]->available || layers[i]->available(host, &why) == 0)
			continue;
		if (allowed >> i & 1) {
			if (drop_layer(i, allowed, pool_copy(why.what), plan, e))
				return -1;
			continue;
		}
		*e = why;
		err_where(e, "%s", layers[i]->name);
		return -1;
	}
	return 0;
}

static int make_view_name(const struct policy *policy, struct plan *plan, struct err *e)
{
	plan->agent_view = policy_wants_agent_view(policy);
	if (plan->agent_view || !policy->view || str_equal(policy->view, "bare"))
		return 0;
	err_where(e, "--view %s", policy->view);
	err_remedy(e, "Choose bare or agent.");
	return fail(e, 0, "there is no such view");
}

static bool is_named(const struct str_list *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_equal(names->v[i], name))
			return true;
	return false;
}

/*
 * What the view agent shows, and hides, is the layer mount's work, so that without the layer
 * nothing of it would be there: only who has left that layer out by its name may mean that.
 */
static int check_view(const struct policy *policy, const struct plan *plan, struct err *e)
{
	if (policy->home && !str_equal(policy->home, "none") && !plan->agent_view) {
		err_where(e, "--home %s", policy->home);
		err_remedy(e, "Add --view agent.");
		return fail(e, 0, "the view bare has no home");
	}
	if (plan->agent_view && home_is_kept(policy) && !plan_has(plan, "mount")) {
		err_where(e, "--home %s", policy->home);
		err_remedy(e, "Keep the layer, or take a home that is not kept (--home private).");
		return fail(e, 0, "a home that is kept takes the layer mount");
	}
	if (!plan->agent_view || plan_has(plan, "mount") || is_named(&policy->without, "mount") ||
	    is_named(&policy->degraded, "mount"))
		return 0;
	err_where(e, "--view agent");
	err_remedy(e, "Choose a profile with the layer mount, or take the view bare; --without "
		      "mount leaves the layer out, and with it the whole view.");
	return fail(e, 0, "the view takes the layer mount, which the profile %s has not",
		    plan->profile);
}

static int check_hostname(const struct policy *policy, struct plan *plan, struct err *e)
{
	const char *name = policy->hostname ? policy->hostname : "pinfold";

	plan->hostname = name;
	if (*name && strlen(name) <= 64)
		return 0;
	err_where(e, "--hostname");
	err_remedy(e, "Give a name of 1 to 64 bytes (sethostname(2)).");
	return fail(e, 0, "the kernel takes no such host name: \"%s\"", name);
}

/* "own": what the run has for itself it may use; no port of another network is opened by that. */
static int make_tcp(const struct policy *policy, bool own_network, struct plan_tcp *tcp,
		    struct err *e)
{
	for (size_t i = 0; i < policy->tcp.n; i++) {
		uint32_t port;

		if (str_equal(policy->tcp.v[i], "any") || str_equal(policy->tcp.v[i], "own")) {
			tcp->any |= own_network || str_equal(policy->tcp.v[i], "any");
			continue;
		}
		if (str_read_u32(policy->tcp.v[i], 65535, &port) || tcp->n == PORTS_MAX) {
			err_where(e, "--tcp");
			err_remedy(e,
				   "Write a port of 0 to 65535 (0: ports that bind(2) chooses), at "
				   "most %d of them, \"own\" or \"any\".",
				   PORTS_MAX);
			return fail(e, 0, "\"%s\" cannot be taken as a port", policy->tcp.v[i]);
		}
		tcp->ports[tcp->n++] = (uint16_t)port;
	}
	return 0;
}

static int read_choice(const char *option, const char *value, const char *first, const char *second,
		       bool *is_first, struct err *e)
{
	*is_first = !value || str_equal(value, first);
	if (*is_first || str_equal(value, second))
		return 0;
	err_where(e, "%s", option);
	err_remedy(e, "Write %s %s or %s %s.", option, first, option, second);
	return fail(e, 0, "\"%s\" is neither %s nor %s", value, first, second);
}

/* A terminal of its own is the layer session's to give; a trial has nobody to talk to. */
static int make_terminal(const struct policy *policy, const struct host *host, struct plan *plan,
			 struct err *e)
{
	struct plan_terminal *t = &plan->terminal;

	if (read_choice("--terminal", policy->terminal, "pty", "inherit", &t->own, e) ||
	    read_choice("--terminal-filter", policy->terminal_filter, "on", "off", &t->filter, e))
		return -1;
	t->of_caller = plan->command ? host->terminals : 0;
	/* In the background there may be one though the caller has none: for pinfold attach. */
	if (policy->detach && policy->terminal && t->own && plan->command)
		t->of_caller = 7;
	t->own &= t->of_caller && plan_has(plan, "session");
	t->filter &= t->own;
	if (!t->own || !host->terminals_differ)
		return 0;
	err_where(e, "--terminal");
	err_remedy(e,
		   "Redirect one of them through a pipe (2> >(cat >/dev/pts/N)), or pass them as "
		   "they are: --terminal inherit.");
	return fail(e, 0, "descriptors 0, 1 and 2 are more than one terminal");
}

static int make_end(const struct policy *policy, struct plan *plan, struct err *e)
{
	plan->end.linger = policy->linger;
	if (policy->grace && amount_read(policy->grace, AMOUNT_TIME, &plan->end.grace_ms)) {
		err_where(e, "--grace");
		err_remedy(e, "Write %s.", amount_form(AMOUNT_TIME));
		return fail(e, 0, "\"%s\" is no time", policy->grace);
	}
	if (plan->end.grace_ms == AMOUNT_NONE)
		plan->end.grace_ms = 0;
	plan->session = policy->name;
	plan->detach = policy->detach;
	if (plan->detach && !plan->session) {
		err_where(e, "--detach");
		err_remedy(e, "Add --name NAME.");
		return fail(e, 0, "who runs in the background needs a name to be found by");
	}
	if (!plan->end.linger || plan_has(plan, "pid"))
		return 0;
	err_where(e, "--linger");
	err_remedy(e, "Choose a profile with the layer pid.");
	return fail(e, 0, "without the layer pid nobody knows what the command has left");
}

static bool writes_as_owner(const struct plan *plan)
{
	for (size_t i = 0; i < plan->mounts_n; i++)
		if (plan->mounts[i].mapped && plan->mounts[i].writable)
			return true;
	return false;
}

/*
 * Where the agent's files are another owner's on the disk (take.c), none may become set-ID or get
 * capabilities: the layers that stand against that cannot be left out.
 */
static int add_setid(const struct policy *policy, struct plan *plan, struct err *e)
{
	static const char *const needed[] = {"mount", "caps", "seccomp", "setid"};

	if (!writes_as_owner(plan))
		return 0;
	plan->layers |= layers_bit("setid");
	for (size_t i = 0; i < policy->without.n; i++)
		plan->layers &= ~layers_bit(policy->without.v[i]);
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (plan_has(plan, needed[i]))
			continue;
		err_where(e, "%s", needed[i]);
		err_remedy(e, "Keep the layer, or name whom to run the command as: --user "
			      "ID[:GROUP].");
		return fail(e, 0,
			    "an agent of root's cannot do without this layer: what it writes "
			    "belongs to the workspace's owner");
	}
	return 0;
}

int plan_make(const struct policy *policy, const struct host *host, struct plan *plan,
	      struct err *e)
{
	memset(plan, 0, sizeof(*plan));
	plan->id = host->id;
	plan->command = policy->command;
	plan->report = policy->report;
	plan->verbose = policy->verbose;
	if (make_set(policy, plan, e) || make_view_name(policy, plan, e) ||
	    check_fallback(policy, e) || check_kernel(host, plan, e) ||
	    check_available(policy, host, plan, e) || check_view(policy, plan, e) ||
	    plan_make_limits(policy, host, plan, e) || check_hostname(policy, plan, e) ||
	    doors_make_network(policy, host, plan, e) || doors_make_calls(policy, plan, e) ||
	    make_tcp(policy, plan_has(plan, "net"), &plan->landlock.tcp, e) ||
	    make_terminal(policy, host, plan, e) || make_end(policy, plan, e))
		return -1;
	for (int i = 0; layers[i]; i++)
		if ((plan->layers >> i & 1) && layers[i]->reduce)
			layers[i]->reduce(host, plan);
	if (profile_find(plan->profile)->gaps)
		plan_make_gaps(host, plan);
	if (plan_make_view(policy, host, plan, e) || plan_check_noexec(policy, host, plan, e) ||
	    add_setid(policy, plan, e) || plan_check_rules(host, plan, e) ||
	    plan_make_guards(policy, host, plan, e) || plan_check_limits(plan, e))
		return -1;
	return plan_make_env(policy, host, plan, e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-limits: what bounds each limit that is asked for, on this host, under these layers.
 *
 * Pure, like plan.c. One table says what can bound what and what that takes; the first row that can
 * be had is taken. Where that holds for less than the limit is meant for (each process, not all
 * together), the plan is refused in words that say what would do, unless best effort was asked for.
 */
#include "pinfold.h"

#include <string.h>

#include "pool.h"

/* What must be so for a row of choices[] to be taken: NULL where it is, else what is missing. */
typedef const char *condition(const struct host *host, const struct policy *policy,
			      const struct plan *plan, enum controller controller);

static const char *has_cgroup(const struct host *host, const struct policy *policy,
			      const struct plan *plan, enum controller controller)
{
	const struct host_cgroup *c = &host->cgroups[controller];

	(void)policy;
	if (!c->parent)
		return c->why ? c->why : "no cgroup file system is mounted";
	/* Who made a cgroup may also leave it, or write its bounds, where it can be seen. */
	if (!host->id.from_root && !plan_has(plan, "landlock") &&
	    !(plan_has(plan, "mount") && plan_has(plan, "seccomp")))
		return "the command could leave its cgroup, or raise its bounds: add the layer "
		       "landlock, or mount and seccomp";
	return NULL;
}

/* One that is made anyway counts exactly, and keeps its peak. */
static const char *has_made_cgroup(const struct host *host, const struct policy *policy,
				   const struct plan *plan, enum controller controller)
{
	return limits_use_cgroups(&plan->limits) ? has_cgroup(host, policy, plan, controller) : "";
}

static const char *counts_alone(const struct host *host, const struct policy *policy,
				const struct plan *plan, enum controller controller)
{
	(void)policy, (void)controller;
	if (!plan_has(plan, "user"))
		return "without the layer user the kernel counts all processes of the user";
	if (host->major < 5 || (host->major == 5 && host->minor < 14))
		return "kernels before 5.14 count all processes of the user";
	return NULL;
}

static const char *ends_all(const struct host *host, const struct policy *policy,
			    const struct plan *plan, enum controller controller)
{
	(void)host, (void)policy, (void)controller;
	if (plan_has(plan, "pid") || limits_use_cgroups(&plan->limits))
		return NULL;
	return "without the layer pid only the command itself can be ended";
}

static const char *is_composed(const struct host *host, const struct policy *policy,
			       const struct plan *plan, enum controller controller)
{
	(void)host, (void)policy, (void)controller;
	return plan_has(plan, "mount") ? NULL : "without the layer mount nothing is kept apart";
}

/* A user namespace gives everybody the right to mount; Landlock and the filter take it. */
static const char *bounds_files(const struct host *host, const struct policy *policy,
				const struct plan *plan, enum controller controller)
{
	const char *home = policy->home;

	if (plan_has(plan, "mount") && !plan_has(plan, "landlock") && !plan_has(plan, "seccomp"))
		return "the command could mount a file system without a bound: add the layer "
		       "landlock or seccomp";
	if (!home || str_equal(home, "none") || str_equal(home, "private"))
		return is_composed(host, policy, plan, controller);
	return "a home that is kept lies on a file system of the host's, which has no bound of "
	       "ours";
}

/*
 * Rows of a limit stand in the order in which they are preferred. The count of processes of a user
 * namespace costs nothing at a start, moving into a cgroup a millisecond: so a cgroup is not made
 * for that alone.
 */
static const struct choice {
	enum limit_kind kind;
	enum limit_by by;
	enum limit_scope scope;
	bool weak;	  /* it holds for less than the limit is meant for */
	condition *lacks; /* NULL: can always be had */
	enum controller controller;
} choices[] = {
	{LIMIT_MEMORY, LIMIT_BY_CGROUP, LIMIT_OF_TREE, false, has_cgroup, CONTROL_MEMORY},
	{LIMIT_MEMORY, LIMIT_BY_RLIMIT, LIMIT_OF_PROCESS, true, NULL, 0},
	{LIMIT_PIDS, LIMIT_BY_CGROUP, LIMIT_OF_TREE, false, has_made_cgroup, CONTROL_PIDS},
	{LIMIT_PIDS, LIMIT_BY_RLIMIT, LIMIT_OF_TREE, false, counts_alone, 0},
	{LIMIT_PIDS, LIMIT_BY_CGROUP, LIMIT_OF_TREE, false, has_cgroup, CONTROL_PIDS},
	{LIMIT_PIDS, LIMIT_BY_RLIMIT, LIMIT_OF_USER, true, NULL, 0},
	{LIMIT_CPU, LIMIT_BY_CGROUP, LIMIT_OF_TREE, false, has_cgroup, CONTROL_CPU},
	{LIMIT_CPU, LIMIT_BY_AFFINITY, LIMIT_OF_PROCESS, true, NULL, 0},
	{LIMIT_CPU_TIME, LIMIT_BY_CGROUP, LIMIT_OF_TREE, false, has_cgroup, CONTROL_CPUACCT},
	{LIMIT_CPU_TIME, LIMIT_BY_RLIMIT, LIMIT_OF_PROCESS, true, NULL, 0},
	{LIMIT_WALL, LIMIT_BY_TIMER, LIMIT_OF_TREE, false, ends_all, 0},
	{LIMIT_WALL, LIMIT_BY_TIMER, LIMIT_OF_PROCESS, true, NULL, 0},
	{LIMIT_DISK, LIMIT_BY_TMPFS, LIMIT_OF_TREE, false, bounds_files, 0},
	{LIMIT_DISK, LIMIT_BY_TMPFS, LIMIT_OF_TREE, true, is_composed, 0},
	{LIMIT_DISK, LIMIT_BY_NOTHING, LIMIT_OF_TREE, true, NULL, 0},
	{LIMIT_FILES, LIMIT_BY_RLIMIT, LIMIT_OF_PROCESS, false, NULL, 0},
	{LIMIT_FILE_SIZE, LIMIT_BY_RLIMIT, LIMIT_OF_FILE, false, NULL, 0},
	{LIMIT_OUTPUT, LIMIT_BY_RELAY, LIMIT_OF_TREE, false, ends_all, 0},
	{LIMIT_OUTPUT, LIMIT_BY_RELAY, LIMIT_OF_PROCESS, true, NULL, 0},
};

/* What would make it possible. */
static const char *cure_of(enum limit_kind kind)
{
	switch (kind) {
	case LIMIT_MEMORY:
	case LIMIT_CPU:
	case LIMIT_CPU_TIME:
		return "Start pinfold in a cgroup that is delegated to you (systemd-run --user "
		       "--scope -p Delegate=yes pinfold run ...), or as root";
	case LIMIT_PIDS:
		return "Keep the layer user, on Linux 5.14 or later";
	case LIMIT_DISK:
		return "Keep the layer mount, and a home that is not kept (--home private)";
	default:
		return "Keep the layer pid";
	}
}

static const char *text_of(const struct policy *policy, enum limit_kind kind)
{
	const char *member = (const char *)&policy->limits + limits[kind].offset;

	return *(const char *const *)(const void *)member;
}

/* The amount that is asked for. */
static int read_amount(enum limit_kind kind, const char *text, uint64_t *value, struct err *e)
{
	const struct limit *l = &limits[kind];
	char least[32];

	amount_print(l->least, l->unit, least, sizeof(least));
	if (amount_read(text, l->unit, value)) {
		err_where(e, "--%s", l->name);
		err_remedy(e, "Write %s; or none.", amount_form(l->unit));
		return fail(e, 0, "\"%s\" is no bound of the %s", text, l->what);
	}
	if (*value >= l->least)
		return 0;
	err_where(e, "--%s", l->name);
	err_remedy(e, "Write %s or more; or none.", least);
	return fail(e, 0, "with \"%s\" not even the start would work", text);
}

static int refuse(enum limit_kind kind, const char *lacks, struct err *e)
{
	const struct limit *l = &limits[kind];

	err_where(e, "--%s", l->name);
	err_remedy(e,
		   "%s; leave the limit out (--%s none); or take what can be had, which holds for "
		   "less (--best-effort-limits). pinfold-run(1), LIMITS, says what bounds what.",
		   cure_of(kind), l->name);
	return fail(e, 0, "the %s cannot be bounded here: %s", l->what, lacks);
}

/* The first row of choices[] that can be had; *first: what the first of all lacks, or NULL. */
static const struct choice *choose(enum limit_kind kind, const struct policy *policy,
				   const struct host *host, const struct plan *plan,
				   const char **first)
{
	*first = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		const struct choice *c = &choices[i];
		const char *lacks;

		if (c->kind != kind)
			continue;
		lacks = c->lacks ? c->lacks(host, policy, plan, c->controller) : NULL;
		if (!lacks)
			return c;
		if (!*first || !**first)
			*first = lacks;
	}
	return NULL;
}

uint64_t limits_usual_disk(const struct host *host)
{
	const uint64_t most = UINT64_C(4) << 30;

	return host->memory && host->memory / 2 < most ? host->memory / 2 : most;
}

/* What is asked for, else what is usual. */
static int read_value(enum limit_kind kind, const char *asked, const struct host *host,
		      uint64_t *value, struct err *e)
{
	if (asked)
		return read_amount(kind, asked, value, e);
	if (kind == LIMIT_DISK)
		*value = limits_usual_disk(host);
	else if (limits[kind].usual)
		return read_amount(kind, limits[kind].usual, value, e);
	return 0;
}

static int make_limit(enum limit_kind kind, const struct policy *policy, const struct host *host,
		      struct plan *plan, struct err *e)
{
	const char *asked = text_of(policy, kind);
	struct plan_limit *l = &plan->limits.v[kind];
	const struct choice *c;
	const char *lacks;

	if (read_value(kind, asked, host, &l->value, e))
		return -1;
	if (l->value == AMOUNT_NONE)
		return 0;
	c = choose(kind, policy, host, plan, &lacks);
	if (c->weak && !asked) { /* nobody relies on it */
		l->value = AMOUNT_NONE;
		return 0;
	}
	if (c->weak && !policy->best_effort)
		return refuse(kind, lacks, e);
	l->by = c->by;
	l->scope = c->scope;
	l->weak = c->weak ? lacks : NULL;
	if (limit_is(&plan->limits, kind, LIMIT_BY_CGROUP))
		plan->limits.cgroups[c->controller] = host->cgroups[c->controller];
	return 0;
}

static bool is_asked(const struct policy *policy, enum limit_kind kind)
{
	const char *text = text_of(policy, kind);

	return text && !str_equal(text, "none");
}

/* The layer is on where it was added, or where a limit is asked for. */
static int make_layer(const struct policy *policy, struct plan *plan, struct err *e)
{
	for (int i = 0; i < LIMITS; i++) {
		if (!is_asked(policy, (enum limit_kind)i) ||
		    (plan->degraded & layers_bit("limits")))
			continue;
		for (size_t k = 0; k < policy->without.n; k++) {
			if (!str_equal(policy->without.v[k], "limits"))
				continue;
			err_where(e, "--%s", limits[i].name);
			err_remedy(e, "Leave out one of the two (--%s none lifts the limit).",
				   limits[i].name);
			return fail(e, 0, "the layer limits is left out, and this is asked of it");
		}
		plan->layers |= layers_bit("limits");
	}
	return 0;
}

int plan_make_limits(const struct policy *policy, const struct host *host, struct plan *plan,
		     struct err *e)
{
	for (int i = 0; i < LIMITS; i++)
		plan->limits.v[i].value = AMOUNT_NONE;
	if (make_layer(policy, plan, e))
		return -1;
	for (int i = 0; i < LIMITS && plan_has(plan, "limits"); i++)
		if (make_limit((enum limit_kind)i, policy, host, plan, e))
			return -1;
	return 0;
}

int plan_check_limits(const struct plan *plan, struct err *e)
{
	for (int i = 0; i < CONTROLLERS; i++) {
		const struct host_cgroup *c = &plan->limits.cgroups[i];

		for (size_t k = 0; c->parent && k < plan->mounts_n; k++) {
			const struct mount *m = &plan->mounts[k];

			if (m->kind != MOUNT_TREE || !m->writable ||
			    (!str_path_within(m->source, c->root) &&
			     !str_path_within(c->root, m->source)))
				continue;
			err_where(e, "--rw");
			err_remedy(e, "Show it read-only, or less of it.");
			return fail(e, 0,
				    "%s holds cgroups: a command that may write there could leave "
				    "its limits",
				    m->source);
		}
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* cmd-run: `pinfold run`: asks, plans, runs. */
#include "pinfold.h"

#include <limits.h>
#include <string.h>

#include "after.h"

#include "pool.h"
#include "session.h"
#include "supervise.h"

static void print_help(void)
{
	puts("usage: pinfold run [options] [--] COMMAND [ARG...]\n\n"
	     "Runs COMMAND behind the layers of a profile. Its exit status is COMMAND's; 128+n for "
	     "signal\n"
	     "n; 127 not found; 126 not executable; 125 where pinfold itself failed or refused.\n");
	cli_print_keys(stdout);
	puts("\nLayers and profiles: pinfold layers. What would be done: pinfold plan. Manual: "
	     "pinfold-run(1).");
}

/* Adds to a failed start what its layer knows of the cause. */
static void explain(const struct host *host, const struct plan *plan, struct err *e)
{
	int i;

	/* Said already, or the command's own fault (126, 127). */
	if (e->remedy[0] || (e->code && e->code != EXIT_OURS))
		return;
	if (!e->where[0]) {
		trial_find_culprit(host, plan, e);
		return;
	}
	i = layers_find(e->where);
	if (i >= 0)
		cause_explain(layers[i], e);
}

/* Asked for, and allowed to be missing: not without a word. */
static void print_degraded(const struct plan *plan)
{
	for (int i = 0; layers[i]; i++)
		if (plan->degraded >> i & 1)
			fprintf(stderr, "pinfold: %s: degraded: %s\n", layers[i]->name,
				plan->degraded_why[i]);
}

/* A profile that is less than it seems says so, each time. */
static void print_gaps(const struct plan *plan)
{
	if (plan->gaps.n)
		fprintf(stderr, "pinfold: under %s the command can still\n", plan->profile);
	for (size_t i = 0; i < plan->gaps.n; i++)
		fprintf(stderr, "  - %s\n", plan->gaps.v[i]);
}

/* A limit that holds for less than it is meant to: not without a word either. */
static void print_weak(const struct plan *plan)
{
	for (int i = 0; i < LIMITS; i++)
		if (plan->limits.v[i].weak)
			fprintf(stderr, "pinfold: --%s: best effort, by %s of each %s: %s\n",
				limits[i].name, limit_by_name(plan->limits.v[i].by),
				limit_scope_name(plan->limits.v[i].scope), plan->limits.v[i].weak);
}

static int run_and_say(const struct plan *plan, const struct run_with *with, int *status,
		       struct err *e)
{
	struct outcome *o = with->outcome;

	if (session_check_plan(with->session, plan, e) || run_plan(plan, with, o, e))
		return -1;
	limits_say(&plan->limits, o->limits);
	ending_say(plan, o->ended_for);
	*status = o->status;
	return 0;
}

/*
 * The start has failed. Goes on by the profile that --fallback names, where it is this host that
 * refuses a layer which that profile does without: found by trying that layer alone, so that
 * nothing in the caller's paths, which a command may have prepared, can bring it about.
 */
static int fall_back(const struct policy *policy, const struct host *host,
		     const struct plan *failed, const struct run_with *with, int *status,
		     struct err *e)
{
	const struct profile *to = policy->fallback ? profile_find(policy->fallback) : NULL;
	struct policy other = *policy;
	struct plan plan;
	struct err why;

	if (!to || !to->gaps || (e->code && e->code != EXIT_OURS) ||
	    !trial_find_refusal(host, failed->layers & ~profile_set(to), &why))
		return -1;
	other.profile = to->name;
	*e = (struct err){0};
	if (plan_make(&other, host, &plan, e))
		return -1;
	plan.fallback_from = failed->profile;
	plan.fallback_why = pool_printf("%s: %s%s%s", why.where, why.what, why.num ? ": " : "",
					why.num ? err_name(why.num) : "");
	fprintf(stderr, "pinfold: %s: this host refuses it; as --fallback says, under %s instead\n",
		plan.fallback_why, to->name);
	print_degraded(&plan);
	print_gaps(&plan);
	print_weak(&plan);
	if (run_and_say(&plan, with, status, e) == 0)
		return 0;
	explain(host, &plan, e);
	return -1;
}

/* What is guarded, and is not as one might think: not without a word. */
static void print_notes(const struct plan *plan)
{
	char text[PATH_MAX];

	for (size_t i = 0; i < plan->guards.notes.n; i++) {
		str_escape(text, sizeof(text), plan->guards.notes.v[i]);
		fprintf(stderr, "pinfold: note: %s\n", text);
	}
}

static int run_planned(const struct policy *policy, const struct host *host,
		       const struct plan *plan, const struct run_with *with, int *status,
		       struct err *e)
{
	print_degraded(plan);
	print_gaps(plan);
	print_weak(plan);
	print_notes(plan);
	if (run_and_say(plan, with, status, e) == 0)
		return 0;
	explain(host, plan, e);
	return fall_back(policy, host, plan, with, status, e);
}

/*
 * As the ordinary user that the agent will be. What an earlier run has planted is taken away before
 * anybody looks at what is there.
 */
static int run_as(const struct policy *policy, const struct identity *id,
		  const struct host_cgroup *cgroups, struct run_with *with, struct after *after,
		  int *status, struct err *e)
{
	struct host host;
	struct plan plan;
	struct outcome outcome;
	autoclose int report = -1;
	bool is_known;
	int rc;

	if (take_host(policy, id, &after->home, &host, e))
		return -1;
	memcpy(host.cgroups, cgroups, sizeof(host.cgroups));
	if (after_recover(after, policy, &host, e) || take_guards(policy, &host, e) ||
	    trial_read(policy, &host, e) || plan_make(policy, &host, &plan, e) ||
	    report_open(&plan, &report, e) || after_begin(after, &plan, e))
		return -1;
	with->taken = host.taken;
	with->report = report;
	with->outcome = &outcome;
	with->journal = after->file;
	with->home = after->home.lock;
	rc = take_leave(&host, e) ? -1 : run_planned(policy, &host, &plan, with, status, e);
	is_known = after->warden < 0;
	after_end(after, rc == 0, status);
	if (rc == 0)
		report_end(&plan, &outcome, is_known && !after->cut ? &after->found : NULL, *status,
			   report);
	return rc;
}

/*
 * With the rights that we came with: an ordinary user rarely may make a cgroup, and root's
 * directory of sessions is root's.
 */
static int run_beside(const struct policy *policy, const struct identity *id, int started_fd,
		      int *status, struct err *e)
{
	struct host_cgroup cgroups[CONTROLLERS];
	struct keeper keeper = {-1, 0};
	struct session session = {0};
	struct run_with with = {.keeper = &keeper, .session = &session};
	struct after after;
	int rc;

	if (policy->name && session_make(policy->name, &session, e))
		return -1;
	session.started_fd = started_fd;
	cgroups_read(policy, cgroups);
	rc = keeper_start(cgroups, &keeper, e);
	if (rc == 0) {
		rc = after_open(policy, id, &after, e) ||
		     run_as(policy, id, cgroups, &with, &after, status, e);
		after_close(&after);
	}
	keeper_end(&keeper);
	session_end(&session);
	return rc ? -1 : 0;
}

static int run(const struct policy *policy, int *status, struct err *e)
{
	struct identity id;
	int started_fd = -1, rc;

	if (policy->json) {
		err_where(e, "--json");
		err_remedy(e, "Use --report FILE for what was enforced, or pinfold plan --json.");
		return fail(e, 0, "the option belongs to pinfold plan");
	}
	if (identity_make(policy, &id, e))
		return -1;
	if (policy->name && session_check_name(policy->name, e))
		return -1;
	if (policy->detach && policy->name) {
		rc = detach_fork(&started_fd, status, e);
		if (rc)
			return rc < 0 ? -1 : 0;
	}
	return run_beside(policy, &id, started_fd, status, e);
}

int cmd_run(int argc, char **argv)
{
	struct policy asked = {0}, policy;
	struct err e = {0};
	int status = EXIT_OURS;

	if (cli_read(argc, argv, &asked, &e) == 0) {
		if (asked.help) {
			print_help();
			return 0;
		}
		if (policy_resolve(&asked, &policy, &e) == 0 &&
		    cli_check_command(&policy, argv[0], &e) == 0 && run(&policy, &status, &e) == 0)
			return status;
	}
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

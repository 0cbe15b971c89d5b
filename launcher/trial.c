/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial: whether a layer can be had on this host, found by doing it.
 *
 * Sysctls, versions and configurations only hint at what a kernel, a container's filter and a
 * security module together allow; an attempt knows. Each one happens in a process of its own, which
 * walks the very same layers as a run and ends where exec would be.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"

/* A set of layers, or a profile where there is one, with nothing of the caller's in it. */
struct attempt {
	const struct host *host;
	const struct layer *layer; /* whose failure it is where nobody else is named */
	uint32_t set;
	const char *profile;
};

static int try_here(const void *arg, struct err *e)
{
	const struct attempt *a = arg;
	struct policy policy = {.profile = a->profile ? a->profile : "none"};
	struct host plain = *a->host; /* without the caller's paths and earlier trials */
	struct plan *plan = pool_alloc(sizeof(*plan));
	const struct keeper none = {-1, 0};
	const struct run_with with = {.keeper = &none, .report = -1, .journal = -1, .home = -1};
	struct outcome outcome;

	plain.paths_n = 0;
	plain.taken_n = 0;
	plain.guards = (struct guards){0};
	plain.failed = 0;
	plain.cwd = NULL;
	for (int i = 0; layers[i]; i++)
		if (a->set >> i & 1)
			pool_list_add(&policy.with, layers[i]->name);
	/* Root that has not been given up yet is given up here: what is tried is the agent's. */
	if (getuid() == 0 && identity_apply(&a->host->id, e))
		return -1;
	if (plan_make(&policy, &plain, plan, e))
		return -1;
	if (run_plan(plan, &with, &outcome, e)) {
		int at = e->where[0] ? layers_find(e->where) : -1;

		/* A failed clone names no layer: it is the one on trial, or what it needs. */
		if (at >= 0 || a->layer)
			cause_explain(at < 0 ? a->layer : layers[at], e);
		return -1;
	}
	return outcome.status ? fail(e, 0, "the trial ended with status %d", outcome.status) : 0;
}

int trial_apart(int (*act)(const void *arg, struct err *e), const void *arg, struct err *why_not)
{
	int fds[2];
	pid_t pid;
	ssize_t n;

	if (pipe2(fds, O_CLOEXEC))
		return fail(why_not, errno, "pipe");
	pid = fork();
	if (pid == 0) {
		struct err e = {0};
		int rc;

		(void)close(fds[0]);
		rc = act(arg, &e);
		if (rc)
			(void)fd_write_all(fds[1], &e, sizeof(e));
		_exit(rc ? 1 : 0);
	}
	(void)close(fds[1]);
	if (pid < 0) {
		(void)close(fds[0]);
		return fail(why_not, errno, "fork");
	}
	n = fd_read_full(fds[0], why_not, sizeof(*why_not));
	(void)close(fds[0]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (n == 0)
		return 0;
	return n == (ssize_t)sizeof(*why_not) ? -1 : fail(why_not, 0, "the trial died");
}

static int try_with(const struct host *host, const struct layer *layer, const char *with,
		    struct err *why_not)
{
	struct attempt a = {.host = host, .layer = layer};

	a.set = layers_with_needs(layers_bit(layer->name) | (with ? layers_bit(with) : 0));
	if (trial_apart(try_here, &a, why_not) == 0)
		return 0;
	/* Where not even the trial could be begun, nobody has explained it yet. */
	if (!why_not->remedy[0])
		cause_explain(layer, why_not);
	return -1;
}

int trial_layer(const struct host *host, const struct layer *layer, struct err *why_not)
{
	if (try_with(host, layer, layer->tried_with, why_not) == 0)
		return 0;
	if (!layer->tried_with || str_equal(why_not->where, layer->name))
		return -1;
	/* It may have been the other one that failed: then this one is what it is by itself. */
	*why_not = (struct err){0};
	return try_with(host, layer, NULL, why_not);
}

int trial_profile(const struct host *host, const char *profile, struct err *why_not)
{
	struct attempt a = {.host = host, .profile = profile};

	return trial_apart(try_here, &a, why_not);
}

int trial_read(const struct policy *policy, struct host *host, struct err *e)
{
	for (size_t i = 0; i < policy->degraded.n; i++) {
		int at = layers_find(policy->degraded.v[i]);
		struct err why = {0};

		if (at < 0 || trial_layer(host, layers[at], &why) == 0)
			continue;
		/* Who can bring about a shortage must not choose the layers by it. */
		if (!cause_is_lasting(layers[at], &why)) {
			*e = why;
			return err_where(e, "%s", layers[at]->name);
		}
		host->failed |= UINT32_C(1) << at;
		host->failed_why[at] = why.num ? pool_printf("%s: %s", why.what, err_name(why.num))
					       : pool_copy(why.what);
	}
	return 0;
}

static bool is_culprit(const struct host *host, const struct plan *plan, int i, struct err *e)
{
	struct err why = {0};

	if (!(plan->layers >> i & 1) || !layers[i]->clone_flag ||
	    trial_layer(host, layers[i], &why) == 0)
		return false;
	*e = why;
	err_where(e, "%s", layers[i]->name);
	return true;
}

void trial_find_culprit(const struct host *host, const struct plan *plan, struct err *e)
{
	/* One that is tried together with another comes after that other, which may be the cause.
	 */
	for (int alone = 1; alone >= 0; alone--)
		for (int i = 0; layers[i]; i++)
			if ((layers[i]->tried_with == NULL) == alone &&
			    is_culprit(host, plan, i, e))
				return;
}

bool trial_find_refusal(const struct host *host, uint32_t set, struct err *why)
{
	/* Those first on which others stand: they are the reason of the others. */
	for (int first = 1; first >= 0; first--)
		for (int i = 0; layers[i]; i++) {
			*why = (struct err){0};
			if ((layers[i]->needs == NULL) != first || !(set >> i & 1) ||
			    trial_layer(host, layers[i], why) == 0)
				continue;
			err_where(why, "%s", layers[i]->name);
			if (cause_is_lasting(layers[i], why))
				return true;
		}
	return false;
}

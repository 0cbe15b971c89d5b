/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case-start: the time from spawning a command to having reaped it.
 *
 * What it measures: a fork and exec of everything on the command line, the set-up of the sandbox,
 * the command, and the way back through init and launcher. What it does not: the kernel takes a
 * network namespace apart afterwards, on its own time. A pause of two milliseconds leaves it that
 * time, so that it does not fall on whatever is measured next (without it the middle half is twice
 * as wide); what is left of it falls on another case in each round, as the order changes. Files are
 * in the page cache, as they are for the second command of an agent. A failed start is never a
 * time.
 */
#include "bench.h"

#include <string.h>
#include <time.h>

#include "pool.h"

/* Runs one case. A peer that fails becomes a row with its reason; ours that fail are an error. */
static int run_case(struct runner *runner, struct bench_case *c, double *ms, struct err *e)
{
	static const struct timespec settle = {0, SETTLE_US * 1000};
	struct ended ended;
	const char *why;

	if (c->reason)
		return 0;
	(void)nanosleep(&settle, NULL);
	if (runner_run(runner, c->argv, &ended, e)) {
		/* Asked to end, or out of processes: nothing that is the peer's fault. */
		if (c->kind != CASE_PEER || e->code)
			return -1;
		why = pool_printf("%s: %s", e->what, err_name(e->num));
	} else {
		why = runner_why(runner, &ended);
	}
	*ms = (double)ended.ns / 1e6;
	if (!why)
		return 0;
	if (c->kind != CASE_PEER)
		return fail(e, 0, "%s: %s", why, runner_words(c->argv));
	c->reason = why;
	return 0;
}

static int read_version(struct runner *runner, struct bench_case *c, struct err *e)
{
	const char *argv[] = {c->argv[0], "--version", NULL}, *said;
	struct ended ended;

	if (!c->version || c->reason)
		return 0;
	if (runner_run(runner, argv, &ended, e))
		return e->code ? -1 : 0;
	said = runner_output(runner);
	c->version = runner_why(runner, &ended) ? "" : pool_copy_n(said, strcspn(said, "\n"));
	return 0;
}

/* Everything once or twice: page cache, and peers that do not start are found out. */
static int warm_up(struct runner *runner, struct cases *cases, struct err *e)
{
	double ms;

	for (size_t i = 0; i < cases->n; i++)
		if (read_version(runner, &cases->v[i], e) ||
		    run_case(runner, &cases->v[i], &ms, e) ||
		    run_case(runner, &cases->v[i], &ms, e))
			return -1;
	return 0;
}

int starts_measure(struct runner *runner, const struct request *request, struct cases *cases,
		   struct err *e)
{
	uint64_t state = request->seed;
	size_t order[CASES_MAX];

	runner->timeout_ms = START_TIMEOUT_MS;
	if (warm_up(runner, cases, e))
		return -1;
	for (size_t round = 0; round < cases->rounds && cases->n; round++) {
		progress_show("starts", round, cases->rounds);
		stats_shuffle(order, cases->n, &state);
		for (size_t i = 0; i < cases->n; i++) {
			struct bench_case *c = &cases->v[order[i]];

			if (run_case(runner, c, &c->sample[round], e))
				return -1;
		}
	}
	progress_clear();
	return 0;
}

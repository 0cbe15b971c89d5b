/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes: several operations at a time, by several runners (run.c).
 *
 * Each lane is a process with every jobs-th operation. Those that must be alone are done by the
 * probe's own process when the lanes have ended; with one job, all are.
 */
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pool.h"

struct lane {
	struct runner *runner;
	struct op_list ops;
	size_t *places; /* of each of ops in the whole list */
	pid_t pid;
};

/* The lane of that number; `jobs` is the number of the one that runs alone. */
static int lane_make(struct lane *l, const struct probe *probe, const struct op_list *ops,
		     size_t number, size_t jobs, struct err *e)
{
	size_t count = 0;

	l->pid = -1;
	l->ops.v = pool_alloc((ops->n + 1) * sizeof(*l->ops.v));
	l->places = pool_alloc((ops->n + 1) * sizeof(*l->places));
	for (size_t i = 0; i < ops->n; i++) {
		bool alone = ops->v[i]->alone || jobs == 1;

		if (alone ? number != jobs : count++ % jobs != number)
			continue;
		l->places[l->ops.n] = i;
		l->ops.v[l->ops.n++] = ops->v[i];
	}
	l->runner = runner_make(probe, &l->ops);
	return l->runner ? 0 : fail(e, errno, "memory to share with the operations");
}

static void lane_start(struct lane *l)
{
	if (l->ops.n == 0)
		return;
	l->pid = runner_fork();
	if (l->pid == 0) {
		runner_release();
		runner_go(l->runner);
		_exit(0);
	}
}

/*
 * Waits for its end. A signal that should end the probe goes to it, which lets the operation come
 * to its own end first; the signal is returned.
 */
static int lane_wait(const struct lane *l)
{
	const struct timespec tick = {0, 20000000};
	sigset_t set;
	int sig = 0;

	runner_held(&set);
	while (l->pid > 0) {
		pid_t got = waitpid(l->pid, NULL, WNOHANG);
		int came;

		if (got == l->pid || (got < 0 && errno != EINTR))
			break;
		came = sigtimedwait(&set, NULL, &tick);
		if (came > 0 && came != SIGCHLD)
			sig = came;
		else if (came < 0 && errno != EAGAIN && errno != EINTR)
			(void)nanosleep(&tick, NULL);
		if (sig)
			(void)kill(l->pid, sig);
	}
	return sig;
}

static void lane_take(const struct lane *l, struct trial *trials)
{
	for (size_t i = 0; i < l->ops.n; i++)
		if (!runner_get(l->runner, i, &trials[l->places[i]]))
			trial_broken(&trials[l->places[i]], 0, "its lane ended before it");
}

int runner_run(const struct probe *probe, const struct op_list *ops, struct trial *trials,
	       struct err *e)
{
	size_t jobs = probe->jobs > 1 ? probe->jobs : 1;
	struct lane *lanes = pool_alloc((jobs + 1) * sizeof(*lanes));
	int sig = 0;

	for (size_t i = 0; i <= jobs; i++)
		if (lane_make(&lanes[i], probe, ops, i, jobs, e))
			return -1;
	runner_hold();
	for (size_t i = 0; i < jobs; i++)
		lane_start(&lanes[i]);
	for (size_t i = 0; i < jobs; i++) {
		int came = lane_wait(&lanes[i]);

		sig = came ? came : sig;
	}
	runner_release();
	if (sig)
		(void)raise(sig);
	runner_go(lanes[jobs].runner);
	for (size_t i = 0; i <= jobs; i++)
		lane_take(&lanes[i], trials);
	return 0;
}

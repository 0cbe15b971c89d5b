/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case-calls: the time of one system call, in and out of a sandbox.
 *
 * Two calls that do next to nothing are timed by this very program, run through the launcher:
 * getpid(2), which the filter allows whatever its arguments are, so that the kernel (since 5.11)
 * remembers the answer and does not run the filter; and ioctl(2) on descriptor -1, whose request
 * the filter compares with every value of its row: there it runs in full, and the kernel then
 * finds no such descriptor (EBADF). Both go straight to the kernel, since a libc may keep an
 * answer.
 *
 * The floor beside "no sandbox" is a filter of one instruction that allows everything: what seccomp
 * costs before anybody's rules. A batch is long enough for the clock and short enough that most
 * are not interrupted; the fastest of a round counts, for what disturbs it can only add.
 */
#include "bench.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"

/* ---- inside -------------------------------------------------------------------------------- */

static int load_filter(struct err *e)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &allow};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return fail(e, errno, "load a filter of one instruction");
	return 0;
}

/* One of the two calls; want is its answer's errno, 0 where it succeeds. */
struct call {
	const char *name;
	long number, argument, request;
	int want;
};

static const struct call plain_call = {"getpid", SYS_getpid, 0, 0, 0};
static const struct call checked_call = {"ioctl", SYS_ioctl, -1, TCGETS, EBADF};

/* Nanoseconds of that many calls, where that is less than *best. */
static int time_batch(const struct call *call, uint32_t count, uint64_t *best, struct err *e)
{
	uint64_t start = clock_now_ns(), ns;
	long got = 0;

	errno = 0;
	for (uint32_t i = 0; i < count; i++)
		got = syscall(call->number, call->argument, call->request, 0);
	ns = clock_now_ns() - start;
	if (errno != call->want || (got < 0) != (call->want != 0))
		return fail(e, errno, "%s does not answer as it should", call->name);
	if (!*best || ns < *best)
		*best = ns;
	return 0;
}

static int measure_inside(const char *how, uint32_t calls, uint32_t batches, struct err *e)
{
	uint64_t plain = 0, checked = 0;

	if (str_equal(how, "filter") && load_filter(e))
		return -1;
	for (uint32_t i = 0; i < batches; i++)
		if (time_batch(&plain_call, calls, &plain, e) ||
		    time_batch(&checked_call, calls, &checked, e))
			return -1;
	printf("getpid\t%.3f\nioctl\t%.3f\n", (double)plain / calls, (double)checked / calls);
	return fflush(stdout) ? fail(e, errno, "cannot write") : 0;
}

int calls_main(int argc, char **argv)
{
	uint32_t calls, batches;
	struct err e = {0};

	if (argc != 5 || str_read_u32(argv[3], UINT32_MAX, &calls) || calls == 0 ||
	    str_read_u32(argv[4], UINT32_MAX, &batches) || batches == 0)
		(void)fail(&e, 0, "usage: " CALLS_WORD " plain|filter CALLS BATCHES");
	else if (measure_inside(argv[2], calls, batches, &e) == 0)
		return 0;
	err_print(&e, "pinfold-bench");
	return err_exit_code(&e);
}

/* ---- outside ------------------------------------------------------------------------------- */

int calls_parse(const char *text, double *plain, double *checked, struct err *e)
{
	char end = 0, more;

	if (sscanf(text, "getpid\t%lf\nioctl\t%lf%c%c", plain, checked, &end, &more) == 3 &&
	    end == '\n' && *plain > 0 && *checked > 0)
		return 0;
	return fail(e, 0, "what was measured inside did not come out: \"%.40s\"", text);
}

static int run_case(struct runner *runner, struct bench_case *c, size_t round, struct err *e)
{
	struct ended ended;
	const char *why;

	if (c->reason)
		return 0;
	if (runner_run(runner, c->argv, &ended, e))
		return -1;
	why = runner_why(runner, &ended);
	if (why)
		return fail(e, 0, "%s: %s", why, runner_words(c->argv));
	return calls_parse(runner_output(runner), &c->sample[round], &c->checked[round], e);
}

int calls_measure(struct runner *runner, const struct request *request, struct cases *cases,
		  struct err *e)
{
	uint64_t state = request->seed;
	size_t order[CASES_MAX];

	runner->timeout_ms = CALLS_TIMEOUT_MS;
	for (size_t i = 0; i < cases->n; i++)
		if (run_case(runner, &cases->v[i], 0, e))
			return -1;
	for (size_t round = 0; round < cases->rounds && cases->n; round++) {
		progress_show("calls", round, cases->rounds);
		stats_shuffle(order, cases->n, &state);
		for (size_t i = 0; i < cases->n; i++)
			if (run_case(runner, &cases->v[order[i]], round, e))
				return -1;
	}
	progress_clear();
	return 0;
}

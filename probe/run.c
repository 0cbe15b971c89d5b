/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: operations in children, each within a time limit.
 *
 * A crash, a hang or a kill of one operation is a result of that one and nothing more. Making a
 * process costs more than all calls of an ordinary operation, so one child goes on from operation
 * to operation as long as each leaves the process as it found it (op->clean); where one does not,
 * or did not come back, the next child goes on behind it.
 *
 * Results lie in memory which children and probe share: that takes no descriptor and no further
 * call, and what a child wrote before it was killed is still there. The sandbox around may refuse
 * any call here, also those that cannot fail elsewhere (wait4, sigtimedwait), so each has a way
 * without it, and the clock ends every loop.
 */
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"

enum {
	NAP_MS = 20,	 /* longest sleep: a lost SIGCHLD costs no more than this */
	GRACE_MS = 500,	 /* for a killed child to be gone */
	ORPHAN_SECS = 2, /* what an operation has beyond its limit, should the probe be killed */
};

/* What children and probe share. */
struct shared {
	uint64_t started_ns; /* when the newest operation began, by lib/clock.h */
	int stop;	     /* the child is to end after this operation */
	struct trial trials[];
};

struct runner {
	const struct probe *probe;
	const struct op_list *ops;
	struct shared *shared;
	int signal; /* one that came while it was held back; 0: none */
};

/* One child: what it is to do, and how that ended. */
struct child {
	pid_t pid;
	size_t from; /* its first operation */
	int status;  /* wait(2) */
};

void runner_held(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGHUP);
	(void)sigaddset(set, SIGQUIT);
	(void)sigaddset(set, SIGCHLD);
}

void runner_hold(void)
{
	sigset_t set;

	runner_held(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

void runner_release(void)
{
	sigset_t set;

	runner_held(&set);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Whoever started the probe may have left signals ignored or blocked that are needed here. */
static void set_signals(void)
{
	sigset_t alarm_only;
	struct rlimit core;

	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGALRM, SIG_DFL);
	(void)sigemptyset(&alarm_only);
	(void)sigaddset(&alarm_only, SIGALRM);
	(void)sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
	/* Over a file size limit write(2) then fails with EFBIG, which is an answer. */
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	/* In the background of a terminal a call then fails instead of stopping us. */
	(void)signal(SIGTTIN, SIG_IGN);
	(void)signal(SIGTTOU, SIG_IGN);
	/* A crash leaves no core file; the hard limit stays, for operations to see. */
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
}

/* Sleeps until a child has ended or a signal to end has come, at most NAP_MS and left_ns. */
static void nap(struct runner *r, uint64_t left_ns)
{
	struct timespec t = {0, NAP_MS * 1000000};
	sigset_t set;
	int sig;

	runner_held(&set);
	if (left_ns < NAP_MS * 1000000)
		t.tv_nsec = (long)left_ns;
	sig = sigtimedwait(&set, NULL, &t);
	if (sig > 0 && sig != SIGCHLD) {
		r->signal = sig;
		__atomic_store_n(&r->shared->stop, 1, __ATOMIC_RELAXED);
	}
	if (sig < 0 && errno != EAGAIN && errno != EINTR) {
		t.tv_nsec = t.tv_nsec < 1000000 ? t.tv_nsec : 1000000;
		(void)nanosleep(&t, NULL);
	}
}

static enum stage stage_of(const struct runner *r, size_t i)
{
	return (enum stage)__atomic_load_n(&r->shared->trials[i].stage, __ATOMIC_ACQUIRE);
}

/* The first operation from i on that has not come to its end; ops->n where all have. */
static size_t first_open(const struct runner *r, size_t i)
{
	while (i < r->ops->n && stage_of(r, i) == STAGE_DONE)
		i++;
	return i;
}

/* Has the child nothing more to do? Known without waiting for it. */
static bool is_over(const struct runner *r, const struct child *c)
{
	size_t open = first_open(r, c->from);

	return open == r->ops->n || (open > c->from && !r->ops->v[open - 1]->clean);
}

/* The operations from c->from on; never returns. */
static void child_main(const struct runner *r, const struct child *c)
{
	for (size_t i = c->from; i < r->ops->n; i++) {
		const struct op *op = r->ops->v[i];
		struct trial *t = &r->shared->trials[i];
		struct probe here = *r->probe;

		here.op = op;
		/* Should the probe be killed, this one still comes to its end, undone. */
		(void)alarm(r->probe->timeout_ms / 1000 + ORPHAN_SECS);
		__atomic_store_n(&r->shared->started_ns, clock_now_ns(), __ATOMIC_RELAXED);
		trial_stage(t, STAGE_STARTED);
		op->run(&here, t);
		if (t->outcome == OUTCOME_NONE)
			trial_broken(t, 0, "it came back without a result");
		trial_stage(t, STAGE_DONE);
		if (!op->clean || __atomic_load_n(&r->shared->stop, __ATOMIC_RELAXED))
			break;
	}
	_exit(0);
}

/* Looks once whether the child has ended. */
static bool has_ended(const struct runner *r, struct child *c, enum ending *ending)
{
	pid_t got = waitpid(c->pid, &c->status, WNOHANG);

	*ending = got == c->pid ? ENDING_SEEN : ENDING_TOLD;
	/* One that has had itself traced stops at a signal, and nobody will let it go on. */
	if (got == c->pid && WIFSTOPPED(c->status)) {
		(void)kill(c->pid, SIGKILL);
		return false;
	}
	return got == c->pid || (got < 0 && errno != EINTR && is_over(r, c));
}

/* Waits for the child's end, or until an operation of it has taken limit_ms. */
static bool wait_end(struct runner *r, struct child *c, uint32_t limit_ms, enum ending *ending)
{
	for (;;) {
		uint64_t now = clock_now_ns(), limit = (uint64_t)limit_ms * 1000000;
		uint64_t begun = __atomic_load_n(&r->shared->started_ns, __ATOMIC_RELAXED);
		bool late = now >= begun + limit;

		if (!late)
			nap(r, begun + limit - now);
		if (has_ended(r, c, ending))
			return true;
		if (late)
			return false;
	}
}

/*
 * fork(2), by the call that every libc's programs make today: a filter may know no other. The child
 * has this one thread, and makes none.
 */
pid_t runner_fork(void)
{
	return (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
}

static pid_t start(struct runner *r)
{
	__atomic_store_n(&r->shared->started_ns, clock_now_ns(), __ATOMIC_RELAXED);
	return runner_fork();
}

/* Sees the child to its end. late: the operation that was open when its time was up. */
static enum ending watch(struct runner *r, struct child *c, size_t *late)
{
	enum ending ending;

	*late = r->ops->n;
	if (wait_end(r, c, r->probe->timeout_ms, &ending))
		return ending;
	*late = first_open(r, c->from);
	(void)kill(c->pid, SIGKILL);
	__atomic_store_n(&r->shared->started_ns, clock_now_ns(), __ATOMIC_RELAXED);
	return wait_end(r, c, GRACE_MS, &ending) ? ENDING_TIMED_OUT : ENDING_STUCK;
}

/* Undoes what an operation may have left that did not come to its end; bounded as any other. */
static void undo(struct runner *r, size_t i)
{
	const struct op *op = r->ops->v[i];
	struct child c = {.from = i};
	struct probe here = *r->probe;
	size_t unused;

	if (!op->undo)
		return;
	here.op = op;
	c.pid = start(r);
	if (c.pid == 0) {
		(void)alarm(r->probe->timeout_ms / 1000 + ORPHAN_SECS);
		op->undo(&here);
		_exit(0);
	}
	if (c.pid > 0)
		(void)watch(r, &c, &unused);
}

/* Runs one child from operation `from` on; the first operation that is still to be run. */
static size_t run_child(struct runner *r, size_t from)
{
	struct child c = {.from = from};
	size_t open, late = r->ops->n;
	enum ending ending = ENDING_NOT_STARTED;
	int num;

	c.pid = start(r);
	num = errno;
	if (c.pid == 0)
		child_main(r, &c);
	if (c.pid > 0)
		ending = watch(r, &c, &late);
	open = first_open(r, from);
	if (open == r->ops->n || (open > from && stage_of(r, open) == STAGE_IDLE))
		return open;
	if (late < open) {
		/* The late one came to its end after all; this one was killed for it: again. */
		undo(r, open);
		trial_stage(&r->shared->trials[open], STAGE_IDLE);
		return open;
	}
	trial_judge(&r->shared->trials[open], ending, c.status, num, r->probe->timeout_ms);
	undo(r, open);
	trial_stage(&r->shared->trials[open], STAGE_DONE);
	return open + 1;
}

/* Lets a signal take its effect that came meanwhile; if it is one that we survive, goes on. */
static void deliver(struct runner *r)
{
	runner_release();
	if (r->signal)
		(void)raise(r->signal);
	r->signal = 0;
	r->shared->stop = 0;
}

struct runner *runner_make(const struct probe *probe, const struct op_list *ops)
{
	struct runner *r = pool_alloc(sizeof(*r));
	size_t size = sizeof(struct shared) + ops->n * sizeof(struct trial);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*r = (struct runner){.probe = probe, .ops = ops, .shared = memory};
	return memory == MAP_FAILED ? NULL : r;
}

void runner_go(struct runner *r)
{
	const char *absent = decoy_get(&r->probe->decoys, "absent");

	set_signals();
	for (size_t i = 0; i < r->ops->n; i++)
		r->shared->trials[i].told_absent = absent && ops_match(absent, r->ops->v[i]->id);
	for (size_t next = 0; next < r->ops->n;) {
		runner_hold();
		next = run_child(r, next);
		deliver(r);
	}
}

bool runner_get(const struct runner *r, size_t i, struct trial *t)
{
	*t = r->shared->trials[i];
	return stage_of(r, i) == STAGE_DONE;
}

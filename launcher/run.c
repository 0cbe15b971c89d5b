/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the process tree, and the walk over layers[] in each process. Nothing else.
 *
 *     launcher                     pid 1 inside                  agent
 *     OUTSIDE
 *     clone(the plan's flags) ---> MAPS  BUILD  ENTER  LOCK
 *                                  fork -----------------------> AGENT  chdir  PROOF
 *                                  reaps, forwards signals       execve
 *     reads struct err or EOF <--- one pipe, close-on-exec -----+
 *     waits, forwards signals
 *
 * The first process inside locks itself before it makes any other, so everybody inside is born
 * locked: there is no moment at which an agent runs beside somebody who is not. An error before
 * exec travels through the pipe as a struct err and ends all three; the end of the pipe without
 * one means that exec has happened, since the descriptor closes by it.
 *
 * clone(2), not clone3(2): the filters of containers answer ENOSYS for the latter, and nothing
 * of what only it can do is used. Without the pid layer the first process is the agent itself.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "uapi.h"

static void note_step(struct run *run, int layer, enum stage stage, uint64_t start)
{
	struct steps *s = run->steps;

	/* The processes of a start take turns, so plain writes to the shared page are enough. */
	if (s && s->n < STEPS_MAX)
		s->v[s->n++] =
			(struct step){(uint8_t)layer, (uint8_t)stage, clock_now_ns() - start};
}

/* One layer in one stage: apply, and ask back at once, before a later layer can hide the answer. */
static int walk_layer(int i, enum stage stage, const struct plan *plan, struct run *run,
		      struct err *e)
{
	const struct layer *l = layers[i];
	uint64_t start = run->steps ? clock_now_ns() : 0;

	if (!l->apply[stage] && !l->check[stage])
		return 0;
	if ((l->apply[stage] && l->apply[stage](plan, run, e)) ||
	    (l->check[stage] && l->check[stage](plan, run, e)))
		return err_where(e, "%s", l->name);
	note_step(run, i, stage, start);
	return 0;
}

int run_walk(enum stage stage, const struct plan *plan, struct run *run, struct err *e)
{
	for (int i = 0; layers[i]; i++)
		if ((plan->layers >> i & 1) && walk_layer(i, stage, plan, run, e))
			return -1;
	return 0;
}

/*
 * A namespace layer that has no proof of its own is proven by the namespace's number. (The others
 * show in what is seen inside, which is cheaper to look at and harder to have by accident.)
 */
static bool proven_by_number(const struct plan *plan, int i)
{
	return (plan->layers >> i & 1) && layers[i]->ns && !layers[i]->check[STAGE_PROOF];
}

static int read_namespaces(const struct plan *plan, struct ns_set *set, struct err *e)
{
	autoclose int dir = -1;

	for (int i = 0; layers[i]; i++) {
		if (!proven_by_number(plan, i))
			continue;
		if (dir < 0)
			dir = ns_open(e);
		if (dir < 0 || ns_read(dir, layers[i]->ns, &set->id[ns_kind(layers[i]->ns)], e))
			return err_where(e, "%s", layers[i]->name);
	}
	return 0;
}

static int prove_namespaces(const struct plan *plan, const struct run *run, struct err *e)
{
	struct ns_set now;

	if (read_namespaces(plan, &now, e))
		return -1;
	for (int i = 0; layers[i]; i++) {
		int kind = layers[i]->ns ? ns_kind(layers[i]->ns) : -1;

		if (!proven_by_number(plan, i) || now.id[kind] != run->outside.id[kind])
			continue;
		(void)fail(e, 0, "the agent is still in the caller's %s namespace", layers[i]->ns);
		return err_where(e, "%s", layers[i]->name);
	}
	return 0;
}

static int enter_cwd(const struct plan *plan, struct err *e)
{
	/* No magic links: "/proc/self/fd/7" would be wherever that descriptor leads. */
	static const struct uapi_open_how how = {O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
						 UAPI_RESOLVE_NO_MAGICLINKS};
	autoclose int dir = -1;

	if (!plan->cwd)
		return 0;
	dir = sys_openat2(AT_FDCWD, plan->cwd, &how);
	if (dir >= 0 && fchdir(dir) == 0)
		return 0;
	err_where(e, "--chdir");
	err_remedy(e, "Name a directory that exists inside; `pinfold plan` shows what does.");
	return fail(e, errno, "cannot start in %s", plan->cwd);
}

/* The agent's process. Returns only where it must not, or could not, become the command. */
static int run_agent(const struct plan *plan, struct run *run, struct err *e)
{
	sigset_t nothing;

	if (run_walk(STAGE_AGENT, plan, run, e) || enter_cwd(plan, e) ||
	    run_walk(STAGE_PROOF, plan, run, e) || prove_namespaces(plan, run, e))
		return -1;
	if (!plan->command)
		_exit(0);
	(void)sigemptyset(&nothing);
	(void)sigprocmask(SIG_SETMASK, &nothing, NULL);
	return exec_command(plan->command, run->env, e);
}

/* Says why, and ends: the launcher reads it and ends the rest. */
static _Noreturn void report_failure(const struct run *run, struct err *e)
{
	if (!e->code)
		e->code = EXIT_OURS;
	/* One write of less than PIPE_BUF is atomic (pipe(7)); if it fails nobody is left to tell.
	 */
	(void)fd_write_all(run->error_fd, e, sizeof(*e));
	_exit(e->code);
}

/*
 * Makes the agent's process and goes on as pid 1. vfork(2): the parent has nothing to do until the
 * agent has become the command, and so its memory need not be copied. The child never returns from
 * this function, and what it leaves in the shared memory is not read again.
 */
static int fork_agent(const struct plan *plan, struct run *run, struct err *e)
{
	pid_t agent = vfork();

	if (agent < 0)
		return fail(e, errno, "fork the agent's process");
	if (agent == 0) {
		(void)run_agent(plan, run, e);
		report_failure(run, e);
	}
	/* Whatever pid 1 kept open would outlive the agent's own closing of it. */
	(void)sys_close_range(0, ~0u, 0);
	_exit(init_run(agent, plan_has(plan, "session")));
}

/* The first process inside. */
static int run_inside(const struct plan *plan, struct run *run, struct err *e)
{
	if (run_walk(STAGE_MAPS, plan, run, e))
		return -1;
	/*
	 * From here on no other process of the same user may trace us or read our memory; writing
	 * the maps had to come first, because an undumpable process' files in /proc are root's.
	 * Exec makes the agent dumpable again.
	 */
	if (plan->layers && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return fail(e, errno, "PR_SET_DUMPABLE");
	if (run_walk(STAGE_BUILD, plan, run, e) || run_walk(STAGE_ENTER, plan, run, e) ||
	    run_walk(STAGE_LOCK, plan, run, e))
		return -1;
	return plan_has(plan, "pid") ? fork_agent(plan, run, e) : run_agent(plan, run, e);
}

static _Noreturn void child_main(const struct plan *plan, struct run *run)
{
	struct err e = {0};

	(void)run_inside(plan, run, &e);
	report_failure(run, &e);
}

static pid_t clone_inside(const struct plan *plan)
{
	unsigned long flags = SIGCHLD;

	for (int i = 0; layers[i]; i++)
		if (plan->layers >> i & 1)
			flags |= layers[i]->clone_flag;
	/* The first two arguments are the same on x86-64 and aarch64; the rest is not used. */
	return (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

/* Waits for the first process inside, and passes signals on to it meanwhile. */
static int wait_inside(const struct plan *plan, pid_t pid)
{
	sigset_t set;
	int status;

	init_forwarded(&set);
	for (;;) {
		siginfo_t info;
		int sig;

		if (waitpid(pid, &status, WNOHANG) == pid)
			return init_exit_code(status);
		sig = sigwaitinfo(&set, &info);
		/*
		 * A terminal signals its whole foreground group. An agent in a session of its own
		 * is not in it and depends on us; one that shares ours has got the signal already.
		 */
		if (sig > 0 && sig != SIGCHLD && (info.si_code <= 0 || plan_has(plan, "session")))
			(void)kill(pid, sig);
	}
}

static struct steps *share_steps(const struct plan *plan)
{
	void *p;

	if (!plan->verbose && !plan->report)
		return NULL;
	p = mmap(NULL, sizeof(struct steps), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		 0);
	return p == MAP_FAILED ? NULL : p;
}

/*
 * The agent runs: its standard input and output are its own now. A copy of ours would keep a pipe
 * open that the agent has closed.
 */
static void leave_stdio(void)
{
	autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
}

/* What the child says before it is the agent: nothing, which is success, or one struct err. */
static int hear_child(int fd, const char *what, struct err *e)
{
	ssize_t n = fd_read_full(fd, e, sizeof(*e));

	if (n == 0)
		return 0;
	if (n != (ssize_t)sizeof(*e))
		return fail(e, n < 0 ? errno : 0, "lost the way to %s", what);
	/* It comes from a process about to be an agent's: make sure of the text's end. */
	e->where[sizeof(e->where) - 1] = e->what[sizeof(e->what) - 1] = '\0';
	e->remedy[sizeof(e->remedy) - 1] = '\0';
	return -1;
}

static int after_start(const struct plan *plan, const struct run *run, int report_fd, struct err *e)
{
	if (report_fd >= 0 && report_write(plan, run->steps, report_fd, e))
		return -1;
	if (plan->verbose && run->steps)
		report_print_steps(run->steps, stderr);
	return 0;
}

static int follow_child(const struct plan *plan, struct run *run, int hear_fd, pid_t pid,
			int report_fd, int *status, struct err *e)
{
	bool started = hear_child(hear_fd, "the process inside", e) == 0;

	/* A report that was asked for and cannot be written: the agent ends before it gets
	 * anywhere. */
	if (started && plan->command && after_start(plan, run, report_fd, e)) {
		(void)kill(pid, SIGKILL);
		started = false;
	}
	if (started && plan->command)
		leave_stdio();
	*status = wait_inside(plan, pid);
	if (!started)
		return -1;
	/* Killed without a word before exec (by the kernel, out of memory): not the agent's status.
	 */
	return 0;
}

int run_plan(const struct plan *plan, int report_fd, int *status, struct err *e)
{
	struct run run = {.root_fd = -1, .proc_fd = -1, .env = plan->env_all};
	autoclose int hear_fd = -1;
	int fds[2], rc;
	sigset_t set, old;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return fail(e, errno, "pipe");
	hear_fd = fds[0];
	run.error_fd = fds[1];
	run.steps = share_steps(plan);
	rc = run_walk(STAGE_OUTSIDE, plan, &run, e);
	if (rc == 0)
		rc = read_namespaces(plan, &run.outside, e);
	if (rc) {
		(void)close(run.error_fd);
		return -1;
	}
	/* Blocked before there is anybody to pass them on to: none is lost, and none kills us
	 * alone. */
	init_forwarded(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &old);
	pid = clone_inside(plan);
	if (pid == 0) {
		(void)close(hear_fd);
		child_main(plan, &run);
	}
	if (pid < 0)
		(void)fail(e, errno, "make the namespaces");
	(void)close(run.error_fd);
	if (pid > 0)
		rc = follow_child(plan, &run, hear_fd, pid, report_fd, status, e);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	return pid > 0 ? rc : -1;
}

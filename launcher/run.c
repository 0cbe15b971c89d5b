/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the process tree, and nothing else.
 *
 *     launcher                     pid 1 inside                  agent
 *     OUTSIDE
 *     clone(the plan's flags) ---> MAPS  BUILD  ENTER  LOCK
 *                                  vfork ----------------------> chdir  AGENT  PROOF
 *                                  reaps, forwards signals       execve
 *     hears "ready", then the end  <--- link.c -----------------+
 *     supervise.c: forwards signals, waits
 *
 * The first process inside locks itself before it makes any other, so everybody inside is born
 * locked: there is no moment at which an agent runs beside somebody who is not. An error before
 * exec travels over the link as a struct err and ends all three.
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
#include <unistd.h>

#include "after.h"
#include "clock.h"
#include "session.h"
#include "supervise.h"
#include "uapi.h"

static int fail_cwd(const struct plan *plan, struct err *e)
{
	err_where(e, "--chdir");
	err_remedy(e, "Name a directory that exists inside; `pinfold plan` shows what does.");
	return fail(e, errno, "cannot start in %s", plan->cwd);
}

/* Before the lock, as a filter may forbid openat2(2); entered by the agent, with no right but its
 * own.
 */
static int open_cwd(const struct plan *plan, struct run *run, struct err *e)
{
	/* No magic links: "/proc/self/fd/7" would be wherever that descriptor leads. */
	static const struct uapi_open_how how = {O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
						 UAPI_RESOLVE_NO_MAGICLINKS};

	if (!plan->cwd)
		return 0;
	run->cwd_fd = sys_openat2(AT_FDCWD, plan->cwd, &how);
	return run->cwd_fd >= 0 ? 0 : fail_cwd(plan, e);
}

static int enter_cwd(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int dir = fd_take(&run->cwd_fd);

	return plan->cwd && fchdir(dir) ? fail_cwd(plan, e) : 0;
}

/* The agent's process. Returns only where it must not, or could not, become the command. */
static int run_agent(const struct plan *plan, struct run *run, struct err *e)
{
	if (enter_cwd(plan, run, e) || walk_layers(STAGE_AGENT, plan, run, e) ||
	    walk_layers(STAGE_PROOF, plan, run, e) || walk_prove_namespaces(plan, run, e) ||
	    link_say_ready(plan, run, e))
		return -1;
	if (!plan->command)
		_exit(0);
	if (sigprocmask(SIG_SETMASK, &run->mask, NULL))
		return fail(e, errno, "give the agent its signals back");
	return exec_command(plan->command, run->env, e);
}

/*
 * Makes the agent's process and goes on as pid 1. vfork(2): the parent has nothing to do until the
 * agent has become the command, and so its memory need not be copied. The child never returns from
 * this function, and what it leaves in the shared memory is not read again.
 */
static int fork_agent(const struct plan *plan, struct run *run, struct err *e)
{
	struct init init = {.linger = plan->end.linger,
			    .own_group = plan_has(plan, "session"),
			    .notes_fd = run->notes_fd,
			    .terminal_fd = run->terminal_fd};
	pid_t agent = vfork();

	if (agent < 0)
		return fail(e, errno, "fork the agent's process");
	if (agent == 0) {
		(void)run_agent(plan, run, e);
		link_say_failure(run, e);
	}
	init.agent = init.foreground = agent;
	/* Whatever else pid 1 kept open would outlive the agent's own closing of it. */
	fd_close_all_but((const int[]){run->notes_fd, run->terminal_fd}, 2);
	_exit(init_run(&init));
}

int run_lock(const struct plan *plan, struct run *run, struct err *e)
{
	if (open_cwd(plan, run, e) || walk_layers(STAGE_LOCK, plan, run, e))
		return -1;
	return plan_has(plan, "pid") ? fork_agent(plan, run, e) : run_agent(plan, run, e);
}

/* The first process inside. */
static int run_inside(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int ns_dir = -1;

	if (walk_layers(STAGE_MAPS, plan, run, e))
		return -1;
	/*
	 * From here on no other process of the same user may trace us or read our memory; writing
	 * the maps had to come first, because an undumpable process' files in /proc are root's.
	 * Exec makes the agent dumpable again.
	 */
	if (plan->layers && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_GET_DUMPABLE)))
		return fail(e, errno, "PR_SET_DUMPABLE");
	/* While the host's /proc is in sight; it tells of us wherever we are. */
	if (plan->session) {
		ns_dir = ns_open(e);
		if (ns_dir < 0)
			return -1;
	}
	if (walk_layers(STAGE_BUILD, plan, run, e) || walk_layers(STAGE_ENTER, plan, run, e) ||
	    (plan->session && session_say_doors(plan, run, ns_dir, e)))
		return -1;
	fd_cleanup(&ns_dir);
	ns_dir = -1;
	return run_lock(plan, run, e);
}

static _Noreturn void child_main(const struct plan *plan, struct run *run)
{
	struct err e = {0};

	(void)run_inside(plan, run, &e);
	link_say_failure(run, &e);
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
static void leave_descriptors(const struct plan *plan)
{
	autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	if (plan->detach)
		(void)dup2(null, STDERR_FILENO);
	for (size_t i = 0; i < plan->fds_n; i++)
		(void)close(plan->fds[i]);
}

/* Before the agent may start: what was enforced is written, or it does not start. */
static int before_exec(struct supervisor *s, int link_fd, int report_fd, struct err *e)
{
	const struct plan *plan = s->plan;
	const struct run *run = s->run;
	int rc;

	if (plan->verbose && run->steps)
		report_print_steps(run->steps, stderr);
	if (report_fd < 0)
		return 0;
	rc = report_write(plan, run->steps, &s->facts, report_fd, e);
	report_drop_facts(&s->facts);
	return rc ? -1 : link_say(link_fd, LINK_GO, -1, e);
}

/* Hears the processes inside out until the agent runs (0), or will not (-1). */
static int follow_start(struct supervisor *s, int link_fd, const struct run_with *with,
			struct err *e)
{
	struct link_heard heard = {0};
	int rc;

	while ((rc = link_hear(link_fd, &heard, e)) > 0) {
		int *fd = &heard.with[0];

		if (heard.word == LINK_TERMINAL)
			s->terminal_fd = fd_take(fd);
		else if (heard.word == LINK_PROC)
			s->inside.proc_fd = fd_take(fd);
		else if (heard.word == LINK_ROOT)
			s->inside.root_fd = fd_take(fd);
		else if (heard.word == LINK_DOORS)
			session_take_doors(s, &heard);
		else if (*fd >= 0)
			report_take_fact(&s->facts, heard.word, fd);
		else if (heard.word == LINK_READY && s->plan->command &&
			 before_exec(s, link_fd, with->report, e))
			return -1;
		link_drop(&heard);
	}
	return rc;
}

static int follow_child(struct supervisor *s, int link_fd, pid_t pid, const struct run_with *with,
			struct err *e)
{
	if (after_started(with->journal, pid, e) || after_started(with->home, pid, e) ||
	    follow_start(s, link_fd, with, e)) {
		/* It is ending by itself, but for one that waits for leave or was stopped on its
		 * way. */
		supervise_kill(pid);
		return -1;
	}
	if (s->plan->command)
		leave_descriptors(s->plan);
	if (s->session && s->session->started_fd >= 0)
		(void)!write(s->session->started_fd, "", 1);
	return supervise_run(s, pid, e);
}

/* Makes the first process inside and follows it to its end. */
static int run_child(struct supervisor *s, struct run *run, int link_fd,
		     const struct run_with *with, struct err *e)
{
	autoclose int ours = link_fd;
	pid_t pid = clone_inside(s->plan);

	if (pid == 0) {
		(void)close(fd_take(&ours));
		supervise_close(s);
		child_main(s->plan, run);
	}
	(void)close(fd_take(&run->link_fd));
	fd_cleanup(&run->notes_fd);
	/* A report into a closed pipe or a full quota is an error to be told, not our end. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	if (pid < 0)
		return fail(e, errno, "make the namespaces");
	return follow_child(s, ours, pid, with, e);
}

int run_plan(const struct plan *plan, const struct run_with *with, struct outcome *outcome,
	     struct err *e)
{
	struct run run = {.taken = with->taken,
			  .root_fd = -1,
			  .proc_fd = -1,
			  .ruleset_fd = -1,
			  .link_fd = -1,
			  .notes_fd = -1,
			  .terminal_fd = -1,
			  .keeper = with->keeper,
			  .leader = 1,
			  .cwd_fd = -1,
			  .env = plan->env_all};
	struct supervisor supervisor = {.session = with->session};
	uint64_t start = clock_now_ns();
	int fds[2], rc = -1;
	sigset_t set;

	if (link_open(fds, e))
		return -1;
	run.link_fd = fds[1];
	run.steps = share_steps(plan);
	/* A caller may have left SIGCHLD ignored: a child's end could then not be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	/* Blocked before there is anybody to pass them on to: none is lost, none kills us alone. */
	init_blocked(&set);
	if (sigprocmask(SIG_BLOCK, &set, &run.mask))
		return fail(e, errno, "block the signals that are passed on");
	if (supervise_open(&supervisor, plan, &run, e) == 0 &&
	    walk_layers(STAGE_OUTSIDE, plan, &run, e) == 0 &&
	    walk_read_namespaces(plan, &run.outside, e) == 0)
		rc = run_child(&supervisor, &run, fd_take(&fds[0]), with, e);
	limits_watch_end(&supervisor, rc ? e : NULL);
	*outcome = (struct outcome){.status = supervisor.status,
				    .ended_for = supervisor.ended_for,
				    .limit_ended = supervisor.limit_ended,
				    .ns = clock_now_ns() - start};
	memcpy(outcome->limits, supervisor.limits, sizeof(outcome->limits));
	supervise_close(&supervisor);
	fd_cleanup(&fds[0]);
	fd_cleanup(&run.link_fd);
	(void)sigprocmask(SIG_SETMASK, &run.mask, NULL);
	return rc;
}

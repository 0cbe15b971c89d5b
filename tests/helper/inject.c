/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject: makes one system call of one process of a start fail, or lie, or be the process' last.
 *
 *     inject list -- COMMAND...        every call of a clean run: PROCESS CALL N DETAIL, and at
 *                                      last "witness" and what the command printed
 *     inject run -- COMMAND... <CASES  one line "PROCESS CALL N FAULT" a case; one line of result
 *     inject bare -- COMMAND...        becomes COMMAND, without descriptors beyond 2
 *
 * All that it starts has one processor, the WORKER-th (in the environment): else much of the time
 * would go into waking the other one at each stop.
 *
 * PROCESS counts threads and processes in the order of their birth, the command being 0; N counts
 * the calls of that name which that process has made. FAULT is an errno (EIO), "kill" (SIGKILL in
 * place of the call), or "zero" (the call is not made and says 0). strace(1) can do the same, but
 * it cannot tell processes apart: its when=3 hits whoever gets to a third call first, which with
 * the calls that all of them make is always the launcher. tests/inject/strace.sh holds this
 * program's results against strace's.
 *
 * The stops are the larger part of a case's cost, so only the process that is to fail is stopped at
 * its calls (for process 0, whoever may start the command as well, to hold it back). If the call
 * never comes that way, the case is run again with all of them stopped.
 *
 * What counts is the set-up: it ends with the first execve(2) of any process but 0, which is held
 * back until process 0 has nothing more to do than to wait. A result:
 * PROCESS CALL N FAULT FIRED STATUS LEFT OUTPUT MESSAGE, with tabs. FIRED: 1, or 0 where the call
 * never came. STATUS as a shell has it, "timeout" for one that had to be ended. LEFT: processes
 * that were still there three seconds after process 0. OUTPUT, MESSAGE: the standard output and
 * error.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "inject-call.h"
#include "uapi.h"

enum { TASKS = 64, TEXT = 32768, RUN_SECONDS = 20, LEFT_MS = 3000 };

struct task {
	pid_t tid;
	int number;   /* order of birth, -1 until the event that tells it */
	bool stopped; /* seen before that event, and waiting for it */
	bool faked;   /* its present call is not made; the result is put in at its end */
	bool gone;
	bool vforked; /* only such a process starts the command */
	unsigned int calls[CALLS_MAX];
};

struct one_case {
	int process;
	char call[40];
	unsigned int n;
	char fault[16];
	int num; /* errno of the fault; 0 for zero and kill */
};

struct outcome {
	bool fired, timeout;
	int status, left;
	char out[TEXT], err[TEXT];
};

static struct task tasks[TASKS];
static int tasks_n, born;
static bool begun, over;  /* process 0 has started the command; the set-up has ended */
static bool waits;	  /* process 0 waits to hear from the others */
static struct task *held; /* at its execve(2), until process 0 waits: all it does is set-up too */

static const struct one_case *only; /* whose process alone is stopped at its calls */

static int die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(2);
}

static struct task *task_of(pid_t tid)
{
	for (int i = 0; i < tasks_n; i++)
		if (tasks[i].tid == tid && !tasks[i].gone)
			return &tasks[i];
	if (tasks_n == TASKS)
		return NULL;
	memset(&tasks[tasks_n], 0, sizeof(tasks[0]));
	tasks[tasks_n].tid = tid;
	tasks[tasks_n].number = -1;
	return &tasks[tasks_n++];
}

static int alive(void)
{
	int n = 0;

	for (int i = 0; i < tasks_n; i++)
		n += !tasks[i].gone;
	return n;
}

static void go_on(const struct task *t, const struct outcome *o, int sig)
{
	/* Once the fault has been made, or the set-up is over, nobody's calls matter. */
	bool concerned = !only || t->number == only->process || (only->process == 0 && t->vforked);
	bool watch = t->faked || (!over && !o->fired && concerned);

	(void)ptrace(watch ? PTRACE_SYSCALL : PTRACE_CONT, t->tid, NULL, (void *)(intptr_t)sig);
}

static void at_entry(struct task *t, const struct one_case *c, struct outcome *o,
		     const struct call *call)
{
	unsigned int n = ++t->calls[call->slot];

	if (!c) {
		char detail[200];

		call_detail(t->tid, call, detail, sizeof(detail));
		printf("%d\t%s\t%u\t%s\n", t->number, call->name, n, detail);
		return;
	}
	if (o->fired || t->number != c->process || n != c->n || strcmp(call->name, c->call) != 0)
		return;
	o->fired = true;
	if (strcmp(c->fault, "kill") == 0) {
		(void)kill(t->tid, SIGKILL);
		return;
	}
	/* Linux closes even where close(2) reports an error, so that is what is done here. */
	if (c->num == 0 || strcmp(call->name, "close") != 0)
		call_replace(t->tid);
	t->faked = true;
}

static void at_syscall(struct task *t, const struct one_case *c, struct outcome *o)
{
	struct call call;
	int which = call_read(t->tid, &call);

	if (which == CALL_ENTRY && begun && !over && t->number >= 0) {
		at_entry(t, c, o, &call);
		waits = waits || (t->number == 0 && strcmp(call.name, "recvmsg") == 0);
		if (t->number > 0 && strcmp(call.name, "execve") == 0)
			held = t;
	} else if (which == CALL_EXIT && t->faked) {
		call_result(t->tid, c->num);
		t->faked = false;
	}
	if (held && (waits || o->fired || (only && only->process != 0))) {
		over = true;
		if (held != t)
			go_on(held, o, 0);
		held = NULL;
	}
	if (t != held)
		go_on(t, o, 0);
}

static void at_birth(struct task *parent, bool vforked, const struct outcome *o)
{
	unsigned long tid;
	struct task *t;

	if (ptrace(PTRACE_GETEVENTMSG, parent->tid, NULL, &tid) == 0) {
		t = task_of((pid_t)tid);
		if (t) {
			t->number = born++;
			t->vforked = vforked;
			if (t->stopped)
				go_on(t, o, 0);
			t->stopped = false;
		}
	}
	go_on(parent, o, 0);
}

static bool is_crash(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE || sig == SIGSYS ||
	       sig == SIGTRAP;
}

static void at_stop(struct task *t, int status, const struct one_case *c, struct outcome *o)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (sig == (SIGTRAP | 0x80)) {
		at_syscall(t, c, o);
	} else if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
		   event == PTRACE_EVENT_VFORK) {
		at_birth(t, event == PTRACE_EVENT_VFORK, o);
	} else if (event == PTRACE_EVENT_EXEC) {
		begun = true;
		go_on(t, o, 0);
	} else if (sig == SIGSTOP && t->number < 0) {
		t->stopped = true; /* its birth has not been told yet */
	} else if (!event && is_crash(sig)) {
		/* Handed on by a tracer it would not end the first process of a pid namespace. */
		(void)kill(t->tid, SIGKILL);
	} else {
		/* SIGSTOP is the kernel's greeting to a new tracee, the rest the start's own. */
		go_on(t, o, sig == SIGSTOP || event ? 0 : sig);
	}
}

static pid_t start(char **command, int out, int err)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	(void)dup2(open("/dev/null", O_RDONLY), 0);
	(void)dup2(out, 1);
	(void)dup2(err, 2);
	(void)sys_close_range(3, ~0u, 0);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
		_exit(99);
	(void)execv(command[0], command);
	_exit(99);
}

static void read_all(int fd, char *text)
{
	ssize_t n, got = 0;

	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((n = read(fd, text + got, (size_t)(TEXT - 1 - got))) > 0)
		got += n;
	text[got] = '\0';
	/* One line of a table. */
	for (char *s = text; *s; s++)
		if (*s == '\n' || *s == '\t')
			*s = ' ';
	(void)close(fd);
}

static uint64_t now_ms(void)
{
	return clock_now_ns() / 1000000;
}

static void end_all(void)
{
	for (int i = 0; i < tasks_n; i++)
		if (!tasks[i].gone)
			(void)kill(tasks[i].tid, SIGKILL);
}

static void no_op(int sig)
{
	(void)sig;
}

/* Follows all of them to their end, which it brings about where they do not. */
static void follow(pid_t first, const struct one_case *c, struct outcome *o)
{
	uint64_t deadline = now_ms() + RUN_SECONDS * 1000;
	bool ended = false;

	while (alive()) {
		int status;
		pid_t tid;
		struct task *t;

		if (now_ms() > deadline) {
			o->timeout = o->timeout || !ended;
			o->left = ended && !o->left ? alive() : o->left;
			end_all();
			deadline += LEFT_MS;
		}
		/* The timer interrupts a wait in which nothing happens any more. */
		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			break;
		t = task_of(tid);
		if (!t)
			continue;
		if (WIFSTOPPED(status)) {
			at_stop(t, status, c, o);
			continue;
		}
		t->gone = true;
		if (tid == first) {
			ended = true;
			o->status =
				WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
			deadline = now_ms() + LEFT_MS;
		}
	}
}

static void run_case(char **command, const struct one_case *c, struct outcome *o)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int out[2], err[2], status = 0;
	pid_t pid;

	memset(o, 0, sizeof(*o));
	tasks_n = 0;
	born = 1;
	begun = over = waits = false;
	held = NULL;
	if (pipe(out) || pipe(err))
		die("pipe");
	pid = start(command, out[1], err[1]);
	(void)close(out[1]);
	(void)close(err[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)options))
		die("trace");
	task_of(pid)->number = 0;
	go_on(&tasks[0], o, 0);
	follow(pid, c, o);
	read_all(out[0], o->out);
	read_all(err[0], o->err);
}

static void run_cases(char **command)
{
	static struct outcome o;
	struct one_case c;

	memset(&c, 0, sizeof(c));
	while (scanf("%d %39s %u %15s%*[^\n]", &c.process, c.call, &c.n, c.fault) == 4) {
		c.num = call_errno(c.fault);
		only = &c;
		run_case(command, &c, &o);
		if (!o.fired) {
			only = NULL;
			run_case(command, &c, &o);
		}
		printf("%d\t%s\t%u\t%s\t%d\t", c.process, c.call, c.n, c.fault, o.fired);
		if (o.timeout)
			printf("timeout");
		else
			printf("%d", o.status);
		printf("\t%d\t%s\t%s\n", o.left, o.out, o.err);
	}
}

static void take_processor(void)
{
	const char *worker = getenv("WORKER");
	unsigned int which = worker ? (unsigned int)atoi(worker) : 0;
	cpu_set_t ours, one;

	(void)unsetenv("WORKER");
	if (sched_getaffinity(0, sizeof(ours), &ours))
		return;
	which %= (unsigned int)CPU_COUNT(&ours);
	CPU_ZERO(&one);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &ours) && which-- == 0)
			CPU_SET(cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	const struct itimerval tick = {{0, 200000}, {0, 200000}};
	const struct sigaction quiet = {.sa_handler = no_op};
	static struct outcome o;

	(void)setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (argc < 4 || strcmp(argv[2], "--") != 0)
		return 2;
	if (strcmp(argv[1], "bare") == 0) {
		(void)sys_close_range(3, ~0u, 0);
		(void)execv(argv[3], argv + 3);
		return die(argv[3]);
	}
	/* Without SA_RESTART, so that a wait ends with EINTR. */
	(void)sigaction(SIGALRM, &quiet, NULL);
	(void)setitimer(ITIMER_REAL, &tick, NULL);
	take_processor();
	if (strcmp(argv[1], "run") == 0) {
		run_cases(argv + 3);
		return 0;
	}
	run_case(argv + 3, NULL, &o);
	printf("witness\t%s\n", o.out);
	if (o.status != 0)
		fprintf(stderr, "inject: the clean run ended with %d: %s\n", o.status, o.err);
	return o.status != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init: exit codes, the signals it waits for, and its end with the agent's. It runs here as an
 * ordinary process; tests/live/ has it as pid 1.
 */
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "pinfold.h"

/* The wait status of a process that ends by this signal, or with this code. */
static int status_of(int sig, int code)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		(void)signal(sig, SIG_DFL);
		if (sig)
			(void)raise(sig);
		_exit(code);
	}
	(void)waitpid(pid, &status, 0);
	return status;
}

static void test_codes(void)
{
	static const int codes[] = {0, 1, 2, 42, 124, 125, 126, 127, 128, 255};
	static const int signals[] = {SIGHUP,  SIGINT,	SIGKILL, SIGTERM, SIGSEGV,
				      SIGABRT, SIGPIPE, SIGSYS,	 SIGUSR1, 34 /* a real-time one */};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		is_int(init_exit_code(status_of(0, codes[i])), codes[i], "exit %d", codes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		is_int(init_exit_code(status_of(signals[i], 0)), 128 + signals[i], "signal %d",
		       signals[i]);
	is_int(init_exit_code(SIGSEGV | WCOREFLAG), 128 + SIGSEGV, "with a core file");
}

static void test_signals(void)
{
	static const int in[] = {SIGHUP,  SIGINT,   SIGQUIT, SIGTERM, SIGUSR1,
				 SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP, SIGCHLD};
	sigset_t set;
	int n = 0;

	(void)sigfillset(&set);
	init_forwarded(&set);
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		n += sigismember(&set, sig) == 1;
	is_int(n, ARRAY_SIZE(in), "so many signals are waited for");
	for (size_t i = 0; i < ARRAY_SIZE(in); i++)
		is_int(sigismember(&set, in[i]), 1, "... signal %d", in[i]);
}

static void nap(long ms)
{
	(void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* An init with its agent, and with another child that ends first: the exit status. */
static int run(int agent_code, bool own_session, int sent)
{
	int status;
	pid_t init = fork();

	if (init == 0) {
		pid_t agent;
		sigset_t set;

		init_forwarded(&set);
		(void)sigprocmask(SIG_BLOCK, &set, NULL);
		if (fork() == 0)
			_exit(99);
		agent = fork();
		if (agent == 0) {
			(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
			nap(400);
			_exit(agent_code);
		}
		(void)alarm(20);
		_exit(init_run(&(struct init){.agent = agent,
					      .own_group = own_session,
					      .notes_fd = -1,
					      .terminal_fd = -1}));
	}
	nap(100);
	if (sent)
		(void)kill(init, sent);
	return waitpid(init, &status, 0) == init && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void)
{
	test_codes();
	test_signals();
	is_int(run(7, false, 0), 7, "init ends with the agent's code, not with an orphan's");
	is_int(run(0, true, 0), 0, "... which may be 0");
	/* Here the sender is as much inside as init: it shows by its pid. */
	is_int(run(8, false, SIGTERM), 8, "a signal from inside is not passed on");
	is_int(run(8, true, SIGHUP), 8, "... nor in a session of its own");
	return tap_done();
}

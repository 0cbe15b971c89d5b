/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init: pid 1 of the sandbox.
 *
 * Should: reap whatever is left to it, pass the launcher's signals on to the agent, and end with
 * the agent: the kernel then kills everything else inside (pid_namespaces(7)). With --linger it
 * ends with the last of its children instead, which as pid 1 means the last process inside.
 * Mustn't: hold any right that the agent has not: it was locked before the agent was made. It has
 * two descriptors, a pipe that it can only write to and the command's own terminal, and uses no
 * memory that it does not have by now.
 *
 * Where the command has a terminal of its own, init leads the session and is the one in whose hands
 * the terminal is while the command must not read from it: a background process that reads is then
 * stopped (SIGTTIN), init tells the launcher, and that asks the caller's terminal or stops too.
 */
#include "pinfold.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void init_forwarded(sigset_t *set)
{
	static const int signals[] = {SIGHUP,  SIGINT,	 SIGQUIT, SIGTERM, SIGUSR1,
				      SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};

	(void)sigemptyset(set);
	(void)sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)sigaddset(set, signals[i]);
}

void init_blocked(sigset_t *set)
{
	init_forwarded(set);
	(void)sigaddset(set, SIGTTIN);
	(void)sigaddset(set, SIGTTOU);
}

int init_exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The agent has stopped: nobody inside may use the terminal until the launcher says so. */
static void tell_stop(struct init *init, int sig)
{
	char byte = (char)sig;

	if (init->terminal_fd >= 0) {
		pid_t now = tcgetpgrp(init->terminal_fd);

		if (now > 0 && now != getpgrp())
			init->foreground = now;
		(void)tcsetpgrp(init->terminal_fd, getpgrp());
	}
	/* A pipe that is full has been told often enough. */
	(void)!write(init->notes_fd, &byte, 1);
}

/* Reaps all that have ended. True once there is nobody left to wait for. */
static bool reap(struct init *init)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != init->agent)
			continue;
		if (WIFSTOPPED(status)) {
			tell_stop(init, WSTOPSIG(status));
		} else {
			init->code = init_exit_code(status);
			init->agent_ended = true;
		}
	}
	/* 0: there are children, and none of them has changed. */
	return init->agent_ended && (!init->linger || pid < 0);
}

static void pass_on(struct init *init, const siginfo_t *info)
{
	int more = info->si_signo == SIGCONT && info->si_code == SI_QUEUE ? info->si_value.sival_int
									  : 0;

	if (more == INIT_FOREGROUND && init->terminal_fd >= 0)
		(void)tcsetpgrp(init->terminal_fd, init->foreground);
	if (more == INIT_KILL) {
		(void)kill(init->own_group ? -init->agent : init->agent, SIGKILL);
		return;
	}
	if (init->agent_ended) {
		/* All that are left, but for pid 1 itself (kill(2)); elsewhere it would be
		 * everybody.
		 */
		if (getpid() == 1)
			(void)kill(-1, info->si_signo);
		return;
	}
	if (!init->own_group || kill(-init->agent, info->si_signo))
		(void)kill(init->agent, info->si_signo);
}

int init_run(struct init *init)
{
	sigset_t set;

	(void)prctl(PR_SET_NAME, "pinfold-init");
	init_forwarded(&set); /* blocked since the launcher; waiting for them is all that is done */
	while (!reap(init)) {
		siginfo_t info;
		int sig = sigwaitinfo(&set, &info);

		/*
		 * A sender outside shows as process 0 (pid_namespaces(7)). Signals from inside are
		 * not passed on, nor those of a terminal, which the agent gets by itself.
		 */
		if (sig > 0 && sig != SIGCHLD && info.si_code <= 0 && info.si_pid == 0)
			pass_on(init, &info);
	}
	return init->code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init: pid 1 of the sandbox.
 *
 * Should: reap whatever is left to it, pass the launcher's signals on to the agent, and end with
 * the agent: the kernel then kills everything else inside (pid_namespaces(7)).
 * Mustn't: hold any right that the agent has not: it was locked before the agent was made. It has
 * no descriptor open, and uses no memory that it does not have by now.
 */
#include "pinfold.h"

#include <sys/prctl.h>
#include <sys/wait.h>

void init_forwarded(sigset_t *set)
{
	static const int signals[] = {SIGHUP,  SIGINT,	SIGQUIT,  SIGTERM,
				      SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT};

	(void)sigemptyset(set);
	(void)sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)sigaddset(set, signals[i]);
}

int init_exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Reaps all that have ended. True, with *code, once the agent is among them. */
static bool reap(pid_t agent, int *code)
{
	bool ended = false;
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (pid == agent) {
			*code = init_exit_code(status);
			ended = true;
		}
	}
	return ended;
}

int init_run(pid_t agent, bool own_session)
{
	sigset_t set;
	int code = EXIT_OURS;

	(void)prctl(PR_SET_NAME, "pinfold-init");
	init_forwarded(&set); /* blocked since the launcher; waiting for them is all that is done */
	while (!reap(agent, &code)) {
		siginfo_t info;
		int sig = sigwaitinfo(&set, &info);

		/*
		 * A sender outside shows as process 0 (pid_namespaces(7)). Signals from inside are
		 * not passed on, nor those of a terminal, which the agent gets by itself.
		 */
		if (sig <= 0 || sig == SIGCHLD || info.si_code > 0 || info.si_pid != 0)
			continue;
		if (!own_session || kill(-agent, sig))
			(void)kill(agent, sig);
	}
	return code;
}

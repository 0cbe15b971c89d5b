/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family res: resources that a run should not have without bound.
 *
 * Amounts are small and stopped by the operation's own bound. Should show that a wall is missing
 * and use no more than that takes.
 */
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The limit of core files, raised from 0 and set back. */
static void raise_core(const struct probe *probe, struct trial *t)
{
	struct rlimit before, r, now = {0};

	(void)probe;
	if (getrlimit(RLIMIT_CORE, &before)) {
		trial_refused(t, errno, "getrlimit");
		return;
	}
	r = (struct rlimit){1 << 20, before.rlim_max};
	/* Elsewhere a malformed question: here it says that the hard limit is below that. */
	if (TRY(t, setrlimit(RLIMIT_CORE, &r)))
		trial_blocked(t, errno, "setrlimit");
	else if (getrlimit(RLIMIT_CORE, &now) || now.rlim_cur != r.rlim_cur)
		trial_faked(t, "setrlimit claimed success, and the limit is as it was");
	else
		trial_reached(t, "core files of a MiB may be written");
	(void)setrlimit(RLIMIT_CORE, &before);
}

/* A child that dies of a signal with a core: where it went is the host's business (core(5)). */
static void dump_core(const struct probe *probe, struct trial *t)
{
	const char *workspace = told(probe, t, "workspace");
	int status = 0;
	pid_t pid;

	if (!workspace)
		return;
	pid = runner_fork();
	if (pid == 0) {
		struct rlimit r;

		if (getrlimit(RLIMIT_CORE, &r) == 0) {
			r.rlim_cur = r.rlim_max < 1 << 20 ? r.rlim_max : 1 << 20;
			(void)setrlimit(RLIMIT_CORE, &r);
		}
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		/* The file is made in the working directory, where whoever told of it removes it.
		 */
		if (chdir(workspace))
			_exit(errno);
		(void)kill(getpid(), SIGABRT);
		_exit(0);
	}
	if (pid < 0)
		trial_refused(t, errno, "fork");
	else if (TRY(t, waitpid(pid, &status, 0)) != pid)
		trial_refused(t, errno, "waitpid");
	else if (WIFEXITED(status) && WEXITSTATUS(status))
		trial_refused(t, WEXITSTATUS(status), "chdir to where it may be written");
	else if (!WIFSIGNALED(status))
		trial_broken(t, 0, "the child did not die of its signal");
	else if (WCOREDUMP(status))
		trial_reached(t, "the core of a process was dumped");
	else
		trial_faked(t, "no core was dumped");
}

static const struct op ops[] = {
	{
		.id = "res.core-size",
		.title = "raise the limit of core files",
		.source = "core(5), getrlimit(2)",
		.clean = true,
		.run = raise_core,
	},
	{
		.id = "res.core-dump",
		.title = "dump the core of a process",
		.source = "core(5), CVE-2025-4598",
		.decoys = {"workspace"},
		.judged = JUDGED_INSIDE,
		.clean = true,
		.run = dump_core,
	},
};

const struct family family_res = FAMILY("res", ops);

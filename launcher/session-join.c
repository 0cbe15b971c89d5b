/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session-join: a process more in a running session (`pinfold exec`), under the same layers.
 *
 *     launcher              joins                                  inside
 *     fork ---------------> LIMITS' cgroups, then its namespaces
 *                           clone, a child of the launcher's ----> JOIN  LOCK
 *                                                                  vfork --> AGENT  PROOF  execve
 *
 * The namespaces and Landlock's rules are descriptors that the first process inside handed over
 * before it locked itself. From there on it is the walk of every start: the same layers, by the
 * same plan, each with its check. Where it must not be seen it is not: before it is inside no
 * process there may trace it or read its memory (CVE-2016-9962), and exec closes all but 0-2.
 *
 * For Landlock whoever joins is a domain beside the command's, under the same rules: the two can
 * neither signal nor trace each other.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_namespaces(const struct plan *plan, int ns_dir, int ns[NS_KINDS], struct err *e)
{
	for (int i = 0; layers[i]; i++) {
		int kind = layers[i]->ns ? ns_kind(layers[i]->ns) : -1;

		if (kind < 0 || !(plan->layers >> i & 1))
			continue;
		ns[kind] = openat(ns_dir, layers[i]->ns, O_RDONLY | O_CLOEXEC);
		if (ns[kind] < 0)
			return fail(e, errno, "open the namespace %s for the session",
				    layers[i]->ns);
	}
	return 0;
}

/* In one packet: each one more would wake the launcher, who has nothing to do with it yet. */
int session_say_doors(const struct plan *plan, const struct run *run, int ns_dir, struct err *e)
{
	int doors[SESSION_DOORS], with[SESSION_DOORS], set = 0, rc;
	size_t n = 0;

	memset(doors, -1, sizeof(doors));
	rc = open_namespaces(plan, ns_dir, doors, e);
	doors[SESSION_RULES] = run->ruleset_fd;
	for (int i = 0; i < SESSION_DOORS; i++)
		if (doors[i] >= 0)
			with[n++] = doors[i], set |= 1 << i;
	if (rc == 0)
		rc = link_say_number(run->link_fd, LINK_DOORS, set, with, n, e);
	for (int i = 0; i < NS_KINDS; i++)
		fd_cleanup(&doors[i]);
	return rc;
}

/* The user namespace first: it gives the rights over the others. */
static int enter_namespaces(const struct session_doors *doors, struct err *e)
{
	int first = ns_kind("user");

	if (doors->fd[first] >= 0 && setns(doors->fd[first], 0))
		return fail(e, errno, "enter the session's user namespace");
	for (int i = 0; i < NS_KINDS; i++)
		if (i != first && doors->fd[i] >= 0 && setns(doors->fd[i], 0))
			return fail(e, errno, "enter a namespace of the session's");
	return 0;
}

/* Inside, and not locked yet. */
static int lock(const struct plan *plan, struct run *run, struct err *e)
{
	int rc;

	/* The launcher's end is ours, as for everybody inside. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return fail(e, errno, "PR_SET_PDEATHSIG");
	run->leader = getpid();
	if (plan_has(plan, "mount")) {
		run->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (run->root_fd < 0)
			return fail(e, errno, "open the session's root");
	}
	rc = walk_layers(STAGE_JOIN, plan, run, e);
	fd_cleanup(&run->root_fd);
	run->root_fd = -1;
	return rc ? -1 : run_lock(plan, run, e);
}

static int join(const struct session_joining *j, struct run *run, struct err *e)
{
	pid_t pid;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_GET_DUMPABLE))
		return fail(e, errno, "PR_SET_DUMPABLE");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(j->stdio[fd], fd) < 0)
			return fail(e, errno, "take descriptor %d", fd);
	if (limits_enter(j->plan, run, e))
		return err_where(e, "limits");
	if (enter_namespaces(j->doors, e))
		return -1;
	if (!plan_has(j->plan, "pid"))
		return lock(j->plan, run, e);
	/* A pid namespace is for children (setns(2)); and this one is to be the launcher's. */
	pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	/* The kernel's word for a pid namespace whose first process is dead (pid_namespaces(7)). */
	if (pid < 0 && errno == ENOMEM)
		err_remedy(
			e,
			"The session may be ending, or memory is short: `pinfold ps` shows which.");
	if (pid < 0)
		return fail(e, errno, "fork into the session");
	if (pid == 0)
		return lock(j->plan, run, e);
	if (link_say_number(run->link_fd, LINK_PID, pid, NULL, 0, e))
		return -1;
	_exit(0);
}

_Noreturn void session_join(const struct session_joining *j)
{
	struct run run = *j->run;
	struct err e = {0};

	run.link_fd = j->link;
	run.notes_fd = j->notes;
	run.root_fd = run.proc_fd = run.cwd_fd = run.terminal_fd = -1;
	run.ruleset_fd = j->doors->fd[SESSION_RULES];
	run.trees = NULL;
	run.relays_n = 0;
	run.net_job = NULL;
	run.steps = NULL;
	run.in_front = j->flags & SESSION_IN_FRONT;
	run.foreground = j->flags & SESSION_FOREGROUND;
	(void)join(j, &run, &e);
	link_say_failure(&run, &e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper: kill(-1, SIGKILL) really tried, and judged from outside the sandbox.
 *
 *     matrix worker -> pinfold-matrix keeper -> [pid 1 of new namespaces]
 *                                                 |- victim, victim
 *                                                 '- pinfold run ... pinfold-probe
 *
 * kill(-1) hits every process that its caller may signal, so whatever tries it must stand in a pid
 * namespace of its own, the sandbox under test included, down to profile "none". Its pid 1 is ours:
 * it cannot be killed from within, it sees how each victim ended, and that alone is the verdict;
 * what the probe says about it counts for the errno only.
 *
 * Should hand on exactly what an ordinary user has: one id mapped to itself, no capability. Mustn't
 * call anything that spares the namespace: if it cannot be made, nothing is tried.
 */
#include "matrix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "uapi.h"

enum { VICTIMS = 2, LEFTOVER_MS = 2000 };

static int write_file(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -1 : fd_write_all(fd, text, strlen(text));
}

static int map_self(uid_t uid, gid_t gid, struct err *e)
{
	char uids[48], gids[48];

	(void)snprintf(uids, sizeof(uids), "%u %u 1\n", uid, uid);
	(void)snprintf(gids, sizeof(gids), "%u %u 1\n", gid, gid);
	if (write_file("/proc/self/setgroups", "deny") || write_file("/proc/self/uid_map", uids) ||
	    write_file("/proc/self/gid_map", gids))
		return fail(e, errno, "map uid %u in the outer namespace", uid);
	return 0;
}

/* A /proc that shows this pid namespace, then no capability any more: an ordinary user's place. */
static int settle(uid_t uid, gid_t gid, int parent_fd, struct err *e)
{
	static const struct uapi_cap_data none[2];
	struct pollfd p = {parent_fd, POLLIN, 0};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return fail(e, errno, "PR_SET_PDEATHSIG");
	/* Our parent's number is 0 to us, alive or dead; but its end of a pipe closes with it. */
	if (poll(&p, 1, 0) != 0)
		return fail(e, 0, "the parent is gone");
	if (map_self(uid, gid, e))
		return -1;
	/*
	 * Where the host's /proc is masked in parts, the kernel gives no fresh one. The old one
	 * serves as well for what is tried here: kill(-1) goes by the pid namespace.
	 */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return fail(e, errno, "make / private");
	(void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	if (sys_capset(none))
		return fail(e, errno, "give up the capabilities of the outer namespace");
	return 0;
}

static pid_t start_victim(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	/* SIGTERM must end it: by that the keeper tells who was still alive. */
	(void)signal(SIGTERM, SIG_DFL);
	for (;;)
		(void)pause();
}

static pid_t start_command(char **argv)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)execv(argv[0], argv);
	dprintf(STDERR_FILENO, "pinfold-matrix: cannot start %s: %s\n", argv[0], err_name(errno));
	_exit(EXIT_OURS);
}

/*
 * How many victims were killed? A SIGKILL that was sent decides how its process ends at that very
 * moment (complete_signal() in kernel/signal.c), so a SIGTERM after it cannot change the verdict:
 * one that dies by SIGTERM had been spared.
 */
static int count_killed(const pid_t *victims)
{
	int killed = 0;

	for (size_t i = 0; i < VICTIMS; i++) {
		int status = 0;

		(void)kill(victims[i], SIGTERM);
		while (waitpid(victims[i], &status, 0) < 0 && errno == EINTR)
			continue;
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	return killed;
}

/* The probe may outlive the launcher that it killed, and has a line to print. */
static void wait_for_rest(void)
{
	uint64_t end = clock_now_ns() + LEFTOVER_MS * UINT64_C(1000000);

	while (clock_now_ns() < end) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid == 0)
			(void)poll(NULL, 0, 1);
	}
}

static int keep(char **argv)
{
	pid_t victims[VICTIMS], command;
	int status = 0;

	for (size_t i = 0; i < VICTIMS; i++)
		victims[i] = start_victim();
	command = start_command(argv);
	if (victims[0] < 0 || victims[1] < 0 || command < 0) {
		dprintf(STDERR_FILENO, "pinfold-matrix: fork: %s\n", err_name(errno));
		return EXIT_OURS;
	}
	while (waitpid(command, &status, 0) < 0 && errno == EINTR)
		continue;
	if (count_killed(victims) > 0) {
		wait_for_rest();
		return KEEPER_KILLED;
	}
	wait_for_rest();
	if (WIFSIGNALED(status)) {
		dprintf(STDERR_FILENO, "pinfold-matrix: signal %d ended %s\n", WTERMSIG(status),
			argv[0]);
		return EXIT_OURS;
	}
	return WEXITSTATUS(status) ? EXIT_OURS : KEEPER_SPARED;
}

int keeper_main(int argc, char **argv)
{
	const unsigned long flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | SIGCHLD;
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct err e = {0};
	int fds[2], status;
	pid_t pid;

	if (argc < 3 || argv[2][0] != '/' || children_tie(atoi(argv[1])) || pipe2(fds, O_CLOEXEC))
		return EXIT_OURS;
	pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		(void)close(fds[1]);
		if (settle(uid, gid, fds[0], &e) == 0)
			_exit(keep(argv + 2));
		err_print(&e, "pinfold-matrix");
		_exit(KEEPER_SKIPPED);
	}
	if (pid < 0) {
		(void)fail(&e, errno, "make an outer user, pid and mount namespace");
		err_print(&e, "pinfold-matrix");
		return KEEPER_SKIPPED;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_OURS;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OURS;
}

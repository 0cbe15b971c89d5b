/* SPDX-License-Identifier: Apache-2.0 */
/*
 * children: processes that must not outlive us, and the signals that end us.
 *
 * Should leave nothing behind on any way out that leaves us a say; where there is none (SIGKILL), a
 * tied child dies by the kernel's hand. Mustn't signal anybody but our own children: a child that
 * has not been waited for keeps its number, so none of these kills can hit a stranger.
 */
#include "matrix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"

enum { END_MS = 10000 };

static volatile sig_atomic_t caught;

static void note(int sig)
{
	caught = sig;
}

void children_catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction act = {.sa_handler = note}, old;

	/*
	 * A handler, and not "ignore": exec resets a handler, so the programs that we start have
	 * the usual dispositions. What our caller ignores (nohup) stays ignored.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &act, NULL);
}

int children_signal(void)
{
	return caught;
}

void children_end_as_told(void)
{
	if (!caught)
		return;
	(void)signal(caught, SIG_DFL);
	(void)raise(caught);
}

void children_adopt(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

int children_tie(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -1;
	return getppid() == parent ? 0 : -1;
}

int children_exec_tied(int argc, char **argv)
{
	if (argc < 4 || children_tie(atoi(argv[1])))
		return EXIT_OURS;
	/* The first terminal that a session's leader opens becomes its own (tty(4)). */
	if (!str_equal(argv[2], "-") && open(argv[2], O_RDWR | O_CLOEXEC) < 0) {
		dprintf(STDERR_FILENO, "pinfold-matrix: open %s: %s\n", argv[2], err_name(errno));
		return EXIT_OURS;
	}
	(void)execvp(argv[3], argv + 3);
	dprintf(STDERR_FILENO, "pinfold-matrix: cannot start %s: %s\n", argv[3], err_name(errno));
	return EXIT_OURS;
}

int children_exec_under(int argc, char **argv)
{
	pid_t self = getpid(), pid;
	int status = 0;

	if (argc < 2)
		return EXIT_OURS;
	pid = fork();
	if (pid == 0) {
		if (children_tie(self) == 0)
			(void)execvp(argv[1], argv + 1);
		dprintf(STDERR_FILENO, "pinfold-matrix: cannot start %s: %s\n", argv[1],
			err_name(errno));
		_exit(EXIT_OURS);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (pid < 0)
		return EXIT_OURS;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The parent of a process, by the fourth field of its stat file (proc_pid_stat(5)); 0: none. */
static pid_t parent_of(const char *pid)
{
	char path[300], text[512], *end;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if (fd_read_file(path, text, sizeof(text)) <= 0)
		return 0;
	/* The name before it may hold anything; its end is the last parenthesis. */
	end = strrchr(text, ')');
	return end && strlen(end) > 4 ? (pid_t)atoi(end + 4) : 0;
}

static bool is_kept(pid_t pid, const pid_t *keep, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (keep[i] == pid)
			return true;
	return false;
}

/* Kills our children that are named, each between blanks; how many there were. */
static size_t kill_listed(char *list, const pid_t *keep, size_t n)
{
	size_t killed = 0;

	for (char *word; (word = strsep(&list, " "));) {
		if (!*word || is_kept((pid_t)atoi(word), keep, n))
			continue;
		(void)kill((pid_t)atoi(word), SIGKILL);
		killed++;
	}
	return killed;
}

/* The same where the kernel keeps no such list (CONFIG_PROC_CHILDREN): all processes are asked. */
static size_t kill_found(const pid_t *keep, size_t n)
{
	DIR *proc = opendir("/proc");
	size_t killed = 0;

	if (!proc)
		return 0;
	for (const struct dirent *d; (d = readdir(proc));) {
		if (d->d_name[0] < '1' || d->d_name[0] > '9' || parent_of(d->d_name) != getpid() ||
		    is_kept((pid_t)atoi(d->d_name), keep, n))
			continue;
		(void)kill((pid_t)atoi(d->d_name), SIGKILL);
		killed++;
	}
	(void)closedir(proc);
	return killed;
}

static size_t kill_children(const pid_t *keep, size_t n)
{
	char path[64], list[4096];

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	if (fd_read_file(path, list, sizeof(list)) >= 0)
		return kill_listed(list, keep, n);
	return kill_found(keep, n);
}

void children_end(const pid_t *keep, size_t n)
{
	uint64_t end = clock_now_ns() + END_MS * UINT64_C(1000000);

	/* The children of the dead come to us, and are found in the next round. */
	while (clock_now_ns() < end) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid != 0)
			continue;
		if (kill_children(keep, n) == 0 && n > 0)
			return;
		(void)poll(NULL, 0, 1);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner: starts a command, waits for its end, and reads the clock on both sides.
 *
 * What stands between the two clock readings is the measurement: one posix_spawn(3), which does
 * not copy our address space, one wait for SIGCHLD and one waitpid(2). Pipes would add wake-ups of
 * ours to it, so what commands say goes to two memory files, and is read only where it matters.
 * (lib/child.h follows two pipes and is for programs whose time does not matter.)
 *
 * The signals are blocked for good and taken by sigtimedwait(2): none is lost between a check and
 * a wait, and the time-out costs no timer of our own.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"

enum { SAID_MAX = 64 * 1024 };

/* The same few variables for everybody: what a caller's environment holds must not move figures. */
static const char *const *make_env(void)
{
	const char *path = getenv("PATH"), *home = getenv("HOME"),
		   *runtime = getenv("XDG_RUNTIME_DIR");
	const char **env = pool_alloc(5 * sizeof(*env));
	size_t n = 0;

	env[n++] = pool_printf("PATH=%s", path && *path ? path : "/usr/local/bin:/usr/bin:/bin");
	env[n++] = pool_printf("HOME=%s", getuid() != 0 && home && *home ? home : "/");
	env[n++] = "LC_ALL=C";
	if (getuid() != 0 && runtime && *runtime)
		env[n++] = pool_printf("XDG_RUNTIME_DIR=%s", runtime);
	return env;
}

int runner_begin(struct runner *runner, struct err *e)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	const struct sigaction plain = {.sa_handler = SIG_DFL};

	(void)sigemptyset(&runner->watched);
	(void)sigaddset(&runner->watched, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct sigaction now;

		/* What our caller had us ignore (nohup) does not end us. */
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			(void)sigaddset(&runner->watched, signals[i]);
	}
	/* Ignored by our caller, SIGCHLD would let the kernel reap behind our back. */
	if (sigaction(SIGCHLD, &plain, NULL) ||
	    sigprocmask(SIG_BLOCK, &runner->watched, &runner->original))
		return fail(e, errno, "signals");
	runner->out_fd = memfd_create("output", MFD_CLOEXEC);
	runner->err_fd = memfd_create("errors", MFD_CLOEXEC);
	if (runner->out_fd < 0 || runner->err_fd < 0)
		return fail(e, errno, "memory files");
	runner->env = make_env();
	return 0;
}

static int stopped_by(int sig, struct err *e)
{
	e->code = 128 + sig;
	return fail(e, 0, "ended by signal %d (%s)", sig, sigabbrev_np(sig));
}

/* Takes what came before: a late SIGCHLD, or a signal that asks us to end. */
static int take_pending(const struct runner *runner, struct err *e)
{
	static const struct timespec now = {0, 0};
	int sig;

	while ((sig = sigtimedwait(&runner->watched, NULL, &now)) > 0)
		if (sig != SIGCHLD)
			return stopped_by(sig, e);
	return 0;
}

static int spawn(const struct runner *runner, const char *const *argv, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&files, runner->out_fd, 1);
	(void)posix_spawn_file_actions_adddup2(&files, runner->err_fd, 2);
	/* A group of its own, to end all of it, and the mask that our caller had. */
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawnattr_setsigmask(&attr, &runner->original);
	rc = posix_spawn(pid, argv[0], &files, &attr, (char *const *)argv,
			 (char *const *)runner->env);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return rc;
}

static void kill_group(pid_t pid)
{
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
}

/* Waits until pid has ended. A signal to us ends it, and then us. */
static int wait_for(const struct runner *runner, pid_t pid, struct ended *ended, struct err *e)
{
	const struct timespec limit = {runner->timeout_ms / 1000,
				       (long)(runner->timeout_ms % 1000) * 1000000};
	int stop = 0;

	for (;;) {
		int sig = sigtimedwait(&runner->watched, NULL, &limit);

		if (sig < 0 && errno == EAGAIN) {
			ended->timed_out = true;
			kill_group(pid);
		}
		if (sig > 0 && sig != SIGCHLD) {
			stop = sig;
			kill_group(pid);
		}
		if (waitpid(pid, &ended->status, WNOHANG) == pid)
			return stop ? stopped_by(stop, e) : 0;
	}
}

int runner_run(struct runner *runner, const char *const *argv, struct ended *ended, struct err *e)
{
	uint64_t start;
	pid_t pid;
	int rc;

	*ended = (struct ended){0};
	if (take_pending(runner, e))
		return -1;
	if (ftruncate(runner->out_fd, 0) || ftruncate(runner->err_fd, 0) ||
	    lseek(runner->out_fd, 0, SEEK_SET) || lseek(runner->err_fd, 0, SEEK_SET))
		return fail(e, errno, "memory files");
	start = clock_now_ns();
	rc = spawn(runner, argv, &pid);
	if (rc)
		return fail(e, rc, "cannot start %s", argv[0]);
	rc = wait_for(runner, pid, ended, e);
	ended->ns = clock_now_ns() - start;
	return rc;
}

static char *read_said(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t n = size < 0 ? 0 : size > SAID_MAX ? SAID_MAX : (size_t)size;
	char *said = pool_alloc(n + 1);

	if (pread(fd, said, n, 0) < 0)
		said[0] = '\0';
	return said;
}

const char *runner_output(const struct runner *runner)
{
	return read_said(runner->out_fd);
}

static const char *how_it_ended(const struct ended *ended)
{
	if (ended->timed_out)
		return "did not end in time";
	if (WIFSIGNALED(ended->status))
		return pool_printf("was killed by SIG%s", sigabbrev_np(WTERMSIG(ended->status)));
	return pool_printf("ended with status %d", WEXITSTATUS(ended->status));
}

const char *runner_why(const struct runner *runner, const struct ended *ended)
{
	char *said;

	if (!ended->timed_out && WIFEXITED(ended->status) && WEXITSTATUS(ended->status) == 0)
		return NULL;
	said = read_said(runner->err_fd);
	said[strcspn(said, "\n")] = '\0';
	return pool_printf("%s%s%.300s", how_it_ended(ended), *said ? ": " : "", said);
}

const char *runner_words(const char *const *argv)
{
	const char *words = "";

	for (; *argv; argv++)
		words = pool_printf("%s%s%s", words, *words ? " " : "", *argv);
	return words;
}

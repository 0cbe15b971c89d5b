/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal-caller: the caller's terminal: its settings, who is in front on it, and the guard.
 *
 * Should: leave the terminal as it was on every way out. When the launcher itself is killed, nobody
 * is left to do that but another process, so one waits for it: the guard, which does nothing else.
 * Mustn't: change anything while another job is in front; make the caller's own descriptors
 * non-blocking, which the shell behind us would find so.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Opens the terminal behind fd anew. */
static int reopen(int fd)
{
	static const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	char path[32];

	/* Our controlling terminal opens for everybody, whoever owns its node. */
	if (tcgetpgrp(fd) >= 0)
		return open("/dev/tty", flags);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags);
}

int caller_open(struct caller_terminal *c, unsigned int fds, struct err *e)
{
	int fd = 2;

	/* The last of them is the one most likely to be open for both. */
	while (fd > 0 && !(fds >> fd & 1))
		fd--;
	c->guard_fd = -1;
	c->fd = reopen(fd);
	c->shared = c->fd < 0;
	if (c->shared)
		c->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (c->fd < 0 || tcgetattr(c->fd, &c->kept))
		return fail(e, errno, "use the caller's terminal");
	return 0;
}

bool caller_is_front(const struct caller_terminal *c)
{
	pid_t front = tcgetpgrp(c->fd);

	/* One that does not control us knows no background. */
	return front < 0 || front == getpgrp();
}

/* Waits for the launcher's end; if that left the terminal raw, it is put back. */
static _Noreturn void guard_main(const struct caller_terminal *c, int fd)
{
	struct termios now;
	sigset_t all;
	char byte;
	ssize_t n;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	(void)prctl(PR_SET_NAME, "pinfold-guard");
	/* Out of the group that a shell would kill as a whole. */
	(void)setsid();
	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	/* A shell that has been quicker has set it as it likes. */
	if (n == 0 && tcgetattr(c->fd, &now) == 0 && now.c_lflag == c->raw.c_lflag &&
	    now.c_iflag == c->raw.c_iflag && now.c_oflag == c->raw.c_oflag)
		(void)tcsetattr(c->fd, TCSANOW, &c->kept);
	_exit(0);
}

/* Without a guard everything works but that one thing. */
static void start_guard(struct caller_terminal *c)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return;
	c->guard = fork();
	if (c->guard == 0) {
		fd_close_all_but((const int[]){c->fd, fds[0]}, 2);
		guard_main(c, fds[0]);
	}
	(void)close(fds[0]);
	c->guard_fd = fds[1];
}

static void end_guard(struct caller_terminal *c)
{
	char bye = 0;

	if (c->guard_fd < 0)
		return;
	(void)!write(c->guard_fd, &bye, 1);
	(void)close(fd_take(&c->guard_fd));
	while (c->guard > 0 && waitpid(c->guard, NULL, 0) < 0 && errno == EINTR)
		continue;
}

void caller_make_raw(struct caller_terminal *c, bool translates)
{
	/* The shell may have set it otherwise since the last time. */
	if (c->is_raw || tcgetattr(c->fd, &c->kept))
		return;
	c->raw = c->kept;
	cfmakeraw(&c->raw);
	if (translates)
		c->raw.c_oflag = c->kept.c_oflag;
	c->raw.c_cc[VMIN] = 1;
	c->raw.c_cc[VTIME] = 0;
	/* A guard knows the settings of its birth. */
	end_guard(c);
	start_guard(c);
	c->is_raw = tcsetattr(c->fd, TCSANOW, &c->raw) == 0;
}

void caller_restore(struct caller_terminal *c)
{
	if (!c->is_raw)
		return;
	/* Who is in front now has its own settings. */
	if (caller_is_front(c))
		(void)tcsetattr(c->fd, TCSANOW, &c->kept);
	c->is_raw = false;
}

void caller_close(struct caller_terminal *c)
{
	caller_restore(c);
	end_guard(c);
	fd_cleanup(&c->fd);
	c->fd = -1;
}

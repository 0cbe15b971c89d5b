/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detach: the launcher goes on in the background, in a session of its own.
 *
 * Should: end the parent when the command runs, and not before: what keeps it from starting is said
 * on the caller's standard error, and is the exit status.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

int detach_fork(int *started_fd, int *status, struct err *e)
{
	int fds[2], how;
	char byte;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return fail(e, errno, "make a pipe to the launcher");
	pid = fork();
	if (pid < 0)
		return fail(e, errno, "fork the launcher");
	if (pid == 0) {
		(void)close(fds[0]);
		(void)setsid();
		*started_fd = fds[1];
		return 0;
	}
	(void)close(fds[1]);
	while ((how = (int)read(fds[0], &byte, 1)) < 0 && errno == EINTR)
		continue;
	(void)close(fds[0]);
	*status = 0;
	/* Not started: it ends by itself, and has said why. */
	if (how != 1 && waitpid(pid, &how, 0) == pid)
		*status = init_exit_code(how);
	return 1;
}

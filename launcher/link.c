/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: what the processes inside and the launcher say to each other before exec.
 *
 * One socket of packets, close-on-exec, shared by all processes inside:
 *
 *     inside -> launcher   one byte         ready: every layer is applied, checked and proven
 *     inside <- launcher   one byte         go (only where a report is wanted: it is written first)
 *     inside -> launcher   a struct err     why the agent will not run
 *     end of the stream                     after "ready": exec has happened; before: they died
 *
 * "Ready" is said out loud, because the end of the stream alone cannot tell an exec from a process
 * that the kernel killed on its way there.
 */
#include "pinfold.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

int link_open(int fds[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return fail(e, errno, "make a socket between the processes");
	return 0;
}

int link_say_ready(const struct plan *plan, const struct run *run, struct err *e)
{
	char go = 0;

	if (send(run->link_fd, &go, 1, MSG_NOSIGNAL) != 1)
		return fail(e, errno, "the launcher does not listen");
	if (plan->report && recv(run->link_fd, &go, 1, 0) != 1)
		return fail(e, 0, "the launcher gave no leave to start");
	return 0;
}

_Noreturn void link_say_failure(const struct run *run, struct err *e)
{
	if (!e->code)
		e->code = EXIT_OURS;
	/* If nobody hears it, there is nobody left to tell. */
	(void)send(run->link_fd, e, sizeof(*e), MSG_NOSIGNAL);
	_exit(e->code);
}

int link_hear(int fd, bool *ready, struct err *e)
{
	ssize_t n;

	do {
		n = recv(fd, e, sizeof(*e), 0);
	} while (n < 0 && errno == EINTR);
	if (n == 1) {
		*e = (struct err){0};
		*ready = true;
		return 1;
	}
	if (n == 0 && *ready)
		return 0;
	if (n == (ssize_t)sizeof(*e)) {
		/* It comes from a process about to be the agent's: make sure that the texts end. */
		e->where[sizeof(e->where) - 1] = e->what[sizeof(e->what) - 1] = '\0';
		e->remedy[sizeof(e->remedy) - 1] = '\0';
		return -1;
	}
	*e = (struct err){0};
	err_remedy(e, "Something killed it, perhaps for want of memory: see the kernel's log.");
	return fail(e, n < 0 ? errno : 0, "the process inside died before the command was started");
}

int link_say_go(int fd, struct err *e)
{
	char go = 0;

	return send(fd, &go, 1, MSG_NOSIGNAL) == 1 ? 0
						   : fail(e, errno, "the process inside is gone");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: what the processes inside and the launcher say to each other before exec.
 *
 * One socket of packets, close-on-exec, shared by all processes inside. A packet is one word (a
 * byte, maybe with descriptors) or a struct err:
 *
 *     inside -> launcher   terminal         the master of the command's own terminal
 *     inside -> launcher   procfs, root     what limits are watched by (limits-watch.c)
 *     inside -> launcher   doors            how another process gets inside (session-join.c)
 *     inside -> launcher   a number         ... and which process that is
 *     inside -> launcher   files of /proc   what the kernel says, for a report (report-kernel.c)
 *     inside -> launcher   ready            every layer is applied, checked and proven
 *     inside <- launcher   go               only where a report is wanted: it is written first
 *     inside -> launcher   a struct err     why the agent will not run
 *     end of the stream                     after "ready": exec has happened; before: they died
 *
 * "Ready" is said out loud, because the end of the stream alone cannot tell an exec from a process
 * that the kernel killed on its way there.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int link_open(int fds[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return fail(e, errno, "make a socket between the processes");
	return 0;
}

union descriptors {
	struct cmsghdr header;
	char room[CMSG_SPACE(LINK_WITH_MAX * sizeof(int))];
};

static int say(int fd, const void *data, size_t size, const int *with, size_t n, struct err *e)
{
	struct iovec part = {(void *)(uintptr_t)data, size};
	union descriptors control = {0};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

	if (n) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&control.header), with, n * sizeof(int));
	}
	if (sendmsg(fd, &m, MSG_NOSIGNAL) != (ssize_t)size)
		return fail(e, errno,
			    *(const char *)data == LINK_GO ? "the process inside is gone"
							   : "the launcher does not listen");
	return 0;
}

int link_say(int fd, enum link_word word, int with, struct err *e)
{
	char byte = (char)word;

	return say(fd, &byte, 1, &with, with >= 0, e);
}

struct number_packet {
	char word;
	int number;
};

int link_say_number(int fd, enum link_word word, int number, const int *with, size_t n,
		    struct err *e)
{
	struct number_packet p;

	memset(&p, 0, sizeof(p));
	p.word = (char)word;
	p.number = number;
	return say(fd, &p, sizeof(p), with, n, e);
}

/* What the launcher's watches look at while the command runs: it could not open it from outside. */
static int say_views(const struct plan *plan, int link, struct err *e)
{
	autoclose int proc = -1, root = -1;

	if (!limits_look_inside(plan))
		return 0;
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0 || root < 0)
		return fail(e, errno, "open what is watched inside");
	return link_say(link, LINK_PROC, proc, e) ? -1 : link_say(link, LINK_ROOT, root, e);
}

int link_say_ready(const struct plan *plan, const struct run *run, struct err *e)
{
	char go = 0;

	if (say_views(plan, run->link_fd, e) ||
	    (plan->report && report_say_facts(run->link_fd, e)) ||
	    link_say(run->link_fd, LINK_READY, -1, e))
		return -1;
	if (plan->report && (recv(run->link_fd, &go, 1, 0) != 1 || go != LINK_GO))
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

/* One packet, and the descriptors that may come with it. */
static ssize_t receive(int fd, struct err *e, int with[LINK_WITH_MAX])
{
	struct iovec data = {e, sizeof(*e)};
	union descriptors control;
	struct msghdr m = {.msg_iov = &data, .msg_iovlen = 1};
	ssize_t n;

	do {
		m.msg_control = &control;
		/* No more than `with` holds: the room that is aligned could take one more. */
		m.msg_controllen = CMSG_LEN(LINK_WITH_MAX * sizeof(int));
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	for (size_t i = 0; i < LINK_WITH_MAX; i++)
		with[i] = -1;
	if (n > 0 && m.msg_controllen >= CMSG_LEN(sizeof(int)) &&
	    control.header.cmsg_type == SCM_RIGHTS)
		memcpy(with, CMSG_DATA(&control.header), control.header.cmsg_len - CMSG_LEN(0));
	return n;
}

void link_drop(struct link_heard *heard)
{
	for (size_t i = 0; i < LINK_WITH_MAX; i++) {
		fd_cleanup(&heard->with[i]);
		heard->with[i] = -1;
	}
}

int link_hear(int fd, struct link_heard *heard, struct err *e)
{
	ssize_t n = receive(fd, e, heard->with);

	if (n == 1 || n == (ssize_t)sizeof(struct number_packet)) {
		memcpy(&heard->word, e, 1);
		if (n > 1)
			memcpy(&heard->number, (char *)e + offsetof(struct number_packet, number),
			       sizeof(heard->number));
		heard->ready |= heard->word == LINK_READY;
		*e = (struct err){0};
		return 1;
	}
	link_drop(heard);
	if (n == 0 && heard->ready)
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

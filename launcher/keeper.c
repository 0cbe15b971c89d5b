/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper: the process that makes the run's cgroups, and takes them away again however the launcher
 * ends.
 *
 *     launcher                          keeper
 *     root, or whoever called  fork --> stays what it is
 *     becomes an ordinary user          waits
 *     the plan's bounds --------------> makes, bounds, reads back
 *     <-------- descriptors to enter and to read by
 *     ends, or is killed -------------> ends what is left inside, removes, ends
 *
 * Should: hold the rights that making a cgroup takes in one small place, so that the launcher can
 * give them up before it looks at anything; and outlive a launcher that is killed.
 * Mustn't: do anything but that: it takes numbers, and no name or path from anybody; it hears no
 * signal, and keeps no descriptor of the caller's.
 */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uapi.h"

struct answer {
	struct err e; /* where it was not done */
	bool done;
	struct run_cgroups made; /* its descriptors come beside it, dir and procs of each */
};

/* ---- the process, and the launcher's side of it ------------------------------------------------
 */

static int send_answer(int fd, const struct answer *answer)
{
	union {
		char space[CMSG_SPACE(2 * CONTROLLERS * sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec part = {(void *)(uintptr_t)answer, sizeof(*answer)};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	size_t n = answer->done ? 2 * answer->made.n : 0;
	int fds[2 * CONTROLLERS];

	for (size_t i = 0; i < n; i++)
		fds[i] = i % 2 ? answer->made.v[i / 2].procs : answer->made.v[i / 2].dir;
	if (n) {
		msg.msg_control = control.space;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		control.align = (struct cmsghdr){.cmsg_len = CMSG_LEN(n * sizeof(int)),
						 .cmsg_level = SOL_SOCKET,
						 .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.align), fds, n * sizeof(int));
	}
	return sendmsg(fd, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof(*answer) ? 0 : -1;
}

static int receive_answer(int fd, struct answer *answer)
{
	union {
		char space[CMSG_SPACE(2 * CONTROLLERS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = {answer, sizeof(*answer)};
	struct msghdr msg = {.msg_iov = &part,
			     .msg_iovlen = 1,
			     .msg_control = control.space,
			     .msg_controllen = sizeof(control.space)};
	const struct cmsghdr *head;
	int fds[2 * CONTROLLERS];
	ssize_t n;

	do {
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*answer))
		return -1;
	if (!answer->done)
		return 0;
	head = CMSG_FIRSTHDR(&msg);
	if (!head || head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(2 * answer->made.n * sizeof(int)))
		return -1;
	memcpy(fds, CMSG_DATA(head), 2 * answer->made.n * sizeof(int));
	for (size_t i = 0; i < answer->made.n; i++) {
		answer->made.v[i].dir = fds[2 * i];
		answer->made.v[i].procs = fds[2 * i + 1];
	}
	return 0;
}

/* Nothing of the caller's: neither its pipes, which it waits on, nor its terminal and signals. */
static int be_alone(int fd)
{
	sigset_t all;
	int null;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)prctl(PR_SET_NAME, "pinfold-keeper");
	(void)setsid();
	if (dup3(fd, 3, O_CLOEXEC) < 0 && fd != 3)
		return -1;
	(void)sys_close_range(4, ~0u, 0);
	null = open("/dev/null", O_RDWR);
	for (int i = 0; i <= 2 && null >= 0; i++)
		(void)dup2(null, i);
	return chdir("/");
}

static _Noreturn void keeper_main(int fd, const struct host_cgroup *cgroups)
{
	struct keeper_request r;
	struct answer answer = {.done = false};
	struct sites sites = {.n = 0};
	char none;

	if (be_alone(fd) == 0 && recv(3, &r, sizeof(r), 0) == (ssize_t)sizeof(r)) {
		answer.done = keeper_make_all(cgroups, &r, &sites, &answer.made, &answer.e) == 0;
		(void)send_answer(3, &answer);
		/* Who enters does so by what was sent; the launcher's end closes as it ends. */
		for (size_t i = 0; i < answer.made.n; i++)
			fd_cleanup(&answer.made.v[i].procs);
		(void)recv(3, &none, 1, 0);
		keeper_undo(&sites, &answer.made, r.launcher);
	}
	_exit(0);
}

int keeper_start(const struct host_cgroup cgroups[CONTROLLERS], struct keeper *keeper,
		 struct err *e)
{
	int fds[2];

	*keeper = (struct keeper){-1, 0};
	for (int i = 0; i < CONTROLLERS && !cgroups[i].parent; i++)
		if (i == CONTROLLERS - 1)
			return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return fail(e, errno, "make a socket for the keeper of cgroups");
	keeper->pid = fork();
	if (keeper->pid == 0) {
		(void)close(fds[0]);
		keeper_main(fds[1], cgroups);
	}
	(void)close(fds[1]);
	keeper->fd = fds[0];
	if (keeper->pid > 0)
		return 0;
	fd_cleanup(&keeper->fd);
	keeper->fd = -1;
	return fail(e, errno, "fork the keeper of cgroups");
}

int keeper_make(const struct keeper *keeper, const struct plan_limits *plan, bool own_init,
		struct run_cgroups *made, struct err *e)
{
	static const enum limit_kind of[CONTROLLERS] = {LIMIT_MEMORY, LIMIT_PIDS, LIMIT_CPU,
							LIMIT_CPU_TIME};
	struct keeper_request r = {.launcher = getpid()};
	struct answer answer;

	for (int i = 0; i < CONTROLLERS; i++) {
		r.used[i] = plan->cgroups[i].parent != NULL;
		r.value[i] = plan->v[of[i]].value;
	}
	/* Pid 1 inside is ours, and not the command's to count. */
	r.value[CONTROL_PIDS] += own_init;
	if (keeper->fd < 0 || send(keeper->fd, &r, sizeof(r), MSG_NOSIGNAL) != (ssize_t)sizeof(r) ||
	    receive_answer(keeper->fd, &answer))
		return fail(e, 0, "the keeper of cgroups is gone");
	if (!answer.done) {
		*e = answer.e;
		return -1;
	}
	*made = answer.made;
	return 0;
}

void keeper_end(struct keeper *keeper)
{
	fd_cleanup(&keeper->fd);
	keeper->fd = -1;
	while (keeper->pid > 0 && waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	keeper->pid = 0;
}

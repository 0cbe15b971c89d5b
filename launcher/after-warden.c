/* SPDX-License-Identifier: Apache-2.0 */
/*
 * after-warden: the process that looks for planted names where root has taken the workspace.
 *
 * The launcher of such a run becomes an id that owns nothing (take.c), so it could neither look
 * into the workspace nor move anything out of it. The owner of the workspace can: a process made
 * while root is still there becomes that owner, and waits for the end.
 *
 *     launcher, root                  warden
 *     journal          fork --------> becomes the owner
 *     gives root up                   waits
 *     the command has ended --------> looks, moves, tells; takes the journal away
 *     <------------ the exit status
 *
 * Should: have the owner's rights and no other, so that nothing in the workspace can make root do
 * anything. Mustn't: go on where the launcher has died: the journal is for the next start then.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "after.h"
#include "pinfold.h"
#include "pool.h"
#include "uapi.h"

static const struct host_path *find_owned(const struct policy *policy, const struct host *host)
{
	const char *workspace = host_workspace(policy, host);

	for (size_t i = 0; i < host->paths_n; i++)
		if (host->paths[i].taken && (workspace ? str_equal(host->paths[i].real, workspace)
						       : host->paths[i].writable))
			return &host->paths[i];
	return NULL;
}

int warden_lend(struct after *after, const struct policy *policy, const struct host *host,
		struct err *e)
{
	const struct host_path *p = find_owned(policy, host);

	return state_lend(&after->state, p ? p->uid : 0, p ? p->gid : 0, e);
}

int warden_become(const struct state *state, struct err *e)
{
	struct identity owner = {.uid = state->uid, .gid = state->gid, .from_root = true};

	return state->uid == 0 ? 0 : identity_apply(&owner, e);
}

/* What it needs of the launcher's descriptors; the rest would keep things open that have ended. */
static int keep_only(int *const fds[], int n)
{
	int high;

	for (int i = 0; i < n; i++) {
		high = fcntl(*fds[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1 + n);
		if (high < 0)
			return -1;
		*fds[i] = high;
	}
	for (int i = 0; i < n; i++) {
		if (dup3(*fds[i], STDERR_FILENO + 1 + i, O_CLOEXEC) < 0)
			return -1;
		*fds[i] = STDERR_FILENO + 1 + i;
	}
	return sys_close_range((unsigned int)(STDERR_FILENO + 1 + n), ~0u, 0);
}

/* It has the launcher's standard error, to tell what it finds, and nothing else of the caller's. */
static int be_alone(struct after *after, int *fd, struct err *e)
{
	int *const fds[] = {fd, &after->state.fd, &after->file};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)prctl(PR_SET_NAME, "pinfold-warden");
	(void)setsid();
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    keep_only(fds, (int)ARRAY_SIZE(fds)) || chdir("/"))
		return fail(e, errno, "make the warden of planted names");
	return warden_become(&after->state, e);
}

/* Root could take a workspace that its owner does not get to. */
static int check_reach(const struct journal *j, struct err *e)
{
	autoclose int fd = -1;

	if (!j->workspace)
		return 0;
	fd = open(j->workspace, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return 0;
	err_where(e, "--workspace");
	err_remedy(e, "Open the way to it for its owner, who looks there for what was planted.");
	return fail(e, errno, "the owner of %s cannot open it", j->workspace);
}

static _Noreturn void warden_main(struct after *after, int fd)
{
	struct err e = {0};
	int status = -1;
	bool ran;

	if (be_alone(after, &fd, &e) == 0)
		(void)check_reach(&after->journal, &e);
	if (send(fd, &e, sizeof(e), MSG_NOSIGNAL) == (ssize_t)sizeof(e) && !e.what[0] &&
	    recv(fd, &ran, sizeof(ran), 0) == (ssize_t)sizeof(ran)) {
		after_end(after, ran, &status);
		after_close(after);
		(void)send(fd, &status, sizeof(status), MSG_NOSIGNAL);
	}
	_exit(0);
}

int warden_start(struct after *after, struct err *e)
{
	struct err said = {0};
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return fail(e, errno, "make a socket for the warden");
	after->warden_pid = fork();
	if (after->warden_pid == 0) {
		(void)close(fds[0]);
		warden_main(after, fds[1]);
	}
	(void)close(fds[1]);
	if (after->warden_pid < 0 ||
	    recv(fds[0], &said, sizeof(said), 0) != (ssize_t)sizeof(said) || said.what[0]) {
		(void)close(fds[0]);
		if (said.what[0])
			*e = said;
		return said.what[0] ? -1 : fail(e, errno, "make the warden of planted names");
	}
	after->warden = fds[0];
	return 0;
}

void warden_end(struct after *after, bool ran, int *status)
{
	int said = -1;

	if (send(after->warden, &ran, sizeof(ran), MSG_NOSIGNAL) != (ssize_t)sizeof(ran) ||
	    recv(after->warden, &said, sizeof(said), 0) != (ssize_t)sizeof(said)) {
		fprintf(stderr, "pinfold: the warden is gone: the next start in this workspace "
				"looks for what was planted\n");
		if (ran && after->journal.planted_fails)
			*status = EXIT_PLANTED;
	} else if (ran && said >= 0) {
		*status = said;
	}
	fd_cleanup(&after->warden);
	after->warden = -1;
	while (after->warden_pid > 0 && waitpid(after->warden_pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer fds: exactly 0, 1, 2 and what --fd names reach the agent, and it starts in a directory that
 * it can see.
 *
 * Should: close everything else just before exec, whatever the caller or the set-up left open;
 * refuse a directory on 0-2: openat(2) walks from it to wherever it lies (CVE-2024-21626).
 * Mustn't: close run->link_fd, which tells the launcher about the exec and closes by it.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pool.h"
#include "uapi.h"

static bool is_kept(const struct plan *plan, const struct run *run, int fd)
{
	for (size_t i = 0; i < plan->fds_n; i++)
		if (plan->fds[i] == fd)
			return true;
	return fd == run->link_fd;
}

/* Closes everything from 3 on but kept[], which is in order. */
static int close_others(const int *kept, size_t n, struct err *e)
{
	unsigned int first = 3;

	for (size_t i = 0; i <= n; i++) {
		unsigned int last = i < n ? (unsigned int)kept[i] - 1 : UINT_MAX;

		if (first <= last && sys_close_range(first, last, 0))
			return fail(e, errno, "close_range");
		first = i < n ? (unsigned int)kept[i] + 1 : UINT_MAX;
	}
	return 0;
}

static int fds_apply(const struct plan *plan, struct run *run, struct err *e)
{
	int *kept = pool_alloc((plan->fds_n + 1) * sizeof(*kept));
	size_t at = 0;

	/* The link moves out of the way, to the first number that is not handed over. */
	while (at < plan->fds_n && plan->fds[at] == (int)at + 3)
		at++;
	if (run->link_fd != (int)at + 3) {
		if (dup3(run->link_fd, (int)at + 3, O_CLOEXEC) < 0)
			return fail(e, errno, "move descriptor %d", run->link_fd);
		run->link_fd = (int)at + 3;
	}
	for (size_t i = 0; i <= plan->fds_n; i++)
		kept[i] = i == at ? run->link_fd : plan->fds[i < at ? i : i - 1];
	return close_others(kept, plan->fds_n + 1, e);
}

static int check_stdio(struct err *e)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		if (fstat(fd, &st))
			return fail(e, errno, "descriptor %d", fd);
		if (!S_ISDIR(st.st_mode))
			continue;
		err_remedy(e, "Redirect it to a file, a pipe or /dev/null.");
		return fail(e, EISDIR,
			    "descriptor %d is a directory, from which the agent could walk", fd);
	}
	return 0;
}

/*
 * Asks about the numbers that programs really use, in one call: poll(2) says POLLNVAL for each that
 * is closed. Whatever lies above, close_range(2) has answered for. poll(2) takes no more entries
 * than files may be open.
 */
static int check_open(const struct plan *plan, const struct run *run, struct err *e)
{
	enum { MOST = 64 };
	struct pollfd p[MOST];
	struct rlimit limit = {MOST, MOST};
	nfds_t n = 0;

	/* Where this is refused and the limit is lower, poll says so. */
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = 3; fd < MOST && n < limit.rlim_cur; fd++)
		if (!is_kept(plan, run, fd))
			p[n++] = (struct pollfd){fd, 0, 0};
	if (poll(p, n, 0) < 0)
		return fail(e, errno, "ask about the open descriptors");
	for (nfds_t i = 0; i < n; i++)
		if (p[i].revents != POLLNVAL)
			return fail(e, 0, "descriptor %d is still open", p[i].fd);
	return 0;
}

static int fds_check(const struct plan *plan, struct run *run, struct err *e)
{
	char cwd[PATH_MAX];

	if (check_stdio(e) || check_open(plan, run, e))
		return -1;
	/* getcwd(2): a directory outside our root is said as "(unreachable)/...". */
	if (plan_has(plan, "mount") && (syscall(SYS_getcwd, cwd, sizeof(cwd)) < 0 || cwd[0] != '/'))
		return fail(e, 0, "the agent would start in a directory outside its root");
	return 0;
}

const struct layer layer_fds = {
	.name = "fds",
	.stops = "use files, directories and sockets that the caller had open",
	.apply[STAGE_AGENT] = fds_apply,
	.check[STAGE_PROOF] = fds_check,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report-file: where the report goes.
 *
 * Should: open it before anything is started, so that a bad name is told in time. Mustn't: trust
 * the name: an agent of an earlier run may have left a link, a fifo or a directory there.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"

/* Below a directory that the agent may write it could be changed, or be a trap of an earlier run's.
 */
static int check_place(const struct plan *plan, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char real[PATH_MAX];

	if (!realpath(slash ? pool_copy_n(path, (size_t)(slash - path) + 1) : ".", real))
		return fail(e, errno, "cannot write to %s", path);
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if ((m->kind == MOUNT_TREE || m->kind == MOUNT_HOME) && m->writable &&
		    str_path_within(real, m->source)) {
			err_remedy(
				e,
				"Put it outside of what --rw shows: in there it is the command's.");
			return fail(e, 0, "%s lies in %s, which the command may write", path,
				    m->source);
		}
	}
	return 0;
}

/* No link is followed, no fifo waited for; the old content goes only once it is a plain file. */
static int open_file(const char *path, struct err *e)
{
	autoclose int fd = open(
		path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0644);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return fail(e, errno, "cannot write to %s", path);
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return fail(e, 0, "%s is no plain file", path);
	if (S_ISREG(st.st_mode) && ftruncate(fd, 0))
		return fail(e, errno, "cannot empty %s", path);
	return fd_take(&fd);
}

int report_open(const struct plan *plan, int *fd, struct err *e)
{
	uint32_t number;

	*fd = -1;
	if (!plan->report)
		return 0;
	if (str_equal(plan->report, "-")) {
		*fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	} else if (str_read_u32(plan->report, 1 << 20, &number) == 0) {
		*fd = fcntl((int)number, F_DUPFD_CLOEXEC, 3);
	} else if (check_place(plan, plan->report, e) == 0) {
		*fd = open_file(plan->report, e);
	}
	if (*fd >= 0)
		return 0;
	if (!e->what[0])
		(void)fail(e, errno, "cannot write to %s", plan->report);
	err_where(e, "--report");
	if (!e->remedy[0])
		err_remedy(e, "Give a plain file that can be written (no symbolic link), \"-\" for "
			      "standard "
			      "output, or the number of an open descriptor.");
	return -1;
}

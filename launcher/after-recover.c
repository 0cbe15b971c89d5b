/* SPDX-License-Identifier: Apache-2.0 */
/*
 * after-recover: a run that was killed in this workspace left its journal; the next start does what
 * that run could not, before anybody looks at what is there.
 *
 * Should: tell a dead run from one beside us, by the lock that the living hold on their journal.
 * Mustn't: look with root's rights at what others may have prepared.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "after.h"
#include "pinfold.h"
#include "pool.h"
#include "uapi.h"

enum {
	MOMENT_MS = 200, /* that a process takes to die on its way */
	STEP_MS = 5,
	DYING_MS = 10000 /* that the processes of a killed run may take to end */
};

/* When the process was started, in the clock's ticks since boot; 0 where there is none. */
static uint64_t read_start(int pid)
{
	char path[40], text[1024];
	const char *s;
	unsigned long long ticks;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (fd_read_file(path, text, sizeof(text)) <= 0 || !(s = strrchr(text, ')')))
		return 0;
	/* proc_pid_stat(5): the 22nd word; the third is the first behind the name. */
	return sscanf(s + 1,
		      " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
		      "%*d %llu",
		      &ticks) == 1
		       ? ticks
		       : 0;
}

/*
 * Its launcher is dead, so that its first process has the kernel's order to die (PR_SET_PDEATHSIG),
 * and all others with it. A process that was started later only has its number.
 */
int after_wait_dead(const struct journal *j, const char *where, struct err *e)
{
	uint64_t second = (uint64_t)sysconf(_SC_CLK_TCK), start;
	autoclose int fd = -1;
	struct pollfd p = {.events = POLLIN};

	if (!str_equal(j->boot, after_read_boot()))
		return 0;
	/* Its launcher died while it made that process, which then had the order from its first
	 * moment. */
	if (!j->pid)
		return poll(NULL, 0, MOMENT_MS) < 0 && errno != EINTR ? fail(e, errno, "wait") : 0;
	fd = sys_pidfd_open(j->pid);
	start = read_start(j->pid);
	/* Where processes of others are hidden (hidepid), it is taken for the one that is meant. */
	if (fd < 0 || start > j->pid_made / 1000000000u * second + 2 * second)
		return 0;
	p.fd = fd;
	if (poll(&p, 1, DYING_MS) == 1)
		return 0;
	err_remedy(e, "Wait for it, or end process %d.", j->pid);
	return fail(e, 0, "an earlier run %s was killed and has not ended yet", where);
}

static bool same(const char *a, const char *b)
{
	return a && b ? str_equal(a, b) : !a && !b;
}

/* A launcher that was killed may leave others who share its lock for the moment they take to die.
 */
static int lock_dead(int fd, const char *run)
{
	const char *pid = strrchr(run, '-');
	int left = pid && kill(atoi(pid + 1), 0) && errno == ESRCH ? MOMENT_MS : 0;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (left <= 0 || errno != EWOULDBLOCK)
			return -1;
		left -= poll(NULL, 0, STEP_MS) == 0 ? STEP_MS : 0;
	}
	return 0;
}

/*
 * Takes the journal of a dead run, and reads it. *taken stays -1 where its run lives, or has ended
 * meanwhile. One that cannot be looked at is an error: what it tells of may lie in this workspace.
 */
static int take_journal(int dir, const char *name, int *taken, char **text, size_t *n,
			struct err *e)
{
	autoclose int fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return 0;
	/* Still root's: a start beside us has just made it, and nothing has run for it yet. */
	if (fd < 0 && errno == EACCES &&
	    (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) ? errno == ENOENT
							  : st.st_uid != geteuid()))
		return 0;
	if (fd >= 0 && lock_dead(fd, name))
		return errno == EWOULDBLOCK ? 0 : fail(e, errno, "lock the journal %s", name);
	if (fd < 0 || fstat(fd, &st))
		return fail(e, errno, "open the journal %s of a killed run", name);
	if (!st.st_nlink)
		return 0;
	*text = pool_alloc((size_t)st.st_size + 1);
	*n = (size_t)st.st_size;
	if (fd_read_full(fd, *text, *n) != (ssize_t)*n)
		return fail(e, errno, "read the journal %s", name);
	*taken = fd_take(&fd);
	return 0;
}

static int recover(const struct state *state, const char *file, const char *workspace,
		   struct err *e)
{
	const char *run = file + strlen(AFTER_JOURNAL);
	struct findings findings = {0};
	struct journal journal;
	char *text = NULL;
	size_t n = 0;
	autoclose int fd = -1;

	if (take_journal(state->fd, file, &fd, &text, &n, e))
		return -1;
	if (fd < 0)
		return 0;
	if (journal_read(text, n, &journal) == 0) {
		if (!same(journal.workspace, workspace))
			return 0;
		if (after_wait_dead(&journal, "in this workspace", e))
			return err_where(e, "--workspace");
		journal.search = GUARD_SEARCH_WHOLE;
		fprintf(stderr, "pinfold: run %s was killed: looking for what it planted\n", run);
		if (!after_finish(state, run, &journal, &findings)) {
			err_where(e, "--workspace");
			err_remedy(e, "Move it away by hand: what is told above, and where.");
			return fail(e, 0, "what an earlier run has planted is still there");
		}
	}
	return unlinkat(state->fd, file, 0) ? fail(e, errno, "remove the journal %s", file) : 0;
}

struct recovery {
	const struct state *state;
	const char *workspace;
};

static int recover_all(const void *arg, struct err *e)
{
	const struct recovery *r = arg;
	int all = openat(r->state->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = all < 0 ? NULL : fdopendir(all);
	const struct dirent *entry;
	int rc = 0;

	if (!list) {
		fd_cleanup(&all);
		return fail(e, errno, "look for killed runs in %s", r->state->path);
	}
	for (errno = 0; rc == 0 && (entry = readdir(list)); errno = 0)
		if (str_starts(entry->d_name, AFTER_JOURNAL))
			rc = recover(r->state, pool_copy(entry->d_name), r->workspace, e);
	/* What could not be seen may be a journal: a start that went on would not know of it. */
	if (rc == 0 && errno)
		rc = fail(e, errno, "look for killed runs in %s", r->state->path);
	(void)closedir(list);
	return rc;
}

static int recover_as_owner(const void *arg, struct err *e)
{
	const struct recovery *r = arg;

	return warden_become(r->state, e) ? -1 : recover_all(r, e);
}

int after_recover(struct after *after, const struct policy *policy, const struct host *host,
		  struct err *e)
{
	struct recovery r = {&after->state, host_workspace(policy, host)};

	if (!after->wanted)
		return 0;
	if (!host->id.takes)
		return recover_all(&r, e);
	if (warden_lend(after, policy, host, e))
		return -1;
	/* With the owner's rights, not with root's: who may write there may have prepared it. */
	return trial_apart(recover_as_owner, &r, e);
}

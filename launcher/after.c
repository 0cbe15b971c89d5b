/* SPDX-License-Identifier: Apache-2.0 */
/* after: see after.h. The order of things; what is looked for is planted.c's business. */
#include "after.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "pinfold.h"
#include "pool.h"
#include "uapi.h"

#define RUNS "runs"

enum {
	MOMENT_MS = 200, /* that a process takes to die on its way */
	DYING_MS = 10000 /* that the processes of a killed run may take to end */
};

bool after_is_wanted(const struct policy *policy)
{
	return policy->workspace || policy->deny.n || policy->protect.n;
}

int after_open(const struct policy *policy, const struct identity *id, struct after *after,
	       struct err *e)
{
	struct policy_places places;

	*after = (struct after){.state = {.fd = -1},
				.wanted = after_is_wanted(policy),
				.home = {NULL, -1, -1},
				.file = -1,
				.warden = -1};
	if (!after->wanted && !home_is_kept(policy))
		return 0;
	policy_read_places(&places);
	if (state_open(&places, &after->state, e) ||
	    (id->from_root && !id->takes && state_lend(&after->state, id->uid, id->gid, e)))
		return -1;
	return home_open(policy, &after->state, &after->home, e);
}

const char *after_read_boot(void)
{
	char text[64];
	ssize_t n = fd_read_file("/proc/sys/kernel/random/boot_id", text, sizeof(text));

	return n > 0 ? pool_copy_n(text, strcspn(text, "\n")) : "unknown";
}

static void print(const char *what, const char *path, const char *why, const char *to)
{
	char shown[3][PATH_MAX];

	str_escape(shown[0], sizeof(shown[0]), path);
	str_escape(shown[1], sizeof(shown[1]), why);
	str_escape(shown[2], sizeof(shown[2]), to);
	fprintf(stderr, "pinfold: %s: %s: %s; %s\n", what, shown[0], shown[1], shown[2]);
}

static void print_findings(const struct findings *f)
{
	char shown[PATH_MAX];

	for (size_t i = 0; i < f->n; i++)
		print(f->v[i].moved ? "planted" : "found", f->v[i].path, f->v[i].why,
		      f->v[i].moved ? pool_printf("moved to %s", f->v[i].to) : f->v[i].to);
	for (size_t i = 0; i < f->notes.n; i++) {
		str_escape(shown, sizeof(shown), f->notes.v[i]);
		fprintf(stderr, "pinfold: %s\n", shown);
	}
}

/* Looks, moves and tells. Returns whether everything that was planted could be moved. */
static bool finish(const struct state *state, const char *run, const struct journal *journal,
		   struct findings *findings)
{
	struct quarantine q = {.state = state, .run = run, .fd = -1};
	struct err e = {0};
	bool all = true;

	planted_find(journal, &q, findings);
	print_findings(findings);
	if (quarantine_tell(&q, findings, &e))
		err_print(&e, "pinfold");
	for (size_t i = 0; i < findings->n; i++)
		all &= findings->v[i].moved || findings->v[i].is_left;
	fd_cleanup(&q.fd);
	return all;
}

/* ---- a run that was killed ------------------------------------------------------------------ */

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

/* The text of a journal whose run is dead; 0 where it is not, or is none. */
static int lock_journal(int runs, const char *name, char **text, size_t *n)
{
	autoclose int fd = openat(runs, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) || !st.st_nlink)
		return -1;
	*text = pool_alloc((size_t)st.st_size + 1);
	*n = (size_t)st.st_size;
	return fd_read_full(fd, *text, *n) == (ssize_t)*n ? fd_take(&fd) : -1;
}

static int recover(const struct state *state, int runs, const char *name, const char *workspace,
		   struct err *e)
{
	struct findings findings = {0};
	struct journal journal;
	char *text;
	size_t n;
	autoclose int file = lock_journal(runs, name, &text, &n);

	if (file < 0)
		return 0;
	if (journal_read(text, n, &journal) == 0) {
		if (!same(journal.workspace, workspace))
			return 0;
		if (after_wait_dead(&journal, "in this workspace", e))
			return err_where(e, "--workspace");
		journal.search = GUARD_SEARCH_WHOLE;
		fprintf(stderr, "pinfold: run %s was killed: looking for what it planted\n", name);
		if (!finish(state, name, &journal, &findings)) {
			err_where(e, "--workspace");
			err_remedy(e, "Move it away by hand: what is told above, and where.");
			return fail(e, 0, "what an earlier run has planted is still there");
		}
	}
	return unlinkat(runs, name, 0) ? fail(e, errno, "remove the journal %s", name) : 0;
}

struct recovery {
	const struct state *state;
	const char *workspace;
};

static int recover_all(const void *arg, struct err *e)
{
	const struct recovery *r = arg;
	int runs = openat(r->state->fd, RUNS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = runs < 0 ? NULL : fdopendir(runs);
	const struct dirent *entry;
	int rc = 0;

	while (list && rc == 0 && (entry = readdir(list)))
		if (entry->d_name[0] != '.')
			rc = recover(r->state, runs, pool_copy(entry->d_name), r->workspace, e);
	if (list)
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

/* ---- a run ---------------------------------------------------------------------------------- */

/* What the agent could write, the next start would take for its own. */
static int check_place(const struct state *state, const struct plan *plan, struct err *e)
{
	char link[40], real[PATH_MAX];
	const char *place;
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", state->fd);
	n = readlink(link, real, sizeof(real) - 1);
	real[n > 0 ? n : 0] = '\0';
	place = n > 0 ? real : state->path;
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if (m->kind != MOUNT_TREE || !m->source ||
		    (!str_path_within(place, m->source) &&
		     !(m->writable && str_path_within(m->source, place))))
			continue;
		err_where(e, "XDG_STATE_HOME");
		err_remedy(e, "Set it to a directory outside of what is shown.");
		return fail(
			e, 0,
			"%s, where pinfold keeps its state, and %s, which the command can see, lie "
			"in each other",
			state->path, m->source);
	}
	return 0;
}

static void make_journal(const struct plan *plan, struct journal *j)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	*j = (struct journal){
		.workspace = plan->guards.workspace,
		.planted_fails = plan->guards.planted_fails,
		.search = plan->guards.search,
		.names = plan->guards.names,
		.hooks = plan->guards.hooks,
		.v = pool_alloc((plan->guards.n + 1) * sizeof(*j->v)),
		.began = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
		.boot = after_read_boot(),
	};
	for (size_t i = 0; i < plan->guards.n; i++) {
		const struct plan_guard *g = &plan->guards.v[i];

		if (g->how == GUARD_BY_ABOVE)
			continue;
		map_put(&j->by_path, g->guard.path, j->n);
		j->v[j->n++] = *g;
	}
}

/* Nothing is left of the run: neither its journal nor a directory that only it needed. */
static void drop_journal(struct after *after)
{
	autoclose int runs =
		openat(after->state.fd, RUNS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (runs >= 0 && after->name)
		(void)unlinkat(runs, after->name, 0);
	(void)unlinkat(after->state.fd, RUNS, AT_REMOVEDIR);
}

static int open_journal(struct after *after, struct err *e)
{
	autoclose int runs = state_open_dir(&after->state, RUNS, e);
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	if (runs < 0)
		return -1;
	(void)strftime(text, sizeof(text), "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
	after->name = pool_printf("%s-%d", text, (int)getpid());
	after->file =
		openat(runs, after->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (after->file < 0 || flock(after->file, LOCK_EX | LOCK_NB))
		return fail(e, errno, "make the journal %s/" RUNS "/%s", after->state.path,
			    after->name);
	return state_give(&after->state, after->file, e);
}

int after_begin(struct after *after, const struct plan *plan, struct err *e)
{
	if (after->state.fd < 0)
		return 0;
	if (check_place(&after->state, plan, e))
		return -1;
	if (!after->wanted)
		return 0;
	make_journal(plan, &after->journal);
	if (open_journal(after, e) == 0 && journal_write(after->file, &after->journal, e) == 0 &&
	    (!plan->id.takes || warden_start(after, e) == 0))
		return 0;
	drop_journal(after);
	return -1;
}

int after_started(int file, int pid, struct err *e)
{
	return file < 0 || journal_write_pid(file, pid) == 0 ? 0
							     : fail(e, errno, "write the journal");
}

void after_end(struct after *after, bool ran, int *status)
{
	struct findings findings = {0};
	struct journal *j = &after->journal;
	bool done = true;

	if (after->warden >= 0) {
		warden_end(after, ran, status);
		return;
	}
	if (after->file >= 0 && ran) {
		done = finish(&after->state, after->name, j, &findings);
		for (size_t i = 0; i < findings.n; i++)
			pool_list_add(&after->found, findings.v[i].path);
		after->cut = findings.cut;
		if ((findings.n || findings.cut) && j->planted_fails)
			*status = EXIT_PLANTED;
	}
	if (after->file >= 0 && done)
		drop_journal(after);
}

void after_close(struct after *after)
{
	fd_cleanup(&after->file);
	home_close(&after->home);
	state_close(&after->state);
}

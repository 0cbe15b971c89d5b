/* SPDX-License-Identifier: Apache-2.0 */
/* after: see after.h. The order of things; what is looked for is planted.c's business. */
#include "after.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pinfold.h"
#include "pool.h"

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
bool after_finish(const struct state *state, const char *run, const struct journal *journal,
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

static const char *journal_name(const struct after *after)
{
	return pool_printf(AFTER_JOURNAL "%s", after->name);
}

static void drop_journal(const struct after *after)
{
	if (after->file >= 0)
		(void)unlinkat(after->state.fd, journal_name(after), 0);
}

/*
 * Locked from its first moment on, or not this run's: a start beside us that sees it without its
 * lock takes it for a dead run's, and removes it.
 */
static int make_locked(int dir, const char *name)
{
	autoclose int fd = -1;
	struct stat st = {0};

	while (!st.st_nlink) {
		fd_cleanup(&fd);
		fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		/* The next start must be able to open it, whatever our caller's umask. */
		if (fd < 0 || fchmod(fd, 0600) || flock(fd, LOCK_EX) || fstat(fd, &st))
			return -1;
	}
	return fd_take(&fd);
}

static int open_journal(struct after *after, struct err *e)
{
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	(void)strftime(text, sizeof(text), "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
	after->name = pool_printf("%s-%d", text, (int)getpid());
	after->file = make_locked(after->state.fd, journal_name(after));
	if (after->file < 0)
		return fail(e, errno, "make the journal %s/%s", after->state.path,
			    journal_name(after));
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
		done = after_finish(&after->state, after->name, j, &findings);
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

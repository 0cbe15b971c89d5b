/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup-make: makes the run's cgroups, bounds them, and takes them away again.
 *
 * In the keeper alone (keeper.c), with its rights. A cgroup that a keeper made is locked (flock(2))
 * for as long as that keeper lives. One that can be locked is what a killed keeper left, and the
 * next one in the same place removes it.
 */
#include "keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"

static const char prefix[] = "pinfold-";

/* ---- files of a cgroup ----------------------------------------------------------------------- */

static int write_at(int dir, const char *name, const char *text, struct err *e)
{
	autoclose int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return fail(e, errno, "write \"%s\" to %s", text, name);
	return 0;
}

ssize_t cgroup_read(int dir, const char *name, char *text, size_t size)
{
	autoclose int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_full(fd, text, size - 1);

	if (n >= 0)
		text[n] = '\0';
	return n;
}

/*
 * How a bound is written, by version and controller. cpu takes thousandths of a processor over a
 * period of a tenth of a second; swap is none of the memory that was asked for.
 */
static const struct knob {
	enum controller controller;
	unsigned int version;
	const char *file, *format;
	uint64_t factor; /* of the value */
	bool if_there;	 /* not every kernel has it */
	bool answer;	 /* what is read back from it is the bound */
} knobs[] = {
	{CONTROL_MEMORY, 1, "memory.limit_in_bytes", "%llu", 1, false, true},
	{CONTROL_MEMORY, 1, "memory.memsw.limit_in_bytes", "%llu", 1, true, false},
	{CONTROL_MEMORY, 1, "memory.swappiness", "0", 1, true, false},
	{CONTROL_MEMORY, 2, "memory.swap.max", "0", 1, true, false},
	{CONTROL_MEMORY, 2, "memory.max", "%llu", 1, false, true},
	{CONTROL_PIDS, 1, "pids.max", "%llu", 1, false, true},
	{CONTROL_PIDS, 2, "pids.max", "%llu", 1, false, true},
	{CONTROL_CPU, 1, "cpu.cfs_period_us", "100000", 1, false, false},
	{CONTROL_CPU, 1, "cpu.cfs_quota_us", "%llu", 100, false, true},
	{CONTROL_CPU, 2, "cpu.max", "%llu 100000", 100, false, true},
};

static int write_knob(int dir, const struct knob *k, uint64_t value, struct err *e)
{
	char text[64];
	struct stat st;

	if (k->if_there && fstatat(dir, k->file, &st, 0) && errno == ENOENT)
		return 0;
	(void)snprintf(text, sizeof(text), k->format, (unsigned long long)(value * k->factor));
	return write_at(dir, k->file, text, e);
}

/* The kernel's own word for the bound that was written, which is never more than was asked for. */
static int read_knob(int dir, const struct knob *k, uint64_t value, uint64_t *answer, struct err *e)
{
	char text[64];
	unsigned long long number;

	if (cgroup_read(dir, k->file, text, sizeof(text)) <= 0)
		return fail(e, errno, "read %s back", k->file);
	number = strtoull(text, NULL, 10);
	if (number == 0 || number > value * k->factor)
		return fail(e, 0, "%s says %s for %llu", k->file, text,
			    (unsigned long long)(value * k->factor));
	*answer = number / k->factor;
	return 0;
}

static int bound(int dir, enum controller controller, unsigned int version, uint64_t value,
		 uint64_t *answer, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		const struct knob *k = &knobs[i];

		if (k->controller != controller || k->version != version)
			continue;
		if (write_knob(dir, k, value, e) ||
		    (k->answer && read_knob(dir, k, value, answer, e)))
			return -1;
	}
	return 0;
}

/* ---- taking cgroups away --------------------------------------------------------------------- */

/* Ends whatever is left in it: at once where the kernel offers that (5.14), else one by one. */
static void kill_all(int dir)
{
	struct err e;
	char text[4096];

	if (write_at(dir, "cgroup.kill", "1", &e) == 0 ||
	    cgroup_read(dir, "cgroup.procs", text, sizeof(text)) <= 0)
		return;
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		pid_t pid = (pid_t)strtol(line, NULL, 10);

		/* 0 is a process that this one cannot see. */
		if (pid > 0)
			(void)kill(pid, SIGKILL);
	}
}

/* The dying are still in it for a moment. */
static void remove_cgroup(int parent, const char *name, int dir)
{
	uint64_t end = clock_now_ns() + UINT64_C(10) * 1000000000;

	for (long ns = 50000; unlinkat(parent, name, AT_REMOVEDIR) && errno == EBUSY;
	     ns = ns < 10000000 ? 2 * ns : ns) {
		struct timespec wait = {0, ns};

		kill_all(dir);
		(void)nanosleep(&wait, NULL);
		if (clock_now_ns() > end)
			return;
	}
}

/* What earlier keepers left in parent, that were killed themselves. */
static void remove_stale(const char *parent)
{
	DIR *list = opendir(parent);
	const struct dirent *entry;

	while (list && (entry = readdir(list))) {
		autoclose int dir = -1;

		if (!str_starts(entry->d_name, prefix))
			continue;
		dir = openat(dirfd(list), entry->d_name,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (dir >= 0 && flock(dir, LOCK_EX | LOCK_NB) == 0)
			remove_cgroup(dirfd(list), entry->d_name, dir);
	}
	if (list)
		(void)closedir(list);
}

/* ---- making them ------------------------------------------------------------------------------
 */

static struct site *site_of(struct sites *sites, const struct host_cgroup *c)
{
	for (size_t i = 0; i < sites->n; i++)
		if (str_equal(sites->v[i].parent, c->parent))
			return &sites->v[i];
	sites->v[sites->n] = (struct site){.parent = c->parent, .fd = -1, .version = c->version};
	return &sites->v[sites->n++];
}

static int enable(int dir, unsigned int controllers, char sign, struct err *e)
{
	for (int i = 0; i < CONTROLLERS; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "%c%s", sign,
			       controller_name((enum controller)i));
		if ((controllers >> i & 1) && write_at(dir, "cgroup.subtree_control", text, e))
			return -1;
	}
	return 0;
}

static int move_to(int dir, pid_t launcher, struct err *e)
{
	pid_t who[] = {getpid(), launcher};

	for (size_t i = 0; i < ARRAY_SIZE(who); i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "%d", (int)who[i]);
		if (write_at(dir, "cgroup.procs", text, e) && e->num != ESRCH)
			return -1;
	}
	return 0;
}

static const char *own_name(const char *name)
{
	return pool_printf("%s-launcher", name);
}

/*
 * Controllers cannot be enabled beside processes (cgroups(7), "no internal processes"): where we
 * are the only ones, we make room.
 */
static int prepare(struct site *site, const char *name, pid_t launcher, struct err *e)
{
	autoclose int own = -1;

	site->fd = open(site->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (site->fd < 0)
		return fail(e, errno, "open %s", site->parent);
	if (!site->enabled || enable(site->fd, site->enabled, '+', e) == 0)
		return 0;
	if (e->num != EBUSY)
		return -1;
	if (mkdirat(site->fd, own_name(name), 0755))
		return fail(e, errno, "make a cgroup in %s", site->parent);
	site->moved = true;
	own = openat(site->fd, own_name(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (own < 0 || flock(own, LOCK_EX | LOCK_NB))
		return fail(e, errno, "open a cgroup in %s", site->parent);
	(void)fd_take(&own); /* locked for as long as we live */
	own = openat(site->fd, own_name(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (move_to(own, launcher, e))
		return -1;
	return enable(site->fd, site->enabled, '+', e);
}

static int make_cgroup(const struct site *site, const struct keeper_request *r,
		       struct run_cgroups *made, struct err *e)
{
	struct run_cgroup *c = &made->v[made->n];

	*c = (struct run_cgroup){-1, -1, site->version, site->controllers};
	if (mkdirat(site->fd, made->name, 0755))
		return fail(e, errno, "make a cgroup in %s", site->parent);
	made->n++;
	c->dir = openat(site->fd, made->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir < 0 || flock(c->dir, LOCK_EX | LOCK_NB))
		return fail(e, errno, "open the cgroup in %s", site->parent);
	for (int i = 0; i < CONTROLLERS; i++)
		if ((site->controllers >> i & 1) && bound(c->dir, (enum controller)i, site->version,
							  r->value[i], &made->answered[i], e))
			return -1;
	c->procs = openat(c->dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return c->procs >= 0 ? 0 : fail(e, errno, "open cgroup.procs in %s", site->parent);
}

int keeper_make_all(const struct host_cgroup *cgroups, const struct keeper_request *r,
		    struct sites *sites, struct run_cgroups *made, struct err *e)
{
	(void)snprintf(made->name, sizeof(made->name), "%s%d-%llx", prefix, (int)getpid(),
		       (unsigned long long)clock_now_ns());
	for (int i = 0; i < CONTROLLERS; i++) {
		struct site *site;

		if (!r->used[i] || !cgroups[i].parent)
			continue;
		site = site_of(sites, &cgroups[i]);
		site->controllers |= 1u << i;
		site->enabled |= cgroups[i].enable ? 1u << i : 0;
	}
	for (size_t i = 0; i < sites->n; i++) {
		remove_stale(sites->v[i].parent);
		if (prepare(&sites->v[i], made->name, r->launcher, e) ||
		    make_cgroup(&sites->v[i], r, made, e))
			return -1;
	}
	return 0;
}

void keeper_undo(struct sites *sites, const struct run_cgroups *made, pid_t launcher)
{
	struct err e;

	for (size_t i = 0; i < sites->n; i++) {
		struct site *site = &sites->v[i];

		if (i < made->n)
			remove_cgroup(site->fd, made->name, made->v[i].dir);
		/* Where others may have made cgroups too, what was enabled stays so. */
		if (!site->moved)
			continue;
		(void)enable(site->fd, site->enabled, '-', &e);
		(void)move_to(site->fd, launcher, &e);
		(void)unlinkat(site->fd, own_name(made->name), AT_REMOVEDIR);
	}
}

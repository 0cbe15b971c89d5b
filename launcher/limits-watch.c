/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits-watch: what the launcher itself does for limits while the command runs: clocks, and a look
 * from time to time where the kernel keeps no count of its own; and what came of it all in the end.
 *
 * Should: believe the kernel alone: counters of cgroups, a procfs and a tmpfs that it was handed
 * before the command began. Mustn't: cost anything where nothing of it is asked for.
 */
#include "supervise.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* Processor time is looked at more often: it is ours to end the run for it. */
enum { LOOK_MS = 250, LOOK_OFTEN_MS = 50 };

/* ---- counters of the run's cgroups ----------------------------------------------------------- */

static const struct gauge {
	enum limit_kind kind;
	enum controller controller;
	unsigned int version;
	bool event; /* a count of times that the bound was met, not what was used */
	const char *file, *key;
	uint64_t divisor; /* to the unit of the limit */
} gauges[] = {
	{LIMIT_MEMORY, CONTROL_MEMORY, 1, false, "memory.max_usage_in_bytes", "", 1},
	{LIMIT_MEMORY, CONTROL_MEMORY, 1, true, "memory.oom_control", "oom_kill ", 1},
	{LIMIT_MEMORY, CONTROL_MEMORY, 2, false, "memory.peak", "", 1},
	{LIMIT_MEMORY, CONTROL_MEMORY, 2, true, "memory.events", "oom_kill ", 1},
	{LIMIT_PIDS, CONTROL_PIDS, 1, false, "pids.peak", "", 1},
	{LIMIT_PIDS, CONTROL_PIDS, 1, true, "pids.events", "max ", 1},
	{LIMIT_PIDS, CONTROL_PIDS, 2, false, "pids.peak", "", 1},
	{LIMIT_PIDS, CONTROL_PIDS, 2, true, "pids.events", "max ", 1},
	{LIMIT_CPU_TIME, CONTROL_CPUACCT, 1, false, "cpuacct.usage", "", 1000000},
	{LIMIT_CPU_TIME, CONTROL_CPUACCT, 2, false, "cpu.stat", "usage_usec ", 1000},
};

static const struct run_cgroup *cgroup_of(const struct run_cgroups *made, const struct gauge *g)
{
	for (size_t i = 0; i < made->n; i++)
		if (made->v[i].version == g->version &&
		    (made->v[i].controllers >> g->controller & 1))
			return &made->v[i];
	return NULL;
}

/* The number behind key at the beginning of a line. -1 where this kernel does not say. */
static int read_gauge(const struct run_cgroups *made, const struct gauge *g, uint64_t *value)
{
	const struct run_cgroup *c = cgroup_of(made, g);
	char text[1024];
	const char *at = text;

	if (!c || cgroup_read(c->dir, g->file, text, sizeof(text)) <= 0)
		return -1;
	while (at && !str_starts(at, g->key)) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return -1;
	*value = strtoull(at + strlen(g->key), NULL, 10) / g->divisor;
	return 0;
}

static void note_peak(struct supervisor *s, enum limit_kind kind, uint64_t value)
{
	struct limit_outcome *o = &s->limits[kind];

	if (!o->known || value > o->peak)
		o->peak = value;
	o->known = true;
}

static void read_gauges(struct supervisor *s, enum limit_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(gauges); i++) {
		const struct gauge *g = &gauges[i];
		uint64_t value;

		if (g->kind != kind || read_gauge(&s->run->cgroups, g, &value))
			continue;
		if (g->event)
			s->limits[kind].reached |= value > 0;
		else /* pid 1 inside is ours */
			note_peak(s, kind,
				  value - (kind == LIMIT_PIDS && plan_has(s->plan, "pid")));
	}
}

/* ---- looking inside ----------------------------------------------------------------------------
 */

/* Processes and their threads, in the procfs of the run's own namespace; pid 1 is ours. */
static uint64_t count_threads(int proc)
{
	int copy = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	uint64_t n = 0;

	if (!list) {
		fd_cleanup(&copy);
		return 0;
	}
	while ((entry = readdir(list))) {
		char path[280];
		struct stat st;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' ||
		    str_equal(entry->d_name, "1"))
			continue;
		/* A directory of threads has a link for each, besides its own two. */
		(void)snprintf(path, sizeof(path), "%s/task", entry->d_name);
		n += fstatat(proc, path, &st, 0) == 0 && st.st_nlink > 2 ? st.st_nlink - 2 : 1;
	}
	(void)closedir(list);
	return n;
}

static void look_at_pids(struct supervisor *s)
{
	uint64_t n;

	if (s->inside.proc_fd < 0 || !limit_is(&s->plan->limits, LIMIT_PIDS, LIMIT_BY_RLIMIT))
		return;
	n = count_threads(s->inside.proc_fd);
	note_peak(s, LIMIT_PIDS, n);
	s->limits[LIMIT_PIDS].reached |= n >= s->plan->limits.v[LIMIT_PIDS].value;
}

static void look_at_disk(struct supervisor *s)
{
	struct statvfs fs;

	if (s->inside.root_fd < 0 || !limit_is(&s->plan->limits, LIMIT_DISK, LIMIT_BY_TMPFS) ||
	    fstatvfs(s->inside.root_fd, &fs))
		return;
	note_peak(s, LIMIT_DISK, (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_frsize);
	s->limits[LIMIT_DISK].reached |= fs.f_bfree == 0 || fs.f_ffree == 0;
}

/* ---- clocks ------------------------------------------------------------------------------------
 */

void limits_end(struct supervisor *s, enum limit_kind kind)
{
	s->limits[kind].reached = true;
	if (s->limit_ended < 0)
		s->limit_ended = (int)kind;
	if (!s->ended)
		supervise_end(s);
}

static void hear_wall(struct supervisor *s, struct watch *watch, short events)
{
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) == (ssize_t)sizeof(times))
		limits_end(s, LIMIT_WALL);
}

static void hear_look(struct supervisor *s, struct watch *watch, short events)
{
	const struct plan_limits *l = &s->plan->limits;
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) != (ssize_t)sizeof(times))
		return;
	look_at_pids(s);
	look_at_disk(s);
	if (!limit_is(l, LIMIT_CPU_TIME, LIMIT_BY_CGROUP))
		return;
	read_gauges(s, LIMIT_CPU_TIME);
	if (s->limits[LIMIT_CPU_TIME].peak >= l->v[LIMIT_CPU_TIME].value)
		limits_end(s, LIMIT_CPU_TIME);
}

int limits_watch_open(struct supervisor *s, struct err *e)
{
	const struct plan_limits *l = &s->plan->limits;

	if (limit_is(l, LIMIT_WALL, LIMIT_BY_TIMER) &&
	    supervise_add_clock(s, &s->wall, hear_wall, e))
		return -1;
	if (limit_is(l, LIMIT_CPU_TIME, LIMIT_BY_CGROUP) || limits_look_inside(s->plan))
		return supervise_add_clock(s, &s->look, hear_look, e);
	return 0;
}

void limits_watch_start(struct supervisor *s)
{
	const struct plan_limits *l = &s->plan->limits;
	uint64_t often = limit_is(l, LIMIT_CPU_TIME, LIMIT_BY_CGROUP) ? LOOK_OFTEN_MS : LOOK_MS;

	supervise_set_clock(s->wall, l->v[LIMIT_WALL].value, 0);
	supervise_set_clock(s->look, often, often);
}

/* ---- while the launcher is stopped ----------------------------------------------------------- */

/* Until the launcher would end the run. The clock is not read: it still rings for the launcher. */
static void wait_for_end(struct supervisor *s, bool cpu_time)
{
	struct pollfd p = {s->wall ? s->wall->fd : -1, POLLIN, 0};
	uint64_t most = s->plan->limits.v[LIMIT_CPU_TIME].value;

	while (poll(&p, 1, cpu_time ? LOOK_OFTEN_MS : -1) <= 0) {
		if (!cpu_time)
			continue;
		read_gauges(s, LIMIT_CPU_TIME);
		if (s->limits[LIMIT_CPU_TIME].peak >= most)
			return;
	}
}

static _Noreturn void waker_main(struct supervisor *s, pid_t launcher, bool cpu_time)
{
	int keep[1 + CONTROLLERS] = {s->wall ? s->wall->fd : -1};
	size_t n = 1;
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)prctl(PR_SET_NAME, "pinfold-waker");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != launcher)
		_exit(0);
	(void)setsid();
	for (size_t i = 0; i < s->run->cgroups.n; i++)
		keep[n++] = s->run->cgroups.v[i].dir;
	fd_close_all_but(keep, n);
	wait_for_end(s, cpu_time);
	/* It may be about to stop just now, or stop again before it has looked at the clock. */
	while (getppid() == launcher) {
		(void)kill(launcher, SIGCONT);
		(void)nanosleep(&(struct timespec){0, LOOK_OFTEN_MS * 1000000}, NULL);
	}
	_exit(0);
}

pid_t limits_begin_stop(struct supervisor *s)
{
	bool cpu_time = limit_is(&s->plan->limits, LIMIT_CPU_TIME, LIMIT_BY_CGROUP);
	pid_t launcher = getpid(), waker;

	if (s->remote || (!s->wall && !cpu_time))
		return 0;
	waker = fork();
	if (waker == 0)
		waker_main(s, launcher, cpu_time);
	return waker;
}

void limits_end_stop(pid_t waker)
{
	if (waker > 0)
		supervise_kill(waker);
}

/* A start that the bound of memory did not survive says so. */
static void explain_start(const struct supervisor *s, struct err *e)
{
	if (!s->limits[LIMIT_MEMORY].reached)
		return;
	*e = (struct err){0};
	err_where(e, "--memory");
	err_remedy(e, "Raise it: the start itself takes a few megabytes.");
	(void)fail(e, 0, "the start met the bound of the memory");
}

void limits_watch_end(struct supervisor *s, struct err *e)
{
	const struct plan_limits *l = &s->plan->limits;

	for (int i = 0; i < LIMITS && s->run; i++)
		if (limit_is(l, (enum limit_kind)i, LIMIT_BY_CGROUP))
			read_gauges(s, (enum limit_kind)i);
	if (e)
		explain_start(s, e);
	look_at_disk(s);
	if (limit_is(l, LIMIT_FILE_SIZE, LIMIT_BY_RLIMIT))
		s->limits[LIMIT_FILE_SIZE].reached |= s->status == 128 + SIGXFSZ;
	if (limit_is(l, LIMIT_CPU_TIME, LIMIT_BY_RLIMIT))
		s->limits[LIMIT_CPU_TIME].reached |= s->status == 128 + SIGXCPU;
	if (s->limit_ended >= 0)
		s->status = EXIT_OURS;
	fd_cleanup(&s->inside.proc_fd);
	fd_cleanup(&s->inside.root_fd);
}

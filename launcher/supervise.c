/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervise: see supervise.h.
 *
 * Should: pass signals on, reap, and hand what is ready to whoever watches it.
 * Mustn't: block anywhere but in poll(2): a watcher that waited would hold up all others.
 *
 * The end of the first process inside comes as SIGCHLD through the same signalfd(2) as all other
 * signals; it needs no pidfd, which a container's filter might not give.
 */
#include "supervise.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct watch *supervise_add(struct supervisor *s, struct watch watch, struct err *e)
{
	size_t i = 0;

	while (i < s->watches_n && s->watches[i].fd >= 0)
		i++;
	if (i == WATCHES_MAX) {
		fd_cleanup(&watch.fd);
		(void)fail(e, EMFILE, "more than %d things are watched", WATCHES_MAX);
		return NULL;
	}
	if (i == s->watches_n)
		s->watches_n++;
	s->watches[i] = watch;
	return &s->watches[i];
}

void supervise_drop(struct watch *watch)
{
	fd_cleanup(&watch->fd);
	watch->fd = -1;
}

static void reap(struct supervisor *s)
{
	int status;

	if (waitpid(s->pid, &status, WNOHANG) != s->pid)
		return;
	s->ended = true;
	s->status = init_exit_code(status);
}

static void pass_on(struct supervisor *s, const struct signalfd_siginfo *info)
{
	/*
	 * A terminal signals its whole foreground group. An agent in a session of its own is not in
	 * it and depends on us; one that shares ours has got the signal already.
	 */
	if (info->ssi_code <= 0 || plan_has(s->plan, "session"))
		(void)kill(s->pid, (int)info->ssi_signo);
}

static void hear_signals(struct supervisor *s, struct watch *watch, short events)
{
	struct signalfd_siginfo info;

	(void)events;
	while (!s->ended && read(watch->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(s);
		else
			pass_on(s, &info);
	}
}

static int open_signals(struct supervisor *s, struct err *e)
{
	struct watch watch = {.events = POLLIN, .ready = hear_signals};
	sigset_t set;

	init_forwarded(&set);
	watch.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (watch.fd < 0)
		return fail(e, errno, "hear the signals that are passed on");
	return supervise_add(s, watch, e) ? 0 : -1;
}

/* Who has something to hear of from the start. */
static const struct watcher {
	/* Before the first process inside is made: whatever can fail, so that a start is refused.
	 */
	int (*open)(struct supervisor *s, struct err *e);
	/* The command runs: a clock starts, a terminal is passed through. */
	void (*start)(struct supervisor *s);
} watchers[] = {
	{open_signals, NULL},
};

int supervise_open(struct supervisor *s, const struct plan *plan, struct err *e)
{
	*s = (struct supervisor){.plan = plan};
	for (size_t i = 0; i < ARRAY_SIZE(watchers); i++)
		if (watchers[i].open && watchers[i].open(s, e))
			return -1;
	return 0;
}

/* One turn of the loop: waits until something is ready, and tells who watches it. */
static int turn(struct supervisor *s, struct err *e)
{
	struct pollfd p[WATCHES_MAX];
	struct watch *of[WATCHES_MAX];
	nfds_t n = 0;

	/* Only what is in use: poll(2) takes no more entries than files may be open. */
	for (size_t i = 0; i < s->watches_n; i++) {
		if (s->watches[i].fd < 0)
			continue;
		of[n] = &s->watches[i];
		p[n++] = (struct pollfd){s->watches[i].fd, s->watches[i].events, 0};
	}
	if (poll(p, n, -1) < 0)
		return errno == EINTR ? 0 : fail(e, errno, "wait for the command");
	/* A watch may have been dropped, or its place taken, by one that came before it. */
	for (nfds_t i = 0; i < n && !s->ended; i++)
		if (p[i].revents && of[i]->fd == p[i].fd)
			of[i]->ready(s, of[i], p[i].revents);
	return 0;
}

void supervise_kill(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

int supervise_run(struct supervisor *s, pid_t pid, struct err *e)
{
	int rc = 0;

	s->pid = pid;
	for (size_t i = 0; i < ARRAY_SIZE(watchers); i++)
		if (watchers[i].start)
			watchers[i].start(s);
	while (!s->ended && rc == 0)
		rc = turn(s, e);
	if (rc)
		supervise_kill(pid);
	return rc;
}

void supervise_close(struct supervisor *s)
{
	for (size_t i = 0; i < s->watches_n; i++)
		supervise_drop(&s->watches[i]);
}

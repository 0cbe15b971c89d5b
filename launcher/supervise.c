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
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "session.h"
#include "terminal.h"

#define SECOND UINT64_C(1000000000)

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

int supervise_add_clock(struct supervisor *s, struct watch **clock,
			void (*ready)(struct supervisor *, struct watch *, short), struct err *e)
{
	struct watch watch = {.events = POLLIN, .ready = ready};

	watch.fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (watch.fd < 0)
		return fail(e, errno, "make a clock");
	*clock = supervise_add(s, watch, e);
	return *clock ? 0 : -1;
}

void supervise_set_clock(const struct watch *clock, uint64_t first, uint64_t next)
{
	const struct itimerspec t = {{(time_t)(next / 1000), (long)(next % 1000) * 1000000},
				     {(time_t)(first / 1000), (long)(first % 1000) * 1000000}};

	/* Cannot fail for these values (timerfd_create(2)). */
	if (clock)
		(void)timerfd_settime(clock->fd, 0, &t, NULL);
}

/* Without the layer pid the command is all that can be reached, with its group where it leads one.
 */
void supervise_signal(struct supervisor *s, int sig)
{
	bool leads = plan_has(s->plan, "session") && !plan_has(s->plan, "pid");

	if (s->remote) {
		(void)session_tell(s->remote->fd, SESSION_SIGNAL, sig);
		return;
	}
	/* Pid 1 passes it on to the agent's group. */
	(void)kill(leads ? -s->pid : s->pid, sig);
}

void supervise_end(struct supervisor *s)
{
	supervise_signal(s, SIGKILL);
}

void supervise_stop(struct supervisor *s, int sig, bool group)
{
	pid_t waker = limits_begin_stop(s);
	sigset_t set;

	/* Nobody would end the command in time: then the launcher does not stop with it. */
	if (waker < 0)
		return;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, sig);
	(void)kill(group ? 0 : getpid(), sig);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL); /* here it stops */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	/* What woke us is not meant for the command, which gets its own. */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCONT);
	limits_end_stop(waker);
	(void)sigtimedwait(&set, NULL, &(struct timespec){0, 0});
}

void supervise_continue(struct supervisor *s, bool front)
{
	if (s->remote)
		(void)session_tell(s->remote->fd, SESSION_CONTINUE, front);
	else if (plan_has(s->plan, "pid"))
		(void)sigqueue(s->pid, SIGCONT, (union sigval){front ? INIT_FOREGROUND : 0});
	else
		supervise_signal(s, SIGCONT);
}

/* The command has stopped. */
void supervise_hear_stop(struct supervisor *s, int sig)
{
	if (session_hear_stop(s, sig))
		return;
	if (s->terminal) {
		terminal_hear_stop(s, sig);
	} else if (s->stop_asked && clock_now_ns() - s->stop_asked < 2 * SECOND) {
		/* Somebody has stopped us and it together. By itself it stops alone, lest it could
		 * stop the clock that it runs against. */
		s->stop_asked = 0;
		supervise_stop(s, SIGTSTP, false);
		supervise_continue(s, false);
	}
}

static void reap(struct supervisor *s)
{
	int status;

	session_reap(s);
	/* A remote command is another's child. */
	while (!s->remote && !s->ended && waitpid(s->pid, &status, WNOHANG | WUNTRACED) == s->pid) {
		if (WIFSTOPPED(status)) {
			supervise_hear_stop(s, WSTOPSIG(status));
			continue;
		}
		s->ended = true;
		s->status = init_exit_code(status);
		relay_end(s);
	}
}

/* What pid 1 tells: the stops of the agent. */
static void hear_notes(struct supervisor *s, struct watch *watch, short events)
{
	unsigned char sig;

	(void)events;
	switch (read(watch->fd, &sig, 1)) {
	case 1:
		supervise_hear_stop(s, sig);
		break;
	case 0:
		supervise_drop(watch);
		break;
	default:
		break;
	}
}

static void pass_on(struct supervisor *s, const struct signalfd_siginfo *info)
{
	int sig = (int)info->ssi_signo;
	uint64_t now = clock_now_ns();

	if (sig == SIGWINCH && s->terminal && terminal_resize(s))
		return;
	if (sig == SIGTSTP)
		s->stop_asked = now;
	/*
	 * A terminal signals its whole foreground group. An agent in a session of its own is not in
	 * it and depends on us; one that shares ours has got the signal already.
	 */
	if (info->ssi_code <= 0 || plan_has(s->plan, "session")) {
		supervise_signal(s, sig);
		ending_hear(s, sig);
	}
}

static void hear_signals(struct supervisor *s, struct watch *watch, short events)
{
	struct signalfd_siginfo info;

	(void)events;
	while (read(watch->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			reap(s);
		} else if (s->attached && info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT) {
			/* Whoever is attached leaves; the command is not its own. */
			s->ended = true;
		} else if (!s->ended) {
			pass_on(s, &info);
		} else if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT) {
			/* Nobody is left to get it: it is for us, who still pass output on. */
			s->busy = 0;
			if (s->terminal)
				terminal_give_up(s);
		}
	}
}

static int open_signals(struct supervisor *s, struct err *e)
{
	struct watch watch = {.events = POLLIN, .ready = hear_signals};
	sigset_t set;

	init_forwarded(&set);
	watch.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	/* 0, 1 and 2 are open and the command's: an answer that says otherwise is none. */
	if (watch.fd <= STDERR_FILENO)
		return fail(e, errno, "hear the signals that are passed on");
	return supervise_add(s, watch, e) ? 0 : -1;
}

static int open_notes(struct supervisor *s, struct err *e)
{
	int fds[2] = {-1, -1};

	if (!plan_has(s->plan, "pid"))
		return 0;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) || fds[1] < 0)
		return fail(e, errno, "make a pipe between the processes");
	s->run->notes_fd = fds[1];
	return supervise_add(s, (struct watch){fds[0], POLLIN, hear_notes, NULL}, e) ? 0 : -1;
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
	{open_notes, NULL},
	{terminal_open, terminal_start},
	{limits_watch_open, limits_watch_start},
	{ending_open, NULL},
	{session_open, session_start},
	{NULL, relay_start},
};

int supervise_open(struct supervisor *s, const struct plan *plan, struct run *run, struct err *e)
{
	*s = (struct supervisor){.session = s->session,
				 .plan = plan,
				 .run = run,
				 .terminal_fd = -1,
				 .limit_ended = -1,
				 .inside = {-1, -1},
				 .facts = FACTS_NONE};
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
		if (s->watches[i].fd < 0 || s->watches[i].events < 0)
			continue;
		of[n] = &s->watches[i];
		p[n++] = (struct pollfd){s->watches[i].fd, s->watches[i].events, 0};
	}
	if (poll(p, n, -1) < 0)
		return errno == EINTR ? 0 : fail(e, errno, "wait for the command");
	/* A watch may have been dropped, or its place taken, by one that came before it. */
	for (nfds_t i = 0; i < n; i++)
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

/* The command has ended: is some of its output still to be passed on? */
static bool has_output(struct supervisor *s)
{
	bool terminal = s->terminal && terminal_finish(s);

	return terminal || s->busy > 0;
}

int supervise_run(struct supervisor *s, pid_t pid, struct err *e)
{
	int rc = 0;

	s->pid = pid;
	for (size_t i = 0; i < ARRAY_SIZE(watchers); i++)
		if (watchers[i].start)
			watchers[i].start(s);
	while (rc == 0 && (!s->ended || has_output(s)))
		rc = turn(s, e);
	session_say_end(s);
	if (rc && !s->ended && !s->remote)
		supervise_kill(pid);
	return rc;
}

void supervise_close(struct supervisor *s)
{
	terminal_close(s);
	for (size_t i = 0; i < s->watches_n; i++)
		supervise_drop(&s->watches[i]);
	fd_cleanup(&s->terminal_fd);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal: see terminal.h. The relay, and who is in front.
 *
 * Should: never wait but in the loop of supervise.c: what one side does not take now stays here,
 * and the other is not read meanwhile, so that each side feels the other's pace (^S, a slow link).
 * Mustn't: read keys while the command has not asked for them: somebody beside us may want them.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"
#include "supervise.h"

#define SECOND UINT64_C(1000000000)

/* ---- between the two ----------------------------------------------------------------------- */

/* What is waited for follows from what is to be done. */
static void update_events(struct terminal *t)
{
	bool in = t->in_n > 0, out = t->out_n > 0;

	if (t->keys)
		t->keys->events =
			(short)((t->front && !in && !t->ended ? POLLIN : 0) | (out ? POLLOUT : 0));
	if (t->master)
		t->master->events = (short)((out ? 0 : POLLIN) | (in ? POLLOUT : 0));
}

/* Writes what there is as far as fd takes it. -1: it will take nothing ever more. */
static int flush(int fd, const char *data, size_t *done, size_t *n, size_t most)
{
	while (*n > 0) {
		size_t left = *n - *done;
		ssize_t put = write(fd, data + *done, left < most ? left : most);

		if (put < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		*done += (size_t)put;
		if (*done == *n)
			*done = *n = 0;
		else if (left > most)
			return 0;
	}
	return 0;
}

/* The caller's terminal is gone: so is the command's, which its kernel tells it by SIGHUP. */
static void hang_up(struct supervisor *s)
{
	struct terminal *t = s->terminal;

	t->gone = true;
	t->out_n = t->out_done = t->in_n = t->in_done = 0;
	if (t->keys)
		supervise_drop(t->keys);
	if (t->master)
		supervise_drop(t->master);
	t->keys = t->master = NULL;
	if (s->attached)
		s->ended = true;
	if (!t->front && !s->ended) {
		supervise_signal(s, SIGHUP);
		supervise_signal(s, SIGCONT);
	}
	t->front = false;
}

static void flush_out(struct supervisor *s)
{
	struct terminal *t = s->terminal;

	if (!t->gone && flush(t->caller.fd, t->out, &t->out_done, &t->out_n,
			      t->caller.shared ? 512 : sizeof(t->out)))
		hang_up(s);
}

static void flush_in(struct terminal *t)
{
	if (t->master && flush(t->master->fd, t->in, &t->in_done, &t->in_n, sizeof(t->in)))
		t->in_n = t->in_done = 0;
}

/* Reads all that is there, up to a buffer full. False at the end of the command's terminal. */
static bool read_all(int fd, char *buffer, size_t room, size_t *n)
{
	*n = 0;
	while (*n < room) {
		ssize_t got = read(fd, buffer + *n, room - *n);

		if (got < 0)
			return errno == EAGAIN || errno == EINTR;
		if (got == 0)
			return false;
		*n += (size_t)got;
	}
	return true;
}

/* From the command's terminal to the caller's. False where there was nothing. */
static bool pass_output(struct supervisor *s)
{
	struct terminal *t = s->terminal;
	char raw[RELAY_OUT];
	size_t n;

	if (!t->master || t->out_n > 0)
		return false;
	if (!read_all(t->master->fd, t->filter ? raw : t->out, RELAY_OUT, &n) && n == 0) {
		supervise_drop(t->master);
		t->master = NULL;
	}
	n = relay_count(s, n);
	t->out_n = t->filter ? terminal_filter_run(t->filter, raw, n, t->out) : n;
	flush_out(s);
	return n > 0;
}

/* The key that suspends, whoever it is for: what stops now may be meant to. */
static void note_suspend(struct terminal *t)
{
	if (memchr(t->in, t->caller.kept.c_cc[VSUSP], t->in_n))
		t->suspend_ns = clock_now_ns();
}

/* ---- who is in front ----------------------------------------------------------------------- */

/*
 * One of the two terminals makes "\r\n" of "\n", never both: the caller's as long as it is not raw,
 * and for good where the command's output goes to another program, which may write to it too.
 */
static void translate(struct terminal *t, bool caller)
{
	struct termios command;

	if (t->translates == caller || !t->master || tcgetattr(t->master->fd, &command))
		return;
	if (caller)
		t->opost = command.c_oflag & OPOST;
	command.c_oflag = (command.c_oflag & ~(tcflag_t)OPOST) | (caller ? 0 : t->opost);
	t->translates = tcsetattr(t->master->fd, TCSANOW, &command) == 0 ? caller : !caller;
}

static void come_front(struct supervisor *s)
{
	struct terminal *t = s->terminal;
	bool beside = !(s->plan->terminal.of_caller >> STDOUT_FILENO & 1);

	if (t->front || t->gone)
		return;
	caller_make_raw(&t->caller, beside);
	translate(t, beside);
	t->front = true;
}

static void leave_front(struct terminal *t)
{
	if (!t->front)
		return;
	translate(t, true);
	caller_restore(&t->caller);
	t->front = false;
}

static void read_keys(struct supervisor *s)
{
	struct terminal *t = s->terminal;
	ssize_t n = read(t->keys->fd, t->in, sizeof(t->in));

	if (n > 0) {
		t->in_n = (size_t)n;
		t->in_done = 0;
		note_suspend(t);
		s->ended |= s->attached && session_leaves(t);
		flush_in(t);
	} else if (n == 0 || (errno == EIO && caller_is_front(&t->caller))) {
		hang_up(s);
	} else if (errno == EIO) {
		/* Another job has been put in front without a word to us. */
		leave_front(t);
	}
}

static void hear_keys(struct supervisor *s, struct watch *watch, short events)
{
	struct terminal *t = s->terminal;

	(void)watch;
	if (events & POLLOUT)
		flush_out(s);
	if (t->keys && (events & POLLIN) && t->front && t->in_n == 0)
		read_keys(s);
	if (t->keys && (events & (POLLHUP | POLLERR)) && !(events & POLLIN))
		hang_up(s);
	update_events(t);
}

static void hear_master(struct supervisor *s, struct watch *watch, short events)
{
	struct terminal *t = s->terminal;

	(void)watch;
	if (events & POLLOUT)
		flush_in(t);
	if (events & (POLLIN | POLLHUP))
		(void)pass_output(s);
	update_events(t);
}

/* Does the launcher itself end the run at some time? */
static bool has_clock(const struct supervisor *s)
{
	const struct plan_limits *l = &s->plan->limits;

	return limit_is(l, LIMIT_WALL, LIMIT_BY_TIMER) ||
	       limit_is(l, LIMIT_CPU_TIME, LIMIT_BY_CGROUP);
}

/* Stops with the caller's job, and goes on with it. */
static void suspend(struct supervisor *s, int sig)
{
	struct terminal *t = s->terminal;
	bool asked = sig == SIGTTIN || sig == SIGTTOU, was_front = t->front || asked;
	/*
	 * The kernel would stop the whole foreground job: a script that waits for us, too. We do
	 * the same where the user has pressed the key; a command that stops by itself stops us
	 * alone, lest it have power over others of the host's processes.
	 */
	bool group = t->suspend_ns && clock_now_ns() - t->suspend_ns < 10 * SECOND;

	/* A stop of its own would stop the clocks that it runs against, and not what it started. */
	if (!group && (t->front || !asked) && has_clock(s)) {
		supervise_continue(s, t->front);
		return;
	}
	/* Its last words, with which it may have cleared the screen; others inside may go on. */
	for (int i = 0; i < 4 && pass_output(s) && t->out_n == 0; i++)
		continue;
	leave_front(t);
	supervise_stop(s, asked ? sig : SIGTSTP, group);
	t->suspend_ns = 0;
	if (t->gone)
		return;
	if (was_front && caller_is_front(&t->caller))
		come_front(s);
	(void)terminal_resize(s);
	supervise_continue(s, t->front);
	update_events(t);
}

void terminal_hear_stop(struct supervisor *s, int sig)
{
	struct terminal *t = s->terminal;

	if (t->gone)
		return;
	if ((sig != SIGTTIN && sig != SIGTTOU) || t->front || !caller_is_front(&t->caller)) {
		suspend(s, sig);
		return;
	}
	come_front(s);
	supervise_continue(s, true);
	update_events(t);
}

bool terminal_resize(struct supervisor *s)
{
	struct terminal *t = s->terminal;
	struct winsize size;

	if (!t->master || ioctl(t->caller.fd, TIOCGWINSZ, &size) ||
	    memcmp(&size, &t->size, sizeof(size)) == 0)
		return false;
	t->size = size;
	return ioctl(t->master->fd, TIOCSWINSZ, &size) == 0 && t->front;
}

/* ---- from start to end --------------------------------------------------------------------- */

/* UTF-8 unless both the terminal and the locale say otherwise. */
static bool is_utf8(const struct caller_terminal *c)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_SIZE(names) && !(c->kept.c_iflag & IUTF8); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return terminal_filter_is_utf8(value);
	}
	return true;
}

int terminal_open(struct supervisor *s, struct err *e)
{
	struct terminal *t;

	/* In the background there is no caller; session-serve.c keeps the terminal. */
	if (!s->plan->terminal.own || s->plan->detach)
		return 0;
	t = pool_alloc(sizeof(*t));
	if (caller_open(&t->caller, s->plan->terminal.of_caller, e))
		return -1;
	if (s->plan->terminal.filter) {
		t->filter = pool_alloc(sizeof(*t->filter));
		terminal_filter_begin(t->filter, is_utf8(&t->caller));
	}
	(void)ioctl(t->caller.fd, TIOCGWINSZ, &t->size);
	s->terminal = t;
	return 0;
}

/* What it has said before somebody attached; a program that draws a screen does so anew. */
static void show_attached(struct supervisor *s)
{
	struct terminal *t = s->terminal;
	size_t n = s->shown_n < RELAY_OUT ? s->shown_n : RELAY_OUT;

	if (t->filter)
		t->out_n = terminal_filter_run(t->filter, s->shown, n, t->out);
	else if (n)
		memcpy(t->out, s->shown, t->out_n = n);
	flush_out(s);
	if (t->master)
		(void)ioctl(t->master->fd, TIOCSWINSZ, &t->size);
	supervise_signal(s, SIGWINCH);
}

void terminal_start(struct supervisor *s)
{
	struct terminal *t = s->terminal;
	struct err e = {0};
	int fd;

	if (!t || s->terminal_fd < 0)
		return;
	t->translates = !s->run->foreground;
	t->opost = s->run->in_front ? t->caller.kept.c_oflag & OPOST : OPOST;
	fd = fcntl(t->caller.fd, F_DUPFD_CLOEXEC, 3);
	(void)fcntl(s->terminal_fd, F_SETFL, O_RDWR | O_NONBLOCK);
	t->master = supervise_add(
		s, (struct watch){fd_take(&s->terminal_fd), POLLIN, hear_master, NULL}, &e);
	if (fd >= 0)
		t->keys = supervise_add(s, (struct watch){fd, 0, hear_keys, NULL}, &e);
	if (s->run->foreground && caller_is_front(&t->caller))
		come_front(s);
	if (s->attached)
		show_attached(s);
	update_events(t);
}

bool terminal_finish(struct supervisor *s)
{
	struct terminal *t = s->terminal;

	t->ended = true;
	/* No more than a terminal may hold: without the pid layer others may write for ever. */
	while (t->late < RELAY_LATE && pass_output(s) && t->out_n == 0)
		t->late += RELAY_OUT;
	if (t->out_n == 0 && t->filter && !t->gone) {
		t->out_n = terminal_filter_end(t->filter, t->out);
		t->filter = NULL;
		flush_out(s);
	}
	update_events(t);
	return t->out_n > 0;
}

void terminal_give_up(struct supervisor *s)
{
	s->terminal->gone = true;
	s->terminal->out_n = 0;
}

void terminal_close(struct supervisor *s)
{
	if (s->terminal)
		caller_close(&s->terminal->caller);
	s->terminal = NULL;
}

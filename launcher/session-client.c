/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session-client: `pinfold exec` and `pinfold attach`: as if the command were a child of ours.
 *
 * The loop is that of supervise.c, with the same terminal and the same signals; what a launcher
 * does to its child is asked of the session's launcher here, over the control socket.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"
#include "supervise.h"
#include "terminal.h"

#define SECOND UINT64_C(1000000000)

enum { LEAVING_KEY = 0x1d, LEAVING_TIMES = 3 }; /* ^] */
enum { PATIENCE_S = 10, LOST = 128 + SIGKILL };

/* Three ^] within a second leave a session. They are passed on all the same. */
bool session_leaves(struct terminal *t)
{
	uint64_t now = clock_now_ns();

	for (size_t i = 0; i < t->in_n; i++) {
		if (t->leaving == 0 || now - t->leaving_ns > SECOND) {
			t->leaving = 0;
			t->leaving_ns = now;
		}
		t->leaving = t->in[i] == LEAVING_KEY ? t->leaving + 1 : 0;
		if (t->leaving == LEAVING_TIMES)
			return true;
	}
	return false;
}

/* What is known before the command runs. */
struct start {
	struct plan plan;
	struct run run;
	struct session_packet *packet;
	int master;	   /* of the terminal; -1 */
	const char *shown; /* what it has said lately */
	size_t shown_n;
};

static int take_error(const struct session_packet *p, struct err *e)
{
	if (p->size != sizeof(*e))
		return fail(e, EBADMSG, "the session's launcher refuses");
	memcpy(e, p->text, sizeof(*e));
	e->where[sizeof(e->where) - 1] = e->what[sizeof(e->what) - 1] = '\0';
	e->remedy[sizeof(e->remedy) - 1] = '\0';
	return -1;
}

/* Hears the launcher out until the command runs (0), or will not (-1). */
static int await_start(int control, struct start *st, struct err *e)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	struct session_packet *p = st->packet;
	int rc;

	(void)setsockopt(control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while ((rc = session_receive(control, p)) > 0) {
		switch (p->head.verb) {
		case SESSION_TERMINAL:
			if (st->master < 0 && p->fds_n == 1)
				st->master = fd_take(&p->fds[0]);
			st->plan.terminal.filter = p->head.number;
			break;
		case SESSION_SHOWN:
			st->shown = pool_copy_n(p->text, p->size);
			st->shown_n = p->size;
			break;
		case SESSION_ERROR:
			return take_error(p, e);
		case SESSION_STARTED:
			return 0;
		default:
			break;
		}
		session_drop_fds(p);
	}
	if (rc == 0)
		return fail(e, 0, "the session has ended");
	return fail(e, errno == EAGAIN ? ETIMEDOUT : errno,
		    "the session's launcher does not answer");
}

static void hear_remote(struct supervisor *s, struct watch *watch, short events)
{
	struct session_packet *p = watch->data;
	int rc = session_receive(watch->fd, p);

	(void)events;
	if (rc < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (rc <= 0) {
		/* All inside have ended with it. */
		s->ended = true;
		s->status = LOST;
	} else if (p->head.verb == SESSION_STOPPED) {
		supervise_hear_stop(s, p->head.number);
	} else if (p->head.verb == SESSION_ENDED) {
		s->ended = true;
		s->status = p->head.number & 255;
	}
	session_drop_fds(p);
}

/* The command runs: from here on it is a run like any other. */
static int follow(struct start *st, int control, bool attach, int *status, struct err *e)
{
	struct supervisor s = {0};
	struct watch watch = {-1, POLLIN, hear_remote, st->packet};
	int rc = -1;

	st->plan.terminal.own = st->master >= 0;
	if (supervise_open(&s, &st->plan, &st->run, e) == 0) {
		watch.fd = fcntl(control, F_DUPFD_CLOEXEC, 3);
		(void)fcntl(watch.fd, F_SETFL, O_NONBLOCK);
		s.remote = supervise_add(&s, watch, e);
		s.terminal_fd = fd_take(&st->master);
		s.attached = attach;
		s.shown = st->shown;
		s.shown_n = st->shown_n;
		rc = s.remote ? supervise_run(&s, 0, e) : -1;
	}
	*status = s.status;
	ending_say(&st->plan, s.ended_for);
	supervise_close(&s);
	return rc;
}

/* Our terminals, and whether the command may read from them from the start. */
static int begin(struct start *st, struct err *e)
{
	sigset_t set;

	*st = (struct start){.master = -1, .packet = pool_alloc(sizeof(*st->packet))};
	st->run.terminal_fd = st->run.notes_fd = -1;
	st->plan.layers = layers_bit("session");
	for (int fd = 0; fd <= 2; fd++)
		st->plan.terminal.of_caller |= isatty(fd) ? 1u << fd : 0;
	st->plan.terminal.own = st->plan.terminal.of_caller;
	init_blocked(&set);
	if (sigprocmask(SIG_BLOCK, &set, &st->run.mask))
		return fail(e, errno, "block the signals that are passed on");
	/* A closed pipe of ours is the command's to hear of. */
	(void)signal(SIGPIPE, SIG_IGN);
	return walk_layers(STAGE_OUTSIDE, &st->plan, &st->run, e);
}

int session_exec(int control, const char *const *command, int *status, struct err *e)
{
	struct session_head head = {.verb = SESSION_EXEC};
	struct start st;
	size_t size = 0;
	char *text;

	if (begin(&st, e))
		return -1;
	head.of_caller = st.plan.terminal.of_caller;
	head.flags = (st.run.in_front ? SESSION_IN_FRONT : 0) |
		     (st.run.foreground ? SESSION_FOREGROUND : 0);
	for (size_t i = 0; command[i]; i++)
		size += strlen(command[i]) + 1;
	text = pool_alloc(size);
	for (size_t at = 0; command[head.words]; head.words++) {
		size_t n = strlen(command[head.words]) + 1;

		memcpy(text + at, command[head.words], n);
		at += n;
	}
	if (size > SESSION_TEXT_MAX) {
		err_remedy(e, "Put a long text into a file that is seen inside.");
		return fail(e, E2BIG, "the command has more than %d bytes", SESSION_TEXT_MAX);
	}
	if (session_send(control, &head, text, size, (const int[]){0, 1, 2}, 3))
		return fail(e, errno, "ask the session's launcher");
	return await_start(control, &st, e) ? -1 : follow(&st, control, false, status, e);
}

int session_attach(int control, const char *name, int *status, struct err *e)
{
	struct start st;

	if (begin(&st, e))
		return -1;
	if ((st.plan.terminal.of_caller & 3) != 3) {
		err_remedy(e, "Run it on a terminal; `pinfold exec %s -- COMMAND` takes none.",
			   name);
		return fail(e, 0, "standard input and output are no terminal");
	}
	if (session_tell(control, SESSION_ATTACH, 0))
		return fail(e, errno, "ask the session's launcher");
	if (await_start(control, &st, e) || follow(&st, control, true, status, e))
		return -1;
	return 0;
}

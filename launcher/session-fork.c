/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session-fork: `pinfold exec` on the launcher's side: a process that joins (session-join.c), what
 * it says, and its end.
 *
 * Should: hand what comes from the one to the other: the terminal, its stops, its status.
 * Mustn't: wait for either.
 */
#include "session-server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Signals for the process that has joined go by its own init, as those of the command do. */
void server_signal(struct supervisor *s, const struct client *c, int sig)
{
	bool init = plan_has(s->plan, "pid");

	if (!c->pid)
		return;
	if (init && sig == SIGKILL)
		(void)sigqueue(c->pid, SIGCONT, (union sigval){INIT_KILL});
	else
		(void)kill(!init && plan_has(s->plan, "session") ? -c->pid : c->pid, sig);
}

static void hear_link(struct supervisor *s, struct watch *watch, short events)
{
	struct client *c = watch->data;
	struct session_head head = {.verb = SESSION_TERMINAL, .number = s->server->filter};
	struct err e = {0};
	int rc = link_hear(watch->fd, &c->heard, &e);

	(void)events;
	if (rc > 0) {
		if (c->heard.word == LINK_PID)
			c->pid = c->heard.number;
		/* Who asked has left before it was known what that had started. */
		if (c->heard.word == LINK_PID && !c->control)
			server_signal(s, c, SIGKILL);
		if (c->heard.word == LINK_TERMINAL && c->heard.with[0] >= 0 && c->control)
			(void)session_send(c->control->fd, &head, NULL, 0, c->heard.with, 1);
		link_drop(&c->heard);
		return;
	}
	if (rc < 0)
		server_refuse(c, &e);
	else if (c->control)
		(void)session_tell(c->control->fd, SESSION_STARTED, 0);
	server_drop(&c->link);
}

static void hear_notes(struct supervisor *s, struct watch *watch, short events)
{
	struct client *c = watch->data;
	unsigned char sig;
	ssize_t n = read(watch->fd, &sig, 1);

	(void)s, (void)events;
	if (n == 1 && c->control)
		(void)session_tell(c->control->fd, SESSION_STOPPED, sig);
	else if (n == 0)
		server_drop(&c->notes);
}

/* The plan of the session, but for what is this process' own. */
static struct plan plan_for(const struct supervisor *s, const struct session_packet *p,
			    const char *const *words)
{
	struct plan plan = *s->plan;

	plan.command = words;
	plan.report = NULL;
	plan.verbose = plan.detach = false;
	plan.end = (struct plan_end){0};
	plan.terminal.of_caller = p->head.of_caller & 7;
	plan.terminal.own =
		plan.terminal.of_caller && plan_has(&plan, "session") && !s->server->inherits;
	return plan;
}

static int fork_joiner(struct supervisor *s, struct client *c, const struct session_packet *p,
		       const char *const *words, const int link[2], const int notes[2])
{
	struct plan plan = plan_for(s, p, words);
	struct session_joining j = {.plan = &plan,
				    .run = s->run,
				    .doors = &s->server->doors,
				    .link = link[1],
				    .notes = plan_has(&plan, "pid") ? notes[1] : -1,
				    .stdio = {p->fds[0], p->fds[1], p->fds[2]},
				    .flags = p->head.flags};

	c->joiner = fork();
	if (c->joiner == 0)
		session_join(&j);
	/* Without the layer pid it becomes the command itself. */
	if (c->joiner > 0 && !plan_has(&plan, "pid")) {
		c->pid = c->joiner;
		c->joiner = 0;
	}
	return c->joiner < 0 ? -1 : 0;
}

void server_exec(struct supervisor *s, struct client *c, const struct session_packet *p)
{
	const char *const *words = session_words(p);
	int link[2] = {-1, -1}, notes[2] = {-1, -1};
	struct watch l = {-1, POLLIN, hear_link, c}, n = {-1, POLLIN, hear_notes, c};
	struct err e = {0};

	if (!words || !words[0] || p->fds_n != 3 || c->pid || c->joiner || c->attached) {
		server_leave(s, c);
		return;
	}
	c->heard = (struct link_heard){0};
	if (link_open(link, &e) == 0 && pipe2(notes, O_CLOEXEC | O_NONBLOCK) == 0 &&
	    fork_joiner(s, c, p, words, link, notes) == 0) {
		l.fd = fd_take(&link[0]);
		n.fd = fd_take(&notes[0]);
		c->link = supervise_add(s, l, &e);
		c->notes = supervise_add(s, n, &e);
	} else if (!e.what[0]) {
		(void)fail(&e, errno, "fork into the session");
	}
	for (int i = 0; i < 2; i++) {
		fd_cleanup(&link[i]);
		fd_cleanup(&notes[i]);
	}
	if (e.what[0]) {
		server_refuse(c, &e);
		server_leave(s, c);
	}
}

static bool is_readable(const struct watch *watch)
{
	struct pollfd p = {watch->fd, POLLIN, 0};

	return poll(&p, 1, 0) > 0;
}

void server_reap(struct supervisor *s, struct client *c)
{
	int status;

	if (c->joiner > 0 && waitpid(c->joiner, &status, WNOHANG) == c->joiner)
		c->joiner = 0;
	/*
	 * What it has said before its end comes first: its number, for one. Unreaped it would keep
	 * the session's first process, which waits for everybody inside, from ending.
	 */
	while (c->link && is_readable(c->link))
		hear_link(s, c->link, POLLIN);
	if (c->pid <= 0 || waitpid(c->pid, &status, WNOHANG) != c->pid)
		return;
	c->pid = 0;
	if (c->control)
		(void)session_tell(c->control->fd, SESSION_ENDED, init_exit_code(status));
	server_drop(&c->notes);
}

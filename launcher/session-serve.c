/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session-serve: what the launcher of a session answers, while its command runs.
 *
 * Should: serve whoever started the run, and nobody else: the kernel tells who asks (unix(7),
 * SO_PEERCRED), and a process of another user namespace is no such one, as what is inside may have
 * the same uid.
 * Mustn't: wait for anybody; a request that is no request ends the connection.
 */
#include "session-server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"

/* ---- the terminal, while nobody is attached ---------------------------------------------------
 */

static void keep_shown(struct server *v, const char *data, size_t n)
{
	size_t over = v->shown_n + n > SHOWN_MAX ? v->shown_n + n - SHOWN_MAX : 0;

	memmove(v->shown, v->shown + over, v->shown_n - over);
	v->shown_n -= over;
	memcpy(v->shown + v->shown_n, data, n);
	v->shown_n += n;
}

static void hear_master(struct supervisor *s, struct watch *watch, short events)
{
	struct server *v = s->server;
	char data[SHOWN_MAX / 4];
	ssize_t n = read(watch->fd, data, sizeof(data));

	(void)events;
	if (n > 0) {
		keep_shown(v, data, relay_count(s, (size_t)n));
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		supervise_drop(watch);
		v->master = NULL;
	}
}

static void watch_master(struct supervisor *s)
{
	struct server *v = s->server;
	int fd = v->master_fd < 0 ? -1 : fcntl(v->master_fd, F_DUPFD_CLOEXEC, 3);
	struct err e;

	if (fd >= 0)
		v->master = supervise_add(s, (struct watch){fd, POLLIN, hear_master, NULL}, &e);
}

/* ---- who has asked -----------------------------------------------------------------------------
 */

void server_drop(struct watch **watch)
{
	if (*watch)
		supervise_drop(*watch);
	*watch = NULL;
}

void server_refuse(const struct client *c, const struct err *e)
{
	struct session_head head = {.verb = SESSION_ERROR};

	if (c->control)
		(void)session_send(c->control->fd, &head, e, sizeof(*e), NULL, 0);
}

/* Nobody waits for what it has started any more: so that ends, too. */
void server_leave(struct supervisor *s, struct client *c)
{
	server_drop(&c->control);
	if (c->pid || !c->joiner) /* else it is still to say whom it has started */
		server_drop(&c->link);
	server_drop(&c->notes);
	server_signal(s, c, SIGKILL);
	if (c->attached)
		watch_master(s);
	c->attached = false;
}

static struct client *attached(const struct supervisor *s)
{
	for (size_t i = 0; s->server && i < CLIENTS_MAX; i++)
		if (s->server->clients[i].attached)
			return &s->server->clients[i];
	return NULL;
}

/* ---- the other requests ------------------------------------------------------------------------
 */

static void answer_ps(const struct supervisor *s, const struct client *c)
{
	struct session_head head = {.verb = SESSION_INFO, .number = (int32_t)getpid()};
	const char *state = !s->plan->detach ? "foreground" : attached(s) ? "attached" : "detached";
	char text[4096];
	int n = snprintf(text, sizeof(text), "%lld%c%s%c%s%c", (long long)s->server->started, 0,
			 state, 0, s->plan->profile, 0);
	size_t at = (size_t)n;

	head.words = 3;
	for (const char *const *word = s->plan->command; *word; word++) {
		size_t size = strlen(*word) + 1;

		/* A long one is cut: this is for looking at. */
		if (at + size > sizeof(text))
			size = sizeof(text) - at;
		if (size == 0)
			break;
		memcpy(text + at, *word, size);
		at += size;
		text[at - 1] = '\0';
		head.words++;
	}
	(void)session_send(c->control->fd, &head, text, at, NULL, 0);
}

static void hear_grace(struct supervisor *s, struct watch *watch, short events)
{
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) == (ssize_t)sizeof(times) && !s->ended)
		supervise_end(s);
}

static void answer_stop(struct supervisor *s, const struct client *c,
			const struct session_packet *p)
{
	uint64_t ms = p->head.number > 0 ? (uint64_t)p->head.number : 1;
	struct err e = {0};

	if (!s->server->grace && supervise_add_clock(s, &s->server->grace, hear_grace, &e)) {
		server_refuse(c, &e);
		return;
	}
	supervise_signal(s, SIGTERM);
	supervise_signal(s, SIGCONT); /* one that is stopped would not hear of it */
	supervise_set_clock(s->server->grace, ms, 0);
}

static void answer_attach(struct supervisor *s, struct client *c)
{
	struct server *v = s->server;
	struct session_head shown = {.verb = SESSION_SHOWN};
	struct session_head head = {.verb = SESSION_TERMINAL, .number = v->filter};
	struct err e = {0};

	if (!s->plan->detach)
		(void)fail(&e, 0, "it runs in the foreground, where it was started");
	else if (v->master_fd < 0)
		(void)fail(&e, 0,
			   "its command has no terminal: start it on one, or with "
			   "--terminal pty");
	else if (attached(s))
		(void)fail(&e, 0, "somebody is attached to it already");
	if (e.what[0]) {
		server_refuse(c, &e);
		return;
	}
	server_drop(&v->master);
	c->attached = true;
	(void)session_send(c->control->fd, &head, NULL, 0, &v->master_fd, 1);
	(void)session_send(c->control->fd, &shown, v->shown, v->shown_n, NULL, 0);
	(void)session_tell(c->control->fd, SESSION_STARTED, 0);
	/* It may have been stopped, with nobody to see it. */
	supervise_continue(s, true);
}

static void answer(struct supervisor *s, struct client *c, const struct session_packet *p)
{
	int number = p->head.number;

	switch (p->head.verb) {
	case SESSION_PS:
		answer_ps(s, c);
		break;
	case SESSION_STOP:
		answer_stop(s, c, p);
		break;
	case SESSION_EXEC:
		server_exec(s, c, p);
		break;
	case SESSION_ATTACH:
		answer_attach(s, c);
		break;
	case SESSION_SIGNAL:
		if (c->attached)
			supervise_signal(s, number);
		else if (number > 0 && number < NSIG)
			server_signal(s, c, number);
		break;
	case SESSION_CONTINUE:
		if (c->attached)
			supervise_continue(s, number);
		else if (c->pid && plan_has(s->plan, "pid"))
			(void)sigqueue(c->pid, SIGCONT,
				       (union sigval){number ? INIT_FOREGROUND : 0});
		break;
	default:
		server_leave(s, c);
		break;
	}
}

static void hear_control(struct supervisor *s, struct watch *watch, short events)
{
	struct client *c = watch->data;
	struct session_packet *p = &s->server->packet;
	int rc = session_receive(watch->fd, p);

	(void)events;
	if (rc > 0)
		answer(s, c, p);
	else if (rc == 0 || errno != EAGAIN)
		server_leave(s, c);
	session_drop_fds(p);
}

/* ---- the socket -------------------------------------------------------------------------------
 */

/* Whoever started the run: the same uid, and not from inside. */
static bool is_owner(const struct supervisor *s, int fd)
{
	struct ucred peer;
	struct stat its, ours;
	socklen_t size = sizeof(peer);
	char path[48];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != s->session->owner)
		return false;
	/* Nobody inside is ever root of this host, and we may no longer look at who is. */
	if (peer.uid == 0)
		return true;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)peer.pid);
	return stat(path, &its) == 0 && stat("/proc/self/ns/user", &ours) == 0 &&
	       its.st_ino == ours.st_ino && its.st_dev == ours.st_dev;
}

static void hear_socket(struct supervisor *s, struct watch *watch, short events)
{
	int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct server *v = s->server;
	struct err e;

	(void)events;
	for (size_t i = 0; fd >= 0 && is_owner(s, fd) && i < CLIENTS_MAX; i++) {
		struct client *c = &v->clients[i];

		/* Until what has joined is reaped, its place is not free. */
		if (c->control || c->pid || c->joiner || c->link)
			continue;
		*c = (struct client){0};
		c->control =
			supervise_add(s, (struct watch){fd_take(&fd), POLLIN, hear_control, c}, &e);
	}
	fd_cleanup(&fd);
}

void session_take_doors(struct supervisor *s, struct link_heard *heard)
{
	int *with = heard->with;

	for (int i = 0; s->server && i < SESSION_DOORS; i++)
		if (heard->number >> i & 1 && with < heard->with + LINK_WITH_MAX)
			s->server->doors.fd[i] = fd_take(with++);
	link_drop(heard);
}

int session_open(struct supervisor *s, struct err *e)
{
	struct watch watch = {.events = POLLIN, .ready = hear_socket};

	if (!s->session || !s->session->name)
		return 0;
	s->server = pool_alloc(sizeof(*s->server));
	s->server->master_fd = -1;
	for (int i = 0; i < SESSION_DOORS; i++)
		s->server->doors.fd[i] = -1;
	/* What holds for the command's terminal holds for those of whoever joins. */
	s->server->filter = s->plan->terminal.filter || !s->plan->terminal.of_caller;
	s->server->inherits = s->plan->terminal.of_caller && !s->plan->terminal.own;
	s->server->started = time(NULL);
	watch.fd = fcntl(s->session->control, F_DUPFD_CLOEXEC, 3);
	if (watch.fd < 0)
		return fail(e, errno, "listen for the session");
	return supervise_add(s, watch, e) ? 0 : -1;
}

void session_start(struct supervisor *s)
{
	if (!s->server || !s->plan->detach || s->terminal_fd < 0)
		return;
	(void)fcntl(s->terminal_fd, F_SETFL, O_RDWR | O_NONBLOCK);
	s->server->master_fd = fd_take(&s->terminal_fd);
	watch_master(s);
}

/* ---- ends --------------------------------------------------------------------------------------
 */

void session_reap(struct supervisor *s)
{
	for (size_t i = 0; s->server && i < CLIENTS_MAX; i++)
		server_reap(s, &s->server->clients[i]);
}

bool session_hear_stop(struct supervisor *s, int sig)
{
	const struct client *c = attached(s);

	if (c)
		(void)session_tell(c->control->fd, SESSION_STOPPED, sig);
	/* In the background nobody waits for the launcher: it need not stop with its command. */
	return s->server && s->plan->detach;
}

void session_say_end(struct supervisor *s)
{
	const struct client *c = attached(s);

	if (c && s->ended)
		(void)session_tell(c->control->fd, SESSION_ENDED, s->status);
	session_reap(s);
	for (size_t i = 0; s->server && i < CLIENTS_MAX; i++)
		server_leave(s, &s->server->clients[i]);
}

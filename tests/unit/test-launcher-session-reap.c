/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session-fork: a process that has joined is reaped and ended, in whatever order the launcher comes
 * to hear of it. One that is not keeps the first process inside, which waits for all others, from
 * ending, and with it the session.
 */
#include "tap.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "session-server.h"

static struct plan plan;
static struct server server;
static struct supervisor supervisor = {.plan = &plan, .server = &server};

/* A client that has asked for a process, which has not said yet who it is. */
static struct client *make_client(int link[2], int control[2])
{
	struct client *c = &server.clients[0];
	struct err e = {0};

	*c = (struct client){0};
	if (link_open(link, &e) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control))
		return NULL;
	c->link = supervise_add(&supervisor, (struct watch){.fd = link[0], .data = c}, &e);
	c->control = supervise_add(&supervisor, (struct watch){.fd = control[0]}, &e);
	return c;
}

static pid_t fork_waiting(void)
{
	pid_t pid = fork();

	while (pid == 0)
		(void)pause();
	return pid;
}

/* Ended, and not reaped. */
static pid_t fork_ended(int status)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	(void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	return pid;
}

/* On a busy machine its end comes to be heard before the number that it said first. */
static void test_ended_before_it_is_known(void)
{
	int link[2], control[2];
	struct client *c = make_client(link, control);
	struct session_packet *p = &server.packet;
	struct err e = {0};
	pid_t pid = fork_ended(7);

	c->joiner = fork_ended(0);
	ok(link_say_number(link[1], LINK_PID, pid, NULL, 0, &e) == 0 &&
		   link_say(link[1], LINK_READY, -1, &e) == 0,
	   "it has said its number, and that it is ready");
	(void)close(link[1]);
	server_reap(&supervisor, c);
	is_int(c->joiner, 0, "whoever has joined for it is reaped");
	is_int(waitpid(pid, NULL, WNOHANG), -1, "and so is it");
	ok(!c->pid && !c->link, "its place is free");
	ok(session_receive(control[1], p) == 1 && p->head.verb == SESSION_STARTED,
	   "who asked hears that it was started");
	ok(session_receive(control[1], p) == 1 && p->head.verb == SESSION_ENDED &&
		   p->head.number == 7,
	   "... and of its end");
	server_leave(&supervisor, c);
	(void)close(control[1]);
}

static void test_left_before_it_is_known(void)
{
	int link[2], control[2], status = 0;
	struct client *c = make_client(link, control);
	struct err e = {0};
	pid_t pid = fork_waiting();

	c->joiner = fork_waiting();
	(void)close(control[1]);
	server_leave(&supervisor, c);
	ok(c->link && !c->control, "who asked has left; what it has started is still heard");
	ok(link_say_number(link[1], LINK_PID, pid, NULL, 0, &e) == 0, "it says its number");
	(void)kill(c->joiner, SIGKILL);
	(void)waitid(P_PID, (id_t)c->joiner, &(siginfo_t){0}, WEXITED | WNOWAIT);
	server_reap(&supervisor, c);
	ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	   "and is ended");
	(void)close(link[1]);
}

int main(void)
{
	test_ended_before_it_is_known();
	test_left_before_it_is_known();
	return tap_done();
}

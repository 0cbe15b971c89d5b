/* SPDX-License-Identifier: Apache-2.0 */
/* session-server.h: the launcher's side of its session: session-serve.c, and exec (session-fork.c).
 */
#ifndef PINFOLD_SESSION_SERVER_H
#define PINFOLD_SESSION_SERVER_H

#include <time.h>

#include "session.h"
#include "supervise.h"

enum { CLIENTS_MAX = 12, SHOWN_MAX = 64 * 1024 };

/* One who asks, and the process that has joined for it. */
struct client {
	struct watch *control; /* NULL: free, or gone */
	struct watch *link, *notes;
	pid_t joiner, pid; /* 0: none */
	struct link_heard heard;
	bool attached;
};

struct server {
	struct client clients[CLIENTS_MAX];
	struct session_doors doors;
	struct watch *master; /* of a terminal whose command nobody is attached to */
	int master_fd;	      /* the same, also while somebody is; -1: there is none */
	struct watch *grace;  /* pinfold stop's */
	bool filter;	      /* what a terminal passes on is filtered */
	bool inherits;	      /* --terminal inherit: none is made for anybody */
	time_t started;
	size_t shown_n;
	char shown[SHOWN_MAX]; /* what the terminal has said lately */
	struct session_packet packet;
};

void server_drop(struct watch **watch);

/* Why not, to whoever has asked. */
void server_refuse(const struct client *c, const struct err *e);

/* Whoever has asked is gone, or has said what is no request: what it has started ends, too. */
void server_leave(struct supervisor *s, struct client *c);

/* session-fork.c */
void server_exec(struct supervisor *s, struct client *c, const struct session_packet *p);
void server_signal(struct supervisor *s, const struct client *c, int sig);
void server_reap(struct supervisor *s, struct client *c);

#endif

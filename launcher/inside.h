/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside.h: what passes between the launcher and the processes inside: the link until exec, the
 * relay of a terminal, and pid 1. Part of pinfold.h, which includes it last.
 */
#ifndef PINFOLD_INSIDE_H
#define PINFOLD_INSIDE_H

/*
 * link.c: between the launcher (fds[0]) and the processes inside (fds[1], run->link_fd).
 * link_hear() returns 1 for a word, 0 where exec has happened, -1 where it will not, with e.
 */
enum link_word {
	LINK_TERMINAL = 't',
	LINK_PROC = 'p',
	LINK_ROOT = '/',
	LINK_READY = 'r',
	LINK_GO = 'g',
	LINK_STATUS = 'u', /* these four for the report (report-kernel.c) */
	LINK_MOUNTS = 'm',
	LINK_LIMITS = 'l',
	LINK_FDS = 'd',
	LINK_PID = '#',	 /* with a number: who has joined */
	LINK_DOORS = 'n' /* with a set: namespaces, and Landlock's rules (session-join.c) */
};

enum { LINK_WITH_MAX = NS_KINDS + 1 };

struct link_heard {
	char word;		 /* of enum link_word */
	int number;		 /* of LINK_PID and LINK_DOORS */
	int with[LINK_WITH_MAX]; /* descriptors that came with it, the hearer's now; else -1 */
	bool ready;		 /* "ready" has been said */
};

int link_open(int fds[2], struct err *e);
int link_say(int fd, enum link_word word, int with, struct err *e); /* with -1: nothing */
int link_say_number(int fd, enum link_word word, int number, const int *with, size_t n,
		    struct err *e);
void link_drop(struct link_heard *heard); /* what came with it */
int link_say_ready(const struct plan *plan, const struct run *run, struct err *e);
_Noreturn void link_say_failure(const struct run *run, struct err *e);
int link_hear(int fd, struct link_heard *heard, struct err *e);

/* relay.c: before the first process inside is made, and in that */
int relay_make(const struct plan *plan, struct run *run, struct err *e);
int relay_enter(const struct run *run, struct err *e);

/* init.c: pid 1 inside, until the agent ends; returns the exit status to end with. */
struct init {
	pid_t agent;
	bool linger; /* end with the last process inside, not with the agent */
	bool agent_ended;
	int code;	  /* the agent's, once it has ended */
	bool own_group;	  /* the agent leads a group of its own, which gets the signals */
	int notes_fd;	  /* to the launcher: one byte for each stop of the agent, its signal */
	int terminal_fd;  /* the command's own terminal; -1: none */
	pid_t foreground; /* whom to give the terminal to when the agent goes on */
};

/* What the launcher's SIGCONT carries where the agent is to have its terminal again. */
enum { INIT_FOREGROUND = 1, INIT_KILL = 2 /* ... or is to be killed, its group with it */ };

int init_run(struct init *init);
void init_forwarded(sigset_t *set); /* the signals that launcher and init pass on, and SIGCHLD */
void init_blocked(sigset_t *set);   /* these, and what a terminal stops its background with */
int init_exit_code(int wait_status);

#endif

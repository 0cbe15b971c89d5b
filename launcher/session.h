/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: a run that has a name, and what others of the same user ask of it.
 *
 *     $XDG_RUNTIME_DIR/pinfold/NAME/   the user's own, 0700, and never visible inside
 *         lock       held by the supervising launcher: who finds it free has found a dead one's
 *         control    a socket of packets to that launcher
 *
 *     pinfold ps, stop, exec, attach  --request, descriptors-->  launcher
 *                                     <--answers, a terminal---  (session-serve.c)
 *
 * The launcher alone answers. What is inside is reached by descriptors that it was handed before
 * the command began, so that nothing there, which the command could have replaced, is looked up.
 */
#ifndef PINFOLD_SESSION_H
#define PINFOLD_SESSION_H

#include "pinfold.h"

struct supervisor;

enum {
	SESSION_NAME_MAX = 64,
	SESSION_TEXT_MAX = 96 * 1024, /* of a packet: a socket's buffer takes more (socket(7)) */
	SESSION_FDS_MAX = 3,
	SESSION_GRACE_MS = 10000 /* pinfold stop, where nothing else is said */
};

/* ---- session-state.c: the directory ------------------------------------------------------------
 */

/* A run's own; descriptors are -1 and keeper 0 where it has no name. */
struct session {
	const char *name;
	const char *path;  /* of the directory of all sessions, canonical */
	uid_t owner;	   /* who may ask: whoever started the run */
	int all, dir;	   /* the directory of all sessions, and our own in it */
	int lock, control; /* held; listened at */
	int keeper_fd;	   /* closing this makes the keeper take the directory away */
	pid_t keeper;
	int started_fd; /* who has detached us waits for a byte here; -1 */
};

int session_check_name(const char *name, struct err *e);

/*
 * Opens the user's directory of sessions: -1 with e, or with no error (e->what empty) where there
 * is none and make is false.
 */
int session_open_all(bool make, const char **path, struct err *e);

/* Makes the directory, the socket and the keeper, with the rights that the caller has now. */
int session_make(const char *name, struct session *session, struct err *e);
void session_end(struct session *session);

/* Nothing of the plan may show the directory of sessions inside. */
int session_check_plan(const struct session *session, const struct plan *plan, struct err *e);

/* Connects to the session of that name. -1: there is none (what a dead one left is taken away). */
int session_connect(int all, const char *name, struct err *e);

/* ---- session-wire.c: packets -------------------------------------------------------------------
 */

enum session_verb {
	/* requests */
	SESSION_PS = 'p',
	SESSION_STOP = 's',   /* number: the grace in milliseconds */
	SESSION_EXEC = 'x',   /* the command's words, and three descriptors */
	SESSION_ATTACH = 'a', /* size: the window's */
	/* ... of whoever has executed or attached */
	SESSION_SIGNAL = 'k',	/* number */
	SESSION_CONTINUE = 'c', /* number: with the terminal in its hands? */
	/* answers */
	SESSION_INFO = 'i',	/* what `pinfold ps` prints, as words */
	SESSION_TERMINAL = 't', /* a terminal's master; number: it is filtered */
	SESSION_SHOWN = 'h',	/* what that terminal has said lately, as text */
	SESSION_STARTED = 'g',
	SESSION_STOPPED = 'z', /* number: the signal */
	SESSION_ENDED = 'q',   /* number: the exit status */
	SESSION_ERROR = 'e'    /* a struct err as text */
};

enum { SESSION_IN_FRONT = 1, SESSION_FOREGROUND = 2 };

struct session_head {
	uint32_t verb, flags;
	int32_t number;
	uint32_t of_caller; /* bit fd: that descriptor is the caller's terminal */
	uint32_t words;	    /* that text holds, each with its NUL */
};

struct session_packet {
	struct session_head head;
	size_t size; /* of text */
	int fds[SESSION_FDS_MAX];
	size_t fds_n;
	char text[SESSION_TEXT_MAX + 1];
};

int session_send(int fd, const struct session_head *head, const void *text, size_t size,
		 const int *fds, size_t fds_n);
int session_tell(int fd, enum session_verb verb, int number);

/* 1 with a packet, 0 at the end, -1 with errno; EBADMSG: it is none. */
int session_receive(int fd, struct session_packet *packet);
void session_drop_fds(struct session_packet *packet);

/* The packet's words as argv, or NULL where they are not so many. */
const char *const *session_words(const struct session_packet *packet);

/* ---- session-join.c: a process more, inside ----------------------------------------------------
 */

enum { SESSION_RULES = NS_KINDS, SESSION_DOORS };

/* How to get inside, handed over before the command began. */
struct session_doors {
	int fd[SESSION_DOORS]; /* the namespaces by kind (lib/ns.h), then Landlock's rules; or -1 */
};

/* From the first process inside, just before it locks itself. */
int session_say_doors(const struct plan *plan, const struct run *run, int ns_dir, struct err *e);
void session_take_doors(struct supervisor *s, struct link_heard *heard);

struct session_joining {
	const struct plan
		*plan;	       /* with the command, terminal and directory of the one that joins */
	const struct run *run; /* of the session */
	const struct session_doors *doors;
	int link, notes; /* the ends of the one that joins */
	int stdio[3];
	uint32_t flags; /* SESSION_IN_FRONT, SESSION_FOREGROUND */
};

/* In a process that has just been forked from the launcher. */
_Noreturn void session_join(const struct session_joining *j);

/* ---- session-serve.c: the launcher's side ------------------------------------------------------
 */

int session_open(struct supervisor *s, struct err *e); /* rows of supervise.c */
void session_start(struct supervisor *s);
void session_reap(struct supervisor *s);
bool session_hear_stop(struct supervisor *s, int sig); /* true: somebody else waits for it */
void session_say_end(struct supervisor *s);

/* ---- session-client.c: the other side ----------------------------------------------------------
 */

int session_exec(int control, const char *const *command, int *status, struct err *e);
int session_attach(int control, const char *name, int *status, struct err *e);

/* detach.c: the parent waits until the command runs, or does not: 0 in the child. */
int detach_fork(int *started_fd, int *status, struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervise: the launcher while the command runs: one loop over watches, and nothing else loops.
 *
 * Whoever has something to hear of during a run adds a watch, at its start (a row of watchers[] in
 * supervise.c) or from within another watch.
 */
#ifndef PINFOLD_SUPERVISE_H
#define PINFOLD_SUPERVISE_H

#include "pinfold.h"

struct supervisor;

/*
 * A descriptor, and who wants to hear that it is ready (poll(2)). ready() may add and drop watches,
 * its own too, and must bear being called when there is nothing to do: so descriptors that can
 * block are watched without blocking (O_NONBLOCK, MSG_DONTWAIT).
 */
struct watch {
	int fd;	      /* closed when the watch is dropped; -1: a free place */
	short events; /* may be changed at any time; 0: hang-up and errors alone; -1: nothing */
	void (*ready)(struct supervisor *s, struct watch *watch, short events);
	void *data; /* the watcher's own */
};

enum { WATCHES_MAX = 64 };

struct supervisor {
	const struct plan *plan;
	struct run *run;
	pid_t pid;	 /* the first process inside */
	int terminal_fd; /* the master of the command's terminal until somebody watches it; -1 */
	struct terminal *terminal; /* NULL: none is passed through */
	struct watch watches[WATCHES_MAX];
	size_t watches_n;     /* places that were ever in use */
	uint64_t stop_asked;  /* when a SIGTSTP was passed on; 0: it has been answered */
	uint64_t interrupted; /* when the last SIGINT was passed on */
	struct watch *grace;  /* the clock from SIGTERM to SIGKILL; NULL: there is none */
	bool asked_to_end;    /* a SIGTERM has been passed on */
	enum ended_for ended_for;
	size_t busy; /* streams with something to pass on still, when the command has ended */
	bool ended;
	int status; /* once it has ended: what to exit with */
	struct inside inside;
	struct facts facts; /* until they are in the report */
	const struct session
		*session;      /* the run's name, and how it is spoken to; NULL: it has none */
	struct server *server; /* session-serve.c */
	struct watch *remote;  /* session-client.c: the launcher that has the command; or NULL */
	bool attached;	       /* ... which goes on without us */
	const char *shown;     /* what its terminal has said lately */
	size_t shown_n;
	struct limit_outcome limits[LIMITS];
	struct watch *wall, *look; /* clocks of the limits; NULL: none is needed */
	int limit_ended;	   /* the limit that the launcher ended the run for; -1: none */
};

/*
 * Before the first process inside is made, and after the signals have been blocked: every watcher
 * opens what it needs, so that a start fails here and not once the command runs.
 */
int supervise_open(struct supervisor *s, const struct plan *plan, struct run *run, struct err *e);

/* The command runs: until it has ended. -1 where it could not be waited for; it is killed then. */
int supervise_run(struct supervisor *s, pid_t pid, struct err *e);

/* Kills the command, and with the layer pid everything inside; its end is heard of as any other. */
void supervise_end(struct supervisor *s);

/* Ends the first process inside, and with it all the others, at once; and reaps it. */
void supervise_kill(pid_t pid);
void supervise_close(struct supervisor *s);

/* Passes a signal on to the command's group. */
void supervise_signal(struct supervisor *s, int sig);

/* Stops the launcher itself by sig, until it is continued; group: all of its process group. */
void supervise_stop(struct supervisor *s, int sig, bool group);

/* The command has stopped, by sig. */
void supervise_hear_stop(struct supervisor *s, int sig);

/* Lets the stopped command go on, with its terminal in its hands or not. */
void supervise_continue(struct supervisor *s, bool front);

/* A clock that rings after first ms, and then every next ms (0: never again); NULL is none. */
int supervise_add_clock(struct supervisor *s, struct watch **clock,
			void (*ready)(struct supervisor *s, struct watch *watch, short events),
			struct err *e);
void supervise_set_clock(const struct watch *clock, uint64_t first, uint64_t next);

/* ending.c: a signal has been passed on: those that a command may not live through for long. */
int ending_open(struct supervisor *s, struct err *e);
void ending_hear(struct supervisor *s, int sig);
void ending_say(const struct plan *plan, enum ended_for why); /* on standard error */

/* limits-watch.c: clocks and counts; what came of the limits; ends the run for one of them. */
int limits_watch_open(struct supervisor *s, struct err *e);
void limits_watch_start(struct supervisor *s);
void limits_watch_end(struct supervisor *s, struct err *e); /* e: of a start that failed */
void limits_end(struct supervisor *s, enum limit_kind kind);

/*
 * The launcher is about to stop with its caller's job, and its clocks with it: a process that wakes
 * it when one of them ends the run. 0: there is none to hear; -1: it cannot be made.
 */
pid_t limits_begin_stop(struct supervisor *s);
void limits_end_stop(pid_t waker);

/* relay.c: the output, where it is counted; once the command has ended, what is left of it. */
void relay_start(struct supervisor *s);
void relay_end(struct supervisor *s);

/* What may still be passed on of n bytes of output; ends the run where that is less (relay.c). */
size_t relay_count(struct supervisor *s, size_t n);

/* Adds a watch; it takes fd, also where there is no place left (NULL). */
struct watch *supervise_add(struct supervisor *s, struct watch watch, struct err *e);
void supervise_drop(struct watch *watch);

#endif

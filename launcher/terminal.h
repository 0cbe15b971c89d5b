/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal: the caller's terminal and the command's own, and what passes between the two.
 *
 *     caller's terminal <--> launcher (relay, filter) <--> master | the command's terminal
 *
 * While the relay is in front, the caller's terminal is raw: every key goes to the command's
 * terminal, which makes signals, echo and lines of it as the command wants. Else it is left as it
 * is, and only output passes. Job control works on two levels: jobs of a shell inside are that
 * shell's business; when the command itself stops, the launcher gives the caller's terminal back
 * and stops too, so that the caller's shell takes over; `fg` wakes both.
 */
#ifndef PINFOLD_TERMINAL_H
#define PINFOLD_TERMINAL_H

#include <sys/ioctl.h>
#include <termios.h>

#include "pinfold.h"
#include "terminal-filter.h"

struct watch;
struct supervisor;

/* terminal-caller.c: the caller's terminal, its settings, and who is in front on it. */
struct caller_terminal {
	int fd;	     /* by a description of our own, so that it may be non-blocking */
	bool shared; /* ... which could not be had: this one is the caller's, and may block */
	struct termios kept; /* its settings before the relay came to the front */
	struct termios raw;
	bool is_raw;
	int guard_fd; /* the pipe to the guard, who restores it when we are killed; -1 */
	pid_t guard;
};

int caller_open(struct caller_terminal *c, unsigned int fds, struct err *e);
bool caller_is_front(const struct caller_terminal *c);
void caller_make_raw(struct caller_terminal *c, bool translates); /* it goes on ending lines */
void caller_restore(struct caller_terminal *c);
void caller_close(struct caller_terminal *c);

enum { RELAY_IN = 16384, RELAY_OUT = 65536, RELAY_LATE = 32 * RELAY_OUT };

struct terminal {
	struct caller_terminal caller;
	struct watch *keys, *master; /* NULL once there is nothing to hear of any more */
	bool front;		     /* keys are passed on */
	bool gone;		     /* the caller's terminal has hung up */
	bool ended;		     /* the command has: what is left is passed on, and no more */
	unsigned int leaving;	     /* keys in a row that leave the session (session-client.c) */
	uint64_t leaving_ns;	     /* ... since then */
	uint64_t suspend_ns;	     /* when the key that suspends was last passed on */
	struct winsize size;
	bool translates; /* the caller's terminal ends lines (OPOST), not the command's */
	tcflag_t opost;	 /* the command's OPOST meanwhile */
	struct terminal_filter *filter; /* NULL: off */
	size_t late;			/* what came after its end */
	size_t in_n, in_done, out_n, out_done;
	char in[RELAY_IN];
	char out[RELAY_OUT + FILTER_HELD_MAX + FILTER_END_MAX];
};

/* Rows of supervise.c. */
int terminal_open(struct supervisor *s, struct err *e);
void terminal_start(struct supervisor *s);

/* session-client.c: do the keys that have been typed leave the session? */
bool session_leaves(struct terminal *t);

/* The command stopped, by sig: it wants the terminal, or to be left alone for a while. */
void terminal_hear_stop(struct supervisor *s, int sig);

/* The caller's window has changed. True where that has told the command already. */
bool terminal_resize(struct supervisor *s);

/* The command has ended: true while something of its output is still to be passed on. */
bool terminal_finish(struct supervisor *s);
void terminal_give_up(struct supervisor *s); /* what is left is dropped */

/* The run is over: the caller's terminal is as it was. */
void terminal_close(struct supervisor *s);

#endif

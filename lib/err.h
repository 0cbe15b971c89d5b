/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err: a failure as plain data.
 *
 * A struct err holds no pointers, so it can be copied, kept and sent through a pipe from a child
 * to its parent as it is. Code below main() fills one and returns -1; only main() prints.
 */
#ifndef PINFOLD_ERR_H
#define PINFOLD_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of our own; everything else belongs to the command (env(1), timeout(1) use the
 * same). */
enum {
	EXIT_PLANTED = 122,  /* the command left what the host would obey; see after.h */
	EXIT_OURS = 125,     /* pinfold failed, or refused */
	EXIT_NOT_EXEC = 126, /* the command was found and cannot be executed */
	EXIT_NOT_FOUND = 127 /* the command was not found */
};

struct err {
	int num;	  /* errno(3) value, or 0 where no system call failed */
	int code;	  /* exit status to end with; 0 stands for EXIT_OURS */
	char where[256];  /* what is at fault: a layer, an option, a key, a file */
	char what[480];	  /* what was tried and why it did not work */
	char remedy[480]; /* what the user can do about it; may be empty */
	char cause[24];	  /* a word for programs, where the cause is a known one */
};

/* Fills what (printf style) and num; returns -1, so that a caller can write `return fail(...)`. */
int fail(struct err *e, int num, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Sets where, unless it is set: the innermost name is the most exact. Returns -1. */
int err_where(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Sets the remedy. Returns -1. */
int err_remedy(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Names the cause. */
void err_cause(struct err *e, const char *cause);

/*
 * Prints "PROGRAM: where: what: errno text" and the remedy on standard error, with control bytes
 * escaped: names come from policies and file systems and must not drive the user's terminal.
 */
void err_print(const struct err *e, const char *program);

/* The exit status e asks for. */
int err_exit_code(const struct err *e);

/* "EPERM" for EPERM; "errno 4095" style text for a number without a name. Static storage. */
const char *err_name(int num);

#endif

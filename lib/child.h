/* SPDX-License-Identifier: Apache-2.0 */
/* child: runs a program, bounded in time and output, and keeps what it said. */
#ifndef PINFOLD_CHILD_H
#define PINFOLD_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A descriptor that the program is to have under another number. */
struct child_fd {
	int ours, theirs;
};

struct child_spec {
	const char *const *argv;    /* argv[0] is searched in PATH */
	const char *const *env;	    /* NULL: the caller's own */
	uint32_t timeout_ms;	    /* 0: none */
	size_t output_max;	    /* of each stream; what is beyond is read and dropped */
	const struct child_fd *fds; /* beside the three; ours lie above all of theirs */
	size_t fds_n;
	bool session;	      /* a session of its own, not only a process group */
	int (*stopped)(void); /* NULL, or asked now and then: not 0 ends the program early */
};

struct child_result {
	int status;	/* as wait(2) gives it */
	bool timed_out; /* it was killed at timeout_ms */
	char *out;	/* standard output, NUL-terminated; freed by child_free() */
	size_t out_size;
	char *err; /* standard error, likewise */
	size_t err_size;
	uint64_t wall_ns; /* from before the spawn until its end was seen */
};

/*
 * Runs it in a process group of its own with standard input from /dev/null; waits until the
 * program itself has ended. At the timeout the whole group is killed. Returns 0 where it was
 * started and reaped, however it ended; -1 with e where it could not be started.
 */
int child_run(const struct child_spec *spec, struct child_result *result, struct err *e);

void child_free(struct child_result *result);

#endif

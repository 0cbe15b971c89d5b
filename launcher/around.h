/* SPDX-License-Identifier: Apache-2.0 */
/* around: what is around us, for the words of a refusal (cause.c) and for `pinfold doctor`. */
#ifndef PINFOLD_AROUND_H
#define PINFOLD_AROUND_H

#include "pinfold.h"

/* A kind of container or sandbox: how it is told, and what opens it. */
struct around {
	const char *name; /* NULL: none that is known */
	const char *file, *variable,
		*pid1;	    /* that is there; NAME[=VALUE] is set; is pid 1's name */
	const char *filter; /* how its seccomp filter is opened */
	const char *unmask; /* how its /proc is unmasked */
};

/* What we are in; never NULL. */
const struct around *around_find(void);
bool around_is(const char *name);

bool around_has_filter(void); /* a seccomp filter is in force */
bool around_is_chroot(void);
bool around_has_proc(void);
bool around_proc_is_read_only(void);
const char *around_proc_mask(void); /* something that is mounted in /proc, or NULL */

/* The number in a file of one number, or -1 where it cannot be read. */
long around_read_number(const char *path);

/* One mount in sight, as proc_pid_mountinfo(5) tells it. */
struct around_mount {
	const char *device, *root, *place, *options, *type, *source, *super;
};

/* The topmost one that is wanted; false where there is none. */
bool around_find_mount(bool (*wanted)(const struct around_mount *m, const void *arg),
		       const void *arg, struct around_mount *found);

#endif

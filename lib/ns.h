/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ns: which namespaces a process is in.
 *
 * A namespace is told by device and inode of its file below /proc/PID/ns (namespaces(7)): two
 * processes share it exactly where both are equal.
 */
#ifndef PINFOLD_NS_H
#define PINFOLD_NS_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

enum { NS_KINDS = 7 };

struct ns_id {
	dev_t dev;
	ino_t ino;
};

struct ns_set {
	struct ns_id id[NS_KINDS];
};

/* Place of the name ("user", "mnt" ...) in a set, or -1. */
int ns_kind(const char *name);

/* The calling process' own namespace of that name, from /proc/self/ns. -1 where /proc has none. */
int ns_read(const char *name, struct ns_id *id, struct err *e);

bool ns_same(const struct ns_id *a, const struct ns_id *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ns: which namespaces a process is in.
 *
 * A namespace is told by the number in the link /proc/PID/ns/NAME, as in "net:[4026531840]"
 * (namespaces(7)): two processes share it exactly where the numbers are equal. Reading the link
 * costs a fraction of following it, which would make an inode for each.
 */
#ifndef PINFOLD_NS_H
#define PINFOLD_NS_H

#include "err.h"

enum { NS_KINDS = 7 };

struct ns_set {
	unsigned long id[NS_KINDS];
};

/* Place of the name ("user", "mnt" ...) in a set, or -1. */
int ns_kind(const char *name);

/* Opens the caller's own /proc/self/ns. -1 where /proc has none. */
int ns_open(struct err *e);

/* Reads the number of the namespace of that name below such a directory. */
int ns_read(int dir, const char *name, unsigned long *id, struct err *e);

#endif

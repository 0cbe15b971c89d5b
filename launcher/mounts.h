/* SPDX-License-Identifier: Apache-2.0 */
/* mounts.h: the entries of the composed root, in the plan's words. Nouns only. */
#ifndef PINFOLD_MOUNTS_H
#define PINFOLD_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum mount_kind {
	MOUNT_ROOT,    /* the composed root itself: a tmpfs */
	MOUNT_TREE,    /* a file or directory of the host with all that is mounted below it */
	MOUNT_HOME,    /* a home that is kept (home.h): others may lie in it */
	MOUNT_DIR,     /* a directory in the root's tmpfs, above a mount point */
	MOUNT_LINK,    /* a symbolic link; source is its text */
	MOUNT_SCRATCH, /* a writable directory of the root's tmpfs, as a mount of its own */
	MOUNT_PROC,    /* a fresh procfs, or the host's where the pid layer is off */
	MOUNT_DEVPTS,  /* own pseudo-terminals */
	MOUNT_DEVICE,  /* one device node of the host */
	MOUNT_SOCKET,  /* one unix socket of the host */
	MOUNT_FILE,    /* a file in the root's tmpfs with content, or a copy of source */
	MOUNT_MASK,    /* the null device over a file of /proc, where that would be readable */
	MOUNT_KEEP,    /* what lies there already, read-only: nor can its name be taken away */
	MOUNT_HOLD,    /* what lies there already: its name alone cannot be taken away */
	MOUNT_DENY     /* a cover that nobody can open, over what lies there already */
};

struct mount {
	enum mount_kind kind;
	const char *source;  /* canonical path on the host, a link's text, or NULL */
	const char *dest;    /* absolute path inside; without the mount layer the source counts */
	const char *content; /* of a MOUNT_FILE; NULL: what source holds is copied */
	unsigned int major, minor; /* of a MOUNT_DEVICE, or of what masks */
	bool writable, is_file;
	bool noexec;  /* of a tree: nothing in it is executed, or mapped as code */
	bool in_home; /* its place lies in a home that is kept, and may be there already */
	bool is_link; /* of a cover: it lies on a symbolic link itself */
	bool mapped;  /* seen through an id-mapped mount; the owner on the disk: */
	uid_t owner_uid;
	gid_t owner_gid;
	unsigned int taken; /* the number of its tree among those that root took; 0: none */
	bool whole; /* a MOUNT_DIR: whatever lies in it may be read, by one rule of Landlock's */
	bool ruled; /* ... and this lies in it: no rule of its own */
	uint64_t size, inodes; /* bounds of the root's tmpfs: bytes, files; 0 elsewhere */
	uint32_t mode;	       /* of a directory that is made for the run; 0 elsewhere */
};

static inline bool mount_is_node(const struct mount *m)
{
	return m->kind == MOUNT_DEVICE || m->kind == MOUNT_MASK;
}

/* Lies on what another mount shows, and has no place of its own. */
static inline bool mount_is_cover(const struct mount *m)
{
	return m->kind == MOUNT_KEEP || m->kind == MOUNT_HOLD || m->kind == MOUNT_DENY;
}

#endif

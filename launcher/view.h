/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h: the parts of struct host: what a policy names (host-paths.c), and what the agent's view
 * (--view agent) is made of (host-view.c).
 *
 * Nouns only, and nothing here is judged: what may be shown, and where, is the plan's business.
 */
#ifndef PINFOLD_VIEW_H
#define PINFOLD_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "str.h"

/* A path that the policy names, as it was found with the agent's own rights. */
struct host_path {
	const char *given; /* as the policy has it */
	const char *real;  /* canonical and absolute; NULL where it could not be resolved */
	int num;	   /* why not, or why it cannot be read: errno, or 0 */
	bool is_dir;
	bool is_link;			   /* its last part is a symbolic link */
	bool writable;			   /* named by --rw */
	bool noexec;			   /* at or below what --noexec names */
	bool is_socket, is_node, is_block; /* a node: of a device */
	unsigned int major, minor;	   /* of a node */

	/* Where root takes it (take.c): */
	unsigned int taken; /* its number among the host's, from 1 on; 0: not taken */
	bool mapped;	    /* its owner and the agent change places in it */
	uid_t uid;	    /* the owner */
	gid_t gid;
	int take_num; /* why not */
};

/* A descriptor of the caller's that is to be handed over. */
struct host_fd {
	int fd;		  /* -1: what was written is no number of one */
	int num;	  /* why it cannot be had: errno, or 0 */
	bool is_dir;	  /* from which one could walk anywhere */
	const char *what; /* "a socket", "a pipe" ... */
};

/* A name below / that programs expect beside /usr: bin, lib ... */
struct host_link {
	const char *name;   /* "bin" */
	const char *target; /* "usr/bin" where the host has a link, NULL where it has a directory */
};

/* A name of a table that is there, and that everybody may read. */
struct host_entry {
	const char *path; /* as the table has it, absolute */
	const char *real; /* the canonical path of what it is, behind all links */
	const char *link; /* the link's text where it is a symbolic link, else NULL */
	bool is_dir;
	uint64_t size; /* of a file */
};

struct host_view {
	const char *user;      /* the caller's name, or the agent's where root started us */
	const char *full_name; /* "" where none is known */
	const char *shell;     /* the caller's */
	const char *home;      /* where the home is, in the caller's words; NULL: nowhere */
	const char *home_real; /* the same, canonical; NULL where there is none */
	struct str_list own;   /* where policies and kept homes lie, there or not */
	struct host_entry *etc;
	size_t etc_n;
	const char *resolv;   /* the canonical path of /etc/resolv.conf; NULL where there is none */
	struct str_list path; /* what PATH names and is a directory, in its order */
};

#endif

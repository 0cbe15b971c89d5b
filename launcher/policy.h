/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h: what was asked, and the one table of its keys.
 *
 * A member of struct policy has one row in keys[] (keys.c), which says its option, its place in a
 * policy file, what its values are, and what they mean for what the agent may do. The command line,
 * policy files, their schema, `policy show` and the comparison of two policies all read that table,
 * so a new key is a member, a row, and its entries in the manual and the tests.
 */
#ifndef PINFOLD_POLICY_H
#define PINFOLD_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "opt.h"
#include "policy-items.h"
#include "str.h"

enum { KEYS_MAX = 64 };

/* Bounds as they were written ("4G", "90s"); NULL where none is asked for. */
struct policy_limits {
	const char *memory, *pids, *cpu, *cpu_time, *wall, *disk, *files, *file_size, *output;
};

struct policy {
	const char *profile;	       /* NULL: full */
	const char *view;	       /* bare or agent; NULL: bare */
	struct str_list with, without; /* layers added to and taken from the profile */
	struct str_list degraded;      /* layers that may be missing or incomplete */
	const char *fallback;	       /* profile where the host refuses this one; NULL: none */

	struct str_list ro, rw; /* PATH[:DEST] */
	struct str_list
		optional; /* what of these may be missing: such a path, or what lies below it */
	const char *workspace;	   /* shown writable, with the names of protected.def kept */
	const char *command_dir;   /* hide or show; NULL: hide */
	struct str_list deny;	   /* paths and patterns that are closed again */
	struct str_list noexec;	   /* paths where nothing is executed */
	struct str_list protect;   /* ... that stay as they are: read-only, and not to be planted */
	struct str_list unprotect; /* names and groups of protected.def that are not kept */
	const char *on_planted;	   /* fail or warn; NULL: fail */
	const char *search;	   /* where planted names are looked for; NULL: auto */
	uint32_t search_names;	   /* that a search may look at; 0: FIND_NAMES */
	const char *agent;	   /* directory shown at /agent */
	const char *home;	   /* none, private, or the name of one that is kept; NULL: none */

	const char *chdir, *hostname, *user; /* user: ID[:GROUP] */
	struct str_list setenv, env_keep;    /* NAME=VALUE, NAME */

	const char *network;	 /* none or share; NULL: none */
	struct str_list tcp;	 /* ports of Landlock's rules, "own" or "any" */
	struct str_list sockets; /* unix sockets of the host by path */
	struct str_list devices; /* device nodes by path */
	struct str_list fds;	 /* numbers of descriptors that are handed over */
	bool gpu;
	bool share_net;		 /* network: share, as an option */
	bool x11, wayland, dbus; /* not offered; said what to do instead */

	struct policy_limits limits;
	bool best_effort;	       /* a limit that can only be had in part is taken in part */
	struct str_list seccomp_allow; /* groups of system calls that are opened again */

	const char *terminal;	     /* pty or inherit; NULL: pty */
	const char *terminal_filter; /* on or off; NULL: on */

	const char *name;  /* of the session; NULL: it is none */
	bool detach;	   /* go on in the background */
	const char *grace; /* time from SIGTERM to SIGKILL; NULL: there is none */
	bool linger;	   /* wait for what the command has left */

	const char *report; /* FILE, "-", or the number of a descriptor */
	bool verbose, help;
	bool json;		    /* pinfold plan --json */
	struct str_list usual;	    /* the command where none is given */
	const char *const *command; /* NULL-terminated; NULL where none was given */

	struct str_list policies; /* --policy: names and files */
	const char *about;	  /* what the policy is for, in a line */

	/*
	 * For each row of keys[], where its value came from: a file, "default (shipped)" or
	 * "option"; of a list, entry by entry. Empty where the key was never set.
	 */
	struct str_list from[KEYS_MAX];
	uint64_t said; /* bit i: keys[i] stands in the file, maybe as an empty list */
};

/* In policy->from: the command line. */
#define POLICY_OPTION "option"

/* What a value is: how it is read from a file, expanded and checked. */
enum key_form {
	KEY_WORD,     /* any text, or one of words */
	KEY_COMMAND,  /* a command's words: a later list replaces an earlier one */
	KEY_PROFILE,  /* the name of a profile */
	KEY_LAYER,    /* the name of a layer */
	KEY_GROUP,    /* of system calls that may be opened again */
	KEY_NAME,     /* of an environment variable */
	KEY_PORT,     /* of TCP, "own" or "any" */
	KEY_PATH,     /* a path of the host, absolute once ~ and $NAME are replaced; maybe :DEST */
	KEY_PATTERN,  /* the same, or relative to the workspace, with * and ** */
	KEY_VARIABLE, /* NAME=VALUE; in a file an object {"NAME": "VALUE"} */
	KEY_HOME,     /* one of words, or the name of a home that is kept */
	KEY_COUNT,    /* a bound: these four are lib/amount.h's units, in their order */
	KEY_BYTES,
	KEY_TIME,
	KEY_CPUS
};

/* What more of it means: how two policies compare (policy diff, ceilings, workspaces' files). */
enum key_sense {
	KEY_NEUTRAL, /* neither more nor less is allowed by it */
	KEY_GRANTS,  /* each entry, or the flag, allows something */
	KEY_DENIES,  /* each entry takes something away */
	KEY_BOUNDS,  /* a higher number allows more, and none is no bound */
	KEY_ORDERED, /* the words stand in their order, the tightest first */
	KEY_LAYERS   /* the set of layers that follows from profile, with and without */
};

struct key {
	const char *option; /* without its dashes; NULL: only in files */
	const char *path;   /* its place in a policy file ("filesystem.ro"); NULL: only an option */
	enum opt_type type;
	size_t offset; /* of its member */
	enum key_form form;
	enum key_sense sense;
	const char *const *words; /* the only values there are, NULL-terminated; NULL: any */
	const char *value;	  /* what stands for the value in help; NULL for a flag */
	const char *help;	  /* one line */
};

extern const struct key keys[]; /* ends with a row without help */

size_t keys_count(void);
const struct key *keys_find(const char *path); /* by its place in a file; NULL */

/* Where the names in a policy file lead; each absolute and plain, or NULL where there is none. */
struct policy_places {
	const char *home, *workspace;		   /* ~, $HOME, $WORKSPACE */
	const char *config, *data, *state, *cache; /* $XDG_..._HOME */
	const char *runtime;			   /* $XDG_RUNTIME_DIR */
};

/* policy-places.c: from the caller's environment and current directory */
void policy_read_places(struct policy_places *places);

/* policy-expand.c, pure: text of a file with ~ and $NAME replaced, checked by the key's form */
int policy_expand(const struct policy_places *places, const struct key *key, const char *text,
		  const char **expanded, struct err *e);
int policy_check_value(const struct key *key, const char *text, struct err *e);

/*
 * policy-read.c: a file's values -> what it says itself, and the names that it extends. name is
 * what errors and policy->from call the file.
 */
int policy_read(const char *name, const struct policy_items *items,
		const struct policy_places *places, struct policy *policy, struct str_list *extends,
		struct err *e);

/* policy-merge.c, pure: what a later policy says comes on top. */
int policy_merge(const struct policy *later, struct policy *policy, struct err *e);
void policy_mark(struct policy *policy, const char *from); /* what is set came from there */
bool policy_is_set(const struct policy *policy, const struct key *key);
bool policy_has_entry(const struct policy *policy, const struct key *key, const char *text);

/* policy-compare.c, pure: what a allows that b does not. */
struct policy_difference {
	const struct key *key;
	const char *what; /* the value, in words */
	const char *from; /* which file a has it from; NULL where that is none */
};

struct policy_differences {
	struct policy_difference *v;
	size_t n;
};

void policy_add_difference(struct policy_differences *all, const struct key *key, const char *what,
			   const char *from);

/* bounds: where not NULL, only the keys that stand in that file count. */
void policy_compare(const struct policy *a, const struct policy *b, const struct policy *bounds,
		    struct policy_differences *all);

/* policy-file.c: whose word is taken: a file that others could have written is refused. */
enum policy_trust {
	POLICY_CALLERS, /* not writable by everybody; where root starts us: root's alone */
	POLICY_ROOTS,	/* root's alone, in directories that are root's alone */
	POLICY_NOBODYS	/* anybody's, since it is only believed where it takes away */
};

struct policy_text {
	char *text;
	size_t n;
	const char *path; /* canonical */
};

/* 1 where there is no such file, 0 with its text, -1 with e. */
int policy_read_file(const char *path, enum policy_trust trust, struct policy_text *text,
		     struct err *e);

/* policy-shipped.c: profiles/, sorted by name; ends with a NULL name */
struct policy_shipped {
	const char *name;
	struct policy_items items;
};

extern const struct policy_shipped policy_shipped[];

/* policy-load.c: names and files, with all that they extend, on top of policy. */
int policy_load(const struct str_list *names, const struct policy_places *places,
		struct policy *policy, struct err *e);

/* policy-command.c: where the command lies, added to what is shown read-only. */
void policy_add_command(const struct policy_places *places, struct policy *policy);

/* policy.c: all files that speak, and the options, as one policy. */
int policy_resolve(const struct policy *asked, struct policy *policy, struct err *e);

/* "filesystem.ro", or the option of a key that no file has */
const char *policy_key_name(const struct key *key);

/* The verbs of `pinfold policy`; each returns an exit status, or -1 with e. */
int policy_show(int argc, char **argv, struct err *e); /* policy-show.c */
int policy_diff(int argc, char **argv, struct err *e);
int policy_schema(int argc, char **argv, struct err *e); /* policy-schema.c */
int policy_import(int argc, char **argv, struct err *e); /* policy-import.c */

#endif

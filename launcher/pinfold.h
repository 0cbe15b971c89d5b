/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pinfold.h: all nouns of the launcher. Read this first, then layers.c, then run.c.
 *
 *     argv ----> struct policy --+
 *                                +--> struct plan --> run.c walks layers[] --> exec of the agent
 *     machine -> struct host ----+
 *
 * Data flows one way: a policy says what was asked, a host what this machine offers, a plan what
 * will be done. Nothing later writes to anything earlier, and up to the plan nothing is changed, so
 * everything above run.c is tested with golden files on any machine.
 */
#ifndef PINFOLD_H
#define PINFOLD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "err.h"
#include "fd.h"
#include "guard.h"
#include "home.h"
#include "limit.h"
#include "map.h"
#include "mounts.h"
#include "ns.h"
#include "out.h"
#include "policy.h"
#include "real.h"
#include "str.h"
#include "view.h"

enum {
	LAYERS_MAX = 32,     /* bits of a set of layers */
	PORTS_MAX = 64,	     /* --tcp */
	UNPRIVILEGED = 65534 /* the id an agent gets where root started us and named none: nobody */
};

/* ---- what was asked ------------------------------------------------------------------------ */

/* struct policy stands in policy.h, with the table of its keys. */

/* Who the agent is on this host: never root. */
struct identity {
	uid_t uid;
	gid_t gid;
	uid_t inner_uid; /* the same id as the agent itself sees it */
	gid_t inner_gid;
	bool from_root; /* root started us, so the launcher itself becomes uid:gid first */
	bool takes;	/* ... once it has taken what root names (take.c) */
};

/* ---- what this machine offers -------------------------------------------------------------- */

struct host {
	struct identity id;
	const char *cwd;	   /* canonical; NULL where it cannot be told */
	const char *release;	   /* uname -r */
	unsigned int major, minor; /* of the kernel */
	unsigned int landlock_abi; /* 0: none, then landlock_num says why */
	unsigned int landlock_errata;
	int landlock_num; /* ENOSYS not built, EOPNOTSUPP not enabled, else a filter's errno */
	int seccomp_num;  /* 0: filters are there */
	uint32_t failed;  /* bit i: layers[i] was tried (trial.c) and could not be applied */
	const char *failed_why[LAYERS_MAX];
	struct host_link links[8];
	size_t links_n;
	struct host_path *paths;
	size_t paths_n;
	struct map paths_by_name; /* from given to the place in paths */
	struct str_list noexec;	  /* what --noexec names, canonical where it is there */
	struct real_dirs known;	  /* what was resolved on the way, with the rights of id */
	unsigned int terminals;	  /* bit fd: descriptor 0, 1 or 2 is a terminal */
	bool terminals_differ;	  /* ... and they are not the same one */
	bool sets_sysctls;	  /* /proc/sys/user is there, and not read-only */
	uint64_t memory;	  /* bytes; 0 where it cannot be told */
	struct host_cgroup cgroups[CONTROLLERS];
	const char *const *env; /* the caller's environment */
	struct host_fd *fds;	/* what --fd names, in its order */
	int *taken;		/* descriptors of detached mounts, by the numbers in paths */
	size_t taken_n;
	struct host_view view; /* zeroes where the view is bare */
	struct host_path home; /* one that is kept; real NULL: none is */
	struct guards guards;  /* guarded names (guard.h) */
	struct str_list gpu;   /* device nodes of graphics processors, where --gpu asks for them */
	struct str_list gpu_files; /* what their libraries read outside of /usr */
};

/* ---- what will be done --------------------------------------------------------------------- */

/* struct plan stands in plan.h, the entries of its root in mounts.h. */
#include "plan.h"

/* What the launcher may look at while the command runs; -1: nothing of that kind is watched. */
struct inside {
	int proc_fd; /* the fresh procfs */
	int root_fd; /* the composed root */
};

/* ---- how it is done: layers ---------------------------------------------------------------- */

/*
 * When a layer acts, and in which process. Stages follow each other; within one stage the order is
 * that of layers[]. A layer's check in a stage comes right after its apply there, because a later
 * layer may take away what it needs to look (seccomp forbids keyctl(2)).
 */
enum stage {
	STAGE_OUTSIDE, /* the launcher, before the first process inside exists */
	STAGE_MAPS,    /* that process, which nobody else can reach: its identity */
	STAGE_BUILD,   /* the same, with the host's tree still in sight: gather and compose */
	STAGE_ENTER,   /* the same, on its way into the composed root and there */
	STAGE_JOIN,    /* in their place: a process that joins a running session (session-join.c) */
	STAGE_LOCK,  /* the first one, before it makes any other process: what all inside inherit */
	STAGE_AGENT, /* the agent's process alone, just before exec */
	STAGE_PROOF, /* likewise: nothing is applied any more; forbidden things are tried */
	STAGES
};

/* One line of the record of who did what and how long it took. */
struct step {
	uint8_t layer, stage;
	uint64_t ns;
};

enum { STEPS_MAX = 256 };

/* Written by the launcher and its children alike: a shared page (mmap(2)), or none. */
struct steps {
	uint32_t n;
	struct step v[STEPS_MAX];
};

/* What layers hand to each other while they are applied; nothing of it outlives the exec. */
struct run {
	struct ns_set outside; /* the launcher's namespaces, to tell ours from them */
	const int *taken;      /* what root took, by the numbers in the plan (take.c) */
	int root_fd;	       /* the composed root, -1 before and after */
	int *trees;	       /* the plan's mounts, -1 where one is none; NULL before and after */
	uint64_t files_soft;   /* the soft limit of open files as it was */
	int proc_fd;	       /* a fresh procfs not attached yet, -1 else */
	int cwd_fd;	       /* where the agent starts, -1 before and after */
	int ruleset_fd;	       /* Landlock's rules until they are in force, -1 else */
	int32_t session_keyring; /* the launcher's; 0 where it could not be told */
	pid_t leader;	 /* the agent's parent, which leads its session: 1, but for who joins */
	int link_fd;	 /* to the launcher (link.c): besides 0-2 the one that lives until exec */
	int notes_fd;	 /* likewise, from pid 1 while the agent runs (init.c); -1: no pid layer */
	int terminal_fd; /* the command's own terminal; -1: none */
	dev_t terminal_dev; /* ... by which it is known again */
	ino_t terminal_ino;
	bool in_front;		     /* our job is the one that the caller's terminal is for */
	bool foreground;	     /* ... and the command may read from it from the start */
	sigset_t mask;		     /* the caller's blocked signals, which the agent gets back */
	const char *const *env;	     /* what exec will get */
	const struct keeper *keeper; /* of the run's cgroups (keeper.c); fd -1: there is none */
	struct run_cgroups cgroups;
	struct relay relays[2]; /* the output's, where it is counted (relay.c) */
	size_t relays_n;
	struct net_job *net_job; /* the net layer's own, between its two stages */
	struct steps *steps;	 /* NULL where nobody asked */
};

/* What the launcher killed the command for. */
enum ended_for { ENDED_ITSELF, ENDED_INTERRUPTED, ENDED_GRACE };

/* How a run ended. */
struct outcome {
	int status; /* to end with */
	enum ended_for ended_for;
	int limit_ended; /* the limit that the launcher ended the run for; -1: none */
	struct limit_outcome limits[LIMITS];
	uint64_t ns; /* from start to end */
};

struct layer {
	const char *name;	/* the one word used everywhere */
	const char *stops;	/* what the agent could do without it: one line */
	const char *needs;	/* the layer it cannot stand without, or NULL */
	const char *tried_with; /* a layer without which a trial of this one would leave much out */
	uint64_t clone_flag;	/* namespace made with the first process inside (clone(2)), or 0 */
	const char *ns;		/* the layer's namespace as below /proc/PID/ns, or NULL */

	/* Does the machine offer it, as far as reading can tell? -1 with why not. NULL: see
	 * trial.c. */
	int (*available)(const struct host *host, struct err *why_not);

	/* Fills the layer's part of the plan from what the host offers. NULL: nothing to fill. */
	void (*reduce)(const struct host *host, struct plan *plan);

	/* Changes the kernel's mind. */
	int (*apply[STAGES])(const struct plan *plan, struct run *run, struct err *e);

	/* Asks the kernel back, or tries what is forbidden: -1 where the layer is not what it says.
	 */
	int (*check[STAGES])(const struct plan *plan, struct run *run, struct err *e);

	/* Adds to a failure of apply what the layer alone knows of its cause; see cause.c. */
	void (*explain)(const struct layer *layer, struct err *e);
};

extern const struct layer *const layers[]; /* in the order of application; ends with NULL */

/* A profile is a named set of layers. */
struct profile {
	const char *name, *summary;
	const char *const *layers; /* NULL-terminated names */
	bool gaps;		   /* less than it seems: what it does not stop is always said */
};

extern const struct profile profiles[]; /* ends with a NULL name */

size_t layers_count(void);
int layers_find(const char *name);	  /* index, or -1 */
uint32_t layers_bit(const char *name);	  /* 0 where there is no such layer */
uint32_t layers_with_needs(uint32_t set); /* set and all it cannot stand without */
const struct profile *profile_find(const char *name);
uint32_t profile_set(const struct profile *profile);

static inline bool plan_has(const struct plan *plan, const char *layer)
{
	return plan->layers & layers_bit(layer);
}

/* ---- the verbs, grouped by the file that has them ------------------------------------------- */

/* cli.c: argv -> policy, by keys[] (policy.h). Unknown options and bad values: -1. */
int cli_read(int argc, char *const *argv, struct policy *policy, struct err *e);
int cli_check_command(const struct policy *policy, const char *verb, struct err *e);
void cli_print_keys(FILE *file);

/* identity.c */
int identity_make(const struct policy *policy, struct identity *id, struct err *e);
int identity_apply(const struct identity *id, struct err *e); /* root becomes id, for good */

/*
 * take.c: the host as whoever starts us may read it. Where id.takes, root is still root afterwards,
 * and what it names is held; take_leave() then gives root up. take_map(), pure: a line of
 * uid_map(5).
 */
int take_host(const struct policy *policy, const struct identity *id, const struct home *home,
	      struct host *host, struct err *e);
int take_guards(const struct policy *policy, struct host *host, struct err *e); /* guard.h */
int take_leave(const struct host *host, struct err *e);
const char *take_map(uint32_t owner, uint32_t agent);

/* host.c, host-*.c: read, never change */
void host_read_fds(const struct policy *policy, struct host *host);
void host_find_gpu(const struct policy *policy, struct host *host);
void host_read(const struct policy *policy, const struct identity *id, struct host *host);
void host_read_paths(const struct policy *policy, struct host *host);
void host_read_grants(struct host *host); /* paths that the workspace itself needs */
void host_read_view(const struct policy *policy, struct host *host);
bool policy_wants_agent_view(const struct policy *policy);

/* plan.c, plan-*.c: pure. plan_make() refuses with -1 what cannot be done. */
int plan_make(const struct policy *policy, const struct host *host, struct plan *plan,
	      struct err *e);
int plan_make_view(const struct policy *policy, const struct host *host, struct plan *plan,
		   struct err *e);
int plan_make_limits(const struct policy *policy, const struct host *host, struct plan *plan,
		     struct err *e);
/* Bytes of the root's tmpfs: what is written there is memory, and half of a small machine's stays.
 */
uint64_t limits_usual_disk(const struct host *host);
int plan_check_limits(const struct plan *plan, struct err *e); /* ... once the view is made */
int plan_make_env(const struct policy *policy, const struct host *host, struct plan *plan,
		  struct err *e);
int plan_check_rules(const struct host *host, const struct plan *plan, struct err *e);
void plan_make_gaps(const struct host *host, struct plan *plan);

/*
 * trial.c: applies one layer, and what it needs, for real, in a process that then ends; a profile
 * likewise; trial_apart() does anything else so.
 * trial_read() tries the layers that may be degraded and notes in host what cannot be had; a
 * mere shortage is a failure like any other (-1);
 * trial_find_culprit() names in e the namespace that made a start fail;
 * trial_find_refusal() finds a layer of the set that this host refuses for good, whoever asks.
 */
int trial_apart(int (*act)(const void *arg, struct err *e), const void *arg, struct err *why_not);
int trial_profile(const struct host *host, const char *profile, struct err *why_not);
bool trial_find_refusal(const struct host *host, uint32_t set, struct err *why);
int trial_layer(const struct host *host, const struct layer *layer, struct err *why_not);
int trial_read(const struct policy *policy, struct host *host, struct err *e);
void trial_find_culprit(const struct host *host, const struct plan *plan, struct err *e);

/*
 * run.c: runs the plan. Returns 0 with how it ended, or -1 where the agent did not
 * run at all.
 */
struct session;
struct run_with {
	const int *taken;	       /* what root took, or NULL (take.c) */
	const struct keeper *keeper;   /* of the run's cgroups */
	const struct session *session; /* its name and its socket (session.h); NULL: it has none */
	int report;		       /* where the report goes once the agent runs, or -1 */
	struct outcome *outcome;       /* for who calls run_plan() through others (cmd-run.c) */
	int journal, home; /* where the first process inside is noted (after.h, home.h), or -1 */
};

int run_plan(const struct plan *plan, const struct run_with *with, struct outcome *outcome,
	     struct err *e);

/* ... from STAGE_LOCK on: the process locks itself, and makes the agent or becomes it. */
int run_lock(const struct plan *plan, struct run *run, struct err *e);

/*
 * pin.c, place.c: the mounts, taken and placed. pin_mount() returns -1 with no error where there is
 * nothing to take before it is placed.
 */
int pin_mount(const struct mount *mount, struct run *run, struct err *e);
int pin_tree(const struct mount *mount, struct err *e);
int place_mounts(const struct plan *plan, struct run *run, struct err *e);

/* walk.c: all layers of the plan in one stage; which namespaces we are in, and that all are new */
int walk_layers(enum stage stage, const struct plan *plan, struct run *run, struct err *e);
int walk_read_namespaces(const struct plan *plan, struct ns_set *set, struct err *e);
int walk_prove_namespaces(const struct plan *plan, const struct run *run, struct err *e);

/* exec.c: becomes the command, by the PATH of env. Returns only on failure, with the exit code. */
int exec_command(const char *const *command, const char *const *env, struct err *e);

/* cause.c: adds the cause and the remedy to the failure of a layer; looks at the host */
void cause_explain(const struct layer *layer, struct err *e);
bool cause_is_lasting(const struct layer *layer, const struct err *e); /* no mere shortage */

/* layer/limits.c: who joins a session enters the run's cgroups first, and asks back */
int limits_enter(const struct plan *plan, struct run *run, struct err *e);

/* cmd-*.c: the subcommands; each returns an exit status */
int cmd_run(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_layers(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_session(int argc, char **argv); /* ps, stop, exec, attach */
int cmd_completion(int argc, char **argv);
int cmd_help(int argc, char **argv);
void help_print_version(void); /* cmd-help.c */
int cmd_policy(int argc, char **argv);
int cmd_protected(int argc, char **argv);

#include "inside.h"
#include "report.h"

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench.h: all nouns of the benchmark. Read this first, then main.c, then cases.c.
 *
 *     argv -----------> struct request --+
 *     machine --------> struct facts     +--> struct cases --> measured, round by round --> tables
 *     pinfold layers -> struct layer_list+
 *
 * The benchmark uses the launcher as any user would, by its command line, and knows of layers only
 * what `pinfold layers --tsv` says: a layer more, or a profile more, is measured without a change
 * here. Times are those of CLOCK_MONOTONIC; start-up is in milliseconds, a call in nanoseconds.
 */
#ifndef PINFOLD_BENCH_H
#define PINFOLD_BENCH_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "err.h"
#include "str.h"

enum {
	ROUNDS_MAX = 10000,
	CASES_MAX = 128,
	UNPRIVILEGED = 65534, /* who root becomes before it measures: nobody */
	START_TIMEOUT_MS = 10000,
	SETTLE_US = 2000, /* pause before each start, see case-start.c */
	CALLS_TIMEOUT_MS = 30000,
	CALLS_BATCH = 100000, /* calls that are timed together */
	CALLS_BATCHES = 3     /* such batches a round; the fastest of them counts */
};

/* The first word that makes this program the one that is measured inside (case-calls.c). */
#define CALLS_WORD "--measure-calls"

/* What has a part of its own here; all other profiles and layers are only rows. */
#define PROFILE_NONE "none"
#define PROFILE_FULL "full"
#define LAYER_FILTER "seccomp" /* the one that stands in the way of every call */

/* ---- what was asked ------------------------------------------------------------------------ */

enum part {
	PART_START = 1,	 /* start-up of each profile */
	PART_LAYERS = 2, /* start-up of full with each layer left out */
	PART_CALLS = 4,	 /* time of a system call in each profile */
	PART_PEERS = 8	 /* start-up of the other sandboxes that are known here */
};

struct request {
	uint32_t rounds, call_rounds; /* of start-ups, of batches of calls */
	uint32_t seed;		      /* of the order within the rounds */
	bool quick, json, markdown, help, version;
	struct str_list only, profiles; /* names; empty: all */
	struct str_list peers;		/* NAME=COMMAND PREFIX, or the NAME of a known peer */
	unsigned int parts;		/* PART_ bits that only names */
	const char *const *command;	/* what is started everywhere; NULL-terminated */
};

/* request.c: argv -> request. Pure. */
int request_read(int argc, char *const *argv, struct request *request, struct err *e);
void request_print_help(FILE *file);

/* ---- what this machine is -------------------------------------------------------------------- */

/* Facts that move the figures. Strings are "-" and numbers -1 where they cannot be read. */
struct facts {
	const char *kernel, *machine, *cpu, *governor, *clocksource;
	int cpus, mounts;		/* mounts: bwrap walks through all of them */
	int jit, harden;		/* net.core.bpf_jit_enable and _harden */
	double load_before, load_after; /* 1-minute load average */
	double stolen; /* percent of all processors' time that the hypervisor gave to others */
	double others; /* likewise, that went to the kernel's threads and to programs not of ours */
	struct ticks {
		double all, stolen, busy, own; /* seconds; own: ours and our commands' */
	} begin;			       /* when the measuring began */
	int uid;			       /* whoever is compared, all run as this one */
	bool dropped;			       /* root started us */
	struct str_list warnings;
};

/* facts.c */
void facts_read(struct facts *facts);
void facts_read_after(struct facts *facts);    /* once more, when all is measured */
void facts_make_warnings(struct facts *facts); /* pure */

/* ---- where it runs -----------------------------------------------------------------------------
 */

/* Programs that an ordinary user can reach, whoever started us and wherever the tree lies. */
struct home {
	const char *dir;      /* private directory below TMPDIR, or /tmp; NULL: none */
	const char *launcher; /* path of pinfold */
	const char *self;     /* path of this program */
	bool dropped;
};

/* home.c: makes it, and becomes UNPRIVILEGED for good where root started us. */
int home_make(struct home *home, struct err *e);
void home_remove(struct home *home);

/* ---- how a command is timed --------------------------------------------------------------------
 */

/* Starts commands one after the other, bounded in time, and keeps what they say. */
struct runner {
	int out_fd, err_fd; /* memory files that are the commands' stdout and stderr */
	sigset_t watched;   /* SIGCHLD, and the signals that end the benchmark */
	sigset_t original;  /* the mask that the commands get: our caller's */
	const char *const *env;
	uint32_t timeout_ms; /* of one command */
};

/* How a command ended. */
struct ended {
	uint64_t ns; /* from before the spawn until it was reaped */
	int status;  /* as wait(2) gives it */
	bool timed_out;
};

/* runner.c: runner_begin() blocks the watched signals until the process ends. */
int runner_begin(struct runner *runner, struct err *e);
/* -1: it could not be started, or a signal asked us to end (then e->code is 128 + its number). */
int runner_run(struct runner *runner, const char *const *argv, struct ended *ended, struct err *e);
/* Why that end is not a good one, with the first line of its stderr; NULL for exit status 0. */
const char *runner_why(const struct runner *runner, const struct ended *ended);
/* The command as one line, for messages. */
const char *runner_words(const char *const *argv);
/* What the last command wrote to its standard output. */
const char *runner_output(const struct runner *runner);

/* ---- the launcher's layers ---------------------------------------------------------------------
 */

struct layer_row {
	const char *name, *needs; /* needs: one layer, or "-" */
	const char *profiles;	  /* those that have it, with commas */
	const char *reason;	  /* why this host has it not; NULL where it has */
};

struct layer_list {
	struct layer_row *v;
	size_t n;
};

/* layers.c */
int layers_read(struct runner *runner, const char *launcher, struct layer_list *layers,
		struct err *e);
int layers_parse(const char *tsv, struct layer_list *layers, struct err *e); /* pure; so are all: */
bool layers_has(const struct layer_row *row, const char *profile);
struct str_list layers_profiles(const struct layer_list *layers); /* none, then by size */
/* Has a profile every layer of the other? */
bool layers_holds(const struct layer_list *layers, const char *profile, const char *other);
/* That layer of full, and after it all of full that cannot stand without it. */
struct str_list layers_dependants(const struct layer_list *layers, const char *name);
/* Why this host cannot run a profile without those layers, or NULL. */
const char *layers_missing(const struct layer_list *layers, const char *profile,
			   const struct str_list *without);

/* ---- what is measured --------------------------------------------------------------------------
 */

enum case_kind {
	CASE_BARE,    /* the command with no sandbox: the floor */
	CASE_FILTER,  /* calls: with a filter of one instruction, the least that seccomp can cost */
	CASE_PROFILE, /* in a profile */
	CASE_AGAIN,   /* full once more: what it differs by is the noise */
	CASE_WITHOUT, /* full without one layer; calls: without LAYER_FILTER */
	CASE_PEER     /* in somebody else's sandbox */
};

struct bench_case {
	enum case_kind kind;
	const char *name;
	struct str_list with;	    /* CASE_WITHOUT: what had to go with the layer */
	const char *what, *version; /* CASE_PEER; version: NULL where it is not asked */
	const char *const *argv;
	const char *reason; /* it was not measured, and why; NULL where it was */
	double *sample;	    /* one a round */
	double *checked;    /* likewise; calls: the call whose argument the filter looks into */
};

struct cases {
	struct bench_case v[CASES_MAX];
	size_t n, rounds;
};

/* cases.c: what is asked for -> what will be run. The two lists are independent. */
int cases_make_start(const struct request *request, const struct home *home,
		     const struct layer_list *layers, struct cases *cases, struct err *e);
int cases_make_calls(const struct request *request, const struct home *home,
		     const struct layer_list *layers, struct cases *cases, struct err *e);
/* The case of that kind and (where it is not NULL) name that was measured, or NULL. */
const struct bench_case *cases_find(const struct cases *cases, enum case_kind kind,
				    const char *name);

/* peers.c: other sandboxes. The command is what cases.c appends. */
struct peer {
	const char *name, *what;
	struct str_list prefix; /* program and options */
	const char *reason;	/* why it cannot be tried, or NULL */
	bool versioned;		/* it answers --version */
};

/* Absolute path of a program: as PATH, or our working directory, has it; NULL where it is not. */
const char *peers_find_program(const char *name);

int peers_make(const struct request *request, struct peer *peers, size_t max, size_t *n,
	       struct err *e);
/* "NAME=COMMAND PREFIX": words are split at blanks. */
int peers_parse(const char *spec, struct peer *peer, struct err *e);

/* case-start.c, case-calls.c: one warm-up, then the rounds. Fill sample, or reason for peers. */
int starts_measure(struct runner *runner, const struct request *request, struct cases *cases,
		   struct err *e);
int calls_measure(struct runner *runner, const struct request *request, struct cases *cases,
		  struct err *e);
/* The program inside; returns its exit status. argv: CALLS_WORD plain|filter CALLS BATCHES. */
int calls_main(int argc, char **argv);
/* What it prints -> nanoseconds a call, of the fastest batch. Pure. */
int calls_parse(const char *text, double *plain, double *checked, struct err *e);

/* ---- statistics (stats.c, pure) ----------------------------------------------------------------
 */

struct spread {
	double q1, median, q3; /* half of the values lie between q1 and q3 */
	double low, high;      /* the true median is between these, by 99 in 100 */
	bool bounded;	       /* false: too few values for low and high, which are infinite */
};

/* What a case costs, alone and against another one of the same rounds. */
struct figures {
	struct spread value, delta, ratio;
};

/* Linear between the two nearest of n sorted values, so that 0.5 of {1, 2} is 1.5. */
double stats_quantile(const double *sorted, size_t n, double q);
/* How many values at each end of n sorted ones lie outside low and high; 0: none can be told. */
size_t stats_rank(size_t n);
void stats_make_spread(const double *v, size_t n, struct spread *spread);
/* delta: of v - base, ratio: of v / base, both round by round. */
void stats_make_figures(const double *v, const double *base, size_t n, struct figures *figures);
/* True where zero lies between low and high: such a difference may as well be none. */
bool stats_is_noise(const struct spread *difference);
/* Another order of 0 .. n-1 each time; the same for the same *state (SplitMix64). */
void stats_shuffle(size_t *order, size_t n, uint64_t *state);

/* ---- results -----------------------------------------------------------------------------------
 */

struct results {
	const struct request *request;
	struct facts facts;
	struct cases start, calls;
};

/* render-text.c: tables, or Markdown; render-json.c. -1 with errno where it cannot be written. */
int render_text(const struct results *results, FILE *file);
int render_json(const struct results *results, FILE *file);

/* render-facts.c: what both begin with, through lib/out.h */
struct out;
void render_facts(const struct results *results, struct out *out);

/*
 * compare.c, pure: a case against another of its rounds. False where base is NULL or one of the
 * two was not measured; the figures are then all zero but for the value of what was.
 */
bool compare_sample(const struct cases *cases, const struct bench_case *c,
		    const struct bench_case *base, struct figures *figures);
bool compare_checked(const struct cases *cases, const struct bench_case *c,
		     const struct bench_case *base, struct figures *figures);

/* progress.c: one line on a terminal, and nothing where stderr is none */
void progress_show(const char *part, size_t round, size_t rounds);
void progress_clear(void);

#endif

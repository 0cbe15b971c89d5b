/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matrix.h: all nouns of pinfold-matrix. Read this first, then main.c, then search.c and blame.c.
 *
 *     pinfold layers --tsv --> struct layers --+
 *     pinfold-probe --list --> struct ops -----+--> measure.c asks for points ---> struct report
 *     decoys (decoy.c) ------------------------+      |            ^                  |
 *                                                     v            |               render-*.c
 *                                          sweep.c: runs the probe under a set
 *
 * Everything that judges (lattice.h) is pure: it asks an oracle and is told what is known. Who
 * blocks what is nowhere written down in this program: it is measured.
 */
#ifndef PINFOLD_MATRIX_H
#define PINFOLD_MATRIX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "child.h"
#include "err.h"
#include "report.h"
#include "str.h"

enum {
	FULL_LAYERS = 22,   /* above this many layers "all sets" are too many to list */
	OPENERS_MAX = 10,   /* above this many layers that open something: measure all sets */
	RUN_MS = 20000,	    /* one run of the probe, whole */
	RUN_OUTPUT = 65536, /* bytes of each of its streams that are kept */
	SAMPLES = 200,	    /* random sets, unless told otherwise */
	SAMPLES_MAX = 100000,
	TIMEOUTS_MAX = 3 /* points that are not done in time before we give up */
};

/* ---- what was asked ------------------------------------------------------------------------ */

struct request {
	struct str_list profiles; /* empty: all */
	struct str_list policies, against;
	struct str_list only, families; /* of operations, as the probe takes them; empty: all */
	const char *details;		/* an operation's id, or NULL */
	const char *costs;		/* what the bench printed, "measure", or NULL */
	const char *html;		/* where a page is written too, or NULL */
	const char *compare;		/* a saved result that the page compares with, or NULL */
	const char *baseline;		/* a saved result that must not get worse, or NULL */
	const char *from;		/* a saved result to take instead of measuring, or NULL */
	bool json, markdown, tsv, junit, sarif, by_family, exhaustive, help, version;
	uint32_t jobs;	  /* 0: as many as there are processors */
	uint32_t samples; /* random sets */
	uint32_t seed;	  /* of these */
};

/* ---- costs.c: once more, measured by pinfold-bench beside us; before root is given up ---- */

int costs_measure(struct costs *costs, struct err *e);

/* ---- diff.c ---- */

/* `pinfold matrix diff BEFORE AFTER`; returns the exit status. */
int diff_main(int argc, char **argv);

/* ---- request.c ---- */

int request_read(int argc, char **argv, struct request *request, struct err *e);
void request_print_help(FILE *file);

/* ---- choose.c: what is measured ---- */

struct place;

/* place: whose launcher is asked about policies. */
int choose_subjects(const struct request *request, const struct place *place,
		    const struct layers *layers, struct report *report, struct err *e);
int choose_details(const struct request *request, const struct ops *ops, size_t *details,
		   struct err *e);

/* ---- place.c: the work place, and who we are ---- */

/* Directories of one name in several places of the host. */
enum {
	PLACE_MAIN,   /* /tmp/NAME, with bin/, and with decoys/ for what the host's /tmp holds */
	PLACE_HIDDEN, /* /var/tmp/NAME: what no sandbox shows unasked; in /tmp/NAME for want of one
		       */
	PLACE_SHM,    /* /dev/shm/NAME; may be missing */
	PLACES
};

struct place {
	char dir[64];		/* PLACE_MAIN */
	const char *at[PLACES]; /* each; NULL where it could not be made */
	int lock_fds[PLACES];	/* each, locked while we live */
	bool from_root;		/* root was given up */
	bool keep_root;		/* set before place_make(): it is not */
	int programs[3];	/* read-only descriptors of what is copied to bin/ */
};

int place_make(struct place *place, struct err *e);
void place_remove(struct place *place);
void place_set_home(const struct place *place); /* in the environment of whatever is run */
const char *place_program(const struct place *place, const char *name);

/* ---- tree.c: directories of ours, removed with all that is in them ---- */

/* Nothing outside is touched: no link is followed, no other mount entered. */
void tree_empty(int dir);
void tree_remove(int dir, const char *name);

/* ---- decoy.c: what all runs of the probe aim at; the rest: decoy.h ---- */

struct decoy {
	struct str_list args;	/* "--decoy", "KEY=VALUE" ... for the probe */
	struct str_list absent; /* operations whose object this host has not */
	pid_t pid;		/* the victim, which also serves the listener */
	uint64_t passwd_sum, shadow_sum;
	bool has_shadow;
};

/* Reads what only root may read; to be called before root is given up. */
void decoy_read(struct decoy *decoy);
int decoy_make(struct decoy *decoy, struct err *e);
bool decoy_lives(const struct decoy *decoy);

/* ---- ask.c: what the programs and this machine say of themselves ---- */

int ask_layers(const struct place *place, struct layers *layers, struct err *e);
int ask_ops(const struct place *place, const struct request *request, struct ops *ops,
	    struct err *e);
void ask_host(const struct place *place, struct facts *facts);

/* Runs a program of the work place; its output is in result, to be freed. */
int ask_program(const char *const *argv, struct child_result *result, struct err *e);

/* ---- policy.c: policies of pinfold's ---- */

/* From what `pinfold plan --json` printed: its layers, and those that this host gives. Pure. */
int policy_read(const char *text, size_t size, const struct layers *layers,
		struct profile_row *profile, struct err *e);
int policy_ask(const struct place *place, const char *name, const struct layers *layers,
	       struct profile_row *profile, struct err *e);
/* A file by its whole path, as runs happen in another directory; any other name as it is. */
const char *policy_path(const char *name);

/* ---- keeper.c: kill(-1) really tried, in a pid namespace around the whole run ---- */

/* Exit statuses that nothing else has: not the shell, the loader, nor a sanitizer. */
enum { KEEPER_SPARED = 0, KEEPER_KILLED = 101, KEEPER_SKIPPED = 102 };

/* `pinfold-matrix keeper PARENT COMMAND...`; returns the exit status. */
int keeper_main(int argc, char **argv);

/* ---- children.c: processes that must not outlive us ---- */

void children_adopt(void);	/* orphans of our children come to us */
int children_tie(pid_t parent); /* the caller dies with parent; -1 where that is gone already */
/*
 * `pinfold-matrix tied PARENT TTY COMMAND...`: becomes the command, on that terminal ("-": none),
 * or returns the exit status.
 */
int children_exec_tied(int argc, char **argv);
/* `pinfold-matrix under COMMAND...`: stays above the command, with its environment. */
int children_exec_under(int argc, char **argv);
/*
 * Kills and reaps every child but the n of keep, and theirs; bounded, should one of them not die.
 */
void children_end(const pid_t *keep, size_t n);
void children_catch_signals(void); /* SIGINT, SIGTERM, SIGHUP: only noted */
void children_end_as_told(void);   /* by the signal that came; returns where none did */
int children_signal(void);	   /* the one that came, or 0 */

/* ---- words.c: the command line of a subject under a set. Pure. ---- */

/* What {NAME} in a word stands for; the last row has no name. */
struct word_value {
	const char *name, *value;
};

void words_add(struct words *w, const char *text, uint32_t with, uint32_t without);
void words_make_layers(struct words *w, const struct layers *layers);
/* policy: its layers, each of which is left out where it is off. */
void words_make_policy(struct words *w, const struct layers *layers,
		       const struct profile_row *policy, const char *name);
uint32_t layers_bit(const struct layers *layers, const char *name); /* 0: there is none */
/* Those that stand under set; out has room for w->n. */
size_t words_pick(const struct words *w, uint32_t set, const char **out);
const char *words_expand(const char *text, const struct word_value *values);

/* ---- others.c: other sandboxes ---- */

struct kit;

int others_choose(const struct request *request, struct report *report, struct err *e);
/* In a worker: the directory that a recipe's files lie in, and the files. */
const char *others_dir(const struct kit *kit, const struct subject *subject);
int others_make_files(const struct kit *kit, const struct subject *subject,
		      const struct word_value *values, struct err *e);

/* ---- runs.c, verdict.c, sweep.c: workers that measure points ---- */

/* One run: this subject under this set, in that room, these operations and no others. */
struct wish {
	uint32_t subject; /* its place in the report */
	uint32_t set;
	uint32_t room;
	struct op_set ops; /* all of that room, and at least one */
};

/* What a worker says of one run; on the wire, out, err and what was seen (ops_n bytes) follow. */
struct answer_head {
	struct wish wish;
	int status; /* as wait(2) gives it */
	int failed; /* errno where nothing could be started */
	uint32_t timed_out, out_size, err_size;
};

/* What all runs have in common; what they are made of is filled in by runs_make(). */
struct runs {
	const struct place *place;
	const struct report *report;
	const struct decoy *decoy;
	const char *probe, *self;
	struct words *words; /* of each subject, expanded */
	size_t words_most;   /* how many the longest of these has */
	const char *parent;  /* the worker, to whose life a run is tied */
	char *ids;	     /* room for the ids of all operations, with commas */
};

/* In the worker, whose kit is made. */
int runs_make(struct runs *runs, const struct kit *kit, struct err *e);

/*
 * One run of the probe, in a worker, at its kit: head, out and err are filled; out and err are
 * malloc'ed.
 */
void runs_do(const struct runs *runs, struct kit *kit, const struct wish *wish,
	     struct answer_head *head, char **out, char **err);

/*
 * What the answers of one run are worth. Fills those that it was asked for; where nothing can be
 * made of it all of them are BROKEN, and NULL is not returned but the reason.
 */
const char *verdict_make(const struct answer_head *head, char *out, const char *err,
			 struct ops *ops, struct answer *answers);

/*
 * Puts the word of whoever saw the decoys (enum seen, one an operation) above the probe's: what did
 * not happen was not REACHED, and what happened was not BLOCKED.
 */
void verdict_see(struct ops *ops, const struct op_set *asked, struct answer *answers,
		 const uint8_t *seen);

struct worker {
	pid_t pid;
	int fd; /* a stream socket: wishes go out, answers come in */
	bool busy;
};

struct sweep {
	struct runs runs;
	struct report *report;
	struct worker *workers;
	size_t workers_n;
	size_t runs_n, retries;
	uint64_t start_ns;
	bool progress;
	size_t timeouts;
};

int sweep_start(struct sweep *sweep, size_t jobs, struct err *e);
/* Measures every wish; -1 where we were told to end, or too much went wrong. ctx: the sweep. */
int sweep_measure(void *ctx, const struct wish *wishes, size_t n, struct err *e);

/* ---- measure.c: asks until everything is known. Pure but for memory and what it asks. ---- */

/* Fills the answers of every wish, in the points of its subject: sweep_measure(), or a test's. */
struct source {
	int (*measure)(void *ctx, const struct wish *wishes, size_t n, struct err *e);
	void *ctx;
};

int measure_all(const struct request *request, const struct source *source, struct report *report,
		struct err *e);

#endif

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

#include "err.h"
#include "lattice.h"
#include "out.h"
#include "str.h"
#include "table.h"

enum {
	OPS_MAX = 512,	    /* operations of the probe */
	PROFILES_MAX = 16,  /* kinds of profiles that `pinfold layers` may name */
	FULL_LAYERS = 22,   /* above this many layers "all sets" are too many to list */
	OPENERS_MAX = 10,   /* above this many layers that open something: measure all sets */
	RUN_MS = 20000,	    /* one run of the probe, whole */
	RUN_OUTPUT = 65536, /* bytes of each of its streams that are kept */
	TROUBLES_MAX = 8,   /* points that could not be measured whose reason is kept */
	TIMEOUTS_MAX = 3    /* points that are not done in time before we give up */
};

/* ---- what was asked ------------------------------------------------------------------------ */

struct request {
	struct str_list profiles; /* empty: all */
	const char *details;	  /* an operation's id, or NULL */
	bool json, markdown, tsv, exhaustive, help, version;
	uint32_t jobs; /* 0: as many as there are processors */
	uint32_t seed; /* of the samples */
};

/* ---- layers, their sets, profiles ---------------------------------------------------------- */

struct layer_row {
	const char *name, *stops, *reason; /* reason: why this host does not offer it, or NULL */
};

struct profile_row {
	const char *name;
	uint32_t asked; /* the profile as pinfold defines it */
	uint32_t set;	/* what this host offers of it */
};

struct layers {
	struct layer_row v[SET_LAYERS];
	struct lattice lattice;
	uint32_t offered; /* what this host offers, with all needs */
	struct profile_row profiles[PROFILES_MAX];
	size_t profiles_n; /* by growing number of layers; the first is the empty "none" */
};

/* ---- operations and what they answer ------------------------------------------------------- */

/* Where a run of the probe happens. */
enum room {
	ROOM_HOST,   /* beside us, as a user would start it */
	ROOM_KEEPER, /* in an outer pid namespace with victims (keeper.c) */
	ROOMS
};

struct op {
	const char *id, *title, *family;
	const char *source;	 /* where it is known from: a manual page, a CVE */
	const char *judged;	 /* "inside", "outside", "afterwards": who can tell */
	const char *caller;	 /* "user", "root": who reaches it without a sandbox */
	const char *said;	 /* its last reason for being SKIPPED or BROKEN, or NULL */
	const char *skipped_why; /* NULL: it is tried */
	enum room room;
};

struct ops {
	struct op *v;
	size_t n;
};

/* Operations by their place in struct ops. */
struct op_set {
	uint64_t v[OPS_MAX / 64];
};

static inline void op_set_add(struct op_set *s, size_t op)
{
	s->v[op / 64] |= UINT64_C(1) << op % 64;
}

static inline bool op_set_has(const struct op_set *s, size_t op)
{
	return s->v[op / 64] >> op % 64 & 1;
}

static inline bool op_set_any(const struct op_set *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->v); i++)
		if (s->v[i])
			return true;
	return false;
}

/* What went wrong at a point, for the reader. */
struct trouble {
	uint32_t set;
	const char *op; /* NULL: the whole run */
	const char *text;
};

/* ---- the whole ------------------------------------------------------------------------------ */

struct facts {
	const char *kernel, *machine, *caller;
	int landlock_abi; /* 0: none */
	unsigned int uid;
};

struct measured {
	size_t runs, points, samples, retries;
	double seconds;
	uint32_t seed;
	const char *mode; /* "search", "exhaustive", or "search, then exhaustive" with why */
	const char *why;
};

struct report {
	const struct layers *layers;
	const struct ops *ops;
	const struct points *points;
	struct facts facts;
	struct measured measured;
	struct profile_row profiles[PROFILES_MAX]; /* those that were asked for */
	size_t profiles_n;
	struct blame *blames; /* profiles_n times ops->n */
	struct model *models; /* ops->n */
	struct trouble *troubles;
	size_t troubles_n; /* may be more than are kept: see TROUBLES_MAX */
};

static inline const struct blame *report_blame(const struct report *r, size_t profile, size_t op)
{
	return &r->blames[profile * r->ops->n + op];
}

/* ---- read.c: what the programs print -> nouns. Pure. ---- */

int read_layers(const char *text, size_t size, struct layers *layers, struct err *e);
int read_ops(const char *text, size_t size, struct ops *ops, struct err *e);
/*
 * Fills the answers of the operations asked for; -1 where the text is not whole: a missing, unknown
 * or doubled operation, an outcome or errno that does not exist. What those say that are BROKEN or
 * SKIPPED is taken into ops. text is cut up in place.
 */
int read_answers(char *text, size_t size, const struct op_set *asked, struct ops *ops,
		 struct answer *answers, struct err *e);

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
	bool from_root;
	int programs[3]; /* read-only descriptors of what is copied to bin/ */
};

int place_make(struct place *place, struct err *e);
void place_remove(struct place *place);
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
int ask_ops(const struct place *place, struct ops *ops, struct err *e);
void ask_host(const struct place *place, struct facts *facts);

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
/*
 * Kills and reaps every child but the n of keep, and theirs; bounded, should one of them not die.
 */
void children_end(const pid_t *keep, size_t n);
void children_catch_signals(void); /* SIGINT, SIGTERM, SIGHUP: only noted */
int children_signal(void);	   /* the one that came, or 0 */

/* ---- runs.c, verdict.c, sweep.c: workers that measure points ---- */

/* One run: under this set of layers, in that room, these operations and no others. */
struct wish {
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

struct kit; /* decoy.h */

/* What all runs have in common; what they are made of is filled in by runs_make(). */
struct runs {
	const struct place *place;
	const struct layers *layers;
	const struct ops *ops;
	const struct decoy *decoy;
	const char *launcher, *probe, *self, *bin;
	const char *parent; /* the worker, to whose life a run is tied */
	char *ids;	    /* room for the ids of all operations, with commas */
};

void runs_make(struct runs *runs);

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
	struct ops *ops;
	struct points *points;
	struct worker *workers;
	size_t workers_n;
	size_t runs_n, retries;
	uint64_t start_ns;
	bool progress;
	struct trouble troubles[TROUBLES_MAX];
	size_t troubles_n; /* may be more than are kept */
	size_t timeouts;
};

int sweep_start(struct sweep *sweep, size_t jobs, struct err *e);
/* Measures every wish; -1 where we were told to end, or too much went wrong. */
int sweep_measure(struct sweep *sweep, const struct wish *wishes, size_t n, struct err *e);

/* ---- measure.c: asks until everything is known ---- */

int measure_all(const struct request *request, const struct layers *layers, struct sweep *sweep,
		struct report *report, struct err *e);

/* ---- render-*.c: the report for people and for programs ---- */

/* Names of a set's layers, joined; "-" where it is empty. */
const char *render_set(const struct layers *layers, uint32_t set, const char *joint);
/* "caps|landlock", "mount+pid", "host", or NULL where nobody is to blame. */
const char *render_first(const struct report *r, const struct blame *b);
const char *render_result(enum result result);
/* The layers whose errno is seen where the host would have refused anyway, or NULL. */
const char *render_answers(const struct report *r, const struct blame *b);
/* Layers of the profile that this host does not offer. */
uint32_t render_missing(const struct profile_row *p);

int render_text(const struct report *r, enum table_format format, FILE *file);
int render_tsv(const struct report *r, FILE *file);
int render_json(const struct report *r, FILE *file);
int render_details(const struct report *r, size_t op, enum table_format format, FILE *file);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h: what was measured, as nouns. Read lattice.h first; matrix.h has how it is measured.
 *
 * A subject is what was put around the probe and can be taken apart: pinfold by its layers, one of
 * its policies, or another sandbox by its switches. A column is a named set of a subject, with a
 * judgement on every operation. All that is printed, saved or compared is made from these.
 */
#ifndef PINFOLD_MATRIX_REPORT_H
#define PINFOLD_MATRIX_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "lattice.h"
#include "out.h"
#include "str.h"
#include "table.h"

enum {
	OPS_MAX = 512,	   /* operations of the probe */
	PROFILES_MAX = 16, /* kinds of profiles that `pinfold layers` may name */
	SUBJECTS_MAX = 32, /* what is measured in one go */
	TROUBLES_MAX = 8   /* points that could not be measured whose reason is kept */
};

/* ---- layers, their sets, profiles ---------------------------------------------------------- */

struct layer_row {
	const char *name, *stops, *reason; /* reason: why this host does not offer it, or NULL */
};

struct profile_row {
	const char *name;
	uint32_t asked; /* the profile as pinfold defines it */
	uint32_t set;	/* what this host offers of it */
	bool guards;	/* a policy that keeps names in its workspace as they are */
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

/* ---- what was measured ----------------------------------------------------------------------- */

/* A word of a command line, and under which sets it stands there. */
struct word {
	const char *text;	/* may hold {PROBE}, {WORKSPACE} ...: see runs.c */
	uint32_t with, without; /* it stands where the set has all of with and none of without */
};

struct words {
	struct word *v;
	size_t n;
};

enum subject_kind {
	SUBJECT_LAYERS, /* pinfold, each of its layers by itself */
	SUBJECT_POLICY, /* a policy of pinfold's, less some of its layers */
	SUBJECT_OTHER	/* another sandbox, less some of its switches */
};

/* What another sandbox means to let through, by its own documents. */
struct fairness {
	const char *ops; /* globs of ids, with commas */
	const char *text;
};

struct peer;

struct subject {
	enum subject_kind kind;
	const char *name;
	const struct layers *layers; /* what it can be taken apart into */
	uint32_t top;		     /* all of these that are looked at */
	struct words words;	     /* how it is started; the probe's words follow */
	/* Of another sandbox: NULL where it is pinfold, or was not told. */
	const char *version, *command, *source, *what;
	const struct fairness *fairness; /* the last has no ops; or NULL */
	const struct peer *peer;	 /* its recipe; NULL where it was read back */
	const char *why_not;		 /* it could not be measured at all, and why; or NULL */
	const char *why_less;		 /* so for some operations or switches; or NULL */
	struct points points;
	struct model *models; /* one an operation */
};

/* A named set of a subject: a profile, a policy as it stands, a sandbox as it is recommended. */
struct column {
	const struct subject *subject;
	struct profile_row profile;
	struct blame *blames; /* one an operation */
};

/* What went wrong at a point, for the reader. */
struct trouble {
	const struct subject *subject;
	uint32_t set;
	const char *op; /* NULL: the whole run */
	const char *text;
};

/* ---- the whole ------------------------------------------------------------------------------ */

struct facts {
	const char *kernel, *machine, *caller, *pinfold;
	const char *os, *lsm; /* NULL where it cannot be read */
	int landlock_abi;     /* 0: none */
	unsigned int uid;
	int cpus;
};

struct measured {
	size_t runs, points, samples, retries;
	double seconds;
	uint32_t seed;
	const char *mode; /* "search", "exhaustive", or "search, then exhaustive" with why */
	const char *why;
};

enum { COSTS_MAX = SET_LAYERS + PROFILES_MAX };

/* Milliseconds at start-up, of a profile or of a layer of full. */
struct cost {
	const char *name;
	bool layer, noise, bounded; /* noise: it may as well be nothing */
	double median, low, high;   /* the true median is between these, where it is bounded */
};

struct costs {
	struct cost v[COSTS_MAX];
	size_t n; /* 0: not measured */
};

struct report {
	struct ops *ops;
	struct subject *subjects; /* the first is pinfold by its layers */
	size_t subjects_n;
	struct column *columns; /* in the order of their subjects */
	size_t columns_n;
	struct facts facts;
	struct measured measured;
	struct costs costs;
	struct trouble troubles[TROUBLES_MAX];
	size_t troubles_n; /* may be more than are kept */
};

/* The words of outcomes and errnos; -1 where it is none. */
int read_result(const char *word, enum result *result);
int read_errno(const char *word, int *num);

/* ---- saved.c: what render_json() wrote, read back ---- */

int saved_parse(const char *text, size_t size, struct report *report, struct err *e);
int saved_read(const char *path, struct report *report, struct err *e);
/* A whole file of at most 32 MiB; malloc'ed, or NULL. */
char *saved_load(const char *path, size_t *size, struct err *e);

/* ---- costs.c: what `pinfold bench --json` printed ---- */

int costs_read(const char *text, size_t size, struct costs *costs, struct err *e);
const struct cost *costs_find(const struct costs *costs, bool layer, const char *name);

/* ---- reasons.c: what may be reached in full, and why (table/reasons.def) ---- */

enum reason_kind { REASON_DESIGN, REASON_KERNEL, REASON_HOST };

struct reason {
	const char *op;
	enum reason_kind kind;
	const char *why;
};

extern const struct reason reasons[]; /* the last has no op */
const struct reason *reason_find(const char *op);
const char *reason_kind_name(enum reason_kind kind);

/* ---- summary.c: the report, counted. Pure. ---- */

enum { DEPTHS = 4 }; /* 1, 2, 3, and more */

/* Some operations in one column. */
struct count {
	size_t ops, reached, blocked, absent, broken, skipped;
	size_t reasoned;      /* of those reached: have a reason */
	size_t host;	      /* of those blocked: by the host itself, whatever the layers */
	size_t depth[DEPTHS]; /* of those blocked: by so many layers, from 1 */
};

/* What one layer is worth in a column. */
struct worth {
	size_t alone;  /* operations that are reached where it alone is missing */
	size_t enough; /* operations that it keeps closed by itself */
	size_t first;  /* operations whose refusal is its own */
	size_t opens;  /* operations that it makes possible */
};

/* family: only of that; NULL: all. */
void summary_count(const struct report *r, const struct column *c, const char *family,
		   struct count *count);
void summary_worth(const struct report *r, const struct column *c, size_t layer,
		   struct worth *worth);
/* The families, in the order of their first operation. */
struct str_list summary_families(const struct report *r);
/* The column that the summary is about: full where it is there, else the last of pinfold's. */
const struct column *summary_main(const struct report *r);
/* The profile that the exit status is about. */
bool summary_is_full(const struct column *c);
/* Reached in full, without a reason. */
bool summary_is_unreasoned(const struct column *c, const struct op *op, const struct blame *b);

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

/* ---- render-*.c: the report for people and for programs ---- */

/* Names of a set's layers, joined; "-" where it is empty. */
const char *render_set(const struct layers *layers, uint32_t set, const char *joint);
/* "caps|landlock", "mount+pid", "host", or NULL where nobody is to blame. */
const char *render_first(const struct column *c, const struct blame *b);
const char *render_result(enum result result);
const char *render_kind(enum subject_kind kind); /* "profile", "policy", "other" */
/* The layers whose errno is seen where the host would have refused anyway, or NULL. */
const char *render_answers(const struct column *c, const struct blame *b);
/* Layers of the profile that this host does not offer. */
uint32_t render_missing(const struct profile_row *p);

struct comparison;

/* baseline: what is worse than in it is a failure, or an error; NULL: there is none. */
int render_junit(const struct report *r, const struct comparison *baseline, FILE *file);
int render_sarif(const struct report *r, const struct comparison *baseline, FILE *file);

/* escape.c: text inside XML and HTML. */
void escape_print(FILE *file, const char *text);
void escape_attribute(FILE *file, const char *name, const char *value); /* with a blank before */

int render_text(const struct report *r, enum table_format format, FILE *file);
/* The end of it: by families and depth, what each layer is worth, what is reached and why. */
int render_summary(const struct report *r, enum table_format format, FILE *file);
/* Other sandboxes beside the summary's column; nothing where there are none. */
void render_others(const struct report *r, enum table_format format, FILE *file);
int render_tsv(const struct report *r, FILE *file);
int render_json(const struct report *r, FILE *file);
enum { JSON_FORMAT = 1 }; /* grows where a reader of the old one would read the new one wrong */
int render_details(const struct report *r, size_t op, enum table_format format, FILE *file);

#endif

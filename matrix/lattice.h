/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lattice.h: the half of the matrix that only thinks: sets of layers, points, models, blame.
 *
 * A set of layers is a bit mask over struct layers (matrix.h), and stands where it holds what its
 * members need. A point is a set with what every operation answered there. All functions here are
 * pure but for memory: they know no layer by name and ask an oracle, so that tests can put made-up
 * hosts in the place of this one.
 */
#ifndef PINFOLD_LATTICE_H
#define PINFOLD_LATTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { SET_LAYERS = 32 }; /* bits of a set */

#define SET_BIT(i) (UINT32_C(1) << (i))

/* ---- nouns ---------------------------------------------------------------------------------- */

/* Which layers cannot stand without which; a lattice, since sets that stand may be joined. */
struct lattice {
	size_t n;
	uint32_t below[SET_LAYERS]; /* all that layer i needs, and what that needs; not itself */
	uint32_t above[SET_LAYERS]; /* all that need layer i, likewise */
};

enum result {
	RESULT_UNKNOWN, /* not measured (yet) */
	RESULT_REACHED,
	RESULT_BLOCKED,
	RESULT_ABSENT,	/* this kernel has no such thing */
	RESULT_SKIPPED, /* not tried, for a reason that is told */
	RESULT_BROKEN	/* could not be told: never counted as any of the others */
};

struct answer {
	enum result result;
	int num; /* errno(3) value, or 0 */
};

/* Growing list of sets; free with sets_free(). */
struct sets {
	uint32_t *v;
	size_t n, room;
};

/* A set with what each operation answered there; answers belong to struct points. */
struct points {
	size_t ops_n, n, room;
	uint32_t *sets;
	struct answer *answers; /* n times ops_n */
	size_t *index;		/* hash of a set -> its place + 1; 0: none */
	size_t index_size;
};

/* ---- what is known of one operation -------------------------------------------------------- */

/*
 * Where the operation is reached, in few sets: a set S is reached exactly where some M of maximal
 * holds it and has the same openers as S. Openers are the layers that were found to open it;
 * every other layer can only close.
 */
struct model {
	uint32_t top; /* the largest set that is looked at */
	uint32_t openers;
	struct sets maximal;
};

/* Who is asked: answers RESULT_UNKNOWN where it is not known yet, and takes note of the wish. */
struct oracle {
	struct answer (*ask)(void *ctx, uint32_t set, size_t op);
	void *ctx;
};

enum found {
	FOUND,
	FOUND_NOT_YET, /* something had to be asked for that is not known yet: ask again later */
	FOUND_BROKEN   /* a point that is needed could not be measured */
};

/* The judgement about one operation in one profile. */
struct blame {
	struct answer control, outcome;
	bool broken; /* a point that is needed could not be measured: the rest is not to be read */
	bool skipped;
	bool host; /* no set of the profile's layers reaches it: the host itself refuses */
	/*
	 * Whose errno is seen: members of one set only together, and several sets where ablation
	 * cannot tell them apart. Empty: nobody's, or it is unclear.
	 */
	struct sets first;
	struct sets blocker; /* the minimal blocking sets, without what is there as a need only */
	struct sets reached; /* the largest sets of the profile's layers that still reach it */
	int depth;	     /* failures until it is reached; -1 where it never is */
	uint32_t opened_by;  /* layers that open it in some set */
	uint32_t single;     /* layers each of which, missing, lets it through; the most specific */
};

/* ---- lattice.c: sets that stand. Pure. ------------------------------------------------------ */

static inline bool set_within(uint32_t a, uint32_t b)
{
	return (a & ~b) == 0;
}

/* Fills above from below[] as first given: the direct needs. -1 where needs run in a circle. */
int lattice_make(struct lattice *l, struct err *e);
uint32_t lattice_close(const struct lattice *l, uint32_t set);		     /* with its needs */
uint32_t lattice_drop(const struct lattice *l, uint32_t set, uint32_t gone); /* and dependants */
bool lattice_stands(const struct lattice *l, uint32_t set);
uint32_t lattice_tops(const struct lattice *l, uint32_t set); /* without what is only needed */

/* ---- sets.c: lists of sets. Pure, but for malloc(3). ---------------------------------------- */

void sets_add(struct sets *s, uint32_t set);
void sets_clear(struct sets *s);
void sets_free(struct sets *s);
void sets_keep_minimal(struct sets *s);
void sets_keep_maximal(struct sets *s);
void sets_sort(struct sets *s); /* small sets first */

/*
 * The minimal sets between bottom and top that stand and lie within none of walls[0..n): the
 * candidates for "blocks" where walls are all sets known to be reached.
 */
void sets_cross(const struct lattice *l, uint32_t bottom, uint32_t top, const uint32_t *walls,
		size_t n, struct sets *out);

/* Every subset of top that stands. */
void sets_all(const struct lattice *l, uint32_t top, struct sets *out);

/* count random ones, thin, half full and dense in turn; the same for the same seed. */
void sets_random(const struct lattice *l, uint32_t top, size_t count, uint64_t seed,
		 struct sets *out);

/* ---- points.c: what has been measured -------------------------------------------------------- */

void points_make(struct points *p, size_t ops_n);
void points_free(struct points *p);
/* The answers at set, or NULL; points_take() adds the set where it is not there. */
struct answer *points_find(const struct points *p, uint32_t set);
struct answer *points_take(struct points *p, uint32_t set);

/* ---- search.c: where is an operation reached? Pure. ------------------------------------------ */

/*
 * Fills model (whose top is given) from the oracle's answers, so that it agrees with all of points:
 * a point that it has wrong names a layer that opens, which is added to model->openers.
 */
enum found search_settle(const struct lattice *l, const struct oracle *o, size_t op,
			 const struct points *p, struct model *model);
bool model_reached(const struct model *model, uint32_t set);

/* ---- blame.c: what does that say of a profile? Pure. ---- */

/* All but blame->control, which is not of this lattice. */
enum found blame_make(const struct lattice *l, const struct oracle *o, size_t op,
		      const struct model *model, uint32_t profile, struct blame *blame);
void blame_free(struct blame *blame);

#endif

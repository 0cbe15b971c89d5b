/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blame: from where an operation is reached, to who stands against it in a profile.
 *
 * Pure: asks an oracle, knows no layer by name. Every statement has one meaning:
 *
 *   blocker   a smallest set B of the profile's layers such that no set between B and the whole
 *             profile reaches the operation: enough by itself, whatever of the rest should fail
 *   depth     how many layers must fail until it is reached; what needs a failed one falls with it
 *   first     whose errno is seen: taking that layer away changes the errno or the outcome
 *   opened_by a layer with which some set reaches it that does not without
 *   single    a layer that alone keeps it closed: gone, and it is reached
 */
#include "lattice.h"

#include <string.h>

struct judge {
	const struct lattice *l;
	const struct oracle *o;
	size_t op;
	const struct model *model;
	uint32_t profile;
	struct sets reached; /* the maximal ones within the profile */
	enum found found;
};

/* The answer at set; what is not known yet, or broken, is noted in j->found. */
static struct answer ask(struct judge *j, uint32_t set)
{
	struct answer a = j->o->ask(j->o->ctx, set, j->op);

	if (a.result == RESULT_BROKEN || a.result == RESULT_SKIPPED)
		j->found = FOUND_BROKEN;
	else if (a.result == RESULT_UNKNOWN && j->found == FOUND)
		j->found = FOUND_NOT_YET;
	return a;
}

static bool same(struct answer a, struct answer b)
{
	return a.result == b.result && a.num == b.num;
}

/* Every maximal set of the model, cut to the profile: in its slice everything smaller is reached.
 */
static void find_reached(struct judge *j)
{
	const struct model *m = j->model;

	for (size_t i = 0; i < m->maximal.n; i++)
		if (set_within(m->maximal.v[i] & m->openers, j->profile))
			sets_add(&j->reached, m->maximal.v[i] & j->profile);
	sets_keep_maximal(&j->reached);
	for (size_t i = 0; i < j->reached.n; i++)
		(void)ask(j, j->reached.v[i]);
}

/* Can `left` more failures, of layers from `from` on, open it? What then still stands is asked for.
 */
static bool fails_open(struct judge *j, size_t from, int left, uint32_t set)
{
	if (left == 0) {
		bool reached = model_reached(j->model, set);

		/* The model says so; measuring it too lets a wrong model be found out. */
		if (reached)
			(void)ask(j, set);
		return reached;
	}
	for (size_t i = from; i < j->l->n; i++)
		if ((set & SET_BIT(i)) &&
		    fails_open(j, i + 1, left - 1, lattice_drop(j->l, set, SET_BIT(i))))
			return true;
	return false;
}

static int find_depth(struct judge *j)
{
	if (j->reached.n == 0)
		return -1;
	for (int depth = 0; depth <= (int)j->l->n; depth++)
		if (fails_open(j, 0, depth, j->profile))
			return depth;
	return -1;
}

static uint32_t find_openers(const struct judge *j)
{
	const struct model *m = j->model;
	uint32_t found = 0;

	for (size_t i = 0; i < j->l->n; i++) {
		for (size_t k = 0; k < m->maximal.n; k++) {
			uint32_t most = m->maximal.v[k] & j->profile & ~j->l->above[i];

			/* The largest set of that slice whose last layer can be i. */
			if (!(most & SET_BIT(i)) || ((most ^ m->maximal.v[k]) & m->openers))
				continue;
			if (!model_reached(m, most & ~SET_BIT(i)))
				found |= SET_BIT(i);
		}
	}
	return found;
}

/*
 * Of the layers whose removal changes the answer, those that do it themselves: a layer that others
 * need takes them along, so it counts only where none of them alone changed anything, and where it
 * changes more than they do together.
 */
static uint32_t keep_specific(struct judge *j, uint32_t changing, struct answer whole)
{
	uint32_t kept = 0;

	changing = lattice_tops(j->l, changing);
	for (size_t i = 0; i < j->l->n; i++) {
		uint32_t others = j->l->above[i] & j->profile;

		if (!(changing & SET_BIT(i)))
			continue;
		if (!others || same(ask(j, lattice_drop(j->l, j->profile, others)), whole))
			kept |= SET_BIT(i);
	}
	return kept;
}

/* Layers whose removal, with what needs them, changes the answer; *open: those that let it pass. */
static uint32_t find_changing(struct judge *j, struct answer whole, uint32_t *open)
{
	uint32_t changing = 0;

	*open = 0;
	for (size_t i = 0; i < j->l->n; i++) {
		struct answer a;

		if (!(j->profile & SET_BIT(i)))
			continue;
		a = ask(j, lattice_drop(j->l, j->profile, SET_BIT(i)));
		if (!same(a, whole))
			changing |= SET_BIT(i);
		if (a.result == RESULT_REACHED)
			*open |= SET_BIT(i);
	}
	return changing;
}

/* How many of the minimal blocking sets lie within set. */
static size_t count_within(const struct sets *blockers, uint32_t set)
{
	size_t n = 0;

	for (size_t i = 0; i < blockers->n; i++)
		n += set_within(blockers->v[i], set);
	return n;
}

/*
 * A set in which blocker stands alone among its like, with as many of the other layers as can be:
 * what is answered there is this blocker's own errno. Where there is none, the blocker by itself.
 */
static uint32_t stage_of(const struct judge *j, const struct sets *blockers, uint32_t blocker)
{
	uint32_t best = blocker;

	for (size_t i = 0; i < j->reached.n; i++) {
		uint32_t set = j->reached.v[i] | blocker;

		if (count_within(blockers, set) == 1 &&
		    __builtin_popcount(set) > __builtin_popcount(best))
			best = set;
	}
	return best;
}

/* No single removal tells: whoever gives this very answer alone may be the one. */
static void find_candidates(struct judge *j, const struct sets *blockers, struct answer whole,
			    struct sets *first)
{
	for (size_t i = 0; i < blockers->n; i++)
		if (same(ask(j, stage_of(j, blockers, blockers->v[i])), whole))
			sets_add(first, lattice_tops(j->l, blockers->v[i]));
}

/*
 * Layers that cannot stand but where it is closed already, as what they need is enough: in no
 * minimal set, though they may well be the ones that answer.
 */
static uint32_t find_backed(const struct judge *j, const struct sets *blockers)
{
	uint32_t backed = 0;

	for (size_t i = 0; i < j->l->n; i++)
		if ((j->profile & SET_BIT(i)) &&
		    count_within(blockers, lattice_close(j->l, SET_BIT(i))) > 0)
			backed |= SET_BIT(i);
	return backed;
}

/* The part that needs an operation which is not reached. */
static void judge_closed(struct judge *j, struct blame *b)
{
	uint32_t open, all = find_changing(j, b->outcome, &open), changing = all, taking_part = 0;
	struct sets blockers = {0};

	sets_cross(j->l, 0, j->profile, j->reached.v, j->reached.n, &blockers);
	for (size_t i = 0; i < blockers.n; i++)
		taking_part |= blockers.v[i];
	/* Who blocks nothing may change an errno, and is not to blame all the same. */
	if (!b->host)
		changing &= taking_part;
	b->single = lattice_tops(j->l, open);
	changing = keep_specific(j, changing, b->outcome);
	if (changing)
		sets_add(&b->first, changing);
	else if (!b->host && j->found == FOUND)
		find_candidates(j, &blockers, b->outcome, &b->first);
	if (b->first.n == 0 && !b->host && j->found == FOUND)
		changing = keep_specific(j, all & find_backed(j, &blockers), b->outcome);
	if (b->first.n == 0 && changing)
		sets_add(&b->first, changing);
	for (size_t i = 0; i < blockers.n && !b->host; i++)
		sets_add(&b->blocker, lattice_tops(j->l, blockers.v[i]));
	sets_free(&blockers);
}

enum found blame_make(const struct lattice *l, const struct oracle *o, size_t op,
		      const struct model *model, uint32_t profile, struct blame *b)
{
	struct judge j = {l, o, op, model, profile, {0}, FOUND};

	blame_free(b);
	b->outcome = ask(&j, profile);
	find_reached(&j);
	b->host = j.reached.n == 0;
	b->depth = find_depth(&j);
	b->opened_by = find_openers(&j);
	if (j.found == FOUND && b->outcome.result != RESULT_REACHED)
		judge_closed(&j, b);
	b->reached = j.reached;
	b->broken = j.found == FOUND_BROKEN;
	return j.found;
}

void blame_free(struct blame *b)
{
	sets_free(&b->first);
	sets_free(&b->blocker);
	sets_free(&b->reached);
	memset(b, 0, sizeof(*b));
}

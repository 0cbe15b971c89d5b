/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search: under which sets of layers is an operation reached? Without asking for all of them.
 *
 * A layer normally only closes: where a set reaches the operation, every smaller one does. Then
 * the largest sets that reach it say everything, and few questions find them. Some layers open
 * (a user namespace gives capabilities, a new root is writable), so for each combination of those
 * (a slice) the largest sets are found by themselves. Which layers open is not known beforehand:
 * one begins with none, compares the model with every point that was ever measured, and where they
 * differ walks between the two points that disagree until one layer's step is the culprit. Each
 * such step adds an opener, so it ends; with every layer an opener the model is the list of all.
 *
 * Pure: asks an oracle, which may say "not known yet". The whole search is then gone through
 * again from its start once the answer is there; what is known costs nothing.
 */
#include "lattice.h"

struct seeker {
	const struct lattice *l;
	const struct oracle *o;
	size_t op;
	enum found found;
};

/* Is it reached at set? Meaningful only while s->found is FOUND. */
static bool ask(struct seeker *s, uint32_t set)
{
	struct answer a = s->o->ask(s->o->ctx, set, s->op);

	if (a.result == RESULT_UNKNOWN)
		s->found = FOUND_NOT_YET;
	else if (a.result == RESULT_BROKEN || a.result == RESULT_SKIPPED)
		s->found = FOUND_BROKEN;
	return a.result == RESULT_REACHED;
}

/* Adds every layer of top that leaves it reached; what closed once closes larger sets too. */
static uint32_t grow(struct seeker *s, uint32_t set, uint32_t top)
{
	for (size_t i = 0; i < s->l->n && s->found == FOUND; i++) {
		uint32_t more = set | lattice_close(s->l, SET_BIT(i));

		if ((top & SET_BIT(i)) && more != set && ask(s, more))
			set = more;
	}
	return set;
}

/*
 * The maximal reached sets between bottom and top are added to maximal. The smallest sets that lie
 * within none of those known so far are asked for: if one is reached it grows into a new maximal
 * set; if none is, they are all minimal blocking sets, and nothing is missing.
 */
static void search_slice(struct seeker *s, uint32_t bottom, uint32_t top, struct sets *maximal)
{
	size_t first = maximal->n;
	struct sets candidates = {0};

	for (bool again = true; again && s->found == FOUND;) {
		again = false;
		sets_cross(s->l, bottom, top, maximal->v + first, maximal->n - first, &candidates);
		for (size_t i = 0; i < candidates.n && s->found == FOUND && !again; i++) {
			if (!ask(s, candidates.v[i]) || s->found != FOUND)
				continue;
			sets_add(maximal, grow(s, candidates.v[i], top));
			again = true;
		}
	}
	sets_free(&candidates);
}

/* The largest set whose openers are exactly given. */
static uint32_t ceiling(const struct lattice *l, const struct model *m, uint32_t given)
{
	uint32_t top = 0;

	for (size_t i = 0; i < l->n; i++) {
		uint32_t closed = lattice_close(l, SET_BIT(i));

		if ((m->top & SET_BIT(i)) && set_within(closed & m->openers, given))
			top |= SET_BIT(i);
	}
	return top;
}

/* Fills m->maximal for m->top and m->openers. */
static enum found search_model(const struct lattice *l, const struct oracle *o, size_t op,
			       struct model *m)
{
	uint32_t openers = m->openers & m->top, given = 0;
	enum found found = FOUND;

	sets_clear(&m->maximal);
	do {
		struct seeker s = {l, o, op, FOUND};
		uint32_t bottom = lattice_close(l, given);

		/* A slice that waits does not stop the others: their questions can go out together.
		 */
		if ((bottom & openers) == given)
			search_slice(&s, bottom, ceiling(l, m, given), &m->maximal);
		if (s.found == FOUND_BROKEN)
			return FOUND_BROKEN;
		if (s.found == FOUND_NOT_YET)
			found = FOUND_NOT_YET;
		given = (given - openers) & openers;
	} while (given);
	return found;
}

bool model_reached(const struct model *m, uint32_t set)
{
	for (size_t i = 0; i < m->maximal.n; i++)
		if (set_within(set, m->maximal.v[i]) && ((set ^ m->maximal.v[i]) & m->openers) == 0)
			return true;
	return false;
}

static bool is_known(struct answer a)
{
	return a.result == RESULT_REACHED || a.result == RESULT_BLOCKED ||
	       a.result == RESULT_ABSENT;
}

/* A known point that the model has wrong, or NULL. */
static const uint32_t *search_mismatch(const struct model *m, const struct points *p, size_t op)
{
	for (size_t i = 0; i < p->n; i++) {
		struct answer a = p->answers[i * p->ops_n + op];

		if (is_known(a) && set_within(p->sets[i], m->top) &&
		    (a.result == RESULT_REACHED) != model_reached(m, p->sets[i]))
			return &p->sets[i];
	}
	return NULL;
}

/*
 * The other end of the way: a measured point of the same slice that cannot be right together with
 * `at` if no further layer opens: reached above a blocked one, or blocked below a reached one.
 */
static bool find_opposite(const struct model *m, const struct points *p, size_t op, uint32_t at,
			  uint32_t *other)
{
	bool reached = points_find(p, at)[op].result == RESULT_REACHED;

	for (size_t i = 0; i < p->n; i++) {
		struct answer a = p->answers[i * p->ops_n + op];
		uint32_t set = p->sets[i];

		if (!is_known(a) || (a.result == RESULT_REACHED) == reached ||
		    ((set ^ at) & m->openers) || !set_within(set, m->top))
			continue;
		if (reached ? set_within(set, at) : set_within(at, set)) {
			*other = set;
			return true;
		}
	}
	return false;
}

/* Half of the way from low to high, needs first. high has at least two layers more. */
static uint32_t half_way(const struct lattice *l, uint32_t low, uint32_t high)
{
	int steps = __builtin_popcount(high & ~low) / 2;

	while (steps > 0) {
		for (size_t i = 0; i < l->n && steps > 0; i++) {
			if ((high & ~low & SET_BIT(i)) && set_within(l->below[i], low)) {
				low |= SET_BIT(i);
				steps--;
			}
		}
	}
	return low;
}

/* A layer that opens it, on the way between a mismatch and a point that belies it. */
static enum found search_opener(const struct lattice *l, const struct oracle *o, size_t op,
				const struct model *m, const struct points *p, uint32_t at,
				uint32_t *opener)
{
	struct seeker s = {l, o, op, FOUND};
	uint32_t other, low, high;

	*opener = 0;
	/* A point that is BROKEN may stand where the other end would: nothing can be said. */
	if (!find_opposite(m, p, op, at, &other))
		return FOUND_BROKEN;
	low = at & other;
	high = at | other;
	/* low is blocked and high is reached, and stays so; the way between them halves. */
	while (__builtin_popcount(high & ~low) > 1) {
		uint32_t middle = half_way(l, low, high);
		bool reached = ask(&s, middle);

		if (s.found != FOUND)
			return s.found;
		if (reached)
			high = middle;
		else
			low = middle;
	}
	*opener = high & ~low;
	return FOUND;
}

enum found search_settle(const struct lattice *l, const struct oracle *o, size_t op,
			 const struct points *p, struct model *m)
{
	for (;;) {
		enum found found = search_model(l, o, op, m);
		const uint32_t *at;
		uint32_t opener;

		if (found != FOUND)
			return found;
		at = search_mismatch(m, p, op);
		if (!at)
			return FOUND;
		found = search_opener(l, o, op, m, p, *at, &opener);
		if (found != FOUND)
			return found;
		m->openers |= opener;
	}
}

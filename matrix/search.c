/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search: under which sets of layers is an operation reached? Without asking for all of them.
 *
 * A layer normally only closes: where a set reaches the operation, every smaller one does. Then
 * the largest sets that reach it say everything, and few questions find them: what a measured point
 * above or below already says is not asked, and layers are added many at a time. Some layers open
 * (a user namespace gives capabilities, a new root is writable), so for each combination of those
 * (a slice) the largest sets are found by themselves. Which layers open is not known beforehand:
 * one begins with none, and wherever two measured points clash (reached above blocked) walks
 * between them until one layer's step is the culprit. Each such step adds an opener, so it ends;
 * with every layer an opener the model is the list of all. What is found so agrees with every point
 * that was ever measured: one that it had wrong would clash with one that it rests on.
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
	struct sets reached, blocked; /* the slice's measured points: largest, and smallest */
};

static bool is_known(struct answer a)
{
	return a.result == RESULT_REACHED || a.result == RESULT_BLOCKED ||
	       a.result == RESULT_ABSENT;
}

/* Is it reached at set? Measured there, whatever is known. Meaningful only while it is FOUND. */
static bool ask(struct seeker *s, uint32_t set)
{
	struct answer a = s->o->ask(s->o->ctx, set, s->op);

	if (a.result == RESULT_UNKNOWN)
		s->found = FOUND_NOT_YET;
	else if (a.result == RESULT_BROKEN || a.result == RESULT_SKIPPED)
		s->found = FOUND_BROKEN;
	return a.result == RESULT_REACHED;
}

static bool lies_above(const struct sets *small, uint32_t set)
{
	for (size_t i = 0; i < small->n; i++)
		if (set_within(small->v[i], set))
			return true;
	return false;
}

static bool lies_below(const struct sets *large, uint32_t set)
{
	for (size_t i = 0; i < large->n; i++)
		if (set_within(set, large->v[i]))
			return true;
	return false;
}

/*
 * The same for a set of the slice, where a measured point may have said it already. No two of them
 * contradict each other: see find_clash().
 */
static bool know_or_ask(struct seeker *s, uint32_t set)
{
	if (lies_below(&s->reached, set))
		return true;
	return !lies_above(&s->blocked, set) && ask(s, set);
}

/*
 * Adds as many layers of group as leave it reached: all at once, or else one half and then the
 * other. What closed a smaller set closes the larger one too, so none has to be tried again.
 */
static uint32_t grow(struct seeker *s, uint32_t set, uint32_t group)
{
	uint32_t half = 0;
	int n;

	for (size_t i = 0; i < s->l->n; i++)
		if ((group & SET_BIT(i)) &&
		    lies_above(&s->blocked, set | lattice_close(s->l, SET_BIT(i))))
			group &= ~SET_BIT(i);
	if (s->found != FOUND || set_within(group, set))
		return set;
	if (know_or_ask(s, set | lattice_close(s->l, group)))
		return set | lattice_close(s->l, group);
	n = __builtin_popcount(group);
	if (n == 1)
		return set;
	for (size_t i = 0; i < s->l->n && __builtin_popcount(half) < n / 2; i++)
		half |= group & SET_BIT(i);
	set = grow(s, set, half);
	return grow(s, set, group & ~half);
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
			if (!know_or_ask(s, candidates.v[i]) || s->found != FOUND)
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

/* What the measured points say of the slice of these openers. */
static void take_known(struct seeker *s, const struct points *p, const struct model *m,
		       uint32_t given)
{
	sets_clear(&s->reached);
	sets_clear(&s->blocked);
	for (size_t i = 0; i < p->n; i++) {
		struct answer a = p->answers[i * p->ops_n + s->op];

		if (!is_known(a) || !set_within(p->sets[i], m->top) ||
		    (p->sets[i] & m->openers) != given)
			continue;
		/* What is said already is left out: with every set measured there are very many. */
		if (a.result == RESULT_REACHED && !lies_below(&s->reached, p->sets[i]))
			sets_add(&s->reached, p->sets[i]);
		if (a.result != RESULT_REACHED && !lies_above(&s->blocked, p->sets[i]))
			sets_add(&s->blocked, p->sets[i]);
	}
	sets_keep_maximal(&s->reached);
	sets_keep_minimal(&s->blocked);
}

/* Two measured points of one slice, reached above blocked: some layer between them opens. */
struct clash {
	uint32_t low, high;
};

static bool find_clash(const struct seeker *s, struct clash *clash)
{
	for (size_t i = 0; i < s->reached.n; i++) {
		for (size_t k = 0; k < s->blocked.n; k++) {
			if (!set_within(s->blocked.v[k], s->reached.v[i]))
				continue;
			*clash = (struct clash){s->blocked.v[k], s->reached.v[i]};
			return true;
		}
	}
	return false;
}

/*
 * Fills m->maximal for m->top and m->openers. Where measured points of a slice clash, there is
 * nothing to be filled until one opener more is known: then clash->high is not 0.
 */
static enum found search_model(struct seeker *s, const struct points *p, struct model *m,
			       struct clash *clash)
{
	uint32_t openers = m->openers & m->top, given = 0;
	enum found found = FOUND;

	sets_clear(&m->maximal);
	*clash = (struct clash){0, 0};
	do {
		uint32_t bottom = lattice_close(s->l, given);

		/* A slice that waits does not stop the others: their questions go out together. */
		s->found = FOUND;
		if ((bottom & openers) == given) {
			take_known(s, p, m, given);
			if (find_clash(s, clash))
				return FOUND;
			/* Never inferred: a layer that opens is most likely to show here. */
			(void)ask(s, bottom);
			search_slice(s, bottom, ceiling(s->l, m, given), &m->maximal);
		}
		if (s->found == FOUND_BROKEN)
			return FOUND_BROKEN;
		if (s->found == FOUND_NOT_YET)
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

/* A layer that opens it: the way between the two points halves, and keeps one of each. */
static enum found search_opener(struct seeker *s, struct clash clash, uint32_t *opener)
{
	s->found = FOUND;
	while (__builtin_popcount(clash.high & ~clash.low) > 1) {
		uint32_t middle = half_way(s->l, clash.low, clash.high);
		bool reached = ask(s, middle);

		if (s->found != FOUND)
			return s->found;
		if (reached)
			clash.high = middle;
		else
			clash.low = middle;
	}
	*opener = clash.high & ~clash.low;
	return FOUND;
}

enum found search_settle(const struct lattice *l, const struct oracle *o, size_t op,
			 const struct points *p, struct model *m)
{
	struct seeker s = {.l = l, .o = o, .op = op};
	struct clash clash;
	uint32_t opener;
	enum found found;

	while ((found = search_model(&s, p, m, &clash)) == FOUND && clash.high) {
		found = search_opener(&s, clash, &opener);
		if (found != FOUND)
			break;
		m->openers |= opener;
	}
	sets_free(&s.reached);
	sets_free(&s.blocked);
	return found;
}

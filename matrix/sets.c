/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sets: lists of sets of layers, and the ways to make them.
 *
 * Pure, but for memory. Lists come from malloc(3) and not from the pool: the search is gone through
 * again and again while points come in, and would fill the pool.
 */
#include "lattice.h"

#include <stdlib.h>
#include <string.h>

void sets_add(struct sets *s, uint32_t set)
{
	if (s->n == s->room) {
		uint32_t *v;

		s->room = s->room ? 2 * s->room : 16;
		v = realloc(s->v, s->room * sizeof(*v));
		/* As in the pool: a list of a few KiB that cannot grow leaves no way on. */
		if (!v)
			abort();
		s->v = v;
	}
	s->v[s->n++] = set;
}

void sets_clear(struct sets *s)
{
	s->n = 0;
}

void sets_free(struct sets *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int nx = __builtin_popcount(x), ny = __builtin_popcount(y);

	if (nx != ny)
		return nx < ny ? -1 : 1;
	return x < y ? -1 : x > y;
}

void sets_sort(struct sets *s)
{
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_size);
}

void sets_keep_minimal(struct sets *s)
{
	size_t kept = 0;

	/* Small ones first: what is kept is minimal already, and stands against all that follow. */
	sets_sort(s);
	for (size_t i = 0; i < s->n; i++) {
		size_t j = 0;

		while (j < kept && !set_within(s->v[j], s->v[i]))
			j++;
		if (j == kept)
			s->v[kept++] = s->v[i];
	}
	s->n = kept;
}

void sets_keep_maximal(struct sets *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		s->v[i] = ~s->v[i];
	sets_keep_minimal(s);
	kept = s->n;
	for (size_t i = 0; i < kept; i++)
		s->v[i] = ~s->v[i];
	sets_sort(s);
}

void sets_cross(const struct lattice *l, uint32_t bottom, uint32_t top, const uint32_t *walls,
		size_t n, struct sets *out)
{
	struct sets next = {0};

	sets_clear(out);
	sets_add(out, bottom);
	/*
	 * One wall after the other: whoever lies within it needs one layer more that the wall has
	 * not, with what that layer needs; only the smallest of all these ways go on.
	 */
	for (size_t w = 0; w < n; w++) {
		struct sets old = *out;

		sets_clear(&next);
		for (size_t i = 0; i < out->n; i++) {
			uint32_t set = out->v[i];

			if (!set_within(set, walls[w])) {
				sets_add(&next, set);
				continue;
			}
			for (size_t x = 0; x < l->n; x++)
				if (top & ~walls[w] & SET_BIT(x))
					sets_add(&next, set | lattice_close(l, SET_BIT(x)));
		}
		sets_keep_minimal(&next);
		*out = next;
		next = old;
	}
	sets_free(&next);
}

void sets_all(const struct lattice *l, uint32_t top, struct sets *out)
{
	uint32_t set = 0;

	/* The next subset of a mask in counting order: carry over the bits that are not in it. */
	do {
		if (lattice_stands(l, set))
			sets_add(out, set);
		set = (set - top) & top;
	} while (set);
}

/* Weyl's sequence through a mixer: enough for samples, and the same everywhere. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void sets_random(const struct lattice *l, uint32_t top, size_t count, uint64_t seed,
		 struct sets *out)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t a = (uint32_t)random_next(&seed), b = (uint32_t)random_next(&seed);
		uint32_t set = top & (i % 3 == 0 ? a & b : i % 3 == 1 ? a : a | b);

		/* Closing adds needs, opening drops who lacks them: half of the samples each. */
		if (i / 3 % 2)
			set = lattice_close(l, set);
		else
			set = lattice_drop(l, set, top & ~set);
		sets_add(out, set);
	}
}

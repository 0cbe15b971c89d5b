/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up host for the tests of search and blame: layers with needs, and a table of what one
 * operation answers under every set. Answers are given only after they were wished for in an
 * earlier round, as the real sweep does.
 */
#ifndef TEST_MATRIX_HOST_H
#define TEST_MATRIX_HOST_H

#include "lattice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

enum { HOST_LAYERS = 10, HOST_SETS = 1 << HOST_LAYERS };

struct host {
	struct lattice l;
	struct answer table[HOST_SETS];
	bool wished[HOST_SETS];
	struct points points;
	size_t asked, rounds;
};

__attribute__((unused)) static uint64_t host_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* needs[i]: the layer that i needs, or -1. */
__attribute__((unused)) static void host_begin(struct host *h, size_t n, const int *needs)
{
	struct err e = {0};

	memset(h, 0, sizeof(*h));
	h->l.n = n;
	for (size_t i = 0; i < n; i++)
		h->l.below[i] = needs[i] < 0 ? 0 : SET_BIT(needs[i]);
	if (lattice_make(&h->l, &e))
		abort();
	points_make(&h->points, 1);
}

__attribute__((unused)) static uint32_t host_top(const struct host *h)
{
	return SET_BIT(h->l.n) - 1;
}

__attribute__((unused)) static void host_end(struct host *h)
{
	points_free(&h->points);
}

__attribute__((unused)) static struct answer host_ask(void *ctx, uint32_t set, size_t op)
{
	struct host *h = ctx;
	const struct answer *a = points_find(&h->points, set);

	if (op != 0 || set >= HOST_SETS || !lattice_stands(&h->l, set))
		abort(); /* the real launcher would have refused such a set */
	if (a)
		return *a;
	if (!h->wished[set]) {
		h->wished[set] = true;
		h->asked++;
	}
	return (struct answer){RESULT_UNKNOWN, 0};
}

/* What was wished for becomes known. False where nothing was. */
__attribute__((unused)) static bool host_answer(struct host *h)
{
	bool any = false;

	for (uint32_t set = 0; set < HOST_SETS; set++) {
		if (!h->wished[set] || points_find(&h->points, set))
			continue;
		*points_take(&h->points, set) = h->table[set];
		any = true;
	}
	h->rounds += any;
	return any;
}

/* Wishes for every set that stands. */
__attribute__((unused)) static void host_wish_all(struct host *h)
{
	for (uint32_t set = 0; set <= host_top(h); set++)
		if (lattice_stands(&h->l, set))
			h->wished[set] = true;
	(void)host_answer(h);
}

/* Search in rounds, to its end. */
__attribute__((unused)) static enum found host_settle(struct host *h, struct model *model)
{
	const struct oracle oracle = {host_ask, h};
	enum found found;

	model->top = host_top(h);
	while ((found = search_settle(&h->l, &oracle, 0, &h->points, model)) == FOUND_NOT_YET)
		if (!host_answer(h))
			abort(); /* it waits for nothing */
	return found;
}

/* Search and blame in rounds, to the end of both. */
__attribute__((unused)) static enum found host_blame(struct host *h, struct model *model,
						     uint32_t profile, struct blame *blame)
{
	const struct oracle oracle = {host_ask, h};
	enum found found;

	for (;;) {
		found = host_settle(h, model);
		if (found == FOUND)
			found = blame_make(&h->l, &oracle, 0, model, profile, blame);
		if (!host_answer(h))
			return found;
	}
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * points: what has been measured, found again by its set.
 *
 * Pure, but for memory. Should remember every answer as it came; mustn't derive one from another.
 */
#include "lattice.h"

#include <stdlib.h>
#include <string.h>

void points_make(struct points *p, size_t ops_n)
{
	memset(p, 0, sizeof(*p));
	p->ops_n = ops_n;
}

void points_free(struct points *p)
{
	free(p->sets);
	free(p->answers);
	free(p->index);
	memset(p, 0, sizeof(*p));
}

/* The index' size is a power of two, and never more than half full. */
static size_t *slot(const struct points *p, uint32_t set)
{
	size_t at = (size_t)(set * UINT32_C(2654435761)) & (p->index_size - 1);

	while (p->index[at] && p->sets[p->index[at] - 1] != set)
		at = (at + 1) & (p->index_size - 1);
	return &p->index[at];
}

struct answer *points_find(const struct points *p, uint32_t set)
{
	size_t at = p->index_size ? *slot(p, set) : 0;

	return at ? &p->answers[(at - 1) * p->ops_n] : NULL;
}

static void grow(struct points *p)
{
	p->room = p->room ? 2 * p->room : 256;
	p->sets = realloc(p->sets, p->room * sizeof(*p->sets));
	p->answers = realloc(p->answers, p->room * p->ops_n * sizeof(*p->answers));
	free(p->index);
	p->index_size = 2 * p->room;
	p->index = calloc(p->index_size, sizeof(*p->index));
	if (!p->sets || !p->answers || !p->index)
		abort();
	for (size_t i = 0; i < p->n; i++)
		*slot(p, p->sets[i]) = i + 1;
}

struct answer *points_take(struct points *p, uint32_t set)
{
	struct answer *a = points_find(p, set);

	if (a)
		return a;
	if (p->n == p->room)
		grow(p);
	p->sets[p->n] = set;
	a = &p->answers[p->n * p->ops_n];
	memset(a, 0, p->ops_n * sizeof(*a));
	p->n++;
	*slot(p, set) = p->n;
	return a;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* summary: the report, counted. Pure; mustn't judge anything anew. */
#include "report.h"

#include <string.h>

#include "pool.h"

bool summary_is_full(const struct column *c)
{
	return c->subject->kind == SUBJECT_LAYERS && str_equal(c->profile.name, "full");
}

bool summary_is_unreasoned(const struct column *c, const struct op *op, const struct blame *b)
{
	return summary_is_full(c) && b->outcome.result == RESULT_REACHED && !reason_find(op->id);
}

static void count_blocked(const struct blame *b, struct count *n)
{
	n->blocked++;
	if (b->broken)
		return;
	if (b->depth < 0)
		n->host++;
	else if (b->depth > 0)
		n->depth[b->depth < DEPTHS ? b->depth - 1 : DEPTHS - 1]++;
}

void summary_count(const struct report *r, const struct column *c, const char *family,
		   struct count *n)
{
	memset(n, 0, sizeof(*n));
	for (size_t i = 0; i < r->ops->n; i++) {
		const struct op *op = &r->ops->v[i];
		const struct blame *b = &c->blames[i];

		if (family && !str_equal(op->family, family))
			continue;
		n->ops++;
		n->reached += b->outcome.result == RESULT_REACHED;
		n->reasoned += b->outcome.result == RESULT_REACHED && reason_find(op->id);
		n->absent += b->outcome.result == RESULT_ABSENT;
		n->broken += b->outcome.result == RESULT_BROKEN;
		n->skipped += b->outcome.result == RESULT_SKIPPED;
		if (b->outcome.result == RESULT_BLOCKED)
			count_blocked(b, n);
	}
}

void summary_worth(const struct report *r, const struct column *c, size_t layer, struct worth *w)
{
	uint32_t bit = SET_BIT(layer);

	memset(w, 0, sizeof(*w));
	for (size_t i = 0; i < r->ops->n; i++) {
		const struct blame *b = &c->blames[i];

		if (b->broken || b->skipped)
			continue;
		w->alone += (b->single & bit) != 0;
		w->opens += (b->opened_by & bit) != 0;
		for (size_t k = 0; k < b->blocker.n; k++)
			w->enough += b->blocker.v[k] == bit;
		for (size_t k = 0; k < b->first.n && !b->host; k++)
			w->first += (b->first.v[k] & bit) != 0;
	}
}

struct str_list summary_families(const struct report *r)
{
	struct str_list list = {0};

	for (size_t i = 0; i < r->ops->n; i++) {
		size_t k = 0;

		while (k < list.n && !str_equal(list.v[k], r->ops->v[i].family))
			k++;
		if (k == list.n)
			pool_list_add(&list, r->ops->v[i].family);
	}
	return list;
}

const struct column *summary_main(const struct report *r)
{
	const struct column *last = r->columns;

	for (size_t i = 0; i < r->columns_n; i++)
		if (r->columns[i].subject == r->subjects)
			last = &r->columns[i];
	return last;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare: two reports, operation by operation.
 *
 * Pure. Should explain a change by what was measured on both sides (the sets that block, what
 * opens, what the host does by itself), and say nothing where that explains nothing.
 */
#include "compare.h"

#include <stdlib.h>

#include "pool.h"

static const struct column *find_column(const struct report *r, const struct column *like)
{
	for (size_t i = 0; i < r->columns_n; i++) {
		const struct column *c = &r->columns[i];

		if (c->subject->kind == like->subject->kind &&
		    str_equal(c->profile.name, like->profile.name) &&
		    (c->subject->kind != SUBJECT_OTHER ||
		     str_equal(c->subject->name, like->subject->name)))
			return c;
	}
	return NULL;
}

static const struct blame *find_blame(const struct report *r, const struct column *c,
				      const char *op)
{
	for (size_t i = 0; i < r->ops->n; i++)
		if (str_equal(r->ops->v[i].id, op))
			return &c->blames[i];
	return NULL;
}

/* ---- why ------------------------------------------------------------------------------------- */

static uint32_t all_of(const struct sets *sets)
{
	uint32_t all = 0;

	for (size_t i = 0; i < sets->n; i++)
		all |= sets->v[i];
	return all;
}

/* The members of set by their names in the other report's layers; those that it lacks are lost. */
static uint32_t translate(const struct layers *from, uint32_t set, const struct layers *to)
{
	uint32_t out = 0;

	for (size_t i = 0; i < from->lattice.n; i++)
		for (size_t k = 0; k < to->lattice.n && (set & SET_BIT(i)); k++)
			if (str_equal(from->v[i].name, to->v[k].name))
				out |= SET_BIT(k);
	return out;
}

static const char *add_words(const char *words, const char *more)
{
	return words ? pool_printf("%s; %s", words, more) : more;
}

/* Members of set, which are a column's layers, in words: "landlock (not offered), net". */
static const char *layer_words(const struct column *c, uint32_t set)
{
	const struct layers *l = c->subject->layers;
	const char *words = NULL;

	for (size_t i = 0; i < l->lattice.n; i++) {
		const char *name = l->v[i].name;

		if (!(set & SET_BIT(i)))
			continue;
		if (render_missing(&c->profile) & SET_BIT(i))
			name = pool_printf("%s (not offered by this host)", name);
		words = words ? pool_printf("%s, %s", words, name) : name;
	}
	return words;
}

/* Layers that take part in set_a of column a, and have no part in set_b of column b. */
static uint32_t only_in(const struct column *a, uint32_t set_a, const struct column *b,
			uint32_t set_b)
{
	return set_a & ~translate(b->subject->layers, set_b, a->subject->layers);
}

static const char *explain(const struct change *c)
{
	const struct column *old = c->old_column, *new = c->new_column;
	const struct blame *was = c->before, *is = c->after;
	uint32_t lost = only_in(old, all_of(&was->blocker), new, all_of(&is->blocker));
	uint32_t won = only_in(new, all_of(&is->blocker), old, all_of(&was->blocker));
	uint32_t opens = only_in(new, is->opened_by, old, was->opened_by);
	uint32_t missing = translate(old->subject->layers, lost, new->subject->layers) &
			   render_missing(&new->profile);
	const char *words = NULL;

	if (was->control.result != is->control.result)
		words = pool_printf("without any sandbox it was %s and is %s",
				    render_result(was->control.result),
				    render_result(is->control.result));
	if (missing)
		words = add_words(words, pool_printf("gone: %s", layer_words(new, missing)));
	lost &= ~translate(new->subject->layers, missing, old->subject->layers);
	if (lost)
		words = add_words(words,
				  pool_printf("no longer closed by %s", layer_words(old, lost)));
	if (won)
		words = add_words(words, pool_printf("now closed by %s", layer_words(new, won)));
	if (opens)
		words = add_words(words, pool_printf("opened by %s", layer_words(new, opens)));
	return words;
}

/* ---- what ------------------------------------------------------------------------------------ */

/* Deeper than any number of layers: it is never reached. */
static int depth_of(const struct blame *b)
{
	return b->depth < 0 ? SET_LAYERS + 1 : b->depth;
}

static bool same_first(const struct column *a, const struct blame *x, const struct column *b,
		       const struct blame *y)
{
	const char *p = render_first(a, x), *q = render_first(b, y);

	return (!p && !q) || (p && q && str_equal(p, q));
}

/* False where nothing has changed. */
static bool find_kind(struct change *c)
{
	const struct blame *was = c->before, *is = c->after;
	bool was_reached = was->outcome.result == RESULT_REACHED;
	bool is_reached = is->outcome.result == RESULT_REACHED;

	if (was_reached != is_reached)
		c->kind = is_reached ? CHANGE_OPENED : CHANGE_CLOSED;
	else if (!was->broken && !is->broken && !was->skipped && !is->skipped &&
		 depth_of(was) != depth_of(is))
		c->kind = depth_of(is) < depth_of(was) ? CHANGE_THINNER : CHANGE_THICKER;
	else if (was->outcome.result == is->outcome.result && was->outcome.num == is->outcome.num &&
		 was->broken == is->broken && same_first(c->old_column, was, c->new_column, is))
		return false;
	else
		c->kind = CHANGE_OTHER;
	c->why = explain(c);
	return true;
}

static void add(struct comparison *out, struct change c)
{
	if (out->n % 64 == 0) {
		out->v = realloc(out->v, (out->n + 64) * sizeof(*out->v));
		if (!out->v)
			abort();
	}
	out->v[out->n++] = c;
}

static void compare_columns(struct comparison *out, const struct column *old,
			    const struct column *new)
{
	for (size_t i = 0; i < out->after->ops->n; i++) {
		const struct op *op = &out->after->ops->v[i];
		struct change c = {
			CHANGE_NEW,	 old, new, op, find_blame(out->before, old, op->id),
			&new->blames[i], NULL};

		if (!c.before || find_kind(&c))
			add(out, c);
	}
	for (size_t i = 0; i < out->before->ops->n; i++) {
		const struct op *op = &out->before->ops->v[i];

		if (!find_blame(out->after, new, op->id))
			add(out, (struct change){CHANGE_GONE, old, new, op, &old->blames[i], NULL,
						 NULL});
	}
}

static void add_fact(struct comparison *out, const char *name, const char *a, const char *b)
{
	a = a ? a : "-";
	b = b ? b : "-";
	if (!str_equal(a, b))
		pool_list_add(&out->facts, pool_printf("%s: %s -> %s", name, a, b));
}

static void compare_facts(struct comparison *out)
{
	const struct facts *a = &out->before->facts, *b = &out->after->facts;

	add_fact(out, "kernel", a->kernel, b->kernel);
	add_fact(out, "machine", a->machine, b->machine);
	add_fact(out, "system", a->os, b->os);
	add_fact(out, "caller", a->caller, b->caller);
	add_fact(out, "pinfold", a->pinfold, b->pinfold);
	add_fact(out, "Landlock ABI", pool_printf("%d", a->landlock_abi),
		 pool_printf("%d", b->landlock_abi));
	add_fact(out, "security modules", a->lsm, b->lsm);
}

static const char *column_words(const struct column *c)
{
	return pool_printf("%s %s", render_kind(c->subject->kind), c->profile.name);
}

void compare_reports(const struct report *before, const struct report *after,
		     struct comparison *out)
{
	*out = (struct comparison){.before = before, .after = after};
	compare_facts(out);
	for (size_t i = 0; i < after->columns_n; i++) {
		const struct column *new = &after->columns[i], *old = find_column(before, new);

		if (old)
			compare_columns(out, old, new);
		else
			pool_list_add(&out->come, column_words(new));
	}
	for (size_t i = 0; i < before->columns_n; i++)
		if (!find_column(after, &before->columns[i]))
			pool_list_add(&out->gone, column_words(&before->columns[i]));
}

bool compare_is_worse(const struct change *c)
{
	return c->kind == CHANGE_OPENED || c->kind == CHANGE_THINNER;
}

const char *compare_kind_name(enum change_kind kind)
{
	static const char *const names[] = {"opened", "thinner", "closed", "thicker",
					    "other",  "new",	 "gone"};

	return names[kind];
}

const char *compare_blame_words(const struct blame *b)
{
	const char *words;

	if (!b)
		return NULL;
	words = render_result(b->outcome.result);
	if (b->outcome.num)
		words = pool_printf("%s %s", words, err_name(b->outcome.num));
	if (b->broken)
		return pool_printf("%s, not measured", words);
	return b->depth > 0 ? pool_printf("%s, depth %d", words, b->depth) : words;
}

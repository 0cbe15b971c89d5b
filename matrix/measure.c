/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure: asks for points until search and blame have all that they need.
 *
 * Search and blame are pure and are simply gone through again, for every operation, whenever points
 * have come in; what they then still miss is the next batch. They end when nothing is missing and
 * no point that was ever measured says otherwise than what was found: the samples, which belong to
 * no question, are there to belie it.
 */
#include "matrix.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "pool.h"

enum { SAMPLES = 200 };

struct meter {
	const struct request *request;
	const struct layers *layers;
	struct sweep *sweep;
	struct report *report;
	uint32_t top;
	struct points batch; /* by room: num is the place of the wish, from 1 */
	struct wish *wishes;
	size_t wishes_n, wishes_room;
	struct op_set fresh; /* operations that have had answers since they were last looked at */
	struct op_set all;   /* those for which every set has been wished for */
	struct model *apart; /* like report->blames: of profiles that had to be searched alone */
};

/* Those who ask for the same set go into one run together. */
static void wish(struct meter *m, uint32_t set, size_t op)
{
	enum room room = m->sweep->ops->v[op].room;
	struct answer *place = &points_take(&m->batch, set)[room];

	if (!place->num) {
		if (m->wishes_n == m->wishes_room) {
			m->wishes_room = m->wishes_room ? 2 * m->wishes_room : 256;
			m->wishes = realloc(m->wishes, m->wishes_room * sizeof(*m->wishes));
			if (!m->wishes)
				abort();
		}
		m->wishes[m->wishes_n] = (struct wish){.set = set, .room = room};
		place->num = (int)++m->wishes_n;
	}
	op_set_add(&m->wishes[place->num - 1].ops, op);
}

/* The oracle of search and blame: what is known, else a wish. */
static struct answer ask(void *ctx, uint32_t set, size_t op)
{
	struct meter *m = ctx;
	const struct answer *a = points_find(m->sweep->points, set);

	if (a && a[op].result != RESULT_UNKNOWN)
		return a[op];
	wish(m, set, op);
	return (struct answer){RESULT_UNKNOWN, 0};
}

/* Of every operation that is tried at all. */
static void wish_sets(struct meter *m, const struct sets *sets)
{
	for (size_t i = 0; i < sets->n; i++)
		for (size_t op = 0; op < m->sweep->ops->n; op++)
			if (!m->sweep->ops->v[op].skipped_why)
				(void)ask(m, sets->v[i], op);
}

static int wish_all(struct meter *m, size_t op, struct err *e)
{
	struct sets sets = {0};

	if (op_set_has(&m->all, op))
		return 0;
	if (__builtin_popcount(m->top) > FULL_LAYERS)
		return fail(e, 0, "%d layers have too many sets to measure all of them",
			    __builtin_popcount(m->top));
	sets_all(&m->layers->lattice, m->top, &sets);
	for (size_t i = 0; i < sets.n; i++)
		(void)ask(m, sets.v[i], op);
	sets_free(&sets);
	op_set_add(&m->all, op);
	return 0;
}

/*
 * What is measured whether anybody asks or not: the profiles, each layer alone and left out, every
 * two layers together, and random sets. Two together show every layer that opens something with the
 * help of one other; the random ones are there to belie what is left.
 */
static int wish_samples(struct meter *m, struct err *e)
{
	const struct lattice *l = &m->layers->lattice;
	struct sets sets = {0};

	for (size_t i = 0; i < m->report->profiles_n; i++)
		sets_add(&sets, m->report->profiles[i].set);
	for (size_t i = 0; i < l->n; i++) {
		if (!(m->top & SET_BIT(i)))
			continue;
		sets_add(&sets, lattice_drop(l, m->top, SET_BIT(i)));
		for (size_t k = 0; k <= i; k++)
			if (m->top & SET_BIT(k))
				sets_add(&sets, lattice_close(l, SET_BIT(i) | SET_BIT(k)));
	}
	if (!m->request->exhaustive) {
		sets_random(l, m->top, SAMPLES, m->request->seed, &sets);
		m->report->measured.samples = SAMPLES;
	}
	wish_sets(m, &sets);
	sets_free(&sets);
	for (size_t op = 0; m->request->exhaustive && op < m->sweep->ops->n; op++)
		if (!m->sweep->ops->v[op].skipped_why && wish_all(m, op, e))
			return -1;
	return 0;
}

/* One operation's model, as far as it can be had now. */
static enum found settle(struct meter *m, size_t op, struct err *e)
{
	const struct oracle oracle = {ask, m};
	struct model *model = &m->report->models[op];
	enum found found = search_settle(&m->layers->lattice, &oracle, op, m->sweep->points, model);

	if (__builtin_popcount(model->openers) <= OPENERS_MAX)
		return found;
	/* Nothing like the few layers that a search pays for: measure everything, and say so. */
	if (!m->request->exhaustive)
		m->report->measured.why = m->sweep->ops->v[op].id;
	return wish_all(m, op, e) ? FOUND_BROKEN : found;
}

/* What can be said where judging was not possible: the two answers themselves. */
static void note_broken(const struct meter *m, size_t op, size_t profile)
{
	struct blame *b = &m->report->blames[profile * m->report->ops->n + op];
	const struct answer *control = points_find(m->sweep->points, 0);
	const struct answer *outcome =
		points_find(m->sweep->points, m->report->profiles[profile].set);

	blame_free(b);
	b->broken = true;
	b->depth = -1;
	b->control = control ? control[op] : (struct answer){RESULT_BROKEN, 0};
	b->outcome = outcome ? outcome[op] : (struct answer){RESULT_BROKEN, 0};
}

/*
 * Where the search over all layers met a point that cannot be measured, a profile that holds less
 * may still be searched by itself: a layer that fails spoils those profiles only that have it.
 */
static enum found judge_profile(struct meter *m, size_t op, size_t profile, enum found found)
{
	struct report *r = m->report;
	const struct lattice *l = &m->layers->lattice;
	const struct oracle oracle = {ask, m};
	const struct profile_row *p = &r->profiles[profile];
	struct blame *b = &r->blames[profile * r->ops->n + op];
	struct model *model = &r->models[op];

	if (found == FOUND_BROKEN) {
		model = &m->apart[profile * r->ops->n + op];
		model->top = p->set;
		found = search_settle(l, &oracle, op, m->sweep->points, model);
	}
	if (found == FOUND)
		found = blame_make(l, &oracle, op, model, p->set, b);
	return found;
}

/* Once more through all that has had answers; what then is missing has been wished for. */
static int pass(struct meter *m, struct err *e)
{
	struct report *r = m->report;
	struct op_set fresh = m->fresh;

	m->fresh = (struct op_set){{0}};
	for (size_t op = 0; op < r->ops->n; op++) {
		enum found found;

		if (r->ops->v[op].skipped_why || !op_set_has(&fresh, op))
			continue;
		found = settle(m, op, e);
		if (e->what[0])
			return -1;
		for (size_t i = 0; i < r->profiles_n && found != FOUND_NOT_YET; i++)
			if (judge_profile(m, op, i, found) == FOUND_BROKEN)
				note_broken(m, op, i);
	}
	return 0;
}

static int measure_wishes(struct meter *m, struct err *e)
{
	size_t n = m->wishes_n;

	for (size_t i = 0; i < n; i++)
		for (size_t w = 0; w < ARRAY_SIZE(m->fresh.v); w++)
			m->fresh.v[w] |= m->wishes[i].ops.v[w];
	points_free(&m->batch);
	points_make(&m->batch, ROOMS);
	m->wishes_n = 0;
	return sweep_measure(m->sweep, m->wishes, n, e);
}

/* The control comes first, alone: without it nothing else means anything. */
static int measure_control(struct meter *m, struct err *e)
{
	struct ops *ops = m->sweep->ops;
	const struct answer *a;
	const char *why = NULL;
	bool any = false;

	wish_sets(m, &(struct sets){.v = (uint32_t[]){0}, .n = 1});
	if (measure_wishes(m, e))
		return -1;
	a = points_find(m->sweep->points, 0);
	for (size_t i = 0; i < ops->n; i++) {
		if (a[i].result == RESULT_SKIPPED)
			ops->v[i].skipped_why = ops->v[i].said;
		if (a[i].result == RESULT_BROKEN)
			why = ops->v[i].said;
		else
			any = any || ops->v[i].room == ROOM_HOST;
	}
	return any || !why ? 0 : fail(e, 0, "without any sandbox the probe cannot be run: %s", why);
}

/* Once more at the end: a decoy that was hurt on the way would have made all look blocked. */
static int check_control(struct meter *m, struct err *e)
{
	struct points *measured = m->sweep->points, again;
	int rc;

	if (!decoy_lives(m->sweep->runs.decoy))
		return fail(e, 0, "the decoy process has died");
	points_make(&again, measured->ops_n);
	m->sweep->points = &again;
	wish_sets(m, &(struct sets){.v = (uint32_t[]){0}, .n = 1});
	rc = measure_wishes(m, e);
	m->sweep->points = measured;
	for (size_t i = 0; i < measured->ops_n && rc == 0; i++) {
		struct answer before = points_find(measured, 0)[i];
		struct answer after = points_find(&again, 0)[i];

		if (!m->sweep->ops->v[i].skipped_why &&
		    (before.result != after.result || before.num != after.num))
			rc = fail(e, 0, "without any sandbox %s was %s at first and %s at the end",
				  m->sweep->ops->v[i].id, render_result(before.result),
				  render_result(after.result));
	}
	points_free(&again);
	return rc;
}

static void note_skipped(struct meter *m)
{
	struct report *r = m->report;

	for (size_t i = 0; i < r->profiles_n; i++)
		for (size_t op = 0; op < r->ops->n; op++)
			if (r->ops->v[op].skipped_why)
				r->blames[i * r->ops->n + op] = (struct blame){
					.control = {RESULT_SKIPPED, 0},
					.outcome = {RESULT_SKIPPED, 0},
					.skipped = true,
					.depth = -1,
				};
}

static void note_measured(struct meter *m)
{
	struct measured *n = &m->report->measured;
	bool all = op_set_any(&m->all);

	n->runs = m->sweep->runs_n;
	n->retries = m->sweep->retries;
	n->points = m->sweep->points->n;
	n->seconds = (double)(clock_now_ns() - m->sweep->start_ns) / 1e9;
	n->seed = m->request->seed;
	n->mode = m->request->exhaustive ? "exhaustive"
		  : all			 ? "search, then exhaustive"
					 : "search";
	m->report->troubles = m->sweep->troubles;
	m->report->troubles_n = m->sweep->troubles_n;
}

int measure_all(const struct request *request, const struct layers *layers, struct sweep *sweep,
		struct report *report, struct err *e)
{
	struct meter m = {.request = request, .layers = layers, .sweep = sweep, .report = report};
	int rc;

	points_make(&m.batch, ROOMS);
	for (size_t i = 0; i < report->profiles_n; i++)
		m.top |= report->profiles[i].set;
	report->blames = pool_alloc(report->profiles_n * sweep->ops->n * sizeof(*report->blames));
	m.apart = pool_alloc(report->profiles_n * sweep->ops->n * sizeof(*m.apart));
	report->models = pool_alloc(sweep->ops->n * sizeof(*report->models));
	for (size_t i = 0; i < sweep->ops->n; i++)
		report->models[i].top = m.top;
	rc = measure_control(&m, e) || wish_samples(&m, e) ? -1 : 0;
	do {
		if (rc == 0)
			rc = measure_wishes(&m, e);
		if (rc == 0)
			rc = pass(&m, e);
	} while (rc == 0 && m.wishes_n > 0);
	if (rc == 0)
		rc = check_control(&m, e);
	note_skipped(&m);
	note_measured(&m);
	points_free(&m.batch);
	free(m.wishes);
	return rc;
}

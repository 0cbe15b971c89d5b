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

#include "pool.h"

struct meter {
	const struct request *request;
	const struct source *source;
	struct report *report;
	struct subject *subject; /* the one that is measured now */
	uint32_t number;	 /* and its place */
	struct points batch;	 /* by room: num is the place of the wish, from 1 */
	struct wish *wishes;
	size_t wishes_n, wishes_room;
	struct op_set fresh; /* operations that have had answers since they were last looked at */
	struct op_set all;   /* those for which every set has been wished for */
	struct model *apart; /* one an operation and column: of those that are searched alone */
};

/* Those who ask for the same set go into one run together. */
static void wish(struct meter *m, uint32_t set, size_t op)
{
	enum room room = m->report->ops->v[op].room;
	struct answer *place = &points_take(&m->batch, set)[room];

	if (!place->num) {
		if (m->wishes_n == m->wishes_room) {
			m->wishes_room = m->wishes_room ? 2 * m->wishes_room : 256;
			m->wishes = realloc(m->wishes, m->wishes_room * sizeof(*m->wishes));
			if (!m->wishes)
				abort();
		}
		m->wishes[m->wishes_n] =
			(struct wish){.subject = m->number, .set = set, .room = room};
		place->num = (int)++m->wishes_n;
	}
	op_set_add(&m->wishes[place->num - 1].ops, op);
}

/* The oracle of search and blame: what is known, else a wish. */
static struct answer ask(void *ctx, uint32_t set, size_t op)
{
	struct meter *m = ctx;
	const struct answer *a = points_find(&m->subject->points, set);

	if (a && a[op].result != RESULT_UNKNOWN)
		return a[op];
	wish(m, set, op);
	return (struct answer){RESULT_UNKNOWN, 0};
}

/* Of every operation that is tried at all. */
static void wish_sets(struct meter *m, const struct sets *sets)
{
	for (size_t i = 0; i < sets->n; i++)
		for (size_t op = 0; op < m->report->ops->n; op++)
			if (!m->report->ops->v[op].skipped_why)
				(void)ask(m, sets->v[i], op);
}

static int wish_all(struct meter *m, size_t op, struct err *e)
{
	struct sets sets = {0};

	if (op_set_has(&m->all, op))
		return 0;
	if (__builtin_popcount(m->subject->top) > FULL_LAYERS)
		return fail(e, 0, "%d layers have too many sets to measure all of them",
			    __builtin_popcount(m->subject->top));
	sets_all(&m->subject->layers->lattice, m->subject->top, &sets);
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
	const struct lattice *l = &m->subject->layers->lattice;
	struct sets sets = {0};

	for (size_t i = 0; i < m->report->columns_n; i++)
		if (m->report->columns[i].subject == m->subject)
			sets_add(&sets, m->report->columns[i].profile.set);
	for (size_t i = 0; i < l->n; i++) {
		if (!(m->subject->top & SET_BIT(i)))
			continue;
		sets_add(&sets, lattice_drop(l, m->subject->top, SET_BIT(i)));
		for (size_t k = 0; k <= i; k++)
			if (m->subject->top & SET_BIT(k))
				sets_add(&sets, lattice_close(l, SET_BIT(i) | SET_BIT(k)));
	}
	if (!m->request->exhaustive) {
		/* Another sandbox has few switches, and most start slowly: pairs are samples
		 * enough. */
		bool other = m->subject->kind == SUBJECT_OTHER;

		sets_random(l, m->subject->top, other ? 0 : m->request->samples, m->request->seed,
			    &sets);
		m->report->measured.samples = m->request->samples;
	}
	wish_sets(m, &sets);
	sets_free(&sets);
	for (size_t op = 0; m->request->exhaustive && op < m->report->ops->n; op++)
		if (!m->report->ops->v[op].skipped_why && wish_all(m, op, e))
			return -1;
	return 0;
}

/* One operation's model, as far as it can be had now. */
static enum found settle(struct meter *m, size_t op, struct err *e)
{
	const struct oracle oracle = {ask, m};
	struct model *model = &m->subject->models[op];
	enum found found = search_settle(&m->subject->layers->lattice, &oracle, op,
					 &m->subject->points, model);

	if (__builtin_popcount(model->openers) <= OPENERS_MAX)
		return found;
	/* Nothing like the few layers that a search pays for: measure everything, and say so. */
	if (!m->request->exhaustive)
		m->report->measured.why = m->report->ops->v[op].id;
	return wish_all(m, op, e) ? FOUND_BROKEN : found;
}

/* What can be said where judging was not possible: the two answers themselves. */
static void note_broken(const struct meter *m, size_t op, struct column *column)
{
	struct blame *b = &column->blames[op];
	const struct answer *outcome = points_find(&m->subject->points, column->profile.set);

	blame_free(b);
	b->broken = true;
	b->depth = -1;
	b->outcome = outcome ? outcome[op] : (struct answer){RESULT_BROKEN, 0};
}

/*
 * Where the search over all layers met a point that cannot be measured, a profile that holds less
 * may still be searched by itself: a layer that fails spoils those profiles only that have it.
 */
static enum found judge_column(struct meter *m, size_t op, struct column *column,
			       struct model *apart, enum found found)
{
	const struct lattice *l = &m->subject->layers->lattice;
	const struct oracle oracle = {ask, m};
	struct model *model = &m->subject->models[op];

	if (found == FOUND_BROKEN) {
		model = apart;
		model->top = column->profile.set;
		found = search_settle(l, &oracle, op, &m->subject->points, model);
	}
	if (found == FOUND)
		found = blame_make(l, &oracle, op, model, column->profile.set, &column->blames[op]);
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
		for (size_t i = 0; i < r->columns_n && found != FOUND_NOT_YET; i++) {
			struct column *column = &r->columns[i];
			struct model *apart = &m->apart[i * r->ops->n + op];

			if (column->subject == m->subject &&
			    judge_column(m, op, column, apart, found) == FOUND_BROKEN)
				note_broken(m, op, column);
		}
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
	return m->source->measure(m->source->ctx, m->wishes, n, e);
}

/* The control comes first, alone: without it nothing else means anything. */
static int measure_control(struct meter *m, struct err *e)
{
	struct ops *ops = m->report->ops;
	const struct answer *a;
	const char *why = NULL;
	bool any = false;

	wish_sets(m, &(struct sets){.v = (uint32_t[]){0}, .n = 1});
	if (measure_wishes(m, e))
		return -1;
	a = points_take(&m->subject->points, 0);
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
	struct points measured, *points;
	int rc;

	m->number = 0;
	m->subject = m->report->subjects;
	points = &m->subject->points;
	measured = *points;
	points_make(points, measured.ops_n);
	wish_sets(m, &(struct sets){.v = (uint32_t[]){0}, .n = 1});
	rc = measure_wishes(m, e);
	for (size_t i = 0; i < measured.ops_n && rc == 0; i++) {
		struct answer before = points_find(&measured, 0)[i];
		struct answer after = points_take(points, 0)[i];

		if (!m->report->ops->v[i].skipped_why &&
		    (before.result != after.result || before.num != after.num))
			rc = fail(e, 0,
				  "without any sandbox %s was %s at first and %s at the end%s%s",
				  m->report->ops->v[i].id, render_result(before.result),
				  render_result(after.result),
				  after.result == RESULT_BROKEN ? ": " : "",
				  after.result == RESULT_BROKEN ? m->report->ops->v[i].said : "");
	}
	points_free(points);
	*points = measured;
	return rc;
}

static void note_control(struct report *r)
{
	const struct answer *control = points_find(&r->subjects->points, 0);

	for (size_t i = 0; i < r->columns_n; i++) {
		for (size_t op = 0; op < r->ops->n; op++) {
			struct blame *b = &r->columns[i].blames[op];

			if (r->columns[i].subject->why_not)
				*b = (struct blame){
					.outcome = {RESULT_BROKEN, 0}, .broken = true, .depth = -1};
			if (r->ops->v[op].skipped_why)
				*b = (struct blame){.outcome = {RESULT_SKIPPED, 0},
						    .skipped = true,
						    .depth = -1};
			b->control = r->ops->v[op].skipped_why ? b->outcome : control[op];
		}
	}
}

/* As it stands, first: where that does not run, nothing less is looked at. */
static int try_whole(struct meter *m, struct err *e)
{
	const struct ops *ops = m->report->ops;
	const struct answer *a;

	wish_sets(m, &(struct sets){.v = &m->subject->top, .n = 1});
	if (measure_wishes(m, e))
		return -1;
	a = points_take(&m->subject->points, m->subject->top);
	for (size_t i = 0; i < ops->n; i++)
		if (!ops->v[i].skipped_why && ops->v[i].room == ROOM_HOST &&
		    a[i].result != RESULT_BROKEN)
			return 0;
	for (size_t i = 0; i < ops->n && !m->subject->why_not; i++)
		if (a[i].result == RESULT_BROKEN && ops->v[i].room == ROOM_HOST)
			m->subject->why_not = ops->v[i].said ? ops->v[i].said : "it does not run";
	return 0;
}

static int measure_subject(struct meter *m, struct err *e)
{
	size_t ops_n = m->report->ops->n;
	int rc = 0;

	if (m->subject->kind == SUBJECT_OTHER && !m->subject->why_not)
		rc = try_whole(m, e);
	if (rc || m->subject->why_not)
		return rc;
	rc = wish_samples(m, e);

	for (size_t i = 0; i < ops_n; i++)
		m->subject->models[i].top = m->subject->top;
	m->all = (struct op_set){{0}};
	do {
		if (rc == 0)
			rc = measure_wishes(m, e);
		if (rc == 0)
			rc = pass(m, e);
	} while (rc == 0 && m->wishes_n > 0);
	m->report->measured.points += m->subject->points.n;
	if (!m->request->exhaustive && op_set_any(&m->all))
		m->report->measured.mode = "search, then exhaustive";
	return rc;
}

static void make_room(struct meter *m)
{
	struct report *r = m->report;

	for (size_t i = 0; i < r->subjects_n; i++) {
		points_make(&r->subjects[i].points, r->ops->n);
		r->subjects[i].models = pool_alloc(r->ops->n * sizeof(*r->subjects[i].models));
	}
	for (size_t i = 0; i < r->columns_n; i++)
		r->columns[i].blames = pool_alloc(r->ops->n * sizeof(*r->columns[i].blames));
	m->apart = pool_alloc(r->columns_n * r->ops->n * sizeof(*m->apart));
}

int measure_all(const struct request *request, const struct source *source, struct report *report,
		struct err *e)
{
	struct meter m = {.request = request, .source = source, .report = report};
	int rc;

	report->measured.mode = request->exhaustive ? "exhaustive" : "search";
	report->measured.seed = request->seed;
	make_room(&m);
	points_make(&m.batch, ROOMS);
	m.subject = report->subjects;
	rc = measure_control(&m, e);
	for (size_t i = 0; i < report->subjects_n && rc == 0; i++) {
		m.number = (uint32_t)i;
		m.subject = &report->subjects[i];
		rc = measure_subject(&m, e);
	}
	if (rc == 0)
		rc = check_control(&m, e);
	if (rc == 0)
		note_control(report);
	points_free(&m.batch);
	free(m.wishes);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The search says for every set what asking for every set would say; on random made-up hosts. */
#include "test-matrix-host.h"

static void random_needs(int *needs, size_t n, uint64_t *state)
{
	for (size_t i = 0; i < n; i++)
		needs[i] = i > 0 && host_random(state) % 2 ? (int)(host_random(state) % i) : -1;
}

/* Up to `most` random sets, each of which is enough to close. */
static void close_by(struct host *h, size_t most, uint64_t *state)
{
	struct sets walls = {0};
	size_t n = (size_t)(host_random(state) % (most + 1));

	for (size_t i = 0; i < n; i++)
		sets_add(&walls,
			 lattice_close(&h->l, (uint32_t)(host_random(state) & host_random(state) &
							 host_top(h))));
	for (uint32_t set = 0; set <= host_top(h); set++) {
		bool closed = false;

		for (size_t i = 0; i < walls.n; i++)
			closed = closed || set_within(walls.v[i], set);
		h->table[set] = closed ? (struct answer){RESULT_BLOCKED, EPERM}
				       : (struct answer){RESULT_REACHED, 0};
	}
	sets_free(&walls);
}

/* Nothing is reached without these layers. */
static void open_by(struct host *h, uint32_t openers)
{
	for (uint32_t set = 0; set <= host_top(h); set++)
		if (!set_within(openers, set))
			h->table[set] = (struct answer){RESULT_BLOCKED, EACCES};
}

static int count_wrong(const struct host *h, const struct model *model)
{
	int wrong = 0;

	for (uint32_t set = 0; set <= host_top(h); set++)
		wrong += lattice_stands(&h->l, set) &&
			 model_reached(model, set) != (h->table[set].result == RESULT_REACHED);
	return wrong;
}

static void free_model(struct model *model)
{
	sets_free(&model->maximal);
}

/* Layers that only close: exact without a single sample, and with few questions. */
static void test_closing(void)
{
	size_t asked = 0, standing = 0;
	uint64_t state = 1;
	int wrong = 0, openers = 0;

	for (int round = 0; round < 400; round++) {
		struct model model = {0};
		int needs[HOST_LAYERS];
		struct host h;

		random_needs(needs, HOST_LAYERS, &state);
		host_begin(&h, HOST_LAYERS, needs);
		close_by(&h, 3, &state);
		(void)host_settle(&h, &model);
		wrong += count_wrong(&h, &model);
		openers += model.openers != 0;
		asked += h.asked;
		for (uint32_t set = 0; set <= host_top(&h); set++)
			standing += lattice_stands(&h.l, set);
		free_model(&model);
		host_end(&h);
	}
	is_int(wrong, 0, "400 hosts whose layers only close: right at every set");
	is_int(openers, 0, "and no layer is said to open anything");
	ok(asked * 3 < standing, "with less than a third of the questions (%zu of %zu)", asked,
	   standing);
}

/* One or two layers open: samples find them, and the rest is exact. */
static void test_opening(void)
{
	uint64_t state = 2;
	int wrong = 0, reached = 0, strangers = 0;

	for (int round = 0; round < 400; round++) {
		struct model model = {0};
		struct sets samples = {0};
		int needs[HOST_LAYERS];
		uint32_t openers;
		struct host h;

		random_needs(needs, HOST_LAYERS, &state);
		host_begin(&h, HOST_LAYERS, needs);
		close_by(&h, 3, &state);
		openers = lattice_close(&h.l, SET_BIT(host_random(&state) % HOST_LAYERS) |
						      SET_BIT(host_random(&state) % HOST_LAYERS));
		open_by(&h, openers);
		sets_random(&h.l, host_top(&h), 200, state, &samples);
		for (size_t i = 0; i < samples.n; i++)
			h.wished[samples.v[i]] = true;
		(void)host_answer(&h);
		(void)host_settle(&h, &model);
		wrong += count_wrong(&h, &model);
		reached += model.maximal.n > 0;
		strangers += !set_within(model.openers, openers);
		sets_free(&samples);
		free_model(&model);
		host_end(&h);
	}
	is_int(wrong, 0, "400 hosts where layers open: right at every set");
	is_int(strangers, 0, "only layers that open are found to");
	ok(reached > 100, "in %d of them something is reached at all", reached);
}

/* No rule at all: with every point known the model still agrees with every one. */
static void test_anything(void)
{
	uint64_t state = 3;
	int wrong = 0;

	for (int round = 0; round < 200; round++) {
		struct model model = {0};
		int needs[7];
		struct host h;

		random_needs(needs, 7, &state);
		host_begin(&h, 7, needs);
		for (uint32_t set = 0; set <= host_top(&h); set++)
			h.table[set] = host_random(&state) % 3 ? (struct answer){RESULT_BLOCKED, 1}
							       : (struct answer){RESULT_REACHED, 0};
		host_wish_all(&h);
		(void)host_settle(&h, &model);
		wrong += count_wrong(&h, &model);
		free_model(&model);
		host_end(&h);
	}
	is_int(wrong, 0, "200 hosts without any rule, all sets measured: right at every set");
}

/* A point that belies what was found is not passed over, whenever it comes. */
static void test_late_point(void)
{
	static const int needs[] = {-1, -1, -1, -1};
	struct model model = {0};
	struct host h;

	host_begin(&h, 4, needs);
	for (uint32_t set = 0; set <= host_top(&h); set++)
		h.table[set] = (struct answer){set_within(6, set) ? RESULT_REACHED : RESULT_BLOCKED,
					       set_within(6, set) ? 0 : EPERM};
	(void)host_settle(&h, &model);
	is_int(model.maximal.n, 0, "nothing known speaks against \"never reached\"");
	h.wished[14] = true;
	(void)host_answer(&h);
	(void)host_settle(&h, &model);
	is_int(count_wrong(&h, &model), 0, "one point does, and all is right");
	is_int(model.openers, 6, "the two layers that open it together are both named");
	free_model(&model);
	host_end(&h);
}

/* What cannot be measured is never taken for anything. */
static void test_broken(void)
{
	static const int needs[] = {-1, -1, -1};
	static const enum result results[] = {RESULT_BROKEN, RESULT_SKIPPED};

	for (size_t i = 0; i < 2; i++) {
		struct model model = {0};
		struct host h;

		host_begin(&h, 3, needs);
		for (uint32_t set = 0; set <= host_top(&h); set++)
			h.table[set] = (struct answer){RESULT_REACHED, 0};
		h.table[1] = (struct answer){results[i], 0};
		h.table[7] = (struct answer){RESULT_BLOCKED, EPERM};
		is_int(host_settle(&h, &model), FOUND_BROKEN, "a needed point that is %s ends it",
		       i ? "skipped" : "broken");
		free_model(&model);
		host_end(&h);
	}
}

int main(void)
{
	test_closing();
	test_opening();
	test_anything();
	test_late_point();
	test_broken();
	return tap_done();
}

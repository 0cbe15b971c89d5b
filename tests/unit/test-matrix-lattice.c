/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of layers: needs, closing, dropping, lists, minimal crossings; against plain counting. */
#include "test-matrix-host.h"

/* pinfold's own seventeen, as the launcher names their needs today. */
static void make_seventeen(struct lattice *l)
{
	/* 0 nnp, 1 user, 2 mount, 3 readonly, 4-8 five that need user, 9 and 10 that need nnp */
	static const int needs[17] = {-1, -1, 1, 2, 1, 1, 1, 1, 1, 0, 0, -1, -1, -1, -1, -1, -1};
	struct err e = {0};

	memset(l, 0, sizeof(*l));
	l->n = 17;
	for (size_t i = 0; i < l->n; i++)
		l->below[i] = needs[i] < 0 ? 0 : SET_BIT(needs[i]);
	ok(lattice_make(l, &e) == 0, "seventeen layers make a lattice");
}

static void test_needs(void)
{
	struct lattice l;

	make_seventeen(&l);
	is_int(l.below[3], SET_BIT(2) | SET_BIT(1), "readonly needs mount, and user by way of it");
	is_int(l.above[2], SET_BIT(3), "readonly alone needs mount");
	is_int(lattice_close(&l, SET_BIT(3)), SET_BIT(3) | SET_BIT(2) | SET_BIT(1),
	       "closing adds needs of needs");
	is_int(lattice_drop(&l, SET_BIT(0) | SET_BIT(1) | SET_BIT(2) | SET_BIT(3), SET_BIT(1)),
	       SET_BIT(0), "without user, mount and readonly go too");
	ok(!lattice_stands(&l, SET_BIT(2)), "mount does not stand without user");
	ok(lattice_stands(&l, 0), "nothing stands");
	is_int(lattice_tops(&l, SET_BIT(1) | SET_BIT(2) | SET_BIT(3)), SET_BIT(3),
	       "what is there as a need only is left out");
}

static void test_circle(void)
{
	struct lattice l = {.n = 3, .below = {SET_BIT(1), SET_BIT(2), SET_BIT(0)}};
	struct lattice self = {.n = 1, .below = {SET_BIT(0)}};
	struct err e = {0};

	ok(lattice_make(&l, &e) == -1, "needs in a circle are refused");
	ok(lattice_make(&self, &e) == -1, "so is a layer that needs itself");
}

static void test_all(void)
{
	struct sets all = {0};
	struct lattice l;
	bool stand = true;

	make_seventeen(&l);
	sets_all(&l, SET_BIT(17) - 1, &all);
	is_int(all.n, 31040, "31 040 sets of the seventeen stand");
	for (size_t i = 0; i < all.n; i++)
		stand = stand && lattice_stands(&l, all.v[i]);
	ok(stand, "every one of them does");
	sets_clear(&all);
	sets_all(&l, 0, &all);
	is_int(all.n, 1, "of no layers there is one set");
	sets_free(&all);
}

static void test_random(void)
{
	struct sets a = {0}, b = {0}, c = {0};
	struct lattice l;
	bool stand = true, same = true, other = false;
	int least = 32, most = 0;

	make_seventeen(&l);
	sets_random(&l, SET_BIT(17) - 1, 200, 1, &a);
	sets_random(&l, SET_BIT(17) - 1, 200, 1, &b);
	sets_random(&l, SET_BIT(17) - 1, 200, 2, &c);
	for (size_t i = 0; i < 200; i++) {
		int n = __builtin_popcount(a.v[i]);

		stand = stand && lattice_stands(&l, a.v[i]);
		same = same && a.v[i] == b.v[i];
		other = other || a.v[i] != c.v[i];
		least = n < least ? n : least;
		most = n > most ? n : most;
	}
	is_int(a.n, 200, "as many samples as asked for");
	ok(stand, "samples stand");
	ok(same, "the same seed gives the same samples");
	ok(other, "another seed gives others");
	ok(least <= 2 && most >= 14, "thin and dense ones are among them (%d to %d layers)", least,
	   most);
	sets_free(&a);
	sets_free(&b);
	sets_free(&c);
}

/* By its definition: the smallest sets above bottom that lie within no wall. */
static void cross_plainly(const struct lattice *l, uint32_t bottom, uint32_t top,
			  const struct sets *walls, struct sets *out)
{
	sets_clear(out);
	for (uint32_t set = 0; set <= top; set++) {
		bool within = false;

		if (!lattice_stands(l, set) || !set_within(bottom, set))
			continue;
		for (size_t i = 0; i < walls->n; i++)
			within = within || set_within(set, walls->v[i]);
		if (!within)
			sets_add(out, set);
	}
	sets_keep_minimal(out);
}

static void test_cross(void)
{
	uint64_t state = 12345;
	int wrong = 0;

	for (int round = 0; round < 500; round++) {
		int needs[8];
		struct sets walls = {0}, got = {0}, want = {0};
		struct host h;
		uint32_t bottom;

		for (int i = 0; i < 8; i++)
			needs[i] = i > 0 && host_random(&state) % 3 == 0
					   ? (int)(host_random(&state) % (unsigned int)i)
					   : -1;
		host_begin(&h, 8, needs);
		bottom = lattice_close(
			&h.l, (uint32_t)(host_random(&state) & host_random(&state) & 0x11));
		for (uint64_t i = host_random(&state) % 6; i > 0; i--) {
			uint32_t wall = (uint32_t)host_random(&state) & 0xff;

			sets_add(&walls, lattice_close(&h.l, wall | bottom));
		}
		sets_cross(&h.l, bottom, 0xff, walls.v, walls.n, &got);
		cross_plainly(&h.l, bottom, 0xff, &walls, &want);
		sets_sort(&got);
		wrong += got.n != want.n ||
			 (got.n && memcmp(got.v, want.v, got.n * sizeof(*got.v)) != 0);
		sets_free(&walls);
		sets_free(&got);
		sets_free(&want);
		host_end(&h);
	}
	is_int(wrong, 0, "minimal crossings of 500 random sets of walls are those by definition");
}

static void test_lists(void)
{
	struct sets s = {0};

	for (uint32_t i = 0; i < 100; i++)
		sets_add(&s, i);
	sets_keep_minimal(&s);
	ok(s.n == 1 && s.v[0] == 0, "the empty set is below all others");
	sets_clear(&s);
	sets_add(&s, 3);
	sets_add(&s, 1);
	sets_add(&s, 3);
	sets_add(&s, 6);
	sets_keep_maximal(&s);
	ok(s.n == 2 && s.v[0] == 3 && s.v[1] == 6, "the largest, each once");
	sets_clear(&s);
	sets_keep_maximal(&s);
	is_int(s.n, 0, "of none there is none");
	sets_free(&s);
}

static void test_points(void)
{
	struct points p;
	bool found = true;

	points_make(&p, 2);
	ok(points_find(&p, 5) == NULL, "nothing is known at first");
	for (uint32_t i = 0; i < 5000; i++)
		points_take(&p, i * 7)[1] = (struct answer){RESULT_BLOCKED, (int)i};
	for (uint32_t i = 0; i < 5000; i++)
		found = found && points_find(&p, i * 7) && points_find(&p, i * 7)[1].num == (int)i;
	ok(found, "five thousand points are found again");
	is_int(p.n, 5000, "each once");
	ok(points_find(&p, 1) == NULL, "others are not");
	is_int(points_take(&p, 1)[0].result, RESULT_UNKNOWN, "a new one is unknown");
	points_free(&p);
}

int main(void)
{
	test_needs();
	test_circle();
	test_all();
	test_random();
	test_cross();
	test_lists();
	test_points();
	return tap_done();
}

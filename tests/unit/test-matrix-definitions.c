/* SPDX-License-Identifier: Apache-2.0 */
/* Blame on random made-up hosts, against its definitions counted out over all sets. */
#include "test-matrix-host.h"

static bool sets_has(const struct sets *s, uint32_t set)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i] == set)
			return true;
	return false;
}

static bool reached(const struct host *h, uint32_t set)
{
	return h->table[set].result == RESULT_REACHED;
}

/* No set between this one and the profile reaches it. */
static bool blocks(const struct host *h, uint32_t set, uint32_t profile)
{
	for (uint32_t s = 0; s <= profile; s++)
		if (set_within(set, s) && set_within(s, profile) && lattice_stands(&h->l, s) &&
		    reached(h, s))
			return false;
	return true;
}

static void blockers_plainly(const struct host *h, uint32_t profile, struct sets *out)
{
	sets_clear(out);
	for (uint32_t s = 0; s <= profile; s++)
		if (set_within(s, profile) && lattice_stands(&h->l, s) && blocks(h, s, profile))
			sets_add(out, s);
	sets_keep_minimal(out);
	for (size_t i = 0; i < out->n; i++)
		out->v[i] = lattice_tops(&h->l, out->v[i]);
}

static int depth_plainly(const struct host *h, uint32_t profile)
{
	int best = -1;

	for (uint32_t gone = 0; gone <= profile; gone++) {
		int n = __builtin_popcount(gone);

		if (set_within(gone, profile) && (best < 0 || n < best) &&
		    reached(h, lattice_drop(&h->l, profile, gone)))
			best = n;
	}
	return best;
}

static uint32_t openers_plainly(const struct host *h, uint32_t profile)
{
	uint32_t openers = 0;

	for (uint32_t s = 0; s <= profile; s++)
		for (size_t i = 0; i < h->l.n; i++)
			if (set_within(s | SET_BIT(i), profile) && lattice_stands(&h->l, s) &&
			    lattice_stands(&h->l, s | SET_BIT(i)) && !reached(h, s) &&
			    reached(h, s | SET_BIT(i)))
				openers |= SET_BIT(i);
	return openers;
}

static bool same_sets(const struct sets *a, const struct sets *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!sets_has(b, a->v[i]))
			return false;
	return a->n == b->n;
}

/* style 0: layers only close; 1: some open as well; 2: no rule at all. */
static void make_random(struct host *h, int style, uint64_t *state)
{
	int random_needs[7];
	uint32_t walls[3], openers;

	for (size_t i = 0; i < 7; i++)
		random_needs[i] =
			i > 0 && host_random(state) % 2 ? (int)(host_random(state) % i) : -1;
	host_begin(h, 7, random_needs);
	for (size_t i = 0; i < 3; i++)
		walls[i] = lattice_close(
			&h->l, SET_BIT(host_random(state) % 7) |
				       (uint32_t)(host_random(state) & host_random(state) & 0x7f));
	openers = style == 1 ? lattice_close(&h->l, SET_BIT(host_random(state) % 7)) : 0;
	for (uint32_t set = 0; set <= host_top(h); set++) {
		bool open = style == 2 ? host_random(state) % 2 : set_within(openers, set);

		for (size_t i = 0; i < 3 && style < 2; i++)
			open = open && !set_within(walls[i], set);
		h->table[set] = (struct answer){open ? RESULT_REACHED : RESULT_BLOCKED,
						open ? 0 : 1 + (int)(host_random(state) % 3)};
	}
	host_wish_all(h);
}

/* set, and whoever cannot stand without the whole of it */
static uint32_t closed_with(const struct lattice *l, uint32_t set)
{
	uint32_t with = set;

	for (size_t i = 0; i < l->n; i++)
		if (set_within(set, lattice_close(l, SET_BIT(i))))
			with |= SET_BIT(i);
	return with;
}

static void test_random(int style, const char *what)
{
	int blockers = 0, depths = 0, openers = 0, answers = 0, firsts = 0;
	uint64_t state = 77 + (uint64_t)style;

	for (int round = 0; round < 300; round++) {
		struct model model = {0};
		struct blame b = {0};
		struct sets want = {0};
		struct host h;
		uint32_t profile;

		make_random(&h, style, &state);
		profile = lattice_close(&h.l, (uint32_t)host_random(&state) & 0x7f);
		if (round % 2)
			profile = host_top(&h);
		(void)host_blame(&h, &model, profile, &b);
		blockers_plainly(&h, profile, &want);
		blockers += !b.host && !reached(&h, profile) && !same_sets(&b.blocker, &want);
		depths += b.depth != depth_plainly(&h, profile);
		openers += b.opened_by != openers_plainly(&h, profile);
		answers += b.outcome.result != h.table[profile].result;
		/*
		 * Whoever is named first is in some minimal blocking set, needs included, or
		 * stands only where one is on.
		 */
		for (size_t i = 0; i < b.first.n && !b.host; i++) {
			uint32_t within = 0;

			for (size_t k = 0; k < b.blocker.n; k++)
				within |= closed_with(&h.l, lattice_close(&h.l, b.blocker.v[k]));
			firsts += !set_within(b.first.v[i], within);
		}
		firsts += b.outcome.result == RESULT_REACHED && b.first.n > 0;
		sets_free(&want);
		sets_free(&model.maximal);
		host_end(&h);
		blame_free(&b);
	}
	is_int(answers, 0, "%s: outcome", what);
	is_int(blockers, 0, "%s: minimal blocking sets are those by definition", what);
	is_int(depths, 0, "%s: depth likewise", what);
	is_int(openers, 0, "%s: layers that open likewise", what);
	is_int(firsts, 0, "%s: who is first takes part in blocking", what);
}

int main(void)
{
	test_random(0, "300 hosts that only close");
	test_random(1, "300 hosts with layers that open");
	test_random(2, "300 hosts without any rule");
	return tap_done();
}

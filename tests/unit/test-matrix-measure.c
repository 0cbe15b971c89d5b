/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole measuring on a made-up host with pinfold's seventeen layers and 150 operations of many
 * shapes: the search says what the enumeration of all sets says, row by row; two searches with
 * other samples say the same; and it costs few runs.
 */
#include "matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

enum { LAYERS = 17, OPS = 150, SHAPES = 4, WORLDS = 5 };

/* An operation is reached where all of opens are there, and none of closed lies within the set. */
struct shape {
	uint32_t opens;
	uint32_t closed[SHAPES];
	int num[SHAPES];
	size_t n;
};

struct world {
	struct layers layers;
	struct op ops_v[OPS];
	struct ops ops;
	struct shape shapes[OPS];
	struct report report;
	struct subject subjects[1];
	struct column columns[4];
	size_t runs, asked, rounds;
	bool alike;	 /* every operation that was asked belongs to its room */
	size_t break_op; /* that one cannot be measured where the set holds break_set; OPS: none */
	uint32_t break_set;
};

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct answer answer_of(const struct world *w, uint32_t set, size_t op)
{
	const struct shape *s = &w->shapes[op];

	if (op == w->break_op && set_within(w->break_set, set))
		return (struct answer){RESULT_BROKEN, 0};
	for (size_t i = 0; i < s->n; i++)
		if (set_within(s->closed[i], set))
			return (struct answer){RESULT_BLOCKED, s->num[i]};
	if (!set_within(s->opens, set))
		return (struct answer){RESULT_BLOCKED, EACCES};
	return (struct answer){RESULT_REACHED, 0};
}

static int answer_wishes(void *ctx, const struct wish *wishes, size_t n, struct err *e)
{
	struct world *w = ctx;

	w->rounds++;
	for (size_t i = 0; i < n; i++) {
		struct answer *a = points_take(&w->subjects[0].points, wishes[i].set);

		if (!lattice_stands(&w->layers.lattice, wishes[i].set) || wishes[i].subject != 0)
			return fail(e, 0, "a set that cannot stand was asked for");
		w->runs++;
		for (size_t op = 0; op < OPS; op++) {
			if (!op_set_has(&wishes[i].ops, op))
				continue;
			w->asked++;
			w->alike = w->alike && w->ops_v[op].room == wishes[i].room;
			a[op] = answer_of(w, wishes[i].set, op);
		}
	}
	return 0;
}

/* pinfold's own layers, with their needs. */
static const struct {
	const char *name;
	int need;
} rows[LAYERS] = {{"nnp", -1},	   {"net", 2},	  {"user", -1},	   {"pid", 2},	    {"mount", 2},
		  {"readonly", 4}, {"ipc", 2},	  {"uts", 2},	   {"cgroup", 2},   {"session", -1},
		  {"fds", -1},	   {"env", -1},	  {"keyring", -1}, {"rlimits", -1}, {"caps", 2},
		  {"landlock", 0}, {"seccomp", 0}};

/*
 * Shapes as they are met: most operations are stopped by one to four layers or pairs of them; a
 * third is opened by a layer or two.
 */
static void make_shape(struct world *w, struct shape *s, uint64_t *state)
{
	const struct lattice *l = &w->layers.lattice;

	s->n = (size_t)(next(state) % (SHAPES + 1));
	for (size_t i = 0; i < s->n; i++) {
		s->closed[i] = SET_BIT(next(state) % LAYERS);
		if (next(state) % 3 == 0)
			s->closed[i] |= SET_BIT(next(state) % LAYERS);
		s->closed[i] = lattice_close(l, s->closed[i]);
		s->num[i] = 1 + (int)(next(state) % 3);
	}
	s->opens = 0;
	if (next(state) % 3 == 0)
		s->opens = lattice_close(l, SET_BIT(next(state) % LAYERS));
	if (next(state) % 9 == 0)
		s->opens |= lattice_close(l, SET_BIT(next(state) % LAYERS));
}

static struct world *make_world(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	uint64_t state = seed;
	struct err e = {0};

	w->layers.lattice.n = LAYERS;
	for (size_t i = 0; i < LAYERS; i++) {
		w->layers.v[i].name = rows[i].name;
		if (rows[i].need >= 0)
			w->layers.lattice.below[i] = SET_BIT(rows[i].need);
	}
	if (lattice_make(&w->layers.lattice, &e))
		abort();
	for (size_t i = 0; i < OPS; i++) {
		w->ops_v[i] = (struct op){.id = "x", .title = "x", .family = "x"};
		w->ops_v[i].room = i % 50 == 0 ? ROOM_KEEPER : ROOM_HOST;
		make_shape(w, &w->shapes[i], &state);
	}
	w->ops = (struct ops){w->ops_v, OPS};
	w->subjects[0] = (struct subject){.layers = &w->layers, .top = SET_BIT(LAYERS) - 1};
	w->columns[0] = (struct column){w->subjects, {"none", 0, 0, false}, NULL};
	w->columns[1] = (struct column){w->subjects, {"ns_only", 0, 0x1de, false}, NULL};
	w->columns[2] = (struct column){w->subjects, {"landlock", 0, 0x81df, false}, NULL};
	w->columns[3] = (struct column){w->subjects, {"full", 0, SET_BIT(LAYERS) - 1, false}, NULL};
	w->report = (struct report){.ops = &w->ops,
				    .subjects = w->subjects,
				    .subjects_n = 1,
				    .columns = w->columns,
				    .columns_n = 4};
	w->alike = true;
	w->break_op = OPS;
	return w;
}

static int measure(struct world *w, bool exhaustive, uint32_t seed)
{
	const struct request request = {.exhaustive = exhaustive, .seed = seed};
	const struct source source = {answer_wishes, w};
	struct err e = {0};

	if (measure_all(&request, &source, &w->report, &e) == 0)
		return 0;
	printf("# %s\n", e.what);
	return -1;
}

static bool same_sets(const struct sets *a, const struct sets *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->v, b->v, a->n * sizeof(*a->v)) == 0);
}

static bool same_blame(const struct blame *a, const struct blame *b)
{
	return a->control.result == b->control.result && a->outcome.result == b->outcome.result &&
	       a->outcome.num == b->outcome.num && a->broken == b->broken && a->host == b->host &&
	       a->depth == b->depth && a->opened_by == b->opened_by && a->single == b->single &&
	       same_sets(&a->first, &b->first) && same_sets(&a->blocker, &b->blocker);
}

static int count_unlike(const struct world *a, const struct world *b)
{
	int n = 0;

	for (size_t i = 0; i < a->report.columns_n; i++)
		for (size_t op = 0; op < OPS; op++)
			n += !same_blame(&a->columns[i].blames[op], &b->columns[i].blames[op]);
	return n;
}

static void test_agree(void)
{
	int wrong = 0, unlike = 0, failed = 0;
	size_t runs = 0, asked = 0, rounds = 0;
	bool alike = true;

	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct world *found = make_world(seed), *again = make_world(seed);
		struct world *all = make_world(seed);

		failed += measure(found, false, 1) || measure(again, false, 2) ||
			  measure(all, true, 1);
		wrong += count_unlike(found, all);
		unlike += count_unlike(found, again);
		runs += found->runs;
		asked += found->asked;
		rounds += found->rounds;
		alike = alike && found->alike;
		free(found);
		free(again);
		free(all);
	}
	is_int(failed, 0, "%d hosts with %d operations and %d layers are measured", WORLDS, OPS,
	       LAYERS);
	is_int(wrong, 0, "the search says in every row what the enumeration of all sets says");
	is_int(unlike, 0, "with other samples it says the same");
	ok(alike, "no operation is tried in another room than its own");
	ok(runs < WORLDS * 2000, "a host takes %zu runs, in %zu rounds", runs / WORLDS,
	   rounds / WORLDS);
	ok(asked < WORLDS * OPS * 500, "an operation is tried %zu times", asked / WORLDS / OPS);
}

/* One point that cannot be measured spoils that row only, and only where it is needed. */
static void test_broken(void)
{
	struct world *whole = make_world(5), *w = make_world(5);
	int unlike;

	w->break_op = 3;
	w->break_set = SET_BIT(LAYERS) - 1;
	is_int(measure(whole, false, 1) || measure(w, false, 1), 0, "a host with a broken point");
	ok(w->columns[3].blames[3].broken, "the row is said not to be measured");
	is_int(w->columns[3].blames[3].outcome.result, RESULT_BROKEN, "its outcome is BROKEN");
	unlike = count_unlike(w, whole);
	is_int(unlike, 1, "all other rows of all profiles stand");
	free(whole);
	free(w);
}

int main(void)
{
	test_agree();
	test_broken();
	return tap_done();
}

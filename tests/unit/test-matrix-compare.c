/* SPDX-License-Identifier: Apache-2.0 */
/* Two reports compared: what changed, whether it is worse, and which layer explains it. */
#include "test-matrix-report.h"

static const struct change *only(const struct comparison *c, const char *column)
{
	const struct change *found = NULL;

	for (size_t i = 0; i < c->n; i++)
		if (str_equal(c->v[i].new_column->profile.name, column))
			found = &c->v[i];
	return found;
}

static void test_same(void)
{
	struct comparison c;

	compare_reports(&made_new()->report, &made_new()->report, &c);
	is_int(c.n, 0, "a report differs in nothing from itself");
	is_int(c.facts.n + c.gone.n + c.come.n, 0, "neither in its host nor its columns");
}

static void test_opened(void)
{
	struct made *a = made_new(), *b = made_new();
	struct comparison c;

	b->blames[1][0] = made_blame(RESULT_REACHED, 0, 0);
	compare_reports(&a->report, &b->report, &c);
	is_int(c.n, 1, "one operation is reached now");
	is_int(c.v[0].kind, CHANGE_OPENED, "it was opened");
	ok(compare_is_worse(&c.v[0]), "which is worse");
	is_str(c.v[0].why, "no longer closed by mount, landlock",
	       "two layers do not close it any more");
	compare_reports(&b->report, &a->report, &c);
	is_int(c.v[0].kind, CHANGE_CLOSED, "the other way round it was closed");
	ok(!compare_is_worse(&c.v[0]), "which is not worse");
	is_str(c.v[0].why, "now closed by mount, landlock", "by the two");
}

/* A host without Landlock: the depth is lost, and the cause is named. */
static void test_thinner(void)
{
	struct made *a = made_new(), *b = made_new();
	struct comparison c;

	b->columns[1].profile.set = NNP | MOUNT;
	made_closed(&b->blames[1][0], EPERM, MOUNT, 0);
	compare_reports(&a->report, &b->report, &c);
	is_int(c.n, 1, "one operation hangs on less");
	is_int(c.v[0].kind, CHANGE_THINNER, "fewer layers must fail");
	ok(compare_is_worse(&c.v[0]), "which is worse");
	is_str(c.v[0].why, "gone: landlock (not offered by this host)", "as Landlock is missing");
	compare_reports(&b->report, &a->report, &c);
	is_int(c.v[0].kind, CHANGE_THICKER, "the other way round it is more");
}

static void test_other(void)
{
	struct made *a = made_new(), *b = made_new();
	struct comparison c;

	b->blames[2][1].outcome.num = EACCES;
	b->blames[0][2].control = (struct answer){RESULT_BLOCKED, EACCES};
	b->blames[0][2].outcome = b->blames[0][2].control;
	b->blames[0][2].depth = -1;
	b->blames[0][2].host = true;
	b->report.facts.kernel = "6.1";
	b->report.facts.landlock_abi = 2;
	compare_reports(&a->report, &b->report, &c);
	is_int(c.n, 2, "another errno, and a host that refuses now");
	is_int(only(&c, "default")->kind, CHANGE_OTHER, "the errno is neither worse nor better");
	is_int(only(&c, "none")->kind, CHANGE_CLOSED, "the host closes");
	is_str(only(&c, "none")->why, "without any sandbox it was REACHED and is BLOCKED",
	       "and is named for it");
	is_int(c.facts.n, 2, "two facts differ");
	is_str(c.facts.v[0], "kernel: 6.18 -> 6.1", "the kernel");
	is_str(c.facts.v[1], "Landlock ABI: 7 -> 2", "and Landlock's");
}

/* Layers are matched by name, not by place. */
static void test_order(void)
{
	struct made *a = made_new(), *b = made_new();
	struct layer_row row = b->layers.v[1];
	struct comparison c;

	b->layers.v[1] = b->layers.v[2];
	b->layers.v[2] = row;
	b->blames[1][0].first.v[0] = LANDLOCK;
	b->blames[1][0].blocker.v[0] = MOUNT;
	b->blames[1][0].blocker.v[1] = LANDLOCK;
	for (size_t i = 1; i < OPS; i++) {
		a->blames[1][i] = b->blames[1][i] = made_blame(RESULT_REACHED, 0, 0);
		a->blames[2][i] = b->blames[2][i] = a->blames[1][i];
	}
	a->blames[2][0] = b->blames[2][0] = a->blames[1][1];
	compare_reports(&a->report, &b->report, &c);
	is_int(c.n, 0, "other places for the same names are no difference");
}

static void test_sides(void)
{
	struct made *a = made_new(), *b = made_new();
	struct comparison c;

	b->ops_v[1].id = "net.other";
	b->columns[3].profile.name = "crate";
	compare_reports(&a->report, &b->report, &c);
	is_int(c.gone.n, 1, "a column is gone");
	is_str(c.gone.v[0], "other box", "by its name");
	is_str(c.come.v[0], "other crate", "another has come");
	is_int(c.n, 6, "in each of the other three an operation is gone and one is new");
	is_int(c.v[0].kind, CHANGE_NEW, "new");
	is_int(c.v[1].kind, CHANGE_GONE, "gone");
	ok(!compare_is_worse(&c.v[0]) && !compare_is_worse(&c.v[1]), "neither is worse");
}

int main(void)
{
	test_same();
	test_opened();
	test_thinner();
	test_other();
	test_order();
	test_sides();
	return tap_done();
}

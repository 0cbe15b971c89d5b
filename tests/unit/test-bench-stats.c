/* SPDX-License-Identifier: Apache-2.0 */
/* Medians, quartiles, bounds, ratios of rounds and the order, against known numbers. */
#include "bench.h"

#include <math.h>

#include "pool.h"
#include "tap.h"

static int near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void test_quantiles(void)
{
	static const double one[] = {7}, two[] = {1, 2}, five[] = {1, 2, 3, 4, 10};

	ok(near(stats_quantile(one, 1, 0.5), 7), "the median of one value is it");
	ok(near(stats_quantile(one, 1, 0.25), 7), "and so is its quartile");
	ok(near(stats_quantile(two, 2, 0.5), 1.5), "the median of two lies between them");
	ok(near(stats_quantile(two, 2, 0.25), 1.25), "a quartile of two, too");
	ok(near(stats_quantile(five, 5, 0.5), 3), "the median of five is the third");
	ok(near(stats_quantile(five, 5, 0.25), 2), "first quartile of five");
	ok(near(stats_quantile(five, 5, 0.75), 4), "third quartile of five");
	ok(near(stats_quantile(five, 5, 1), 10), "the last");
	ok(near(stats_quantile(five, 5, 0), 1), "the first");
}

/* Ranks from the binomial distribution: P(X < rank) <= 0.005 < P(X <= rank), X of n coins. */
static void test_ranks(void)
{
	is_int(stats_rank(0), 0, "no bounds for no value");
	is_int(stats_rank(7), 0, "seven values: even the extremes are not sure enough (2 in 256)");
	is_int(stats_rank(8), 1, "eight: the extremes (2 in 256 are 0.8 %%)");
	is_int(stats_rank(10), 1, "ten: 11 in 1024 would be too many for the second");
	is_int(stats_rank(20), 4, "twenty");
	is_int(stats_rank(100), 37, "a hundred");
	ok(stats_rank(ROUNDS_MAX) > 4850 && stats_rank(ROUNDS_MAX) < 4900,
	   "ten thousand: the sum survives 2^-10000");
}

static void test_spread(void)
{
	double v[] = {5, 1, 4, 2, 3, 9, 8, 7, 6, 10};
	struct spread s;

	stats_make_spread(v, 10, &s);
	ok(near(s.median, 5.5) && near(s.q1, 3.25) && near(s.q3, 7.75), "ten values in any order");
	ok(s.bounded && near(s.low, 1) && near(s.high, 10), "bounds are the first and the last");
	ok(near(v[0], 5) && near(v[9], 10), "the samples keep their order");
	stats_make_spread(v, 4, &s);
	ok(!s.bounded && isinf(s.low) && isinf(s.high), "four values give no bounds");
	ok(stats_is_noise(&s), "and without bounds everything is noise");
	stats_make_spread(v, 0, &s);
	ok(!s.bounded && near(s.median, 0), "no values: no figure");
}

/* A drift that doubles both of a round leaves the ratio of rounds alone. */
static void test_figures(void)
{
	static const double base[] = {1, 2, 4, 8, 16}, v[] = {3, 6, 12, 24, 48};
	static const double outlier[] = {3, 6, 12, 24, 4800};
	struct figures f;

	stats_make_figures(v, base, 5, &f);
	ok(near(f.ratio.median, 3) && near(f.ratio.q1, 3) && near(f.ratio.q3, 3),
	   "the ratio is taken round by round");
	ok(near(f.value.median, 12) && near(f.delta.median, 8), "value and difference");
	stats_make_figures(outlier, base, 5, &f);
	ok(near(f.ratio.median, 3), "one wild round does not move a median");
}

static void test_noise(void)
{
	static const double base[10] = {0};
	double v[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	struct figures f;

	stats_make_figures(v, base, 10, &f);
	ok(!stats_is_noise(&f.delta), "always one more: no noise");
	v[3] = -1;
	stats_make_figures(v, base, 10, &f);
	ok(stats_is_noise(&f.delta), "bounds on both sides of zero: noise");
	for (size_t i = 0; i < 10; i++)
		v[i] = -1;
	stats_make_figures(v, base, 10, &f);
	ok(!stats_is_noise(&f.delta), "always one less: no noise either");
}

static void test_shuffle(void)
{
	size_t order[3], same[3], seen[6] = {0}, all = 0;
	uint64_t state = 1, again = 1;
	int good = 1, equal = 1;

	for (int i = 0; i < 600; i++) {
		stats_shuffle(order, 3, &state);
		stats_shuffle(same, 3, &again);
		equal &= memcmp(order, same, sizeof(order)) == 0;
		good &= order[0] + order[1] + order[2] == 3 && order[0] != order[1] &&
			order[1] != order[2];
		seen[order[0] * 2 + (order[1] > order[2])]++;
	}
	ok(good, "every order holds each case once");
	ok(equal, "the same seed gives the same orders");
	for (size_t i = 0; i < 6; i++)
		all += seen[i] > 60 && seen[i] < 140;
	is_int(all, 6, "all six orders of three come about equally often");
}

int main(void)
{
	test_quantiles();
	test_ranks();
	test_spread();
	test_figures();
	test_noise();
	test_shuffle();
	return tap_done();
}

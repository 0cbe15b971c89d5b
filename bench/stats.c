/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats: samples -> medians, quartiles, bounds. Pure: no clock, no file, no kernel.
 *
 * Times of processes have a long tail to one side, so nothing here is a mean, and nothing assumes
 * a normal distribution. What two cases differ by is taken round by round and then condensed:
 * what slows a machine for a while slows both of a round.
 */
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t below = (size_t)at;

	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

/*
 * The median of what the values are drawn from has as many of n values below it as a fair coin
 * falls heads up in n throws. So the bounds are the values behind which the coin gets with one in
 * 200 at each side; no shape of the distribution is assumed. (The sum is exact enough in a long
 * double, whose exponent reaches 2^-ROUNDS_MAX on the architectures that we run on.)
 */
size_t stats_rank(size_t n)
{
	long double chance = ldexpl(1.0L, -(int)n), sum = chance;
	size_t rank = 0;

	while (sum <= 0.005L && rank < n) {
		rank++;
		chance = chance * (long double)(n - rank + 1) / (long double)rank;
		sum += chance;
	}
	return rank;
}

void stats_make_spread(const double *v, size_t n, struct spread *spread)
{
	double *sorted = calloc(n ? n : 1, sizeof(*sorted));
	size_t rank = stats_rank(n);

	memset(spread, 0, sizeof(*spread));
	if (!sorted || n == 0) {
		free(sorted);
		return;
	}
	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), compare);
	spread->q1 = stats_quantile(sorted, n, 0.25);
	spread->median = stats_quantile(sorted, n, 0.5);
	spread->q3 = stats_quantile(sorted, n, 0.75);
	spread->bounded = rank > 0;
	spread->low = rank > 0 ? sorted[rank - 1] : -INFINITY;
	spread->high = rank > 0 ? sorted[n - rank] : INFINITY;
	free(sorted);
}

void stats_make_figures(const double *v, const double *base, size_t n, struct figures *figures)
{
	double *delta = pool_alloc((n + 1) * sizeof(*delta));
	double *ratio = pool_alloc((n + 1) * sizeof(*ratio));

	for (size_t i = 0; i < n; i++) {
		delta[i] = v[i] - base[i];
		ratio[i] = v[i] / base[i];
	}
	stats_make_spread(v, n, &figures->value);
	stats_make_spread(delta, n, &figures->delta);
	stats_make_spread(ratio, n, &figures->ratio);
}

bool stats_is_noise(const struct spread *difference)
{
	return !difference->bounded || (difference->low <= 0 && difference->high >= 0);
}

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void stats_shuffle(size_t *order, size_t n, uint64_t *state)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)(next_random(state) % i), was = order[i - 1];

		order[i - 1] = order[j];
		order[j] = was;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* compare: two cases of the same rounds -> what one costs beside the other. Pure. */
#include "bench.h"

#include <string.h>

static bool compare(size_t rounds, const double *v, const double *base, struct figures *figures)
{
	memset(figures, 0, sizeof(*figures));
	if (v)
		stats_make_figures(v, base ? base : v, rounds, figures);
	return v && base;
}

static bool measured(const struct bench_case *c)
{
	return c && !c->reason;
}

bool compare_sample(const struct cases *cases, const struct bench_case *c,
		    const struct bench_case *base, struct figures *figures)
{
	return compare(cases->rounds, measured(c) ? c->sample : NULL,
		       measured(base) ? base->sample : NULL, figures);
}

bool compare_checked(const struct cases *cases, const struct bench_case *c,
		     const struct bench_case *base, struct figures *figures)
{
	return compare(cases->rounds, measured(c) ? c->checked : NULL,
		       measured(base) ? base->checked : NULL, figures);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-json: everything that was measured, with every sample, so that whoever doubts a median
 * can make another figure of the same rounds. tests/live/bench.sh checks the figures.
 */
#include "bench.h"

#include "out.h"

static const char *const kinds[] = {
	[CASE_BARE] = "bare",	[CASE_FILTER] = "filter",   [CASE_PROFILE] = "profile",
	[CASE_AGAIN] = "again", [CASE_WITHOUT] = "without", [CASE_PEER] = "peer",
};

static void render_spread(struct out *out, const char *key, const struct spread *s, int decimals)
{
	out_object(out, key);
	out_double(out, "median", s->median, decimals);
	out_double(out, "q1", s->q1, decimals);
	out_double(out, "q3", s->q3, decimals);
	if (s->bounded) {
		out_double(out, "low", s->low, decimals);
		out_double(out, "high", s->high, decimals);
	} else {
		out_str(out, "low", NULL);
		out_str(out, "high", NULL);
	}
	out_object_end(out);
}

static void render_samples(struct out *out, const char *key, const double *v, size_t n,
			   int decimals)
{
	out_array(out, key);
	for (size_t i = 0; i < n; i++)
		out_double(out, NULL, v[i], decimals);
	out_array_end(out);
}

static void render_case(struct out *out, const struct bench_case *c)
{
	struct str_list argv = {(const char **)c->argv, 0};

	while (argv.v[argv.n])
		argv.n++;
	out_str(out, "name", c->name);
	out_str(out, "kind", kinds[c->kind]);
	out_list(out, "command", &argv);
	if (c->kind == CASE_WITHOUT)
		out_list(out, "with", &c->with);
	if (c->kind == CASE_PEER) {
		out_str(out, "version", c->version && *c->version ? c->version : NULL);
		out_str(out, "what", c->what);
	}
	out_bool(out, "measured", !c->reason);
	out_str(out, "reason", c->reason);
}

/* What is compared with what: for a layer, full against full without it, so that a cost is > 0. */
static void render_start(struct out *out, const struct cases *cases, const struct bench_case *c)
{
	const struct bench_case *none = cases_find(cases, CASE_PROFILE, PROFILE_NONE);
	const struct bench_case *bare = cases_find(cases, CASE_BARE, NULL);
	const struct bench_case *full = cases_find(cases, CASE_PROFILE, PROFILE_FULL);
	struct figures f;

	(void)compare_sample(cases, c, NULL, &f);
	render_spread(out, "start_ms", &f.value, 4);
	if (compare_sample(cases, c, none, &f)) {
		render_spread(out, "over_none_ms", &f.delta, 4);
		render_spread(out, "ratio_to_none", &f.ratio, 4);
	}
	if (compare_sample(cases, c, bare, &f))
		render_spread(out, "ratio_to_bare", &f.ratio, 4);
	if ((c->kind == CASE_WITHOUT || c->kind == CASE_AGAIN) &&
	    compare_sample(cases, full, c, &f)) {
		render_spread(out, "cost_ms", &f.delta, 4);
		out_bool(out, "noise", stats_is_noise(&f.delta));
	}
	if (c->kind == CASE_PEER && compare_sample(cases, full, c, &f))
		render_spread(out, "full_to_peer", &f.ratio, 4);
	render_samples(out, "samples_ms", c->sample, cases->rounds, 6);
}

static void render_call(struct out *out, const struct cases *cases, const struct bench_case *c,
			bool (*compare)(const struct cases *, const struct bench_case *,
					const struct bench_case *, struct figures *))
{
	const struct bench_case *none = cases_find(cases, CASE_PROFILE, PROFILE_NONE);
	const struct bench_case *filter = cases_find(cases, CASE_FILTER, NULL);
	struct figures f;

	(void)compare(cases, c, NULL, &f);
	render_spread(out, "ns", &f.value, 3);
	if (compare(cases, c, none, &f))
		render_spread(out, "over_none_ns", &f.delta, 3);
	if (compare(cases, c, filter, &f))
		render_spread(out, "ratio_to_filter", &f.ratio, 4);
}

static void render_calls(struct out *out, const struct cases *cases, const struct bench_case *c)
{
	out_object(out, "getpid");
	render_call(out, cases, c, compare_sample);
	render_samples(out, "samples_ns", c->sample, cases->rounds, 3);
	out_object_end(out);
	out_object(out, "ioctl");
	render_call(out, cases, c, compare_checked);
	render_samples(out, "samples_ns", c->checked, cases->rounds, 3);
	out_object_end(out);
}

static void render_cases(struct out *out, const char *key, const struct cases *cases,
			 void (*figures)(struct out *, const struct cases *,
					 const struct bench_case *))
{
	out_array(out, key);
	for (size_t i = 0; i < cases->n; i++) {
		out_object(out, NULL);
		render_case(out, &cases->v[i]);
		if (!cases->v[i].reason)
			figures(out, cases, &cases->v[i]);
		out_object_end(out);
	}
	out_array_end(out);
}

int render_json(const struct results *results, FILE *file)
{
	struct out out;

	out_begin(&out, file, OUT_JSON);
	render_facts(results, &out);
	render_cases(&out, "start", &results->start, render_start);
	render_cases(&out, "calls", &results->calls, render_calls);
	return out_end(&out);
}

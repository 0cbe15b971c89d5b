/* SPDX-License-Identifier: Apache-2.0 */
/* The tables and the JSON of samples that are known: what each cell is worked out from. */
#include "bench.h"

#include <stdlib.h>

#include "pool.h"
#include "tap.h"

enum { N = 10 };

static const char *const command[] = {"/bin/true", NULL};

/* Samples that drift: round i is i + 1 times as slow as the first, for every case alike. */
static struct bench_case *add(struct cases *cases, enum case_kind kind, const char *name, double v,
			      double checked)
{
	struct bench_case *c = &cases->v[cases->n++];

	*c = (struct bench_case){.kind = kind, .name = name, .argv = command};
	c->sample = pool_alloc(N * sizeof(double));
	c->checked = pool_alloc(N * sizeof(double));
	for (size_t i = 0; i < N; i++) {
		c->sample[i] = v * (double)(i + 1);
		c->checked[i] = checked * (double)(i + 1);
	}
	return c;
}

static void fill(struct results *r)
{
	struct bench_case *c;

	r->start.rounds = r->calls.rounds = N;
	add(&r->start, CASE_BARE, "bare spawn", 1, 0);
	add(&r->start, CASE_PROFILE, "none", 2, 0);
	add(&r->start, CASE_PROFILE, "full", 4, 0);
	add(&r->start, CASE_PROFILE, "odd", 9, 0)->reason = "this host has no layer x: no";
	c = add(&r->start, CASE_AGAIN, "full", 4, 0);
	for (size_t i = 0; i < N; i++)
		c->sample[i] += i % 2 ? 0.25 : -0.25;
	c = add(&r->start, CASE_WITHOUT, "user", 3, 0);
	pool_list_add(&c->with, "net");
	c = add(&r->start, CASE_PEER, "box", 8, 0);
	c->what = "a box";
	c->version = "box 1.0";
	c = add(&r->start, CASE_PEER, "bad", 0, 0);
	c->what = "another";
	c->reason = "ended with status 1: no";
	add(&r->calls, CASE_BARE, "no sandbox", 100, 80);
	add(&r->calls, CASE_FILTER, "one-instruction filter", 110, 90);
	add(&r->calls, CASE_PROFILE, "none", 100, 80);
	add(&r->calls, CASE_PROFILE, "full", 121, 180);
}

static char *render(const struct results *r, int (*how)(const struct results *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file || how(r, file) || fclose(file))
		return pool_copy("");
	return text;
}

/* The line of text that begins with that word, blanks made one; "" where there is none. */
static const char *line_of(const char *text, const char *begins)
{
	const char *at = strstr(text, begins);
	char line[512] = "";
	size_t n = 0;

	if (!at)
		return "";
	for (at++; *at && *at != '\n' && n + 1 < sizeof(line); at++)
		if (*at != ' ' || (n && line[n - 1] != ' '))
			line[n++] = *at;
	return pool_copy(line);
}

static void test_text(struct results *r)
{
	const char *text = render(r, render_text);

	is_str(line_of(text, "\nbare spawn"),
	       "bare spawn 5.500 3.250 to 7.750 -5.500 0.50 1.00 550.0 +0.0", "the floor");
	is_str(line_of(text, "\nfull  "),
	       "full 22.000 13.000 to 31.000 +11.000 2.00 4.00 665.5 +115.5", "a profile");
	is_str(line_of(text, "\nodd"), "odd - - - - - - -", "a profile that could not run");
	ok(strstr(text, "\nodd was not measured: this host has no layer x: no\n"), "says why");
	is_str(line_of(text, "\none-instr"),
	       "one-instruction filter 605.0 357.5 to 852.5 +55.0 1.000 495.0 292.5 to 697.5 +55.0 "
	       "1.000",
	       "the floor of filters");
	is_str(line_of(text, "\n(full once"),
	       "(full once more) +0.000 -0.250 to 0.250 -0.250 to +0.250 inside the noise -",
	       "full against itself");
	is_str(line_of(text, "\nuser"),
	       "user +5.500 3.250 to 7.750 +1.000 to +10.000 25 % with net", "a layer's cost");
	is_str(line_of(text, "\nbox"),
	       "box box 1.0 44.000 26.000 to 62.000 8.00 0.500 0.500 to "
	       "0.500 a box",
	       "a peer: the ratio is that of rounds, so the drift is not in it");
	is_str(line_of(text, "\nbad "), "bad - - - - - - another", "a peer that failed is a row");
	ok(strstr(text, "\nbad was not measured: ended with status 1: no\n"), "and says why");
}

static void test_short(struct results *r)
{
	const char *text;

	r->start.rounds = r->calls.rounds = 4;
	text = render(r, render_text);
	ok(strstr(text, "too few rounds") && strstr(text, "inside the noise"),
	   "with too few rounds no difference is told from noise");
	ok(strstr(render(r, render_json), "\"low\": null"), "and JSON has no bounds");
	r->start.rounds = r->calls.rounds = N;
}

static void test_markdown(struct results *r)
{
	struct request markdown = *r->request;
	struct results other = *r;

	markdown.markdown = true;
	other.request = &markdown;
	ok(strstr(render(&other, render_text), "\n| full | 22.000 |"), "a Markdown row");
}

static void test_json(struct results *r)
{
	const char *text = render(r, render_json);

	ok(strstr(text, "\"full_to_peer\": {"), "the ratio to a peer");
	ok(strstr(text, "\"reason\": \"ended with status 1: no\""), "a failed peer's reason");
	ok(strstr(text, "\"noise\": true") && strstr(text, "\"noise\": false"), "noise is told");
}

int main(void)
{
	static const struct request request = {
		.parts = PART_START | PART_LAYERS | PART_CALLS | PART_PEERS, .command = command};
	struct results *r = pool_alloc(sizeof(*r));

	r->request = &request;
	r->facts.kernel = r->facts.machine = r->facts.cpu = "x";
	r->facts.governor = r->facts.clocksource = "-";
	fill(r);
	test_text(r);
	test_short(r);
	test_markdown(r);
	test_json(r);
	return tap_done();
}

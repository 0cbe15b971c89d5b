/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cases: which commands are measured. The list of this benchmark, and nothing else.
 *
 * Every case is a whole command line as a user could type it (`--json` prints them). Starts
 * nothing; the host's links and PATH are all that is read.
 */
#include "bench.h"

#include <errno.h>
#include <string.h>

#include "pool.h"

static struct bench_case *add(struct cases *cases, enum case_kind kind, const char *name,
			      struct str_list *argv, const char *const *command)
{
	struct bench_case *c = &cases->v[cases->n++];

	for (; *command; command++)
		pool_list_add(argv, *command);
	pool_list_add(argv, NULL);
	*c = (struct bench_case){.kind = kind, .name = name, .argv = argv->v};
	c->sample = pool_alloc(cases->rounds * sizeof(*c->sample));
	c->checked = pool_alloc(cases->rounds * sizeof(*c->checked));
	return c;
}

static void add_plain(struct cases *cases, enum case_kind kind, const char *name,
		      const char *const *command)
{
	struct str_list argv = {NULL, 0};

	(void)add(cases, kind, name, &argv, command);
}

/* without: layers left out of the profile, or NULL; show: a program shown inside, or NULL. */
static struct bench_case *add_run(struct cases *cases, enum case_kind kind, const char *name,
				  const struct home *home, const char *profile,
				  const struct str_list *without, const char *show,
				  const char *const *command)
{
	struct str_list argv = {NULL, 0};

	pool_list_add(&argv, home->launcher);
	pool_list_add(&argv, "run");
	pool_list_add(&argv, "--profile");
	pool_list_add(&argv, profile);
	for (size_t i = 0; without && i < without->n; i++) {
		pool_list_add(&argv, "--without");
		pool_list_add(&argv, without->v[i]);
	}
	if (show) {
		pool_list_add(&argv, "--ro");
		pool_list_add(&argv, show);
	}
	pool_list_add(&argv, "--");
	return add(cases, kind, name, &argv, command);
}

/*
 * The profiles to measure: none, which the others are compared with, and those that were named, or
 * those that build on each other, where the part that shows profiles is wanted.
 */
static int choose_profiles(const struct request *request, enum part part,
			   const struct layer_list *layers, struct str_list *chosen, struct err *e)
{
	struct str_list all = layers_profiles(layers);
	const char *last = PROFILE_NONE;
	size_t found = 0;

	for (size_t i = 0; i < all.n; i++) {
		bool named = request->profiles.n == 0 && layers_holds(layers, all.v[i], last);

		for (size_t j = 0; j < request->profiles.n; j++)
			if (str_equal(request->profiles.v[j], all.v[i])) {
				named = true;
				found++;
			}
		last = named ? all.v[i] : last;
		if ((named && (request->parts & (unsigned int)part)) || i == 0)
			pool_list_add(chosen, all.v[i]);
	}
	if (found >= request->profiles.n)
		return 0;
	err_where(e, "--profile");
	err_remedy(e, "`pinfold layers --tsv` lists the layers and their profiles.");
	return fail(e, 0, "the launcher has no such profile");
}

static bool has(const struct str_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_equal(list->v[i], name))
			return true;
	return false;
}

static void add_layers(const struct layer_list *layers, const struct home *home,
		       const char *const *command, struct cases *cases)
{
	struct bench_case *c =
		add_run(cases, CASE_AGAIN, PROFILE_FULL, home, PROFILE_FULL, NULL, NULL, command);

	c->reason = layers_missing(layers, PROFILE_FULL, NULL);
	for (size_t i = 0; i < layers->n; i++) {
		struct str_list without;

		if (!layers_has(&layers->v[i], PROFILE_FULL))
			continue;
		without = layers_dependants(layers, layers->v[i].name);
		c = add_run(cases, CASE_WITHOUT, layers->v[i].name, home, PROFILE_FULL, &without,
			    NULL, command);
		c->reason = layers_missing(layers, PROFILE_FULL, &without);
		for (size_t j = 1; j < without.n; j++)
			pool_list_add(&c->with, without.v[j]);
	}
}

static int add_peers(const struct request *request, const char *const *command, struct cases *cases,
		     struct err *e)
{
	struct peer peers[CASES_MAX / 4];
	size_t n;

	if (peers_make(request, peers, ARRAY_SIZE(peers), &n, e))
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct bench_case *c =
			add(cases, CASE_PEER, peers[i].name, &peers[i].prefix, command);

		c->what = peers[i].what;
		c->version = peers[i].versioned ? "" : NULL;
		c->reason = peers[i].reason;
	}
	return 0;
}

int cases_make_start(const struct request *request, const struct home *home,
		     const struct layer_list *layers, struct cases *cases, struct err *e)
{
	bool compare = (request->parts & (PART_LAYERS | PART_PEERS)) || request->peers.n;
	const char *program = peers_find_program(request->command[0]);
	struct str_list profiles = {NULL, 0}, command = {NULL, 0};

	cases->n = 0;
	cases->rounds = request->rounds;
	if (!(request->parts & ~(unsigned int)PART_CALLS) && !request->peers.n)
		return 0;
	if (!program)
		return fail(e, ENOENT, "%s", request->command[0]);
	pool_list_add(&command, program);
	for (const char *const *word = request->command + 1; *word; word++)
		pool_list_add(&command, *word);
	pool_list_add(&command, NULL);
	if (choose_profiles(request, PART_START, layers, &profiles, e))
		return -1;
	if (compare && !has(&profiles, PROFILE_FULL))
		pool_list_add(&profiles, PROFILE_FULL);
	add_plain(cases, CASE_BARE, "bare spawn", command.v);
	for (size_t i = 0; i < profiles.n; i++)
		add_run(cases, CASE_PROFILE, profiles.v[i], home, profiles.v[i], NULL, NULL,
			command.v)
			->reason = layers_missing(layers, profiles.v[i], NULL);
	if (request->parts & PART_LAYERS)
		add_layers(layers, home, command.v, cases);
	return add_peers(request, command.v, cases, e);
}

int cases_make_calls(const struct request *request, const struct home *home,
		     const struct layer_list *layers, struct cases *cases, struct err *e)
{
	const char *calls = pool_printf("%d", CALLS_BATCH),
		   *batches = pool_printf("%d", CALLS_BATCHES);
	const char *const plain[] = {home->self, CALLS_WORD, "plain", calls, batches, NULL};
	const char *const filter[] = {home->self, CALLS_WORD, "filter", calls, batches, NULL};
	struct str_list profiles = {NULL, 0}, without;

	cases->n = 0;
	cases->rounds = request->call_rounds;
	if (!(request->parts & PART_CALLS))
		return 0;
	if (choose_profiles(request, PART_CALLS, layers, &profiles, e))
		return -1;
	add_plain(cases, CASE_BARE, "no sandbox", plain);
	add_plain(cases, CASE_FILTER, "one-instruction filter", filter);
	for (size_t i = 0; i < profiles.n; i++)
		add_run(cases, CASE_PROFILE, profiles.v[i], home, profiles.v[i], NULL, home->self,
			plain)
			->reason = layers_missing(layers, profiles.v[i], NULL);
	without = layers_dependants(layers, LAYER_FILTER);
	if (has(&profiles, PROFILE_FULL))
		add_run(cases, CASE_WITHOUT, "full without " LAYER_FILTER, home, PROFILE_FULL,
			&without, home->self, plain)
			->reason = layers_missing(layers, PROFILE_FULL, &without);
	return 0;
}

const struct bench_case *cases_find(const struct cases *cases, enum case_kind kind,
				    const char *name)
{
	for (size_t i = 0; i < cases->n; i++)
		if (cases->v[i].kind == kind && !cases->v[i].reason &&
		    (!name || str_equal(cases->v[i].name, name)))
			return &cases->v[i];
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What `pinfold layers --tsv` says, and what follows from it: profiles, dependants, what is
 * missing. */
#include "bench.h"

#include "pool.h"
#include "tap.h"

#define HEAD "name\tneeds\tprofiles\tstate\treason\tstops\n"

static const char text[] = HEAD "nnp\t-\tmiddle,full\tok\t-\tx\n"
				"user\t-\tsmall,middle,full\tok\t-\tx\n"
				"mount\tuser\tsmall,middle,full\tok\t-\tx\n"
				"readonly\tmount\tfull\tok\t-\tx\n"
				"seccomp\tnnp\tfull\tunavailable\tnot built: ENOSYS\tx\n"
				"extra\tmount\tsmall\tok\t-\tx\n";

static const char *join(const struct str_list *list)
{
	const char *s = "";

	for (size_t i = 0; i < list->n; i++)
		s = pool_printf("%s%s%s", s, *s ? " " : "", list->v[i]);
	return s;
}

static void test_rows(const struct layer_list *layers)
{
	struct str_list list;

	is_int(layers->n, 6, "six rows");
	is_str(layers->v[3].needs, "mount", "needs");
	ok(!layers->v[0].reason, "a layer that is there has no reason");
	is_str(layers->v[4].reason, "not built: ENOSYS", "one that is not has one");
	ok(layers_has(&layers->v[0], "middle") && layers_has(&layers->v[0], "full"), "profiles");
	ok(!layers_has(&layers->v[0], "mid") && !layers_has(&layers->v[0], "small"),
	   "a part of a profile's name is not it");
	list = layers_profiles(layers);
	is_str(join(&list), "none middle small full",
	       "none first, then by the number of layers, equals as they come");
	ok(layers_holds(layers, "full", "middle") && layers_holds(layers, "small", "none") &&
		   layers_holds(layers, "full", "full"),
	   "full holds middle, and itself; all hold none");
	ok(!layers_holds(layers, "full", "small") && !layers_holds(layers, "none", "small"),
	   "it does not hold one with a layer of its own");
}

static void test_dependants(const struct layer_list *layers)
{
	struct str_list list = layers_dependants(layers, "user");

	is_str(join(&list), "user mount readonly",
	       "what needs a layer goes with it, through every step, if full has it");
	list = layers_dependants(layers, "readonly");
	is_str(join(&list), "readonly", "nothing needs readonly");
}

static void test_missing(const struct layer_list *layers)
{
	struct str_list without = layers_dependants(layers, "seccomp");
	const char *why = layers_missing(layers, "full", NULL);

	ok(why && strstr(why, "seccomp") && strstr(why, "not built: ENOSYS"), "full says why not");
	ok(!layers_missing(layers, "middle", NULL), "a profile without that layer runs");
	ok(!layers_missing(layers, "full", &without), "full without that layer runs");
	ok(!layers_missing(layers, "none", NULL), "none runs anywhere");
}

static void test_refusals(void)
{
	static const char *const bad[] = {"",
					  "\n",
					  HEAD,
					  "name\tneeds\n",
					  HEAD "user\n",
					  HEAD "user\t-\tfull\n",
					  "pinfold: no\n"};
	struct layer_list layers;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = {0};

		ok(layers_parse(bad[i], &layers, &e) == -1 && e.what[0], "refused: text %zu", i);
	}
}

int main(void)
{
	struct layer_list layers;
	struct err e = {0};

	if (!ok(layers_parse(text, &layers, &e) == 0, "the text is read")) {
		printf("# %s\n", e.what);
		return tap_done();
	}
	test_rows(&layers);
	test_dependants(&layers);
	test_missing(&layers);
	test_refusals();
	return tap_done();
}

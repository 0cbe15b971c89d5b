/* SPDX-License-Identifier: Apache-2.0 */
/* Which command lines are measured for which request. */
#include "bench.h"

#include "pool.h"
#include "tap.h"

static const char text[] = "name\tneeds\tprofiles\tstate\treason\tstops\n"
			   "user\t-\tns_only,full\tok\t-\tx\n"
			   "net\tuser\tns_only,full\tok\t-\tx\n"
			   "seccomp\t-\tfull\tok\t-\tx\n";

static const char broken[] = "name\tneeds\tprofiles\tstate\treason\tstops\n"
			     "user\t-\tns_only,full\tok\t-\tx\n"
			     "seccomp\t-\tfull\tunavailable\tnot built\tx\n";

static const struct home home = {NULL, "/x/pinfold", "/x/pinfold-bench", false};
static const char *const command[] = {"/bin/true", NULL};

static struct request ask(unsigned int parts)
{
	return (struct request){.rounds = 3, .call_rounds = 2, .parts = parts, .command = command};
}

static void is_case(const struct cases *cases, size_t i, enum case_kind kind, const char *name,
		    const char *argv)
{
	if (!ok(i < cases->n && cases->v[i].kind == kind, "case %zu: kind of %s", i, name))
		return;
	is_str(cases->v[i].name, name, "its name");
	is_str(runner_words(cases->v[i].argv), argv, "its command line");
}

static void test_start(const struct layer_list *layers)
{
	struct request r = ask(PART_START | PART_LAYERS);
	struct cases c;
	struct err e = {0};

	is_int(cases_make_start(&r, &home, layers, &c, &e), 0, "starts and layers");
	is_int(c.n, 8, "bare, three profiles, full again, three layers");
	is_case(&c, 0, CASE_BARE, "bare spawn", "/bin/true");
	is_case(&c, 1, CASE_PROFILE, "none", "/x/pinfold run --profile none -- /bin/true");
	is_case(&c, 3, CASE_PROFILE, "full", "/x/pinfold run --profile full -- /bin/true");
	is_case(&c, 4, CASE_AGAIN, "full", "/x/pinfold run --profile full -- /bin/true");
	is_case(&c, 5, CASE_WITHOUT, "user",
		"/x/pinfold run --profile full --without user --without net -- /bin/true");
	is_int(c.v[5].with.n, 1, "net had to go with user");
	is_case(&c, 7, CASE_WITHOUT, "seccomp",
		"/x/pinfold run --profile full --without seccomp -- /bin/true");
}

static void test_chosen(const struct layer_list *layers)
{
	const char *full[] = {"full"}, *ns_only[] = {"ns_only"}, *no[] = {"full", "no"};
	const char *peer[] = {"mine=/bin/echo in"};
	struct request r = ask(PART_START);
	struct cases c;
	struct err e = {0};

	r.profiles = (struct str_list){full, 1};
	is_int(cases_make_start(&r, &home, layers, &c, &e), 0, "--only start --profile full");
	is_int(c.n, 3, "bare, none, full");
	r.profiles.v = ns_only;
	r.peers = (struct str_list){peer, 1};
	is_int(cases_make_start(&r, &home, layers, &c, &e), 0, "--profile ns_only and a peer");
	is_int(c.n, 5, "bare, none, ns_only, full to compare the peer with, the peer");
	is_case(&c, 4, CASE_PEER, "mine", "/bin/echo in /bin/true");
	r.profiles = (struct str_list){no, 2};
	is_int(cases_make_start(&r, &home, layers, &c, &e), -1, "an unknown profile is refused");
	r = ask(PART_CALLS);
	is_int(cases_make_start(&r, &home, layers, &c, &e), 0, "--only calls");
	is_int(c.n, 0, "starts nothing");
}

static void test_calls(const struct layer_list *layers)
{
	struct request r = ask(PART_CALLS);
	struct cases c;
	struct err e = {0};

	is_int(cases_make_calls(&r, &home, layers, &c, &e), 0, "calls");
	is_int(c.n, 6, "no sandbox, one instruction, three profiles, full without the filter");
	is_case(&c, 0, CASE_BARE, "no sandbox", "/x/pinfold-bench --measure-calls plain 100000 3");
	is_case(&c, 1, CASE_FILTER, "one-instruction filter",
		"/x/pinfold-bench --measure-calls filter 100000 3");
	is_case(&c, 4, CASE_PROFILE, "full",
		"/x/pinfold run --profile full --ro /x/pinfold-bench -- "
		"/x/pinfold-bench --measure-calls plain 100000 3");
	is_case(&c, 5, CASE_WITHOUT, "full without seccomp",
		"/x/pinfold run --profile full --without seccomp --ro /x/pinfold-bench -- "
		"/x/pinfold-bench --measure-calls plain 100000 3");
}

/* A host that lacks a layer: its profile is a row with the reason, the others are measured. */
static void test_missing(void)
{
	struct request r = ask(PART_START | PART_LAYERS);
	struct layer_list layers;
	struct cases c;
	struct err e = {0};

	is_int(layers_parse(broken, &layers, &e), 0, "a host without seccomp");
	is_int(cases_make_start(&r, &home, &layers, &c, &e), 0, "is measured");
	ok(!cases_find(&c, CASE_PROFILE, "full"), "full is not");
	ok(cases_find(&c, CASE_PROFILE, "ns_only") != NULL, "ns_only is");
	ok(c.v[3].reason && strstr(c.v[3].reason, "not built"), "full says why");
	ok(!cases_find(&c, CASE_WITHOUT, "user"), "nor is full without another layer");
	ok(cases_find(&c, CASE_WITHOUT, "seccomp") != NULL, "full without that layer is");
}

int main(void)
{
	struct layer_list layers;
	struct err e = {0};

	is_int(layers_parse(text, &layers, &e), 0, "three layers");
	test_start(&layers);
	test_chosen(&layers);
	test_calls(&layers);
	test_missing();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for: options, --peer, and what comes back from the program inside. */
#include "bench.h"

#include "pool.h"
#include "tap.h"

enum { WORDS = 8 };

static int read_words(const char *const *words, struct request *request, struct err *e)
{
	char *argv[WORDS + 2] = {"pinfold-bench"};
	int argc = 1;

	for (; *words; words++)
		argv[argc++] = pool_copy(*words);
	*e = (struct err){0};
	return request_read(argc, argv, request, e);
}

static void test_defaults(void)
{
	struct request r;
	struct err e;

	is_int(read_words((const char *const[]){NULL}, &r, &e), 0, "no option at all");
	ok(r.rounds == 100 && r.call_rounds == 30 && r.seed == 1, "rounds and seed");
	is_int(r.parts, PART_START | PART_LAYERS | PART_CALLS | PART_PEERS, "all parts");
	ok(strcmp(r.command[0], "/bin/true") == 0 && !r.command[1], "/bin/true");
	is_int(read_words((const char *const[]){"--quick", NULL}, &r, &e), 0, "--quick");
	ok(r.rounds == 25 && r.call_rounds == 8, "fewer rounds");
	is_int(read_words((const char *const[]){"--quick", "--rounds", "3", NULL}, &r, &e), 0,
	       "--quick and a number");
	ok(r.rounds == 3 && r.call_rounds == 8, "the number wins");
}

static void test_words(void)
{
	struct request r;
	struct err e;

	is_int(read_words((const char *const[]){"--only", "start", "--only=calls", NULL}, &r, &e),
	       0, "two parts");
	is_int(r.parts, PART_START | PART_CALLS, "they add up");
	is_int(read_words((const char *const[]){"--", "/bin/echo", "--json", NULL}, &r, &e), 0,
	       "a command");
	ok(!r.json && strcmp(r.command[1], "--json") == 0, "its options are its own");
}

static void test_refusals(void)
{
	static const char *const bad[][4] = {{"--only", "everything"},
					     {"--rounds", "10001"},
					     {"--rounds", "-1"},
					     {"--rounds", "1e3"},
					     {"--json", "--markdown"},
					     {"--nothing"},
					     {"--only"},
					     {"--call-rounds", "20000"}};
	struct request r;
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ok(read_words(bad[i], &r, &e) == -1 && e.where[0], "refused: %s %s", bad[i][0],
		   bad[i][1] ? bad[i][1] : "");
}

static void test_peers(void)
{
	static const char *const bad[] = {"nobody", "=x", "a b=x", "x=", "x=   "};
	struct err e = {0};
	struct peer p;

	is_int(peers_parse("mine=box  -q --dir=/a=b", &p, &e), 0, "NAME=COMMAND");
	is_str(p.name, "mine", "its name");
	is_int(p.prefix.n, 3, "blanks part the words");
	is_str(p.prefix.v[2], "--dir=/a=b", "only the first = counts");
	is_int(peers_parse("unshare", &p, &e), 0, "a known peer by its name");
	is_str(p.prefix.v[p.prefix.n - 1], "--mount-proc", "with its own options");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ok(peers_parse(bad[i], &p, &e) == -1, "refused: \"%s\"", bad[i]);
}

/* The user's own bwrap replaces the known one; what is not installed stays, with its reason. */
static void test_peer_list(void)
{
	const char *named[] = {"bwrap=/no/such --x", "gone=no-such-program-anywhere"};
	struct request r = {.parts = PART_PEERS, .peers = {named, 2}};
	struct err e = {0};
	struct peer p[8];
	size_t n = 0;

	is_int(peers_make(&r, p, ARRAY_SIZE(p), &n, &e), 0, "named and known peers");
	is_int(n, 4, "two named ones, and two more that are known");
	is_str(p[0].prefix.v[0], "/no/such", "bwrap is the user's");
	is_str(p[1].reason, "not installed", "a program that is not there has its reason");
	is_int(peers_make(&r, p, 1, &n, &e), -1, "more than there is room for");
	named[1] = "bwrap";
	is_int(peers_make(&r, p, ARRAY_SIZE(p), &n, &e), -1, "the same name twice");
	r.parts = PART_START;
	r.peers.n = 1;
	is_int(peers_make(&r, p, ARRAY_SIZE(p), &n, &e), 0, "only start:");
	is_int(n, 1, "only who is named");
}

static void test_calls(void)
{
	static const char *const bad[] = {"",
					  "getpid\t1.5\n",
					  "getpid\t1.5\nioctl\t2\nx",
					  "getpid\t1.5\nioctl\t2",
					  "getpid\t0\nioctl\t2\n",
					  "bash: no such file\n"};
	double plain, checked;
	struct err e = {0};

	is_int(calls_parse("getpid\t81.500\nioctl\t97.250\n", &plain, &checked, &e), 0,
	       "two calls");
	ok(plain == 81.5 && checked == 97.25, "their times");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		is_int(calls_parse(bad[i], &plain, &checked, &e), -1, "refused: text %zu", i);
}

int main(void)
{
	test_defaults();
	test_words();
	test_refusals();
	test_peers();
	test_peer_list();
	test_calls();
	return tap_done();
}

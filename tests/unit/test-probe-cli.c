/* SPDX-License-Identifier: Apache-2.0 */
/* The probe's words: options, decoys, addresses, checksums. */
#include "tap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include "pool.h"
#include "probe.h"

static int parse(struct asked *asked, struct err *e, const char *a, const char *b, const char *c)
{
	const char *argv[] = {"pinfold-probe", a, b, c, NULL};
	int argc = 1;

	memset(e, 0, sizeof(*e));
	while (argv[argc])
		argc++;
	return cli_read(argc, (char *const *)argv, asked, e);
}

static void test_options(void)
{
	struct asked asked;
	struct err e;

	is_int(parse(&asked, &e, NULL, NULL, NULL), 0, "no option");
	is_int(asked.timeout_ms, 2000, "the limit's default");
	is_int(parse(&asked, &e, "--timeout", "50", "--json"), 0, "a limit");
	ok(asked.timeout_ms == 50 && asked.json && !asked.tsv, "... is taken");
	is_int(parse(&asked, &e, "--only=a.b", "--only", "c.d,e.f"), 0, "--only, twice");
	is_int(asked.only.n, 2, "... is two words");
	is_int(parse(&asked, &e, "--connect", "127.0.0.1:9", "--list"), 0, "--connect");
	ok(asked.decoys.n == 1 && str_equal(asked.decoys.v[0], "connect=127.0.0.1:9"),
	   "... is the decoy of that name");

	is_int(parse(&asked, &e, "--timeout", "0", NULL), -1, "no limit at all is refused");
	is_int(parse(&asked, &e, "--timeout", "600001", NULL), -1, "ten minutes are the most");
	is_int(parse(&asked, &e, "--timeout", "-1", NULL), -1, "a limit below nothing");
	is_int(parse(&asked, &e, "--timeout", "1s", NULL), -1, "a limit with a unit");
	is_int(parse(&asked, &e, "--tsv", "--json", NULL), -1, "two formats");
	is_int(parse(&asked, &e, "command", NULL, NULL), -1, "a command");
	is_str(e.where, "command", "... is named");
	is_int(parse(&asked, &e, "--", "command", NULL), -1, "a command behind --");
	is_int(parse(&asked, &e, "--wrong", NULL, NULL), -1, "an unknown option");
	is_int(parse(&asked, &e, "--decoy", NULL, NULL), -1, "an option without its value");
	is_int(parse(&asked, &e, "--decoy", "a=b\nc", NULL), -1, "a control byte in a value");
}

static const struct {
	const char *word;
	bool good;
} words[] = {
	{"passwd-sum=0123456789abcdef", true},
	{"passwd-sum=0123456789abcde", false},
	{"passwd-sum=0123456789abcdef0", false},
	{"passwd-sum=0123456789ABCDEF", false},
	{"passwd-sum=", false},
	{"passwd-sum", false},
	{"=yes", false},
	{"", false},
	{"passwd=yes", false},
	{"passwd-summ=0123456789abcdef", false},
	{"status-pid=1", true},
	{"status-pid=0", false},
	{"status-pid=01", false},
	{"status-pid=1/../2", false},
	{"status-pid=2147483648", false},
	{"status-pid=-1", false},
	{"status-token=sleep", true},
	{"status-token=", false},
	{"kill-victims=yes", true},
	{"kill-victims=no", true},
	{"kill-victims=1", false},
	{"kill-victims=YES", false},
	{"mount-ok=maybe", false},
	{"absent=dev.mem", true},
	{"absent=dev.*,net.raw-icmp", true},
	{"absent=dev.men", false},
	{"absent=", false},
	{"connect=127.0.0.1:80", true},
	{"connect=localhost:80", false},
	{"connect-token=a=b", true},
};

static void test_decoys(void)
{
	struct str_list list = {0};
	struct decoys decoys = {0};
	struct err e = {0};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct str_list one = {(const char *[]){words[i].word}, 1};
		struct decoys d = {0};

		is_int(decoys_read(&one, &d, &e), words[i].good ? 0 : -1, "decoy \"%s\"",
		       words[i].word);
	}
	pool_list_add(&list, "kill-victims=yes");
	pool_list_add(&list, "connect-token=a=b");
	is_int(decoys_read(&list, &decoys, &e), 0, "two decoys");
	is_str(decoy_get(&decoys, "connect-token"), "a=b", "the value is all behind the first =");
	ok(decoy_yes(&decoys, "kill-victims") && !decoy_yes(&decoys, "mount-ok") &&
		   !decoy_yes(&decoys, "connect-token") && !decoy_get(&decoys, "connect"),
	   "told and not told");
	pool_list_add(&list, "kill-victims=no");
	memset(&decoys, 0, sizeof(decoys));
	memset(&e, 0, sizeof(e));
	is_int(decoys_read(&list, &decoys, &e), -1, "the same key twice");
	is_str(e.where, "--decoy kill-victims", "... is named");
}

static const struct {
	const char *text;
	int family, port; /* 0: refused */
} addresses[] = {
	{"127.0.0.1:53", AF_INET, 53},
	{"8.8.8.8:65535", AF_INET, 65535},
	{"[::1]:53", AF_INET6, 53},
	{"[fe80::1234:5678:9abc:def0]:1", AF_INET6, 1},
	{"[0000:0000:0000:0000:0000:ffff:255.255.255.255]:1", AF_INET6, 1},
	{"127.0.0.1", 0, 0},
	{"127.0.0.1:", 0, 0},
	{"127.0.0.1:0", 0, 0},
	{"127.0.0.1:65536", 0, 0},
	{"127.0.0.1:+1", 0, 0},
	{"127.0.0.1:080", 0, 0},
	{"127.1:80", 0, 0},
	{":80", 0, 0},
	{"", 0, 0},
	{"::1:80", 0, 0},
	{"[::1:80", 0, 0},
	{"::1]:80", 0, 0},
	{"[]:80", 0, 0},
	{"[127.0.0.1]:80", 0, 0},
	{"host:80", 0, 0},
	{"[000000000000000000000000000000000000000000000000000::1]:80", 0, 0},
};

static void test_addresses(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct sockaddr_storage a;
		socklen_t size = address_read(addresses[i].text, &a);
		int port = 0;

		if (size == sizeof(struct sockaddr_in))
			port = ntohs(((struct sockaddr_in *)(void *)&a)->sin_port);
		if (size == sizeof(struct sockaddr_in6))
			port = ntohs(((struct sockaddr_in6 *)(void *)&a)->sin6_port);
		is_int(size ? a.ss_family : 0, addresses[i].family, "address \"%s\"",
		       addresses[i].text);
		is_int(port, addresses[i].port, "... its port");
	}
}

/* FNV-1a's published values, of nothing and of "a" and "foobar". */
static void test_sums(void)
{
	static const char *const sums[][2] = {{"", "cbf29ce484222325"},
					      {"a", "af63dc4c8601ec8c"},
					      {"foobar", "85944171f73967e8"}};
	char text[SUM_TEXT];
	uint64_t sum;
	int fds[2];

	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		ok(pipe(fds) == 0 && write(fds[1], sums[i][0], strlen(sums[i][0])) >= 0 &&
			   close(fds[1]) == 0 && sum_read(fds[0], &sum) == 0,
		   "the sum of \"%s\"", sums[i][0]);
		(void)close(fds[0]);
		sum_print(text, sum);
		is_str(text, sums[i][1], "... is the published one");
	}
	is_int(sum_read(-1, &sum), -1, "what cannot be read has no sum");
}

int main(void)
{
	test_options();
	test_decoys();
	test_addresses();
	test_sums();
	return tap_done();
}

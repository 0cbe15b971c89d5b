/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four small filters of the layer sockets: each in the interpreter against the model of its
 * rows, and against what is written here, whatever the tables say; each wrong constant is seen.
 */
#include "filter/compare.h"

#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { TCP = FILTER_SOCKETS_TCP, LOCAL = FILTER_SOCKETS_LOCAL, ALWAYS = 16, NEVER = 0 };
enum { MPTCP = 262, VSOCK = 40, ALG = 38, NONBLOCK = 04000 };
#define HIGH (1ull << 32)

static struct filter filters[FILTER_ARCHES][FILTER_SOCKETS];
static struct filter_row rows[FILTER_SOCKETS][FILTER_NR_MAX];

static const struct {
	const char *what, *call;
	uint64_t family, type, protocol;
	unsigned int where; /* TCP or LOCAL: by those filters that have it; ALWAYS; NEVER */
} calls[] = {
	{"UDP", "socket", AF_INET, SOCK_DGRAM, 0, NEVER},
	{"UDP by name", "socket", AF_INET, SOCK_DGRAM, IPPROTO_UDP, NEVER},
	{"UDP of version 6, not blocking", "socket", AF_INET6, SOCK_DGRAM | NONBLOCK, 0, NEVER},
	{"UDP with high bits", "socket", AF_INET | HIGH, SOCK_DGRAM | HIGH, HIGH, NEVER},
	{"ping", "socket", AF_INET, SOCK_DGRAM, IPPROTO_ICMP, NEVER},
	{"raw", "socket", AF_INET, SOCK_RAW, IPPROTO_ICMP, NEVER},
	{"raw of version 6", "socket", AF_INET6, SOCK_RAW, IPPROTO_RAW, NEVER},
	{"packets", "socket", AF_PACKET, SOCK_RAW, 0, NEVER},
	{"packets of the old kind", "socket", AF_INET, SOCK_PACKET, 0, NEVER},
	{"SCTP", "socket", AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, NEVER},
	{"SCTP as a stream", "socket", AF_INET, SOCK_STREAM, IPPROTO_SCTP, NEVER},
	{"MPTCP", "socket", AF_INET, SOCK_STREAM, MPTCP, NEVER},
	{"the machine below", "socket", VSOCK, SOCK_STREAM, 0, NEVER},
	{"ciphers of the kernel", "socket", ALG, SOCK_SEQPACKET, 0, NEVER},
	{"no family", "socket", AF_UNSPEC, SOCK_STREAM, 0, NEVER},
	{"a family of tomorrow", "socket", 99, SOCK_STREAM, 0, NEVER},
	{"netfilter", "socket", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER, NEVER},
	{"routing", "socket", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, ALWAYS},
	{"TCP", "socket", AF_INET, SOCK_STREAM, 0, TCP},
	{"TCP by name", "socket", AF_INET, SOCK_STREAM, IPPROTO_TCP, TCP},
	{"TCP of version 6", "socket", AF_INET6, SOCK_STREAM | NONBLOCK, 0, TCP},
	{"a unix stream", "socket", AF_UNIX, SOCK_STREAM, 0, LOCAL},
	{"unix datagrams", "socket", AF_UNIX, SOCK_DGRAM, 0, LOCAL},
	{"a unix stream with a high bit", "socket", AF_UNIX | HIGH, SOCK_STREAM, 0, LOCAL},
	{"a pair of streams", "socketpair", AF_UNIX, SOCK_STREAM | NONBLOCK, 0, ALWAYS},
	{"a pair of packets", "socketpair", AF_UNIX, SOCK_SEQPACKET, 0, ALWAYS},
	{"a pair of datagrams", "socketpair", AF_UNIX, SOCK_DGRAM, 0, LOCAL},
	{"a raw pair, which is one", "socketpair", AF_UNIX, SOCK_RAW, 0, LOCAL},
	{"a pair of datagrams with a high bit", "socketpair", AF_UNIX, SOCK_DGRAM | HIGH, 0, LOCAL},
};

static int number(int arch, const char *call)
{
	for (size_t i = 0; i < filter_rows_n; i++)
		if (str_equal(filter_rows[i].name, call))
			return filter_rows[i].nr[arch];
	return FILTER_NR_MAX;
}

static void test_call(size_t i)
{
	for (unsigned int kind = 0; kind < FILTER_SOCKETS; kind++) {
		bool allowed = calls[i].where == ALWAYS || (calls[i].where & kind);
		bool good = true;

		for (int a = 0; a < FILTER_ARCHES; a++) {
			struct seccomp_data data = {
				.nr = number(a, calls[i].call),
				.arch = filter_arch_audit(a),
				.args = {calls[i].family, calls[i].type, calls[i].protocol}};
			struct bpf_result r =
				bpf_run(filters[a][kind].insns, filters[a][kind].n, &data);

			good = good && !r.error &&
			       (r.value == model_value(FILTER_ALLOW)) == allowed;
		}
		ok(good, "%s %s%s: %s", calls[i].what, allowed ? "passes" : "is refused",
		   kind & TCP ? ", tcp" : "", kind & LOCAL ? "local" : "");
	}
}

/* Everything else passes. */
static void test_others(int arch, unsigned int kind)
{
	const struct filter *f = &filters[arch][kind];
	size_t refused = 0;

	for (size_t i = 0; i < filter_rows_n; i++) {
		struct seccomp_data data = {.nr = filter_rows[i].nr[arch],
					    .arch = filter_arch_audit(arch)};

		if (data.nr >= 0 &&
		    bpf_run(f->insns, f->n, &data).value != model_value(FILTER_ALLOW))
			refused++;
	}
	/* Of family 0 and type 0, socket is refused by all, socketpair where there is no local. */
	is_int(refused, kind & LOCAL ? 1 : 2, "%s, kind %u: no other call is refused",
	       filter_arch_name(arch), kind);
	ok(f->n < 64, "%s, kind %u: a small filter, of %zu instructions", filter_arch_name(arch),
	   kind, f->n);
}

static void compare_all(struct compare *c)
{
	corpus_numbers(filter_arch_audit(c->arch), 500, compare_visit, c);
	for (size_t i = 0; i < ARRAY_SIZE(corpus_arches); i++)
		corpus_numbers(corpus_arches[i], 0, compare_visit, c);
	for (size_t i = 0; i < c->rows_n; i++)
		if (c->rows[i].nr[c->arch] >= 0 && c->rows[i].rule->steps[0].tests[0].mask)
			corpus_row(c->arch, &c->rows[i], false, compare_visit, c);
}

/* A filter with one constant wrong differs somewhere: the comparison would see it. */
static void test_mutants(struct compare *c)
{
	static struct filter wrong;
	size_t seen = 0;

	wrong = *c->filter;
	c->filter = &wrong;
	c->quiet = true;
	for (size_t i = 0; i < wrong.n; i++) {
		wrong.insns[i].k ^= 1;
		c->different = 0;
		compare_all(c);
		seen += c->different != 0;
		wrong.insns[i].k ^= 1;
	}
	is_int(seen, wrong.n, "%s: every wrong constant is seen", filter_arch_name(c->arch));
}

static void test_kind(enum filter_arch arch, unsigned int kind)
{
	struct err e = {0};
	struct compare c = {.arch = arch,
			    .rows = rows[kind],
			    .rows_n = filter_rows_n,
			    .filter = &filters[arch][kind]};

	if (!ok(filter_make_sockets_rows(kind, rows[kind], &e) == 0 &&
			filter_make_sockets(arch, kind, &filters[arch][kind], &e) == 0,
		"%s, kind %u compiles %s", filter_arch_name(arch), kind, e.what))
		return;
	compare_all(&c);
	is_int(c.different, 0, "%s, kind %u: %zu inputs as the model says", filter_arch_name(arch),
	       kind, c.compared);
	test_others(arch, kind);
	test_mutants(&c);
}

int main(void)
{
	static struct filter none;
	struct err e = {0};

	for (int a = 0; a < FILTER_ARCHES; a++)
		for (unsigned int kind = 0; kind < FILTER_SOCKETS; kind++)
			test_kind(a, kind);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		test_call(i);
	ok(filter_make_sockets(FILTER_NATIVE, FILTER_SOCKETS, &none, &e) == -1, "no fifth kind");
	return tap_done();
}

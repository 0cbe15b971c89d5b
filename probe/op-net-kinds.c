/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family net, part 2: kinds of sockets. Behind each stands a protocol of the kernel's, of which
 * most are used by nobody and have had holes.
 *
 * Should make the socket and close it: nothing is bound, connected or sent. REACHED where the
 * kernel itself says of the descriptor that it is of that kind.
 */
#include "probe.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"

/* Some C libraries are older than a family; the numbers are the kernel's ABI. */
enum {
	FAMILY_CAN = 29,
	FAMILY_TIPC = 30,
	FAMILY_BLUETOOTH = 31,
	FAMILY_ALG = 38,
	FAMILY_VSOCK = 40,
	FAMILY_XDP = 44,
	FAMILY_RDS = 21,
	PROTOCOL_DCCP = 33,
	PROTOCOL_SCTP = 132,
	PROTOCOL_MPTCP = 262,
};

struct kind {
	const char *id, *title, *source;
	int domain, type, protocol;
	enum caller caller;
};

#define KINDS(row)                                                                                 \
	row("net.netlink-route", "a netlink socket to the routes", "rtnetlink(7)", AF_NETLINK,     \
	    SOCK_RAW, NETLINK_ROUTE,                                                               \
	    CALLER_USER) row("net.netlink-netfilter", "a netlink socket to the packet filter",     \
			     "CVE-2024-1086", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER,             \
			     CALLER_USER) row("net.netlink-audit",                                 \
					      "a netlink socket to the audit", "netlink(7)",       \
					      AF_NETLINK, SOCK_RAW, NETLINK_AUDIT, CALLER_USER)    \
		row("net.netlink-uevent", "a netlink socket to the kernel's events", "netlink(7)", \
		    AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT,                                  \
		    CALLER_USER) row("net.netlink-sock-diag",                                      \
				     "a netlink socket to everybody's sockets", "sock_diag(7)",    \
				     AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG,                      \
				     CALLER_USER) row("net.netlink-generic",                       \
						      "a generic netlink socket", "netlink(7)",    \
						      AF_NETLINK, SOCK_RAW, NETLINK_GENERIC,       \
						      CALLER_USER)                                 \
			row("net.netlink-xfrm", "a netlink socket to IPsec", "CVE-2017-7184",      \
			    AF_NETLINK, SOCK_RAW, NETLINK_XFRM,                                    \
			    CALLER_USER) row("net.packet", "a packet socket",                      \
					     "packet(7); CVE-2016-8655, CVE-2020-14386",           \
					     AF_PACKET, SOCK_RAW, 0,                               \
					     CALLER_ROOT) row("net.ping", "a ping socket",         \
							      "icmp(7); CVE-2015-3636", AF_INET,   \
							      SOCK_DGRAM, IPPROTO_ICMP,            \
							      CALLER_ROOT)                         \
				row("net.vsock", "a socket to the virtual machine's host",         \
				    "vsock(7); CVE-2021-26708", FAMILY_VSOCK, SOCK_STREAM, 0,      \
				    CALLER_USER) row("net.alg",                                    \
						     "a socket to the kernel's ciphers",           \
						     "CVE-2026-31431", FAMILY_ALG, SOCK_SEQPACKET, \
						     0, CALLER_USER)                               \
					row("net.mptcp", "a multipath TCP socket",                 \
					    "CVE-2023-1154; not seen by Landlock's TCP", AF_INET,  \
					    SOCK_STREAM, PROTOCOL_MPTCP,                           \
					    CALLER_USER) row("net.xdp", "an XDP socket", "xdp(7)", \
							     FAMILY_XDP, SOCK_RAW, 0, CALLER_ROOT) \
						row("net.can", "a CAN socket", "CVE-2010-2959",    \
						    FAMILY_CAN, SOCK_RAW, 1,                       \
						    CALLER_USER) row("net.bluetooth",              \
								     "a Bluetooth socket",         \
								     "CVE-2017-1000251",           \
								     FAMILY_BLUETOOTH, SOCK_RAW,   \
								     1, CALLER_USER)               \
							row("net.tipc", "a TIPC socket",           \
							    "CVE-2021-43267", FAMILY_TIPC,         \
							    SOCK_RDM, 0,                           \
							    CALLER_USER) row("net.rds",            \
									     "an RDS socket",      \
									     "CVE-2010-3904",      \
									     FAMILY_RDS,           \
									     SOCK_SEQPACKET, 0,    \
									     CALLER_USER)          \
								row("net.sctp", "an SCTP socket",  \
								    "sctp(7); CVE-2019-8956",      \
								    AF_INET, SOCK_STREAM,          \
								    PROTOCOL_SCTP, CALLER_USER)    \
									row("net.dccp",            \
									    "a DCCP socket",       \
									    "CVE-2017-6074",       \
									    AF_INET, 6,            \
									    PROTOCOL_DCCP,         \
									    CALLER_USER)

#define KIND(...) {__VA_ARGS__},
static const struct kind kinds[] = {KINDS(KIND)};

static const struct kind *find_kind(const char *id)
{
	size_t i = 0;

	while (!str_equal(kinds[i].id, id))
		i++;
	return &kinds[i];
}

static void make_socket(const struct probe *probe, struct trial *t)
{
	const struct kind *k = find_kind(probe->op->id);
	socklen_t size = sizeof(int);
	int domain = -1, type = -1, next = given_next();
	autoclose int fd = TRY(t, socket(k->domain, k->type | SOCK_CLOEXEC, k->protocol));

	/* Elsewhere a malformed question: here filters of containers answer so to good ones. */
	if (fd < 0 && errno == EINVAL) {
		trial_blocked(t, EINVAL, "socket");
		return;
	}
	if (!given_is_real(t, next, fd, "socket"))
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size))
		trial_broken(t, errno, "getsockopt cannot look at the socket");
	else if (domain != k->domain || type != k->type)
		trial_faked(t, "socket gave one of another kind");
	else
		trial_reached(t, "the socket was made");
}

#define OP(word, text, where, domain, type, protocol, who)                                         \
	{.id = (word),                                                                             \
	 .title = (text),                                                                          \
	 .source = (where),                                                                        \
	 .caller = (who),                                                                          \
	 .clean = true,                                                                            \
	 .run = make_socket},
static const struct op ops[] = {KINDS(OP)};

const struct family family_net_kinds = FAMILY("net", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family net: the network.
 *
 * Should send nothing but what a connection to the told listener takes. Mustn't aim at any address
 * that it was not told.
 */
#include "probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"

/* Reached where a socket of that type and protocol was made; nothing is sent through it. */
static void raw_icmp(const struct probe *probe, struct trial *t)
{
	autoclose int fd = TRY(t, socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
	socklen_t size = sizeof(int);
	int type = -1;

	(void)probe;
	if (fd < 0) {
		trial_refused(t, errno, "socket");
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && errno != ENOTSOCK &&
	    errno != EBADF)
		trial_broken(t, errno,
			     "socket gave a descriptor, and getsockopt cannot look at it");
	else if (type != SOCK_RAW)
		trial_faked(t, "socket claimed success without a raw socket");
	else
		trial_reached(t, "a raw socket was made");
}

/* Milliseconds until the deadline, for poll(2). */
static int left_ms(uint64_t deadline_ns)
{
	uint64_t now = clock_now_ns();

	return now >= deadline_ns ? 0 : (int)((deadline_ns - now) / 1000000);
}

/* Waits for events on fd. 1: they came; 0: time is up; -1 with errno. */
static int wait_for(int fd, short events, uint64_t deadline_ns)
{
	struct pollfd p = {fd, events, 0};
	int n;

	do
		n = poll(&p, 1, left_ms(deadline_ns));
	while (n < 0 && errno == EINTR);
	return n;
}

/* Connects within the time. Returns 0 or an errno. */
static int connect_within(struct trial *t, int fd, const struct sockaddr_storage *to,
			  socklen_t to_size, uint64_t deadline_ns)
{
	socklen_t size = sizeof(int);
	int num = 0, rc = TRY(t, connect(fd, (const void *)to, to_size));

	if (rc == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	rc = wait_for(fd, POLLOUT, deadline_ns);
	if (rc == 0)
		return ETIMEDOUT;
	if (rc < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &num, &size))
		return errno;
	return num;
}

/* Reads what the listener says first and compares it with the token. */
static void read_token(struct trial *t, int fd, const char *token, uint64_t deadline_ns)
{
	char said[128] = "";
	size_t want = strlen(token), got = 0;
	ssize_t n = 0;
	int rc = 1;

	if (want > sizeof(said))
		want = sizeof(said);
	while (got < want && (rc = wait_for(fd, POLLIN, deadline_ns)) > 0) {
		n = recv(fd, said + got, want - got, 0);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (rc < 0 || n < 0)
		trial_refused(t, errno, "connected, then cut off");
	else if (rc == 0)
		trial_broken(t, 0, "connected, and nobody spoke: it may be another listener");
	else if (got < want || memcmp(said, token, want))
		trial_faked(t, "another listener answered");
	else
		trial_reached(t, "the listener sent the token");
}

static void connect_tcp(const struct probe *probe, struct trial *t)
{
	const char *to = decoy_get(&probe->decoys, "connect");
	const char *token = decoy_get(&probe->decoys, "connect-token");
	/* A quarter is left to say so before the operation itself is timed out. */
	uint64_t deadline = clock_now_ns() + (uint64_t)probe->timeout_ms * 750000;
	struct sockaddr_storage address, peer;
	socklen_t size = to ? address_read(to, &address) : 0, peer_size = sizeof(peer);
	autoclose int fd = -1;
	int num;

	if (!size) {
		trial_skipped(t, "no target: --connect ADDR:PORT names one");
		return;
	}
	fd = TRY(t, socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (fd < 0) {
		trial_refused(t, errno, "socket");
		return;
	}
	num = connect_within(t, fd, &address, size, deadline);
	/* One connection does not use up the ports: there is no address to make it from. */
	if (num == EADDRNOTAVAIL)
		trial_blocked(t, num, "connect");
	else if (num)
		trial_refused(t, num, "connect");
	else if (getpeername(fd, (void *)&peer, &peer_size))
		trial_faked(t, "connect claimed success without a connection");
	else if (token)
		read_token(t, fd, token, deadline);
	else
		trial_reached(t, "connected; no token was told that proves to whom");
}

static const struct op ops[] = {
	{
		.id = "net.raw-icmp",
		.title = "socket RAW ICMP",
		.source = "raw(7), icmp(7)",
		.clean = true,
		.order = 6,
		.run = raw_icmp,
	},
	{
		.id = "net.connect-tcp",
		.title = "connect ADDR:PORT",
		.source = "tcp(7)",
		.decoys = {"connect", "connect-token"},
		.clean = true,
		.order = 7,
		.run = connect_tcp,
	},
};

const struct family family_net = FAMILY("net", ops);

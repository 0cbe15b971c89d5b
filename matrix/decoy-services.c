/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-services: listeners as a host has them: by a path, by an abstract name, on the loopback.
 *
 * One process of the kit serves them all: who connects, or sends, gets the token. Should close each
 * connection at once, so that it stays small however often it is asked.
 */
#include "decoy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

static const struct row {
	const char *op, *name; /* name: below the directory of services; "@..." is abstract */
	int type;
} rows[] = {
	{"sock.docker", "docker.sock", SOCK_STREAM},
	{"sock.podman", "podman/podman.sock", SOCK_STREAM},
	{"sock.containerd", "containerd.sock", SOCK_STREAM},
	{"sock.dbus-system", "dbus/system_bus_socket", SOCK_STREAM},
	{"sock.dbus-session", "bus", SOCK_STREAM},
	{"sock.ssh-agent", "ssh-agent", SOCK_STREAM},
	{"sock.gpg-agent", "S.gpg-agent", SOCK_STREAM},
	{"sock.x11", "X0", SOCK_STREAM},
	{"sock.wayland", "wayland-0", SOCK_STREAM},
	{"sock.pulse", "pulse/native", SOCK_STREAM},
	{"sock.tmux", "tmux/default", SOCK_STREAM},
	{"sock.editor", "editor-ipc.sock", SOCK_STREAM},
	{"net.unix-dgram", "notify", SOCK_DGRAM},
	{"net.unix-abstract", "@", SOCK_STREAM},
	{"net.unix-abstract-dgram", "@-dgram", SOCK_DGRAM},
};

/* UDP is the last that is looked at in each round: once it has answered, the others were served. */
enum { UNIX_ROWS = ARRAY_SIZE(rows), TCP6 = UNIX_ROWS, UDP, SOCKETS };

enum { ANSWER_MS = 1000 };

struct state {
	struct pollfd sockets[SOCKETS];
	uint32_t *received; /* datagrams of each, counted by the server in shared memory */
	uint32_t before[SOCKETS], after[SOCKETS];
	uint16_t udp_port;
	bool answered;
};

static int make_unix(const struct kit *kit, const char *dir, const struct row *row)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	bool abstract = row->name[0] == '@';
	const char *path = abstract ? pool_printf("pinfold-matrix-%s%s", kit->token, row->name + 1)
				    : pool_printf("%s/%s", dir, row->name);
	size_t n = strlen(path);
	autoclose int fd = socket(AF_UNIX, row->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || n + 1 >= sizeof(un.sun_path))
		return -1;
	memcpy(un.sun_path + abstract, path, n);
	if (bind(fd, (const void *)&un,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1)) ||
	    (row->type == SOCK_STREAM && listen(fd, 16)))
		return -1;
	return fd_take(&fd);
}

/* On a port of the kernel's choosing, of the loopback alone; says which. */
static int make_loopback(int family, int type, uint16_t *port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	void *at = family == AF_INET6 ? (void *)&six : (void *)&four;
	socklen_t size = family == AF_INET6 ? sizeof(six) : sizeof(four);
	autoclose int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, at, size) || (type == SOCK_STREAM && listen(fd, 16)) ||
	    getsockname(fd, at, &size))
		return -1;
	*port = ntohs(family == AF_INET6 ? six.sin6_port : four.sin_port);
	return fd_take(&fd);
}

static void answer(int fd, const char *token, uint32_t *received)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	char question[16];
	int type = 0;
	socklen_t type_size = sizeof(type);

	(void)getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size);
	if (type == SOCK_STREAM) {
		autoclose int to = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (to >= 0)
			(void)send(to, token, strlen(token), MSG_NOSIGNAL | MSG_DONTWAIT);
	} else if (recvfrom(fd, question, sizeof(question), 0, (void *)&from, &size) >= 0) {
		(*received)++;
		(void)sendto(fd, token, strlen(token), MSG_NOSIGNAL | MSG_DONTWAIT, (void *)&from,
			     size);
	}
}

static _Noreturn void serve(struct state *s, pid_t parent, const char *token)
{
	if (children_tie(parent))
		_exit(EXIT_OURS);
	for (;;) {
		if (poll(s->sockets, SOCKETS, -1) < 0)
			continue;
		for (size_t i = 0; i < SOCKETS; i++)
			if (s->sockets[i].fd >= 0 && s->sockets[i].revents)
				answer(s->sockets[i].fd, token, &s->received[i]);
	}
}

static int make_directories(const char *dir, struct err *e)
{
	static const char *const below[] = {"", "/podman", "/dbus", "/pulse", "/tmux"};

	for (size_t i = 0; i < ARRAY_SIZE(below); i++)
		if (mkdir(pool_printf("%s%s", dir, below[i]), 0700))
			return fail(e, errno, "make %s%s", dir, below[i]);
	return 0;
}

/* A host may be without IPv6; the rest is everywhere. */
static int make_sockets(struct kit *kit, struct state *s, const char *dir, struct err *e)
{
	uint16_t port = 0;

	for (size_t i = 0; i < UNIX_ROWS; i++) {
		s->sockets[i] = (struct pollfd){make_unix(kit, dir, &rows[i]), POLLIN, 0};
		if (s->sockets[i].fd < 0)
			return fail(e, errno, "listen on %s", rows[i].name);
	}
	s->sockets[UDP] = (struct pollfd){make_loopback(AF_INET, SOCK_DGRAM, &port), POLLIN, 0};
	if (s->sockets[UDP].fd < 0)
		return fail(e, errno, "bind a port of 127.0.0.1");
	s->udp_port = port;
	kit_tell(kit, "udp=127.0.0.1:%u", port);
	s->sockets[TCP6] = (struct pollfd){make_loopback(AF_INET6, SOCK_STREAM, &port), POLLIN, 0};
	if (s->sockets[TCP6].fd < 0)
		kit_absent(kit, "net.connect-tcp6");
	else
		kit_tell(kit, "connect6=[::1]:%u", port);
	return 0;
}

static int services_make(struct kit *kit, void **state, struct err *e)
{
	struct state *s = pool_alloc(sizeof(*s));
	const char *dir = pool_printf("%s/run", kit->dir);
	pid_t parent = getpid(), pid;

	*state = s;
	s->received = mmap(NULL, SOCKETS * sizeof(*s->received), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->received == MAP_FAILED)
		return fail(e, errno, "mmap");
	if (make_directories(dir, e) || make_sockets(kit, s, dir, e))
		return -1;
	kit_tell(kit, "services=%s", dir);
	kit_tell(kit, "abstract=pinfold-matrix-%s", kit->token);
	pid = fork();
	if (pid == 0)
		serve(s, parent, kit->token);
	if (pid < 0)
		return fail(e, errno, "fork");
	kit_keep(kit, pid);
	for (size_t i = 0; i < SOCKETS; i++)
		fd_cleanup(&s->sockets[i].fd);
	return 0;
}

/* Waits until the server has gone through all that came before. */
static bool settle(const struct state *s)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(s->udp_port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && sendto(fd, "!", 1, 0, (const void *)&to, sizeof(to)) == 1 &&
	       poll(&(struct pollfd){fd, POLLIN, 0}, 1, ANSWER_MS) == 1;
}

static int services_arm(struct kit *kit, void *state, struct err *e)
{
	struct state *s = state;

	(void)kit, (void)e;
	memcpy(s->before, s->received, sizeof(s->before));
	return 0;
}

static void services_look(struct kit *kit, void *state)
{
	struct state *s = state;

	(void)kit;
	s->answered = settle(s);
	memcpy(s->after, s->received, sizeof(s->after));
}

static enum seen see_datagram(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;
	size_t i = 0;

	(void)kit;
	while (!str_equal(rows[i].op, op))
		i++;
	if (!s->answered)
		return SEEN_UNKNOWN;
	return s->after[i] != s->before[i] ? SEEN_YES : SEEN_NO;
}

static const struct judge judges[] = {
	{"net.unix-dgram", see_datagram},
	{"net.unix-abstract-dgram", see_datagram},
	{NULL, NULL},
};

const struct decoy_family decoys_services = {
	.name = "services",
	.make = services_make,
	.arm = services_arm,
	.look = services_look,
	.judges = judges,
};

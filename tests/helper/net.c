/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net: both ends of a connection, on this machine only.
 *
 *     net serve ADDR TOKEN     listens, prints "ready PORT", sends TOKEN to whoever connects
 *     net connect ADDR [PORT]  prints what it is sent, or the errno's name
 *     net bind ADDR PORT       listens on that port: "ok" or the errno's name
 *     net self                 a connection to itself over 127.0.0.1 and over ::1: "ok ok"
 *     net socket FAMILY TYPE PROTOCOL    numbers: "ok" or the errno's name
 *     net interfaces           their names, in one line
 *     net receive ADDR         prints "ready 0", then the datagram that comes to it
 *     net pair-send ADDR TYPE  sends "token" there, from one end of a pair of sockets of that type
 *
 * ADDR: 127.0.0.1, ::1, a path (unix), or @NAME (abstract unix). A server ends after a minute.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

union addr {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

static socklen_t make_addr(const char *text, const char *port, union addr *a)
{
	in_port_t n = htons((in_port_t)(port ? atoi(port) : 0));
	size_t size = strlen(text);

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &a->in.sin_addr) == 1) {
		a->in.sin_family = AF_INET;
		a->in.sin_port = n;
		return sizeof(a->in);
	}
	if (inet_pton(AF_INET6, text, &a->in6.sin6_addr) == 1) {
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = n;
		return sizeof(a->in6);
	}
	if (size >= sizeof(a->un.sun_path))
		exit(2);
	a->un.sun_family = AF_UNIX;
	memcpy(a->un.sun_path, text, size);
	if (text[0] == '@')
		a->un.sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (text[0] != '@'));
}

static int listen_on(const char *text, const char *port)
{
	union addr a;
	socklen_t size = make_addr(text, port, &a);
	int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 || bind(fd, &a.any, size) || listen(fd, 4) ? -1 : fd;
}

static int port_of(int fd)
{
	union addr a = {0};
	socklen_t size = sizeof(a);

	if (getsockname(fd, &a.any, &size))
		return -1;
	/* The port stands at the same place in both structures. */
	return a.any.sa_family == AF_UNIX ? 0 : ntohs(a.in.sin_port);
}

static int serve(const char *text, const char *token)
{
	int fd = listen_on(text, NULL);

	if (fd < 0)
		return -1;
	if (text[0] == '/')
		(void)chmod(text, 0666);
	alarm(60);
	printf("ready %d\n", port_of(fd));
	(void)fflush(stdout);
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			return -1;
		(void)!write(peer, token, strlen(token));
		(void)close(peer);
	}
}

static int connect_to(const char *text, const char *port)
{
	union addr a;
	socklen_t size = make_addr(text, port, &a);
	int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	alarm(10);
	return fd < 0 || connect(fd, &a.any, size) ? -1 : fd;
}

static int connect_and_print(const char *text, const char *port)
{
	char token[64];
	int fd = connect_to(text, port);
	ssize_t n = fd < 0 ? -1 : read(fd, token, sizeof(token) - 1);

	if (n < 0)
		return -1;
	printf("%.*s\n", (int)n, token);
	return 1;
}

static int talk_to_self(void)
{
	static const char *const addrs[] = {"127.0.0.1", "::1"};

	for (int i = 0; i < 2; i++) {
		char port[16];
		int fd = listen_on(addrs[i], NULL);

		if (fd < 0)
			return -1;
		(void)snprintf(port, sizeof(port), "%d", port_of(fd));
		if (connect_to(addrs[i], port) < 0)
			return -1;
		fputs(i ? " ok\n" : "ok", stdout);
	}
	return 1;
}

static int print_interfaces(void)
{
	struct if_nameindex *all = if_nameindex();

	if (!all)
		return -1;
	for (struct if_nameindex *i = all; i->if_name; i++)
		printf("%s%s", i == all ? "" : " ", i->if_name);
	puts("");
	return 1;
}

static int receive(const char *text)
{
	union addr a;
	socklen_t size = make_addr(text, NULL, &a);
	int fd = socket(a.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char token[64];
	ssize_t n;

	if (fd < 0 || bind(fd, &a.any, size) || (text[0] == '/' && chmod(text, 0666)))
		return -1;
	alarm(60);
	puts("ready 0");
	(void)fflush(stdout);
	n = read(fd, token, sizeof(token));
	if (n < 0)
		return -1;
	printf("%.*s\n", (int)n, token);
	return 1;
}

static int pair_send(const char *text, const char *type)
{
	union addr a;
	socklen_t size = make_addr(text, NULL, &a);
	int fds[2];

	if (socketpair(AF_UNIX, atoi(type), 0, fds))
		return -1;
	return sendto(fds[0], "token", 5, 0, &a.any, size) == 5 ? 0 : -1;
}

/* -1: errno says why not; 0: print "ok"; 1: has printed. */
static int act(int n, char **a)
{
	const char *word = n ? a[0] : "";

	if (strcmp(word, "serve") == 0 && n == 3)
		return serve(a[1], a[2]);
	if (strcmp(word, "connect") == 0 && n >= 2)
		return connect_and_print(a[1], n > 2 ? a[2] : NULL);
	if (strcmp(word, "bind") == 0 && n == 3)
		return listen_on(a[1], a[2]) < 0 ? -1 : 0;
	if (strcmp(word, "self") == 0)
		return talk_to_self();
	if (strcmp(word, "socket") == 0 && n == 4)
		return socket(atoi(a[1]), atoi(a[2]), atoi(a[3])) < 0 ? -1 : 0;
	if (strcmp(word, "interfaces") == 0)
		return print_interfaces();
	if (strcmp(word, "receive") == 0 && n == 2)
		return receive(a[1]);
	if (strcmp(word, "pair-send") == 0 && n == 3)
		return pair_send(a[1], a[2]);
	fputs("net: called wrongly\n", stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	int rc = act(argc - 1, argv + 1);

	if (rc < 1)
		puts(rc < 0 ? strerrorname_np(errno) : "ok");
	return 0;
}

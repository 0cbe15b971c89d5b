/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy: what all runs of the probe aim at, really there, so that "blocked" says something. What an
 * operation may change is not here but in the kit of each worker (kit.c).
 *
 * Should make things that any user of the host could reach, each with a mark that cannot be guessed
 * or faked: the checksum of the host's files, a process whose name holds a random word, a listener
 * on the loopback that sends another. Mustn't leave any of it behind: all lives in one child that
 * dies with us. A decoy that dies early would make every sandbox look strong, so it is looked at
 * again at the end.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "hash.h"
#include "pool.h"

static bool read_sum(const char *path, uint64_t *sum)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[4096];
	ssize_t n;

	*sum = HASH_START;
	if (fd < 0)
		return false;
	while ((n = fd_read_full(fd, buf, sizeof(buf))) > 0)
		*sum = hash_add(*sum, buf, (size_t)n);
	return n == 0;
}

void decoy_read(struct decoy *decoy)
{
	*decoy = (struct decoy){.pid = -1};
	decoy->has_shadow = read_sum("/etc/shadow", &decoy->shadow_sum);
}

static void tell(struct decoy *decoy, const char *word)
{
	pool_list_add(&decoy->args, "--decoy");
	pool_list_add(&decoy->args, word);
}

/* On a port of the kernel's choosing, of 127.0.0.1 alone. */
static int make_listener(uint16_t *port, struct err *e)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	autoclose int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const void *)&at, sizeof(at)) || listen(fd, 64) ||
	    getsockname(fd, (void *)&at, &size))
		return fail(e, errno, "listen on 127.0.0.1");
	*port = ntohs(at.sin_port);
	return fd_take(&fd);
}

static _Noreturn void serve(pid_t parent, int ready, int listener, const char *name,
			    const char *token)
{
	if (children_tie(parent) || prctl(PR_SET_NAME, name, 0, 0, 0) || write(ready, "", 1) != 1)
		_exit(EXIT_OURS);
	(void)close(ready);
	for (;;) {
		autoclose int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		/* The client may be gone again, or let itself be: neither matters here. */
		if (fd >= 0)
			(void)send(fd, token, TOKEN - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		else if (errno != EINTR && errno != ECONNABORTED)
			(void)usleep(1000);
	}
}

/* Until the child has its name a probe would not find it: the first control must not be early. */
static int start(struct decoy *decoy, int listener, const char *name, const char *token,
		 struct err *e)
{
	autoclose int hear = -1, say = -1;
	pid_t parent = getpid();
	int fds[2];
	char byte;

	if (pipe2(fds, O_CLOEXEC))
		return fail(e, errno, "pipe");
	hear = fds[0];
	say = fds[1];
	decoy->pid = fork();
	if (decoy->pid == 0)
		serve(parent, say, listener, name, token);
	if (decoy->pid < 0)
		return fail(e, errno, "fork");
	(void)close(fd_take(&say));
	return fd_read_full(hear, &byte, 1) == 1 ? 0 : fail(e, 0, "the decoy process has died");
}

/* What this host has not: the probe cannot know, and would have to say that it is blocked. */
static void tell_absent(struct decoy *decoy)
{
	static const struct {
		const char *path, *op;
	} objects[] = {{"/dev/mem", "dev.mem"}, {"/etc/shadow", "fs.read-shadow"}};

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		if (faccessat(AT_FDCWD, objects[i].path, F_OK, AT_SYMLINK_NOFOLLOW) &&
		    errno == ENOENT)
			pool_list_add(&decoy->absent, objects[i].op);
}

int decoy_make(struct decoy *decoy, struct err *e)
{
	char name[TOKEN], token[TOKEN];
	autoclose int listener = -1;
	uint16_t port = 0;

	err_where(e, "decoys");
	if (!read_sum("/etc/passwd", &decoy->passwd_sum))
		return fail(e, errno, "read /etc/passwd");
	if (kit_token(name, e) || kit_token(token, e))
		return -1;
	listener = make_listener(&port, e);
	if (listener < 0)
		return -1;
	if (start(decoy, listener, name, token, e))
		return -1;
	tell(decoy, pool_printf("passwd-sum=%016llx", (unsigned long long)decoy->passwd_sum));
	if (decoy->has_shadow)
		tell(decoy,
		     pool_printf("shadow-sum=%016llx", (unsigned long long)decoy->shadow_sum));
	tell(decoy, pool_printf("status-pid=%d", (int)decoy->pid));
	tell(decoy, pool_printf("status-token=%s", name));
	tell(decoy, pool_printf("connect=127.0.0.1:%u", port));
	tell(decoy, pool_printf("connect-token=%s", token));
	tell_absent(decoy);
	e->where[0] = '\0';
	return 0;
}

bool decoy_lives(const struct decoy *decoy)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)decoy->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0;
}

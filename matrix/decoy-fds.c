/* SPDX-License-Identifier: Apache-2.0 */
/* decoy-fds: descriptors that the command should not have inherited from whoever started it. */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

enum { FIRST = 20, HIGH = 900 };

/* A file that whoever starts the sandbox has open. */
static const struct row {
	const char *op;
	int number, flags;
	bool seen; /* a change of it is the operation's effect */
} rows[] = {
	{"fd.inherited-file", FIRST, O_RDONLY, false},
	{"fd.high-number", HIGH, O_RDONLY, false},
	{"fd.inherited-writable", FIRST + 1, O_RDWR, true},
	{"fd.reopen-writable", FIRST + 2, O_RDONLY, true},
};

struct state {
	int watch[ARRAY_SIZE(rows)]; /* the same files, opened by us */
	struct stat before[ARRAY_SIZE(rows)];
};

static int inherit(struct kit *kit, const char *op, int fd, int number, struct err *e)
{
	if (fd < 0)
		return fail(e, errno, "make what %s inherits", op);
	kit_tell(kit, "fd.%s=%d", op, number);
	return kit_inherit(kit, fd, number, e);
}

static int make_file(struct kit *kit, const struct row *row, int *watch, struct err *e)
{
	const char *path = pool_printf("%s/%s", kit->dir, row->op);

	*watch = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*watch < 0 || dprintf(*watch, "%s %s\n", kit->token, row->op) < 0)
		return fail(e, errno, "make %s", path);
	return inherit(kit, row->op, open(path, row->flags | O_CLOEXEC), row->number, e);
}

static int open_dir(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The other end stays open in the kit's own process, and has said its content. */
static int make_socket(struct kit *kit, struct err *e)
{
	static const char op[] = "fd.inherited-socket";
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return fail(e, errno, "a pair of sockets");
	if (dprintf(fds[0], "%s %s\n", kit->token, op) < 0)
		return fail(e, errno, "write to a socket");
	return inherit(kit, op, fds[1], FIRST + 5, e);
}

static int make_ns(struct kit *kit, struct err *e)
{
	static const char op[] = "fd.inherited-nsfd";
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct stat st = {0};

	if (fd < 0) {
		kit_absent(kit, op);
		return 0;
	}
	(void)fstat(fd, &st);
	kit_tell(kit, "word.%s=%llu", op, (unsigned long long)st.st_ino);
	return inherit(kit, op, fd, FIRST + 6, e);
}

static int fds_make(struct kit *kit, void **state, struct err *e)
{
	struct state *s = pool_alloc(sizeof(*s));

	*state = s;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (make_file(kit, &rows[i], &s->watch[i], e))
			return -1;
	if (inherit(kit, "fd.inherited-dir", open_dir(kit->home), FIRST + 3, e) ||
	    inherit(kit, "fd.inherited-dir-dotdot", open_dir(kit->workspace), FIRST + 4, e) ||
	    make_socket(kit, e))
		return -1;
	return make_ns(kit, e);
}

static int fds_arm(struct kit *kit, void *state, struct err *e)
{
	struct state *s = state;

	(void)kit;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (fstat(s->watch[i], &s->before[i]))
			return fail(e, errno, "look at %s", rows[i].op);
	return 0;
}

static enum seen fds_judge(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;
	struct stat now;

	(void)kit;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].seen || !str_equal(rows[i].op, op))
			continue;
		if (fstat(s->watch[i], &now))
			return SEEN_UNKNOWN;
		return now.st_ctim.tv_sec == s->before[i].st_ctim.tv_sec &&
				       now.st_ctim.tv_nsec == s->before[i].st_ctim.tv_nsec
			       ? SEEN_NO
			       : SEEN_YES;
	}
	return SEEN_NONE;
}

const struct decoy_family decoys_fds = {
	.name = "fds", .make = fds_make, .arm = fds_arm, .judge = fds_judge};

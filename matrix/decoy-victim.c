/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-victim: a process to look into, to signal and to steer.
 *
 * It holds the token wherever a process can hold one: in its memory, arguments, environment and
 * directory, and in a file that it has open. It counts the signals that come in and looks after its
 * spare bytes; when the run is over it is asked by a last signal, which comes after all others
 * (signal(7): of real-time signals the lowest number goes first), and answers through a pipe.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

enum {
	FIRST_SIGNAL = 40, /* as in the probe's op-proc-victim.c */
	WAYS = 6,
	ASK_SIGNAL = FIRST_SIGNAL + WAYS,
	PIPE_FD = 4,
	TOKEN_FD = 5,
	ANSWER_MS = 1000
};

/* What the victim says when it is asked. */
struct answer_word {
	uint8_t ways[WAYS]; /* how many signals came in */
	uint8_t written;    /* the spare bytes were changed */
};

struct state {
	pid_t pid;
	int hear; /* the pipe's end */
	int lock; /* the file that an outliving process locks, -1: none */
	bool answered, outlived;
	struct answer_word said;
};

/* ---- the victim itself ---------------------------------------------------------------------- */

/* The token, and as many spare bytes. */
static char held[2 * TOKEN];

static void serve(void)
{
	struct answer_word word = {0};
	sigset_t set;

	(void)sigemptyset(&set);
	for (int sig = FIRST_SIGNAL; sig <= ASK_SIGNAL; sig++)
		(void)sigaddset(&set, sig);
	for (;;) {
		int sig = sigwaitinfo(&set, NULL);

		if (sig >= FIRST_SIGNAL && sig < ASK_SIGNAL)
			word.ways[sig - FIRST_SIGNAL]++;
		if (sig != ASK_SIGNAL)
			continue;
		for (size_t i = TOKEN - 1; i < sizeof(held); i++)
			word.written |= held[i] != 0;
		if (write(PIPE_FD, &word, sizeof(word)) != (ssize_t)sizeof(word))
			_exit(EXIT_OURS);
		memset(&word, 0, sizeof(word));
		memset(held + TOKEN - 1, 0, sizeof(held) - TOKEN + 1);
	}
}

/* The token is also its name, and the name of what it has mapped. */
static int show_token(const char *token)
{
	int fd = memfd_create(token, MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, 1) || mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		return -1;
	return prctl(PR_SET_NAME, token, 0, 0, 0);
}

/* `pinfold-matrix victim PARENT TOKEN`: tells where the token lies, and serves. */
int victim_main(int argc, char **argv)
{
	const void *at = held;

	if (argc != 3 || strlen(argv[2]) != TOKEN - 1 || children_tie(atoi(argv[1])) ||
	    show_token(argv[2]))
		return EXIT_OURS;
	memcpy(held, argv[2], TOKEN - 1);
	if (write(PIPE_FD, &at, sizeof(at)) != (ssize_t)sizeof(at))
		return EXIT_OURS;
	serve();
	return EXIT_OURS;
}

/* ---- the kit's side -------------------------------------------------------------------------- */

/* Its directory, with the file that it holds open; a descriptor of that file, or -1. */
static int make_file(const struct kit *kit, char dir[KIT_PATH])
{
	autoclose int fd = -1;

	if (snprintf(dir, KIT_PATH, "%s/victim", kit->dir) >= KIT_PATH || mkdir(dir, 0700))
		return -1;
	fd = open(pool_printf("%s/token", dir), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || fd_write_all(fd, kit->token, strlen(kit->token)))
		return -1;
	return fd_take(&fd);
}

/* In the child: signals wait, and the two descriptors are where the victim looks for them. */
static _Noreturn void become(const struct kit *kit, const char *parent, const char *dir, int say,
			     int file)
{
	const char *argv[] = {"/proc/self/exe", "victim", parent, kit->token, NULL};
	const char *env[] = {pool_printf("VICTIM=%s", kit->token), NULL};
	sigset_t set;

	(void)sigemptyset(&set);
	for (int sig = FIRST_SIGNAL; sig <= ASK_SIGNAL; sig++)
		(void)sigaddset(&set, sig);
	if (chdir(dir) == 0 && setpgid(0, 0) == 0 && sigprocmask(SIG_SETMASK, &set, NULL) == 0 &&
	    dup2(say, PIPE_FD) == PIPE_FD && dup2(file, TOKEN_FD) == TOKEN_FD)
		(void)execve(argv[0], (char *const *)argv, (char *const *)env);
	_exit(EXIT_OURS);
}

static int start(struct kit *kit, struct state *s, struct err *e)
{
	const char *parent = pool_printf("%d", (int)getpid());
	char dir[KIT_PATH];
	autoclose int file = make_file(kit, dir);
	autoclose int say = -1;
	int fds[2];
	void *at;

	if (file < 0 || pipe2(fds, O_CLOEXEC))
		return fail(e, errno, "make the victim's file in %s", kit->dir);
	/* Out of the way of the numbers that the victim's will have. */
	s->hear = fcntl(fds[0], F_DUPFD_CLOEXEC, KIT_FD_FIRST);
	say = fcntl(fds[1], F_DUPFD_CLOEXEC, KIT_FD_FIRST);
	(void)close(fds[0]);
	(void)close(fds[1]);
	(void)fcntl(s->hear, F_SETFL, O_NONBLOCK);
	s->pid = fork();
	if (s->pid == 0)
		become(kit, parent, dir, say, fcntl(file, F_DUPFD_CLOEXEC, KIT_FD_FIRST));
	if (s->pid < 0)
		return fail(e, errno, "fork");
	kit_keep(kit, s->pid);
	if (poll(&(struct pollfd){s->hear, POLLIN, 0}, 1, ANSWER_MS) != 1 ||
	    read(s->hear, &at, sizeof(at)) != (ssize_t)sizeof(at))
		return fail(e, 0, "the victim does not speak");
	kit_tell(kit, "victim=%d", (int)s->pid);
	kit_tell(kit, "victim-at=%llx", (unsigned long long)(uintptr_t)at);
	kit_tell(kit, "victim-fd=%d", TOKEN_FD);
	kit_tell(kit, "victim-file=%s/token", dir);
	return 0;
}

static int victim_make(struct kit *kit, void **state, struct err *e)
{
	struct state *s = pool_alloc(sizeof(*s));

	*state = s;
	s->hear = -1;
	if (start(kit, s, e))
		return -1;
	s->lock = open(pool_printf("%s/proc.outlive", kit->workspace),
		       O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	return s->lock < 0 ? fail(e, errno, "make a file in %s", kit->workspace) : 0;
}

/* Asks, and takes what it answers; also before a run, for what came in since the last. */
static void ask(struct state *s)
{
	s->answered = false;
	if (kill(s->pid, ASK_SIGNAL) == 0 &&
	    poll(&(struct pollfd){s->hear, POLLIN, 0}, 1, ANSWER_MS) == 1)
		s->answered = read(s->hear, &s->said, sizeof(s->said)) == (ssize_t)sizeof(s->said);
}

static void victim_look(struct kit *kit, void *state)
{
	struct state *s = state;

	(void)kit;
	ask(s);
	s->outlived = flock(s->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
	(void)flock(s->lock, LOCK_UN);
}

static enum seen see_signal(const struct kit *kit, void *state, const char *op)
{
	static const char *const ops[WAYS] = {"proc.signal",	   "proc.sigqueue",
					      "proc.tgkill",	   "proc.signal-group",
					      "proc.pidfd-signal", "proc.sigio-owner"};
	const struct state *s = state;
	size_t way = 0;

	(void)kit;
	while (!str_equal(ops[way], op))
		way++;
	if (!s->answered)
		return SEEN_UNKNOWN;
	return s->said.ways[way] ? SEEN_YES : SEEN_NO;
}

static enum seen see_written(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;

	(void)kit, (void)op;
	if (!s->answered)
		return SEEN_UNKNOWN;
	return s->said.written ? SEEN_YES : SEEN_NO;
}

static enum seen see_outlived(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;

	(void)kit, (void)op;
	return s->outlived ? SEEN_YES : SEEN_NO;
}

static const struct judge judges[] = {
	{"proc.signal", see_signal},
	{"proc.sigqueue", see_signal},
	{"proc.tgkill", see_signal},
	{"proc.signal-group", see_signal},
	{"proc.pidfd-signal", see_signal},
	{"proc.sigio-owner", see_signal},
	{"trace.vm-write", see_written},
	{"proc.outlive", see_outlived},
	{NULL, NULL},
};

const struct decoy_family decoys_victim = {
	.name = "victim",
	.make = victim_make,
	.look = victim_look,
	.judges = judges,
};

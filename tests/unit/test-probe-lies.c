/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product's own rows under filters that refuse their calls, kill for them, or answer them with
 * success without making them. A lie is never REACHED, with one exception that the manual states:
 * whether kill(-1) killed is for whoever made the victims to see.
 *
 * kill(2) is only ever called here under a filter that was seen to stop it.
 */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "probe.h"
#include "test-probe-filter.h"

static const struct op *find(const char *id)
{
	struct op_list all = ops_all();

	for (size_t i = 0; i < all.n; i++)
		if (str_equal(all.v[i]->id, id))
			return all.v[i];
	return NULL;
}

/* Runs one row in a child of the test that has such a filter (verdict -2: none). */
static struct trial run_filtered(const char *id, const struct probe *probe, int verdict, int call)
{
	struct trial t = {0};
	const struct op *op = find(id);
	struct op_list ops = {&op, 1};
	int fds[2];
	pid_t pid;

	if (!op || pipe(fds))
		return t;
	pid = fork();
	if (pid == 0) {
		struct err e = {0};

		if (verdict != -2)
			filter_calls(verdict, call, -1);
		_exit(runner_run(probe, &ops, &t, &e) || write(fds[1], &t, sizeof(t)) != sizeof(t));
	}
	(void)close(fds[1]);
	if (read(fds[0], &t, sizeof(t)) != sizeof(t))
		t.outcome = OUTCOME_NONE;
	(void)close(fds[0]);
	(void)waitpid(pid, NULL, 0);
	return t;
}

static void is_trial(const struct trial *t, enum outcome outcome, int num, const char *detail,
		     const char *name)
{
	is_str(outcome_name(t->outcome), outcome_name(outcome), "%s", name);
	is_int(t->num, num, "... errno");
	is_str(t->detail, detail, "... detail");
}

/* Calls refused, killed for, and faked. */
static const struct {
	const char *id;
	int call;
	const char *faked; /* detail where the call claims success */
} rows[] = {
	{"net.raw-icmp", SYS_socket, "socket claimed success without a raw socket"},
	{"trace.traceme", SYS_ptrace, "ptrace claimed success without a tracer"},
	{"mount.tmpfs", SYS_mount, "mount claimed success, and /tmp is as it was"},
	{"fs.write-root", SYS_openat, "open claimed success without a new file"},
	{"fs.read-passwd", SYS_openat, "something else than a file is there"},
	{"fs.read-shadow", SYS_openat, "something else than a file is there"},
	{"proc.read-status", SYS_openat, "it is no status file"},
};

static void test_rows(void)
{
	/* Descriptor 0 is what a faked open or socket gives: an empty pipe, for certain. */
	struct probe probe = {.timeout_ms = 2000, .nonce = 4711};
	int fds[2];

	if (!ok(pipe(fds) == 0 && dup2(fds[0], 0) == 0 && close(fds[1]) == 0, "an empty pipe"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct str_list told = {
			(const char *[]){"mount-ok=yes", "passwd-sum=0123456789abcdef"}, 2};
		struct trial t;
		struct err e = {0};

		memset(&probe.decoys, 0, sizeof(probe.decoys));
		(void)decoys_read(&told, &probe.decoys, &e);
		t = run_filtered(rows[i].id, &probe, EPERM, rows[i].call);
		ok(t.outcome == OUTCOME_BLOCKED && t.num == EPERM, "%s: refused", rows[i].id);
		t = run_filtered(rows[i].id, &probe, ENOSYS, rows[i].call);
		ok(t.outcome == OUTCOME_BLOCKED && t.num == ENOSYS, "%s: ENOSYS", rows[i].id);
		t = run_filtered(rows[i].id, &probe, ENOMEM, rows[i].call);
		ok(t.outcome == OUTCOME_BROKEN && t.num == ENOMEM, "%s: a shortage", rows[i].id);
		t = run_filtered(rows[i].id, &probe, FILTER_KILL, rows[i].call);
		is_trial(&t, OUTCOME_BLOCKED, 0, "killed by SIGSYS: a system call filter",
			 rows[i].id);
		t = run_filtered(rows[i].id, &probe, 0, rows[i].call);
		is_trial(&t, OUTCOME_BLOCKED, 0, rows[i].faked, rows[i].id);
	}
}

static void test_traceme(void)
{
	struct probe probe = {.timeout_ms = 2000};
	struct trial t = run_filtered("trace.traceme", &probe, -2, 0);

	is_trial(&t, OUTCOME_REACHED, 0, "the process is traced", "trace.traceme without a filter");
}

/* A listener on loopback that says `word` to one caller, or nothing. */
static pid_t listen_once(const char *word, char decoy[64])
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (fd < 0 || bind(fd, (void *)&a, size) || listen(fd, 4) ||
	    getsockname(fd, (void *)&a, &size))
		return -1;
	(void)snprintf(decoy, 64, "connect=127.0.0.1:%u", ntohs(a.sin_port));
	pid = fork();
	if (pid == 0) {
		int caller;

		(void)alarm(20);
		caller = accept(fd, NULL, NULL);
		if (caller >= 0 && word)
			(void)!write(caller, word, strlen(word));
		(void)pause();
	}
	(void)close(fd);
	return pid;
}

static struct trial connect_to(const char *says, const char *token, int verdict, int call)
{
	struct probe probe = {.timeout_ms = 400};
	const char *words[2] = {0};
	struct str_list told = {words, 0};
	struct err e = {0};
	struct trial t = {0};
	char decoy[64];
	pid_t pid = listen_once(says, decoy);

	if (pid < 0)
		return t;
	words[told.n++] = decoy;
	if (token)
		words[told.n++] = token;
	if (decoys_read(&told, &probe.decoys, &e) == 0)
		t = run_filtered("net.connect-tcp", &probe, verdict, call);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return t;
}

static void test_connect(void)
{
	static const char token[] = "connect-token=moo";
	struct trial t;

	t = connect_to("moo and more", token, -2, 0);
	is_trial(&t, OUTCOME_REACHED, 0, "the listener sent the token", "connect");
	t = connect_to("baa", token, -2, 0);
	is_trial(&t, OUTCOME_BLOCKED, 0, "another listener answered", "connect: another");
	t = connect_to(NULL, token, -2, 0);
	is_trial(&t, OUTCOME_BROKEN, 0, "connected, and nobody spoke: it may be another listener",
		 "connect: silence");
	t = connect_to(NULL, NULL, -2, 0);
	is_trial(&t, OUTCOME_REACHED, 0, "connected; no token was told that proves to whom",
		 "connect without a token");
	t = connect_to("moo", token, EPERM, SYS_connect);
	is_trial(&t, OUTCOME_BLOCKED, EPERM, "connect", "connect: refused");
	t = connect_to("moo", token, FILTER_KILL, SYS_connect);
	is_trial(&t, OUTCOME_BLOCKED, 0, "killed by SIGSYS: a system call filter",
		 "connect: killed for");
	t = connect_to("moo", token, 0, SYS_connect);
	is_trial(&t, OUTCOME_BLOCKED, 0, "connect claimed success without a connection",
		 "connect: faked");
	t = connect_to("moo", token, EAFNOSUPPORT, SYS_socket);
	is_trial(&t, OUTCOME_BLOCKED, EAFNOSUPPORT, "socket", "connect: no such family");
}

/*
 * kill(-1) under a filter that answers it. In a pid namespace of the machine itself run() refuses,
 * so finish() is called directly; the filter is tried first.
 */
static void test_kill_all(int verdict, enum outcome want, int num)
{
	const struct op *op = find("proc.kill-all");
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct probe probe = {.timeout_ms = 2000};
		struct trial t = {0};

		filter_calls(verdict, SYS_kill, -1);
		/* Signal 0 to nobody is ESRCH, unless the filter answers. */
		errno = 0;
		if (kill(0x7ffffff0, 0) != (num ? -1 : 0) || errno != num)
			_exit(98);
		op->finish(&probe, &t);
		_exit(t.outcome != want || t.num != num);
	}
	(void)waitpid(pid, &status, 0);
	is_int(status, 0, "kill(-1) answered with %s is %s", num ? err_name(num) : "success",
	       outcome_name(want));
}

int main(void)
{
	test_rows();
	test_traceme();
	test_connect();
	test_kill_all(EPERM, OUTCOME_BLOCKED, EPERM);
	test_kill_all(EACCES, OUTCOME_BLOCKED, EACCES);
	test_kill_all(0, OUTCOME_REACHED, 0);
	return tap_done();
}

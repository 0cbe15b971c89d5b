/* SPDX-License-Identifier: Apache-2.0 */
/* child: a program's status, output and end, whatever it does. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "child.h"
#include "str.h"

static struct child_result result;
static struct err e;

static int run(const char *const *argv, const char *const *env, uint32_t timeout_ms, size_t most)
{
	struct child_spec spec = {
		.argv = argv, .env = env, .timeout_ms = timeout_ms, .output_max = most};

	child_free(&result);
	memset(&e, 0, sizeof(e));
	return child_run(&spec, &result, &e);
}

static int shell(const char *script, uint32_t timeout_ms, size_t most)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return run(argv, NULL, timeout_ms, most);
}

static void test_status(void)
{
	is_int(shell("exit 0", 10000, 100), 0, "a program that succeeds");
	ok(WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0, "... with 0");
	ok(!result.timed_out && result.out_size == 0 && result.err_size == 0 && result.wall_ns > 0,
	   "... in time, without a word");
	is_int(shell("exit 7", 10000, 100), 0, "a program that fails");
	ok(WIFEXITED(result.status) && WEXITSTATUS(result.status) == 7, "... with 7");
	is_int(shell("kill -TERM $$", 10000, 100), 0, "a program that dies");
	ok(WIFSIGNALED(result.status) && WTERMSIG(result.status) == SIGTERM, "... by a signal");
	is_int(shell("exit 3", 0, 100), 0, "a program without a limit");
	is_int(WEXITSTATUS(result.status), 3, "... ends as well");
}

static void test_output(void)
{
	ok(shell("echo out; echo err >&2", 10000, 100) == 0, "both streams");
	is_str(result.out, "out\n", "... standard output");
	is_str(result.err, "err\n", "... standard error");
	is_int(result.out_size, 4, "... and its size");
	ok(shell("printf 'a\\000b'", 10000, 100) == 0 && result.out_size == 3 &&
		   !memcmp(result.out, "a\0b", 4),
	   "a NUL is a byte like any other");
	ok(shell("echo abcdefghij; echo 0123456789 >&2", 10000, 5) == 0, "a bound");
	ok(str_equal(result.out, "abcde") && str_equal(result.err, "01234"), "... cuts each");
	ok(shell("head -c 3000000 /dev/zero; echo x >&2; exit 4", 20000, 10) == 0 &&
		   result.out_size == 10 && str_equal(result.err, "x\n"),
	   "what is beyond is read and dropped: nobody waits");
	is_int(WEXITSTATUS(result.status), 4, "... to the program's end");
	ok(shell("echo x", 10000, 0) == 0 && result.out_size == 0 && str_equal(result.out, ""),
	   "a bound of nothing");
	ok(shell("head -c 1000000 /dev/zero", 20000, 1000000) == 0 && result.out_size == 1000000,
	   "a megabyte is kept whole");
}

static void test_surroundings(void)
{
	const char *const argv[] = {"env", NULL};
	const char *const env[] = {"ONLY=this", NULL};

	ok(run(argv, env, 10000, 1000) == 0 && str_equal(result.out, "ONLY=this\n"),
	   "the environment given, found by our own PATH");
	(void)setenv("TEST_LIB_CHILD", "1", 1);
	ok(shell("echo $TEST_LIB_CHILD", 10000, 100) == 0 && str_equal(result.out, "1\n"),
	   "ours where none is given");
	ok(shell("cat; readlink /proc/self/fd/0", 10000, 100) == 0 &&
		   str_equal(result.out, "/dev/null\n"),
	   "standard input is /dev/null");
	ok(shell("read -r l < /proc/$$/stat; set -- $l; test $1 = $5 && echo own", 10000, 100) ==
			   0 &&
		   str_equal(result.out, "own\n"),
	   "a process group of its own");
}

static void test_absent(void)
{
	const char *const absent[] = {"/nonexistent/program", NULL};
	const char *const nowhere[] = {"pinfold-no-such-program", NULL};
	const char *const directory[] = {"/tmp", NULL};

	ok(run(absent, NULL, 1000, 10) == -1 && e.num == ENOENT, "a path that is not there");
	ok(strstr(e.what, "/nonexistent/program") && !result.out && !result.err,
	   "... is named, and there is nothing to free");
	ok(run(nowhere, NULL, 1000, 10) == -1 && e.num == ENOENT, "a name that is nowhere");
	ok(run(directory, NULL, 1000, 10) == -1 && e.num == EACCES, "what is no program");
}

/* What a program left behind becomes our child, so that its end can be seen for certain. */
static int end_of(pid_t pid)
{
	int status = -1;

	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

static void test_timeout(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	ok(shell("sleep 50 & echo $!; wait", 300, 100) == 0 && result.timed_out, "a time-out");
	is_int(WTERMSIG(result.status), SIGKILL, "... ends the program");
	ok(result.wall_ns >= 300000000u && result.wall_ns < 20000000000u, "... when it was due");
	is_int(end_of(atoi(result.out)), SIGKILL, "... and what it started");
	ok(shell("trap '' TERM HUP INT; while :; do sleep 1; done", 300, 100) == 0 &&
		   result.timed_out && WTERMSIG(result.status) == SIGKILL,
	   "... whatever it ignores");
	ok(shell("exec >&- 2>&-; sleep 50", 300, 100) == 0 && result.timed_out,
	   "... and though it closed its streams");
}

static void test_left_behind(void)
{
	pid_t pid;

	ok(shell("sleep 50 & echo $!", 20000, 100) == 0 && !result.timed_out,
	   "a process left behind holds the streams");
	ok(result.wall_ns < 15000000000u, "... and nobody waits for it");
	pid = atoi(result.out);
	ok(pid > 0 && kill(pid, SIGKILL) == 0, "... it lives on");
	is_int(end_of(pid), SIGKILL, "... until it is ended");
}

static int open_count(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int main(void)
{
	int before = open_count();

	/* A directory in PATH that we may not search would make "not there" "not allowed". */
	(void)setenv("PATH", "/usr/bin:/bin", 1);
	test_status();
	test_output();
	test_surroundings();
	test_absent();
	test_timeout();
	test_left_behind();
	child_free(&result);
	is_int(open_count(), before, "no descriptor is left open");
	return tap_done();
}

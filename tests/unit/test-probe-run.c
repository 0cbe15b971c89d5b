/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations that crash, hang, stop, say nothing or are killed by a filter are results, and those
 * behind them are still run. The rows here are the test's own; the runner is the product's.
 */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "clock.h"
#include "probe.h"
#include "test-probe-filter.h"

/* Under AddressSanitizer a crash is to be one all the same. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "handle_segv=0:detect_leaks=0";
}

/* What undo() functions say; shared with the children. */
static volatile int *undone;

static void run_well(const struct probe *probe, struct trial *t)
{
	(void)probe;
	trial_reached(t, "well");
}

static void run_pid(const struct probe *probe, struct trial *t)
{
	(void)probe;
	trial_reached(t, "%d", (int)getpid());
}

static void run_crash(const struct probe *probe, struct trial *t)
{
	(void)probe;
	trial_reached(t, "said too early");
	(void)raise(SIGSEGV);
}

static void run_hang(const struct probe *probe, struct trial *t)
{
	(void)probe;
	(void)TRY(t, pause());
}

static void run_spin(const struct probe *probe, struct trial *t)
{
	sigset_t all;

	(void)probe, (void)t;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	for (volatile int i = 0;; i++)
		;
}

static void run_exit(const struct probe *probe, struct trial *t)
{
	(void)probe, (void)t;
	_exit(7);
}

static void run_silent(const struct probe *probe, struct trial *t)
{
	(void)probe, (void)t;
}

/* Traced by the probe, a signal stops it for good: only SIGKILL helps. */
static void run_stop(const struct probe *probe, struct trial *t)
{
	(void)probe, (void)t;
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	(void)raise(SIGUSR1);
}

static void run_absent(const struct probe *probe, struct trial *t)
{
	(void)probe;
	trial_refused(t, ENOENT, "open");
}

static void run_filter_tried(const struct probe *probe, struct trial *t)
{
	(void)probe;
	filter_calls(FILTER_KILL, SYS_uname, -1);
	(void)TRY(t, syscall(SYS_uname, NULL));
	trial_reached(t, "uname");
}

static void run_filter_beside(const struct probe *probe, struct trial *t)
{
	(void)probe;
	filter_calls(FILTER_KILL, SYS_uname, -1);
	(void)syscall(SYS_uname, NULL);
	trial_reached(t, "uname");
}

static void undo_count(const struct probe *probe)
{
	(void)probe;
	(*undone)++;
}

static void undo_hang(const struct probe *probe)
{
	(void)probe;
	(*undone)++;
	(void)pause();
}

enum { LIMIT_MS = 300 };

#define ROW(name, does, ...)                                                                       \
	{                                                                                          \
		.id = "test." name, .title = name, .source = "-", .run = (does), __VA_ARGS__       \
	}

static const struct op rows[] = {
	ROW("well", run_well, .clean = true),
	ROW("pid-1", run_pid, .clean = true),
	ROW("pid-2", run_pid, .clean = false),
	ROW("pid-3", run_pid, .clean = true),
	ROW("crash", run_crash, .clean = true, .undo = undo_count),
	ROW("pid-4", run_pid, .clean = true),
	ROW("hang", run_hang, .clean = true, .undo = undo_hang),
	ROW("spin", run_spin, .clean = false),
	ROW("exit", run_exit, .clean = true, .undo = undo_count),
	ROW("silent", run_silent, .clean = true, .undo = undo_count),
	ROW("stop", run_stop, .clean = true),
	ROW("filter-tried", run_filter_tried, .clean = false),
	ROW("filter-beside", run_filter_beside, .clean = false),
	ROW("dev.absent", run_absent, .clean = true),
	ROW("last", run_well, .clean = true),
};

static struct trial trials[ARRAY_SIZE(rows)];

static const struct trial *of(const char *title)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_equal(rows[i].title, title))
			return &trials[i];
	return NULL;
}

static void is_trial(const char *title, enum outcome outcome, const char *detail)
{
	const struct trial *t = of(title);

	is_str(outcome_name(t->outcome), outcome_name(outcome), "%s", title);
	is_str(t->detail, detail, "... and why");
}

static void test_endings(void)
{
	const struct op *list[ARRAY_SIZE(rows)];
	struct op_list ops = {list, ARRAY_SIZE(rows)};
	struct probe probe = {.timeout_ms = LIMIT_MS};
	uint64_t start = clock_now_ns();
	struct err e = {0};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		list[i] = &rows[i];
	is_int(runner_run(&probe, &ops, trials, &e), 0, "the runner comes back");
	is_trial("well", OUTCOME_REACHED, "well");
	is_trial("crash", OUTCOME_BROKEN, "ended by signal 11 (SIGSEGV)");
	is_trial("hang", OUTCOME_BROKEN, "timed out after 300 ms");
	is_trial("spin", OUTCOME_BROKEN, "timed out after 300 ms");
	is_trial("exit", OUTCOME_BROKEN, "ended with status 7 and without a result");
	is_trial("silent", OUTCOME_BROKEN, "it came back without a result");
	is_trial("stop", OUTCOME_BROKEN, "ended by signal 9 (SIGKILL)");
	is_trial("filter-tried", OUTCOME_BLOCKED, "killed by SIGSYS: a system call filter");
	is_trial("filter-beside", OUTCOME_BROKEN,
		 "killed by SIGSYS in another call than the one to try");
	is_trial("dev.absent", OUTCOME_BLOCKED, "open");
	is_trial("last", OUTCOME_REACHED, "well");
	is_str(of("pid-1")->detail, of("pid-2")->detail, "a clean row shares its process");
	ok(strcmp(of("pid-2")->detail, of("pid-3")->detail), "one that is not does not");
	ok(strcmp(of("pid-3")->detail, of("pid-4")->detail), "after a crash comes a new process");
	is_int(*undone, 3, "what was killed or ended early is undone; what came back is not");
	ok(clock_now_ns() - start < 5000000000u, "three limits and an undo's: bounded");
	is_int(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
	is_int(errno, ECHILD, "... nor a zombie");
}

/* One row alone, as the runner sees it. */
static struct trial run_one(const struct op *op, struct probe *probe)
{
	struct op_list ops = {&op, 1};
	struct trial t = {0};
	struct err e = {0};

	if (runner_run(probe, &ops, &t, &e))
		trial_broken(&t, e.num, "the runner failed");
	return t;
}

static void test_told_absent(void)
{
	static const struct op op = ROW("absent", run_absent, .clean = true);
	struct str_list words = {(const char *[]){"absent=dev.*"}, 1};
	struct probe probe = {.timeout_ms = LIMIT_MS};
	struct op mem = op;
	struct err e = {0};

	ok(decoys_read(&words, &probe.decoys, &e) == 0, "told that dev.* is absent");
	is_int(run_one(&op, &probe).outcome, OUTCOME_BLOCKED, "another row is as before");
	mem.id = "dev.mem";
	is_int(run_one(&mem, &probe).outcome, OUTCOME_ABSENT, "the row that it names is ABSENT");
	mem.run = run_well;
	is_int(run_one(&mem, &probe).outcome, OUTCOME_REACHED, "... unless it is reached");
}

/* Runs the rows below with calls refused to the probe itself. */
static int with_refused(int verdict, int first, int second, const struct op *op, struct trial *t)
{
	/* A limit that nothing but a hang comes near. */
	struct probe probe = {.timeout_ms = op->run == run_hang ? LIMIT_MS : 5000};
	uint64_t start = clock_now_ns();
	int fds[2], status = -1;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (pid == 0) {
		struct trial one;

		filter_calls(verdict, first, second);
		one = run_one(op, &probe);
		n = write(fds[1], &one, sizeof(one));
		_exit(n != sizeof(one));
	}
	(void)close(fds[1]);
	n = read(fds[0], t, sizeof(*t));
	(void)close(fds[0]);
	(void)waitpid(pid, &status, 0);
	ok(clock_now_ns() - start < 3000000000u, "bounded, though:");
	return n == sizeof(*t) && status == 0 ? 0 : -1;
}

static void test_refused(void)
{
	static const struct op well = ROW("well", run_well, .clean = true);
	static const struct op hang = ROW("hang", run_hang, .clean = true);
	struct trial t;

	is_int(with_refused(EPERM, SYS_wait4, -1, &well, &t), 0, "wait4 refused");
	is_int(t.outcome, OUTCOME_REACHED, "... a result comes all the same");
	is_int(with_refused(ENOSYS, SYS_wait4, SYS_rt_sigtimedwait, &well, &t), 0,
	       "wait4 and sigtimedwait refused");
	is_int(t.outcome, OUTCOME_REACHED, "... a result comes all the same");
	is_int(with_refused(EPERM, SYS_rt_sigtimedwait, SYS_rt_sigprocmask, &well, &t), 0,
	       "sigtimedwait and sigprocmask refused");
	is_int(t.outcome, OUTCOME_REACHED, "... a result comes all the same");
	is_int(with_refused(EPERM, SYS_rt_sigtimedwait, SYS_setitimer, &hang, &t), 0,
	       "a hang, with sigtimedwait refused");
	is_str(t.detail, "timed out after 300 ms", "... is bounded");
	is_int(with_refused(EPERM, SYS_wait4, -1, &hang, &t), 0, "a hang, with wait4 refused");
	is_str(t.detail, "timed out after 300 ms, and could not be ended", "... is bounded");
	is_int(with_refused(EAGAIN, SYS_clone, -1, &well, &t), 0, "clone refused");
	is_str(t.detail, "no process could be made for it", "... is BROKEN");
	ok(t.outcome == OUTCOME_BROKEN && t.num == EAGAIN, "... with its errno");
	is_int(with_refused(ENOMEM, SYS_mmap, -1, &well, &t), 0, "mmap refused");
	is_str(t.detail, "the runner failed", "... is the runner's failure, which main() prints");
}

/* Whoever starts the probe may leave it odd dispositions. */
static void test_inherited(void)
{
	static const struct op well = ROW("well", run_well, .clean = true);
	static const struct op hang = ROW("hang", run_hang, .clean = true);
	struct probe probe = {.timeout_ms = LIMIT_MS};
	uint64_t start = clock_now_ns();
	sigset_t all, old;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &old);
	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGALRM, SIG_IGN);
	is_int(run_one(&well, &probe).outcome, OUTCOME_REACHED, "SIGCHLD ignored, all blocked");
	is_str(run_one(&hang, &probe).detail, "timed out after 300 ms", "... and a hang");
	ok(clock_now_ns() - start < 2000000000u, "... in time");
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
}

/* A signal to end takes effect between two operations, not within one. */
static void test_signal(void)
{
	static const struct op first = ROW("hang", run_hang, .clean = true, .undo = undo_count);
	static const struct op second = ROW("well", run_well, .clean = true, .undo = undo_count);
	const struct op *list[] = {&first, &second};
	struct op_list ops = {list, 2};
	struct probe probe = {.timeout_ms = LIMIT_MS};
	int status = 0, before = *undone;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = {0};

		_exit(runner_run(&probe, &ops, trials, &e) ? 1 : 0);
	}
	(void)usleep(50000);
	(void)kill(pid, SIGTERM);
	ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	   "SIGTERM ends the probe");
	is_int(*undone - before, 1, "... after the running operation was undone");
}

static void run_slow(const struct probe *probe, struct trial *t)
{
	(void)probe;
	(void)usleep(400000);
	trial_reached(t, "slow");
}

static void run_count(const struct probe *probe, struct trial *t)
{
	(void)probe;
	(*undone)++;
	trial_reached(t, "counted");
}

/* Nor does it let the same process go on to the next one. */
static void test_signal_between(void)
{
	static const struct op first = ROW("slow", run_slow, .clean = true);
	static const struct op second = ROW("count", run_count, .clean = true);
	const struct op *list[] = {&first, &second};
	struct op_list ops = {list, 2};
	struct probe probe = {.timeout_ms = 5000};
	int status = 0, before = *undone;
	pid_t pid = fork();

	if (pid == 0) {
		struct err e = {0};

		_exit(runner_run(&probe, &ops, trials, &e) ? 1 : 0);
	}
	(void)usleep(100000);
	(void)kill(pid, SIGINT);
	ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGINT,
	   "SIGINT ends the probe");
	is_int(*undone, before, "... before the next operation");
}

/* A probe that was killed leaves no process: its child's time is bounded by itself. */
static void test_orphan(void)
{
	static const struct op hang = ROW("hang", run_hang, .clean = true);
	struct probe probe = {.timeout_ms = LIMIT_MS};
	uint64_t start = clock_now_ns();
	char byte;
	int fds[2];
	pid_t pid;

	if (!ok(pipe(fds) == 0, "a pipe that ends with the last who holds it"))
		return;
	pid = fork();
	if (pid == 0) {
		(void)run_one(&hang, &probe);
		_exit(0);
	}
	(void)close(fds[1]);
	(void)usleep(100000);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	is_int(read(fds[0], &byte, 1), 0, "an orphan ends");
	ok(clock_now_ns() - start < 10000000000u, "... in time");
	(void)close(fds[0]);
}

int main(void)
{
	undone = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (undone == MAP_FAILED)
		return 1;
	test_endings();
	test_told_absent();
	test_refused();
	test_inherited();
	test_signal();
	test_signal_between();
	test_orphan();
	return tap_done();
}

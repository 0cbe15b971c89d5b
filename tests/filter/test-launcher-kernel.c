/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel takes the filter of this machine's architecture and acts by it as the model says.
 *
 * The calls have arguments with which nothing happens if they pass. They are made twice, in a
 * child without and in a child with the filter, so that what the filter changes can be seen.
 */
#include "filter/model.h"
#include "str.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const struct attempt {
	const char *call;
	long args[3];
} attempts[] = {
	{"read", {-1, 0, 0}},
	{"openat", {-1, 0, O_RDONLY}},
	{"openat2", {-1, 0, 0}},
	{"ioctl", {-1, TCGETS, 0}},
	{"ioctl", {-1, TIOCSTI, 0}},
	{"ioctl", {-1, TIOCSTI | 1l << 32, 0}},
	{"ioctl", {-1, TIOCLINUX, 0}},
	{"socket", {AF_INET, SOCK_STREAM, 0}},
	{"socket", {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0}},
	{"socket", {AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}},
	{"socket", {AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG}},
	{"socket", {AF_VSOCK, SOCK_STREAM, 0}},
	{"socket", {AF_INET, SOCK_RAW, IPPROTO_ICMP}},
	{"socket", {AF_INET6, SOCK_STREAM, IPPROTO_SCTP}},
	{"socketpair", {AF_ALG, SOCK_SEQPACKET, 0}},
	{"clone", {CLONE_NEWUSER | CLONE_FS, 0, 0}},
	{"clone", {CLONE_SIGHAND, 0, 0}},
	{"unshare", {CLONE_NEWUSER | CLONE_SIGHAND | 1, 0, 0}},
	{"unshare", {CLONE_FILES, 0, 0}},
	{"clone3", {0, 0, 0}},
	{"io_uring_setup", {0, 0, 0}},
	{"keyctl", {-1, 0, 0}},
	{"ptrace", {-1, 0, 0}},
	{"mount", {0, 0, 0}},
	{"fsopen", {0, -1, 0}},
	{"setns", {-1, 0, 0}},
	{"fchmod", {-1, 04755, 0}},
	{"fchmod", {-1, 02775, 0}},
	{"mknodat", {-1, 0, S_IFCHR | 0600}},
	{"mknodat", {-1, 0, S_IFIFO | 0600}},
	{"prctl", {PR_SET_MM, -1, 0}},
	{"prctl", {-1, 0, 0}},
	{"personality", {0x400000, 0, 0}},
	{"personality", {0xffffffff, 0, 0}},
	{"seccomp", {1, 8, 0}},
	{"seccomp", {1, 0, 0}},
	{"name_to_handle_at", {-1, 0, 0}},
	{"bpf", {-1, 0, 0}},
	{"perf_event_open", {0, 0, 0}},
	{"pidfd_getfd", {-1, -1, 0}},
	{"process_vm_readv", {-1, 0, 0}},
	{"userfaultfd", {-1, 0, 0}},
	{"add_key", {0, 0, 0}},
	{"getpid", {0, 0, 0}},
};

static struct filter filter;

static int number(const char *call)
{
	for (size_t i = 0; i < filter_rows_n; i++)
		if (str_equal(filter_rows[i].name, call))
			return filter_rows[i].nr[FILTER_NATIVE];
	return -1;
}

static int load(void)
{
	const struct sock_fprog prog = {(unsigned short)filter.n, filter.insns};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

/* Makes every attempt in a child; answers[i] is its errno, or 0. Returns how the child ended. */
static int attempt_all(bool filtered, int answers[ARRAY_SIZE(attempts)])
{
	size_t size = ARRAY_SIZE(attempts) * sizeof(answers[0]);
	int ends[2], status = -1;
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = fork();
	if (pid == 0) {
		if (filtered && load())
			_exit(1);
		for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
			const long *a = attempts[i].args;

			answers[i] =
				syscall(number(attempts[i].call), a[0], a[1], a[2], 0, 0, 0) == -1
					? errno
					: 0;
		}
		_exit(write(ends[1], answers, size) != (ssize_t)size);
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], answers, size) != (ssize_t)size)
		memset(answers, -1, size);
	close(ends[0]);
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	return status;
}

static uint32_t predict(const struct attempt *attempt)
{
	struct seccomp_data data = {.nr = number(attempt->call),
				    .arch = model_audit(FILTER_NATIVE)};

	for (int i = 0; i < 3; i++)
		data.args[i] = (uint64_t)attempt->args[i];
	return model_run(FILTER_NATIVE, filter_rows, filter_rows_n, &data);
}

static void test_attempts(void)
{
	int without[ARRAY_SIZE(attempts)], with[ARRAY_SIZE(attempts)];
	size_t changed = 0;

	is_int(attempt_all(false, without), 0, "every call was made without the filter");
	is_int(attempt_all(true, with), 0, "the kernel takes the filter, and every call was made");
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		const struct attempt *a = &attempts[i];
		uint32_t value = predict(a);
		int want = value == SECCOMP_RET_ALLOW ? without[i] : (int)(value & 0xffff);

		is_str(err_name(with[i]), err_name(want),
		       "%s(%#lx, %#lx, %#lx): %s here without it", a->call,
		       (unsigned long)a->args[0], (unsigned long)a->args[1],
		       (unsigned long)a->args[2], err_name(without[i]));
		changed += with[i] != without[i];
	}
	ok(changed >= 15, "the filter changed the answer of %zu calls", changed);
}

#if defined(__x86_64__)
static int end_of_i386_call(bool filtered)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		long answer = 20; /* getpid of i386 */

		if (filtered && load())
			_exit(1);
		__asm__ volatile("int $0x80" : "+a"(answer) : : "memory");
		_exit(answer == getpid() ? 0 : 2);
	}
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	return status;
}

/* Row 72: a call of another architecture ends the process. */
static void test_foreign(void)
{
	int without = end_of_i386_call(false), with = end_of_i386_call(true);

	if (without != 0) {
		tap_skip("row 72: an i386 call is killed", "this kernel has no i386 calls");
		return;
	}
	ok(WIFSIGNALED(with) && WTERMSIG(with) == SIGSYS,
	   "row 72: an i386 call ends the process with SIGSYS");
}
#else
static void test_foreign(void)
{
	tap_skip("row 72: a 32-bit call is killed",
		 "no 64-bit program of this machine can make one");
}
#endif

int main(void)
{
	struct err e = {0};

	ok(!filter_make(FILTER_NATIVE, filter_rows, filter_rows_n, &filter, &e),
	   "the table compiles %s", e.what);
	test_attempts();
	test_foreign();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family trace, part 2: looking into, and changing, a process of the host's.
 *
 * The victim keeps the token in its memory at a told address, in a file that it holds open, and in
 * its environment, its arguments and its directory. Should read there, and write only to the told
 * spare bytes. Mustn't leave the victim stopped.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "uapi.h"

struct victim {
	pid_t pid;
	const char *token;
	size_t token_n;
	void *at; /* where the token lies in its memory; spare bytes of the same length follow */
};

static bool find_victim(const struct probe *probe, struct trial *t, struct victim *v)
{
	const char *pid = told(probe, t, "victim"), *at = pid ? told(probe, t, "victim-at") : NULL;

	v->token = at ? told(probe, t, "token") : NULL;
	if (!v->token)
		return false;
	v->pid = (pid_t)atoi(pid);
	v->token_n = strlen(v->token);
	v->at = (void *)(uintptr_t)strtoull(at, NULL, 16);
	return true;
}

static void judge_bytes(struct trial *t, const struct victim *v, const char *bytes, ssize_t n,
			const char *call)
{
	if (n < 0)
		trial_refused(t, errno, "%s", call);
	else if ((size_t)n != v->token_n || memcmp(bytes, v->token, v->token_n))
		trial_faked(t, "%s gave something else", call);
	else
		trial_reached(t, "%s gave the victim's memory", call);
}

static void read_memory(const struct probe *probe, struct trial *t)
{
	char bytes[64] = "";
	struct victim v;
	struct iovec here = {bytes, 0}, there = {NULL, 0};

	if (!find_victim(probe, t, &v))
		return;
	here.iov_len = there.iov_len = v.token_n;
	there.iov_base = v.at;
	judge_bytes(t, &v, bytes, TRY(t, process_vm_readv(v.pid, &here, 1, &there, 1, 0)),
		    "process_vm_readv");
}

/* Into the spare bytes; the victim tells whoever made it. Read back, so that a lie shows here too.
 */
static void write_memory(const struct probe *probe, struct trial *t)
{
	char bytes[64] = "";
	struct victim v;
	struct iovec here = {bytes, 0}, there = {NULL, 0};

	if (!find_victim(probe, t, &v))
		return;
	memcpy(bytes, v.token, v.token_n);
	here.iov_len = there.iov_len = v.token_n;
	there.iov_base = (char *)v.at + v.token_n;
	if (TRY(t, process_vm_writev(v.pid, &here, 1, &there, 1, 0)) != (ssize_t)v.token_n) {
		trial_refused(t, errno, "process_vm_writev");
		return;
	}
	memset(bytes, 0, sizeof(bytes));
	judge_bytes(t, &v, bytes, process_vm_readv(v.pid, &here, 1, &there, 1, 0),
		    "process_vm_writev");
	/* Who looks from outside sees it, and sets it back. */
	memset(bytes, 0, sizeof(bytes));
	if (!told_afterwards(probe))
		(void)process_vm_writev(v.pid, &here, 1, &there, 1, 0);
}

static int open_of(const struct probe *probe, struct trial *t, struct victim *v, int flags)
{
	char path[64];
	int fd;

	if (!find_victim(probe, t, v))
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)v->pid, probe->op->at);
	fd = TRY(t, openat(AT_FDCWD, path, flags | O_CLOEXEC | O_NONBLOCK));
	if (fd < 0)
		trial_refused(t, errno, "open /proc/PID/%s", probe->op->at);
	return fd;
}

static void proc_mem(const struct probe *probe, struct trial *t)
{
	char bytes[64] = "";
	struct victim v;
	autoclose int fd = open_of(probe, t, &v, O_RDWR);

	if (fd >= 0)
		judge_bytes(t, &v, bytes,
			    TRY(t, pread(fd, bytes, v.token_n, (off_t)(uintptr_t)v.at)), "pread");
}

/* op->at: a file of /proc/PID which holds the token. */
static void proc_file(const struct probe *probe, struct trial *t)
{
	char text[16384];
	struct victim v;
	autoclose int fd = open_of(probe, t, &v, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return;
	n = TRY(t, fd_read_full(fd, text, sizeof(text)));
	if (n < 0)
		trial_refused(t, errno, "read");
	else if (n == 0 || !memmem(text, (size_t)n, v.token, v.token_n))
		trial_faked(t, "it does not hold the token");
	else
		trial_reached(t, "it holds the token");
}

/* op->at: a link of /proc/PID to a file, or a directory above one, that holds the token. */
static void proc_link(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE], bytes[64] = "";
	const char *rest = probe->op->arg ? told(probe, t, "victim-file") : "";
	struct victim v;
	autoclose int fd = -1;

	if (!rest || !find_victim(probe, t, &v))
		return;
	(void)snprintf(path, sizeof(path), "/proc/%d/%s%s", (int)v.pid, probe->op->at, rest);
	fd = TRY(t, openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	if (fd < 0) {
		trial_refused(t, errno, "open /proc/PID/%s", probe->op->at);
		return;
	}
	judge_bytes(t, &v, bytes, pread(fd, bytes, v.token_n, 0), "read");
}

static void take_descriptor(const struct probe *probe, struct trial *t)
{
	const char *number = told(probe, t, "victim-fd");
	char bytes[64] = "";
	struct victim v;
	autoclose int pidfd = -1, fd = -1;

	if (!number || !find_victim(probe, t, &v))
		return;
	pidfd = TRY(t, sys_pidfd_open(v.pid));
	if (pidfd < 0) {
		trial_refused(t, errno, "pidfd_open");
		return;
	}
	fd = TRY(t, (int)syscall(SYS_pidfd_getfd, pidfd, atoi(number), 0));
	if (fd < 0)
		trial_refused(t, errno, "pidfd_getfd");
	else
		judge_bytes(t, &v, bytes, pread(fd, bytes, v.token_n, 0), "pidfd_getfd");
}

/* Seized, stopped for a moment, read, and let go. */
static void attach(const struct probe *probe, struct trial *t)
{
	union {
		long word;
		char bytes[sizeof(long)];
	} got = {0};
	struct victim v;

	if (!find_victim(probe, t, &v))
		return;
	if (TRY(t, ptrace(PTRACE_SEIZE, v.pid, NULL, NULL))) {
		trial_refused(t, errno, "ptrace");
		return;
	}
	if (ptrace(PTRACE_INTERRUPT, v.pid, NULL, NULL) || waitpid(v.pid, NULL, __WALL) != v.pid) {
		trial_faked(t, "ptrace claimed success, and the victim is not ours");
		return;
	}
	got.word = ptrace(PTRACE_PEEKDATA, v.pid, v.at, NULL);
	(void)ptrace(PTRACE_DETACH, v.pid, NULL, NULL);
	if (memcmp(got.bytes, v.token, sizeof(got.bytes)))
		trial_faked(t, "the memory is not the victim's");
	else
		trial_reached(t, "the victim was traced, and its memory read");
}

static void compare(const struct probe *probe, struct trial *t)
{
	struct victim v;
	long order, self;

	if (!find_victim(probe, t, &v))
		return;
	order = TRY(t, syscall(SYS_kcmp, getpid(), v.pid, KCMP_VM, 0, 0));
	self = order < 0 ? -1 : syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0);
	if (order < 0)
		trial_refused(t, errno, "kcmp");
	else if (order != 0 && self == 0)
		trial_reached(t, "kcmp compared the victim's memory with ours");
	else
		trial_faked(t, "kcmp claimed success, and compared nothing");
}

#define VICTIM "victim", "victim-at", "token"
#define ROW(word, text, where, function)                                                           \
	.id = (word), .title = (text), .source = (where), .run = (function)
#define PROC(word, text, where, function, name)                                                    \
	.id = (word), .title = (text), .source = (where), .decoys = {VICTIM}, .clean = true,       \
	.run = (function), .at = (name)

static const struct op ops[] = {
	{ROW("trace.attach", "trace a process of the host", "ptrace(2)", attach),
	 .decoys = {VICTIM}},
	{ROW("trace.vm-read", "read a host process' memory", "process_vm_readv(2)", read_memory),
	 .decoys = {VICTIM}},
	{ROW("trace.vm-write", "write a host process' memory", "process_vm_writev(2)",
	     write_memory),
	 .decoys = {VICTIM}, .judged = JUDGED_OUTSIDE},
	{ROW("trace.kcmp", "compare with a host process", "kcmp(2)", compare), .decoys = {VICTIM}},
	{ROW("trace.pidfd-getfd", "take a host process' descriptor", "pidfd_getfd(2)",
	     take_descriptor),
	 .decoys = {VICTIM, "victim-fd"}},
	{ROW("trace.root", "open a file below a host process' root", "proc_pid_root(5)", proc_link),
	 .decoys = {VICTIM, "victim-file"}, .clean = true, .at = "root", .arg = 1},
	{PROC("trace.proc-mem", "open a host process' memory", "proc_pid_mem(5)", proc_mem, "mem")},
	{PROC("trace.environ", "read a host process' environment", "proc_pid_environ(5)", proc_file,
	      "environ")},
	{PROC("trace.cmdline", "read a host process' arguments", "proc_pid_cmdline(5)", proc_file,
	      "cmdline")},
	{PROC("trace.fd", "open a file that a host process has open", "proc_pid_fd(5)", proc_link,
	      "fd/5")},
	{PROC("trace.cwd", "open a file in a host process' directory", "proc_pid_cwd(5)", proc_link,
	      "cwd/token")},
};

const struct family family_trace_victim = FAMILY("trace", ops);

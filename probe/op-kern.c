/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family kern, part 1: interfaces of the kernel that ordinary programs do not use, and that have
 * had many of its bugs. These give a descriptor.
 *
 * Should make the least object of its kind and close it. Mustn't arm, attach or start anything.
 */
#include "probe.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "uapi.h"

enum { NR_memfd_secret = 447 }; /* Linux 5.14; one number on all architectures */

static void userfault(const struct probe *probe, struct trial *t)
{
	enum { USER_MODE_ONLY = 1 };
	int next = given_next();

	(void)probe;
	given_judge(t, next, TRY(t, (int)syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY)),
		    "userfaultfd");
}

/* The kernel fills in what it can do; an empty answer is nobody's ring. */
static void io_uring(const struct probe *probe, struct trial *t)
{
	struct io_uring_params params = {0};
	int next = given_next(), fd = TRY(t, (int)syscall(SYS_io_uring_setup, 1, &params));

	(void)probe;
	if (!given_is_real(t, next, fd, "io_uring_setup"))
		return;
	if (params.sq_entries != 1)
		trial_faked(t, "io_uring_setup gave something that is no ring");
	else
		trial_reached(t, "a ring was made");
	(void)close(fd);
}

static void fanotify(const struct probe *probe, struct trial *t)
{
	int next = given_next();

	(void)probe;
	/* Since 5.13 open to everybody where files are reported by handle. */
	given_judge(t, next,
		    TRY(t, (int)syscall(SYS_fanotify_init,
					FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_CLOEXEC, O_RDONLY)),
		    "fanotify_init");
}

static void memfd_secret(const struct probe *probe, struct trial *t)
{
	int next = given_next();

	(void)probe;
	given_judge(t, next, TRY(t, (int)syscall(NR_memfd_secret, O_CLOEXEC)), "memfd_secret");
}

/* Counts the task clock of this process alone, in user mode: the least there is. */
static void perf_event(const struct probe *probe, struct trial *t)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_SW_TASK_CLOCK,
				       .exclude_kernel = 1,
				       .exclude_hv = 1,
				       .disabled = 1};
	int next = given_next();

	(void)probe;
	given_judge(
		t, next,
		TRY(t, (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)),
		"perf_event_open");
}

static void bpf_map(const struct probe *probe, struct trial *t)
{
	union bpf_attr attr;
	int next = given_next();

	(void)probe;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 1;
	given_judge(t, next, TRY(t, (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr))),
		    "bpf");
}

/* The least program: return 0. */
static void bpf_program(const struct probe *probe, struct trial *t)
{
	static const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr;
	int next = given_next();

	(void)probe;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = ARRAY_SIZE(code);
	attr.license = (uintptr_t) "Apache-2.0";
	given_judge(t, next, TRY(t, (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr))),
		    "bpf");
}

/* A filter that allows everything, with a listener that could answer for the process' calls. */
static void seccomp_listener(const struct probe *probe, struct trial *t)
{
	static struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = {1, &allow};
	int next = given_next();

	(void)probe;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		trial_broken(t, errno, "prctl");
		return;
	}
	given_judge(t, next,
		    TRY(t, (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
					SECCOMP_FILTER_FLAG_NEW_LISTENER, &program)),
		    "seccomp");
}

static void pidfd_getfd(const struct probe *probe, struct trial *t)
{
	int self = sys_pidfd_open(getpid()), next = given_next();

	(void)probe;
	if (self < 0)
		trial_refused(t, errno, "pidfd_open");
	else
		given_judge(t, next, TRY(t, (int)syscall(SYS_pidfd_getfd, self, self, 0)),
			    "pidfd_getfd");
	if (self >= 0)
		(void)close(self);
}

/* A file opened by its number alone; the handle is of a directory that is in sight anyway. */
static void open_by_handle(const struct probe *probe, struct trial *t)
{
	struct {
		struct file_handle head;
		unsigned char bytes[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), mount, next = given_next();

	(void)probe;
	if (dir < 0)
		trial_refused(t, errno, "open /");
	else if (TRY(t, name_to_handle_at(dir, "", &handle.head, &mount, AT_EMPTY_PATH)))
		trial_refused(t, errno, "name_to_handle_at");
	else
		given_judge(t, next,
			    TRY(t, open_by_handle_at(dir, &handle.head, O_RDONLY | O_CLOEXEC)),
			    "open_by_handle_at");
	if (dir >= 0)
		(void)close(dir);
}

static const struct op ops[] = {
	{
		.id = "kern.userfaultfd",
		.title = "handle page faults in user space",
		.source = "userfaultfd(2); used to win races in the kernel",
		.clean = true,
		.run = userfault,
	},
	{
		.id = "kern.io-uring-setup",
		.title = "make an io_uring",
		.source = "io_uring_setup(2); CVE-2022-2602",
		.clean = true,
		.run = io_uring,
	},
	{
		.id = "kern.fanotify-init",
		.title = "watch files by fanotify",
		.source = "fanotify_init(2)",
		.clean = true,
		.run = fanotify,
	},
	{
		.id = "kern.memfd-secret",
		.title = "make memory that the kernel cannot read",
		.source = "memfd_secret(2)",
		.clean = true,
		.run = memfd_secret,
	},
	{
		.id = "kern.perf-event",
		.title = "count events of this process",
		.source = "perf_event_open(2); CVE-2013-2094",
		.clean = true,
		.run = perf_event,
	},
	{
		.id = "kern.bpf-map",
		.title = "make a BPF map",
		.source = "bpf(2); CVE-2021-3490",
		.caller = CALLER_ROOT,
		.clean = true,
		.run = bpf_map,
	},
	{
		.id = "kern.bpf-prog",
		.title = "load a BPF program",
		.source = "bpf(2); CVE-2020-8835",
		.caller = CALLER_ROOT,
		.clean = true,
		.run = bpf_program,
	},
	{
		.id = "kern.seccomp-listener",
		.title = "answer for a process' calls",
		.source = "seccomp_unotify(2)",
		.run = seccomp_listener,
	},
	{
		.id = "kern.pidfd-getfd",
		.title = "copy a descriptor by a pidfd",
		.source = "pidfd_getfd(2)",
		.clean = true,
		.run = pidfd_getfd,
	},
	{
		.id = "kern.open-by-handle",
		.title = "open a file by its handle",
		.source = "open_by_handle_at(2); the Shocker exploit of 2014",
		.caller = CALLER_ROOT,
		.clean = true,
		.run = open_by_handle,
	},
};

const struct family family_kern = FAMILY("kern", ops);

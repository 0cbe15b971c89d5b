/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family proc, part 2: signalling, steering and outliving.
 *
 * Each way of signalling has a signal of its own, which the victim counts for whoever made it: only
 * what arrived is reached. Steering is read back from the kernel and set back. Mustn't signal any
 * process but the told one.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "uapi.h"

static pid_t victim_of(const struct probe *probe, struct trial *t)
{
	const char *pid = told(probe, t, "victim");

	return pid ? (pid_t)atoi(pid) : 0;
}

/* ---- signals: op->arg is the way's number, and its signal is that far beyond SIGRTMIN ---- */

enum { FIRST_SIGNAL = 40 }; /* beyond what C libraries keep for themselves */

/* The owner of a socket gets a signal when something comes in (fcntl(2), F_SETOWN, F_SETSIG). */
static int signal_by_owner(pid_t pid, int sig)
{
	int pair[2], rc = -1, num;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	if (fcntl(pair[0], F_SETSIG, sig) == 0 && fcntl(pair[0], F_SETOWN, pid) == 0 &&
	    fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK) == 0)
		rc = write(pair[1], "x", 1) == 1 ? 0 : -1;
	num = errno;
	(void)close(pair[0]);
	(void)close(pair[1]);
	errno = num;
	return rc;
}

static int signal_by_queue(pid_t pid, int sig)
{
	return sigqueue(pid, sig, (union sigval){.sival_int = 0});
}

static int signal_by_thread(pid_t pid, int sig)
{
	return (int)syscall(SYS_tgkill, pid, pid, sig);
}

static int signal_by_group(pid_t pid, int sig)
{
	return kill(-pid, sig);
}

static int signal_by_pidfd(pid_t pid, int sig)
{
	autoclose int fd = sys_pidfd_open(pid);

	return fd < 0 ? -1 : sys_pidfd_send_signal(fd, sig);
}

static int (*const ways[])(pid_t pid, int sig) = {
	kill, signal_by_queue, signal_by_thread, signal_by_group, signal_by_pidfd, signal_by_owner,
};

static void send_signal(const struct probe *probe, struct trial *t)
{
	pid_t pid = victim_of(probe, t);
	size_t way = (size_t)probe->op->arg;

	if (!pid)
		return;
	if (TRY(t, ways[way](pid, FIRST_SIGNAL + (int)way)))
		trial_refused(t, errno, "it");
	else
		trial_reached(t, "a signal was sent");
}

/* ---- steering ---- */

/* Off one processor, where there are several, and on again. */
static void set_affinity(const struct probe *probe, struct trial *t)
{
	pid_t pid = victim_of(probe, t);
	cpu_set_t before, less, after;
	int cpu = 0;

	if (!pid)
		return;
	if (TRY(t, sched_getaffinity(pid, sizeof(before), &before))) {
		trial_refused(t, errno, "sched_getaffinity");
		return;
	}
	less = before;
	while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &before))
		cpu++;
	if (CPU_COUNT(&before) > 1)
		CPU_CLR(cpu, &less);
	if (TRY(t, sched_setaffinity(pid, sizeof(less), &less)))
		trial_refused(t, errno, "sched_setaffinity");
	else if (sched_getaffinity(pid, sizeof(after), &after) || !CPU_EQUAL(&less, &after))
		trial_faked(t, "sched_setaffinity claimed success, and it is as it was");
	else
		trial_reached(t, "the victim's processors were chosen");
	(void)sched_setaffinity(pid, sizeof(before), &before);
}

/* A batch process for a moment: back again is open to everybody. */
static void set_scheduler(const struct probe *probe, struct trial *t)
{
	static const struct sched_param p;
	pid_t pid = victim_of(probe, t);

	if (!pid)
		return;
	if (TRY(t, (int)syscall(SYS_sched_setscheduler, pid, SCHED_BATCH, &p)))
		trial_refused(t, errno, "sched_setscheduler");
	else if (syscall(SYS_sched_getscheduler, pid) != SCHED_BATCH)
		trial_faked(t, "sched_setscheduler claimed success, and it is as it was");
	else
		trial_reached(t, "the victim's scheduling was changed");
	(void)syscall(SYS_sched_setscheduler, pid, SCHED_OTHER, &p);
}

static void set_limit(const struct probe *probe, struct trial *t)
{
	pid_t pid = victim_of(probe, t);
	struct rlimit before = {0}, less, after = {0};

	if (!pid)
		return;
	if (TRY(t, prlimit(pid, RLIMIT_NOFILE, NULL, &before))) {
		trial_refused(t, errno, "prlimit");
		return;
	}
	less = (struct rlimit){before.rlim_cur - 1, before.rlim_max};
	if (before.rlim_cur == 0)
		trial_faked(t, "prlimit claimed success without an answer");
	else if (TRY(t, prlimit(pid, RLIMIT_NOFILE, &less, NULL)))
		trial_refused(t, errno, "prlimit");
	else if (prlimit(pid, RLIMIT_NOFILE, &before, &after) || after.rlim_cur != less.rlim_cur)
		trial_faked(t, "prlimit claimed success, and it is as it was");
	else
		trial_reached(t, "the victim's limit was changed");
}

static void set_io_priority(const struct probe *probe, struct trial *t)
{
	enum { WHO_PROCESS = 1, BEST_EFFORT_7 = 2 << 13 | 7, BEST_EFFORT_4 = 2 << 13 | 4 };
	pid_t pid = victim_of(probe, t);

	if (!pid)
		return;
	if (TRY(t, syscall(SYS_ioprio_set, WHO_PROCESS, pid, BEST_EFFORT_7)))
		trial_refused(t, errno, "ioprio_set");
	else if (syscall(SYS_ioprio_get, WHO_PROCESS, pid) != BEST_EFFORT_7)
		trial_faked(t, "ioprio_set claimed success, and it is as it was");
	else
		trial_reached(t, "the victim's I/O priority was changed");
	(void)syscall(SYS_ioprio_set, WHO_PROCESS, pid, BEST_EFFORT_4);
}

/* First in line when memory is short; down to where it was is open to everybody. */
static void set_oom_score(const struct probe *probe, struct trial *t)
{
	pid_t pid = victim_of(probe, t);
	char path[40], text[16] = "";
	autoclose int fd = -1;

	if (!pid)
		return;
	(void)snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	fd = TRY(t, openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC));
	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) < 1)
		trial_refused(t, errno, "open");
	else if (TRY(t, write(fd, "1000", 4)) != 4)
		trial_refused(t, errno, "write");
	else {
		char now[16] = "";

		if (pread(fd, now, sizeof(now) - 1, 0) < 1 || strcmp(now, "1000\n"))
			trial_faked(t, "it was written, and it is as it was");
		else
			trial_reached(t, "the victim would be killed first");
		if (pwrite(fd, text, strlen(text), 0) < 0)
			trial_add(t, "; it stays: write: %s", err_name(errno));
	}
}

/* ---- being seen, and outliving ---- */

/* A listing of /proc that names the victim, whose name then is the one that is told. */
static void list_processes(const struct probe *probe, struct trial *t)
{
	const char *want = told(probe, t, "victim");
	char entries[32768];
	autoclose int dir = -1;
	long n = 0;
	bool found = false;

	if (!want)
		return;
	dir = TRY(t, openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (dir < 0) {
		trial_refused(t, errno, "open /proc");
		return;
	}
	while (!found && (n = TRY(t, syscall(SYS_getdents64, dir, entries, sizeof(entries)))) > 0) {
		for (long at = 0; at < n && !found;) {
			const unsigned char *entry = (const unsigned char *)entries + at;

			found = str_equal((const char *)entry + 19, want);
			at += entry[16] | entry[17] << 8; /* getdents64(2): d_reclen */
		}
	}
	if (found)
		trial_reached(t, "the victim is listed");
	else if (n < 0)
		trial_refused(t, errno, "getdents64");
	else
		trial_faked(t, "the victim is not listed");
}

/* Locks a file for as long as it lives, so that whoever made the file can tell; bounded. */
static _Noreturn void live_on(int lock)
{
	(void)setsid();
	(void)sys_close_range(0, (unsigned int)lock - 1, 0);
	(void)sys_close_range((unsigned int)lock + 1, ~0u, 0);
	(void)alarm(20);
	for (;;)
		(void)pause();
}

static void outlive(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	autoclose int lock = -1;
	pid_t self = getpid(), pid;

	if (!told_path(probe, t, "workspace", path))
		return;
	if (!told_afterwards(probe)) {
		trial_skipped(t, "takes somebody who looks afterwards: --decoy afterwards=yes");
		return;
	}
	lock = openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	if (lock < 3 || flock(lock, LOCK_EX | LOCK_NB)) {
		trial_refused(t, lock < 3 && lock >= 0 ? EBADF : errno, "lock the decoy");
		return;
	}
	pid = TRY(t, fork());
	if (pid == 0 && getpid() != self) {
		if (fork() == 0)
			live_on(lock);
		_exit(0);
	}
	if (pid < 0)
		trial_refused(t, errno, "fork");
	else if (waitpid(pid, NULL, 0) != pid)
		trial_faked(t, "fork claimed success without a child");
	else
		trial_reached(t, "a process was left behind");
}

#define SIGNAL(word, text, where, number)                                                          \
	{                                                                                          \
		.id = (word), .title = (text), .source = (where), .decoys = {"victim"},            \
		.judged = JUDGED_OUTSIDE, .clean = true, .run = send_signal, .arg = (number)       \
	}
#define STEER(word, text, where, function)                                                         \
	{                                                                                          \
		.id = (word), .title = (text), .source = (where), .decoys = {"victim"},            \
		.clean = true, .run = (function)                                                   \
	}

static const struct op ops[] = {
	SIGNAL("proc.signal", "signal a process of the host", "kill(2)", 0),
	SIGNAL("proc.sigqueue", "queue a signal to it", "sigqueue(3)", 1),
	SIGNAL("proc.tgkill", "signal its thread", "tgkill(2)", 2),
	SIGNAL("proc.signal-group", "signal its process group", "kill(2)", 3),
	SIGNAL("proc.pidfd-signal", "signal it by a pidfd", "pidfd_send_signal(2)", 4),
	SIGNAL("proc.sigio-owner", "signal it as the owner of a socket",
	       "fcntl(2): F_SETOWN; CVE-2026-72183", 5),
	STEER("proc.affinity", "choose its processors", "sched_setaffinity(2)", set_affinity),
	STEER("proc.scheduler", "change its scheduling", "sched_setscheduler(2)", set_scheduler),
	STEER("proc.prlimit", "change its limits", "prlimit(2)", set_limit),
	STEER("proc.ioprio", "change its I/O priority", "ioprio_set(2)", set_io_priority),
	STEER("proc.oom-score", "have it killed first", "proc_pid_oom_score_adj(5)", set_oom_score),
	STEER("proc.list", "list it in /proc", "proc(5)", list_processes),
	{.id = "proc.outlive",
	 .title = "live on after the command has ended",
	 .source = "daemon(7); field reports of agents' servers left behind",
	 .decoys = {"workspace", "afterwards"},
	 .judged = JUDGED_AFTERWARDS,
	 .run = outlive},
};

const struct family family_proc_victim = FAMILY("proc", ops);

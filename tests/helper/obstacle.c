/* SPDX-License-Identifier: Apache-2.0 */
/*
 * obstacle: runs a program under a seccomp filter that refuses some calls, as a container's does.
 *
 *     obstacle CALL=ANSWER [CALL=ANSWER...] PROGRAM [ARG...]
 *
 * CALL is a row of calls[]: a system call, or one with a certain argument behind a colon. ANSWER is
 * EPERM, EACCES, ENOSYS, EOPNOTSUPP, EINVAL, ENOSPC, EIO, or KILL for the death of the whole
 * process. landlock-abi=N answers as a kernel whose Landlock is of that ABI, and knows no errata.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uapi.h"

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

enum { INSNS_MAX = 256 };

static const struct {
	const char *name;
	int nr;
	/* Only where the first argument has a bit of mask, or is value; both 0: always. */
	unsigned int mask, value;
} calls[] = {
	{"clone:user", SYS_clone, CLONE_NEWUSER, 0},
	{"clone:mnt", SYS_clone, CLONE_NEWNS, 0},
	{"clone:pid", SYS_clone, CLONE_NEWPID, 0},
	{"clone:net", SYS_clone, CLONE_NEWNET, 0},
	{"clone:ipc", SYS_clone, CLONE_NEWIPC, 0},
	{"clone:uts", SYS_clone, CLONE_NEWUTS, 0},
	{"clone:cgroup", SYS_clone, CLONE_NEWCGROUP, 0},
	{"unshare:net", SYS_unshare, CLONE_NEWNET, 0},
	{"unshare", SYS_unshare, 0, 0},
	{"setns", SYS_setns, 0, 0},
	{"clone3", NR_clone3, 0, 0},
	{"mount", SYS_mount, 0, 0},
	{"umount2", SYS_umount2, 0, 0},
	{"pivot_root", SYS_pivot_root, 0, 0},
	{"open_tree", NR_open_tree, 0, 0},
	{"move_mount", NR_move_mount, 0, 0},
	{"fsopen", NR_fsopen, 0, 0},
	{"fsconfig", NR_fsconfig, 0, 0},
	{"fsmount", NR_fsmount, 0, 0},
	{"mount_setattr", NR_mount_setattr, 0, 0},
	{"openat2", NR_openat2, 0, 0},
	{"close_range", NR_close_range, 0, 0},
	{"landlock_create_ruleset", NR_landlock_create_ruleset, 0, 0},
	{"landlock_add_rule", NR_landlock_add_rule, 0, 0},
	{"landlock_restrict_self", NR_landlock_restrict_self, 0, 0},
	{"seccomp", SYS_seccomp, 0, 0},
	{"keyctl", SYS_keyctl, 0, 0},
	{"add_key", SYS_add_key, 0, 0},
	{"request_key", SYS_request_key, 0, 0},
	{"setsid", SYS_setsid, 0, 0},
	{"capset", SYS_capset, 0, 0},
	{"sethostname", SYS_sethostname, 0, 0},
	{"setdomainname", SYS_setdomainname, 0, 0},
	{"prctl:capbset-drop", SYS_prctl, 0, PR_CAPBSET_DROP},
	{"prlimit64", SYS_prlimit64, 0, 0},
#ifdef SYS_setrlimit
	{"setrlimit", SYS_setrlimit, 0, 0},
#endif
#ifdef SYS_poll
	{"poll", SYS_poll, 0, 0},
#endif
};

static const struct {
	const char *name;
	unsigned int action;
} answers[] = {
	{"EPERM", SECCOMP_RET_ERRNO | EPERM},	{"EACCES", SECCOMP_RET_ERRNO | EACCES},
	{"ENOSYS", SECCOMP_RET_ERRNO | ENOSYS}, {"EOPNOTSUPP", SECCOMP_RET_ERRNO | EOPNOTSUPP},
	{"EINVAL", SECCOMP_RET_ERRNO | EINVAL}, {"ENOSPC", SECCOMP_RET_ERRNO | ENOSPC},
	{"EIO", SECCOMP_RET_ERRNO | EIO},	{"KILL", SECCOMP_RET_KILL_PROCESS},
};

static struct sock_filter insns[INSNS_MAX];
static unsigned short insns_n;

static void put(unsigned short code, unsigned int k, unsigned char yes, unsigned char no)
{
	insns[insns_n++] = (struct sock_filter)BPF_JUMP(code, k, yes, no);
}

/* One CALL=ANSWER. Each block starts with the number loaded anew, and falls through to the next. */
static int put_rule(const char *text)
{
	const char *equals = strchr(text, '=');
	size_t n = (size_t)(equals - text), call, answer;

	for (call = 0; call < sizeof(calls) / sizeof(calls[0]); call++)
		if (strlen(calls[call].name) == n && memcmp(calls[call].name, text, n) == 0)
			break;
	for (answer = 0; answer < sizeof(answers) / sizeof(answers[0]); answer++)
		if (strcmp(answers[answer].name, equals + 1) == 0)
			break;
	if (call == sizeof(calls) / sizeof(calls[0]) ||
	    answer == sizeof(answers) / sizeof(answers[0]) || insns_n + 6 > INSNS_MAX)
		return -1;
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	if (calls[call].mask || calls[call].value) {
		put(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)calls[call].nr, 0, 3);
		/* The low half of a 64-bit argument comes first on the machines we know. */
		put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args), 0, 0);
		if (calls[call].mask)
			put(BPF_JMP | BPF_JSET | BPF_K, calls[call].mask, 0, 1);
		else
			put(BPF_JMP | BPF_JEQ | BPF_K, calls[call].value, 0, 1);
	} else {
		put(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)calls[call].nr, 0, 1);
	}
	put(BPF_RET | BPF_K, answers[answer].action, 0, 0);
	return 0;
}

/*
 * landlock_create_ruleset(NULL, 0, FLAGS) asks for the version (1) and the errata (2). A filter can
 * answer with an error only; a number takes somebody who is asked (seccomp_unotify(2)).
 */
static int put_abi(const char *text, long long *abi)
{
	char *end;

	*abi = strtol(text, &end, 10);
	if (*end || *abi < 1 || insns_n + 8 > INSNS_MAX)
		return -1;
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	put(BPF_JMP | BPF_JEQ | BPF_K, NR_landlock_create_ruleset, 0, 5);
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]), 0, 0);
	put(BPF_JMP | BPF_JEQ | BPF_K, UAPI_LANDLOCK_VERSION, 0, 1);
	put(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
	put(BPF_JMP | BPF_JEQ | BPF_K, UAPI_LANDLOCK_ERRATA, 0, 1);
	put(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL, 0, 0);
	return 0;
}

/* Answers until main_fd, a pidfd, says that the program has ended. */
static void answer_all(int listener, int main_fd, long long abi)
{
	struct pollfd fds[] = {{listener, POLLIN, 0}, {main_fd, POLLIN, 0}};

	while (poll(fds, 2, -1) >= 0 && !fds[1].revents) {
		struct seccomp_notif asked = {0};
		struct seccomp_notif_resp answer = {0};

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
			continue; /* who asked has died */
		answer.id = asked.id;
		answer.val = abi;
		(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

/* A process that is nobody's child, since the program may not have one that it did not make. */
static int start_answering(int listener, long long abi)
{
	int main_fd = (int)syscall(NR_pidfd_open, getpid(), 0);
	pid_t pid = main_fd < 0 ? -1 : fork();

	if (pid == 0) {
		if (fork() == 0)
			answer_all(listener, main_fd, abi);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) < 0)
		return -1;
	(void)close(listener);
	return close(main_fd);
}

int main(int argc, char **argv)
{
	static const char landlock[] = "landlock-abi=";
	struct sock_fprog prog;
	long long abi = 0;
	int i = 1, listener;

	for (; i < argc && strchr(argv[i], '=') && argv[i][0] != '/'; i++) {
		bool is_abi = strncmp(argv[i], landlock, sizeof(landlock) - 1) == 0;

		if (is_abi ? put_abi(argv[i] + sizeof(landlock) - 1, &abi) : put_rule(argv[i])) {
			fprintf(stderr, "obstacle: %s is not known\n", argv[i]);
			return 2;
		}
	}
	if (i == argc || i == 1)
		return 2;
	put(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	prog = (struct sock_fprog){insns_n, insns};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    (listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				     abi ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0, &prog)) < 0 ||
	    (abi && start_answering(listener, abi))) {
		perror("obstacle");
		return 2;
	}
	(void)execvp(argv[i], argv + i);
	perror(argv[i]);
	return 2;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lie CALL[,CALL...] DESCRIPTION PROBE ARG...: the probe under a filter that claims success.
 *
 * Each call, by its number, then ends with 0 without being made (SECCOMP_RET_ERRNO with 0). The
 * description is read before, and told by --decoy words: the call may be the one that opens it.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORDS = 1024, CALLS = 16 };

static const struct {
	const char *name;
	long number;
} calls[] = {
#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}
	CALL(openat),
	CALL(read),
	CALL(pread64),
	CALL(write),
	CALL(pwrite64),
	CALL(fchmodat),
	CALL(fchownat),
	CALL(utimensat),
	CALL(setxattr),
	CALL(ioctl),
	CALL(truncate),
	CALL(mknodat),
	CALL(mkdirat),
	CALL(symlinkat),
	CALL(linkat),
	CALL(unlinkat),
	CALL(renameat2),
	CALL(fcntl),
	CALL(flock),
	CALL(newfstatat),
	CALL(faccessat),
	CALL(readlinkat),
	CALL(chdir),
	CALL(getdents64),
	CALL(recvfrom),
	CALL(uname),
	CALL(socket),
	CALL(connect),
	CALL(sendto),
	CALL(setrlimit),
	CALL(prlimit64),
	CALL(adjtimex),
	CALL(ptrace),
	CALL(mount),
	CALL(kill),
	CALL(tgkill),
	CALL(rt_sigqueueinfo),
	CALL(pidfd_open),
	CALL(pidfd_send_signal),
	CALL(pidfd_getfd),
	CALL(process_vm_readv),
	CALL(process_vm_writev),
	CALL(kcmp),
	CALL(unshare),
	CALL(clone),
	CALL(clone3),
	CALL(prctl),
	CALL(setresuid),
	CALL(setgroups),
	CALL(sethostname),
	CALL(reboot),
	CALL(setpriority),
	CALL(sched_setscheduler),
	CALL(sched_setaffinity),
	CALL(ioprio_set),
	CALL(chroot),
	CALL(bpf),
	CALL(perf_event_open),
	CALL(userfaultfd),
	CALL(io_uring_setup),
	CALL(keyctl),
	CALL(add_key),
	CALL(request_key),
	CALL(personality),
	CALL(shmget),
	CALL(semget),
	CALL(msgget),
	CALL(mq_open),
	CALL(fsopen),
	CALL(open_tree),
	CALL(fspick),
	CALL(fanotify_init),
	CALL(memfd_create),
	CALL(memfd_secret),
	CALL(seccomp),
	CALL(mbind),
	CALL(set_mempolicy),
	CALL(move_pages),
	CALL(name_to_handle_at),
	CALL(open_by_handle_at),
	CALL(syslog),
	CALL(inotify_add_watch),
	CALL(process_madvise),
	CALL(shmat),
	CALL(msgrcv),
	CALL(semctl),
	CALL(wait4),
	CALL(setsockopt),
	CALL(capset),
	CALL(capget),
#ifdef __x86_64__
	CALL(open),
	CALL(chmod),
	CALL(stat),
	CALL(lstat),
	CALL(modify_ldt),
	CALL(sysfs),
#endif
#undef CALL
	{"listmount", 458},
	{"mseal", 462},
	{"cachestat", 451},
	{"lsm_list_modules", 461},
	{"fstat", SYS_fstat},
};

static long number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	fprintf(stderr, "lie: no call \"%s\"\n", name);
	exit(125);
}

static void lie(char *names)
{
	struct sock_filter code[CALLS + 4];
	unsigned int n = 0;
	long numbers[CALLS];
	struct sock_fprog program = {0, code};
	unsigned short at = 0;

	for (char *name; n < CALLS && (name = strsep(&names, ","));)
		numbers[n++] = number_of(name);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	for (unsigned int i = 0; i < n; i++)
		code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  (unsigned int)numbers[i],
							  (unsigned char)(n - i), 0);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO);
	program.len = at;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0)) {
		perror("lie: filter");
		exit(125);
	}
}

int main(int argc, char **argv)
{
	static char *words[WORDS];
	char *line = NULL;
	size_t size = 0, n = 0;
	FILE *file;

	if (argc < 4 || !(file = fopen(argv[2], "re")))
		return 125;
	for (int i = 3; i < argc; i++)
		words[n++] = argv[i];
	while (getline(&line, &size, file) > 0 && n + 3 < WORDS) {
		line[strcspn(line, "\n")] = '\0';
		words[n++] = "--decoy";
		words[n++] = strdup(line);
	}
	(void)fclose(file);
	lie(argv[1]);
	(void)execv(argv[3], words);
	return 126;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * try: does one forbidden or ordinary thing and says what came of it: "ok", or the errno's name.
 *
 *     try ATTEMPT [ARG...]        attempts[] lists them
 *
 * Ends with 0 whatever came of it, and with 2 where it was called wrongly, so that a script cannot
 * take its own mistake for a refusal. Nothing here undoes anything: the caller names decoys.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "try-shared.h"
#include "uapi.h"

enum { ARGS_MAX = 15 };

/* ---- files ---------------------------------------------------------------------------------- */

static int try_read(char **a)
{
	char byte;
	int fd = open(a[0], O_RDONLY | O_CLOEXEC);

	return fd < 0 || read(fd, &byte, 1) < 0 ? -1 : 0;
}

static int try_list(char **a)
{
	return open(a[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0 ? -1 : 0;
}

static int try_write(char **a)
{
	int fd = open(a[0], O_WRONLY | O_APPEND | O_CLOEXEC);

	return fd < 0 || write(fd, "x", 1) != 1 ? -1 : 0;
}

static int try_create(char **a)
{
	return open(a[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) < 0 ? -1 : 0;
}

static int try_mkdir(char **a)
{
	return mkdir(a[0], 0777);
}

static int try_chmod(char **a)
{
	return chmod(a[0], (mode_t)strtoul(a[1], NULL, 8));
}

static int try_truncate(char **a)
{
	return truncate(a[0], 0);
}

static int try_rename(char **a)
{
	return rename(a[0], a[1]);
}

static int try_node(char **a)
{
	return mknod(a[0], S_IFCHR | 0666,
		     makedev((unsigned int)number(a[1]), (unsigned int)number(a[2])));
}

/* Opened for writing, nothing is written: what a program that overwrites its host would do. */
static int try_open_write(char **a)
{
	return open(a[0], O_WRONLY | O_CLOEXEC) < 0 ? -1 : 0;
}

/* ---- mounts and namespaces ------------------------------------------------------------------- */

static int try_tmpfs(char **a)
{
	return mount("none", a[0], "tmpfs", 0, NULL);
}

static int try_mount(char **a)
{
	return mount("none", a[1], a[0], 0, NULL);
}

static int try_remount(char **a)
{
	return mount(NULL, a[0], NULL, MS_REMOUNT | MS_BIND, NULL);
}

static int try_umount(char **a)
{
	return umount2(a[0], MNT_DETACH);
}

static int try_chroot(char **a)
{
	return chroot(a[0]);
}

static int try_overlay(char **a)
{
	char options[512];

	(void)snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", a[0], a[1],
		       a[2]);
	return mount("none", a[0], "overlay", 0, options);
}

static int try_fsopen(char **a)
{
	return sys_fsopen(a[0]);
}

static int try_open_tree(char **a)
{
	return sys_open_tree(AT_FDCWD, a[0], OPEN_TREE_CLONE);
}

static int try_unshare(char **a)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {
		{"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},	{"pid", CLONE_NEWPID},
		{"net", CLONE_NEWNET},	 {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, a[0]) == 0)
			return unshare(kinds[i].flag);
	exit(2);
}

static int try_io_uring(char **a)
{
	char params[256] = "";

	(void)a;
	return (int)syscall(SYS_io_uring_setup, 1, params);
}

/* Asks for a signal of one's choice, to whoever owns standard input, on each byte of it. */
static int try_setsig(char **a)
{
	(void)a;
	return fcntl(0, F_SETSIG, SIGKILL);
}

static int try_async(char **a)
{
	(void)a;
	return fcntl(0, F_SETFL, O_ASYNC);
}

static int try_clone3(char **a)
{
	struct uapi_clone_args args = {.exit_signal = SIGCHLD};
	long pid = syscall(NR_clone3, &args, sizeof(args));

	(void)a;
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : (int)waitpid((pid_t)pid, NULL, 0);
}

static int try_sethostname(char **a)
{
	return sethostname(a[0], strlen(a[0]));
}

/* ---- processes and identity ------------------------------------------------------------------ */

static int try_kill(char **a)
{
	return kill((pid_t)number(a[0]), (int)number(a[1]));
}

static int try_traceme(char **a)
{
	(void)a;
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int try_setuid(char **a)
{
	return setuid((uid_t)number(a[0]));
}

static int try_setgroups(char **a)
{
	(void)a;
	return (int)syscall(SYS_setgroups, 0, NULL);
}

static int try_allcaps(char **a)
{
	const struct uapi_cap_data all[2] = {{~0u, ~0u, 0}, {0x1ff, 0x1ff, 0}};

	(void)a;
	return sys_capset(all);
}

static int try_securebits(char **a)
{
	return prctl(PR_SET_SECUREBITS, number(a[0]), 0, 0, 0);
}

static int try_dumpable(char **a)
{
	(void)a;
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int try_mlock(char **a)
{
	size_t size = (size_t)number(a[0]);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : mlock(p, size);
}

static int try_descriptor(char **a)
{
	return dup2(2, (int)number(a[0])) < 0 ? -1 : 0;
}

static const struct {
	const char *name;
	int (*run)(char **args);
	int args; /* how many it cannot do without */
} attempts[] = {
	{"read", try_read, 1},
	{"list", try_list, 1},
	{"write", try_write, 1},
	{"open-write", try_open_write, 1},
	{"create", try_create, 1},
	{"mkdir", try_mkdir, 1},
	{"chmod", try_chmod, 2},
	{"truncate", try_truncate, 1},
	{"rename", try_rename, 2},
	{"node", try_node, 3},
	{"tmpfs", try_tmpfs, 1},
	{"mount", try_mount, 2}, /* TYPE PLACE */
	{"remount", try_remount, 1},
	{"umount", try_umount, 1},
	{"chroot", try_chroot, 1},
	{"overlay", try_overlay, 3},
	{"fsopen", try_fsopen, 1},
	{"open-tree", try_open_tree, 1},
	{"unshare", try_unshare, 1},
	{"clone3", try_clone3, 0},
	{"io-uring", try_io_uring, 0},
	{"setsig", try_setsig, 0},
	{"async", try_async, 0},
	{"sethostname", try_sethostname, 1},
	{"kill", try_kill, 2},
	{"traceme", try_traceme, 0},
	{"setuid", try_setuid, 1},
	{"setgroups", try_setgroups, 0},
	{"allcaps", try_allcaps, 0},
	{"securebits", try_securebits, 1},
	{"dumpable", try_dumpable, 0},
	{"mlock", try_mlock, 1},
	{"descriptor", try_descriptor, 1},
	{"shm", try_shm, 1},
	{"shm-make", try_shm_make, 1},
	{"shm-remove", try_shm_remove, 1},
	{"mq", try_mq, 1},
	{"mq-make", try_mq_make, 1},
	{"mq-remove", try_mq_remove, 1},
	{"key", try_key, 1},
	{"key-add", try_key_add, 1},
	{"key-parent", try_key_parent, 0},
	{"tiocsti", try_tiocsti, 1},
	{"tioclinux", try_tioclinux, 0},
	{"ctty", try_ctty, 0},
	{"ctty-type", try_ctty_type, 1},
	{"in-session", try_session, 2}, /* NAME PROGRAM [ARG...]: with a new session keyring */
};

static const char *attempt(char **words, int n)
{
	char *args[ARGS_MAX + 1] = {NULL};

	for (int i = 1; i < n && i <= ARGS_MAX; i++)
		args[i - 1] = words[i];
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		if (strcmp(attempts[i].name, words[0]) != 0)
			continue;
		if (n - 1 < attempts[i].args)
			break;
		return attempts[i].run(args) < 0 ? strerrorname_np(errno) : "ok";
	}
	fprintf(stderr, "try: there is no such attempt: %s with %d arguments\n", words[0], n - 1);
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	puts(attempt(argv + 1, argc - 1));
	return 0;
}

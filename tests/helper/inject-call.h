/* SPDX-License-Identifier: Apache-2.0 */
/* inject-call: one system call of a tracee: its name, what it is about, and another result. */
#ifndef PINFOLD_INJECT_CALL_H
#define PINFOLD_INJECT_CALL_H

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include "err.h"

enum { CALLS_MAX = 512, CALL_ENTRY = 1, CALL_EXIT = 2 };

struct call {
	const char *name;
	unsigned int slot; /* a number below CALLS_MAX that is this call's alone */
	uint64_t nr, args[6];
};

/* The launcher's table knows the number of every call; here only the names are of use. */
static const struct {
	const char *name;
	long nr;
} call_names[] = {
#define GROUP(name, what)
#if defined(__x86_64__)
#define CALL(name, x86, arm, rule, group, why) {#name, x86},
#else
#define CALL(name, x86, arm, rule, group, why) {#name, arm},
#endif
#include "../../launcher/table/syscalls.def"
#undef GROUP
#undef CALL
};

/* Is the tracee at the beginning or at the end of a call? 0 where it cannot be told. */
static int call_read(pid_t tid, struct call *call)
{
	struct ptrace_syscall_info info;

	memset(&info, 0, sizeof(info));
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(info), &info) <= 0)
		return 0;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		return CALL_EXIT;
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return 0;
	call->nr = info.entry.nr;
	memcpy(call->args, info.entry.args, sizeof(call->args));
	call->name = "unknown";
	call->slot = CALLS_MAX - 1;
	for (unsigned int i = 0; i < sizeof(call_names) / sizeof(call_names[0]); i++) {
		if ((uint64_t)call_names[i].nr == info.entry.nr) {
			call->name = call_names[i].name;
			call->slot = i;
		}
	}
	return CALL_ENTRY;
}

/*
 * Has getpid(2) made instead, which no filter forbids and which changes nothing. (The number -1
 * would do outside a filter; inside one it is judged like any other.)
 */
static void call_replace(pid_t tid)
{
#if defined(__x86_64__)
	(void)ptrace(PTRACE_POKEUSER, tid, (void *)offsetof(struct user_regs_struct, orig_rax),
		     (void *)SYS_getpid);
#else
	int nr = SYS_getpid;
	struct iovec io = {&nr, sizeof(nr)};

	(void)ptrace(PTRACE_SETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &io);
#endif
}

/* Puts in what the call says: an error, or 0. */
static void call_result(pid_t tid, int num)
{
#if defined(__x86_64__)
	(void)ptrace(PTRACE_POKEUSER, tid, (void *)offsetof(struct user_regs_struct, rax),
		     (void *)(intptr_t)-num);
#else
	struct user_regs_struct regs;
	struct iovec io = {&regs, sizeof(regs)};

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io) == 0) {
		regs.regs[0] = (unsigned long long)-num;
		(void)ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &io);
	}
#endif
}

/*
 * A string of the tracee's; "?" where it cannot be read: an ordinary user may not look into a
 * process that has made itself undumpable.
 */
static void call_string(pid_t tid, uint64_t at, char *text, size_t size)
{
	size_t n = 0;

	while (n + sizeof(long) < size) {
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)(at + n), NULL);
		if (errno)
			break;
		memcpy(text + n, &word, sizeof(word));
		if (memchr(text + n, 0, sizeof(word))) {
			for (char *s = text; *s; s++)
				if (*s <= ' ' || *s > '~')
					*s = '_';
			if (!text[0])
				(void)snprintf(text, size, "-");
			return;
		}
		n += sizeof(word);
	}
	(void)snprintf(text, size, "?");
}

/* Where a descriptor of the tracee's leads; "?" where we may not look. */
static void call_link(pid_t tid, uint64_t fd, char *text, size_t size)
{
	char path[64];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, (int)fd);
	n = readlink(path, text, size - 1);
	if (n > 0)
		text[n] = '\0';
	else
		(void)snprintf(text, size, (int)fd == AT_FDCWD ? "-" : "?");
}

/* Where move_mount(2) mounts something: a descriptor, or a name in the directory of one. */
static void call_place(pid_t tid, const struct call *call, char *text, size_t size)
{
	char name[128];
	size_t n;

	call_link(tid, call->args[2], text, size);
	call_string(tid, call->args[3], name, sizeof(name));
	n = strlen(text);
	if (strcmp(name, "-") != 0)
		(void)snprintf(text + n, size - n, "%s%s", n && text[n - 1] == '/' ? "" : "/",
			       name);
}

/* What tells this call from others of its name: a path, an operation; "-" for most. */
static void call_detail(pid_t tid, const struct call *call, char *text, size_t size)
{
	static const struct {
		const char *name;
		int string, number; /* which argument, or -1 */
	} known[] = {
		{"open", 0, -1},       {"openat", 1, -1},
		{"openat2", 1, -1},    {"readlink", 0, -1},
		{"readlinkat", 1, -1}, {"stat", 0, -1},
		{"lstat", 0, -1},      {"newfstatat", 1, -1},
		{"statfs", 0, -1},     {"access", 0, -1},
		{"faccessat", 1, -1},  {"faccessat2", 1, -1},
		{"mkdir", 0, -1},      {"mkdirat", 1, -1},
		{"symlinkat", 0, -1},  {"mknod", 0, -1},
		{"mknodat", 1, -1},    {"open_tree", 1, -1},
		{"fsopen", 0, -1},     {"mount", 1, -1},
		{"umount2", 0, -1},    {"chdir", 0, -1},
		{"execve", 0, -1},     {"fsconfig", 2, 1},
		{"prctl", -1, 0},      {"keyctl", -1, 0},
		{"seccomp", -1, 0},    {"landlock_create_ruleset", -1, 2},
		{"prlimit64", -1, 1},  {"fcntl", -1, 1},
		{"ioctl", -1, 1},      {"close_range", -1, 1},
	};
	char string[128] = "";

	(void)snprintf(text, size, "-");
	if (strcmp(call->name, "move_mount") == 0)
		call_place(tid, call, text, size);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, call->name) != 0)
			continue;
		if (known[i].string >= 0)
			call_string(tid, call->args[known[i].string], string, sizeof(string));
		if (known[i].number >= 0)
			(void)snprintf(text, size, "%llu%s%s",
				       (unsigned long long)call->args[known[i].number],
				       string[0] ? ":" : "", string);
		else
			(void)snprintf(text, size, "%s", string);
	}
}

/* The number of an errno's name; 0 for "zero" and "kill". */
static int call_errno(const char *name)
{
	for (int num = 1; num < 134; num++)
		if (strcmp(err_name(num), name) == 0)
			return num;
	return 0;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uapi: the kernel's constants and system calls that installed headers may be too old to know.
 *
 * Values are the kernel's ABI and never change; each group says since which kernel it is there. The
 * wrappers return what the system call does: -1 with errno on failure.
 */
#ifndef PINFOLD_UAPI_H
#define PINFOLD_UAPI_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Numbers shared by x86-64 and aarch64: calls since 5.1 have one number everywhere. */
enum {
	NR_pidfd_send_signal = 424,	  /* 5.1 */
	NR_open_tree = 428,		  /* 5.2 */
	NR_move_mount = 429,		  /* 5.2 */
	NR_fsopen = 430,		  /* 5.2 */
	NR_fsconfig = 431,		  /* 5.2 */
	NR_fsmount = 432,		  /* 5.2 */
	NR_pidfd_open = 434,		  /* 5.3 */
	NR_clone3 = 435,		  /* 5.3 */
	NR_close_range = 436,		  /* 5.9 */
	NR_openat2 = 437,		  /* 5.6 */
	NR_mount_setattr = 442,		  /* 5.12 */
	NR_landlock_create_ruleset = 444, /* 5.13 */
	NR_landlock_add_rule = 445,	  /* 5.13 */
	NR_landlock_restrict_self = 446	  /* 5.13 */
};

/* open_tree(2), move_mount(2), fsopen(2), mount_setattr(2). */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x04
#endif
#ifndef MOVE_MOUNT_T_EMPTY_PATH
#define MOVE_MOUNT_T_EMPTY_PATH 0x40
#endif
#ifndef FSOPEN_CLOEXEC
#define FSOPEN_CLOEXEC 1
#endif
#ifndef FSMOUNT_CLOEXEC
#define FSMOUNT_CLOEXEC 1
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 0x01
#define MOUNT_ATTR_NOSUID 0x02
#define MOUNT_ATTR_NODEV  0x04
#define MOUNT_ATTR_NOEXEC 0x08
#endif
enum { UAPI_MOUNT_ATTR_IDMAP = 0x100000 }; /* 5.12 */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum { UAPI_FSCONFIG_SET_FLAG = 0, UAPI_FSCONFIG_SET_STRING = 1, UAPI_FSCONFIG_CMD_CREATE = 6 };

struct uapi_mount_attr {
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};

/* openat2(2) */
struct uapi_open_how {
	uint64_t flags, mode, resolve;
};

enum {
	UAPI_RESOLVE_NO_XDEV = 0x01,
	UAPI_RESOLVE_NO_MAGICLINKS = 0x02,
	UAPI_RESOLVE_NO_SYMLINKS = 0x04,
	UAPI_RESOLVE_BENEATH = 0x08,
	UAPI_RESOLVE_IN_ROOT = 0x10
};

/* clone3(2), the size of Linux 5.3: nothing later is used. */
struct uapi_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

/* statx(2), as far as it is used here. */
struct uapi_statx_time {
	int64_t sec;
	uint32_t nsec;
	int32_t pad;
};

struct uapi_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	struct uapi_statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t spare[14];
};

enum {
	UAPI_STATX_BASIC = 0x7ff,
	UAPI_STATX_ATTR_MOUNT_ROOT = 0x2000 /* 5.8: the root of a mount */
};

/* landlock(7); which ABI knows what stands in launcher/table/rights.def. */
struct uapi_landlock_ruleset {
	uint64_t handled_fs, handled_net, scoped;
};

struct uapi_landlock_path_beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

struct uapi_landlock_net_port {
	uint64_t allowed, port;
};

enum {
	UAPI_LANDLOCK_VERSION = 1, /* flag of landlock_create_ruleset: answer the ABI */
	UAPI_LANDLOCK_ERRATA = 2,  /* likewise: the bitmap of fixed errata (6.15, back-ported) */
	UAPI_LANDLOCK_RULE_PATH = 1,
	UAPI_LANDLOCK_RULE_PORT = 2
};

/* Capabilities by version 3 of capset(2): two 32-bit halves. */
struct uapi_cap_header {
	uint32_t version;
	int pid;
};

struct uapi_cap_data {
	uint32_t effective, permitted, inheritable;
};

#define UAPI_CAP_VERSION 0x20080522u

static inline int sys_open_tree(int dir, const char *path, unsigned int flags)
{
	return (int)syscall(NR_open_tree, dir, path, flags);
}

static inline int sys_move_mount(int from, const char *from_path, int to, const char *to_path,
				 unsigned int flags)
{
	return (int)syscall(NR_move_mount, from, from_path, to, to_path, flags);
}

static inline int sys_mount_setattr(int dir, const char *path, unsigned int flags,
				    const struct uapi_mount_attr *attr)
{
	return (int)syscall(NR_mount_setattr, dir, path, flags, attr, sizeof(*attr));
}

static inline int sys_fsopen(const char *type)
{
	return (int)syscall(NR_fsopen, type, FSOPEN_CLOEXEC);
}

static inline int sys_fsconfig(int fd, unsigned int cmd, const char *key, const char *value)
{
	return (int)syscall(NR_fsconfig, fd, cmd, key, value, 0);
}

static inline int sys_fsmount(int fd, unsigned int attr)
{
	return (int)syscall(NR_fsmount, fd, FSMOUNT_CLOEXEC, attr);
}

static inline int sys_openat2(int dir, const char *path, const struct uapi_open_how *how)
{
	return (int)syscall(NR_openat2, dir, path, how, sizeof(*how));
}

static inline int sys_statx(int dir, const char *path, int flags, unsigned int mask,
			    struct uapi_statx *st)
{
	return (int)syscall(SYS_statx, dir, path, flags, mask, st);
}

static inline int sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return (int)syscall(NR_close_range, first, last, flags);
}

static inline int sys_pidfd_open(pid_t pid)
{
	return (int)syscall(NR_pidfd_open, pid, 0);
}

static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)syscall(NR_pidfd_send_signal, pidfd, sig, NULL, 0);
}

static inline int sys_landlock_create_ruleset(const struct uapi_landlock_ruleset *r, size_t size,
					      unsigned int flags)
{
	return (int)syscall(NR_landlock_create_ruleset, r, size, flags);
}

static inline int sys_landlock_add_rule(int fd, unsigned int type, const void *rule)
{
	return (int)syscall(NR_landlock_add_rule, fd, type, rule, 0);
}

static inline int sys_landlock_restrict_self(int fd)
{
	return (int)syscall(NR_landlock_restrict_self, fd, 0);
}

static inline int sys_capget(struct uapi_cap_data data[2])
{
	struct uapi_cap_header h = {UAPI_CAP_VERSION, 0};

	return (int)syscall(SYS_capget, &h, data);
}

static inline int sys_capset(const struct uapi_cap_data data[2])
{
	struct uapi_cap_header h = {UAPI_CAP_VERSION, 0};

	return (int)syscall(SYS_capset, &h, data);
}

#endif

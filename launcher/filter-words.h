/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter-words: the words in which table/arguments.def and table/sockets.def are written; the
 * former explains them.
 */
#ifndef PINFOLD_FILTER_WORDS_H
#define PINFOLD_FILTER_WORDS_H

#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/fscrypt.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "filter.h"
#include "str.h"

/* The constants are the same numbers on every architecture in the table. */
#define INT	       0xffffffff
#define SOCK_TYPE_MASK 0xf /* the rest of socket(2)'s type are flags */
#define NEW_NAMESPACES                                                                             \
	((uint64_t)CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |   \
	 CLONE_NEWPID | CLONE_NEWNET)
#define UNSHARE_KNOWN                                                                              \
	((uint64_t)CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM | CLONE_FILES | CLONE_SYSVSEM)
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80 /* 5.6 */
#endif

#define VALUES(...)                                                                                \
	.values_n = ARRAY_SIZE(((const uint32_t[]){__VA_ARGS__})), .values = {__VA_ARGS__}
#define IS(arg_, mask_, ...)                                                                       \
	{                                                                                          \
		.arg = arg_, .op = FILTER_IS, .mask = mask_, VALUES(__VA_ARGS__)                   \
	}
#define NOT(arg_, mask_, ...)                                                                      \
	{                                                                                          \
		.arg = arg_, .op = FILTER_NOT, .mask = mask_, VALUES(__VA_ARGS__)                  \
	}
#define HAS(arg_, bits_)                                                                           \
	{                                                                                          \
		.arg = arg_, .op = FILTER_HAS, .mask = bits_                                       \
	}
#define IF(verdict_, ...)                                                                          \
	{                                                                                          \
		.verdict = FILTER_##verdict_, .tests = { __VA_ARGS__ }                             \
	}

#endif

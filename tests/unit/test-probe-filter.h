/* SPDX-License-Identifier: Apache-2.0 */
/* filter: a seccomp filter for tests, which answers one or two calls in another way. */
#ifndef TEST_PROBE_FILTER_H
#define TEST_PROBE_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>

enum { FILTER_KILL = -1 };

/*
 * From here on, call `first` and, unless it is -1, `second` end with errno `verdict` (0: they
 * claim success) or kill the process. Ends the process where no filter can be had: nothing that
 * counts on one may run without it.
 */
static inline void filter_calls(int verdict, int first, int second)
{
	unsigned int action = verdict == FILTER_KILL ? SECCOMP_RET_KILL_PROCESS
						     : SECCOMP_RET_ERRNO | (unsigned int)verdict;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)first, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)second, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, action),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		_exit(99);
}

#endif

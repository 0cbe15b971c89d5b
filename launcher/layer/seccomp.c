/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer seccomp: the system calls that the agent may make (seccomp(2)).
 *
 * Should: load a filter that was made at build time from table/syscalls.def, last of all: the one
 * for the groups that the plan opens (table/allow.def), mostly none.
 * Mustn't: build anything here: a filter that is not the tested one is not loaded. No
 * SECCOMP_FILTER_FLAG_SPEC_ALLOW: since Linux 5.16 it changes nothing by default, and before that
 * it would trade a mitigation for speed in the one place that must not.
 */
#include "pinfold.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include "filter-x86_64.h"
#elif defined(__aarch64__)
#include "filter-aarch64.h"
#else
#error "there is no table of system calls for this architecture"
#endif

static int seccomp_available(const struct host *host, struct err *why_not)
{
	if (host->seccomp_num == 0)
		return 0;
	err_cause(why_not, "no-filters");
	err_remedy(why_not,
		   "Use a kernel with CONFIG_SECCOMP_FILTER, or a container whose own filter "
		   "allows seccomp(2); or leave the layer out: --without seccomp.");
	return fail(why_not, host->seccomp_num, "the kernel takes no seccomp filter here");
}

static int seccomp_apply(const struct plan *plan, struct run *run, struct err *e)
{
	const struct filter_calls *f = &filter_calls[plan->seccomp_allow];
	const struct sock_fprog filter = {f->n, (struct sock_filter *)(uintptr_t)f->insns};

	(void)run;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
		return fail(e, errno, "load the filter");
	return 0;
}

/*
 * Three calls, one of each kind of verdict, and one that may be opened; bad arguments, so that
 * nothing happens if one passes: there is no process 0 to trace.
 */
static int seccomp_check(const struct plan *plan, struct run *run, struct err *e)
{
	bool traces = plan->seccomp_allow & FILTER_ALLOW_ptrace;

	(void)run;
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER)
		return fail(e, 0, "the kernel says that no filter is loaded");
	if (syscall(SYS_keyctl, -1, 0, 0, 0, 0) != -1 || errno != EPERM)
		return fail(e, errno, "keyctl(2) is not refused");
	if (syscall(SYS_io_uring_setup, 0, NULL) != -1 || errno != ENOSYS)
		return fail(e, errno, "io_uring_setup(2) is not refused");
	if (ioctl(-1, TIOCSTI, "") != -1 || errno != EPERM)
		return fail(e, errno, "TIOCSTI is not refused");
	if (syscall(SYS_ptrace, PTRACE_DETACH, 0, 0, 0) != -1 || errno != (traces ? ESRCH : EPERM))
		return traces ? fail(e, errno,
				     "ptrace(2) is refused though its group is opened: by a filter "
				     "around us, a container's")
			      : fail(e, errno, "ptrace(2) is not refused");
	return 0;
}

struct filter_facts seccomp_filter_facts(unsigned int allow)
{
	const struct filter_calls *f = &filter_calls[allow];

	return (struct filter_facts){FILTER_ARCH, f->n, f->hash};
}

const struct layer layer_seccomp = {
	.name = "seccomp",
	.stops = "use kernel interfaces that ordinary programs do not, where kernel bugs live",
	.needs = "nnp",
	.available = seccomp_available,
	.apply[STAGE_LOCK] = seccomp_apply,
	.check[STAGE_PROOF] = seccomp_check,
};

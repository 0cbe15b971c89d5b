/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer setid: no file becomes set-user-ID or set-group-ID, for workspaces of somebody else's.
 *
 * Should: refuse the bits to every call that gives a file its mode, by a small filter of its own
 * (seccomp(2), table/setid.def). Where root starts us, what the agent writes in the workspace is
 * its owner's on the disk, root's for one (take.c). A file with these bits would give whoever runs
 * it on the host that owner's rights; nosuid mounts stand against that inside only.
 * Mustn't: be thought to look into what is there already.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "uapi.h"

#if defined(__x86_64__)
#include "filter-setid-x86_64.h"
#elif defined(__aarch64__)
#include "filter-setid-aarch64.h"
#else
#error "there is no table of system calls for this architecture"
#endif

static int setid_available(const struct host *host, struct err *why_not)
{
	if (host->seccomp_num == 0)
		return 0;
	err_remedy(why_not,
		   "Use a kernel with CONFIG_SECCOMP_FILTER, or a container whose own filter "
		   "allows seccomp(2); or leave the layer out: --without setid.");
	return fail(why_not, host->seccomp_num, "the kernel takes no seccomp filter here");
}

static int setid_apply(const struct plan *plan, struct run *run, struct err *e)
{
	static const struct sock_fprog filter = {
		ARRAY_SIZE(filter_setid_insns),
		(struct sock_filter *)(uintptr_t)filter_setid_insns};

	(void)plan, (void)run;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
		return fail(e, errno, "load the filter");
	return 0;
}

/* No descriptor is -1, so that nothing happens where one passes; the kernel would say EBADF. */
static int setid_check(const struct plan *plan, struct run *run, struct err *e)
{
	static const struct uapi_open_how how = {O_CREAT | O_WRONLY, 0600 | S_ISUID, 0};

	(void)plan, (void)run;
	if (fchmod(-1, S_ISGID) != -1 || errno != EPERM)
		return fail(e, errno, "fchmod(2) with a set-group-ID bit is not refused");
	if (syscall(SYS_openat, -1, "x", O_CREAT | O_WRONLY, 0600 | S_ISUID) != -1 ||
	    errno != EPERM)
		return fail(e, errno, "openat(2) with a set-user-ID bit is not refused");
	if (sys_openat2(-1, "x", &how) != -1 || errno != ENOSYS)
		return fail(e, errno, "openat2(2) is not refused");
	return 0;
}

const struct layer layer_setid = {
	.name = "setid",
	.stops = "leave files that give whoever runs them the rights of the workspace's owner",
	.needs = "nnp",
	.available = setid_available,
	.apply[STAGE_LOCK] = setid_apply,
	.check[STAGE_PROOF] = setid_check,
};

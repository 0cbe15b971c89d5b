/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer sockets: no socket that Landlock does not see, for where no network namespace stands.
 *
 * Should: refuse socket(2) for datagrams, raw packets and every family but TCP's and routing, by a
 * small filter of its own (seccomp(2), table/sockets.def); TCP too, unless --tcp asked for it, as
 * then it would only serve to listen without bind(2), past Landlock's ports; unix sockets too,
 * where Landlock is off or does not know them by path (ABI 9): behind one listens the session bus,
 * which starts programs outside for whoever asks (systemd-run --user), and the container engine's
 * daemon. A pair of datagram sockets is such a one: either end can send to any address. Mustn't:
 * refuse other pairs, or touch a descriptor that the caller passed on.
 */
#include "pinfold.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include "filter-sockets-x86_64.h"
#elif defined(__aarch64__)
#include "filter-sockets-aarch64.h"
#else
#error "there is no table of system calls for this architecture"
#endif

/* The ABI from which on Landlock knows unix sockets by path, and by scope the abstract ones. */
enum { LOCAL_ABI = 9 };

static const struct filter_sockets *chosen(const struct plan *plan)
{
	return &filter_sockets[plan->sockets.tcp + 2 * plan->sockets.local];
}

static int sockets_available(const struct host *host, struct err *why_not)
{
	if (host->seccomp_num == 0)
		return 0;
	err_cause(why_not, "no-filters");
	err_remedy(why_not,
		   "Use a kernel with CONFIG_SECCOMP_FILTER, or a container whose own filter "
		   "allows seccomp(2); or leave the layer out: --without sockets.");
	return fail(why_not, host->seccomp_num, "the kernel takes no seccomp filter here");
}

static void sockets_reduce(const struct host *host, struct plan *plan)
{
	plan->sockets.tcp = plan->landlock.tcp.any || plan->landlock.tcp.n;
	plan->sockets.local = plan_has(plan, "landlock") && host->landlock_abi >= LOCAL_ABI;
}

static int sockets_apply(const struct plan *plan, struct run *run, struct err *e)
{
	const struct filter_sockets *f = chosen(plan);
	const struct sock_fprog filter = {f->n, (struct sock_filter *)(uintptr_t)f->insns};

	(void)run;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
		return fail(e, errno, "load the filter");
	return 0;
}

/* A filter's answer comes before the kernel's, so the errno tells whose it is. */
static int check_refused(int family, int type, const char *what, struct err *e)
{
	autoclose int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd >= 0 || errno != EPERM)
		return fail(e, fd < 0 ? errno : 0, "%s sockets are not refused", what);
	return 0;
}

static int check_local(struct err *e)
{
	int fds[2];

	if (check_refused(AF_UNIX, SOCK_STREAM, "unix", e))
		return -1;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds) == 0) {
		(void)close(fds[0]);
		(void)close(fds[1]);
		return fail(e, 0, "pairs of datagram sockets are not refused");
	}
	return errno == EPERM ? 0 : fail(e, errno, "pairs fail for another reason");
}

static int sockets_check(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	if (check_refused(AF_INET, SOCK_DGRAM, "datagram", e) ||
	    check_refused(AF_INET6, SOCK_DGRAM, "datagram", e) ||
	    (!plan->sockets.tcp && check_refused(AF_INET, SOCK_STREAM, "TCP", e)))
		return -1;
	return plan->sockets.local ? 0 : check_local(e);
}

struct filter_facts sockets_filter_facts(const struct plan *plan)
{
	const struct filter_sockets *f = chosen(plan);

	return (struct filter_facts){NULL, f->n, f->hash};
}

const struct layer layer_sockets = {
	.name = "sockets",
	.stops = "reach by UDP, or by a unix socket, what Landlock does not see it reach",
	.needs = "nnp",
	.available = sockets_available,
	.reduce = sockets_reduce,
	.apply[STAGE_LOCK] = sockets_apply,
	.check[STAGE_PROOF] = sockets_check,
};

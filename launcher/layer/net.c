/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer net: a network namespace of its own (network_namespaces(7)).
 *
 * Should: bring the loopback up, so that programs which talk to themselves work; hide the host's
 * listeners, interfaces and abstract unix sockets.
 * Mustn't: make any other interface: there is no way out.
 */
#include "pinfold.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int net_apply(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo;

	(void)plan, (void)run;
	memset(&lo, 0, sizeof(lo));
	memcpy(lo.ifr_name, "lo", 3);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo))
		return fail(e, errno, "look at the loopback");
	lo.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &lo))
		return fail(e, errno, "bring the loopback up");
	return 0;
}

const struct layer layer_net = {
        .name = "net",
        .stops = "reach the network, the host's listeners and abstract unix sockets",
        .needs = "user",
        .clone_flag = CLONE_NEWNET,
        .ns = "net",
        .apply[STAGE_BUILD] = net_apply,
        .explain = explain_namespace,
};

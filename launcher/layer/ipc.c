/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer ipc: System V objects and POSIX message queues of its own (ipc_namespaces(7)).
 *
 * Should: start with none. Mustn't: share any.
 */
#include "pinfold.h"

#include <sched.h>

const struct layer layer_ipc = {
	.name = "ipc",
	.stops = "read and write the shared memory, semaphores and queues of the host's programs",
	.needs = "user",
	.clone_flag = CLONE_NEWIPC,
	.ns = "ipc",
};

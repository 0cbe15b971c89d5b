/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.h: between the keeper's process (keeper.c) and what it does there (cgroup-make.c). */
#ifndef PINFOLD_KEEPER_H
#define PINFOLD_KEEPER_H

#include "pinfold.h"

/* What is asked of it: numbers alone. */
struct keeper_request {
	pid_t launcher;
	bool used[CONTROLLERS];
	uint64_t value[CONTROLLERS];
};

/* A directory in which a cgroup of ours is made; several controllers may share one. */
struct site {
	const char *parent;
	int fd;
	unsigned int version, controllers, enabled;
	bool moved; /* we and the launcher went into a cgroup of our own, to be able to enable */
};

struct sites {
	struct site v[CONTROLLERS];
	size_t n;
};

/* made->n counts those that are there also where it fails; keeper_undo() takes them away. */
int keeper_make_all(const struct host_cgroup *cgroups, const struct keeper_request *request,
		    struct sites *sites, struct run_cgroups *made, struct err *e);
void keeper_undo(struct sites *sites, const struct run_cgroups *made, pid_t launcher);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h: what will be done, as a plain value. A part of pinfold.h, which includes it. */
#ifndef PINFOLD_PLAN_H
#define PINFOLD_PLAN_H

/* A TCP port that Landlock leaves open. */
struct plan_tcp {
	bool any; /* TCP is not handled at all */
	uint16_t ports[PORTS_MAX];
	size_t n;
};

/* The kernel's words for what the landlock layer will handle (landlock(7)). */
struct plan_landlock {
	unsigned int abi, errata;
	uint64_t fs, net, scoped;
	struct plan_tcp tcp;
};

/* The sockets that the layer of that name leaves. */
struct plan_sockets {
	bool tcp;   /* the user asked for ports */
	bool local; /* unix sockets, because Landlock knows their paths */
};

/* What becomes of the caller's terminal. */
struct plan_terminal {
	unsigned int of_caller; /* bit fd: descriptor 0, 1 or 2 is that terminal */
	bool own;		/* the command gets one of its own in their place */
	bool filter;		/* what it writes there is filtered on its way to the caller's */
};

/* How the run ends, beside by the command's own end. */
struct plan_end {
	uint64_t grace_ms; /* from SIGTERM to SIGKILL; 0: nothing follows a SIGTERM */
	bool linger;	   /* not with the command, but with the last process that it has left */
};

/* A plain value: no descriptors, only absolute paths; printable, comparable. */
struct plan {
	const char *profile;
	uint32_t layers;   /* bit i: layers[i] will be applied */
	uint32_t degraded; /* bit i: asked for, allowed to degrade, and it did */
	const char *degraded_why[LAYERS_MAX];
	struct identity id;
	struct mount *mounts; /* has room for the next power of two (plan-view.c) */
	size_t mounts_n;
	struct map places; /* from dest to the place in mounts */
	const char *cwd;   /* NULL: where the caller is */
	bool cwd_asked;	   /* named by --chdir, so it must exist */
	bool agent_view;   /* --view agent */
	const char *home;  /* the agent's, inside; NULL: none is made */
	const char *hostname;
	const char *const *env;	    /* the agent's environment by the env layer */
	const char *const *env_all; /* the same without that layer */
	struct plan_landlock landlock;
	struct plan_sockets sockets;
	unsigned int seccomp_allow; /* bit i: filter_allows[i] is opened (filter.h) */
	bool shares_net;	    /* the host's network as it is */
	struct str_list doors; /* what is granted beside files: "socket:/run/x", "fd:7 (a pipe)" */
	int *fds;	       /* descriptors that are handed over, in order */
	size_t fds_n;
	struct plan_guards guards;
	const char *fallback_from, *fallback_why; /* the profile that this host refused; or NULL */
	struct str_list gaps; /* what the profile is known not to stop, to be said out loud */
	struct plan_terminal terminal;
	struct plan_limits limits;
	bool no_user_ns; /* the layer caps forbids user namespaces inside */
	struct plan_end end;
	const char *session; /* its name; NULL: it is none */
	bool detach;
	const char *const *command; /* NULL: a trial, which ends where exec would be */
	const char *report;
	bool verbose;
};

#endif

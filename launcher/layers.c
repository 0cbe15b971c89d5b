/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layers: the order, and nothing else. This is the page to audit.
 *
 * A row's place matters within a stage (pinfold.h); the reason stands beside it, and
 * tests/unit/test-launcher-layers.c holds each reason as a row of its own.
 */
#include "pinfold.h"

#include <stddef.h>

extern const struct layer layer_nnp, layer_user, layer_pid, layer_mount, layer_readonly, layer_net,
	layer_ipc, layer_uts, layer_cgroup, layer_session, layer_fds, layer_env, layer_keyring,
	layer_rlimits, layer_limits, layer_caps, layer_landlock, layer_sockets, layer_setid,
	layer_seccomp;

const struct layer *const layers[] = {
	&layer_nnp,    /* first of all: from here on no exec gains anything, whatever follows */
	&layer_limits, /* all that the run does is counted, from the first thread on */
	&layer_net,    /* its thread has the longest work, so it starts first, and is joined last */
	&layer_user,   /* before what is built with its capabilities by its id */
	&layer_pid,    /* before mount: a fresh /proc can only be made while one is in sight */
	&layer_mount,  /* before readonly: it fills the root ... */
	&layer_readonly, /* ... which is then closed */
	&layer_ipc,
	&layer_uts, /* before caps: the host name takes CAP_SYS_ADMIN */
	&layer_cgroup,
	&layer_session,
	&layer_fds, /* in the agent only: the set-up needs descriptors */
	&layer_env,
	&layer_keyring, /* before seccomp, which forbids keyctl(2) */
	&layer_rlimits,
	&layer_caps,	 /* after all that needs capabilities, before the walls that need none */
	&layer_landlock, /* after mount: it forbids every mount; needs nnp, as caps is done */
	&layer_setid,	 /* before seccomp: as sockets */
	&layer_sockets,	 /* before seccomp: its filter is one that the set-up still may load */
	&layer_seccomp,	 /* last: it need not allow anything that the set-up alone does */
	NULL,
};

#define NAMESPACES "user", "mount", "pid", "net", "ipc", "uts", "cgroup"

static const char *const none[] = {NULL};
static const char *const ns_only[] = {NAMESPACES, NULL};
static const char *const landlock[] = {NAMESPACES, "nnp", "landlock", NULL};
static const char *const full[] = {
	NAMESPACES, "nnp",     "landlock", "readonly", "session", "fds",
	"env",	    "keyring", "rlimits",  "caps",     "seccomp", NULL,
};
/* Beside the four: what stands without a namespace. */
static const char *const landlock_only[] = {
	"nnp",	   "landlock", "session", "fds",     "env", "keyring",
	"rlimits", "caps",     "sockets", "seccomp", NULL,
};

const struct profile profiles[] = {
	{"none", "no isolation: a plain fork and exec, the baseline", none, false},
	{"ns_only", "namespaces, and a root composed on a tmpfs", ns_only, false},
	{"landlock", "+ no_new_privs and Landlock", landlock, false},
	{"full", "+ capability drop, seccomp, read-only root, and everything else", full, false},
	{"landlock-only", "where namespaces are forbidden: Landlock, seccomp, and less than full",
	 landlock_only, true},
	{NULL, NULL, NULL, false},
};

size_t layers_count(void)
{
	return sizeof(layers) / sizeof(layers[0]) - 1;
}

int layers_find(const char *name)
{
	for (int i = 0; layers[i]; i++)
		if (str_equal(layers[i]->name, name))
			return i;
	return -1;
}

uint32_t layers_bit(const char *name)
{
	int i = layers_find(name);

	return i < 0 ? 0 : UINT32_C(1) << i;
}

uint32_t layers_with_needs(uint32_t set)
{
	/* Backwards would do only if needs always stood earlier; a fixed point needs no such rule.
	 */
	for (uint32_t before = 0; before != set;) {
		before = set;
		for (int i = 0; layers[i]; i++)
			if ((set >> i & 1) && layers[i]->needs)
				set |= layers_bit(layers[i]->needs);
	}
	return set;
}

const struct profile *profile_find(const char *name)
{
	for (const struct profile *p = profiles; p->name; p++)
		if (str_equal(p->name, name))
			return p;
	return NULL;
}

uint32_t profile_set(const struct profile *profile)
{
	uint32_t set = 0;

	for (const char *const *name = profile->layers; *name; name++)
		set |= layers_bit(*name);
	return set;
}

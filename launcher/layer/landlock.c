/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer landlock: an allow-list of files and TCP ports on top of the mounts (landlock(7)).
 *
 * Should: handle every right that the kernel's ABI knows (table/rights.def), with rules from the
 * plan's mounts alone, so that it stands as a second wall if the mount layer should fail, and by
 * itself where that is off: the rules then name the sources on the host.
 * Mustn't: grant anything on a path that the plan does not show. It cannot see chmod(2), chown(2),
 * utimensat(2) and setxattr(2): the read-only mounts stand against those.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uapi.h"

enum { R = 1, D = 2, W = 4, V = 8, N = 16 };

/* Below ABI 2 no file can be renamed between directories, which breaks git and every build. */
enum { LEAST_ABI = 2 };

static const struct {
	unsigned int bit, abi, who;
} fs_rights[] = {
#define FS(bit, abi, name, who) {bit, abi, who},
#define NET(bit, abi, name)
#define SCOPE(bit, abi, name)
#include "table/rights.def"
#undef FS
#undef NET
#undef SCOPE
};

static uint64_t fs_mask(unsigned int abi, unsigned int who)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fs_rights); i++)
		if (fs_rights[i].abi <= abi && (fs_rights[i].who & who))
			mask |= UINT64_C(1) << fs_rights[i].bit;
	return mask;
}

#define FS(bit, abi, name, who)
#define NET(bit, since, name) | (since <= abi ? UINT64_C(1) << bit : 0)
#define SCOPE(bit, since, name)
static uint64_t net_mask(unsigned int abi)
{
	return 0
#include "table/rights.def"
		;
}
#undef NET
#undef SCOPE
#define NET(bit, since, name)
#define SCOPE(bit, since, name) | (since <= abi ? UINT64_C(1) << bit : 0)
static uint64_t scope_mask(unsigned int abi)
{
	return 0
#include "table/rights.def"
		;
}
#undef FS
#undef NET
#undef SCOPE

static int landlock_available(const struct host *host, struct err *why_not)
{
	if (host->landlock_abi >= LEAST_ABI)
		return 0;
	if (host->landlock_abi > 0) {
		err_cause(why_not, "landlock-old");
		err_remedy(why_not,
			   "Use Linux 5.19 or later; or leave the layer out (--without landlock), "
			   "or go on without it (--allow-degraded landlock).");
		return fail(why_not, 0,
			    "this kernel's Landlock (ABI %u) is too old: it forbids every "
			    "rename between directories",
			    host->landlock_abi);
	}
	err_cause(why_not, host->landlock_num == ENOSYS	      ? "landlock-not-built"
			   : host->landlock_num == EOPNOTSUPP ? "landlock-off"
							      : "container-filter");
	if (host->landlock_num == ENOSYS)
		err_remedy(why_not,
			   "Use a kernel of 5.19 or later built with CONFIG_SECURITY_LANDLOCK; or "
			   "leave the layer out: --without landlock.");
	else if (host->landlock_num == EOPNOTSUPP)
		err_remedy(why_not,
			   "Boot with landlock in the kernel's list of security modules: "
			   "lsm=landlock,... (see /sys/kernel/security/lsm); or leave the layer "
			   "out: --without landlock.");
	else
		err_remedy(why_not,
			   "A seccomp filter around us (a container's) forbids it: allow the three "
			   "landlock calls there; or leave the layer out: --without landlock.");
	return fail(why_not, host->landlock_num, "Landlock is %s",
		    host->landlock_num == ENOSYS       ? "not built into this kernel"
		    : host->landlock_num == EOPNOTSUPP ? "built into this kernel and not enabled"
						       : "forbidden here");
}

static void landlock_reduce(const struct host *host, struct plan *plan)
{
	struct plan_landlock *l = &plan->landlock;

	l->abi = host->landlock_abi;
	l->errata = host->landlock_errata;
	l->fs = fs_mask(l->abi, R | D | W | V | N);
	l->net = l->tcp.any ? 0 : net_mask(l->abi);
	l->scoped = scope_mask(l->abi);
}

/* What a rule for this mount grants. */
static uint64_t rights_of(const struct mount *m, unsigned int abi)
{
	switch (m->kind) {
	case MOUNT_DIR:
		/* Only of one that is whole. */
		return fs_mask(abi, R | D);
	case MOUNT_ROOT:
		/* To list the names at the root; nothing in it may be changed. */
		return fs_mask(abi, D);
	case MOUNT_DEVICE:
		return fs_mask(abi, W | V | R) & ~(UINT64_C(1) << 0);
	case MOUNT_DEVPTS:
		return fs_mask(abi, R | D | V) | (UINT64_C(1) << 1);
	case MOUNT_PROC:
		/* Where it may be written: to open and truncate what is there, that is all. */
		return fs_mask(abi, R | D) |
		       (m->writable ? UINT64_C(1) << 1 | UINT64_C(1) << 14 : 0);
	default:
		/* Bit 0 is the right to execute. */
		return fs_mask(abi, R | D | (m->writable ? W : 0)) & ~(m->noexec ? UINT64_C(1) : 0);
	}
}

static int add_rule(int ruleset, int fd, const struct mount *m, unsigned int abi, struct err *e)
{
	struct uapi_landlock_path_beneath rule = {rights_of(m, abi), fd};

	/* The kernel takes only a file's rights for what is no directory. */
	if (m->is_file)
		rule.allowed &= UINT64_C(1) << 0 | UINT64_C(1) << 1 | UINT64_C(1) << 2 |
				UINT64_C(1) << 14 | UINT64_C(1) << 15 | UINT64_C(1) << 16;
	rule.allowed &= fs_mask(abi, R | D | W | V);
	if (sys_landlock_add_rule(ruleset, UAPI_LANDLOCK_RULE_PATH, &rule))
		return fail(e, errno, "rule for %s", m->dest);
	return 0;
}

/* What is made for the run has no counterpart on the host: nothing to allow there. */
static bool is_made(const struct mount *m)
{
	return m->kind == MOUNT_LINK || m->kind == MOUNT_MASK || mount_is_cover(m) ||
	       (m->kind == MOUNT_DIR && !m->whole);
}

/* The rules are for the very trees that were placed, or, where there are none, for the sources. */
static int add_path_rules(const struct plan *plan, const struct run *run, struct err *e)
{
	/* Plan paths are canonical: a link that turns up on the way now is somebody's trick. */
	static const struct uapi_open_how how = {
		O_PATH | O_CLOEXEC, 0, UAPI_RESOLVE_NO_SYMLINKS | UAPI_RESOLVE_NO_MAGICLINKS};

	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];
		const char *path = run->trees ? m->dest + 1 : m->source;
		autoclose int fd = -1;
		/* What was taken for a file is what it is a copy of. */
		int tree = run->trees && m->kind != MOUNT_FILE ? run->trees[i] : -1;

		if (is_made(m) || !path || (run->trees && m->ruled))
			continue;
		if (tree < 0)
			tree = fd = sys_openat2(run->trees ? run->root_fd : AT_FDCWD, path, &how);
		if (tree < 0)
			return fail(e, errno, "open %s for a rule", path);
		if (add_rule(run->ruleset_fd, tree, m, plan->landlock.abi, e))
			return -1;
	}
	return 0;
}

static int add_port_rules(const struct plan *plan, int ruleset, struct err *e)
{
	const struct plan_tcp *tcp = &plan->landlock.tcp;

	for (size_t i = 0; plan->landlock.net && i < tcp->n; i++) {
		struct uapi_landlock_net_port rule = {plan->landlock.net, tcp->ports[i]};

		if (sys_landlock_add_rule(ruleset, UAPI_LANDLOCK_RULE_PORT, &rule))
			return fail(e, errno, "rule for TCP port %u", tcp->ports[i]);
	}
	return 0;
}

/* The rules are gathered with the tree, while the layer net's thread still works. */
static int landlock_apply_build(const struct plan *plan, struct run *run, struct err *e)
{
	const struct plan_landlock *l = &plan->landlock;
	/* An older kernel takes a longer structure if what it does not know is zero; it is. */
	const struct uapi_landlock_ruleset rules = {l->fs, l->net, l->scoped};

	run->ruleset_fd = sys_landlock_create_ruleset(&rules, sizeof(rules), 0);
	if (run->ruleset_fd < 0)
		return fail(e, errno, "create the ruleset");
	if (add_path_rules(plan, run, e))
		return -1;
	return add_port_rules(plan, run->ruleset_fd, e);
}

static int landlock_apply_lock(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int ruleset = fd_take(&run->ruleset_fd);

	(void)plan;
	return sys_landlock_restrict_self(ruleset) ? fail(e, errno, "restrict_self") : 0;
}

/*
 * Tries what no rule grants. Inside the composed root that is a block device node in /tmp, on the
 * host's tree it is "/". The rules are asked before the file system and answer EACCES; it alone
 * would say EPERM, so the errno tells which of them refused (do_mknodat() in fs/namei.c). A
 * whiteout (the character device 0:0) is no proof: kernels of 2026 count it as a regular file.
 */
static int landlock_check(const struct plan *plan, struct run *run, struct err *e)
{
	static const char proof[] = "/tmp/.pinfold-proof";
	autoclose int fd = -1;

	(void)run;
	if (plan_has(plan, "mount")) {
		if (mknod(proof, S_IFBLK | 0600, makedev(0, 0)) == 0) {
			(void)unlink(proof);
			return fail(e, 0, "a device node could be made in /tmp");
		}
	} else {
		fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			return fail(e, 0, "the host's / could be listed");
	}
	if (errno != EACCES)
		return fail(e, errno, "what the rules forbid fails for another reason");
	return 0;
}

const struct layer layer_landlock = {
	.name = "landlock",
	.stops = "use files, TCP ports and abstract sockets that the plan does not name",
	.needs = "nnp",
	.available = landlock_available,
	.reduce = landlock_reduce,
	.apply[STAGE_BUILD] = landlock_apply_build,
	.apply[STAGE_LOCK] = landlock_apply_lock,
	.check[STAGE_LOCK] = landlock_check,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity: who the agent is on this host.
 *
 * An agent is never host root. Where root starts us, the launcher itself becomes the agent's id
 * before it looks at any path, so that everything after it, the set-up included, has exactly an
 * ordinary user's rights: there is one way through the code, and none with root in it. In the
 * agent's view alone root first takes what it names (take.c).
 */
#include "pinfold.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "pool.h"

enum { OWN_FIRST = 0x70000000, OWN_RANGE = 1 << 26, OWN_INNER = 1000 };

static int read_id(const char *text, uint32_t *id, struct err *e)
{
	/* 4294967295 is "no change" to setresuid(2): the one number that must never pass. */
	if (str_read_u32(text, UINT32_MAX - 1, id) == 0 && *id != 0)
		return 0;
	err_where(e, "--user");
	err_remedy(e, "Write --user ID or --user ID:GROUP, in decimal, neither of them 0: an agent "
		      "never runs as host root. Names are not looked up.");
	return fail(e, 0, "\"%s\" is not the number of an unprivileged id", text);
}

static int read_user(const char *user, struct identity *id, struct err *e)
{
	const char *colon = strchr(user, ':');
	const char *first = colon ? pool_copy_n(user, (size_t)(colon - user)) : user;

	if (read_id(first, &id->uid, e))
		return -1;
	id->gid = id->uid;
	return colon ? read_id(colon + 1, &id->gid, e) : 0;
}

/*
 * An id for one run, from a range that no system gives out (systemd's "Users, Groups, UIDs and
 * GIDs": 0x70000000 and on is unused). Nobody's processes may trace an agent that holds a workspace
 * of root's, and no other agent's. The agent sees an ordinary number.
 */
static int make_own(struct identity *id, struct err *e)
{
	uint32_t number;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return fail(e, errno, "getrandom");
	id->uid = id->gid = OWN_FIRST + number % OWN_RANGE;
	id->inner_uid = id->inner_gid = OWN_INNER;
	id->takes = true;
	return 0;
}

int identity_make(const struct policy *policy, struct identity *id, struct err *e)
{
	uid_t uid = getuid();

	*id = (struct identity){.uid = uid, .gid = getgid(), .from_root = uid == 0};
	if (id->from_root && !policy->user && policy_wants_agent_view(policy))
		return make_own(id, e);
	if (id->from_root) {
		id->uid = UNPRIVILEGED;
		id->gid = UNPRIVILEGED;
	}
	if (policy->user && read_user(policy->user, id, e))
		return -1;
	id->inner_uid = id->uid;
	id->inner_gid = id->gid;
	if (!policy->user)
		return 0;
	if (id->from_root || (id->uid == uid && id->gid == getgid()))
		return 0;
	err_where(e, "--user");
	err_remedy(e, "Leave --user out: the command runs as you.");
	return fail(e, 0, "only root can run a command as another id");
}

int identity_apply(const struct identity *id, struct err *e)
{
	uid_t r, eff, saved;

	if (!id->from_root && getuid())
		return 0;
	err_where(e, "--user");
	if (!id->from_root)
		return fail(e, 0, "root started us after all");
	err_remedy(
		e,
		"Root of a user namespace that maps no other id cannot become uid %u: map it there "
		"(newuidmap(1)), choose a mapped one with --user, or start as an ordinary user.",
		id->uid);
	if (setgroups(0, NULL))
		return fail(e, errno, "setgroups to none");
	if (setresgid(id->gid, id->gid, id->gid))
		return fail(e, errno, "setresgid to %u", id->gid);
	if (setresuid(id->uid, id->uid, id->uid))
		return fail(e, errno, "setresuid to %u", id->uid);
	if (getresuid(&r, &eff, &saved) || r != id->uid || eff != id->uid || saved != id->uid ||
	    getgroups(0, NULL) || setresuid(0, 0, 0) == 0)
		return fail(e, 0, "root could not be given up for uid %u", id->uid);
	/*
	 * A change of id makes a process undumpable, and its files below /proc root's (proc(5));
	 * the uid map could not be written then. The memory holds nothing that uid may not see: it
	 * was started by root a moment ago and has read no file yet.
	 */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		return fail(e, errno, "PR_SET_DUMPABLE");
	e->where[0] = e->remedy[0] = '\0';
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer keyring: a fresh session keyring (keyrings(7), session-keyring(7)).
 *
 * Should: part the agent from the keys of the caller's session, and from those that another run of
 * the same user left: keyrings have no namespace of their own.
 * Where no key can be reached at all, as in most containers, there is nothing to part it from.
 * Mustn't: name the keyring: a named one could be joined again.
 */
#include "pinfold.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The serial number of the session keyring; creates none. 0 where it cannot be told. */
static int32_t session_keyring(void)
{
	long id = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);

	return id > 0 ? (int32_t)id : 0;
}

/*
 * Does a filter around us refuse all that has to do with keys, or has the kernel none? Arguments
 * that the kernel itself would call bad in another way: EOPNOTSUPP, EFAULT.
 */
static bool out_of_reach(void)
{
	static const long calls[] = {SYS_keyctl, SYS_add_key, SYS_request_key};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (syscall(calls[i], -1L, NULL, NULL, 0, 0) >= 0 ||
		    (errno != EPERM && errno != ENOSYS))
			return false;
	return true;
}

/* To tell afterwards that ours is another one. */
static int keyring_check_outside(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)e;
	run->session_keyring = session_keyring();
	return 0;
}

static int keyring_apply(const struct plan *plan, struct run *run, struct err *e)
{
	int num;

	(void)plan, (void)run;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0)
		return 0;
	num = errno;
	return out_of_reach() ? 0 : fail(e, num, "join a new session keyring");
}

static int keyring_check(const struct plan *plan, struct run *run, struct err *e)
{
	int32_t now = session_keyring();

	(void)plan;
	if ((!now || now == run->session_keyring) && !out_of_reach())
		return fail(e, 0, "the session keyring is still the caller's");
	return 0;
}

const struct layer layer_keyring = {
	.name = "keyring",
	.stops = "use keys of the caller's session, or leave some for the next run",
	.check[STAGE_OUTSIDE] = keyring_check_outside,
	.apply[STAGE_LOCK] = keyring_apply,
	.check[STAGE_LOCK] = keyring_check,
};

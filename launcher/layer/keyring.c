/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer keyring: a fresh session keyring (keyrings(7), session-keyring(7)).
 *
 * Should: part the agent from the keys of the caller's session, and from those that another run of
 * the same user left: keyrings have no namespace of their own.
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

/* To tell afterwards that ours is another one. */
static int keyring_check_outside(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)e;
	run->session_keyring = session_keyring();
	return 0;
}

static int keyring_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)run;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return fail(e, errno, "join a new session keyring");
	return 0;
}

static int keyring_check(const struct plan *plan, struct run *run, struct err *e)
{
	int32_t now = session_keyring();

	(void)plan;
	if (!now || now == run->session_keyring)
		return fail(e, 0, "the session keyring is still the caller's");
	return 0;
}

static void keyring_explain(const struct layer *layer, struct err *e)
{
	(void)layer;
	if (e->num == EDQUOT)
		err_remedy(
			e,
			"The user has as many keys as kernel.keys.maxkeys allows, one for each "
			"sandbox that runs: raise it (sysctl kernel.keys.maxkeys=2000), or leave "
			"the layer out: --without keyring.");
	else
		err_remedy(
			e,
			"A seccomp filter around us (a container's) may forbid keyctl(2), or the "
			"kernel was built without CONFIG_KEYS: leave the layer out (--without "
			"keyring), or allow it (--allow-degraded keyring).");
}

const struct layer layer_keyring = {
	.name = "keyring",
	.stops = "use keys of the caller's session, or leave some for the next run",
	.check[STAGE_OUTSIDE] = keyring_check_outside,
	.apply[STAGE_LOCK] = keyring_apply,
	.check[STAGE_LOCK] = keyring_check,
	.explain = keyring_explain,
};

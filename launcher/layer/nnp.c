/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer nnp: no_new_privs (PR_SET_NO_NEW_PRIVS(2const), Linux 3.5).
 *
 * Should: be the first act, in the launcher itself, so that not even the set-up can gain anything
 * by exec. Inherited by every child, and never taken back by the kernel.
 * Mustn't: depend on anything.
 */
#include "pinfold.h"

#include <errno.h>
#include <sys/prctl.h>

static int nnp_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)run;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(e, errno, "PR_SET_NO_NEW_PRIVS");
	return 0;
}

static int nnp_check(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)run;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return fail(e, 0, "the kernel says that exec can still gain privileges");
	return 0;
}

const struct layer layer_nnp = {
	.name = "nnp",
	.stops = "gain privileges by running a set-user-ID file or one with capabilities",
	.apply[STAGE_OUTSIDE] = nnp_apply,
	.check[STAGE_PROOF] = nnp_check,
};

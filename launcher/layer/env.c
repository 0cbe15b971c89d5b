/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer env: the caller's environment by allow-list (environ(7)).
 *
 * Should: hand exec the list that plan-env.c made. No primitive of the kernel's, and a layer all
 * the same: tokens and keys live in variables, so it is switched, measured and checked like the
 * others. Mustn't: edit a list here: what is handed over stands in the plan.
 */
#include "pinfold.h"

static int env_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)e;
	run->env = plan->env;
	return 0;
}

static int env_check(const struct plan *plan, struct run *run, struct err *e)
{
	if (run->env != plan->env)
		return fail(e, 0, "the agent would get the caller's whole environment");
	return 0;
}

const struct layer layer_env = {
	.name = "env",
	.stops = "read tokens and keys from the caller's environment",
	.apply[STAGE_AGENT] = env_apply,
	.check[STAGE_PROOF] = env_check,
};

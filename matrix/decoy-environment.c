/* SPDX-License-Identifier: Apache-2.0 */
/* decoy-environment: a secret that whoever starts the sandbox has in the environment. */
#include "decoy.h"

#include "pool.h"

static const char variable[] = "PINFOLD_DECOY_API_TOKEN";

static int environment_make(struct kit *kit, void **state, struct err *e)
{
	(void)state, (void)e;
	pool_list_add(&kit->env, pool_printf("%s=%s", variable, kit->token));
	kit_tell(kit, "secret-variable=%s", variable);
	return 0;
}

const struct decoy_family decoys_environment = {.name = "environment", .make = environment_make};

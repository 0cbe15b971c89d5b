/* SPDX-License-Identifier: Apache-2.0 */
/* policy-shipped: the policies of profiles/, as the build has put them into the program. */
#include "policy.h"

const struct policy_shipped policy_shipped[] = {
#include "profiles.inc"
	{NULL, NULL},
};

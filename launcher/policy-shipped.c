/* SPDX-License-Identifier: Apache-2.0 */
/* policy-shipped: the policies of profiles/, as the build has parsed them (tools/mkprofiles.c). */
#include "policy.h"

#include "profiles.inc"

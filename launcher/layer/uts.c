/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer uts: a host name of its own (uts_namespaces(7)).
 *
 * Should: set a constant one (or --hostname's), and no NIS domain. Mustn't: derive it from the
 * host's.
 */
#include "pinfold.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int uts_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)run;
	if (sethostname(plan->hostname, strlen(plan->hostname)))
		return fail(e, errno, "set the host name %s", plan->hostname);
	if (setdomainname("(none)", 6))
		return fail(e, errno, "clear the domain name");
	return 0;
}

static int uts_check(const struct plan *plan, struct run *run, struct err *e)
{
	struct utsname u;

	(void)run;
	if (uname(&u) || !str_equal(u.nodename, plan->hostname))
		return fail(e, 0, "the host name inside is not %s", plan->hostname);
	return 0;
}

const struct layer layer_uts = {
	.name = "uts",
	.stops = "learn the host's name",
	.needs = "user",
	.clone_flag = CLONE_NEWUTS,
	.ns = "uts",
	.apply[STAGE_BUILD] = uts_apply,
	.check[STAGE_PROOF] = uts_check,
};

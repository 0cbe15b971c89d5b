/* SPDX-License-Identifier: Apache-2.0 */
/* cmd-plan: `pinfold plan`: what `pinfold run` with the same words would do, without doing it. */
#include "pinfold.h"

#include <errno.h>
#include <string.h>

static void print_help(void)
{
	puts("usage: pinfold plan [--json] [options of pinfold run] [--] COMMAND [ARG...]\n\n"
	     "Prints the layers, mounts, environment, rules and command of that run; changes "
	     "nothing.\n");
	cli_print_keys(stdout);
}

static int plan(const struct policy *policy, struct err *e)
{
	struct host_cgroup cgroups[CONTROLLERS];
	struct identity id;
	struct home home;
	struct host host;
	struct plan p;
	struct out out;

	if (identity_make(policy, &id, e))
		return -1;
	cgroups_read(policy, cgroups); /* as `pinfold run` does, before root is given up */
	if (home_find(policy, &id, &home, e) || take_host(policy, &id, &home, &host, e))
		return -1;
	home_close(&home);
	memcpy(host.cgroups, cgroups, sizeof(host.cgroups));
	if (take_guards(policy, &host, e) || trial_read(policy, &host, e) ||
	    plan_make(policy, &host, &p, e) || take_leave(&host, e))
		return -1;
	out_begin(&out, stdout, policy->json ? OUT_JSON : OUT_TEXT);
	report_print_plan(&p, &out);
	return out_end(&out) ? fail(e, errno, "write the plan") : 0;
}

int cmd_plan(int argc, char **argv)
{
	struct policy asked = {0}, policy;
	struct err e = {0};

	if (cli_read(argc, argv, &asked, &e) == 0) {
		if (asked.help) {
			print_help();
			return 0;
		}
		if (policy_resolve(&asked, &policy, &e) == 0 &&
		    cli_check_command(&policy, argv[0], &e) == 0 && plan(&policy, &e) == 0)
			return 0;
	}
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: argv -> policy, by the table of keys.
 *
 * Should take words as they are; mustn't look at the machine: what a word means there is host.c's
 * and plan.c's business.
 */
#include "pinfold.h"

#include <stddef.h>

#include "opt.h"

#define AT(member) offsetof(struct policy, member)

static const struct opt keys[] = {
	{"profile", OPT_STRING, AT(profile), "NAME",
	 "none, ns_only, landlock or full (default: full)"},
	{"without", OPT_LIST, AT(without), "LAYER", "leave a layer of the profile out"},
	{"with", OPT_LIST, AT(with), "LAYER", "add a layer to the profile"},
	{"allow-degraded", OPT_LIST, AT(degraded), "LAYER",
	 "go on without LAYER where this host cannot give it whole"},
	{"ro", OPT_LIST, AT(ro), "PATH[:DEST]", "show a file or directory, read-only"},
	{"rw", OPT_LIST, AT(rw), "PATH[:DEST]", "show a file or directory, writable"},
	{"agent", OPT_STRING, AT(agent), "DIR", "show DIR read-only at /agent, named in AGENT_DIR"},
	{"chdir", OPT_STRING, AT(chdir), "DIR", "start the command in DIR (a path inside)"},
	{"setenv", OPT_LIST, AT(setenv), "NAME=VALUE", "set an environment variable"},
	{"env-keep", OPT_LIST, AT(env_keep), "NAME", "keep a variable of the caller's environment"},
	{"hostname", OPT_STRING, AT(hostname), "NAME", "host name inside (default: pinfold)"},
	{"user", OPT_STRING, AT(user), "ID[:GROUP]", "numeric ids to run as, where root starts us"},
	{"tcp", OPT_LIST, AT(tcp), "PORT|any",
	 "let Landlock leave a TCP port open (or not handle TCP)"},
	{"report", OPT_STRING, AT(report), "FILE|-|FD", "write what was enforced, as JSON"},
	{"verbose", OPT_FLAG, AT(verbose), NULL, "print each step and its time on standard error"},
	{"json", OPT_FLAG, AT(json), NULL, "print the plan as JSON (pinfold plan)"},
	{"help", OPT_FLAG, AT(help), NULL, "print this help"},
	OPT_END,
};

int cli_read(int argc, char *const *argv, struct policy *policy, struct err *e)
{
	int first = opt_parse(keys, argc, argv, policy, e);

	if (first < 0)
		return -1;
	policy->command = first < argc ? (const char *const *)argv + first : NULL;
	if (policy->command || policy->help)
		return 0;
	err_remedy(e, "Write: pinfold %s [options] [--] COMMAND [ARG...]", argv[0]);
	return fail(e, 0, "no command is given");
}

void cli_print_keys(FILE *file)
{
	opt_print_help(file, keys);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: argv -> policy, by the table of keys.
 *
 * Should take words as they are; mustn't look at the machine: what a word means there is host.c's
 * and plan.c's business.
 */
#include "pinfold.h"

#include "opt.h"

/* The rows of keys[] that have an option, as opt.h wants them. */
static void make_options(struct opt opts[KEYS_MAX + 1])
{
	for (const struct key *k = keys; k->help; k++)
		if (k->option)
			*opts++ = (struct opt){k->option, k->type, k->offset, k->value, k->help};
	*opts = (struct opt)OPT_END;
}

int cli_read(int argc, char *const *argv, struct policy *policy, struct err *e)
{
	struct opt opts[KEYS_MAX + 1];
	int first;

	make_options(opts);
	first = opt_parse(opts, argc, argv, policy, e);
	if (first < 0)
		return -1;
	policy->command = first < argc ? (const char *const *)argv + first : NULL;
	return 0;
}

int cli_check_command(const struct policy *policy, const char *verb, struct err *e)
{
	if (policy->command)
		return 0;
	err_remedy(e, "Write: pinfold %s [options] [--] COMMAND [ARG...]", verb);
	return fail(e, 0, "no command is given");
}

void cli_print_keys(FILE *file)
{
	struct opt opts[KEYS_MAX + 1];

	make_options(opts);
	opt_print_help(file, opts);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* cli: argv -> what is asked, by the table of options. Mustn't look at the machine. */
#include "probe.h"

#include "opt.h"
#include "pool.h"

#define AT(member) offsetof(struct asked, member)

enum { TIMEOUT_MS = 2000, TIMEOUT_MAX_MS = 600000, JOBS_MAX = 64 };

static const struct opt options[] = {
	{"list", OPT_FLAG, AT(list), NULL,
	 "print the operations: one id a line, or all about them in a format"},
	{"only", OPT_LIST, AT(only), "ID[,ID...]", "try these only; globs are taken"},
	{"family", OPT_LIST, AT(families), "NAME[,NAME...]", "try these families only"},
	{"decoy", OPT_LIST, AT(decoys), "KEY=VALUE", "what an operation aims at (keys below)"},
	{"decoys", OPT_STRING, AT(description), "FILE", "the same from a file, KEY=VALUE a line"},
	{"connect", OPT_STRING, AT(connect), "ADDR:PORT", "where net.connect-tcp connects to"},
	{"timeout", OPT_UINT, AT(timeout_ms), "MS",
	 "limit for one operation, in milliseconds (default: 2000)"},
	{"jobs", OPT_UINT, AT(jobs), "N", "operations at a time (default: 1)"},
	{"tsv", OPT_FLAG, AT(tsv), NULL, "print lines with tabs, for programs"},
	{"json", OPT_FLAG, AT(json), NULL, "print JSON"},
	{"markdown", OPT_FLAG, AT(markdown), NULL, "print a table in Markdown"},
	{"sum", OPT_STRING, AT(sum), "FILE", "print FILE's checksum, for --decoy, and try nothing"},
	{"version", OPT_FLAG, AT(version), NULL, "print the version"},
	{"help", OPT_FLAG, AT(help), NULL, "print this help"},
	OPT_END,
};

int cli_read(int argc, char *const *argv, struct asked *asked, struct err *e)
{
	int next;

	*asked = (struct asked){.timeout_ms = TIMEOUT_MS, .jobs = 1};
	next = opt_parse(options, argc, argv, asked, e);
	if (next < 0)
		return -1;
	if (next < argc) {
		err_where(e, "%s", argv[next]);
		err_remedy(e, "The probe runs no command: it is the command. See --help.");
		return fail(e, 0, "an argument that is no option");
	}
	if (asked->tsv + asked->json + asked->markdown > 1)
		return fail(e, 0, "--tsv, --json and --markdown cannot be had together");
	if (asked->jobs == 0 || asked->jobs > JOBS_MAX) {
		err_where(e, "--jobs");
		return fail(e, 0, "from 1 to %d operations may be tried at a time", JOBS_MAX);
	}
	if (asked->timeout_ms == 0 || asked->timeout_ms > TIMEOUT_MAX_MS) {
		err_where(e, "--timeout");
		return fail(e, 0, "the limit is from 1 to %d ms", TIMEOUT_MAX_MS);
	}
	if (asked->connect)
		pool_list_add(&asked->decoys, pool_printf("connect=%s", asked->connect));
	return 0;
}

void cli_print_help(FILE *file)
{
	fputs("usage: pinfold-probe [options]\n"
	      "Tries from in here what a sandbox should stop, and says what was reached.\n\n",
	      file);
	opt_print_help(file, options);
	fputs("\nkeys of --decoy:\n", file);
	for (const struct decoy_key *k = decoy_keys; k->name; k++)
		fprintf(file, "  %-28s%s\n", k->name, k->help);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* request: argv -> what was asked, by a table of options. Pure. */
#include "matrix.h"

#include <stddef.h>

#include "opt.h"

#define AT(member) offsetof(struct request, member)

static const struct opt options[] = {
	{"profile", OPT_LIST, AT(profiles), "NAME",
	 "measure only this profile, also landlock-only (repeatable)"},
	{"policy", OPT_LIST, AT(policies), "NAME", "measure this policy too (repeatable)"},
	{"against", OPT_LIST, AT(against), "NAME=COMMAND",
	 "measure another sandbox too: a command line, a known NAME, or \"known\""},
	{"only", OPT_LIST, AT(only), "PATTERN",
	 "measure only operations with such ids (globs, commas)"},
	{"family", OPT_LIST, AT(families), "NAME",
	 "measure only these families; \"seed\": the first ten"},
	{"json", OPT_FLAG, AT(json), NULL, "print JSON"},
	{"markdown", OPT_FLAG, AT(markdown), NULL, "print Markdown tables"},
	{"tsv", OPT_FLAG, AT(tsv), NULL, "print one table with tabs, a line an operation"},
	{"junit", OPT_FLAG, AT(junit), NULL, "print test cases, in JUnit's XML"},
	{"sarif", OPT_FLAG, AT(sarif), NULL, "print findings, as SARIF 2.1.0"},
	{"by-family", OPT_FLAG, AT(by_family), NULL, "print the summary only, by families"},
	{"html", OPT_STRING, AT(html), "FILE", "write a page to look at, too"},
	{"compare", OPT_STRING, AT(compare), "FILE", "a saved result that the page compares with"},
	{"costs", OPT_STRING, AT(costs), "FILE",
	 "what `pinfold bench --json` printed, or \"measure\""},
	{"baseline", OPT_STRING, AT(baseline), "FILE",
	 "end with 1 where something is worse than in this saved result"},
	{"from", OPT_STRING, AT(from), "FILE", "measure nothing: take what --json printed to FILE"},
	{"details", OPT_STRING, AT(details), "OPERATION",
	 "print every set of layers that was measured for one operation"},
	{"exhaustive", OPT_FLAG, AT(exhaustive), NULL,
	 "measure every set of layers that can stand, instead of searching"},
	{"jobs", OPT_UINT, AT(jobs), "N", "runs at a time (default: one a processor)"},
	{"samples", OPT_UINT, AT(samples), "N", "random sets to measure (default: 200)"},
	{"seed", OPT_UINT, AT(seed), "N", "choose other random samples (default: 1)"},
	{"version", OPT_FLAG, AT(version), NULL, "print the version"},
	{"help", OPT_FLAG, AT(help), NULL, "print this help"},
	OPT_END,
};

void request_print_help(FILE *file)
{
	fputs("usage: pinfold matrix [options]\n\n"
	      "Runs the probe under the four profiles and under as many other sets of layers as "
	      "it\n"
	      "takes to say which layer blocks which operation. Exit status: 0 where full lets\n"
	      "nothing through but what it means to, 1 where it does, 125 where that could not be\n"
	      "measured.\n\n",
	      file);
	opt_print_help(file, options);
	fputs("\nManual: pinfold-matrix(1).\n", file);
}

int request_read(int argc, char **argv, struct request *r, struct err *e)
{
	int first;

	*r = (struct request){.seed = 1, .samples = SAMPLES};
	first = opt_parse(options, argc, argv, r, e);
	if (first < 0)
		return -1;
	if (first < argc) {
		err_remedy(e, "pinfold matrix takes options only; see --help.");
		return fail(e, 0, "\"%s\" is too much", argv[first]);
	}
	if (r->json + r->markdown + r->tsv + r->junit + r->sarif > 1 ||
	    (r->json + r->junit + r->sarif > 0 && (r->details || r->by_family))) {
		err_remedy(e, "Choose one of --json, --markdown, --tsv, --junit and --sarif; "
			      "--details and --by-family print tables only.");
		return fail(e, 0, "these forms of output exclude each other");
	}
	if (r->from && (r->details || r->profiles.n || r->policies.n || r->against.n || r->only.n ||
			r->families.n || r->exhaustive)) {
		err_where(e, "--from");
		err_remedy(e, "What is in the file was chosen when it was measured.");
		return fail(e, 0, "it goes with no option that says what to measure");
	}
	if (r->compare && !r->html) {
		err_where(e, "--compare");
		err_remedy(e, "`pinfold matrix diff` compares two results as text.");
		return fail(e, 0, "it is for the page that --html writes");
	}
	if (r->samples <= SAMPLES_MAX)
		return 0;
	err_where(e, "--samples");
	err_remedy(e, "With --exhaustive every set is measured.");
	return fail(e, 0, "more than %d samples", SAMPLES_MAX);
}

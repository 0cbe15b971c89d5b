/* SPDX-License-Identifier: Apache-2.0 */
/* diff: `pinfold matrix diff BEFORE AFTER`: two saved results, compared. */
#include "compare.h"
#include "matrix.h"

#include <errno.h>
#include <stddef.h>

#include "opt.h"

struct diff_request {
	bool json, markdown, tsv, worse, help;
};

#define AT(member) offsetof(struct diff_request, member)

static const struct opt options[] = {
	{"json", OPT_FLAG, AT(json), NULL, "print JSON"},
	{"markdown", OPT_FLAG, AT(markdown), NULL, "print a Markdown table"},
	{"tsv", OPT_FLAG, AT(tsv), NULL, "print a table with tabs"},
	{"worse", OPT_FLAG, AT(worse), NULL, "only what is reached now, or closed by fewer layers"},
	{"help", OPT_FLAG, AT(help), NULL, "print this help"},
	OPT_END,
};

static void print_help(void)
{
	puts("usage: pinfold matrix diff [options] BEFORE AFTER\n\n"
	     "Compares two results of `pinfold matrix --json`: which operations changed, and "
	     "which\n"
	     "layer explains it. Exit status: 0 where nothing differs (with --worse: got worse), "
	     "1\n"
	     "where something does, 125 where a file could not be read.\n");
	opt_print_help(stdout, options);
}

static int compare(const struct diff_request *request, char *const *files, struct err *e)
{
	static struct report before, after;
	enum table_format format = request->markdown ? TABLE_MARKDOWN
				   : request->tsv    ? TABLE_TSV
						     : TABLE_TEXT;
	struct comparison c;
	int rc;

	if (saved_read(files[0], &before, e) || saved_read(files[1], &after, e))
		return -1;
	compare_reports(&before, &after, &c);
	rc = request->json ? render_comparison_json(&c, stdout)
			   : render_comparison(&c, format, request->worse, stdout);
	if (rc)
		return fail(e, errno, "write the comparison");
	for (size_t i = 0; i < c.n; i++)
		if (!request->worse || compare_is_worse(&c.v[i]))
			return 1;
	return !request->worse && c.gone.n + c.come.n > 0;
}

int diff_main(int argc, char **argv)
{
	struct diff_request request = {0};
	struct err e = {0};
	int rc = -1, first = opt_parse(options, argc, argv, &request, &e);

	if (first >= 0 && request.help) {
		print_help();
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	if (first >= 0 && argc - first != 2) {
		err_remedy(&e, "Write pinfold matrix diff BEFORE AFTER; see --help.");
		(void)fail(&e, 0, "%d files are named, not two", argc - first);
	} else if (first >= 0 && request.json + request.markdown + request.tsv > 1) {
		err_remedy(&e, "Choose one of --json, --markdown and --tsv.");
		(void)fail(&e, 0, "these forms of output exclude each other");
	} else if (first >= 0) {
		rc = compare(&request, argv + first, &e);
	}
	if (rc >= 0)
		return rc;
	err_print(&e, "pinfold-matrix diff");
	return EXIT_OURS;
}

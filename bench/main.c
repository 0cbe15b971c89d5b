/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: the story of one benchmark. Prints and exits; nobody below does.
 *
 *     signals held -> a place to start from, as an ordinary user -> the launcher's layers -> cases
 *     -> starts, round by round -> calls, round by round -> nothing left behind -> tables
 */
#include "bench.h"

#include <errno.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

static int measure(const struct request *request, struct home *home, struct results *results,
		   struct err *e)
{
	struct layer_list layers;
	struct runner runner;

	if (runner_begin(&runner, e) || home_make(home, e))
		return -1;
	facts_read(&results->facts);
	results->facts.dropped = home->dropped;
	if (layers_read(&runner, home->launcher, &layers, e) ||
	    cases_make_start(request, home, &layers, &results->start, e) ||
	    cases_make_calls(request, home, &layers, &results->calls, e))
		return -1;
	/* The one directory that is the same inside and outside of everything that is compared. */
	if (chdir("/"))
		return fail(e, errno, "cannot change to /");
	if (starts_measure(&runner, request, &results->start, e) ||
	    calls_measure(&runner, request, &results->calls, e))
		return -1;
	facts_read_after(&results->facts);
	facts_make_warnings(&results->facts);
	return 0;
}

static int bench(const struct request *request, struct err *e)
{
	struct results *results = pool_alloc(sizeof(*results));
	struct home home = {0};
	int rc;

	results->request = request;
	rc = measure(request, &home, results, e);
	/* Before anything is printed: a reader who goes away early leaves nothing behind either. */
	home_remove(&home);
	progress_clear();
	if (rc)
		return -1;
	if (request->json ? render_json(results, stdout) : render_text(results, stdout))
		return fail(e, errno, "cannot write the results");
	return 0;
}

int main(int argc, char **argv)
{
	struct request request;
	struct err e = {0};

	/* Without exit handlers: those of a leak checker trace us, which the sandbox forbids. */
	if (argc > 1 && str_equal(argv[1], CALLS_WORD))
		_exit(calls_main(argc, argv));
	if (fd_fill_stdio(&e) == 0 && request_read(argc, argv, &request, &e) == 0) {
		if (request.help) {
			request_print_help(stdout);
			return 0;
		}
		if (request.version) {
			puts("pinfold-bench " PINFOLD_VERSION);
			return 0;
		}
		if (bench(&request, &e) == 0)
			return 0;
	}
	err_print(&e, "pinfold-bench");
	return err_exit_code(&e);
}

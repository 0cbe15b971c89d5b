/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: the story of the probe. Read the options, try the operations one after the other, print
 * what came of them; those that may end the probe come last, when all others are printed.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "hash.h"
#include "pool.h"

static const char program[] = "pinfold-probe";

/* A number that no other run has. It need not be secret, so without getrandom(2) the time does. */
static uint64_t make_nonce(void)
{
	uint64_t nonce, seed[2] = {clock_now_ns(), (uint64_t)getpid()};

	if (getrandom(&nonce, sizeof(nonce), GRND_NONBLOCK) == (ssize_t)sizeof(nonce))
		return nonce;
	return hash_add(HASH_START, seed, sizeof(seed));
}

static int write_failed(struct err *e)
{
	return fail(e, errno, "cannot write the result");
}

static int print_sum(const char *path, struct err *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[SUM_TEXT];
	uint64_t sum;

	if (fd < 0 || sum_read(fd, &sum))
		return fail(e, errno, "cannot read %s", path);
	sum_print(text, sum);
	return printf("%s\n", text) < 0 || fflush(stdout) ? write_failed(e) : 0;
}

/* Those whose finish() is still to come; they are at the end of the list. */
static size_t count_settled(const struct op_list *ops, const struct trial *trials)
{
	size_t n = ops->n;

	while (n > 0 && ops->v[n - 1]->finish && trials[n - 1].outcome == OUTCOME_REACHED)
		n--;
	return n;
}

static int try_all(const struct probe *probe, const struct op_list *ops, enum report_format format,
		   struct err *e)
{
	struct trial *trials = pool_alloc(ops->n * sizeof(*trials));
	struct report report;
	size_t settled;
	int rc;

	if (runner_run(probe, ops, trials, e))
		return -1;
	settled = count_settled(ops, trials);
	report_begin(&report, stdout, format, ops, trials);
	runner_hold();
	rc = settled > 0 && settled < ops->n ? report_print(&report, settled) : 0;
	for (size_t i = settled; i < ops->n && rc == 0; i++)
		ops->v[i]->finish(probe, &trials[i]);
	if (rc == 0)
		rc = report_end(&report);
	if (rc)
		rc = write_failed(e);
	runner_release();
	return rc;
}

static int probe_main(const struct asked *asked, struct err *e)
{
	enum report_format format = asked->json	      ? REPORT_JSON
				    : asked->tsv      ? REPORT_TSV
				    : asked->markdown ? REPORT_MARKDOWN
						      : REPORT_TEXT;
	struct probe probe = {.timeout_ms = asked->timeout_ms,
			      .jobs = asked->jobs,
			      .parent = (uint32_t)getppid()};
	struct str_list patterns = asked->only;
	struct op_list ops;

	if (asked->sum)
		return print_sum(asked->sum, e);
	if (ops_families(&asked->families, &patterns, e) || ops_select(&patterns, &ops, e) ||
	    decoys_read(&asked->decoys, &probe.decoys, e))
		return -1;
	if (asked->description && decoys_read_file(asked->description, &probe.decoys, e))
		return -1;
	if (asked->list)
		return report_list(stdout, format, &ops) ? write_failed(e) : 0;
	probe.nonce = make_nonce();
	return try_all(&probe, &ops, format, e);
}

int main(int argc, char **argv)
{
	struct asked asked;
	struct err e = {0};

	if (cli_read(argc, argv, &asked, &e)) {
		err_print(&e, program);
		return err_exit_code(&e);
	}
	if (asked.help || asked.version) {
		if (asked.help)
			cli_print_help(stdout);
		else
			printf("%s %s\n", program, PINFOLD_VERSION);
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	if (probe_main(&asked, &e)) {
		err_print(&e, program);
		return err_exit_code(&e);
	}
	return 0;
}

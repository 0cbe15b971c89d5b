/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pinfold-matrix: which primitive blocks which operation?
 *
 * The story: make a work place and decoys, measure, clean up, and only then print: whatever becomes
 * of the output, nothing of ours is left behind.
 */
#include "compare.h"
#include "decoy.h"
#include "html.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "pool.h"

static const char program[] = "pinfold-matrix";

/* All that a run of ours consists of. */
struct job {
	struct request request;
	struct place place;
	struct layers layers;
	struct ops ops;
	struct decoy decoy;
	struct sweep sweep;
	struct report report, baseline, other;
	struct comparison comparison; /* with the baseline */
	struct comparison changes;    /* with the other, for the page */
	size_t details;		      /* the operation that --details names */
};

static int sweep(struct job *job, struct err *e)
{
	struct sweep *sweep = &job->sweep;
	const struct source source = {sweep_measure, sweep};
	struct measured *m = &job->report.measured;
	int rc;

	sweep->runs =
		(struct runs){.place = &job->place, .report = &job->report, .decoy = &job->decoy};
	sweep->report = &job->report;
	sweep->progress = isatty(STDERR_FILENO);
	if (sweep_start(sweep, job->request.jobs, e))
		return -1;
	rc = measure_all(&job->request, &source, &job->report, e);
	if (rc == 0 && !decoy_lives(&job->decoy))
		rc = fail(e, 0, "the decoy process has died");
	m->runs = sweep->runs_n;
	m->retries = sweep->retries;
	m->seconds = (double)(clock_now_ns() - sweep->start_ns) / 1e9;
	return rc;
}

static int measure(struct job *job, struct err *e)
{
	decoy_read(&job->decoy);
	if (place_make(&job->place, e))
		return -1;
	place_set_home(&job->place);
	if (ask_layers(&job->place, &job->layers, e) ||
	    ask_ops(&job->place, &job->request, &job->ops, e))
		return -1;
	ask_host(&job->place, &job->report.facts);
	job->report.ops = &job->ops;
	if (choose_subjects(&job->request, &job->place, &job->layers, &job->report, e) ||
	    choose_details(&job->request, &job->ops, &job->details, e) ||
	    decoy_make(&job->decoy, e))
		return -1;
	return sweep(job, e);
}

/* All processes and files of ours are gone after this. */
static void clean_up(struct job *job)
{
	children_end(NULL, 0);
	for (size_t i = 0; i < job->sweep.workers_n; i++)
		kit_remove(&job->place, (unsigned int)i);
	place_remove(&job->place);
	if (job->sweep.progress)
		fputs("\r\033[K", stderr);
}

static int print(const struct job *job)
{
	const struct request *r = &job->request;
	const struct report *report = &job->report;
	const struct comparison *baseline = r->baseline ? &job->comparison : NULL;
	enum table_format format = r->markdown ? TABLE_MARKDOWN : r->tsv ? TABLE_TSV : TABLE_TEXT;

	if (r->details)
		return render_details(report, job->details, format, stdout);
	if (r->json)
		return render_json(report, stdout);
	if (r->junit)
		return render_junit(report, baseline, stdout);
	if (r->sarif)
		return render_sarif(report, baseline, stdout);
	if (r->by_family)
		return render_summary(report, format, stdout);
	if (r->tsv)
		return render_tsv(report, stdout);
	return render_text(report, format, stdout);
}

/* Told on standard error, whatever is printed: where it fails a build, it is what is looked for. */
static int print_worse(const struct job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < job->comparison.n; i++)
		n += compare_is_worse(&job->comparison.v[i]);
	if (n == 0)
		return 0;
	fprintf(stderr, "Worse than %s:\n", job->request.baseline);
	(void)render_comparison(&job->comparison, TABLE_TEXT, true, stderr);
	return 1;
}

/*
 * What the exit status says is about "full". Where that could not be measured, as a point failed or
 * this host lacks one of its layers, neither 0 nor 1 would be true.
 */
static int judge(const struct report *r)
{
	bool reached = false, unknown = r->troubles_n > 0;

	for (size_t i = 0; i < r->columns_n; i++) {
		const struct column *c = &r->columns[i];
		bool full = summary_is_full(c);

		/* What another sandbox lets through is told, and no failure of ours. */
		if (c->subject->kind == SUBJECT_OTHER)
			continue;

		for (size_t k = 0; k < r->ops->n; k++) {
			const struct blame *b = &c->blames[k];

			unknown = unknown || b->broken || (full && b->skipped);
			reached = reached || summary_is_unreasoned(c, &r->ops->v[k], b);
		}
		unknown = unknown || (full && render_missing(&c->profile));
	}
	return unknown ? EXIT_OURS : reached;
}

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} verbs[] = {
	{"decoys", decoys_main},	{"diff", diff_main},
	{"keeper", keeper_main},	{"tied", children_exec_tied},
	{"under", children_exec_under}, {"victim", victim_main},
};

static int read_costs(struct job *job, struct err *e)
{
	const char *path = job->request.costs;
	size_t size;
	char *text;
	int rc;

	if (!path)
		return 0;
	if (str_equal(path, "measure"))
		return costs_measure(&job->report.costs, e);
	text = saved_load(path, &size, e);
	rc = text ? costs_read(text, size, &job->report.costs, e) : -1;
	free(text);
	if (rc == 0)
		e->where[0] = '\0';
	return rc;
}

/* Costs that were named now go before those of the file. */
static int take_saved(struct job *job, struct err *e)
{
	struct costs costs = job->report.costs;

	if (saved_read(job->request.from, &job->report, e))
		return -1;
	if (costs.n)
		job->report.costs = costs;
	return 0;
}

/* Measures, or takes what was measured. */
static int make_report(struct job *job, struct err *e)
{
	const struct request *r = &job->request;
	int rc;

	/* Before anything else: a file that cannot be read would be told a minute later. */
	if (r->baseline && saved_read(r->baseline, &job->baseline, e))
		return -1;
	if (r->compare && saved_read(r->compare, &job->other, e))
		return -1;
	if (read_costs(job, e))
		return -1;
	if (r->from)
		return take_saved(job, e);
	children_catch_signals();
	children_adopt();
	rc = measure(job, e);
	clean_up(job);
	children_end_as_told();
	return rc;
}

static int run(struct job *job, struct err *e)
{
	const char *html = job->request.html;
	int page = html ? html_open(html, e) : -1;
	int worse = 0;

	if ((html && page < 0) || make_report(job, e))
		return -1;
	if (job->request.baseline) {
		compare_reports(&job->baseline, &job->report, &job->comparison);
		worse = print_worse(job);
	}
	if (job->request.compare)
		compare_reports(&job->other, &job->report, &job->changes);
	if (html && html_write(&job->report, job->request.compare ? &job->changes : NULL, page, e))
		return -1;
	if (print(job))
		return fail(e, errno, "write the matrix");
	return worse && judge(&job->report) == 0 ? 1 : judge(&job->report);
}

int main(int argc, char **argv)
{
	struct job *job = pool_alloc(sizeof(*job));
	struct err e = {0};
	int rc;

	for (size_t i = 0; i < ARRAY_SIZE(verbs) && argc > 1; i++)
		if (str_equal(argv[1], verbs[i].name))
			return verbs[i].main(argc - 1, argv + 1);
	rc = fd_fill_stdio(&e) || request_read(argc, argv, &job->request, &e) ? -1 : 0;
	if (rc == 0 && (job->request.help || job->request.version)) {
		if (job->request.version)
			printf("%s %s\n", program, PINFOLD_VERSION);
		else
			request_print_help(stdout);
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	if (rc == 0)
		rc = run(job, &e);
	if (rc >= 0)
		return rc;
	err_print(&e, program);
	return EXIT_OURS;
}

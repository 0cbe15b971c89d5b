/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pinfold-matrix: which primitive blocks which operation?
 *
 * The story: make a work place and decoys, measure, clean up, and only then print: whatever becomes
 * of the output, nothing of ours is left behind.
 */
#include "decoy.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "opt.h"
#include "pool.h"

#define AT(member) offsetof(struct request, member)

static const char program[] = "pinfold-matrix";

static const struct opt options[] = {
	{"profile", OPT_LIST, AT(profiles), "NAME",
	 "measure only this profile, also landlock-only (repeatable)"},
	{"only", OPT_LIST, AT(only), "PATTERN",
	 "measure only operations with such ids (globs, commas)"},
	{"family", OPT_LIST, AT(families), "NAME",
	 "measure only these families; \"seed\": the first ten"},
	{"json", OPT_FLAG, AT(json), NULL, "print JSON"},
	{"markdown", OPT_FLAG, AT(markdown), NULL, "print Markdown tables"},
	{"tsv", OPT_FLAG, AT(tsv), NULL, "print one table with tabs, a line an operation"},
	{"details", OPT_STRING, AT(details), "OPERATION",
	 "print every set of layers that was measured for one operation"},
	{"exhaustive", OPT_FLAG, AT(exhaustive), NULL,
	 "measure every set of layers that can stand, instead of searching"},
	{"jobs", OPT_UINT, AT(jobs), "N", "runs at a time (default: one a processor)"},
	{"seed", OPT_UINT, AT(seed), "N", "choose other random samples (default: 1)"},
	{"version", OPT_FLAG, AT(version), NULL, "print the version"},
	{"help", OPT_FLAG, AT(help), NULL, "print this help"},
	OPT_END,
};

/* All that a run of ours consists of. */
struct job {
	struct request request;
	struct place place;
	struct layers layers;
	struct ops ops;
	struct decoy decoy;
	struct sweep sweep;
	struct report report;
	size_t details; /* the operation that --details names */
};

static void print_help(void)
{
	puts("usage: pinfold matrix [options]\n\n"
	     "Runs the probe under the four profiles and under as many other sets of layers as it\n"
	     "takes to say which layer blocks which operation. Exit status: 0 where full lets\n"
	     "nothing through, 1 where it does, 125 where that could not be measured.\n");
	opt_print_help(stdout, options);
	puts("\nManual: pinfold-matrix(1).");
}

static int read_request(int argc, char **argv, struct request *r, struct err *e)
{
	int first;

	*r = (struct request){.seed = 1};
	first = opt_parse(options, argc, argv, r, e);
	if (first < 0)
		return -1;
	if (first < argc) {
		err_remedy(e, "pinfold matrix takes options only; see --help.");
		return fail(e, 0, "\"%s\" is too much", argv[first]);
	}
	if (r->json + r->markdown + r->tsv > 1 || (r->json && r->details)) {
		err_remedy(e, "Choose one of --json, --markdown and --tsv; --details prints "
			      "tables only.");
		return fail(e, 0, "these forms of output exclude each other");
	}
	return 0;
}

static const struct profile_row *find_profile(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->profiles_n; i++)
		if (str_equal(layers->profiles[i].name, name))
			return &layers->profiles[i];
	return NULL;
}

static struct subject *add_subject(struct report *r, enum subject_kind kind, const char *name,
				   const struct layers *layers, uint32_t top)
{
	struct subject *s = &r->subjects[r->subjects_n++];

	*s = (struct subject){.kind = kind, .name = name, .layers = layers, .top = top};
	return s;
}

static void add_column(struct report *r, const struct subject *subject, struct profile_row profile)
{
	r->columns[r->columns_n++] = (struct column){.subject = subject, .profile = profile};
}

/*
 * The profiles that were asked for, in the order of the launcher's; else those that build on each
 * other: each holds the one before.
 */
static int choose_profiles(struct job *job, struct err *e)
{
	const struct str_list *asked = &job->request.profiles;
	struct report *r = &job->report;
	struct subject *pinfold = add_subject(r, SUBJECT_LAYERS, "pinfold", &job->layers, 0);
	uint32_t last = 0;

	words_make_layers(&pinfold->words, &job->layers);
	for (size_t i = 0; i < asked->n; i++) {
		if (find_profile(&job->layers, asked->v[i]))
			continue;
		err_where(e, "--profile");
		err_remedy(e, "`pinfold layers` names the profiles; \"none\" is one too.");
		return fail(e, 0, "there is no profile \"%s\"", asked->v[i]);
	}
	for (size_t i = 0; i < job->layers.profiles_n; i++) {
		const struct profile_row *p = &job->layers.profiles[i];
		bool wanted = asked->n == 0 && set_within(last, p->asked);

		for (size_t k = 0; k < asked->n; k++)
			wanted = wanted || str_equal(asked->v[k], p->name);
		if (!wanted)
			continue;
		last = p->asked;
		add_column(r, pinfold, *p);
		pinfold->top |= p->set;
	}
	return 0;
}

/* Room for all that may be asked for: the lists do not move once they are pointed to. */
static void make_report(struct job *job)
{
	struct report *r = &job->report;

	r->ops = &job->ops;
	r->subjects = pool_alloc(SUBJECTS_MAX * sizeof(*r->subjects));
	r->columns = pool_alloc((SUBJECTS_MAX + PROFILES_MAX) * sizeof(*r->columns));
}

static int choose_details(struct job *job, struct err *e)
{
	if (!job->request.details)
		return 0;
	for (job->details = 0; job->details < job->ops.n; job->details++)
		if (str_equal(job->ops.v[job->details].id, job->request.details))
			return 0;
	err_where(e, "--details");
	err_remedy(e, "`pinfold-probe --list` names the operations.");
	return fail(e, 0, "there is no operation \"%s\"", job->request.details);
}

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
	if (place_make(&job->place, e) || ask_layers(&job->place, &job->layers, e) ||
	    ask_ops(&job->place, &job->request, &job->ops, e))
		return -1;
	ask_host(&job->place, &job->report.facts);
	make_report(job);
	if (choose_profiles(job, e) || choose_details(job, e) || decoy_make(&job->decoy, e))
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
	enum table_format format = r->markdown ? TABLE_MARKDOWN : r->tsv ? TABLE_TSV : TABLE_TEXT;

	if (r->details)
		return render_details(&job->report, job->details, format, stdout);
	if (r->json)
		return render_json(&job->report, stdout);
	if (r->tsv)
		return render_tsv(&job->report, stdout);
	return render_text(&job->report, format, stdout);
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
		bool full =
			c->subject->kind == SUBJECT_LAYERS && str_equal(c->profile.name, "full");

		for (size_t k = 0; k < r->ops->n; k++) {
			const struct blame *b = &c->blames[k];

			unknown = unknown || b->broken || (full && b->skipped);
			reached = reached || (full && b->outcome.result == RESULT_REACHED);
		}
		unknown = unknown || (full && render_missing(&c->profile));
	}
	return unknown ? EXIT_OURS : reached;
}

/* Told to end by a signal: what our caller should see is that signal. */
static void end_as_told(void)
{
	int sig = children_signal();

	if (!sig)
		return;
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

int main(int argc, char **argv)
{
	struct job *job = pool_alloc(sizeof(*job));
	struct err e = {0};
	int rc;

	if (argc > 1 && str_equal(argv[1], "victim"))
		return victim_main(argc - 1, argv + 1);
	if (argc > 1 && str_equal(argv[1], "keeper"))
		return keeper_main(argc - 1, argv + 1);
	if (argc > 1 && str_equal(argv[1], "tied"))
		return children_exec_tied(argc - 1, argv + 1);
	rc = fd_fill_stdio(&e) || read_request(argc, argv, &job->request, &e) ? -1 : 0;
	if (rc == 0 && (job->request.help || job->request.version)) {
		if (job->request.version)
			printf("%s %s\n", program, PINFOLD_VERSION);
		else
			print_help();
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	if (rc == 0) {
		children_catch_signals();
		children_adopt();
		rc = measure(job, &e);
		clean_up(job);
		end_as_told();
	}
	if (rc == 0 && print(job))
		rc = fail(&e, errno, "write the matrix");
	if (rc == 0)
		return judge(&job->report);
	err_print(&e, program);
	return EXIT_OURS;
}

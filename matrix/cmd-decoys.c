/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd-decoys: `pinfold-matrix decoys -- COMMAND`: the decoys around any command that runs the
 * probe.
 *
 * Makes a kit, writes its description for the probe, runs the command once, looks and judges, takes
 * everything away, and prints what came of it: so any sandbox, container or machine can be tested
 * that runs one static file. Should run the command as it is given; mustn't know any sandbox.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "opt.h"
#include "pool.h"

enum { COMMAND_SECS = 300, OUTPUT_MAX = 1 << 20, CELLS = 5 };

struct asked {
	uint32_t seconds;
	bool as_root, tsv, json, markdown, help;
};

#define AT(member) offsetof(struct asked, member)

static const struct opt options[] = {
	{"tsv", OPT_FLAG, AT(tsv), NULL, "print lines with tabs, for programs"},
	{"json", OPT_FLAG, AT(json), NULL, "print JSON"},
	{"markdown", OPT_FLAG, AT(markdown), NULL, "print a table in Markdown"},
	{"as-root", OPT_FLAG, AT(as_root), NULL,
	 "started by root, stay it (default: become an ordinary user, as matrix does)"},
	{"timeout", OPT_UINT, AT(seconds), "SECONDS", "end the command then (default: 300)"},
	{"help", OPT_FLAG, AT(help), NULL, "print this help"},
	OPT_END,
};

/* What a word of the command may name in braces. */
static const struct {
	const char *name, *help;
} names[] = {
	{"PROBE", "the probe, a static program"},
	{"DECOYS", "the description of the decoys, beside it"},
	{"BIN", "the directory of these two: to be shown, read-only"},
	{"WORKSPACE", "a directory to be shown, writable: the agent's"},
	{"READONLY", "a directory to be shown, read-only"},
	{"HOME", "a decoy of a home: not to be shown"},
};

/* One run of ours. */
struct job {
	struct asked asked;
	struct place place;
	struct decoy shared;
	struct kit kit;
	const char *description;
	struct child_result result;
	struct ops ops; /* those that the probe has answered */
	struct answer *answers;
	const char **details; /* one an operation */
	uint8_t *seen;
};

static void print_help(void)
{
	puts("usage: pinfold-matrix decoys [options] -- COMMAND...\n\n"
	     "Makes decoys, runs COMMAND, which is to run the probe in what you want to know "
	     "about,\n"
	     "and prints what was reached, as seen from outside too. Exit status: 0 where nothing\n"
	     "was, 1 where something was, 125 where that could not be told.\n");
	opt_print_help(stdout, options);
	puts("\nin COMMAND:");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		printf("  {%s}%*s%s\n", names[i].name, (int)(12 - strlen(names[i].name)), "",
		       names[i].help);
	puts("\nexample: pinfold-matrix decoys -- bwrap --ro-bind / / {PROBE} --tsv "
	     "--decoys {DECOYS}");
}

/* KEY=VALUE lines, as --decoys of the probe takes them. */
static int write_description(const struct job *job, struct err *e)
{
	const char *path = job->description;
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	const struct str_list *args = &job->kit.args;

	if (fd < 0 || fchmod(fd, 0644))
		return fail(e, errno, "make %s", path);
	for (size_t i = 1; i < args->n; i += 2)
		if (dprintf(fd, "%s\n", args->v[i]) < 0)
			return fail(e, errno, "write %s", path);
	return 0;
}

static int make_kit(struct job *job, struct err *e)
{
	decoy_read(&job->shared);
	job->place.keep_root = job->asked.as_root;
	if (place_make(&job->place, e) || decoy_make(&job->shared, e) ||
	    kit_make(&job->kit, &job->place, 0, &job->shared, e))
		return -1;
	kit_keep(&job->kit, job->shared.pid);
	job->description = place_program(&job->place, "decoys");
	return write_description(job, e);
}

/* The words of the command with the paths that they name. */
static void add_words(const struct job *job, char **words, struct str_list *argv)
{
	const struct word_value values[] = {
		{"PROBE", place_program(&job->place, "pinfold-probe")},
		{"DECOYS", job->description},
		{"BIN", pool_printf("%s/bin", job->place.dir)},
		{"WORKSPACE", job->kit.workspace},
		{"READONLY", job->kit.readonly},
		{"HOME", job->kit.home},
		{NULL, NULL},
	};

	for (; *words; words++)
		pool_list_add(argv, words_expand(*words, values));
	pool_list_add(argv, NULL);
}

static int run_command(struct job *job, char **words, struct err *e)
{
	struct str_list argv = {0};
	struct child_spec spec = {.env = job->kit.environment,
				  .timeout_ms = job->asked.seconds * 1000,
				  .output_max = OUTPUT_MAX,
				  .fds = job->kit.fds,
				  .fds_n = job->kit.fds_n,
				  .session = true,
				  .stopped = children_signal};

	pool_list_add(&argv, place_program(&job->place, "pinfold-matrix"));
	pool_list_add(&argv, "tied");
	pool_list_add(&argv, pool_printf("%d", (int)getpid()));
	pool_list_add(&argv, job->kit.tty ? job->kit.tty : "-");
	/* A parent that has the secrets of the environment, as a shell would. */
	pool_list_add(&argv, place_program(&job->place, "pinfold-matrix"));
	pool_list_add(&argv, "under");
	add_words(job, words, &argv);
	spec.argv = argv.v;
	if (kit_arm(&job->kit, e) || child_run(&spec, &job->result, e))
		return -1;
	kit_look(&job->kit);
	children_end(job->kit.keep, job->kit.keep_n);
	return 0;
}

/* The probe's lines in what the command printed: from its head on. NULL: there are none. */
static char *find_lines(char *text)
{
	static const char head[] = "id\ttitle\toutcome\terrno\tdetail";
	char *at, *to = text;

	/* What comes through a terminal has its line ends. */
	for (const char *from = text; *from; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
	at = strstr(text, head);
	return at && at[sizeof(head) - 1] == '\n' ? at : NULL;
}

/* The operations that were answered, with their details; the lines end where they have no tabs. */
static void list_answered(struct job *job, const char *lines, size_t *size)
{
	const char *line = strchr(lines, '\n') + 1, *end;
	size_t n = 0;

	for (const char *s = line; *s; s++)
		n += *s == '\n';
	job->ops.v = pool_alloc((n + 1) * sizeof(*job->ops.v));
	job->details = pool_alloc((n + 1) * sizeof(*job->details));
	for (; (end = strchr(line, '\n')); line = end + 1) {
		const char *cells[CELLS] = {line};
		size_t cell = 1;

		for (const char *s = line; s < end && cell < CELLS; s++)
			if (*s == '\t')
				cells[cell++] = s + 1;
		if (cell < CELLS)
			break;
		job->details[job->ops.n] =
			pool_copy_n(cells[CELLS - 1], (size_t)(end - cells[CELLS - 1]));
		job->ops.v[job->ops.n].id = pool_copy_n(line, (size_t)(cells[1] - line - 1));
		job->ops.v[job->ops.n++].title =
			pool_copy_n(cells[1], (size_t)(cells[2] - cells[1] - 1));
	}
	*size = (size_t)(line - lines);
}

static int judge_result(struct job *job, struct err *e)
{
	struct child_result *r = &job->result;
	char *lines = find_lines(r->out);
	struct op_set all = {0};
	size_t size;

	(void)fd_write_all(STDERR_FILENO, r->err, r->err_size);
	err_remedy(e, "COMMAND is to run {PROBE} --tsv --decoys {DECOYS}, and to show {BIN}.");
	if (r->timed_out)
		return fail(e, 0, "the command was not done after %u seconds", job->asked.seconds);
	if (!lines)
		return fail(e, 0, "the command ended with status %d, and no answer of the probe",
			    WIFEXITED(r->status) ? WEXITSTATUS(r->status)
						 : 128 + WTERMSIG(r->status));
	list_answered(job, lines, &size);
	job->answers = pool_alloc((job->ops.n + 1) * sizeof(*job->answers));
	job->seen = pool_alloc(job->ops.n + 1);
	if (job->ops.n > OPS_MAX)
		return fail(e, 0, "the probe answered %zu times", job->ops.n);
	for (size_t i = 0; i < job->ops.n; i++)
		op_set_add(&all, i);
	if (read_answers(lines, size, &all, &job->ops, job->answers, e))
		return -1;
	kit_judge(&job->kit, &job->ops, job->seen);
	verdict_see(&job->ops, &all, job->answers, job->seen);
	e->remedy[0] = '\0';
	return 0;
}

static const char *detail_of(const struct job *job, size_t i)
{
	if (job->answers[i].result == RESULT_BROKEN && job->ops.v[i].said)
		return job->ops.v[i].said;
	if (job->seen[i] == SEEN_NO && job->answers[i].result == RESULT_BLOCKED &&
	    job->answers[i].num == 0)
		return "it happened to something that stood in the decoy's place";
	if (job->seen[i] == SEEN_YES)
		return pool_printf("%s; it was seen outside", job->details[i]);
	return job->details[i];
}

static int print_json(const struct job *job)
{
	struct out out;

	out_begin(&out, stdout, OUT_JSON);
	out_str(&out, "version", PINFOLD_VERSION);
	out_array(&out, "operations");
	for (size_t i = 0; i < job->ops.n; i++) {
		const struct answer *a = &job->answers[i];

		out_object(&out, NULL);
		out_str(&out, "id", job->ops.v[i].id);
		out_str(&out, "title", job->ops.v[i].title);
		out_str(&out, "outcome", render_result(a->result));
		out_str(&out, "errno", a->num ? err_name(a->num) : NULL);
		out_str(&out, "detail", detail_of(job, i));
		out_object_end(&out);
	}
	out_array_end(&out);
	return out_end(&out);
}

static int print_table(const struct job *job)
{
	static const char *const head[] = {"id", "title", "outcome", "errno", "detail"};
	struct table table;

	table_begin(&table, head, CELLS);
	for (size_t i = 0; i < job->ops.n; i++) {
		const struct answer *a = &job->answers[i];
		const char *cells[] = {
			job->ops.v[i].id, job->ops.v[i].title, render_result(a->result),
			a->num ? pool_copy(err_name(a->num)) : NULL, detail_of(job, i)};

		table_row(&table, cells);
	}
	table_print(&table, stdout,
		    job->asked.tsv	  ? TABLE_TSV
		    : job->asked.markdown ? TABLE_MARKDOWN
					  : TABLE_TEXT);
	return fflush(stdout) || ferror(stdout) ? -1 : 0;
}

static int exit_status(const struct job *job)
{
	bool reached = false;

	for (size_t i = 0; i < job->ops.n; i++) {
		if (job->answers[i].result == RESULT_BROKEN)
			return EXIT_OURS;
		reached = reached || job->answers[i].result == RESULT_REACHED;
	}
	return reached;
}

static int read_words(struct job *job, int argc, char **argv, int *first, struct err *e)
{
	job->asked = (struct asked){.seconds = COMMAND_SECS};
	*first = opt_parse(options, argc, argv, &job->asked, e);
	if (*first < 0 || job->asked.help)
		return *first < 0 ? -1 : 0;
	if (job->asked.tsv + job->asked.json + job->asked.markdown > 1)
		return fail(e, 0, "--tsv, --json and --markdown cannot be had together");
	if (job->asked.seconds == 0 || job->asked.seconds > 86400) {
		err_where(e, "--timeout");
		return fail(e, 0, "the limit is from 1 to 86400 seconds");
	}
	if (*first < argc)
		return 0;
	err_remedy(e, "Name the command that runs the probe: see --help.");
	return fail(e, 0, "there is no command");
}

static int make_and_run(struct job *job, char **words, struct err *e)
{
	int rc;

	children_catch_signals();
	children_adopt();
	rc = make_kit(job, e);
	if (rc == 0 && !children_signal())
		rc = run_command(job, words, e);
	if (rc == 0 && !children_signal())
		rc = judge_result(job, e);
	children_end(NULL, 0);
	kit_remove(&job->place, 0);
	place_remove(&job->place);
	children_end_as_told();
	return rc;
}

int decoys_main(int argc, char **argv)
{
	struct job *job = pool_alloc(sizeof(*job));
	struct err e = {0};
	int first, rc;

	rc = fd_fill_stdio(&e) || read_words(job, argc, argv, &first, &e) ? -1 : 0;
	if (rc == 0 && job->asked.help) {
		print_help();
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	if (rc == 0)
		rc = make_and_run(job, argv + first, &e);
	if (rc == 0 && (job->asked.json ? print_json(job) : print_table(job)))
		rc = fail(&e, errno, "write the result");
	if (rc == 0)
		return exit_status(job);
	err_print(&e, "pinfold-matrix decoys");
	return EXIT_OURS;
}

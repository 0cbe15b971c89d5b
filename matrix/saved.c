/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saved: what render-json.c wrote, read back into a report.
 *
 * A saved result comes from another machine, a pull request or a download: it is looked at as a
 * stranger's. Should refuse whatever is not whole and exact, and say where in the file it stands;
 * mustn't trust a name, a number or a set before it has been looked up. The points themselves are
 * not saved, so a report from here has none.
 */
#include "saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

enum { SAVED_BYTES = 32 << 20 };

/* ---- the operations' answers ----------------------------------------------------------------- */

static struct answer take_answer(struct reader *r, const json_t *row, const char *result_key,
				 const char *errno_key)
{
	const char *num = saved_take_text(r, row, errno_key);
	struct answer a = {RESULT_UNKNOWN, 0};

	if (read_result(saved_need_text(r, row, result_key), &a.result))
		(void)saved_bad(r, result_key, "is no outcome");
	if (num && read_errno(num, &a.num))
		(void)saved_bad(r, errno_key, "is no errno");
	return a;
}

/* "caps|landlock", "mount+pid": the sets, as render_first() writes them. */
static void read_first(struct reader *r, const struct layers *layers, const char *text,
		       struct sets *first)
{
	while (*text) {
		size_t end = strcspn(text, "|");
		uint32_t set = 0;

		for (size_t at = 0; at < end;) {
			size_t n = strcspn(text + at, "|+");

			set |= saved_find_name(r, layers, "first", text + at, n);
			at += n + 1;
		}
		sets_add(first, set);
		text += end + (text[end] == '|');
	}
}

static void read_blame(struct reader *r, const struct column *c, const json_t *row, struct blame *b)
{
	const struct layers *layers = c->subject->layers;
	const char *first = saved_take_text(r, row, "first"),
		   *by = saved_take_text(r, row, "answered_by");

	b->control = take_answer(r, row, "control", "control_errno");
	b->outcome = take_answer(r, row, "outcome", "errno");
	b->skipped = b->outcome.result == RESULT_SKIPPED;
	b->broken = !saved_take_bool(r, row, "measured") && !b->skipped;
	b->depth = saved_take_number(r, row, "depth", -1);
	b->opened_by = saved_take_names(r, layers, row, "opened_by");
	b->single = saved_take_names(r, layers, row, "single");
	saved_take_sets(r, layers, row, "blockers", &b->blocker);
	saved_take_sets(r, layers, row, "reached_with", &b->reached);
	b->host = first && (str_equal(first, "host") || str_equal(first, c->subject->name));
	if (b->host && by)
		read_first(r, layers, by, &b->first);
	else if (first && !b->host && !str_equal(first, "unclear"))
		read_first(r, layers, first, &b->first);
}

static void read_column(struct reader *r, const struct subject *subject, const json_t *row)
{
	struct report *report = r->report;
	struct column *c = &report->columns[report->columns_n];
	const json_t *list = saved_take_list(r, row, "operations", OPS_MAX);
	const json_t *missing = saved_take_list(r, row, "missing", SET_LAYERS);

	if (report->columns_n == SUBJECTS_MAX + PROFILES_MAX) {
		(void)saved_bad(r, "profiles", "are too many");
		return;
	}
	report->columns_n++;
	c->subject = subject;
	c->profile.name = saved_need_text(r, row, "name");
	c->profile.set = saved_take_names(r, subject->layers, row, "layers");
	c->profile.asked = c->profile.set;
	for (size_t i = 0; i < json_array_size(missing); i++) {
		const char *name = saved_need_text(r, json_array_get(missing, i), "name");

		c->profile.asked |=
			saved_find_name(r, subject->layers, "missing", name, strlen(name));
	}
	c->blames = pool_alloc(report->ops->n * sizeof(*c->blames));
	if (json_array_size(list) != report->ops->n)
		(void)saved_bad(r, "operations", "are not those of the list");
	for (size_t i = 0; i < report->ops->n && !r->e->what[0]; i++) {
		const json_t *op = json_array_get(list, i);

		if (!str_equal(saved_need_text(r, op, "id"), report->ops->v[i].id))
			(void)saved_bad(r, "operations", "are not in the order of the list");
		read_blame(r, c, op, &c->blames[i]);
	}
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static void read_facts(struct reader *r, const json_t *host)
{
	struct facts *f = &r->report->facts;

	f->kernel = saved_need_text(r, host, "kernel");
	f->machine = saved_need_text(r, host, "machine");
	f->caller = saved_need_text(r, host, "caller");
	f->pinfold = saved_need_text(r, host, "pinfold");
	f->os = saved_take_text(r, host, "os");
	f->lsm = saved_take_text(r, host, "lsm");
	f->landlock_abi = saved_take_number(r, host, "landlock_abi", 0);
	f->uid = (unsigned int)saved_take_number(r, host, "uid", 0);
	f->cpus = saved_take_number(r, host, "cpus", 0);
}

static void read_catalogue(struct reader *r, const json_t *root)
{
	const json_t *list = saved_take_list(r, root, "operations", OPS_MAX);
	struct ops *ops = pool_alloc(sizeof(*ops));

	r->report->ops = ops;
	ops->v = pool_alloc((json_array_size(list) + 1) * sizeof(*ops->v));
	for (size_t i = 0; i < json_array_size(list) && !r->e->what[0]; i++) {
		const json_t *row = json_array_get(list, i);

		ops->v[ops->n++] = (struct op){.id = saved_need_text(r, row, "id"),
					       .title = saved_need_text(r, row, "title"),
					       .family = saved_need_text(r, row, "family"),
					       .source = saved_take_text(r, row, "source"),
					       .judged = saved_take_text(r, row, "judged"),
					       .caller = saved_take_text(r, row, "caller"),
					       .skipped_why = saved_take_text(r, row, "skipped")};
	}
	if (!r->e->what[0] && ops->n == 0)
		(void)saved_bad(r, "operations", "are none");
}

static struct subject *add_subject(struct reader *r, enum subject_kind kind, const char *name,
				   struct layers *layers)
{
	struct report *report = r->report;
	struct subject *s = &report->subjects[report->subjects_n];

	if (report->subjects_n == SUBJECTS_MAX) {
		(void)saved_bad(r, "profiles", "are too many");
		return &report->subjects[0];
	}
	report->subjects_n++;
	*s = (struct subject){.kind = kind, .name = name, .layers = layers};
	return s;
}

static void read_profiles(struct reader *r, const json_t *root)
{
	const json_t *list = saved_take_list(r, root, "profiles", PROFILES_MAX + SUBJECTS_MAX);

	(void)add_subject(r, SUBJECT_LAYERS, "pinfold", r->pinfold);
	for (size_t i = 0; i < json_array_size(list) && !r->e->what[0]; i++) {
		const json_t *row = json_array_get(list, i);
		const char *kind = saved_need_text(r, row, "kind");
		const struct subject *s = r->report->subjects;

		if (str_equal(kind, "policy"))
			s = add_subject(r, SUBJECT_POLICY, saved_need_text(r, row, "name"),
					r->pinfold);
		else if (!str_equal(kind, "profile"))
			(void)saved_bad(r, "kind", "is neither profile nor policy");
		read_column(r, s, row);
	}
	if (!r->e->what[0] && r->report->columns_n == 0)
		(void)saved_bad(r, "profiles", "are none");
}

static const struct fairness *read_fairness(struct reader *r, const json_t *row)
{
	const json_t *list = saved_take_list(r, row, "means", OPS_MAX);
	struct fairness *f = pool_alloc((json_array_size(list) + 1) * sizeof(*f));

	for (size_t i = 0; i < json_array_size(list) && !r->e->what[0]; i++)
		f[i] = (struct fairness){saved_need_text(r, json_array_get(list, i), "operations"),
					 saved_need_text(r, json_array_get(list, i), "text")};
	return f;
}

static void read_others(struct reader *r, const json_t *root)
{
	const json_t *list = saved_take_list(r, root, "others", SUBJECTS_MAX);

	for (size_t i = 0; i < json_array_size(list) && !r->e->what[0]; i++) {
		const json_t *row = json_array_get(list, i);
		struct layers *switches = saved_layers(r, row, "switches");
		const json_t *columns = saved_take_list(r, row, "profiles", PROFILES_MAX);
		struct subject *s =
			add_subject(r, SUBJECT_OTHER, saved_need_text(r, row, "name"), switches);

		s->version = saved_take_text(r, row, "version");
		s->command = saved_take_text(r, row, "command");
		s->source = saved_take_text(r, row, "source");
		s->what = saved_take_text(r, row, "what");
		s->why_not = saved_take_text(r, row, "not_measured");
		s->why_less = saved_take_text(r, row, "partly_measured");
		s->fairness = read_fairness(r, row);
		for (size_t k = 0; k < json_array_size(columns) && !r->e->what[0]; k++)
			read_column(r, s, json_array_get(columns, k));
	}
}

static const struct subject *find_subject(struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->report->subjects_n; i++)
		if (str_equal(r->report->subjects[i].name, name))
			return &r->report->subjects[i];
	(void)saved_bad(r, "subject", "is not there");
	return r->report->subjects;
}

static void read_measured(struct reader *r, const json_t *m)
{
	struct measured *n = &r->report->measured;
	const json_t *list = saved_take_list(r, m, "not_measured", TROUBLES_MAX);

	n->mode = saved_need_text(r, m, "mode");
	n->why = saved_take_text(r, m, "exhaustive_for");
	n->runs = (size_t)saved_take_number(r, m, "runs", 0);
	n->points = (size_t)saved_take_number(r, m, "sets", 0);
	n->samples = (size_t)saved_take_number(r, m, "samples", 0);
	n->seed = (uint32_t)saved_take_number(r, m, "seed", 0);
	n->retries = (size_t)saved_take_number(r, m, "retries", 0);
	n->seconds = json_number_value(json_object_get(m, "seconds"));
	r->report->troubles_n = (size_t)saved_take_number(r, m, "points_not_measured", 0);
	if (json_array_size(list) >
	    (r->report->troubles_n < TROUBLES_MAX ? r->report->troubles_n : TROUBLES_MAX))
		(void)saved_bad(r, "not_measured", "is longer than it says");
	for (size_t i = 0; i < TROUBLES_MAX && i < r->report->troubles_n && !r->e->what[0]; i++) {
		const json_t *row = json_array_get(list, i);
		const struct subject *s = find_subject(r, saved_need_text(r, row, "subject"));

		r->report->troubles[i] = (struct trouble){
			s, saved_take_names(r, s->layers, row, "layers"),
			saved_take_text(r, row, "operation"), saved_need_text(r, row, "reason")};
	}
}

/* Not there where nothing was measured. */
static void read_costs(struct reader *r, const json_t *root)
{
	const json_t *list = saved_take_list(r, root, "costs", COSTS_MAX);
	struct costs *costs = &r->report->costs;

	for (size_t i = 0; i < json_array_size(list) && !r->e->what[0]; i++) {
		const json_t *row = json_array_get(list, i), *low = json_object_get(row, "low_ms");
		const json_t *high = json_object_get(row, "high_ms");
		struct cost *c = &costs->v[costs->n++];

		c->name = saved_need_text(r, row, "name");
		c->layer = saved_take_bool(r, row, "layer");
		c->noise = saved_take_bool(r, row, "noise");
		c->median = json_number_value(json_object_get(row, "median_ms"));
		c->bounded = json_is_number(low) && json_is_number(high);
		c->low = json_number_value(low);
		c->high = json_number_value(high);
	}
}

static void read_root(struct reader *r, const json_t *root)
{
	struct report *report = r->report;

	if (!json_is_object(root) || saved_take_number(r, root, "format", 0) != JSON_FORMAT) {
		(void)saved_bad(r, "format", "is not that of this version");
		return;
	}
	report->subjects = pool_alloc(SUBJECTS_MAX * sizeof(*report->subjects));
	report->columns = pool_alloc((SUBJECTS_MAX + PROFILES_MAX) * sizeof(*report->columns));
	read_facts(r, json_object_get(root, "host"));
	read_catalogue(r, root);
	r->pinfold = saved_layers(r, root, "layers");
	if (!r->e->what[0])
		read_profiles(r, root);
	if (!r->e->what[0])
		read_others(r, root);
	if (!r->e->what[0])
		read_measured(r, json_object_get(root, "measured"));
	if (!r->e->what[0])
		read_costs(r, root);
}

int saved_parse(const char *text, size_t size, struct report *report, struct err *e)
{
	struct reader r = {.report = report, .e = e};
	json_error_t error;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);

	memset(report, 0, sizeof(*report));
	if (!root) {
		err_remedy(e, "A result is what `pinfold matrix --json` printed, unchanged.");
		return fail(e, 0, "line %d, column %d: %s", error.line, error.column, error.text);
	}
	read_root(&r, root);
	json_decref(root);
	return e->what[0] ? -1 : 0;
}

char *saved_load(const char *path, size_t *size, struct err *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *text = NULL;
	ssize_t n;

	err_where(e, "%.39s", path);
	if (fd < 0 || fstat(fd, &st))
		(void)fail(e, errno, "open it");
	else if (!S_ISREG(st.st_mode) || st.st_size > SAVED_BYTES)
		(void)fail(e, 0, "it is no file of at most %d MiB", SAVED_BYTES >> 20);
	else if (!(text = malloc((size_t)st.st_size + 1)))
		(void)fail(e, errno, "read it");
	if (!text)
		return NULL;
	n = fd_read_full(fd, text, (size_t)st.st_size);
	if (n < 0) {
		(void)fail(e, errno, "read it");
		free(text);
		return NULL;
	}
	text[n] = '\0';
	*size = (size_t)n;
	return text;
}

int saved_read(const char *path, struct report *report, struct err *e)
{
	size_t size;
	char *text = saved_load(path, &size, e);
	int rc;

	if (!text)
		return -1;
	rc = saved_parse(text, size, report, e);
	free(text);
	if (rc == 0)
		e->where[0] = '\0';
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layers: what `pinfold layers --tsv` says, and what follows from it.
 *
 * Only layers_read() starts anything; the rest is pure. Mustn't: know a layer by its name. The
 * columns are found by their heads, so that a column more does no harm.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "pool.h"

/* The n-th of the cells that tabs part, or "" where there are fewer. */
static const char *cell(const char *line, size_t n)
{
	for (; n > 0; n--) {
		line = strchr(line, '\t');
		if (!line)
			return "";
		line++;
	}
	return pool_copy_n(line, strcspn(line, "\t"));
}

static int find_column(const char *head, const char *name, size_t *column, struct err *e)
{
	for (*column = 0; *column < 32; ++*column)
		if (str_equal(cell(head, *column), name))
			return 0;
	return fail(e, 0, "`pinfold layers --tsv` has no column \"%s\"", name);
}

enum { NAME, NEEDS, PROFILES, STATE, REASON, COLUMNS };

static int parse_row(const char *line, const size_t *columns, struct layer_row *row, struct err *e)
{
	const char *state = cell(line, columns[STATE]);

	row->name = cell(line, columns[NAME]);
	row->needs = cell(line, columns[NEEDS]);
	row->profiles = cell(line, columns[PROFILES]);
	if (!str_equal(state, "ok"))
		row->reason = cell(line, columns[REASON]);
	if (*row->name && *row->profiles && *state)
		return 0;
	return fail(e, 0, "`pinfold layers --tsv` has a row that is cut short: %s", line);
}

int layers_parse(const char *tsv, struct layer_list *layers, struct err *e)
{
	static const char *const heads[COLUMNS] = {"name", "needs", "profiles", "state", "reason"};
	char *text = pool_copy(tsv), *rest = text, *line = strsep(&rest, "\n");
	size_t columns[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		if (find_column(line, heads[i], &columns[i], e))
			return -1;
	*layers = (struct layer_list){pool_alloc(CASES_MAX * sizeof(*layers->v)), 0};
	while ((line = strsep(&rest, "\n")) && *line) {
		/* Room for the other cases as well, and for a list with a sentinel. */
		if (layers->n == CASES_MAX / 2)
			return fail(e, 0, "more layers than can be measured");
		if (parse_row(line, columns, &layers->v[layers->n++], e))
			return -1;
	}
	return layers->n ? 0 : fail(e, 0, "`pinfold layers --tsv` lists no layer");
}

int layers_read(struct runner *runner, const char *launcher, struct layer_list *layers,
		struct err *e)
{
	const char *argv[] = {launcher, "layers", "--tsv", NULL}, *why;
	struct ended ended;

	runner->timeout_ms = CALLS_TIMEOUT_MS;
	if (runner_run(runner, argv, &ended, e))
		return -1;
	why = runner_why(runner, &ended);
	if (why)
		return fail(e, 0, "%s: %s", runner_words(argv), why);
	return layers_parse(runner_output(runner), layers, e);
}

bool layers_has(const struct layer_row *row, const char *profile)
{
	size_t n = strlen(profile);

	for (const char *s = row->profiles; s; s = strchr(s, ',')) {
		s += *s == ',';
		if (strncmp(s, profile, n) == 0 && (s[n] == ',' || !s[n]))
			return true;
	}
	return false;
}

static bool listed(const struct str_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_equal(list->v[i], name))
			return true;
	return false;
}

static size_t count(const struct layer_list *layers, const char *profile)
{
	size_t n = 0;

	for (size_t i = 0; i < layers->n; i++)
		n += layers_has(&layers->v[i], profile);
	return n;
}

struct str_list layers_profiles(const struct layer_list *layers)
{
	struct str_list list = {NULL, 0};

	/* A profile without layers stands in no row; the baseline is the one that is known. */
	pool_list_add(&list, PROFILE_NONE);
	for (size_t i = 0; i < layers->n; i++) {
		const char *s = layers->v[i].profiles;

		for (; *s; s += strcspn(s, ","), s += *s == ',') {
			const char *name = pool_copy_n(s, strcspn(s, ","));

			if (!listed(&list, name) && !str_equal(name, "-"))
				pool_list_add(&list, name);
		}
	}
	for (size_t i = 1; i < list.n; i++)
		for (size_t j = i; j > 1 && count(layers, list.v[j]) < count(layers, list.v[j - 1]);
		     j--) {
			const char *was = list.v[j];

			list.v[j] = list.v[j - 1];
			list.v[j - 1] = was;
		}
	return list;
}

bool layers_holds(const struct layer_list *layers, const char *profile, const char *other)
{
	for (size_t i = 0; i < layers->n; i++)
		if (layers_has(&layers->v[i], other) && !layers_has(&layers->v[i], profile))
			return false;
	return true;
}

struct str_list layers_dependants(const struct layer_list *layers, const char *name)
{
	struct str_list list = {NULL, 0};
	size_t before = 0;

	pool_list_add(&list, name);
	while (before != list.n) {
		before = list.n;
		for (size_t i = 0; i < layers->n; i++)
			if (listed(&list, layers->v[i].needs) &&
			    layers_has(&layers->v[i], PROFILE_FULL) &&
			    !listed(&list, layers->v[i].name))
				pool_list_add(&list, layers->v[i].name);
	}
	return list;
}

const char *layers_missing(const struct layer_list *layers, const char *profile,
			   const struct str_list *without)
{
	for (size_t i = 0; i < layers->n; i++) {
		const struct layer_row *row = &layers->v[i];

		if (row->reason && layers_has(row, profile) &&
		    !(without && listed(without, row->name)))
			return pool_printf("this host has no layer %s: %s", row->name, row->reason);
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read: what `pinfold layers --tsv` and pinfold-probe print -> nouns.
 *
 * Pure. The probe ran beside what it attacked, so its words are looked at as a stranger's: a text
 * that is not whole and exact is an error, never a guess. Mustn't take one missing line for a
 * block.
 */
#include "matrix.h"

#include <errno.h>
#include <string.h>

#include "pool.h"

enum { COLUMNS_MAX = 8, TEXT_MAX = 200 };

/* What is left of a text, line by line; it is cut up in place. */
struct lines {
	char *at, *end;
	size_t number;
};

/* Cuts one line into columns at its tabs. 0: there was one, 1: the end, -1 with e. */
static int next_line(struct lines *t, size_t columns, const char **cells, struct err *e)
{
	char *line = t->at, *stop;

	if (t->at == t->end)
		return 1;
	t->number++;
	stop = memchr(t->at, '\n', (size_t)(t->end - t->at));
	if (!stop)
		return fail(e, 0, "line %zu is cut off", t->number);
	/* Both programs escape control bytes: one here is no word of theirs, and ends on terminals.
	 */
	for (const char *c = t->at; c < stop; c++)
		if (*c != '\t' && ((unsigned char)*c < 0x20 || *c == 0x7f))
			return fail(e, 0, "line %zu holds a control byte", t->number);
	*stop = '\0';
	t->at = stop + 1;
	for (size_t i = 0; i < columns; i++) {
		char *tab = strchr(line, '\t');

		cells[i] = line;
		if ((i + 1 < columns) != (tab != NULL))
			return fail(e, 0, "line %zu has not %zu columns", t->number, columns);
		if (tab) {
			*tab = '\0';
			line = tab + 1;
		}
	}
	return 0;
}

/* A word that is safe in every format we print, and that cannot be mistaken for an option. */
static bool is_name(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.";

	return *s && *s != '-' && strlen(s) < 64 && strspn(s, letters) == strlen(s);
}

static struct lines begin(char *text, size_t size)
{
	return (struct lines){text, text + size, 0};
}

static int find_layer(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->lattice.n; i++)
		if (str_equal(layers->v[i].name, name))
			return (int)i;
	return -1;
}

/* The profile of that name, made where it is not there yet. */
static struct profile_row *take_profile(struct layers *layers, const char *name, struct err *e)
{
	for (size_t i = 0; i < layers->profiles_n; i++)
		if (str_equal(layers->profiles[i].name, name))
			return &layers->profiles[i];
	if (!is_name(name) || layers->profiles_n == PROFILES_MAX) {
		(void)fail(e, 0, "\"%.60s\" cannot be one more profile", name);
		return NULL;
	}
	layers->profiles[layers->profiles_n].name = name;
	return &layers->profiles[layers->profiles_n++];
}

static int read_profiles(struct layers *layers, const char *list, uint32_t bit, struct err *e)
{
	if (str_equal(list, "-"))
		return 0;
	for (;;) {
		size_t n = strcspn(list, ",");
		struct profile_row *p = take_profile(layers, pool_copy_n(list, n), e);

		if (!p)
			return -1;
		p->asked |= bit;
		if (!list[n])
			return 0;
		list += n + 1;
	}
}

static int read_layer(struct layers *layers, const char **cells, struct err *e)
{
	size_t i = layers->lattice.n;

	if (i == SET_LAYERS)
		return fail(e, 0, "there are more than %d layers", SET_LAYERS);
	if (!is_name(cells[0]) || find_layer(layers, cells[0]) >= 0)
		return fail(e, 0, "\"%.60s\" cannot be the name of a layer", cells[0]);
	layers->v[i] = (struct layer_row){cells[0], cells[5], NULL};
	layers->lattice.n++;
	if (str_equal(cells[3], "ok"))
		layers->offered |= SET_BIT(i);
	else if (str_equal(cells[3], "unavailable"))
		layers->v[i].reason = cells[4];
	else
		return fail(e, 0, "layer %s is \"%.60s\"", cells[0], cells[3]);
	return read_profiles(layers, cells[2], SET_BIT(i), e);
}

/* Needs may name a layer further down, so they are resolved when all are there. */
static int link_needs(struct layers *layers, const char *const *needs, struct err *e)
{
	for (size_t i = 0; i < layers->lattice.n; i++) {
		int at = find_layer(layers, needs[i]);

		if (at < 0 && !str_equal(needs[i], "-"))
			return fail(e, 0, "layer %s needs \"%.60s\", which is no layer",
				    layers->v[i].name, needs[i]);
		layers->lattice.below[i] = at < 0 ? 0 : SET_BIT(at);
	}
	return lattice_make(&layers->lattice, e);
}

static int finish_profiles(struct layers *layers, struct err *e)
{
	uint32_t all =
		layers->lattice.n == SET_LAYERS ? ~UINT32_C(0) : SET_BIT(layers->lattice.n) - 1;

	/* A layer whose need is not to be had is not to be had either. */
	layers->offered = lattice_drop(&layers->lattice, layers->offered, all & ~layers->offered);
	for (size_t i = 0; i < layers->profiles_n; i++) {
		struct profile_row *p = &layers->profiles[i];

		if (!lattice_stands(&layers->lattice, p->asked))
			return fail(e, 0, "profile %s lacks what its layers need", p->name);
		p->set = p->asked & layers->offered;
	}
	/* The smallest first, as they build on each other. */
	for (size_t i = 1; i < layers->profiles_n; i++) {
		for (size_t k = i;
		     k > 0 && __builtin_popcount(layers->profiles[k].asked) <
				      __builtin_popcount(layers->profiles[k - 1].asked);
		     k--) {
			struct profile_row row = layers->profiles[k];

			layers->profiles[k] = layers->profiles[k - 1];
			layers->profiles[k - 1] = row;
		}
	}
	return 0;
}

int read_layers(const char *text, size_t size, struct layers *layers, struct err *e)
{
	static const char *const head[] = {"name", "needs", "profiles", "state", "reason", "stops"};
	const char *cells[COLUMNS_MAX], *needs[SET_LAYERS] = {0};
	struct lines t = begin(pool_copy_n(text, size), size);
	int rc = next_line(&t, ARRAY_SIZE(head), cells, e);

	memset(layers, 0, sizeof(*layers));
	for (size_t i = 0; i < ARRAY_SIZE(head) && rc == 0; i++)
		if (!str_equal(cells[i], head[i]))
			rc = fail(e, 0, "column %zu is called \"%.60s\", not \"%s\"", i + 1,
				  cells[i], head[i]);
	if (rc)
		return rc < 0 ? -1 : fail(e, 0, "there is no layer");
	/* Nothing at all is a profile too, and the one all others are measured against. */
	if (!take_profile(layers, "none", e))
		return -1;
	while ((rc = next_line(&t, ARRAY_SIZE(head), cells, e)) == 0) {
		if (layers->lattice.n < SET_LAYERS)
			needs[layers->lattice.n] = cells[1];
		if (read_layer(layers, cells, e))
			return -1;
	}
	if (rc < 0 || link_needs(layers, needs, e))
		return -1;
	return finish_profiles(layers, e);
}

static int find_op(const struct ops *ops, const char *id)
{
	for (size_t i = 0; i < ops->n; i++)
		if (str_equal(ops->v[i].id, id))
			return (int)i;
	return -1;
}

/* What must not be tried but inside a namespace of its own. */
static enum room room_of(const char *id)
{
	return str_equal(id, "proc.kill-all") ? ROOM_KEEPER : ROOM_HOST;
}

int read_ops(const char *text, size_t size, struct ops *ops, struct err *e)
{
	static const char *const head[] = {"id",     "title",  "family", "source",
					   "decoys", "judged", "caller"};
	struct lines t = begin(pool_copy_n(text, size), size);
	const char *cells[COLUMNS_MAX];
	size_t lines = 0;
	int rc;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	ops->v = pool_alloc((lines + 1) * sizeof(*ops->v));
	ops->n = 0;
	rc = next_line(&t, ARRAY_SIZE(head), cells, e);
	if (rc == 0 && !str_equal(cells[0], head[0]))
		rc = fail(e, 0, "the first line is no head line");
	while (rc == 0 && (rc = next_line(&t, ARRAY_SIZE(head), cells, e)) == 0) {
		if (!is_name(cells[0]) || find_op(ops, cells[0]) >= 0)
			return fail(e, 0, "line %zu is no name of one more operation", t.number);
		if (strlen(cells[1]) > TEXT_MAX || !is_name(cells[2]))
			return fail(e, 0, "operation %s has no fit title or family", cells[0]);
		if (!is_name(cells[5]) || !is_name(cells[6]))
			return fail(e, 0, "operation %s has no fit judge or caller", cells[0]);
		if (ops->n == OPS_MAX)
			return fail(e, 0, "there are more than %d operations", OPS_MAX);
		ops->v[ops->n++] = (struct op){.id = cells[0],
					       .title = cells[1],
					       .family = cells[2],
					       .source = cells[3],
					       .judged = cells[5],
					       .caller = cells[6],
					       .room = room_of(cells[0])};
	}
	if (rc < 0)
		return -1;
	return ops->n ? 0 : fail(e, 0, "there is no operation");
}

int read_result(const char *word, enum result *result)
{
	static const struct {
		const char *word;
		enum result result;
	} words[] = {{"REACHED", RESULT_REACHED},
		     {"BLOCKED", RESULT_BLOCKED},
		     {"ABSENT", RESULT_ABSENT},
		     {"SKIPPED", RESULT_SKIPPED},
		     {"BROKEN", RESULT_BROKEN}};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (str_equal(words[i].word, word)) {
			*result = words[i].result;
			return 0;
		}
	}
	return -1;
}

/* "EPERM" -> its number; "errno 4095", as err_name() writes what has no name; "-" -> 0. */
int read_errno(const char *word, int *num)
{
	uint32_t n;

	*num = 0;
	if (str_equal(word, "-"))
		return 0;
	if (str_starts(word, "errno ") && str_read_u32(word + 6, 4095, &n) == 0 && n > 0) {
		*num = (int)n;
		return 0;
	}
	for (int i = 1; i < 200; i++) {
		const char *name = strerrorname_np(i);

		if (name && str_equal(name, word)) {
			*num = i;
			return 0;
		}
	}
	return -1;
}

static int read_answer(const char **cells, const struct op_set *asked, struct ops *ops,
		       struct answer *answers, struct err *e)
{
	int at = find_op(ops, cells[0]);
	struct answer a;

	if (at < 0 || !op_set_has(asked, (size_t)at))
		return fail(e, 0, "operation \"%.60s\" was not asked for", cells[0]);
	if (answers[at].result != RESULT_UNKNOWN)
		return fail(e, 0, "operation %s answers twice", cells[0]);
	if (read_result(cells[2], &a.result) || read_errno(cells[3], &a.num))
		return fail(e, 0, "operation %s answers \"%.40s\" with errno \"%.40s\"", cells[0],
			    cells[2], cells[3]);
	if (a.result == RESULT_REACHED && a.num)
		return fail(e, 0, "operation %s is REACHED with an errno", cells[0]);
	answers[at] = a;
	if (a.result == RESULT_BROKEN || a.result == RESULT_SKIPPED)
		ops->v[at].said = pool_copy(cells[4]);
	return 0;
}

int read_answers(char *text, size_t size, const struct op_set *asked, struct ops *ops,
		 struct answer *answers, struct err *e)
{
	static const char *const head[] = {"id", "title", "outcome", "errno", "detail"};
	struct lines t = begin(text, size);
	const char *cells[COLUMNS_MAX];
	int rc;

	for (size_t i = 0; i < ops->n; i++)
		if (op_set_has(asked, i))
			answers[i] = (struct answer){RESULT_UNKNOWN, 0};
	rc = next_line(&t, ARRAY_SIZE(head), cells, e);
	if (rc || !str_equal(cells[0], head[0]) || !str_equal(cells[2], head[2]))
		return rc < 0 ? -1 : fail(e, 0, "the probe printed no head line");
	while ((rc = next_line(&t, ARRAY_SIZE(head), cells, e)) == 0)
		if (read_answer(cells, asked, ops, answers, e))
			return -1;
	for (size_t i = 0; i < ops->n && rc >= 0; i++)
		if (op_set_has(asked, i) && answers[i].result == RESULT_UNKNOWN)
			rc = fail(e, 0, "operation %s did not answer", ops->v[i].id);
	return rc < 0 ? -1 : 0;
}

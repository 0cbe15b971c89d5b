/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render: the words that all forms of the report share.
 *
 * Pure: nouns in, text out. Mustn't judge: what is said here stands in struct blame.
 */
#include "matrix.h"

#include "pool.h"

const char *render_result(enum result result)
{
	static const char *const words[] = {"unknown", "REACHED", "BLOCKED",
					    "ABSENT",  "SKIPPED", "BROKEN"};

	return words[result];
}

const char *render_set(const struct layers *layers, uint32_t set, const char *joint)
{
	const char *text = NULL;

	for (size_t i = 0; i < layers->lattice.n; i++)
		if (set & SET_BIT(i))
			text = text ? pool_printf("%s%s%s", text, joint, layers->v[i].name)
				    : layers->v[i].name;
	return text ? text : "-";
}

const char *render_first(const struct column *c, const struct blame *b)
{
	const char *text = NULL;

	if (b->skipped || b->broken || b->outcome.result == RESULT_REACHED)
		return NULL;
	/* What another sandbox refuses with all its switches off is its own doing. */
	if (b->host)
		return b->control.result == RESULT_REACHED ? c->subject->name : "host";
	for (size_t i = 0; i < b->first.n; i++) {
		const char *names = render_set(c->subject->layers, b->first.v[i], "+");

		text = text ? pool_printf("%s|%s", text, names) : names;
	}
	return text ? text : "unclear";
}

const char *render_answers(const struct column *c, const struct blame *b)
{
	bool changed = b->outcome.result != b->control.result || b->outcome.num != b->control.num;

	if (!b->host || b->broken || !changed || b->first.n == 0)
		return NULL;
	return render_set(c->subject->layers, b->first.v[0], "+");
}

uint32_t render_missing(const struct profile_row *p)
{
	return p->asked & ~p->set;
}

const char *render_kind(enum subject_kind kind)
{
	static const char *const words[] = {"profile", "policy", "other"};

	return words[kind];
}

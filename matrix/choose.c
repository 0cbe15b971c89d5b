/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choose: from what was asked and what there is, to the subjects, columns and operations.
 *
 * Should refuse every name that nothing has; mustn't measure anything.
 */
#include "matrix.h"

#include "pool.h"

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

static bool has_profile(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->profiles_n; i++)
		if (str_equal(layers->profiles[i].name, name))
			return true;
	return false;
}

static bool list_has(const struct str_list *list, const char *word)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_equal(list->v[i], word))
			return true;
	return false;
}

/*
 * The profiles that were asked for, in the order of the launcher's; else those that build on each
 * other: each holds the one before.
 */
static int choose_profiles(const struct request *request, const struct layers *layers,
			   struct report *r, struct err *e)
{
	const struct str_list *asked = &request->profiles;
	struct subject *pinfold = add_subject(r, SUBJECT_LAYERS, "pinfold", layers, 0);
	uint32_t last = 0;

	words_make_layers(&pinfold->words, layers);
	for (size_t i = 0; i < asked->n; i++) {
		if (has_profile(layers, asked->v[i]))
			continue;
		err_where(e, "--profile");
		err_remedy(e, "`pinfold layers` names the profiles; \"none\" is one too.");
		return fail(e, 0, "there is no profile \"%s\"", asked->v[i]);
	}
	for (size_t i = 0; i < layers->profiles_n; i++) {
		const struct profile_row *p = &layers->profiles[i];

		if (asked->n ? !list_has(asked, p->name) : !set_within(last, p->asked))
			continue;
		last = p->asked;
		add_column(r, pinfold, *p);
		pinfold->top |= p->set;
	}
	return 0;
}

static int choose_policies(const struct request *request, const struct place *place,
			   const struct layers *layers, struct report *r, struct err *e)
{
	const struct str_list *asked = &request->policies;

	for (size_t i = 0; i < asked->n; i++) {
		const char *name = policy_path(asked->v[i]);
		struct profile_row profile;
		struct subject *s;

		if (policy_ask(place, name, layers, &profile, e))
			return -1;
		profile.name = asked->v[i];
		s = add_subject(r, SUBJECT_POLICY, asked->v[i], layers, profile.set);
		words_make_policy(&s->words, layers, &profile, name);
		add_column(r, s, profile);
	}
	return 0;
}

int choose_subjects(const struct request *request, const struct place *place,
		    const struct layers *layers, struct report *r, struct err *e)
{
	if (request->policies.n >= SUBJECTS_MAX) {
		err_where(e, "--policy");
		return fail(e, 0, "more than %d at once", SUBJECTS_MAX - 1);
	}
	/* Room for all that may be asked for: nothing moves once it is pointed to. */
	r->subjects = pool_alloc(SUBJECTS_MAX * sizeof(*r->subjects));
	r->columns = pool_alloc((SUBJECTS_MAX + PROFILES_MAX) * sizeof(*r->columns));
	if (choose_profiles(request, layers, r, e))
		return -1;
	if (choose_policies(request, place, layers, r, e))
		return -1;
	return others_choose(request, r, e);
}

int choose_details(const struct request *request, const struct ops *ops, size_t *details,
		   struct err *e)
{
	*details = 0;
	if (!request->details)
		return 0;
	while (*details < ops->n && !str_equal(ops->v[*details].id, request->details))
		(*details)++;
	if (*details < ops->n)
		return 0;
	err_where(e, "--details");
	err_remedy(e, "`pinfold-probe --list` names the operations.");
	return fail(e, 0, "there is no operation \"%s\"", request->details);
}

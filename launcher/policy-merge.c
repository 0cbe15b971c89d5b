/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-merge: one policy on top of another.
 *
 * What is later wins: a text or a flag replaces the earlier one; of a list each entry is added,
 * unless it is there already. Who says --ro of what was --rw (or leaves out a layer that was added)
 * takes it back, and "!ENTRY" takes away an earlier entry, which must be there. Pure: lists are
 * made anew where they change, since copies of a policy share them.
 */
#include "pinfold.h"

#include <string.h>

#include "pool.h"

/* Lists of which an entry can stand in one alone. */
static const struct {
	size_t one, other;
	const char *what;
} opposites[] = {
	{offsetof(struct policy, ro), offsetof(struct policy, rw), "both read-only and writable"},
	{offsetof(struct policy, with), offsetof(struct policy, without),
	 "both added and left out"},
};

static void *member(const struct policy *policy, const struct key *key)
{
	return (char *)(uintptr_t)policy + key->offset;
}

static const struct key *key_at(size_t offset)
{
	const struct key *k = keys;

	while (k->offset != offset)
		k++;
	return k;
}

static const struct key *opposite_of(const struct key *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(opposites); i++) {
		if (key->offset == opposites[i].one)
			return key_at(opposites[i].other);
		if (key->offset == opposites[i].other)
			return key_at(opposites[i].one);
	}
	return NULL;
}

bool policy_is_set(const struct policy *policy, const struct key *key)
{
	const void *at = member(policy, key);

	if (policy->from[key - keys].n)
		return true;
	switch (key->type) {
	case OPT_FLAG:
		return *(const bool *)at;
	case OPT_LIST:
		return ((const struct str_list *)at)->n > 0;
	case OPT_UINT:
		return *(const uint32_t *)at > 0;
	case OPT_STRING:
	case OPT_WORD:
		break;
	}
	return *(const char *const *)at != NULL;
}

void policy_mark(struct policy *policy, const char *from)
{
	for (const struct key *k = keys; k->help; k++) {
		struct str_list *list = &policy->from[k - keys];
		size_t n = k->type == OPT_LIST ? ((struct str_list *)member(policy, k))->n : 1;

		*list = (struct str_list){NULL, 0};
		for (size_t i = 0; i < n && policy_is_set(policy, k); i++)
			pool_list_add(list, from);
	}
}

/* What two entries are compared by ends here: the path wherever it is shown, a variable's name. */
static const char *ends_of(const struct key *key)
{
	return key->form == KEY_PATH ? ":" : key->form == KEY_VARIABLE ? "=" : "";
}

/* The first of list's n entries that means what text means; n where none does. */
static size_t find(const struct key *key, const struct str_list *list, size_t n, const char *text)
{
	const char *ends = ends_of(key);
	size_t length = strcspn(text, ends), i = 0;

	while (i < n && (strncmp(list->v[i], text, length) != 0 ||
			 (list->v[i][length] && list->v[i][length] != *ends)))
		i++;
	return i;
}

/* The workspace is one more of what is writable: "!$WORKSPACE" takes it away. */
static bool is_workspace(const struct policy *policy, const struct key *key, const char *text)
{
	return key->offset == offsetof(struct policy, rw) && policy->workspace &&
	       str_equal(policy->workspace, text);
}

bool policy_has_entry(const struct policy *policy, const struct key *key, const char *text)
{
	const struct str_list *list = member(policy, key);

	return find(key, list, list->n, text) < list->n || is_workspace(policy, key, text);
}

static void forget_workspace(struct policy *policy)
{
	policy->workspace = NULL;
	policy->from[key_at(offsetof(struct policy, workspace)) - keys] =
		(struct str_list){NULL, 0};
}

static void remove_entry(struct str_list *list, size_t at)
{
	struct str_list kept = {NULL, 0};

	for (size_t i = 0; i < list->n; i++)
		if (i != at)
			pool_list_add(&kept, list->v[i]);
	*list = kept;
}

/* A list of its own, to which pool_list_add() may add. */
static void unshare(struct str_list *list)
{
	remove_entry(list, list->n);
}

static void remove_from(struct policy *policy, const struct key *key, size_t at)
{
	remove_entry(member(policy, key), at);
	remove_entry(&policy->from[key - keys], at);
}

/* "!ENTRY". Where it stood, or -1. */
static ssize_t take_away(const struct key *key, const char *text, const char *from,
			 struct policy *policy, struct err *e)
{
	const struct str_list *list = member(policy, key);
	size_t at = find(key, list, list->n, text);

	if (at < list->n) {
		remove_from(policy, key, at);
		return (ssize_t)at;
	}
	if (is_workspace(policy, key, text)) {
		forget_workspace(policy);
		return (ssize_t)list->n;
	}
	if (str_equal(from, POLICY_OPTION))
		err_where(e, "--%s", key->option);
	else
		err_where(e, "%s: %s", from, key->path);
	err_remedy(e, "`pinfold policy show` prints what is there.");
	return fail(e, 0, "\"!%s\" takes away what is not there", text);
}

/* The whole text counts here: one path may well be read-only here and writable there. */
static size_t find_text(const struct str_list *list, const char *text)
{
	size_t i = 0;

	while (i < list->n && !str_equal(list->v[i], text))
		i++;
	return i;
}

static void take_from_opposite(const struct key *key, const char *text, struct policy *policy)
{
	const struct key *opposite = opposite_of(key);
	const struct str_list *list = opposite ? member(policy, opposite) : NULL;
	size_t at = list ? find_text(list, text) : 0;

	if (list && at < list->n)
		remove_from(policy, opposite, at);
}

/* Compares with the first `old` entries alone: thousands of new ones cost no square of that. */
static int merge_list(const struct policy *later, const struct key *key, struct policy *policy,
		      struct err *e)
{
	const struct str_list *list = member(later, key), *from = &later->from[key - keys];
	struct str_list *onto = member(policy, key), *onto_from = &policy->from[key - keys];
	size_t old = key->form == KEY_COMMAND ? 0 : onto->n;

	onto->n = onto_from->n = old;
	unshare(onto);
	unshare(onto_from);
	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->v[i];
		size_t at = find(key, onto, old, text);

		if (text[0] == '!' && key->form != KEY_COMMAND) {
			ssize_t gone = take_away(key, text + 1, from->v[i], policy, e);

			if (gone < 0)
				return -1;
			old -= (size_t)gone < old;
			continue;
		}
		if (at < old && str_equal(onto->v[at], text))
			continue;
		/* The same path at another place is one more; a variable has one value. */
		if (at < old && key->form == KEY_VARIABLE) {
			remove_from(policy, key, at);
			old--;
		}
		take_from_opposite(key, text, policy);
		pool_list_add(onto, text);
		pool_list_add(onto_from, from->v[i]);
	}
	return 0;
}

/* In one and the same file or command line nothing is later than anything else. */
static int check_opposites(const struct policy *policy, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(opposites); i++) {
		const struct key *one = key_at(opposites[i].one);
		const struct key *other = key_at(opposites[i].other);
		const struct str_list *list = member(policy, one);
		const struct str_list *others = member(policy, other);

		for (size_t l = 0; l < list->n; l++) {
			if (find_text(others, list->v[l]) == others->n)
				continue;
			if (str_equal(policy->from[one - keys].v[l], POLICY_OPTION))
				err_where(e, "--%s, --%s", one->option, other->option);
			else
				err_where(e, "%s: %s, %s", policy->from[one - keys].v[l], one->path,
					  other->path);
			err_remedy(e, "Leave out one of the two.");
			return fail(e, 0, "%s is %s", list->v[l], opposites[i].what);
		}
	}
	return 0;
}

/*
 * The workspace is one directory, shown once: who says --rw of it says nothing new, and who says
 * --ro of it, later, takes the writing away.
 */
static void settle_workspace(const struct policy *later, struct policy *policy)
{
	const struct key *rw = key_at(offsetof(struct policy, rw));
	const struct key *ro = key_at(offsetof(struct policy, ro));
	size_t at;

	if (!policy->workspace)
		return;
	at = find_text(&policy->rw, policy->workspace);
	if (at < policy->rw.n)
		remove_from(policy, rw, at);
	at = find_text(&policy->ro, policy->workspace);
	if (at == policy->ro.n)
		return;
	if (later->workspace) {
		remove_from(policy, ro, at);
		return;
	}
	forget_workspace(policy);
}

int policy_merge(const struct policy *later, struct policy *policy, struct err *e)
{
	if (check_opposites(later, e))
		return -1;
	for (const struct key *k = keys; k->help; k++) {
		const void *from = member(later, k);
		void *onto = member(policy, k);

		if (!policy_is_set(later, k))
			continue;
		if (k->type == OPT_LIST) {
			if (merge_list(later, k, policy, e))
				return -1;
			continue;
		}
		if (k->type == OPT_FLAG)
			*(bool *)onto = *(const bool *)from;
		else if (k->type == OPT_UINT)
			*(uint32_t *)onto = *(const uint32_t *)from;
		else
			*(const char **)onto = *(const char *const *)from;
		policy->from[k - keys] = later->from[k - keys];
	}
	if (later->command)
		policy->command = later->command;
	settle_workspace(later, policy);
	return 0;
}

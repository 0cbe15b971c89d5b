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

static bool means_same(const struct key *key, const char *entry, const char *text)
{
	const char *ends = ends_of(key);
	size_t n = strcspn(text, ends);

	return strncmp(entry, text, n) == 0 && (!entry[n] || entry[n] == *ends);
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

	for (size_t i = 0; i < list->n; i++)
		if (means_same(key, list->v[i], text))
			return true;
	return is_workspace(policy, key, text);
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

static void remove_from(struct policy *policy, const struct key *key, size_t at)
{
	remove_entry(member(policy, key), at);
	remove_entry(&policy->from[key - keys], at);
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

/* A list while it is edited: what is taken away stays, as gone, until the list is made anew. */
struct entry {
	const char *text, *from;
	bool gone;
};

struct entries {
	struct entry *v;
	size_t n;
};

static void add_entry(struct entries *entries, const char *text, const char *from)
{
	entries->v = pool_grow(entries->v, entries->n, sizeof(*entries->v));
	entries->v[entries->n++] = (struct entry){text, from, false};
}

/* The first of n entries that means what text means, or NULL. */
static struct entry *find(const struct key *key, const struct entries *entries, size_t n,
			  const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!entries->v[i].gone && means_same(key, entries->v[i].text, text))
			return &entries->v[i];
	return NULL;
}

/* "!ENTRY". */
static int take_away(const struct key *key, const char *text, const char *from,
		     struct entries *entries, struct policy *policy, struct err *e)
{
	struct entry *entry = find(key, entries, entries->n, text);

	if (entry) {
		entry->gone = true;
		return 0;
	}
	if (is_workspace(policy, key, text)) {
		forget_workspace(policy);
		return 0;
	}
	if (str_equal(from, POLICY_OPTION))
		err_where(e, "--%s", key->option);
	else
		err_where(e, "%s: %s", from, key->path);
	err_remedy(e, "`pinfold policy show` prints what is there.");
	return fail(e, 0, "\"!%s\" takes away what is not there", text);
}

/* Compares with the first `old` entries alone: thousands of new ones cost no square of that. */
static void add_once(const struct key *key, const char *text, const char *from, size_t old,
		     struct entries *entries, struct policy *policy)
{
	struct entry *same = find(key, entries, old, text);

	if (same && str_equal(same->text, text))
		return;
	/* The same path at another place is one more; a variable has one value. */
	if (same && key->form == KEY_VARIABLE)
		same->gone = true;
	take_from_opposite(key, text, policy);
	add_entry(entries, text, from);
}

static void write_list(const struct entries *entries, const struct key *key, struct policy *policy)
{
	struct str_list *list = member(policy, key), *from = &policy->from[key - keys];

	*list = *from = (struct str_list){NULL, 0};
	for (size_t i = 0; i < entries->n; i++) {
		if (entries->v[i].gone)
			continue;
		pool_list_add(list, entries->v[i].text);
		pool_list_add(from, entries->v[i].from);
	}
}

static int merge_list(const struct policy *later, const struct key *key, struct policy *policy,
		      struct err *e)
{
	const struct str_list *list = member(policy, key), *from = &policy->from[key - keys];
	const struct str_list *new = member(later, key), *new_from = &later->from[key - keys];
	struct entries entries = {NULL, 0};
	size_t old;

	/* A command is one thing: the later one replaces it. */
	for (size_t i = 0; i < list->n && key->form != KEY_COMMAND; i++)
		add_entry(&entries, list->v[i], from->v[i]);
	old = entries.n;
	for (size_t i = 0; i < new->n; i++) {
		const char *text = new->v[i];

		if (key->form == KEY_COMMAND)
			add_entry(&entries, text, new_from->v[i]);
		else if (text[0] != '!')
			add_once(key, text, new_from->v[i], old, &entries, policy);
		else if (take_away(key, text + 1, new_from->v[i], &entries, policy, e))
			return -1;
	}
	write_list(&entries, key, policy);
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-compare: what one policy allows that another does not.
 *
 * One question serves `pinfold policy diff`, the ceiling that nothing may exceed and the
 * workspace's file, which may only tighten. What a key means for it is its row's sense (policy.h).
 * Pure. Where the answer cannot be told from the texts (two patterns), it is "more": refused rather
 * than let through.
 */
#include "pinfold.h"

#include <string.h>

#include "amount.h"
#include "pool.h"

#define AT(name) offsetof(struct policy, name)

static const void *member(const struct policy *policy, const struct key *key)
{
	return (const char *)policy + key->offset;
}

void policy_add_difference(struct policy_differences *all, const struct key *key, const char *what,
			   const char *from)
{
	all->v = pool_grow(all->v, all->n, sizeof(*all->v));
	all->v[all->n++] = (struct policy_difference){key, what, from};
}

static const char *from_of(const struct policy *policy, const struct key *key, size_t i)
{
	const struct str_list *from = &policy->from[key - keys];

	return i < from->n ? from->v[i] : NULL;
}

/* PATH of PATH:DEST: where it is shown inside opens nothing of the host. */
static const char *source_of(const char *text)
{
	return pool_copy_n(text, strcspn(text, ":"));
}

static bool holds(const struct str_list *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_path_within(path, source_of(list->v[i])))
			return true;
	return false;
}

/* How much of a path is shown: a later word allows what the earlier ones do, too. */
enum shown { NOT_SHOWN, READ_ONLY, GUARDED, WRITABLE };

/* The keys that show paths; any other path (a socket, a device) stands for itself. */
static const struct {
	size_t offset;
	enum shown as;
} showing[] = {
	{AT(ro), READ_ONLY},
	{AT(agent), READ_ONLY},
	{AT(workspace), GUARDED}, /* writable, but for what the host would obey */
	{AT(rw), WRITABLE},
};

static enum shown shown_by(const struct key *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(showing); i++)
		if (showing[i].offset == key->offset)
			return showing[i].as;
	return NOT_SHOWN;
}

static enum shown shown_as(const struct policy *policy, const char *path)
{
	if (holds(&policy->rw, path))
		return WRITABLE;
	if (policy->workspace && str_path_within(path, policy->workspace))
		return GUARDED;
	if (holds(&policy->ro, path) || (policy->agent && str_path_within(path, policy->agent)))
		return READ_ONLY;
	return NOT_SHOWN;
}

static bool is_pattern(const char *text)
{
	return text[0] != '/' || strpbrk(text, "*?[");
}

/* Does policy allow what the entry of key says? */
static bool grants(const struct policy *policy, const struct key *key, const char *entry)
{
	const struct str_list *list = member(policy, key);

	if (shown_by(key))
		return shown_as(policy, source_of(entry)) >= shown_by(key);
	if (key->form == KEY_PATH)
		return holds(list, source_of(entry));
	/* The ports of a network that holds nobody but the run: as little as none. */
	if (key->form == KEY_PORT && str_equal(entry, "own"))
		return true;
	for (size_t i = 0; i < list->n; i++)
		if (str_equal(list->v[i], entry) ||
		    (key->form == KEY_PORT && str_equal(list->v[i], "any")))
			return true;
	return false;
}

/* Does policy say this very word? "none" is what is meant where nothing is said. */
static bool is_word(const struct policy *policy, const struct key *key, const char *word)
{
	const char *own = *(const char *const *)member(policy, key);

	return str_equal(word, "none") || (own && str_equal(word, own));
}

static void compare_grants(const struct policy *a, const struct policy *b, const struct key *key,
			   struct policy_differences *all)
{
	const void *at = member(a, key);
	const struct str_list *list = at;
	const char *text;

	switch (key->type) {
	case OPT_FLAG:
		if (*(const bool *)at && !*(const bool *)member(b, key))
			policy_add_difference(all, key, "true", from_of(a, key, 0));
		return;
	case OPT_LIST:
		for (size_t i = 0; i < list->n; i++)
			if (!grants(b, key, list->v[i]))
				policy_add_difference(all, key, list->v[i], from_of(a, key, i));
		return;
	default:
		text = *(const char *const *)at;
		if (text && !(shown_by(key) ? grants(b, key, text) : is_word(b, key, text)))
			policy_add_difference(all, key, text, from_of(a, key, 0));
	}
}

/* Does what policy shows have anything of the place in it? */
static bool reaches(const struct policy *policy, const char *place)
{
	const struct str_list *lists[] = {&policy->ro, &policy->rw};

	if (is_pattern(place))
		return policy->ro.n || policy->rw.n || policy->agent || policy->workspace;
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
		for (size_t i = 0; i < lists[l]->n; i++) {
			const char *shown = source_of(lists[l]->v[i]);

			if (str_path_within(place, shown) || str_path_within(shown, place))
				return true;
		}
	}
	if (policy->workspace && (str_path_within(place, policy->workspace) ||
				  str_path_within(policy->workspace, place)))
		return true;
	return policy->agent != NULL;
}

static bool denies(const struct policy *policy, const struct key *key, const char *entry)
{
	const struct str_list *list = member(policy, key);

	for (size_t i = 0; i < list->n; i++)
		if (str_equal(list->v[i], entry) ||
		    (!is_pattern(entry) && !is_pattern(list->v[i]) &&
		     str_path_within(entry, list->v[i])))
			return true;
	return false;
}

static void compare_denials(const struct policy *a, const struct policy *b, const struct key *key,
			    struct policy_differences *all)
{
	const struct str_list *list = member(b, key);

	for (size_t i = 0; i < list->n; i++)
		if (!denies(a, key, list->v[i]) && reaches(a, list->v[i]))
			policy_add_difference(all, key, pool_printf("not %s", list->v[i]), NULL);
}

static uint64_t bound_of(const struct policy *policy, const struct key *key)
{
	const char *text = *(const char *const *)member(policy, key);
	uint64_t value;

	/* What cannot be read is refused before it comes here (policy_check_value()). */
	if (!text || str_equal(text, "none") ||
	    amount_read(text, AMOUNT_COUNT + key->form - KEY_COUNT, &value))
		return AMOUNT_NONE;
	return value;
}

static void compare_bounds(const struct policy *a, const struct policy *b, const struct key *key,
			   struct policy_differences *all)
{
	const char *text = *(const char *const *)member(a, key);

	if (bound_of(a, key) > bound_of(b, key))
		policy_add_difference(all, key, text ? text : "none", from_of(a, key, 0));
}

/* Unset is the first, the tightest; what is none of the words comes after the last. */
static size_t rank_of(const struct policy *policy, const struct key *key)
{
	const char *text = *(const char *const *)member(policy, key);
	size_t i = 0;

	while (text && key->words[i] && !str_equal(key->words[i], text))
		i++;
	return i;
}

static void compare_words(const struct policy *a, const struct policy *b, const struct key *key,
			  struct policy_differences *all)
{
	if (rank_of(a, key) > rank_of(b, key) ||
	    (rank_of(a, key) == rank_of(b, key) && !key->words[rank_of(a, key)] &&
	     !str_equal(*(const char *const *)member(a, key),
			*(const char *const *)member(b, key))))
		policy_add_difference(all, key, *(const char *const *)member(a, key),
				      from_of(a, key, 0));
}

static uint32_t layers_of(const struct policy *policy)
{
	const struct profile *profile = profile_find(policy->profile ? policy->profile : "full");
	uint32_t set = profile ? profile_set(profile) : 0;

	for (size_t i = 0; i < policy->with.n; i++)
		set |= layers_bit(policy->with.v[i]);
	for (size_t i = 0; i < policy->without.n; i++)
		set &= ~layers_bit(policy->without.v[i]);
	return set;
}

/* Three keys have one meaning together: a difference is told at the one that made it. */
static void compare_layers(const struct policy *a, const struct policy *b,
			   struct policy_differences *all)
{
	const struct key *profile = keys_find("profile"), *without = keys_find("without");
	uint32_t lost = layers_of(b) & ~layers_of(a);

	for (int i = 0; layers[i]; i++) {
		const struct key *key = profile;
		size_t at = 0;

		if (!(lost >> i & 1))
			continue;
		for (size_t l = 0; l < a->without.n; l++)
			if (str_equal(a->without.v[l], layers[i]->name)) {
				key = without;
				at = l;
			}
		policy_add_difference(all, key,
				      pool_printf("without the layer %s", layers[i]->name),
				      from_of(a, key, at));
	}
}

/*
 * Does bounds say anything of this key? --agent shows something read-only, as filesystem.ro does;
 * and whoever asks for layers means that they be there, so what goes on without them counts with
 * profile.
 */
static bool is_bounded(const struct policy *bounds, const struct key *key)
{
	const struct key *also = key;

	if (key->offset == AT(agent))
		also = keys_find("filesystem.ro");
	else if (key->offset == AT(degraded) || key->offset == AT(fallback))
		also = keys_find("profile");
	return bounds->said >> (key - keys) & 1 || bounds->said >> (also - keys) & 1;
}

void policy_compare(const struct policy *a, const struct policy *b, const struct policy *bounds,
		    struct policy_differences *all)
{
	bool with_layers = !bounds;

	*all = (struct policy_differences){NULL, 0};
	for (const struct key *k = keys; k->help; k++) {
		if (bounds && !is_bounded(bounds, k))
			continue;
		with_layers |= k->sense == KEY_LAYERS;
		if (k->sense == KEY_GRANTS)
			compare_grants(a, b, k, all);
		else if (k->sense == KEY_DENIES)
			compare_denials(a, b, k, all);
		else if (k->sense == KEY_BOUNDS)
			compare_bounds(a, b, k, all);
		else if (k->sense == KEY_ORDERED)
			compare_words(a, b, k, all);
	}
	if (with_layers)
		compare_layers(a, b, all);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: who is asked, in which order, and who may say what.
 *
 *     what is extended < --policy (the caller's own file, or a shipped one)
 *         < .pinfold.json of the workspace, which may only tighten < options
 *     and nothing may exceed /etc/pinfold/ceiling.json
 *
 * Who names neither a policy nor a profile gets the policy "default": the shipped one, or the
 * caller's own of that name.
 *
 * Read before root becomes the agent's id (identity.c): the files are the caller's, and an agent
 * could answer for itself otherwise. --profile alone is the bare profile: only the ceiling counts.
 */
#include "pinfold.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define CEILING "/etc/pinfold/ceiling.json"

/* Who names a bare profile gets that alone. */
static bool wants_files(const struct policy *asked)
{
	return asked->policies.n > 0 || !asked->profile;
}

static int load_files(const struct policy *asked, const struct policy_places *places,
		      struct policy *policy, struct err *e)
{
	struct str_list names = asked->policies;

	if (!names.n)
		pool_list_add(&names, "default");
	return policy_load(&names, places, policy, e);
}

/*
 * The workspace by the name that the files have for it, so that an option that says "." speaks of
 * the same entry.
 */
static void name_workspace(const struct policy_places *places, struct str_list *list)
{
	struct str_list named = {NULL, 0};

	for (size_t i = 0; i < list->n; i++) {
		char real[PATH_MAX];
		bool same = places->workspace && realpath(list->v[i], real) &&
			    str_equal(real, places->workspace);

		pool_list_add(&named, same ? places->workspace : list->v[i]);
	}
	*list = named;
}

/* Reads a file that stands on its own: 1 where it is not there. */
static int read_alone(const char *path, enum policy_trust trust, const struct policy_places *places,
		      struct policy *policy, struct err *e)
{
	struct str_list extends = {NULL, 0};
	struct policy_items items;
	struct policy_text text;
	int rc = policy_read_file(path, trust, &text, e);

	*policy = (struct policy){0};
	if (rc)
		return rc;
	if (policy_read_items(path, text.text, text.n, &items, e) ||
	    policy_read(path, &items, places, policy, &extends, e))
		return -1;
	if (!extends.n)
		return 0;
	err_where(e, "%s: extends", path);
	err_remedy(e, "Write what it is to say into the file itself.");
	return fail(e, 0, "this file extends no other");
}

/* Keys that neither tighten nor loosen are not for whoever fills a workspace to decide. */
static int check_workspace_keys(const char *path, const struct policy *own, struct err *e)
{
	for (const struct key *k = keys; k->help; k++) {
		if (k->sense != KEY_NEUTRAL || !policy_is_set(own, k) ||
		    k->offset == offsetof(struct policy, about))
			continue;
		err_where(e, "%s: %s", path, policy_key_name(k));
		err_remedy(e, "Put it into a policy of your own and name that with --policy.");
		return fail(e, 0,
			    "a workspace's own file may only take something away, and this "
			    "key does not");
	}
	return 0;
}

/* It may take away what this policy never had: "!ENTRY" then says nothing. */
static void drop_idle(const struct policy *policy, struct policy *own)
{
	for (const struct key *k = keys; k->help; k++) {
		struct str_list *list = (void *)((char *)own + k->offset);
		struct str_list kept = {NULL, 0};

		if (k->type != OPT_LIST)
			continue;
		for (size_t i = 0; i < list->n; i++)
			if (list->v[i][0] != '!' || policy_has_entry(policy, k, list->v[i] + 1))
				pool_list_add(&kept, list->v[i]);
		own->from[k - keys].n = kept.n;
		*list = kept;
	}
}

static int refuse_more(const char *path, const struct key *key, const char *what, struct err *e)
{
	err_where(e, "%s: %s", path, policy_key_name(key));
	err_remedy(e,
		   "A workspace's own file may only take something away. Where you want this, put "
		   "it into a policy of your own and name that with --policy.");
	return fail(e, 0, "this would allow more: %s", what);
}

static bool has_text(const struct str_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_equal(list->v[i], text))
			return true;
	return false;
}

/*
 * What is shown already may be named in the same words, to be read-only. Another path below it is
 * none of the workspace's business: whoever fills the workspace makes the links on the way, and
 * chose what lies inside where programs look for their own (PATH:DEST).
 */
static int check_workspace_paths(const char *path, const struct policy *policy,
				 const struct policy *own, struct err *e)
{
	const struct str_list *ro = &own->ro, *rw = &own->rw;

	for (size_t i = 0; i < ro->n; i++)
		if (ro->v[i][0] != '!' && !has_text(&policy->ro, ro->v[i]) &&
		    !has_text(&policy->rw, ro->v[i]) &&
		    !(policy->workspace && str_equal(policy->workspace, ro->v[i])))
			return refuse_more(path, keys_find("filesystem.ro"), ro->v[i], e);
	for (size_t i = 0; i < rw->n; i++)
		if (rw->v[i][0] != '!' && !has_text(&policy->rw, rw->v[i]))
			return refuse_more(path, keys_find("filesystem.rw"), rw->v[i], e);
	if (own->workspace && (!policy->workspace || !str_equal(own->workspace, policy->workspace)))
		return refuse_more(path, keys_find("filesystem.workspace"), own->workspace, e);
	return 0;
}

static int add_workspace(const struct policy_places *places, struct policy *policy, struct err *e)
{
	const char *path = pool_printf("%s/.pinfold.json", places->workspace);
	struct policy_differences more;
	struct policy own, before = *policy;
	int rc = places->workspace ? read_alone(path, POLICY_NOBODYS, places, &own, e) : 1;

	if (rc)
		return rc < 0 ? -1 : 0;
	if (check_workspace_keys(path, &own, e) || check_workspace_paths(path, policy, &own, e))
		return -1;
	drop_idle(policy, &own);
	if (policy_merge(&own, policy, e))
		return -1;
	policy_compare(policy, &before, NULL, &more);
	return more.n ? refuse_more(path, more.v[0].key, more.v[0].what, e) : 0;
}

/* PATH[:DEST] with the path as it really is, where it can be told. */
static void make_real(const struct policy_places *places, struct str_list *list)
{
	struct str_list real = {NULL, 0};

	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->v[i], *colon = strchr(text, ':');
		const char *source = colon ? pool_copy_n(text, (size_t)(colon - text)) : text;
		char path[PATH_MAX];

		if (realpath(source, path))
			source = pool_copy(path);
		else if (source[0] != '/' && places->workspace)
			source = pool_printf("%s/%s", places->workspace, source);
		pool_list_add(&real, pool_printf("%s%s", source, colon ? colon : ""));
	}
	*list = real;
}

static void make_one_real(const struct policy_places *places, const char **path)
{
	struct str_list one = {NULL, 0};

	if (!*path)
		return;
	pool_list_add(&one, *path);
	make_real(places, &one);
	*path = one.v[0];
}

/* Paths are compared as what they are on this machine: no link or ".." leads past a ceiling. */
static void make_paths_real(const struct policy_places *places, struct policy *policy)
{
	for (const struct key *k = keys; k->help; k++) {
		struct str_list *list = (void *)((char *)policy + k->offset);

		if (k->form == KEY_PATH && k->sense == KEY_GRANTS && k->type == OPT_LIST)
			make_real(places, list);
	}
	make_one_real(places, &policy->agent);
	make_one_real(places, &policy->workspace);
}

/* Who writes a key into a ceiling believes that it bounds something. */
static int check_ceiling_keys(const struct policy *ceiling, struct err *e)
{
	for (const struct key *k = keys; k->help; k++) {
		if (k->sense != KEY_NEUTRAL || !(ceiling->said >> (k - keys) & 1) ||
		    k->offset == offsetof(struct policy, about))
			continue;
		err_where(e, "%s: %s", CEILING, policy_key_name(k));
		err_remedy(e, "Take the key out: it bounds nothing.");
		return fail(e, 0, "this key allows neither more nor less");
	}
	return 0;
}

static int check_ceiling(const struct policy_places *places, const struct policy *policy,
			 struct err *e)
{
	struct policy_differences more;
	struct policy ceiling, real = *policy;
	int rc = read_alone(CEILING, POLICY_ROOTS, places, &ceiling, e);

	if (rc)
		return rc < 0 ? -1 : 0;
	if (check_ceiling_keys(&ceiling, e))
		return -1;
	make_paths_real(places, &real);
	make_paths_real(places, &ceiling);
	policy_compare(&real, &ceiling, &ceiling, &more);
	if (!more.n)
		return 0;
	err_where(e, "%s: %s", CEILING, policy_key_name(more.v[0].key));
	err_remedy(e, "Ask for less, or ask whoever runs this machine.");
	return fail(e, 0, "this machine's ceiling does not allow it: %s%s%s%s", more.v[0].what,
		    more.v[0].from ? " (from " : "", more.v[0].from ? more.v[0].from : "",
		    more.v[0].from ? ")" : "");
}

static void take_usual_command(struct policy *policy)
{
	struct str_list words = {NULL, 0};

	if (policy->command || !policy->usual.n)
		return;
	for (size_t i = 0; i < policy->usual.n; i++)
		pool_list_add(&words, policy->usual.v[i]);
	pool_list_add(&words, NULL);
	policy->command = words.v;
}

int policy_resolve(const struct policy *asked, struct policy *policy, struct err *e)
{
	struct policy options = *asked;
	struct policy_places places;

	*policy = (struct policy){0};
	policy_read_places(&places);
	/* The option is another word for the key, so that a ceiling holds for both. */
	if (options.share_net)
		options.network = "share";
	policy_mark(&options, POLICY_OPTION);
	if (wants_files(asked)) {
		name_workspace(&places, &options.ro);
		name_workspace(&places, &options.rw);
		if (load_files(asked, &places, policy, e) || add_workspace(&places, policy, e))
			return -1;
	}
	if (policy_merge(&options, policy, e))
		return -1;
	take_usual_command(policy);
	policy_add_command(&places, policy);
	return check_ceiling(&places, policy, e);
}

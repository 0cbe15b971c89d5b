/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-load: the name of a policy -> what it says, with all that it extends.
 *
 * A name is the caller's own file below $XDG_CONFIG_HOME/pinfold, else a shipped policy; so a file
 * of the caller's may extend the shipped policy whose name it has. What has a "/" in it, or ".json"
 * at its end, is a file, relative to the file that names it. What is extended comes first, in the
 * order of its naming, and each once: where two extended policies extend the same third, it is not
 * said twice.
 */
#include "pinfold.h"

#include <string.h>

#include "pool.h"

enum { CHAIN_MAX = 16 };

struct loading {
	const struct policy_places *places;
	struct policy *policy;
	const char *chain[CHAIN_MAX]; /* what is being read: a file that extends a file ... */
	size_t chain_n;
	struct str_list done;
	struct err *e;
};

/* One policy that was found: its values, and what to call it. */
struct found {
	const char *id;	 /* canonical path, or "NAME (shipped)": also its name in messages */
	const char *dir; /* what relative names are relative to; NULL where there is none */
	struct policy_items items;
};

static bool is_in_chain(const struct loading *l, const char *id)
{
	for (size_t i = 0; i < l->chain_n; i++)
		if (str_equal(l->chain[i], id))
			return true;
	return false;
}

static const char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return pool_copy_n(path, (size_t)(slash - path));
}

/* 1 where there is no such file. */
static int find_file(const struct loading *l, const char *path, struct found *found)
{
	struct policy_text text;
	int rc = policy_read_file(path, POLICY_CALLERS, &text, l->e);

	if (rc)
		return rc;
	*found = (struct found){.id = text.path, .dir = dir_of(text.path)};
	return policy_read_items(text.path, text.text, text.n, &found->items, l->e);
}

static int refuse_name(const struct loading *l, const char *name)
{
	err_remedy(l->e, "`pinfold policy list` has the names; a file is named with its .json.");
	return fail(l->e, 0, "there is no policy \"%s\"", name);
}

static bool is_name(const char *name)
{
	return *name && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       strlen(name);
}

static int find_name(const struct loading *l, const char *name, struct found *found)
{
	int rc = 1;

	if (!is_name(name))
		return refuse_name(l, name);
	if (l->places->config)
		rc = find_file(l, pool_printf("%s/pinfold/%s.json", l->places->config, name),
			       found);
	if (rc < 0 || (rc == 0 && !is_in_chain(l, found->id)))
		return rc;
	for (const struct policy_shipped *s = policy_shipped; s->name; s++) {
		if (!str_equal(s->name, name))
			continue;
		*found = (struct found){pool_printf("%s (shipped)", name), NULL, s->items};
		return 0;
	}
	/* A file of the caller's that is being read already: a circle, which load() names. */
	return rc == 0 ? 0 : refuse_name(l, name);
}

/* "./agent.json" and "agent.json" are files, "agent" is a name. */
static bool is_file(const char *name)
{
	size_t n = strlen(name);

	return strchr(name, '/') || (n > 5 && str_equal(name + n - 5, ".json"));
}

/* dir: of the file that says so; NULL: the current directory. */
static int find(const struct loading *l, const char *name, const char *dir, struct found *found)
{
	static const struct key path_key = {.form = KEY_PATH};
	const char *path;
	int rc;

	if (!is_file(name))
		return find_name(l, name, found);
	/* On the command line the shell has done it. */
	if (!l->chain_n)
		path = name;
	else if (policy_expand(l->places, &path_key, name, &path, l->e))
		return -1;
	if (path[0] != '/' && dir)
		path = pool_printf("%s/%s", dir, path);
	rc = find_file(l, path, found);
	if (rc <= 0)
		return rc;
	err_remedy(l->e, "Name a file that exists, or one of `pinfold policy list`.");
	return fail(l->e, 0, "there is no file %s", path);
}

static int load(struct loading *l, const char *name, const char *dir);

static int load_extended(struct loading *l, const struct str_list *extends, const char *dir)
{
	for (size_t i = 0; i < extends->n; i++) {
		if (load(l, extends->v[i], dir) == 0)
			continue;
		return err_where(l->e, "%s: extends", l->chain[l->chain_n - 1]);
	}
	return 0;
}

static int check_chain(const struct loading *l, const char *id)
{
	if (is_in_chain(l, id)) {
		err_remedy(l->e, "Take one of the links of the circle out.");
		return fail(l->e, 0, "%s extends itself in the end", id);
	}
	if (l->chain_n < CHAIN_MAX)
		return 0;
	err_remedy(l->e, "Put some of them together.");
	return fail(l->e, 0, "more than %d policies extend each other", CHAIN_MAX);
}

static int load(struct loading *l, const char *name, const char *dir)
{
	struct policy own = {0};
	struct str_list extends = {NULL, 0};
	struct found found;

	if (find(l, name, dir, &found) || check_chain(l, found.id))
		return -1;
	for (size_t i = 0; i < l->done.n; i++)
		if (str_equal(l->done.v[i], found.id))
			return 0;
	if (policy_read(found.id, &found.items, l->places, &own, &extends, l->e))
		return -1;
	l->chain[l->chain_n++] = found.id;
	if (load_extended(l, &extends, found.dir))
		return -1;
	l->chain_n--;
	pool_list_add(&l->done, found.id);
	return policy_merge(&own, l->policy, l->e);
}

int policy_load(const struct str_list *names, const struct policy_places *places,
		struct policy *policy, struct err *e)
{
	struct loading l = {.places = places, .policy = policy, .e = e};

	for (size_t i = 0; i < names->n; i++)
		if (load(&l, names->v[i], NULL))
			return err_where(e, "--policy %s", names->v[i]);
	return 0;
}

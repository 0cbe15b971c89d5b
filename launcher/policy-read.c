/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-read: the values of one policy file -> what it says itself, by the rows of keys[].
 *
 * Should refuse whatever it does not know and every value that is not what its row says, naming
 * file and key ("claude.json: filesystem.ro[2]"). Mustn't open anything: what a file extends is
 * handed back as names. It runs at every start, so words are made for mistakes alone.
 */
#include "pinfold.h"

#include <string.h>

#include "map.h"
#include "pool.h"

struct reader {
	const char *name; /* of the file */
	const struct policy_places *places;
	struct policy *policy;
	struct str_list *extends;
	struct err *e;
	const char *path;      /* the last one looked up ... */
	const struct key *key; /* ... and its row */
	struct map seen;       /* the entries of its list */
};

static const char *type_name(const struct policy_item *item)
{
	static const char *const names[] = {
		[POLICY_STRING] = "a string",
		[POLICY_INTEGER] = "a whole number",
		[POLICY_REAL] = "a number with a fraction",
		[POLICY_TRUE] = "true or false",
		[POLICY_FALSE] = "true or false",
		[POLICY_NULL] = "null",
		[POLICY_LIST] = "a list [...]",
		[POLICY_OBJECT] = "an object {...}",
	};

	return names[item->kind];
}

/* A path for people: a "." that belongs to a name stands in it twice (policy-items.c). */
static const char *plain(const char *path)
{
	char *copy = pool_copy(path), *to = copy;

	for (const char *s = path; *s; s++) {
		*to++ = *s;
		s += s[0] == '.' && s[1] == '.';
	}
	*to = '\0';
	return *copy ? copy : "\"\"";
}

static int set_where(struct reader *r, const struct policy_item *item)
{
	if (item->index < 0)
		return err_where(r->e, "%s: %s", r->name, plain(item->path));
	return err_where(r->e, "%s: %s[%d]", r->name, plain(item->path), item->index);
}

static int refuse(struct reader *r, const char *path, const char *want, const char *given)
{
	err_where(r->e, "%s: %s", r->name, plain(path));
	err_remedy(r->e, "Write %s; pinfold-policy(5) says what for.", want);
	return fail(r->e, 0, "%s is wanted here, and %s is given", want, given);
}

static int refuse_type(struct reader *r, const struct policy_item *item, const char *want)
{
	set_where(r, item);
	return refuse(r, item->path, want, type_name(item));
}

/* A whole number where the row's values are numbers is as good as a string. */
static bool is_text(const struct key *key, const struct policy_item *item)
{
	return item->kind == POLICY_STRING ||
	       (item->kind == POLICY_INTEGER &&
		(key->form == KEY_PORT || key->form >= KEY_COUNT)) ||
	       (item->kind == POLICY_REAL && key->form == KEY_CPUS);
}

static const char *text_type(const struct key *key)
{
	return key->form == KEY_PORT || key->form >= KEY_COUNT ? "a string or a number"
							       : "a string";
}

/* "!X" in a list takes X away again, so the rest of it is what is looked at. */
static int make_value(struct reader *r, const struct key *key, const struct policy_item *item,
		      const char *text, const char **value)
{
	bool takes = key->type == OPT_LIST && key->form != KEY_COMMAND && text[0] == '!';

	if (policy_expand(r->places, key, text + takes, value, r->e) ||
	    (!(takes && key->form == KEY_VARIABLE) && policy_check_value(key, *value, r->e)))
		return set_where(r, item);
	if (takes)
		*value = pool_printf("!%s", *value);
	return 0;
}

static int add_entry(struct reader *r, const struct key *key, const struct policy_item *item,
		     const char *text)
{
	struct str_list *list = (void *)((char *)r->policy + key->offset);
	const char *value;
	size_t at;

	if (make_value(r, key, item, text, &value))
		return -1;
	if (key->form != KEY_COMMAND && map_get(&r->seen, value, &at)) {
		set_where(r, item);
		err_remedy(r->e, "Say it once.");
		return fail(r->e, 0, "\"%s\" stands in this list already", value);
	}
	map_put(&r->seen, value, list->n);
	pool_list_add(list, value);
	pool_list_add(&r->policy->from[key - keys], r->name);
	return 0;
}

/* {"NAME": "VALUE"}; {"!NAME": null} takes it away again */
static int read_variable(struct reader *r, const struct key *key, const struct policy_item *item)
{
	const char *name = plain(item->path + strlen(key->path) + 1);

	if (name[0] == '!' && item->kind == POLICY_NULL)
		return add_entry(r, key, item, name);
	if (item->kind != POLICY_STRING || item->index >= 0)
		return refuse_type(r, item, "a string");
	if (!strchr(name, '=') && item->path[strlen(key->path) + 1])
		return add_entry(r, key, item, pool_printf("%s=%s", name, item->text));
	set_where(r, item);
	err_remedy(r->e, "Write {\"NAME\": \"VALUE\"}.");
	return fail(r->e, 0, "\"%s\" is not a name", name);
}

static int read_list(struct reader *r, const struct key *key, const struct policy_item *item)
{
	if (item->index < 0)
		return item->kind == POLICY_LIST ? 0 : refuse_type(r, item, "a list [...]");
	if (!is_text(key, item))
		return refuse_type(r, item, text_type(key));
	return add_entry(r, key, item, item->text);
}

static int read_value(struct reader *r, const struct key *key, const struct policy_item *item)
{
	void *at = (char *)r->policy + key->offset;

	r->policy->said |= UINT64_C(1) << (key - keys);
	if (key->form == KEY_VARIABLE)
		return item->kind == POLICY_OBJECT && item->index < 0
			       ? 0
			       : refuse(r, item->path, "an object {...}",
					item->index < 0 ? type_name(item) : "a list [...]");
	if (key->type == OPT_LIST)
		return read_list(r, key, item);
	if (item->index >= 0)
		return refuse(r, item->path,
			      key->type == OPT_FLAG ? "true or false" : text_type(key),
			      "a list [...]");
	pool_list_add(&r->policy->from[key - keys], r->name);
	if (key->type == OPT_FLAG) {
		*(bool *)at = item->kind == POLICY_TRUE;
		return item->kind == POLICY_TRUE || item->kind == POLICY_FALSE
			       ? 0
			       : refuse_type(r, item, "true or false");
	}
	if (key->type == OPT_UINT)
		return item->kind == POLICY_INTEGER && str_read_u32(item->text, UINT32_MAX, at) == 0
			       ? 0
			       : refuse_type(r, item, "a number of 0 to 4294967295");
	if (!is_text(key, item))
		return refuse_type(r, item, text_type(key));
	return make_value(r, key, item, item->text, at);
}

/* What else the file extends: a name or a file, or a list of them. */
static int read_extends(struct reader *r, const struct policy_item *item)
{
	if (item->kind == POLICY_STRING && *item->text) {
		pool_list_add(r->extends, item->text);
		return 0;
	}
	return refuse_type(r, item, "the name of a policy or a file");
}

/* Is path[0..n) a group of keys, such as "filesystem"? list: their names, for a remedy. */
static bool is_group(const char *path, size_t n, const char **list)
{
	*list = "";
	for (const struct key *k = keys; n && k->help; k++)
		if (k->path && strncmp(k->path, path, n) == 0 && k->path[n] == '.')
			*list = pool_printf("%s%s%s", *list, **list ? ", " : "", k->path + n + 1);
	return **list;
}

static int refuse_unknown(struct reader *r, const struct policy_item *item)
{
	const char *path = item->path, *dot = strrchr(path, '.'), *list;
	const char *name = plain(path);

	err_where(r->e, "%s: %s", r->name, name);
	if (keys_find(name))
		err_remedy(r->e, "Write the key inside its group: {\"%.*s\": {\"%s\": ...}}.",
			   (int)strcspn(name, "."), name, strchr(name, '.') + 1);
	else if (dot && is_group(path, (size_t)(dot - path), &list))
		err_remedy(r->e, "The keys of %.*s are %s.", (int)(dot - path), path, list);
	else
		err_remedy(r->e,
			   "`pinfold policy schema` and pinfold-policy(5) say what there is.");
	return fail(r->e, 0, "there is no such key");
}

/* The row whose path is path or begins it, as "environment.set" begins "environment.set.A". */
static const struct key *find_key(struct reader *r, const char *path)
{
	if (r->path == path)
		return r->key;
	r->path = path;
	r->seen = (struct map){0};
	for (r->key = keys; r->key->help; r->key++) {
		size_t n = r->key->path ? strlen(r->key->path) : 0;

		if (n && strncmp(r->key->path, path, n) == 0 &&
		    (!path[n] || (path[n] == '.' && path[n + 1] != '.')))
			return r->key;
	}
	return r->key = NULL;
}

static int read_item(struct reader *r, const struct policy_item *item)
{
	const struct key *key = find_key(r, item->path);
	const char *list;

	if (key && key->form == KEY_VARIABLE && item->path[strlen(key->path)])
		return read_variable(r, key, item);
	if (key && item->path[strlen(key->path)])
		return refuse(r, key->path, key->type == OPT_LIST ? "a list [...]" : text_type(key),
			      "an object {...}");
	if (key)
		return read_value(r, key, item);
	if (str_equal(item->path, "extends"))
		return read_extends(r, item);
	if (str_equal(item->path, "$schema"))
		return item->kind == POLICY_STRING ? 0 : refuse_type(r, item, "a string");
	if (is_group(item->path, strlen(item->path), &list))
		return item->kind == POLICY_OBJECT && item->index < 0
			       ? 0
			       : refuse(r, item->path, "an object {...}",
					item->index < 0 ? type_name(item) : "a list [...]");
	return refuse_unknown(r, item);
}

int policy_read(const char *name, const struct policy_items *items,
		const struct policy_places *places, struct policy *policy, struct str_list *extends,
		struct err *e)
{
	struct reader r = {
		.name = name, .places = places, .policy = policy, .extends = extends, .e = e};

	for (size_t i = 0; i < items->n; i++)
		if (read_item(&r, &items->v[i]))
			return -1;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-read: the text of one policy file -> what it says itself, by the rows of keys[].
 *
 * Should refuse whatever it does not know and every value that is not what its row says, naming
 * file and key ("claude.json: filesystem.ro[2]"). Mustn't open anything: what a file extends is
 * handed back as names.
 */
#include "pinfold.h"

#include <jansson.h>
#include <string.h>

#include "json.h"
#include "pool.h"

struct reader {
	const char *name; /* of the file */
	const struct policy_places *places;
	struct policy *policy;
	struct str_list *extends;
	struct err *e;
};

static const char *type_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object {...}";
	case JSON_ARRAY:
		return "a list [...]";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a whole number";
	case JSON_REAL:
		return "a number with a fraction";
	case JSON_NULL:
		return "null";
	case JSON_TRUE:
	case JSON_FALSE:
		break;
	}
	return "true or false";
}

static int refuse_type(struct reader *r, const char *path, const char *want, const json_t *value)
{
	err_where(r->e, "%s: %s", r->name, path);
	err_remedy(r->e, "Write %s; pinfold-policy(5) says what for.", want);
	return fail(r->e, 0, "%s is wanted here, and %s is given", want, type_name(value));
}

static const char *text_type(const struct key *key)
{
	return key->form == KEY_PORT || key->form >= KEY_COUNT ? "a string or a number"
							       : "a string";
}

/* A whole number where the row's values are numbers is as good as a string. */
static const char *text_of(const struct key *key, const json_t *value)
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_real(value) && key->form == KEY_CPUS)
		return pool_printf("%g", json_real_value(value));
	if (json_is_integer(value) && (key->form == KEY_PORT || key->form >= KEY_COUNT))
		return pool_printf("%lld", (long long)json_integer_value(value));
	return NULL;
}

/* "!X" in a list takes X away again, so the rest of it is what is looked at. */
static int make_value(struct reader *r, const struct key *key, const char *path, const char *text,
		      const char **value)
{
	bool takes = key->type == OPT_LIST && key->form != KEY_COMMAND && text[0] == '!';

	if (policy_expand(r->places, key, text + takes, value, r->e) == 0 &&
	    (takes && key->form == KEY_VARIABLE ? 0 : policy_check_value(key, *value, r->e)) == 0) {
		*value = takes ? pool_printf("!%s", *value) : pool_copy(*value);
		return 0;
	}
	return err_where(r->e, "%s: %s", r->name, path);
}

static int read_entry(struct reader *r, const struct key *key, const char *path, const char *text)
{
	struct str_list *list = (void *)((char *)r->policy + key->offset);
	const char *value;

	if (make_value(r, key, path, text, &value))
		return -1;
	for (size_t i = 0; i < list->n && key->form != KEY_COMMAND; i++) {
		if (!str_equal(list->v[i], value))
			continue;
		err_where(r->e, "%s: %s", r->name, path);
		err_remedy(r->e, "Say it once.");
		return fail(r->e, 0, "\"%s\" stands in this list already", value);
	}
	pool_list_add(list, value);
	pool_list_add(&r->policy->from[key - keys], r->name);
	return 0;
}

static int read_list(struct reader *r, const struct key *key, const json_t *value)
{
	if (!json_is_array(value))
		return refuse_type(r, key->path, "a list [...]", value);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *entry = json_array_get(value, i);
		const char *path = pool_printf("%s[%zu]", key->path, i);
		const char *text = text_of(key, entry);

		if (!text)
			return refuse_type(r, path, text_type(key), entry);
		if (read_entry(r, key, path, text))
			return -1;
	}
	return 0;
}

/* {"NAME": "VALUE"}; "!NAME": null takes it away again */
static int read_variables(struct reader *r, const struct key *key, json_t *object)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return refuse_type(r, key->path, "an object {...}", object);
	json_object_foreach(object, name, value)
	{
		const char *path = pool_printf("%s.%s", key->path, name);

		if (name[0] == '!' && json_is_null(value)) {
			if (read_entry(r, key, path, name))
				return -1;
			continue;
		}
		if (!json_is_string(value))
			return refuse_type(r, path, "a string", value);
		if (strchr(name, '=') || !*name) {
			err_where(r->e, "%s: %s", r->name, path);
			err_remedy(r->e, "Write {\"NAME\": \"VALUE\"}.");
			return fail(r->e, 0, "\"%s\" is not a name", name);
		}
		if (read_entry(r, key, path, pool_printf("%s=%s", name, json_string_value(value))))
			return -1;
	}
	return 0;
}

static int read_value(struct reader *r, const struct key *key, json_t *value)
{
	char *member = (char *)r->policy + key->offset;

	r->policy->said |= UINT64_C(1) << (key - keys);
	if (key->form == KEY_VARIABLE)
		return read_variables(r, key, value);
	if (key->type == OPT_LIST)
		return read_list(r, key, value);
	if (key->type == OPT_FLAG) {
		if (!json_is_boolean(value))
			return refuse_type(r, key->path, "true or false", value);
		*(bool *)(void *)member = json_is_true(value);
	} else if (key->type == OPT_UINT) {
		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    json_integer_value(value) > UINT32_MAX)
			return refuse_type(r, key->path, "a number of 0 to 4294967295", value);
		*(uint32_t *)(void *)member = (uint32_t)json_integer_value(value);
	} else {
		const char *text = text_of(key, value);

		if (!text)
			return refuse_type(r, key->path, text_type(key), value);
		if (make_value(r, key, key->path, text, (const char **)(void *)member))
			return -1;
	}
	pool_list_add(&r->policy->from[key - keys], r->name);
	return 0;
}

/* What else the file extends: a name or a file, or a list of them. */
static int read_extends(struct reader *r, const json_t *value)
{
	size_t n = json_is_array(value) ? json_array_size(value) : 1;

	for (size_t i = 0; i < n; i++) {
		const json_t *entry = json_is_array(value) ? json_array_get(value, i) : value;

		if (!json_is_string(entry) || !*json_string_value(entry))
			return refuse_type(r, "extends", "the name of a policy or a file", entry);
		pool_list_add(r->extends, pool_copy(json_string_value(entry)));
	}
	return 0;
}

/* Is path a group of keys, such as "filesystem"? list: their names, for a remedy. */
static bool is_group(const char *path, const char **list)
{
	size_t n = strlen(path);

	*list = "";
	for (const struct key *k = keys; k->help; k++)
		if (k->path && strncmp(k->path, path, n) == 0 && k->path[n] == '.')
			*list = pool_printf("%s%s%s", *list, **list ? ", " : "", k->path + n + 1);
	return **list;
}

static int refuse_unknown(struct reader *r, const char *path, const char *group)
{
	const char *list;

	err_where(r->e, "%s: %s", r->name, *path ? path : "\"\"");
	if (keys_find(path))
		err_remedy(r->e, "Write the key inside its group: {\"%.*s\": {\"%s\": ...}}.",
			   (int)strcspn(path, "."), path, strchr(path, '.') + 1);
	else if (*group && is_group(group, &list))
		err_remedy(r->e, "The keys of %s are %s.", group, list);
	else
		err_remedy(r->e,
			   "`pinfold policy schema` and pinfold-policy(5) say what there is.");
	return fail(r->e, 0, "there is no such key");
}

/* group: the path of the object, "" for the file's own. */
static int read_object(struct reader *r, json_t *object, const char *group)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return refuse_type(r, *group ? group : "the policy", "an object {...}", object);
	json_object_foreach(object, name, value)
	{
		const char *path = *group ? pool_printf("%s.%s", group, name) : name, *list;
		const struct key *key = strchr(name, '.') ? NULL : keys_find(path);
		int rc;

		if (key)
			rc = read_value(r, key, value);
		else if (str_equal(path, "extends"))
			rc = read_extends(r, value);
		else if (str_equal(path, "$schema"))
			rc = json_is_string(value) ? 0 : refuse_type(r, path, "a string", value);
		else if (!strchr(name, '.') && is_group(path, &list))
			rc = read_object(r, value, path);
		else
			rc = refuse_unknown(r, path, group);
		if (rc)
			return -1;
	}
	return 0;
}

int policy_read(const char *name, char *text, size_t n, const struct policy_places *places,
		struct policy *policy, struct str_list *extends, struct err *e)
{
	struct reader r = {name, places, policy, extends, e};
	json_t *root = json_read(name, text, n, e);
	int rc;

	if (!root)
		return -1;
	rc = read_object(&r, root, "");
	json_decref(root);
	return rc;
}

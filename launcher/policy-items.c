/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-items: JSON -> the flat list of its values.
 *
 * Should keep order and everything that a reader needs to name a mistake. Mustn't know any key. The
 * build runs it as well (tools/mkprofiles.c).
 */
#include "policy-items.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "json.h"
#include "pool.h"

struct items {
	struct policy_item *v;
	size_t n;
};

static void add(struct items *items, struct policy_item item)
{
	items->v = pool_grow(items->v, items->n, sizeof(*items->v));
	items->v[items->n++] = item;
}

static void add_scalar(struct items *items, const char *path, int index, const json_t *value)
{
	struct policy_item item = {path, index, POLICY_NULL, NULL};

	switch (json_typeof(value)) {
	case JSON_STRING:
		item.kind = POLICY_STRING;
		item.text = pool_copy(json_string_value(value));
		break;
	case JSON_INTEGER:
		item.kind = POLICY_INTEGER;
		item.text = pool_printf("%lld", (long long)json_integer_value(value));
		break;
	case JSON_REAL:
		item.kind = POLICY_REAL;
		item.text = pool_printf("%g", json_real_value(value));
		break;
	case JSON_TRUE:
		item.kind = POLICY_TRUE;
		break;
	case JSON_FALSE:
		item.kind = POLICY_FALSE;
		break;
	case JSON_ARRAY:
		item.kind = POLICY_LIST;
		break;
	case JSON_OBJECT:
		item.kind = POLICY_OBJECT;
		break;
	case JSON_NULL:
		break;
	}
	add(items, item);
}

/* A "." in a key's own name is written twice, so that it is no step into a group. */
static const char *join(const char *path, const char *name)
{
	size_t n = strlen(path), dots = 0;
	char *joined, *to;

	for (const char *s = name; *s; s++)
		dots += *s == '.';
	joined = pool_alloc(n + 1 + strlen(name) + dots + 1);
	memcpy(joined, path, n);
	to = joined + n;
	if (n)
		*to++ = '.';
	for (const char *s = name; *s; s++) {
		*to++ = *s;
		if (*s == '.')
			*to++ = '.';
	}
	return joined;
}

/* json_blank() has bounded how deep this goes. */
static void flatten(struct items *items, const char *path, json_t *value)
{
	const char *name;
	json_t *member;

	if (json_is_object(value) && json_object_size(value)) {
		json_object_foreach(value, name, member) flatten(items, join(path, name), member);
	} else if (json_is_array(value) && json_array_size(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			add_scalar(items, path, (int)i, json_array_get(value, i));
	} else
		add_scalar(items, path, -1, value);
}

int policy_read_items(const char *name, char *text, size_t n, struct policy_items *items,
		      struct err *e)
{
	json_t *root = json_read(name, text, n, e);
	struct items all = {NULL, 0};

	if (!root)
		return -1;
	if (!json_is_object(root)) {
		json_decref(root);
		err_where(e, "%s", name);
		err_remedy(e, "A policy is one object: {...}.");
		return fail(e, 0, "a list stands where the policy should");
	}
	if (json_object_size(root))
		flatten(&all, "", root);
	*items = (struct policy_items){all.v, all.n};
	json_decref(root);
	return 0;
}

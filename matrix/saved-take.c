/* SPDX-License-Identifier: Apache-2.0 */
/* saved-take: single members of a saved result, each looked at before it is taken; saved.h. Pure.
 */
#include "saved.h"

#include <string.h>

#include "pool.h"

enum { TEXT_MOST = 4000 };

/* ---- single members -------------------------------------------------------------------------- */

int saved_bad(struct reader *r, const char *key, const char *what)
{
	if (r->e->what[0])
		return -1;
	err_remedy(r->e, "A result is what `pinfold matrix --json` printed, unchanged.");
	return fail(r->e, 0, "\"%s\" %s", key, what);
}

/* NULL where it is null; the pool's copy otherwise. Control bytes are nobody's words. */
const char *saved_take_text(struct reader *r, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	const char *text = json_string_value(v);

	if (!v || json_is_null(v))
		return NULL;
	if (!text || strlen(text) != json_string_length(v) || strlen(text) > TEXT_MOST ||
	    str_has_control(text)) {
		(void)saved_bad(r, key, "is no fit text");
		return NULL;
	}
	return pool_copy(text);
}

const char *saved_need_text(struct reader *r, const json_t *object, const char *key)
{
	const char *text = saved_take_text(r, object, key);

	if (!text || !*text) {
		(void)saved_bad(r, key, "is missing");
		return "-";
	}
	return text;
}

bool saved_take_bool(struct reader *r, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_boolean(v))
		(void)saved_bad(r, key, "is neither true nor false");
	return json_is_true(v);
}

/* least where it is null. */
int saved_take_number(struct reader *r, const json_t *object, const char *key, int least)
{
	const json_t *v = json_object_get(object, key);

	if (json_is_null(v))
		return least;
	if (!json_is_integer(v) || json_integer_value(v) < least ||
	    json_integer_value(v) > INT32_MAX)
		(void)saved_bad(r, key, "is no fit number");
	return (int)json_integer_value(v);
}

const json_t *saved_take_list(struct reader *r, const json_t *object, const char *key, size_t most)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_array(v) || json_array_size(v) > most)
		(void)saved_bad(r, key, "is no fit list");
	return v;
}

/* ---- layers and sets of them ---------------------------------------------------------------- */

uint32_t saved_find_name(struct reader *r, const struct layers *layers, const char *key,
			 const char *name, size_t n)
{
	for (size_t i = 0; i < layers->lattice.n; i++)
		if (strlen(layers->v[i].name) == n && memcmp(layers->v[i].name, name, n) == 0)
			return SET_BIT(i);
	(void)saved_bad(r, key, "names a layer that is not there");
	return 0;
}

static uint32_t read_names(struct reader *r, const struct layers *layers, const json_t *list,
			   const char *key)
{
	uint32_t set = 0;

	if (!json_is_array(list) || json_array_size(list) > SET_LAYERS)
		(void)saved_bad(r, key, "is no list of layers");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		set |= saved_find_name(r, layers, key, name ? name : "", name ? strlen(name) : 0);
	}
	return set;
}

uint32_t saved_take_names(struct reader *r, const struct layers *layers, const json_t *object,
			  const char *key)
{
	return read_names(r, layers, json_object_get(object, key), key);
}

void saved_take_sets(struct reader *r, const struct layers *layers, const json_t *object,
		     const char *key, struct sets *sets)
{
	const json_t *list = saved_take_list(r, object, key, 4096);

	for (size_t i = 0; i < json_array_size(list); i++)
		sets_add(sets, read_names(r, layers, json_array_get(list, i), key));
}

struct layers *saved_layers(struct reader *r, const json_t *object, const char *key)
{
	struct layers *layers = pool_alloc(sizeof(*layers));
	const json_t *list = saved_take_list(r, object, key, SET_LAYERS);

	for (size_t i = 0; i < json_array_size(list) && !r->e->what[0]; i++) {
		const json_t *row = json_array_get(list, i);

		layers->v[i] = (struct layer_row){saved_need_text(r, row, "name"),
						  saved_take_text(r, row, "stops"),
						  saved_take_text(r, row, "reason")};
		layers->lattice.n = i + 1;
		if (saved_take_bool(r, row, "offered"))
			layers->offered |= SET_BIT(i);
	}
	for (size_t i = 0; i < layers->lattice.n; i++)
		layers->lattice.below[i] =
			saved_take_names(r, layers, json_array_get(list, i), "needs");
	if (!r->e->what[0])
		(void)lattice_make(&layers->lattice, r->e);
	return layers;
}

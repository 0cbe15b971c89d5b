/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: from strings to numbers, in the pool.
 *
 * For lists that may be long and are asked often: what would be a search through all of it for
 * each entry is one look. A zeroed struct map is an empty one; keys live elsewhere and must not
 * change.
 */
#ifndef PINFOLD_MAP_H
#define PINFOLD_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map_slot {
	const char *key;
	size_t size; /* of the key, without its end */
	size_t value;
};

struct map {
	struct map_slot *slots;
	size_t room, n; /* slots, and how many are taken */
};

/* Sets key to value; a value that it had is replaced. */
void map_put(struct map *map, const char *key, size_t value);

/* True, with *value, where the key is there. map_get_n() asks for the first n bytes of key. */
bool map_get(const struct map *map, const char *key, size_t *value);
bool map_get_n(const struct map *map, const char *key, size_t n, size_t *value);

#endif

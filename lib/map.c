/* SPDX-License-Identifier: Apache-2.0 */
/* map: see map.h. Open addressing; at most half of the slots are taken. */
#include "map.h"

#include <string.h>

#include "hash.h"
#include "pool.h"

/* The slot of a key, or the free one where it would be. There is always a free one. */
static struct map_slot *find(const struct map *map, const char *key, size_t n)
{
	size_t i = hash_add(HASH_START, key, n) & (map->room - 1);

	while (map->slots[i].key &&
	       (map->slots[i].size != n || memcmp(map->slots[i].key, key, n) != 0))
		i = (i + 1) & (map->room - 1);
	return &map->slots[i];
}

static void grow(struct map *map)
{
	struct map old = *map;

	map->room = old.room ? 2 * old.room : 16;
	map->slots = pool_alloc(map->room * sizeof(*map->slots));
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].key)
			*find(map, old.slots[i].key, old.slots[i].size) = old.slots[i];
}

void map_put(struct map *map, const char *key, size_t value)
{
	size_t n = strlen(key);
	struct map_slot *slot;

	if (2 * (map->n + 1) > map->room)
		grow(map);
	slot = find(map, key, n);
	if (!slot->key)
		map->n++;
	*slot = (struct map_slot){key, n, value};
}

bool map_get_n(const struct map *map, const char *key, size_t n, size_t *value)
{
	const struct map_slot *slot = map->room ? find(map, key, n) : NULL;

	if (!slot || !slot->key)
		return false;
	*value = slot->value;
	return true;
}

bool map_get(const struct map *map, const char *key, size_t *value)
{
	return map_get_n(map, key, strlen(key), value);
}

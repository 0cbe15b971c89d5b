/* SPDX-License-Identifier: Apache-2.0 */
/* map: what was put is found, and nothing else, through many growths. */
#include "tap.h"

#include "map.h"
#include "pool.h"

enum { MANY = 5000 };

int main(void)
{
	struct map map = {0};
	size_t value = 7, wrong = 0;

	ok(!map_get(&map, "a", &value) && value == 7, "nothing is in an empty map");
	map_put(&map, "", 1);
	map_put(&map, "a", 2);
	map_put(&map, "ab", 3);
	ok(map_get(&map, "", &value) && value == 1, "the empty key is a key");
	ok(map_get(&map, "a", &value) && value == 2, "a key");
	ok(map_get_n(&map, "abc", 2, &value) && value == 3, "the first bytes of a string");
	ok(!map_get(&map, "abc", &value), "a longer key is another one");
	map_put(&map, "a", 4);
	ok(map_get(&map, "a", &value) && value == 4 && map.n == 3, "a second put replaces");
	for (size_t i = 0; i < MANY; i++)
		map_put(&map, pool_printf("/some/path/%zu", i), i);
	for (size_t i = 0; i < MANY; i++)
		wrong += !map_get(&map, pool_printf("/some/path/%zu", i), &value) || value != i;
	is_int(wrong, 0, "all of many are found");
	ok(!map_get(&map, "/some/path/5000", &value), "and no other");
	ok(map_get(&map, "ab", &value) && value == 3 && map.n == MANY + 3, "the first ones stay");
	return tap_done();
}

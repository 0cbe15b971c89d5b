/* SPDX-License-Identifier: Apache-2.0 */
/* pool: zeroed, aligned, never shared memory. */
#include "tap.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

enum { PIECES = 2000, MOST = 64 * 1024 };

static size_t size_of(size_t i)
{
	/* All small sizes; now and then the bound to what gets memory of its own, and beyond. */
	return i % 97 == 0 ? 8 * 1024 + i % 3 - 1 : i % 501 == 500 ? MOST : i % 80;
}

static void test_alloc(void)
{
	static unsigned char *pieces[PIECES];
	int crooked = 0, dirty = 0, shared = 0;

	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = pool_alloc(size_of(i));
		crooked += (uintptr_t)pieces[i] % alignof(max_align_t) != 0;
		for (size_t k = 0; k < size_of(i); k++)
			dirty += pieces[i][k] != 0;
		memset(pieces[i], (int)(i % 255 + 1), size_of(i));
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t k = 0; k < size_of(i); k++)
			shared += pieces[i][k] != i % 255 + 1;
	is_int(crooked, 0, "aligned for anything");
	is_int(dirty, 0, "zeroed");
	is_int(shared, 0, "no two share a byte");
}

static void test_strings(void)
{
	const char text[] = "abc";
	char *copy = pool_copy(text), *big;

	ok(copy != text && !strcmp(copy, "abc"), "a copy");
	is_str(pool_copy(""), "", "... of nothing");
	is_str(pool_copy_n("abcdef", 3), "abc", "a part ends with NUL");
	is_str(pool_copy_n("abc", 0), "", "... an empty one, too");
	is_str(pool_printf("%s-%d", "a", 7), "a-7", "printed");
	is_str(pool_printf("%s", ""), "", "... nothing");
	big = pool_printf("%100000d", 1);
	ok(strlen(big) == 100000 && big[99999] == '1', "... more than a chunk");
}

static void test_lists(void)
{
	static char words[1000];
	struct str_list list = {NULL, 0}, other = {NULL, 0};
	int wrong = 0;

	for (size_t i = 0; i < sizeof(words); i++) {
		pool_list_add(&list, &words[i]);
		pool_list_add(&other, &words[sizeof(words) - 1 - i]);
		wrong += list.n != i + 1;
	}
	for (size_t i = 0; i < sizeof(words); i++)
		wrong += list.v[i] != &words[i] || other.v[i] != &words[sizeof(words) - 1 - i];
	is_int(wrong, 0, "two lists that grow side by side hold the strings themselves, in order");
	pool_list_add(&list, NULL);
	ok(list.n == 1001 && !list.v[1000], "NULL can be an entry");
}

int main(void)
{
	test_alloc();
	test_strings();
	test_lists();
	return tap_done();
}

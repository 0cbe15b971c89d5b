/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys is one: no option, no place in a file and no member has two rows. */
#include "tap.h"

#include <string.h>

#include "pinfold.h"

static void test_row(const struct key *k)
{
	const char *name = k->option ? k->option : k->path;

	ok(k->help && *k->help, "%s says what it is for", name);
	ok(k->offset < sizeof(struct policy), "... fills a member");
	ok((k->type == OPT_FLAG) == !k->value, "... takes a value where it is no flag");
	for (const struct key *other = keys; other < k; other++) {
		if (other->option && k->option && str_equal(other->option, k->option))
			ok(0, "--%s is one row's", name);
		if (other->path && k->path && str_equal(other->path, k->path))
			ok(0, "the key %s is one row's", k->path);
		if (other->offset == k->offset)
			ok(0, "%s fills a member of its own", name);
	}
	ok(k->sense != KEY_ORDERED || k->words, "... has the words that it orders");
}

int main(void)
{
	size_t n = 0;

	for (const struct key *k = keys; k->help; k++, n++)
		test_row(k);
	is_int(n, keys_count(), "the rows are counted");
	ok(n <= KEYS_MAX, "... and are at most KEYS_MAX");
	return tap_done();
}

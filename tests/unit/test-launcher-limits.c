/* SPDX-License-Identifier: Apache-2.0 */
/* The table of limits: whole rows, each with its option and its key; usual values that are bounds.
 */
#include "tap.h"

#include "pinfold.h"

static void test_row(int i)
{
	const struct limit *l = &limits[i];
	char path[64];
	const struct key *k;
	uint64_t value;

	(void)snprintf(path, sizeof(path), "limits.%s", l->name);
	k = keys_find(path);
	ok(k && k->option && str_equal(k->option, l->name), "%s: has its option and its key",
	   l->name);
	is_int(k ? k->offset : 0, offsetof(struct policy, limits) + l->offset,
	       "%s: ... of the same member", l->name);
	ok(k && k->sense == KEY_BOUNDS && k->form == (enum key_form)(KEY_COUNT + (int)l->unit),
	   "%s: ... is a bound", l->name);
	ok(l->what && *l->what && l->least > 0, "%s: says what it bounds", l->name);
	ok(!l->usual || (amount_read(l->usual, l->unit, &value) == 0 && value >= l->least &&
			 value != AMOUNT_NONE),
	   "%s: what is usual is a bound", l->name);
	is_int(limit_find(l->name), i, "%s: is found", l->name);
}

int main(void)
{
	for (int i = 0; i < LIMITS; i++)
		test_row(i);
	is_int(limit_find("nothing"), -1, "no limit of another name");
	for (int i = 0; i < LIMIT_BYS; i++)
		ok(limit_by_name((enum limit_by)i)[0], "what bounds has a name: %d", i);
	for (int i = 0; i < CONTROLLERS; i++)
		ok(controller_name((enum controller)i)[0], "a controller has a name: %d", i);
	ok(str_equal(limit_scope_name(LIMIT_OF_TREE), "tree") &&
		   str_equal(limit_scope_name(LIMIT_OF_USER), "user") &&
		   str_equal(limit_scope_name(LIMIT_OF_FILE), "file"),
	   "scopes by their names");
	return tap_done();
}

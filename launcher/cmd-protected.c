/* SPDX-License-Identifier: Apache-2.0 */
/* cmd-protected: `pinfold protected`: the names that a workspace guards, from their rows. */
#include "pinfold.h"

#include "pool.h"

static const char *full_name(const struct guard_row *row)
{
	switch (row->place) {
	case GUARD_IN_REPOSITORY:
		return pool_printf(".git/%s", row->name);
	case GUARD_IN_WORKTREE:
		return pool_printf(".git/worktrees/*/%s", row->name);
	case GUARD_IN_TREE:
		break;
	}
	return row->name;
}

static void print_text(void)
{
	for (const struct guard_row *row = guard_rows; row->name; row++)
		printf("%-13s %-32s %s\n", row->group, full_name(row), guard_row_why(row));
}

static void print_markdown(void)
{
	puts("| group | name | why |\n|---|---|---|");
	for (const struct guard_row *row = guard_rows; row->name; row++)
		printf("| %s | `%s` | %s |\n", row->group, full_name(row), guard_row_why(row));
}

int cmd_protected(int argc, char **argv)
{
	struct err e = {0};

	if (argc == 1) {
		print_text();
		return 0;
	}
	if (argc == 2 && str_equal(argv[1], "--markdown")) {
		print_markdown();
		return 0;
	}
	if (argc == 2 && str_equal(argv[1], "--help")) {
		puts("usage: pinfold protected [--markdown]\n\n"
		     "Lists the names that --workspace guards: their groups, and why each is one.");
		return 0;
	}
	err_where(&e, "%s", argv[1]);
	err_remedy(&e, "Write: pinfold protected [--markdown]");
	(void)fail(&e, 0, "there is no such option");
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

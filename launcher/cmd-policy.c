/* SPDX-License-Identifier: Apache-2.0 */
/* cmd-policy: `pinfold policy`: the table of what can be asked about policies, and the short ones.
 */
#include "pinfold.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "table.h"

static int list(int argc, char **argv, struct err *e);
static int check(int argc, char **argv, struct err *e);

/* Each returns an exit status, or -1 with e. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv, struct err *e);
	const char *usage, *help;
} verbs[] = {
	{"list", list, "", "the policies that --policy takes by name"},
	{"show", policy_show, "[--json] [options of pinfold run] [NAME|FILE]",
	 "what would be asked for, and which file each value came from"},
	{"check", check, "NAME|FILE...", "is it a policy, with all that it extends?"},
	{"diff", policy_diff, "[--json] NAME|FILE NAME|FILE",
	 "what each allows that the other does not; 1 where they differ"},
	{"import", policy_import, "srt FILE", "settings of another sandbox, as a policy"},
	{"schema", policy_schema, "", "the JSON Schema of policy files"},
};

static void print_help(FILE *file)
{
	fputs("usage: pinfold policy VERB ...\n\n", file);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(file, "  pinfold policy %s %s\n      %s\n", verbs[i].name, verbs[i].usage,
			verbs[i].help);
	fputs("\nThe files: pinfold-policy(5).\n", file);
}

static const char *about(const char *name, const struct policy_places *places)
{
	struct policy policy = {0};
	struct str_list names = {&name, 1};
	struct err e = {0};

	if (policy_load(&names, places, &policy, &e))
		return pool_printf("(refused: %s: %s)", e.where, e.what);
	return policy.about;
}

static int is_policy(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot && dot != d->d_name && str_equal(dot, ".json");
}

/* The caller's own come first, as they do where a name is looked for. */
static void list_own(const struct policy_places *places, struct table *table)
{
	const char *dir = places->config ? pool_printf("%s/pinfold", places->config) : NULL;
	struct dirent **files = NULL;
	int n = dir ? scandir(dir, &files, is_policy, alphasort) : 0;

	for (int i = 0; i < n; i++) {
		const char *file = pool_copy(files[i]->d_name);
		const char *name = pool_copy_n(file, strlen(file) - strlen(".json"));
		const char *cells[] = {name, pool_printf("%s/%s", dir, file), about(name, places)};

		table_row(table, cells);
		free(files[i]);
	}
	free(files);
}

static int list(int argc, char **argv, struct err *e)
{
	static const char *const head[] = {"policy", "from", "for"};
	struct policy_places places;
	struct table table;

	if (argc > 1) {
		err_remedy(e, "Write: pinfold policy list");
		return fail(e, 0, "\"%s\" is too much", argv[1]);
	}
	policy_read_places(&places);
	table_begin(&table, head, 3);
	list_own(&places, &table);
	for (const struct policy_shipped *s = policy_shipped; s->name; s++) {
		const char *cells[] = {s->name, "shipped", about(s->name, &places)};

		table_row(&table, cells);
	}
	table_print(&table, stdout, TABLE_TEXT);
	return 0;
}

static int check(int argc, char **argv, struct err *e)
{
	struct policy_places places;

	policy_read_places(&places);
	if (argc < 2) {
		err_remedy(e, "Write: pinfold policy check NAME|FILE...");
		return fail(e, 0, "no policy is given");
	}
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		const struct str_list names = {&name, 1};
		struct policy policy = {0};

		if (policy_load(&names, &places, &policy, e))
			return -1;
		printf("%s: ok\n", name);
	}
	return 0;
}

int cmd_policy(int argc, char **argv)
{
	struct err e = {0};
	size_t i = 0;
	int status = -1;

	if (argc < 2 || str_equal(argv[1], "--help")) {
		print_help(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_OURS : 0;
	}
	while (i < ARRAY_SIZE(verbs) && !str_equal(argv[1], verbs[i].name))
		i++;
	if (i == ARRAY_SIZE(verbs)) {
		err_where(&e, "policy %s", argv[1]);
		err_remedy(&e, "`pinfold policy --help` lists the verbs.");
		(void)fail(&e, 0, "there is no such verb");
	} else if (argc > 2 && str_equal(argv[2], "--help")) {
		printf("usage: pinfold policy %s %s\n\n%s.\n", verbs[i].name, verbs[i].usage,
		       verbs[i].help);
		return 0;
	} else
		status = verbs[i].run(argc - 1, argv + 1, &e);
	if (status >= 0)
		return status;
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-show: `pinfold policy show` and `pinfold policy diff`: policies in words, each value with
 * where it came from.
 */
#include "pinfold.h"

#include <errno.h>
#include <string.h>

#include "pool.h"
#include "table.h"

/* The values of a key, as many as it has. */
static size_t count(const struct policy *policy, const struct key *key)
{
	const struct str_list *list = (const void *)((const char *)policy + key->offset);

	return key->type == OPT_LIST ? list->n : policy_is_set(policy, key);
}

static const char *value_of(const struct policy *policy, const struct key *key, size_t i)
{
	const void *at = (const char *)policy + key->offset;

	switch (key->type) {
	case OPT_LIST:
		return ((const struct str_list *)at)->v[i];
	case OPT_FLAG:
		return *(const bool *)at ? "true" : "false";
	case OPT_UINT:
		return pool_printf("%u", *(const uint32_t *)at);
	case OPT_STRING:
	case OPT_WORD:
		break;
	}
	return *(const char *const *)at;
}

/* Keys that a file can have, then options that are part of what is asked for. */
static bool is_shown(const struct key *key)
{
	static const char *const not_asked[] = {"policy", "report", "verbose", "json", "help"};

	for (size_t i = 0; !key->path && i < ARRAY_SIZE(not_asked); i++)
		if (str_equal(key->option, not_asked[i]))
			return false;
	return true;
}

static int print_values(const struct policy *policy, bool json, struct err *e)
{
	static const char *const head[] = {"key", "value", "from"};
	struct table table;
	struct out out;

	if (json) {
		out_begin(&out, stdout, OUT_JSON);
		out_array(&out, "values");
	}
	table_begin(&table, head, 3);
	for (const struct key *k = keys; k->help; k++) {
		for (size_t i = 0; is_shown(k) && i < count(policy, k); i++) {
			const char *cells[] = {policy_key_name(k), value_of(policy, k, i),
					       policy->from[k - keys].v[i]};

			table_row(&table, cells);
			if (!json)
				continue;
			out_object(&out, NULL);
			out_str(&out, "key", cells[0]);
			out_str(&out, "value", cells[1]);
			out_str(&out, "from", cells[2]);
			out_object_end(&out);
		}
	}
	if (!json) {
		table_print(&table, stdout, TABLE_TEXT);
		return 0;
	}
	out_array_end(&out);
	return out_end(&out) ? fail(e, errno, "write the policy") : 0;
}

int policy_show(int argc, char **argv, struct err *e)
{
	struct policy asked = {0}, policy;
	bool json;

	if (cli_read(argc, argv, &asked, e))
		return -1;
	/* What follows the options is the policy's name here. */
	for (const char *const *word = asked.command; word && *word; word++) {
		if (**word == '-') {
			err_where(e, "%s", *word);
			err_remedy(e, "Write: pinfold policy show [options] [NAME|FILE]");
			return fail(e, 0, "options come before the policy's name");
		}
		pool_list_add(&asked.policies, *word);
	}
	asked.command = NULL;
	json = asked.json;
	asked.json = false;
	if (policy_resolve(&asked, &policy, e))
		return -1;
	return print_values(&policy, json, e);
}

/* ---- diff ----------------------------------------------------------------------------------- */

struct side {
	const char *name;
	struct policy policy;
	struct policy_differences more; /* what this one allows and the other does not */
};

/* Keys that allow nothing, whose values differ all the same: "a / b". */
static void compare_neutral(const struct policy *a, const struct policy *b,
			    struct policy_differences *all)
{
	for (const struct key *k = keys; k->help; k++) {
		const char *left = "", *right = "";

		if (k->sense != KEY_NEUTRAL || !k->path ||
		    k->offset == offsetof(struct policy, about))
			continue;
		for (size_t i = 0; i < count(a, k); i++)
			left = pool_printf("%s%s%s", left, *left ? " " : "", value_of(a, k, i));
		for (size_t i = 0; i < count(b, k); i++)
			right = pool_printf("%s%s%s", right, *right ? " " : "", value_of(b, k, i));
		if (!str_equal(left, right))
			policy_add_difference(
				all, k,
				pool_printf("%s / %s", *left ? left : "-", *right ? right : "-"),
				NULL);
	}
}

static void print_json_part(struct out *out, const char *key, const struct policy_differences *all)
{
	out_array(out, key);
	for (size_t i = 0; i < all->n; i++) {
		out_object(out, NULL);
		out_str(out, "key", policy_key_name(all->v[i].key));
		out_str(out, "value", all->v[i].what);
		out_str(out, "from", all->v[i].from);
		out_object_end(out);
	}
	out_array_end(out);
}

static void print_text_part(const char *title, const struct policy_differences *all)
{
	if (!all->n)
		return;
	printf("%s\n", title);
	for (size_t i = 0; i < all->n; i++) {
		char what[4 * 256];

		str_escape(what, sizeof(what), all->v[i].what);
		printf("  %s: %s%s%s%s\n", policy_key_name(all->v[i].key), what,
		       all->v[i].from ? " (" : "", all->v[i].from ? all->v[i].from : "",
		       all->v[i].from ? ")" : "");
	}
}

static int print_diff(const struct side sides[2], bool json, struct err *e)
{
	struct policy_differences other = {NULL, 0};
	struct out out;

	compare_neutral(&sides[0].policy, &sides[1].policy, &other);
	if (json) {
		out_begin(&out, stdout, OUT_JSON);
		out_str(&out, "a", sides[0].name);
		out_str(&out, "b", sides[1].name);
		print_json_part(&out, "only_a_allows", &sides[0].more);
		print_json_part(&out, "only_b_allows", &sides[1].more);
		print_json_part(&out, "otherwise_different", &other);
		if (out_end(&out))
			return fail(e, errno, "write the difference");
	} else {
		for (int i = 0; i < 2; i++)
			print_text_part(pool_printf("only %s allows", sides[i].name),
					&sides[i].more);
		print_text_part("otherwise different", &other);
	}
	return sides[0].more.n || sides[1].more.n || other.n;
}

static const struct opt diff_options[] = {
	{"json", OPT_FLAG, 0, NULL, "print JSON"},
	OPT_END,
};

int policy_diff(int argc, char **argv, struct err *e)
{
	struct side sides[2] = {0};
	struct policy_places places;
	bool json = false;
	int first = opt_parse(diff_options, argc, argv, &json, e);

	if (first < 0)
		return -1;
	if (argc - first != 2) {
		err_remedy(e, "Write: pinfold policy diff [--json] NAME|FILE NAME|FILE");
		return fail(e, 0, "two policies are wanted, and %d given", argc - first);
	}
	policy_read_places(&places);
	for (int i = 0; i < 2; i++) {
		const struct str_list names = {&sides[i].name, 1};

		sides[i].name = argv[first + i];
		if (policy_load(&names, &places, &sides[i].policy, e))
			return -1;
	}
	policy_compare(&sides[0].policy, &sides[1].policy, NULL, &sides[0].more);
	policy_compare(&sides[1].policy, &sides[0].policy, NULL, &sides[1].more);
	return print_diff(sides, json, e);
}

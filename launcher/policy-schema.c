/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-schema: `pinfold policy schema`: the JSON Schema of policy files, from the rows of keys[].
 *
 * Draft 7, which editors know. It says what a schema can; the reader (policy-read.c) says the rest,
 * such as that $NAME stands for something, and refuses what the schema refuses.
 */
#include "pinfold.h"

#include <errno.h>
#include <string.h>

#include "filter.h"
#include "pool.h"

/* In the schema's regular expressions (ECMA 262). "!" takes an entry of a list away. */
#define CONTROL "\\u0000-\\u001f\\u007f"
#define PLAIN	"[^" CONTROL "]"
#define NAMED	"\\$(HOME|WORKSPACE|XDG_(CONFIG|DATA|STATE|CACHE)_HOME|XDG_RUNTIME_DIR)(?![A-Z_])"
#define PART	"(/(?!\\.{1,2}(/|:|$))[^/:$" CONTROL "]+)"
#define PLACE	"((~|" NAMED ")" PART "*|" PART "+|/)"

static const char *pattern_of(const struct key *key)
{
	switch (key->form) {
	case KEY_PATH:
		return "^!?" PLACE "(:" PLACE ")?$";
	case KEY_NAME:
		return "^[^=" CONTROL "]+$";
	case KEY_PORT:
		return "^!?(any|own|0|[1-9][0-9]{0,4})$";
	case KEY_COUNT:
		return "^(none|[1-9][0-9]*)$";
	case KEY_BYTES:
		return "^(none|(0|[1-9][0-9]*)(\\.[0-9]{1,3})?[KMGT]?)$";
	case KEY_TIME:
		return "^(none|(0|[1-9][0-9]*)(\\.[0-9]{1,3})?[smh]?)$";
	case KEY_CPUS:
		return "^(none|(0|[1-9][0-9]*)(\\.[0-9]{1,3})?)$";
	case KEY_HOME:
		return "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$";
	case KEY_WORD:
	case KEY_COMMAND:
	case KEY_PROFILE:
	case KEY_LAYER:
	case KEY_GROUP:
	case KEY_PATTERN:
	case KEY_VARIABLE:
		break;
	}
	return "^" PLAIN "+$";
}

static void print_types(struct out *out, const struct key *key)
{
	bool number = key->form == KEY_PORT || key->form >= KEY_COUNT;

	if (!number) {
		out_str(out, "type", "string");
		return;
	}
	out_array(out, "type");
	out_str(out, NULL, "string");
	out_str(out, NULL, key->form == KEY_CPUS ? "number" : "integer");
	out_array_end(out);
	out_int(out, "minimum", key->form == KEY_PORT ? 0 : 1);
	if (key->form == KEY_PORT)
		out_int(out, "maximum", 65535);
}

/* The words that a value can be, if those are all there are. */
static struct str_list words_of(const struct key *key)
{
	struct str_list words = {NULL, 0};

	for (const char *const *w = key->words; w && *w && key->form != KEY_HOME; w++)
		pool_list_add(&words, *w);
	for (const struct profile *p = profiles; key->form == KEY_PROFILE && p->name; p++)
		pool_list_add(&words, p->name);
	for (size_t i = 0; key->form == KEY_LAYER && layers[i]; i++)
		pool_list_add(&words, layers[i]->name);
	for (unsigned int i = 0; key->form == KEY_GROUP && i < FILTER_ALLOWS; i++)
		pool_list_add(&words, filter_allows[i].name);
	return words;
}

/* What one value is. In a list each of the words may be taken away again. */
static void print_value(struct out *out, const struct key *key)
{
	struct str_list words = words_of(key);

	if (!words.n) {
		print_types(out, key);
		out_str(out, "pattern", pattern_of(key));
		return;
	}
	out_array(out, "enum");
	for (size_t i = 0; i < words.n; i++) {
		out_str(out, NULL, words.v[i]);
		if (key->type == OPT_LIST)
			out_str(out, NULL, pool_printf("!%s", words.v[i]));
	}
	out_array_end(out);
}

static void print_key(struct out *out, const struct key *key, const char *name)
{
	out_object(out, name);
	out_str(out, "description", key->help);
	if (key->form == KEY_VARIABLE) {
		out_str(out, "type", "object");
		out_object(out, "patternProperties");
		out_object(out, "^[^!=" CONTROL "][^=" CONTROL "]*$");
		out_str(out, "type", "string");
		out_str(out, "pattern", "^([^$" CONTROL "]|" NAMED ")*$");
		out_object_end(out);
		out_object(out, "^![^=" CONTROL "]+$");
		out_str(out, "type", "null");
		out_object_end(out);
		out_object_end(out);
		out_bool(out, "additionalProperties", false);
	} else if (key->type == OPT_LIST) {
		out_str(out, "type", "array");
		out_object(out, "items");
		print_value(out, key);
		out_object_end(out);
		if (key->form != KEY_COMMAND)
			out_bool(out, "uniqueItems", true);
	} else if (key->type == OPT_FLAG) {
		out_str(out, "type", "boolean");
	} else if (key->type == OPT_UINT) {
		out_str(out, "type", "integer");
		out_int(out, "minimum", 0);
		out_int(out, "maximum", UINT32_MAX);
	} else
		print_value(out, key);
	out_object_end(out);
}

/* Has the group of this row been printed already? */
static bool is_first_of_group(const struct key *key, size_t n)
{
	for (const struct key *k = keys; k < key; k++)
		if (k->path && strncmp(k->path, key->path, n + 1) == 0)
			return false;
	return true;
}

static void print_group(struct out *out, const struct key *first, size_t n)
{
	out_object(out, pool_copy_n(first->path, n));
	out_str(out, "type", "object");
	out_object(out, "properties");
	for (const struct key *k = first; k->help; k++)
		if (k->path && strncmp(k->path, first->path, n + 1) == 0)
			print_key(out, k, k->path + n + 1);
	out_object_end(out);
	out_bool(out, "additionalProperties", false);
	out_object_end(out);
}

static void print_extends(struct out *out)
{
	out_object(out, "$schema");
	out_str(out, "type", "string");
	out_object_end(out);
	out_object(out, "extends");
	out_str(out, "description", "names of policies, or files, that this one comes on top of");
	out_array(out, "type");
	out_str(out, NULL, "string");
	out_str(out, NULL, "array");
	out_array_end(out);
	out_int(out, "minLength", 1);
	out_object(out, "items");
	out_str(out, "type", "string");
	out_int(out, "minLength", 1);
	out_object_end(out);
	out_object_end(out);
}

int policy_schema(int argc, char **argv, struct err *e)
{
	struct out out;

	if (argc > 1) {
		err_remedy(e, "Write: pinfold policy schema");
		return fail(e, 0, "\"%s\" is too much", argv[1]);
	}
	out_begin(&out, stdout, OUT_JSON);
	out_str(&out, "$schema", "http://json-schema.org/draft-07/schema#");
	out_str(&out, "title", "a policy of pinfold " PINFOLD_VERSION);
	out_str(&out, "type", "object");
	out_object(&out, "properties");
	print_extends(&out);
	for (const struct key *k = keys; k->help; k++) {
		size_t n = k->path ? strcspn(k->path, ".") : 0;

		if (k->path && !k->path[n])
			print_key(&out, k, k->path);
		else if (k->path && is_first_of_group(k, n))
			print_group(&out, k, n);
	}
	out_object_end(&out);
	out_bool(&out, "additionalProperties", false);
	return out_end(&out) ? fail(e, errno, "write the schema") : 0;
}

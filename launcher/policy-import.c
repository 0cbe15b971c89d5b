/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-import: `pinfold policy import srt FILE`: the settings of sandbox-runtime, as a policy.
 *
 * Should say on standard error, setting by setting, what a policy cannot express, and what it means
 * here: what is dropped without a word would be missed, or believed to be there. What comes out
 * never allows more than what went in. Reads strictly, as policies are read.
 */
#include "pinfold.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "json.h"
#include "pool.h"

struct import {
	const char *name; /* of the file */
	struct out *out;
	struct err *e;
};

/* Where a setting's list goes. */
enum { RO, RW };
static const struct {
	const char *group, *setting, *path;
} lists[] = {
	[RO] = {"filesystem", "allowRead", "filesystem.ro"},
	[RW] = {"filesystem", "allowWrite", "filesystem.rw"},
	{"filesystem", "denyRead", "filesystem.deny"},
	{"filesystem", "denyWrite", "filesystem.protect"},
	{"network", "allowUnixSockets", "sockets"},
};

/* What a policy has no key for, and what that means. */
static const struct {
	const char *setting, *why;
} others[] = {
	{"network.allowedDomains", "no network but the loopback inside is given; names cannot be "
				   "allowed one by one"},
	{"network.deniedDomains", "no network but the loopback inside is given, so nothing of it "
				  "need be denied"},
	{"network.allowLocalBinding",
	 "the loopback inside is the command's own; open its ports with "
	 "the key tcp"},
	{"network.allowAllUnixSockets", "sockets are named one by one (the key sockets)"},
	{"network.allowMachLookup", "it means something on another system alone"},
	{"network.httpProxyPort", "there is no proxy"},
	{"network.socksProxyPort", "there is no proxy"},
	{"network.mitmProxy", "there is no proxy"},
	{"network.parentProxy", "there is no proxy"},
	{"filesystem.allowGitConfig", "what git would execute stays protected"},
	{"ignoreViolations", "nothing is watched for that is then forgiven"},
	{"enableWeakerNestedSandbox",
	 "nothing is weakened; pinfold doctor says what a container lacks"},
	{"enableWeakerNetworkIsolation", "nothing is weakened"},
	{"allowPty", "a terminal of its own is given where there is one outside"},
	{"allowAppleEvents", "it means something on another system alone"},
	{"mandatoryDenySearchDepth", "protected names are found at any depth"},
	{"ripgrep", "no other program is used"},
	{"bwrapPath", "no other program is used"},
	{"socatPath", "no other program is used"},
	{"seccomp", "the filter is part of pinfold"},
};

static void say(const struct import *i, const char *setting, const char *why)
{
	char name[128];

	str_escape(name, sizeof(name), setting);
	fprintf(stderr, "pinfold: %s: %s: left out: %s\n", i->name, name, why);
}

static const char *why_not(const char *setting)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (str_equal(others[i].setting, setting))
			return others[i].why;
	return "this setting is not known";
}

/*
 * Their paths are relative to the current directory, may begin with ~, and end with "/" or a
 * pattern for all that is below. NULL where a policy cannot say the same.
 */
static const char *make_path(const char *path, const struct key *key)
{
	static const struct policy_places anywhere = {.home = "/home", .workspace = "/work"};
	const char *made, *plain;
	size_t n = strlen(path);
	struct err e = {0};

	while (n > 1 && path[n - 1] == '/')
		n--;
	made = pool_copy_n(path, n);
	if (str_equal(made, "."))
		made = "$WORKSPACE";
	else if (str_starts(made, "./"))
		made = pool_printf("$WORKSPACE%s", made + 1);
	else if (made[0] != '/' && made[0] != '~' && key->form == KEY_PATH)
		made = pool_printf("$WORKSPACE/%s", made);
	if (key->form == KEY_PATH && strpbrk(made, "*?[:"))
		return NULL;
	if (policy_expand(&anywhere, key, made, &plain, &e) || policy_check_value(key, plain, &e))
		return NULL;
	return made;
}

static void print_list(struct out *out, const char *key, const struct str_list *list)
{
	out_array(out, key);
	for (size_t i = 0; i < list->n; i++)
		out_str(out, NULL, list->v[i]);
	out_array_end(out);
}

static bool has(const struct str_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_equal(list->v[i], text))
			return true;
	return false;
}

static bool take_out(struct str_list *list, const char *text)
{
	size_t n = 0, had = list->n;

	for (size_t i = 0; i < had; i++)
		if (!str_equal(list->v[i], text))
			list->v[n++] = list->v[i];
	list->n = n;
	return n < had;
}

/* One setting's list -> the entries of the key at path. */
static int read_list(const struct import *i, const char *setting, const char *path,
		     const json_t *value, struct str_list *list)
{
	const struct key *key = keys_find(path);

	if (!key) {
		say(i, setting, "this version has no key for it");
		return 0;
	}
	if (!json_is_array(value)) {
		err_where(i->e, "%s: %s", i->name, setting);
		err_remedy(i->e, "Is this a file of sandbox-runtime's settings?");
		return fail(i->e, 0, "a list [...] is wanted here");
	}
	for (size_t n = 0; n < json_array_size(value); n++) {
		const char *text = json_string_value(json_array_get(value, n));
		const char *made = text ? make_path(text, key) : NULL;

		if (made && str_equal(made, "/tmp"))
			say(i, pool_printf("%s[%zu]", setting, n),
			    "the command has a /tmp of its own, gone afterwards");
		else if (!made)
			say(i, pool_printf("%s[%zu]", setting, n),
			    text ? pool_printf("\"%s\" names no plain path", text)
				 : "it is not a string");
		else if (!has(list, made))
			pool_list_add(list, made);
	}
	return 0;
}

static int read_lists(const struct import *i, json_t *root, struct str_list all[])
{
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
		const json_t *value =
			json_object_get(json_object_get(root, lists[l].group), lists[l].setting);

		if (value && read_list(i, pool_printf("%s.%s", lists[l].group, lists[l].setting),
				       lists[l].path, value, &all[l]))
			return -1;
	}
	/*
	 * Who may write the current directory gets the workspace of the default policy, in which
	 * what the host obeys stays as it is. Who may not may read it; the default's would be
	 * writable.
	 */
	if (!take_out(&all[RW], "$WORKSPACE") && !has(&all[RO], "$WORKSPACE"))
		pool_list_add(&all[RO], "$WORKSPACE");
	return 0;
}

static void print_lists(const struct import *i, const struct str_list all[])
{
	out_object(i->out, "filesystem");
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		if (all[l].n && str_starts(lists[l].path, "filesystem."))
			print_list(i->out, strchr(lists[l].path, '.') + 1, &all[l]);
	out_object_end(i->out);
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		if (all[l].n && !strchr(lists[l].path, '.'))
			print_list(i->out, lists[l].path, &all[l]);
}

static bool is_listed(const char *setting)
{
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		if (str_equal(pool_printf("%s.%s", lists[l].group, lists[l].setting), setting))
			return true;
	return false;
}

/* Everything that has not found a place. */
static void say_rest(const struct import *i, json_t *object, const char *group)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		const char *setting = *group ? pool_printf("%s.%s", group, name) : name;

		if (!*group && json_is_object(value) &&
		    (str_equal(name, "filesystem") || str_equal(name, "network")))
			say_rest(i, value, name);
		else if (!is_listed(setting))
			say(i, setting, why_not(setting));
	}
}

static int import_srt(const struct import *i, json_t *root)
{
	struct str_list all[ARRAY_SIZE(lists)] = {{NULL, 0}};

	if (!json_is_object(root)) {
		err_where(i->e, "%s", i->name);
		err_remedy(i->e, "Is this a file of sandbox-runtime's settings?");
		return fail(i->e, 0, "an object {...} is wanted");
	}
	if (read_lists(i, root, all))
		return -1;
	out_begin(i->out, stdout, OUT_JSON);
	out_str(i->out, "description", pool_printf("from sandbox-runtime's %s", i->name));
	out_str(i->out, "extends", "default");
	print_lists(i, all);
	say_rest(i, root, "");
	say(i, "filesystem",
	    "there, all that is not denied may be read; here, only what is shown: add "
	    "to filesystem.ro what is missing");
	return out_end(i->out) ? fail(i->e, errno, "write the policy") : 0;
}

int policy_import(int argc, char **argv, struct err *e)
{
	struct policy_text text;
	struct import i = {argc == 3 ? argv[2] : "", &(struct out){0}, e};
	json_t *root;
	int rc;

	if (argc != 3 || !str_equal(argv[1], "srt")) {
		err_remedy(e, "Write: pinfold policy import srt FILE (srt: sandbox-runtime).");
		return fail(e, 0, "a kind of settings and a file are wanted");
	}
	rc = policy_read_file(argv[2], POLICY_NOBODYS, &text, e);
	if (rc > 0) {
		err_where(e, "%s", argv[2]);
		err_remedy(e, "Name a file that exists.");
		return fail(e, 0, "there is no such file");
	}
	if (rc < 0)
		return -1;
	root = json_read(argv[2], text.text, text.n, e);
	if (!root)
		return -1;
	rc = import_srt(&i, root);
	json_decref(root);
	return rc;
}

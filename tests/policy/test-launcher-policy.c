/* SPDX-License-Identifier: Apache-2.0 */
/* Policies as values: what comes on top of what, what stands for what, what allows more. */
#include "tap.h"

#include "pinfold.h"
#include "pool.h"

static const struct policy_places places = {.home = "/home/user",
					    .workspace = "/home/user/project",
					    .config = "/home/user/.config",
					    .data = "/home/user/.local/share",
					    .state = "/home/user/.local/state",
					    .cache = "/var/cache/user",
					    .runtime = "/run/user/1000"};

/* A policy from its text, in which ' stands for ". */
static struct policy made(const char *name, const char *text)
{
	struct policy policy = {0};
	struct str_list extends = {NULL, 0};
	struct policy_items items;
	struct err e = {0};
	char *json = pool_copy(text);

	for (char *s = json; *s; s++)
		if (*s == '\'')
			*s = '"';
	ok(policy_read_items(name, json, strlen(json), &items, &e) == 0 &&
		   policy_read(name, &items, &places, &policy, &extends, &e) == 0,
	   "%s is read %s %s", text, e.where, e.what);
	return policy;
}

/* "key=value@from" for all that is set, with blanks. */
static const char *text_of(const struct policy *policy)
{
	const char *all = "";

	for (const struct key *k = keys; k->help; k++) {
		const void *at = (const char *)policy + k->offset;
		const struct str_list *list = at, *from = &policy->from[k - keys];
		size_t n = k->type == OPT_LIST ? list->n : policy_is_set(policy, k);

		if (!n)
			continue;
		is_int(from->n, n, "%s: as many sources as values", policy_key_name(k));
		for (size_t i = 0; i < n; i++)
			all = pool_printf("%s%s%s=%s@%s", all, *all ? " " : "", policy_key_name(k),
					  k->type == OPT_LIST	? list->v[i]
					  : k->type == OPT_FLAG ? "flag"
								: *(const char *const *)at,
					  from->v[i]);
	}
	return all;
}

static const struct {
	const char *below, *above, *want; /* want NULL: refused */
} merges[] = {
	{"{}", "{}", ""},
	{"{'hostname': 'a'}", "{}", "hostname=a@below"},
	{"{'hostname': 'a'}", "{'hostname': 'b'}", "hostname=b@above"},
	{"{'profile': 'full'}", "{'profile': 'none'}", "profile=none@above"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'ro': ['/b', '/a']}}",
	 "filesystem.ro=/a@below filesystem.ro=/b@above"},
	{"{'filesystem': {'rw': ['/a', '/b']}}", "{'filesystem': {'ro': ['/a']}}",
	 "filesystem.ro=/a@above filesystem.rw=/b@below"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'rw': ['/a']}}",
	 "filesystem.rw=/a@above"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'rw': ['/a:/b']}}",
	 "filesystem.ro=/a@below filesystem.rw=/a:/b@above"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'rw': ['/a/b']}}",
	 "filesystem.ro=/a@below filesystem.rw=/a/b@above"},
	{"{'filesystem': {'ro': ['/a', '/ab', '/b']}}", "{'filesystem': {'ro': ['!/a']}}",
	 "filesystem.ro=/ab@below filesystem.ro=/b@below"},
	{"{'filesystem': {'ro': ['/a:/x']}}", "{'filesystem': {'ro': ['!/a', '/c']}}",
	 "filesystem.ro=/c@above"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'ro': ['!/a', '/a:/x']}}",
	 "filesystem.ro=/a:/x@above"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'ro': ['!/b']}}", NULL},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'rw': ['!/a']}}", NULL},
	{"{}", "{'filesystem': {'ro': ['/a'], 'rw': ['/a']}}", NULL},
	{"{'with': ['net']}", "{'without': ['net']}", "without=net@above"},
	{"{'without': ['net', 'pid']}", "{'with': ['net']}", "without=pid@below with=net@above"},
	{"{'without': ['net']}", "{'without': ['!net']}", ""},
	{"{}", "{'with': ['net'], 'without': ['net']}", NULL},
	{"{'environment': {'set': {'A': '1', 'B': '2'}}}", "{'environment': {'set': {'A': '3'}}}",
	 "environment.set=B=2@below environment.set=A=3@above"},
	{"{'environment': {'set': {'A': '1', 'AB': '2'}}}",
	 "{'environment': {'set': {'!A': null}}}", "environment.set=AB=2@below"},
	{"{'environment': {'set': {}}}", "{'environment': {'set': {'!A': null}}}", NULL},
	{"{'command': ['a', 'b', 'b']}", "{}", "command=a@below command=b@below command=b@below"},
	{"{'command': ['a', 'b']}", "{'command': ['!c']}", "command=!c@above"},
	{"{'tcp': [80, 'any']}", "{'tcp': [443, '80']}",
	 "tcp=80@below tcp=any@below tcp=443@above"},
};

static void test_merge(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(merges); i++) {
		struct policy below = made("below", merges[i].below);
		struct policy above = made("above", merges[i].above), policy = {0};
		const char *below_was = text_of(&below), *above_was = text_of(&above);
		struct err e = {0};
		int rc = policy_merge(&below, &policy, &e) || policy_merge(&above, &policy, &e);

		is_str(rc ? NULL : text_of(&policy), merges[i].want, "%s on %s", merges[i].above,
		       merges[i].below);
		ok(!rc || (strstr(e.where, "above: ") && e.what[0] && e.remedy[0]),
		   "... or is refused by place, cause and remedy");
		is_str(text_of(&below), below_was, "... which is left as it was");
		is_str(text_of(&above), above_was, "... as is what came on top");
	}
}

static const struct {
	enum key_form form;
	const char *text, *want; /* NULL: refused */
} expansions[] = {
	{KEY_PATH, "/a", "/a"},
	{KEY_PATH, "~", "/home/user"},
	{KEY_PATH, "~/a", "/home/user/a"},
	{KEY_PATH, "/a~/b", "/a~/b"},
	{KEY_PATH, "~:~/x", "/home/user:/home/user/x"},
	{KEY_PATH, "$HOME/a:$WORKSPACE/b", "/home/user/a:/home/user/project/b"},
	{KEY_PATH, "$XDG_CONFIG_HOME", "/home/user/.config"},
	{KEY_PATH, "$XDG_DATA_HOME/a", "/home/user/.local/share/a"},
	{KEY_PATH, "$XDG_STATE_HOME", "/home/user/.local/state"},
	{KEY_PATH, "$XDG_CACHE_HOME/a", "/var/cache/user/a"},
	{KEY_PATH, "$XDG_RUNTIME_DIR", "/run/user/1000"},
	{KEY_PATH, "$HOMER/a", NULL},
	{KEY_PATH, "$PATH", NULL},
	{KEY_PATH, "$", NULL},
	{KEY_PATH, "$$", NULL},
	{KEY_PATH, "$(id)", NULL},
	{KEY_PATH, "${HOME}", NULL},
	{KEY_PATH, "~root", NULL},
	{KEY_PATTERN, "**/.env", "**/.env"},
	{KEY_PATTERN, "~/.ssh", "/home/user/.ssh"},
	{KEY_PATTERN, "a/~", "a/~"},
	{KEY_PATTERN, "$WORKSPACE/*.key", "/home/user/project/*.key"},
	{KEY_VARIABLE, "PATH=$HOME/bin:/usr/bin", "PATH=/home/user/bin:/usr/bin"},
	{KEY_VARIABLE, "A=~/x", "A=~/x"},
	{KEY_VARIABLE, "A=$B", NULL},
	{KEY_WORD, "$HOME", "$HOME"},
	{KEY_COMMAND, "echo $HOME ~", "echo $HOME ~"},
};

static void test_expand(void)
{
	static const struct policy_places nowhere = {.home = NULL};
	static const struct policy_places colon = {.home = "/home/a:b"};
	const struct key key = {.form = KEY_PATH};
	struct err e = {0};
	const char *got;

	for (size_t i = 0; i < ARRAY_SIZE(expansions); i++) {
		const struct key k = {.form = expansions[i].form};
		struct err why = {0};
		int rc = policy_expand(&places, &k, expansions[i].text, &got, &why);

		is_str(rc ? NULL : got, expansions[i].want, "%s", expansions[i].text);
		ok(!rc || (why.what[0] && why.remedy[0]), "... or why not");
	}
	ok(policy_expand(&nowhere, &key, "~/a", &got, &e) && strstr(e.what, "where HOME is"),
	   "no home");
	ok(policy_expand(&colon, &key, "~/a", &got, &e) && strstr(e.what, "colon"),
	   "a home with a colon");
}

static const struct {
	const char *a, *b, *more; /* what a allows that b does not: "key=what", with "; " */
} pairs[] = {
	{"{}", "{}", ""},
	{"{'filesystem': {'ro': ['/a']}}", "{}", "filesystem.ro=/a"},
	{"{}", "{'filesystem': {'ro': ['/a']}}", ""},
	{"{'filesystem': {'ro': ['/a/b', '/ab']}}", "{'filesystem': {'ro': ['/a']}}",
	 "filesystem.ro=/ab"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'ro': ['/a/b']}}", "filesystem.ro=/a"},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'rw': ['/a']}}", ""},
	{"{'filesystem': {'rw': ['/a']}}", "{'filesystem': {'ro': ['/a']}}", "filesystem.rw=/a"},
	{"{'filesystem': {'ro': ['/a:/x']}}", "{'filesystem': {'ro': ['/a:/y']}}", ""},
	{"{'filesystem': {'ro': ['/a:/x']}}", "{'filesystem': {'ro': ['/x:/a']}}",
	 "filesystem.ro=/a:/x"},
	{"{'environment': {'keep': ['A', 'B']}}", "{'environment': {'keep': ['B']}}",
	 "environment.keep=A"},
	{"{'environment': {'set': {'A': '1'}}}", "{}", ""},
	{"{'tcp': [80]}", "{'tcp': ['any']}", ""},
	{"{'tcp': ['any']}", "{'tcp': [80]}", "tcp=any"},
	{"{'hostname': 'a'}", "{'hostname': 'b'}", ""},
	{"{'without': ['net']}", "{}", "without=without the layer net"},
	{"{}", "{'without': ['net']}", ""},
	{"{'without': ['net']}", "{'without': ['net']}", ""},
	{"{'profile': 'none', 'with': ['nnp']}", "{'profile': 'none', 'with': ['nnp', 'env']}",
	 "profile=without the layer env"},
	{"{'profile': 'none', 'with': ['nnp', 'env']}", "{'profile': 'none'}", ""},
	{"{'fallback': 'landlock-only'}", "{}", "fallback=landlock-only"},
	{"{'fallback': 'none'}", "{'fallback': 'landlock-only'}", ""},
	{"{'allow-degraded': ['landlock']}", "{}", "allow-degraded=landlock"},
	{"{'home': 'private'}", "{}", "home=private"},
	{"{'seccomp': {'allow': ['ptrace']}}", "{}", "seccomp.allow=ptrace"},
	{"{'seccomp': {'allow': ['ptrace']}}", "{'seccomp': {'allow': ['numa']}}",
	 "seccomp.allow=ptrace"},
	{"{'seccomp': {'allow': ['numa']}}", "{'seccomp': {'allow': ['ptrace', 'numa']}}", ""},
	{"{'filesystem': {'ro': ['/a']}}", "{'filesystem': {'ro': ['/a'], 'noexec': ['/a']}}",
	 "filesystem.noexec=not /a"},
	{"{'filesystem': {'ro': ['/a'], 'noexec': ['/a']}}", "{'filesystem': {'ro': ['/a']}}", ""},
	{"{'home': 'kept'}", "{'home': 'private'}", "home=kept"},
	{"{'home': 'kept'}", "{'home': 'kept'}", ""},
	{"{'home': 'kept'}", "{'home': 'other'}", "home=kept"},
	{"{'home': 'private'}", "{'home': 'kept'}", ""},
	{"{'filesystem': {'workspace': '/a'}}", "{'filesystem': {'ro': ['/a']}}",
	 "filesystem.workspace=/a"},
	{"{'filesystem': {'workspace': '/a/b'}}", "{'filesystem': {'rw': ['/a']}}", ""},
	{"{'filesystem': {'ro': ['/a/b']}}", "{'filesystem': {'workspace': '/a'}}", ""},
	{"{'filesystem': {'workspace': '/a'}}",
	 "{'filesystem': {'workspace': '/a', 'deny': ['/a/b']}}", "filesystem.deny=not /a/b"},
	{"{'home': 'none', 'chdir': '/a'}", "{'chdir': '/a'}", ""},
	{"{'home': 'private'}", "{'home': 'none', 'chdir': '/a'}", "home=private"},
};

static const char *more_text(const struct policy *a, const struct policy *b,
			     const struct policy *bounds)
{
	struct policy_differences more;
	const char *all = "";

	policy_compare(a, b, bounds, &more);
	for (size_t i = 0; i < more.n; i++)
		all = pool_printf("%s%s%s=%s", all, *all ? "; " : "",
				  policy_key_name(more.v[i].key), more.v[i].what);
	return all;
}

static void test_compare(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct policy a = made("a", pairs[i].a), b = made("b", pairs[i].b);

		is_str(more_text(&a, &b, NULL), pairs[i].more, "%s beside %s", pairs[i].a,
		       pairs[i].b);
		is_str(more_text(&a, &a, NULL), "", "... and beside itself");
	}
}

/* A ceiling bounds the keys that it has, and no other. */
static void test_bounds(void)
{
	struct policy ceiling = made("ceiling", "{'filesystem': {'rw': ['/srv']}}");
	struct policy policy = made("p", "{'filesystem': {'ro': ['/x'], 'rw': ['/srv/a', '/y']}, "
					 "'tcp': ['any'], 'without': ['net']}");

	is_str(more_text(&policy, &ceiling, &ceiling), "filesystem.rw=/y", "one key");
	ceiling = made("ceiling", "{'filesystem': {'ro': ['/srv']}, 'profile': 'full'}");
	policy.agent = "/agent/dir";
	is_str(more_text(&policy, &ceiling, &ceiling),
	       "filesystem.ro=/x; --agent=/agent/dir; without=without the layer net",
	       "what --agent shows is read, too");
	ceiling = made("ceiling", "{'tcp': []}");
	is_str(more_text(&policy, &ceiling, &ceiling), "tcp=any", "an empty list allows nothing");
	ceiling = made("ceiling", "{'profile': 'full'}");
	policy = made("p", "{'allow-degraded': ['seccomp'], 'fallback': 'landlock-only'}");
	is_str(more_text(&policy, &ceiling, &ceiling),
	       "allow-degraded=seccomp; fallback=landlock-only",
	       "who bounds the profile bounds what goes on without its layers");
	ceiling = made("ceiling", "{'profile': 'full', 'allow-degraded': ['seccomp']}");
	is_str(more_text(&policy, &ceiling, &ceiling), "fallback=landlock-only",
	       "... and may allow it");
}

int main(void)
{
	test_merge();
	test_expand();
	test_compare();
	test_bounds();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-expand: a text of a policy file -> the value that it stands for.
 *
 * Should replace ~ and the names below and refuse every other "$": a policy means the same whatever
 * else is in the environment. Then the key's form says whether the value is one. Pure.
 */
#include "pinfold.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "amount.h"
#include "filter.h"
#include "pool.h"

static const struct {
	const char *name;
	size_t offset;
} places_by_name[] = {
	{"HOME", offsetof(struct policy_places, home)},
	{"WORKSPACE", offsetof(struct policy_places, workspace)},
	{"XDG_CONFIG_HOME", offsetof(struct policy_places, config)},
	{"XDG_DATA_HOME", offsetof(struct policy_places, data)},
	{"XDG_STATE_HOME", offsetof(struct policy_places, state)},
	{"XDG_CACHE_HOME", offsetof(struct policy_places, cache)},
	{"XDG_RUNTIME_DIR", offsetof(struct policy_places, runtime)},
};

static int look_up(const struct policy_places *places, const char *name, size_t n,
		   const char **place, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(places_by_name); i++) {
		if (strlen(places_by_name[i].name) != n ||
		    memcmp(places_by_name[i].name, name, n) != 0)
			continue;
		*place = *(const char *const *)(const void *)((const char *)places +
							      places_by_name[i].offset);
		if (!*place &&
		    places_by_name[i].offset == offsetof(struct policy_places, workspace)) {
			err_remedy(e, "Change into the directory of a project that is there.");
			return fail(e, 0, "the current directory cannot be told");
		}
		if (!*place) {
			err_remedy(e, "Set %s to an absolute path without \".\", \"..\" or \"//\".",
				   places_by_name[i].name);
			return fail(e, 0, "where %s is cannot be told", places_by_name[i].name);
		}
		if (!strchr(*place, ':'))
			return 0;
		err_remedy(e, "Use one whose path has no colon: it would be taken for PATH:DEST.");
		return fail(e, 0, "%s holds a colon: %s", places_by_name[i].name, *place);
	}
	err_remedy(e, "Only ~, $HOME, $WORKSPACE, $XDG_CONFIG_HOME, $XDG_DATA_HOME, "
		      "$XDG_STATE_HOME, $XDG_CACHE_HOME and $XDG_RUNTIME_DIR are replaced.");
	return fail(e, 0, "\"$%.*s\" stands for nothing", (int)n, name);
}

static bool is_path(const struct key *key)
{
	return key->form == KEY_PATH || key->form == KEY_PATTERN;
}

/* Text that grows in a buffer; what is too long is found out when it is taken. */
struct text {
	char s[2 * PATH_MAX];
	size_t n;
};

static void append(struct text *text, const char *s, size_t n)
{
	size_t room = sizeof(text->s) - text->n;

	if (n < room)
		memcpy(text->s + text->n, s, n);
	text->n += n < room ? n : room;
}

/* The place that s begins with, if it does; returns how much of s says so, -1 with e. */
static ssize_t read_place(const struct policy_places *places, const struct key *key, const char *s,
			  bool begins, const char **place, struct err *e)
{
	size_t n;

	*place = NULL;
	if (*s == '~' && begins && is_path(key)) {
		if (!s[1] || s[1] == '/' || s[1] == ':')
			return look_up(places, "HOME", 4, place, e) ? -1 : 1;
		err_remedy(e, "Write the path in full.");
		return fail(e, 0, "of ~ only your own is known: \"%s\"", s);
	}
	if (*s != '$')
		return 0;
	n = strspn(s + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	return look_up(places, s + 1, n, place, e) ? -1 : (ssize_t)n + 1;
}

int policy_expand(const struct policy_places *places, const struct key *key, const char *text,
		  const char **expanded, struct err *e)
{
	struct text all;

	*expanded = text;
	if ((!is_path(key) && key->form != KEY_VARIABLE) || !strpbrk(text, "~$"))
		return 0;
	all.n = 0;
	for (const char *s = text; *s;) {
		bool begins = s == text || (key->form == KEY_PATH && s[-1] == ':');
		const char *place;
		ssize_t n = read_place(places, key, s, begins, &place, e);

		if (n < 0)
			return -1;
		if (place)
			append(&all, place, strlen(place));
		else
			append(&all, s, (size_t)(n = 1));
		s += n;
	}
	if (all.n == sizeof(all.s)) {
		err_remedy(e, "Write a shorter one.");
		return fail(e, ENAMETOOLONG, "this path is too long");
	}
	*expanded = pool_copy_n(all.s, all.n);
	return 0;
}

static int check_word(const struct key *key, const char *text, struct err *e)
{
	const char *list = "";

	for (const char *const *w = key->words; *w; w++) {
		if (str_equal(*w, text))
			return 0;
		list = pool_printf("%s%s%s", list, *list ? ", " : "", *w);
	}
	err_remedy(e, "Choose one of %s.", list);
	return fail(e, 0, "there is no \"%s\"", text);
}

static int check_profile(const char *text, struct err *e)
{
	const char *list = "";

	if (profile_find(text))
		return 0;
	for (const struct profile *p = profiles; p->name; p++)
		list = pool_printf("%s%s%s", list, *list ? ", " : "", p->name);
	err_remedy(e, "Choose one of %s.", list);
	return fail(e, 0, "there is no profile \"%s\"", text);
}

static int check_group(const char *text, struct err *e)
{
	const char *list = "";

	if (filter_allow_bit(text))
		return 0;
	for (unsigned int i = 0; i < FILTER_ALLOWS; i++)
		list = pool_printf("%s%s%s", list, *list ? ", " : "", filter_allows[i].name);
	err_remedy(e, "Choose one of %s.", list);
	return fail(e, 0, "there is no group of system calls \"%s\"", text);
}

static int check_path(const char *text, struct err *e)
{
	const char *colon = strchr(text, ':');
	const char *source = colon ? pool_copy_n(text, (size_t)(colon - text)) : text;

	if ((str_path_is_plain(source) || str_equal(source, "/")) &&
	    (!colon || str_path_is_plain(colon + 1)))
		return 0;
	err_remedy(e,
		   "Write an absolute path without \".\", \"..\" or \"//\"; it may begin with ~, "
		   "$HOME, $WORKSPACE or $XDG_....");
	return fail(e, 0, "\"%s\" is not a plain absolute path", text);
}

/* Relative or not, a pattern has no empty, "." or ".." part. */
static int check_pattern(const char *text, struct err *e)
{
	if (str_path_is_plain(*text == '/' ? text : pool_printf("/%s", text)))
		return 0;
	err_remedy(e,
		   "Write a path or pattern without \".\", \"..\" or \"//\", absolute or relative "
		   "to the workspace.");
	return fail(e, 0, "\"%s\" cannot match", text);
}

static int check_port(const char *text, struct err *e)
{
	uint32_t port;

	if (str_equal(text, "any") || str_equal(text, "own") ||
	    str_read_u32(text, 65535, &port) == 0)
		return 0;
	err_remedy(e, "Write a port of 0 to 65535 (0: ports that bind(2) chooses), \"own\" or "
		      "\"any\".");
	return fail(e, 0, "\"%s\" cannot be taken as a port", text);
}

static int check_name(const char *text, bool with_value, struct err *e)
{
	const char *equals = strchr(text, '=');

	if (with_value ? equals && equals != text : *text && !equals)
		return 0;
	err_remedy(e, "Write the name of one variable.");
	return fail(e, 0, "\"%s\" is not a name", text);
}

static int check_amount(const char *text, enum amount_unit unit, struct err *e)
{
	uint64_t value;

	if (str_equal(text, "none") || amount_read(text, unit, &value) == 0)
		return 0;
	err_remedy(e, "Write %s, or \"none\".", amount_form(unit));
	return fail(e, 0, "\"%s\" is no such amount", text);
}

int policy_check_value(const struct key *key, const char *text, struct err *e)
{
	if (str_has_control(text)) {
		err_remedy(e, "Rename what is meant: names with control bytes are not taken.");
		return fail(e, 0, "the value \"%s\" holds a new line or another control byte",
			    text);
	}
	if (key->words && key->form != KEY_HOME)
		return check_word(key, text, e);
	switch (key->form) {
	case KEY_PROFILE:
		return check_profile(text, e);
	case KEY_LAYER:
		if (layers_find(text) >= 0)
			return 0;
		err_remedy(e, "`pinfold layers` lists them.");
		return fail(e, 0, "there is no layer \"%s\"", text);
	case KEY_GROUP:
		return check_group(text, e);
	case KEY_PATH:
		return check_path(text, e);
	case KEY_PATTERN:
		return check_pattern(text, e);
	case KEY_PORT:
		return check_port(text, e);
	case KEY_NAME:
	case KEY_VARIABLE:
		return check_name(text, key->form == KEY_VARIABLE, e);
	case KEY_HOME:
		return home_check_name(text, e);
	case KEY_WORD:
	case KEY_COMMAND:
		break;
	case KEY_COUNT:
	case KEY_BYTES:
	case KEY_TIME:
	case KEY_CPUS:
		return check_amount(text, AMOUNT_COUNT + key->form - KEY_COUNT, e);
	}
	if (*text)
		return 0;
	err_remedy(e, "Leave the key out, or give it a value.");
	return fail(e, 0, "the value is empty");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: a text -> jansson's value, or an error with its place.
 *
 * Mustn't know what the text means. Whatever jansson says is turned into a cause and a remedy here.
 */
#include "json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "str.h"

/*
 * jansson takes a seed against colliding keys from /dev/urandom, which costs more than a policy's
 * reading; the kernel has given this process random bytes of its own already (getauxval(3)).
 */
static void seed(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM); /* NOLINT: the kernel's way */
	size_t n = 1;

	if (random)
		memcpy(&n, random, sizeof(n));
	json_object_seed(n);
}

/* What jansson names stands before the place that it tells: at its end. */
static size_t start_of_token(const json_error_t *error)
{
	size_t at = error->position > 0 ? (size_t)error->position : 0;
	const char *near = strstr(error->text, " near '"), *end = strrchr(error->text, '\'');
	size_t n = near && end > near + 6 ? (size_t)(end - near) - 7 : 0;

	return at > n ? at - n : 0;
}

static const struct {
	const char *text, *remedy;
	const char *cause; /* in place of jansson's own words, where they speak of its interface */
} remedies[] = {
	{"duplicate object key", "Put what belongs to it together: each key stands once.", NULL},
	{"near end of file", "The file ends too soon: a brace, a bracket or a value is missing.",
	 NULL},
	{"premature end of input", "The file ends inside a string: its last quote is missing.",
	 NULL},
	{"end of file expected", "A policy is one object {...}, and nothing follows it.", NULL},
	{"'[' or '{' expected", "A policy is one object: {...}.", NULL},
	{"string or '}' expected", "Keys stand in double quotes: {\"key\": value}.", NULL},
	{"':' expected", "Between a key and its value stands a colon.", NULL},
	{"'}' expected", "Members are separated by commas, and } ends them.", NULL},
	{"']' expected", "Entries are separated by commas, and ] ends them.", NULL},
	{"unexpected newline", "A string ends on the line that it begins on.", NULL},
	{"\\u0000", "No name or value of a policy holds one.",
	 "a NUL character stands in this string"},
	{"invalid escape",
	 "In a string \\ stands only before \" \\ / b f n r t and u with four digits.", NULL},
	{"invalid Unicode", "Write the character itself, as UTF-8.", NULL},
	{"invalid token",
	 "A value is a string in double quotes, a number, true, false, [...] or {...}.", NULL},
	{"too big", "Write a smaller number.", NULL},
	{"real number overflow", "Write a smaller number.", NULL},
};

static int explain(const json_error_t *error, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++) {
		if (!strstr(error->text, remedies[i].text))
			continue;
		err_remedy(e, "%s", remedies[i].remedy);
		return fail(e, 0, "%s", remedies[i].cause ? remedies[i].cause : error->text);
	}
	err_remedy(e, "Policies are JSON with comments: pinfold-policy(5).");
	return fail(e, 0, "%s", error->text);
}

struct json_t *json_read(const char *name, char *text, size_t n, struct err *e)
{
	json_error_t error;
	json_t *value;

	if (json_blank(name, text, n, e))
		return NULL;
	seed();
	value = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
	if (value)
		return value;
	json_where(name, text, start_of_token(&error), e);
	(void)explain(&error, e);
	return NULL;
}

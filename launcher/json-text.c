/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json-text: what is done to a text before it is read as JSON.
 *
 * Should blank comments and name the place of what no file of ours holds: bytes that are not UTF-8,
 * control bytes, nesting without end, and the two slips that everybody makes (a comma after the
 * last member, single quotes). Mustn't judge any other syntax: that is the library's business.
 * Pure; the build runs it as well (tools/mkprofiles.c).
 */
#include "json.h"

#include <stdbool.h>
#include <string.h>

#include "str.h"

struct text {
	const char *name;
	char *s;
	size_t n, i;
	struct err *e;
};

/*
 * A comment's characters become one blank each, so that places stay what they are: the bytes that
 * continue a character become '\r', which JSON takes for a blank and no column counts.
 */
static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80 || c == '\r';
}

void json_where(const char *name, const char *text, size_t at, struct err *e)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < at; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (!continues(text[i]))
			column++;
	}
	(void)err_where(e, "%s:%zu:%zu", name, line, column);
}

static int refuse(struct text *t, size_t at, const char *remedy, const char *what)
{
	json_where(t->name, t->s, at, t->e);
	(void)err_remedy(t->e, "%s", remedy);
	return fail(t->e, 0, "%s", what);
}

/* Every byte, comments and strings included: an editor shows what is read, and nothing hides. */
static int check_bytes(struct text *t)
{
	if (strncmp(t->s, "\xef\xbb\xbf", 3) == 0)
		return refuse(t, 0, "Save it as UTF-8 without one.",
			      "the file begins with a byte order mark");
	for (size_t i = 0, n; i < t->n; i += n) {
		unsigned char c = (unsigned char)t->s[i];

		n = str_utf8_length(t->s + i);
		if (n == 0)
			return refuse(t, i, "Save it as UTF-8.", "the bytes here are not UTF-8");
		if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
			return refuse(t, i, "Take it out; in a string nothing may stand for it.",
				      c ? "a control byte stands here" : "a NUL byte stands here");
	}
	return 0;
}

/* One that does not end is left for the library to name. */
static void skip_string(struct text *t)
{
	for (t->i++; t->i < t->n && t->s[t->i] != '"' && t->s[t->i] != '\n'; t->i++)
		if (t->s[t->i] == '\\' && t->i + 1 < t->n)
			t->i++;
	t->i += t->i < t->n;
}

static int blank_comment(struct text *t)
{
	bool block = t->s[t->i + 1] == '*';
	const char *end = strstr(t->s + t->i + (block ? 2 : 0), block ? "*/" : "\n");
	size_t until;

	if (block && !end)
		return refuse(t, t->i, "End it with */.", "a comment begins here and does not end");
	until = end ? (size_t)(end - t->s) + (block ? 2 : 0) : t->n;
	for (; t->i < until; t->i++)
		if (t->s[t->i] != '\n')
			t->s[t->i] = continues(t->s[t->i]) ? '\r' : ' ';
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int json_blank(const char *name, char *text, size_t n, struct err *e)
{
	struct text t = {name, text, n, 0, e};
	size_t depth = 0, last = 0; /* of the last byte that is neither blank nor comment */

	if (check_bytes(&t))
		return -1;
	while (t.i < n) {
		char c = text[t.i];

		if (c == '/' && (text[t.i + 1] == '/' || text[t.i + 1] == '*')) {
			if (blank_comment(&t))
				return -1;
			continue;
		}
		if (c == '\'')
			return refuse(&t, t.i, "Strings stand in double quotes: \"...\".",
				      "a single quote stands here");
		if ((c == '}' || c == ']') && text[last] == ',')
			return refuse(&t, last, "Take the comma away.",
				      "a comma stands here and nothing follows it");
		if ((c == '{' || c == '[') && ++depth > JSON_NESTED)
			return refuse(&t, t.i, "Nothing in a policy lies deeper than three levels.",
				      "braces and brackets are nested too deep");
		depth -= (c == '}' || c == ']') && depth;
		if (!is_blank(c))
			last = t.i;
		if (c == '"')
			skip_string(&t);
		else
			t.i++;
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gitconfig: see gitconfig.h. Pure: from text to settings.
 *
 * Should read what git reads, to the byte: a setting that git sees and this does not is a way to
 * plant one. Mustn't be cleverer: what git refuses is refused.
 */
#include "gitconfig.h"

#include <string.h>

#include "pool.h"
#include "str.h"

struct reader {
	const char *at, *end;
	char *scratch;	     /* as long as the whole text */
	const char *section; /* "section." or "section.subsection." */
};

/* The next byte, -1 at the end; the end of a line is "\n", also where it is "\r\n". */
static int peek(const struct reader *r)
{
	if (r->at == r->end)
		return -1;
	if (r->at[0] == '\r' && r->at + 1 < r->end && r->at[1] == '\n')
		return '\n';
	return (unsigned char)r->at[0];
}

static int next(struct reader *r)
{
	int c = peek(r);

	if (c >= 0)
		r->at += c == '\n' && *r->at == '\r' ? 2 : 1;
	return c;
}

/* git's own idea of blanks and letters: no locale, and neither \v nor \f. */
static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(int c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

static char small(int c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Behind the section's name and a blank: "subsection"], of which the case is kept. */
static int read_subsection(struct reader *r, size_t n)
{
	int c;

	while ((c = next(r)) != '"')
		if (c == '\n' || !is_blank(c))
			return -1;
	r->scratch[n++] = '.';
	while ((c = next(r)) != '"') {
		if (c == '\\')
			c = next(r);
		if (c == '\n' || c < 0)
			return -1;
		r->scratch[n++] = (char)c;
	}
	r->scratch[n++] = '.';
	r->section = pool_copy_n(r->scratch, n);
	return next(r) == ']' ? 0 : -1;
}

static int read_header(struct reader *r)
{
	size_t n = 0;

	for (;;) {
		int c = next(r);

		if (c == ']' && n) {
			r->scratch[n++] = '.';
			r->section = pool_copy_n(r->scratch, n);
			return 0;
		}
		if (is_blank(c))
			return c == '\n' ? -1 : read_subsection(r, n);
		if (!is_name(c) && c != '.')
			return -1;
		r->scratch[n++] = small(c);
	}
}

static int escaped(int c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'b':
		return '\b';
	case 'n':
		return '\n';
	case '\\':
	case '"':
		return c;
	default:
		return -1;
	}
}

/* Behind "=". Blanks at both ends go, and comments, unless they are quoted. */
static const char *read_value(struct reader *r)
{
	size_t n = 0, keep = 0;
	bool quoted = false, comment = false;

	for (;;) {
		int c = next(r);

		if (c == '\n' || c < 0)
			return quoted ? NULL : pool_copy_n(r->scratch, keep);
		if (comment)
			continue;
		if (is_blank(c) && !quoted) {
			if (n)
				r->scratch[n++] = (char)c;
			continue;
		}
		if (!quoted && (c == ';' || c == '#')) {
			comment = true;
			continue;
		}
		keep = n;
		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (c == '\\') {
			c = next(r);
			if (c == '\n' || c < 0)
				continue;
			c = escaped(c);
			if (c < 0)
				return NULL;
		}
		r->scratch[n++] = (char)c;
		keep = n;
	}
}

/* A key, and its value where there is one. */
static int read_setting(struct reader *r, int (*each)(const char *, const char *, void *),
			void *data)
{
	const char *start = r->at, *value = NULL;
	size_t n = strlen(r->section), size;
	char *key;
	int c;

	while (is_name(peek(r)))
		(void)next(r);
	size = (size_t)(r->at - start);
	key = pool_alloc(n + size + 1);
	memcpy(key, r->section, n);
	for (size_t i = 0; i < size; i++)
		key[n + i] = small((unsigned char)start[i]);
	do {
		c = next(r);
	} while (c == ' ' || c == '\t');
	if (c == '=') {
		value = read_value(r);
		if (!value)
			return -1;
	} else if (c != '\n' && c >= 0) {
		return -1;
	}
	return each(key, value, data);
}

int gitconfig_read(const char *text, size_t size,
		   int (*each)(const char *key, const char *value, void *data), void *data)
{
	/* A header has a dot more than it takes in the text, a value nothing. */
	struct reader r = {text, text + size, pool_alloc(size + 2), ""};
	bool comment = false;

	/* git takes keys as far as their first NUL: nobody writes one but to deceive. */
	if (memchr(text, 0, size))
		return -1;
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.at += 3;
	for (int c, rc; (c = peek(&r)) >= 0;) {
		if (c == '\n' || comment || is_blank(c)) {
			comment &= c != '\n';
			(void)next(&r);
		} else if (c == '#' || c == ';') {
			comment = true;
		} else if (c == '[') {
			(void)next(&r);
			if (read_header(&r))
				return -1;
		} else {
			rc = is_letter(c) ? read_setting(&r, each, data) : -1;
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* ---- what is harmless ----------------------------------------------------------------------- */

enum form { ANY, URL, PLAIN };

static const struct {
	const char *pattern;
	enum form form;
} harmless[] = {
#define GITKEY(pattern, form) {pattern, form},
#include "table/gitkeys.def"
#undef GITKEY
};

/* The pattern's "*" stands for one or more bytes. A subsection may hold dots, a key none. */
static bool matches(const char *pattern, const char *key)
{
	const char *star = strchr(pattern, '*');
	size_t before, after, n = strlen(key);

	if (!star)
		return str_equal(pattern, key);
	before = (size_t)(star - pattern);
	after = strlen(star + 1);
	return n > before + after && memcmp(key, pattern, before) == 0 &&
	       str_equal(key + n - after, star + 1);
}

/* "ext::sh -c ..." runs a program; so would an option, were it taken for one. */
static bool is_url(const char *value)
{
	return value && value[0] != '-' && !strstr(value, "::");
}

bool gitconfig_is_risky(const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		if (!matches(harmless[i].pattern, key))
			continue;
		switch (harmless[i].form) {
		case ANY:
			return false;
		case URL:
			return !is_url(value);
		case PLAIN:
			return value && value[0] == '!';
		}
	}
	return true;
}

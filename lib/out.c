/* SPDX-License-Identifier: Apache-2.0 */
/* out: see out.h. Should know of syntax only; mustn't know what any report means. */
#include "out.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static void indent(const struct out *o, int depth)
{
	if (depth > 0)
		fprintf(o->file, "%*s", 2 * depth, "");
}

static void json_string(FILE *f, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	fputc('"', f);
	while (*s) {
		size_t n = str_utf8_length((const char *)s);

		if (n == 0) {
			fputs("\\ufffd", f);
			s++;
			continue;
		}
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", *s);
		else
			fwrite(s, 1, n, f);
		s += n;
	}
	fputc('"', f);
}

static void text_string(FILE *f, const char *value)
{
	/* Piece by piece: a value may be longer than any buffer here. */
	while (*value) {
		char piece[64 + 1], escaped[4 * 64 + 5];
		size_t n = strnlen(value, 64);

		memcpy(piece, value, n);
		piece[n] = '\0';
		str_escape(escaped, sizeof(escaped), piece);
		fputs(escaped, f);
		value += n;
	}
}

/* Everything before a member's value: comma, new line, indentation, key. */
static void lead(struct out *o, const char *key)
{
	bool begun = o->begun[o->depth];

	o->begun[o->depth] = true;
	if (o->format == OUT_JSON) {
		fputs(begun ? ",\n" : "\n", o->file);
		indent(o, o->depth);
		if (key) {
			json_string(o->file, key);
			fputs(": ", o->file);
		}
		return;
	}
	if (!o->dash)
		indent(o, o->depth - 1);
	o->dash = false;
	if (key)
		fprintf(o->file, "%s:", key);
	else
		fputs("- ", o->file);
}

static void open_level(struct out *o, const char *key, bool list)
{
	lead(o, key);
	if (o->format == OUT_JSON)
		fputc(list ? '[' : '{', o->file);
	else if (key)
		fputc('\n', o->file);
	else
		o->dash = true;
	o->depth++;
	o->begun[o->depth] = false;
	o->list[o->depth] = list;
}

static void close_level(struct out *o)
{
	bool begun = o->begun[o->depth], list = o->list[o->depth];

	o->depth--;
	if (o->format == OUT_TEXT)
		return;
	if (begun) {
		fputc('\n', o->file);
		indent(o, o->depth);
	}
	fputc(list ? ']' : '}', o->file);
}

static void begin_value(struct out *o, const char *key)
{
	lead(o, key);
	if (o->format == OUT_TEXT && key)
		fputc(' ', o->file);
}

static void end_value(const struct out *o)
{
	if (o->format == OUT_TEXT)
		fputc('\n', o->file);
}

void out_begin(struct out *o, FILE *file, enum out_format format)
{
	memset(o, 0, sizeof(*o));
	o->file = file;
	o->format = format;
	o->depth = 1;
	if (format == OUT_JSON)
		fputc('{', file);
}

int out_end(struct out *o)
{
	if (o->format == OUT_JSON)
		fputs("\n}\n", o->file);
	if (fflush(o->file) || ferror(o->file))
		return -1;
	return 0;
}

void out_object(struct out *o, const char *key)
{
	open_level(o, key, false);
}

void out_object_end(struct out *o)
{
	close_level(o);
}

void out_array(struct out *o, const char *key)
{
	open_level(o, key, true);
}

void out_array_end(struct out *o)
{
	close_level(o);
}

void out_str(struct out *o, const char *key, const char *value)
{
	begin_value(o, key);
	if (o->format == OUT_JSON && value)
		json_string(o->file, value);
	else if (o->format == OUT_JSON)
		fputs("null", o->file);
	else
		text_string(o->file, value ? value : "-");
	end_value(o);
}

void out_int(struct out *o, const char *key, int64_t value)
{
	begin_value(o, key);
	fprintf(o->file, "%lld", (long long)value);
	end_value(o);
}

void out_bool(struct out *o, const char *key, bool value)
{
	begin_value(o, key);
	if (o->format == OUT_JSON)
		fputs(value ? "true" : "false", o->file);
	else
		fputs(value ? "yes" : "no", o->file);
	end_value(o);
}

void out_double(struct out *o, const char *key, double value, int decimals)
{
	begin_value(o, key);
	if (isfinite(value))
		fprintf(o->file, "%.*f", decimals, value);
	else
		fputs(o->format == OUT_JSON ? "null" : "-", o->file);
	end_value(o);
}

void out_list(struct out *o, const char *key, const struct str_list *list)
{
	begin_value(o, key);
	if (o->format == OUT_JSON)
		fputc('[', o->file);
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			fputs(o->format == OUT_JSON ? ", " : " ", o->file);
		if (o->format == OUT_JSON)
			json_string(o->file, list->v[i]);
		else
			text_string(o->file, list->v[i]);
	}
	if (o->format == OUT_JSON)
		fputc(']', o->file);
	else if (list->n == 0)
		fputc('-', o->file);
	end_value(o);
}

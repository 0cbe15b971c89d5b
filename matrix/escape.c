/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape: text from hosts, probes and files, safe inside XML and HTML.
 *
 * Pure. Should leave nothing that could end a tag, an attribute or a line of script; what is not
 * UTF-8, and control bytes that XML does not know, become U+FFFD.
 */
#include "report.h"

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

void escape_print(FILE *file, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t n = str_utf8_length((const char *)s);
		const char *instead = n == 1 ? entity(*s) : n == 0 ? "\xef\xbf\xbd" : NULL;

		if (instead)
			fputs(instead, file);
		else
			(void)fwrite(s, 1, n, file);
		s += n ? n : 1;
	}
}

void escape_attribute(FILE *file, const char *name, const char *value)
{
	fprintf(file, " %s=\"", name);
	escape_print(file, value);
	fputc('"', file);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* out: the same calls as JSON and as text. */
#include "tap.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>

#include "out.h"
#include "pool.h"

static struct out out;
static char *text;
static size_t text_size;

static void begin(enum out_format format)
{
	free(text);
	out_begin(&out, open_memstream(&text, &text_size), format);
}

static const char *end(void)
{
	ok(out_end(&out) == 0 && fclose(out.file) == 0, "printed");
	return text;
}

static void print_all(void)
{
	struct str_list none = {NULL, 0}, two = {NULL, 0};

	pool_list_add(&two, "a");
	pool_list_add(&two, "b c");
	out_str(&out, "s", "x");
	out_str(&out, "null", NULL);
	out_int(&out, "i", INT64_MIN);
	out_bool(&out, "t", true);
	out_bool(&out, "f", false);
	out_double(&out, "d", 1.25, 1);
	out_list(&out, "two", &two);
	out_list(&out, "none", &none);
	out_object(&out, "o");
	out_int(&out, "i", 1);
	out_object(&out, "deeper");
	out_int(&out, "i", 2);
	out_object_end(&out);
	out_object_end(&out);
	out_array(&out, "rows");
	for (int i = 0; i < 2; i++) {
		out_object(&out, NULL);
		out_int(&out, "a", i);
		out_str(&out, "b", "y");
		out_object_end(&out);
	}
	out_array_end(&out);
	out_array(&out, "words");
	out_str(&out, NULL, "p");
	out_int(&out, NULL, 3);
	out_array_end(&out);
	out_array(&out, "empty");
	out_array_end(&out);
	out_object(&out, "bare");
	out_object_end(&out);
}

static void test_forms(void)
{
	begin(OUT_JSON);
	print_all();
	is_str(end(),
	       "{\n  \"s\": \"x\",\n  \"null\": null,\n  \"i\": -9223372036854775808,\n"
	       "  \"t\": true,\n  \"f\": false,\n  \"d\": 1.2,\n"
	       "  \"two\": [\"a\", \"b c\"],\n  \"none\": [],\n"
	       "  \"o\": {\n    \"i\": 1,\n    \"deeper\": {\n      \"i\": 2\n    }\n  },\n"
	       "  \"rows\": [\n    {\n      \"a\": 0,\n      \"b\": \"y\"\n    },\n"
	       "    {\n      \"a\": 1,\n      \"b\": \"y\"\n    }\n  ],\n"
	       "  \"words\": [\n    \"p\",\n    3\n  ],\n  \"empty\": [],\n  \"bare\": {}\n}\n",
	       "JSON");
	begin(OUT_TEXT);
	print_all();
	is_str(end(),
	       "s: x\nnull: -\ni: -9223372036854775808\nt: yes\nf: no\nd: 1.2\ntwo: a b c\nnone: "
	       "-\n"
	       "o:\n  i: 1\n  deeper:\n    i: 2\n"
	       "rows:\n  - a: 0\n    b: y\n  - a: 1\n    b: y\nwords:\n  - p\n  - "
	       "3\nempty:\nbare:\n",
	       "text");
	begin(OUT_JSON);
	is_str(end(), "{\n}\n", "nothing, as JSON");
	begin(OUT_TEXT);
	is_str(end(), "", "nothing, as text");
}

/* RFC 8259: what must be escaped; RFC 3629: what is UTF-8. */
static const struct {
	const char *value, *json, *name;
} strings[] = {
	{"", "", "nothing"},
	{"a\"b\\c/d", "a\\\"b\\\\c/d", "quotes and backslashes"},
	{"\b\f\n\r\t\001\037\177", "\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u001f\\u007f",
	 "control characters"},
	{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82", "UTF-8"},
	{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "the last character there can be"},
	{"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd", "one behind it"},
	{"\xf5", "\\ufffd", "a byte that is never UTF-8"},
	{"\x80", "\\ufffd", "a continuation alone"},
	{"a\xc3", "a\\ufffd", "a sequence cut at the end"},
	{"\xe2\x82", "\\ufffd\\ufffd", "... in its middle"},
	{"\xc3"
	 "b",
	 "\\ufffd"
	 "b",
	 "... by another character"},
	{"\xc0\xaf", "\\ufffd\\ufffd", "an overlong slash of two bytes"},
	{"\xc1\xbf", "\\ufffd\\ufffd", "the highest of those"},
	{"\xe0\x9f\xbf", "\\ufffd\\ufffd\\ufffd", "an overlong one of three"},
	{"\xe0\xa0\x80", "\xe0\xa0\x80", "the first that is not"},
	{"\xf0\x8f\xbf\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd", "an overlong one of four"},
	{"\xf0\x90\x80\x80", "\xf0\x90\x80\x80", "the first that is not"},
	{"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd", "half a surrogate pair"},
	{"\xed\x9f\xbf", "\xed\x9f\xbf", "the last before those"},
};

static void test_strings(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		struct str_list list = {NULL, 0};

		pool_list_add(&list, strings[i].value);
		begin(OUT_JSON);
		out_str(&out, strings[i].value, strings[i].value);
		out_list(&out, "l", &list);
		is_str(end(),
		       pool_printf("{\n  \"%s\": \"%s\",\n  \"l\": [\"%s\"]\n}\n", strings[i].json,
				   strings[i].json, strings[i].json),
		       "JSON: %s, as key, value and in a list", strings[i].name);
	}
	begin(OUT_TEXT);
	out_str(&out, "k", "a\033b\nc\\");
	is_str(end(), "k: a\\x1bb\\x0ac\\x5c\n", "text: control bytes are escaped");
}

static void test_long(void)
{
	char *value = pool_alloc(1001);

	/* Escapes around the places where the value is cut into pieces. */
	memset(value, 'x', 1000);
	value[63] = value[64] = value[127] = '\n';
	begin(OUT_TEXT);
	out_str(&out, "k", value);
	is_int(strlen(end()), 3 + 1000 + 3 * 3 + 1, "text: a long value is printed whole");
	begin(OUT_JSON);
	out_str(&out, "k", value);
	is_int(strlen(end()), strlen("{\n  \"k\": \"") + 1000 + 3 * 5 + strlen("\"\n}\n"),
	       "JSON: likewise");
}

static void test_numbers(void)
{
	/* RFC 8259 has neither: a reader would refuse the whole report. */
	begin(OUT_JSON);
	out_double(&out, "a", NAN, 1);
	out_double(&out, "b", -INFINITY, 1);
	out_double(&out, "c", -0.04, 1);
	is_str(end(), "{\n  \"a\": null,\n  \"b\": null,\n  \"c\": -0.0\n}\n", "JSON: no number");
	begin(OUT_TEXT);
	out_double(&out, "a", NAN, 1);
	is_str(end(), "a: -\n", "text: no number");
}

static void test_failure(void)
{
	FILE *full = fopen("/dev/full", "w");

	ok(full, "a full file system");
	out_begin(&out, full, OUT_JSON);
	out_str(&out, "k", "v");
	is_int(out_end(&out), -1, "... is told of at the end");
	(void)fclose(full);
}

int main(void)
{
	test_forms();
	test_strings();
	test_long();
	test_numbers();
	test_failure();
	free(text);
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* str: questions about strings, strict numbers, escapes. */
#include "tap.h"

#include "str.h"

static const struct {
	const char *text;
	uint32_t max;
	long long want; /* -1: refused */
} numbers[] = {
	{"0", 10, 0},
	{"1", 10, 1},
	{"10", 10, 10},
	{"11", 10, -1},
	{"0", 0, 0},
	{"1", 0, -1},
	{"4294967295", UINT32_MAX, 4294967295},
	{"4294967294", UINT32_MAX - 1, 4294967294},
	{"4294967295", UINT32_MAX - 1, -1},
	{"4294967296", UINT32_MAX, -1},
	{"18446744073709551616", UINT32_MAX, -1}, /* 2^64 */
	{"18446744073709551617", UINT32_MAX, -1},
	{"99999999999999999999999999999999999999", UINT32_MAX, -1},
	{"", 10, -1},
	{" ", 10, -1},
	{"-1", UINT32_MAX, -1},
	{"-0", 10, -1},
	{"+1", 10, -1},
	{" 1", 10, -1},
	{"1 ", 10, -1},
	{"1\n", 10, -1},
	{"01", 10, -1},
	{"00", 10, -1},
	{"1x", 10, -1},
	{"x", 10, -1},
	{"0x1", 10, -1},
	{"1e1", 10, -1},
	{"1.0", 10, -1},
	{"1,0", 10, -1},
	{"1_0", 10, -1},
	{"\xd9\xa1", 10, -1}, /* ARABIC-INDIC DIGIT ONE */
	{"/", 10, -1},	      /* the bytes around the digits */
	{":", 10, -1},
};

static void test_numbers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint32_t n = 77;
		int rc = str_read_u32(numbers[i].text, numbers[i].max, &n);

		if (numbers[i].want < 0)
			ok(rc == -1 && n == 77,
			   "\"%s\" is no number of at most %u; nothing is stored",
			   numbers[i].text[0] == '1' && numbers[i].text[1] == '\n'
				   ? "1\\n"
				   : numbers[i].text,
			   numbers[i].max);
		else
			ok(rc == 0 && n == numbers[i].want, "\"%s\" of at most %u", numbers[i].text,
			   numbers[i].max);
	}
}

static const struct {
	const char *path, *dir;
	bool within;
} paths[] = {
	{"/a", "/a", true},	{"/a/b", "/a", true},	  {"/a/b/c", "/a", true},
	{"/ab", "/a", false},	{"/a", "/a/b", false},	  {"/b/a", "/a", false},
	{"/a", "/", true},	{"/", "/", true},	  {"/", "/a", false},
	{"a", "/", false},	{"", "/", false},	  {"/a.b", "/a", false},
	{"/a/b", "/a/b", true}, {"/a/bc", "/a/b", false},
};

static void test_questions(void)
{
	ok(str_equal("", "") && str_equal("a", "a"), "equal");
	ok(!str_equal("a", "") && !str_equal("a", "A") && !str_equal("a", "ab"), "not equal");
	ok(str_starts("abc", "") && str_starts("abc", "ab") && str_starts("abc", "abc"), "starts");
	ok(!str_starts("abc", "abcd") && !str_starts("abc", "b") && !str_starts("", "a"),
	   "does not start");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		ok(str_path_within(paths[i].path, paths[i].dir) == paths[i].within,
		   "\"%s\" is%s within \"%s\"", paths[i].path, paths[i].within ? "" : " not",
		   paths[i].dir);
}

static void test_controls(void)
{
	int wrong = 0;

	ok(!str_has_control(""), "nothing holds no control byte");
	for (int c = 1; c < 256; c++) {
		const char text[] = {'a', (char)c, 'b', '\0'};

		wrong += str_has_control(text) != (c < 0x20 || c == 0x7f);
	}
	is_int(wrong, 0, "below 0x20, and 0x7f, are control bytes, and no other is");
}

static void test_names(void)
{
	static const char *const good[] = {"a", "A-z_0.9", "0", "_", "abcd"};
	static const char *const bad[] = {"",	 ".",	"..",	".a",	 "-a",	     "a/b",
					  "a b", "a:b", "a\nb", "a\x7f", "\xc3\xa9", "abcde"};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ok(str_is_name(good[i], i == 1 ? 7 : 4), "\"%s\" is a name", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ok(!str_is_name(bad[i], 4), "the %zuth bad name is none", i);
}

/* Every length of buffer: the end is a NUL, an escape is never cut, nothing beyond is touched. */
static void test_escape_ends(const char *text, const char *full)
{
	int wrong = 0;

	for (size_t size = 1; size < 32; size++) {
		char buf[64];
		size_t n;

		memset(buf, '#', sizeof(buf));
		str_escape(buf, size, text);
		n = strnlen(buf, size);
		wrong += n >= size || buf[size] != '#' || memcmp(buf, full, n) != 0;
		/* What is left of the whole text begins with a whole escape, or a plain byte. */
		wrong += full[n] == 'x' || (n >= 1 && buf[n - 1] == '\\');
		wrong += size >= strlen(full) + 5 && n != strlen(full);
	}
	is_int(wrong, 0, "\"%s\" fits, or is cut between two escapes", full);
}

static void test_escape(void)
{
	char buf[64];

	str_escape(buf, sizeof(buf), "");
	is_str(buf, "", "nothing");
	str_escape(buf, sizeof(buf), "a\001\t\n\033\177\\ ~\"");
	is_str(buf, "a\\x01\\x09\\x0a\\x1b\\x7f\\x5c ~\"", "control bytes, DEL and backslashes");
	str_escape(buf, sizeof(buf), "\xc3\xa4\xff");
	is_str(buf, "\xc3\xa4\xff", "what is above 0x7f stays");
	test_escape_ends("abcdefgh", "abcdefgh");
	test_escape_ends("\001\002\003\004", "\\x01\\x02\\x03\\x04");
	test_escape_ends("a\nb\nc", "a\\x0ab\\x0ac");
}

int main(void)
{
	test_numbers();
	test_questions();
	test_controls();
	test_names();
	test_escape();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* table: the three formats, widths, and what cells may hold. */
#include "tap.h"

#include <stdlib.h>

#include "table.h"

static const char *const head[] = {"name", "n", "text"};

static void check(enum table_format format, const char *const rows[][3], size_t n, const char *want,
		  const char *name)
{
	struct table t;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	table_begin(&t, head, 3);
	for (size_t i = 0; i < n; i++)
		table_row(&t, rows[i]);
	table_print(&t, file, format);
	(void)fclose(file);
	is_str(text, want, "%s", name);
	free(text);
}

static void test_formats(void)
{
	static const char *const rows[][3] = {{"a", "1", "short"}, {"longer", NULL, ""}};

	check(TABLE_TEXT, rows, 2,
	      "name    n  text\n----------------\na       1  short\nlonger  -  -\n", "text");
	check(TABLE_MARKDOWN, rows, 2,
	      "| name | n | text |\n|---|---|---|\n| a | 1 | short |\n| longer | - | - |\n",
	      "Markdown");
	check(TABLE_TSV, rows, 2, "name\tn\ttext\na\t1\tshort\nlonger\t-\t-\n", "TSV");
	check(TABLE_TEXT, rows, 0, "name  n  text\n-------------\n", "text without a row");
	check(TABLE_MARKDOWN, rows, 0, "| name | n | text |\n|---|---|---|\n",
	      "Markdown without a row");
	check(TABLE_TSV, rows, 0, "name\tn\ttext\n", "TSV without a row");
}

static void test_cells(void)
{
	static const char *const wide[][3] = {
		{"\xc3\xa4\xe2\x82\xac\xc3\xb6\xc3\xbc\xc3\xa4", "1", "x"}, {"abcde", "2", "y"}};
	static const char *const control[][3] = {{"a\tb", "\n", "\033[2J\\"}};
	static const char *const pipes[][3] = {{"a|b", "||", "a\\b"}};

	check(TABLE_TEXT, wide, 2,
	      "name   n  text\n--------------\n\xc3\xa4\xe2\x82\xac\xc3\xb6\xc3\xbc\xc3\xa4  1  x\n"
	      "abcde  2  y\n",
	      "columns are as wide as characters, not bytes");
	check(TABLE_TSV, control, 1, "name\tn\ttext\na\\x09b\t\\x0a\t\\x1b[2J\\x5c\n",
	      "TSV: control bytes are escaped");
	check(TABLE_TEXT, control, 1,
	      "name    n     text\n-------------------------\na\\x09b  \\x0a  \\x1b[2J\\x5c\n",
	      "text: likewise, and the escapes count");
	check(TABLE_MARKDOWN, control, 1,
	      "| name | n | text |\n|---|---|---|\n| a\\x09b | \\x0a | \\x1b[2J\\x5c |\n",
	      "Markdown: likewise");
	check(TABLE_MARKDOWN, pipes, 1,
	      "| name | n | text |\n|---|---|---|\n| a\\|b | \\|\\| | a\\b |\n",
	      "Markdown: a | ends no cell");
	check(TABLE_TSV, pipes, 1, "name\tn\ttext\na|b\t||\ta\\b\n", "TSV: a | is itself");
}

static void test_many(void)
{
	static const char *const one[] = {"x"};
	struct table t;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	table_begin(&t, one, 1);
	for (int i = 0; i < 1000; i++)
		table_row(&t, one);
	table_print(&t, file, TABLE_TSV);
	(void)fclose(file);
	is_int(size, 2 * 1001, "a thousand rows of one column");
	free(text);
}

int main(void)
{
	test_formats();
	test_cells();
	test_many();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* table: see table.h. */
#include "table.h"

#include <string.h>

#include "pool.h"

/* Characters, not bytes: a UTF-8 continuation byte takes no column. */
static size_t width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static const char *safe(const char *cell)
{
	size_t size;
	char *escaped;

	if (!cell || !*cell)
		return "-";
	if (!str_has_control(cell))
		return cell;
	size = 4 * strlen(cell) + 5;
	escaped = pool_alloc(size);
	str_escape(escaped, size, cell);
	return escaped;
}

void table_begin(struct table *t, const char *const *head, size_t columns)
{
	memset(t, 0, sizeof(*t));
	t->head = head;
	t->columns = columns;
}

void table_row(struct table *t, const char *const *cells)
{
	for (size_t i = 0; i < t->columns; i++)
		pool_list_add(&t->cells, safe(cells[i]));
}

static void pad(FILE *f, const char *cell, size_t to)
{
	fputs(cell, f);
	for (size_t w = width(cell); w < to; w++)
		fputc(' ', f);
}

static void print_text_row(const struct table *t, FILE *f, const char *const *cells,
			   const size_t *widths)
{
	for (size_t c = 0; c < t->columns; c++) {
		/* No blanks at the end of a line: they show up in every diff and golden file. */
		if (c + 1 == t->columns)
			fputs(cells[c], f);
		else
			pad(f, cells[c], widths[c] + 2);
	}
	fputc('\n', f);
}

static void print_text(const struct table *t, FILE *f)
{
	size_t *widths = pool_alloc(t->columns * sizeof(*widths));
	size_t total = 0;

	for (size_t c = 0; c < t->columns; c++)
		widths[c] = width(t->head[c]);
	for (size_t i = 0; i < t->cells.n; i++)
		if (width(t->cells.v[i]) > widths[i % t->columns])
			widths[i % t->columns] = width(t->cells.v[i]);
	for (size_t c = 0; c < t->columns; c++)
		total += widths[c] + (c + 1 < t->columns ? 2 : 0);
	print_text_row(t, f, t->head, widths);
	for (size_t i = 0; i < total; i++)
		fputc('-', f);
	fputc('\n', f);
	for (size_t i = 0; i < t->cells.n; i += t->columns)
		print_text_row(t, f, t->cells.v + i, widths);
}

static void print_markdown_row(const struct table *t, FILE *f, const char *const *cells)
{
	for (size_t c = 0; c < t->columns; c++) {
		fputs(c ? " | " : "| ", f);
		for (const char *s = cells[c]; *s; s++) {
			if (*s == '|')
				fputc('\\', f);
			fputc(*s, f);
		}
	}
	fputs(" |\n", f);
}

static void print_markdown(const struct table *t, FILE *f)
{
	print_markdown_row(t, f, t->head);
	for (size_t c = 0; c < t->columns; c++)
		fputs(c ? "---|" : "|---|", f);
	fputc('\n', f);
	for (size_t i = 0; i < t->cells.n; i += t->columns)
		print_markdown_row(t, f, t->cells.v + i);
}

static void print_tsv_row(const struct table *t, FILE *f, const char *const *cells)
{
	for (size_t c = 0; c < t->columns; c++)
		fprintf(f, "%s%s", c ? "\t" : "", cells[c]);
	fputc('\n', f);
}

void table_print(const struct table *t, FILE *file, enum table_format format)
{
	switch (format) {
	case TABLE_TEXT:
		print_text(t, file);
		return;
	case TABLE_MARKDOWN:
		print_markdown(t, file);
		return;
	case TABLE_TSV:
		print_tsv_row(t, file, t->head);
		for (size_t i = 0; i < t->cells.n; i += t->columns)
			print_tsv_row(t, file, t->cells.v + i);
		return;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: trials as a table for people, with tabs for programs, as JSON.
 *
 * Should say what the trials say and nothing of its own. Rows come out in parts, because the last
 * operation may end the probe: see report_print().
 */
#include "probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "table.h"

static const char *const text_head[] = {"op", "result", "errno", "detail"};
static const char *const tsv_head[] = {"id", "title", "outcome", "errno", "detail"};
static const char *const list_head[] = {"id",	  "title",  "family", "source",
					"decoys", "judged", "caller"};

/* err_name() has one place for numbers without a name; a cell lives longer. */
static const char *errno_cell(const struct trial *t)
{
	return t->num ? pool_copy(err_name(t->num)) : NULL;
}

static void make_table(const struct report *r, struct table *table)
{
	bool tsv = r->format == REPORT_TSV;

	if (tsv)
		table_begin(table, tsv_head, ARRAY_SIZE(tsv_head));
	else
		table_begin(table, text_head, ARRAY_SIZE(text_head));
	for (size_t i = 0; i < r->ops->n; i++) {
		const struct op *op = r->ops->v[i];
		const struct trial *t = &r->trials[i];
		const char *cells[] = {op->id, op->title, outcome_name(t->outcome), errno_cell(t),
				       t->detail};

		table_row(table, tsv ? cells : cells + 1);
	}
}

/*
 * Prints the lines of the table that are due. It is laid out anew each time with all rows, so that
 * the columns of one that is printed later stand below the others.
 */
static int print_lines(const struct report *r, size_t end)
{
	static const enum table_format formats[] = {[REPORT_TEXT] = TABLE_TEXT,
						    [REPORT_TSV] = TABLE_TSV,
						    [REPORT_MARKDOWN] = TABLE_MARKDOWN};
	/* The head and, for people, the rule below it; then each row is one line. */
	size_t head = r->format == REPORT_TSV ? 1 : 2, line = 0, size;
	size_t first = r->printed ? r->printed + head : 0;
	struct table table;
	char *text = NULL;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return -1;
	make_table(r, &table);
	table_print(&table, memory, formats[r->format]);
	if (fclose(memory)) {
		free(text);
		return -1;
	}
	for (const char *s = text; *s && line < end + head; line++) {
		size_t n = strcspn(s, "\n") + 1;

		if (line >= first)
			(void)fwrite(s, 1, n, r->file);
		s += n;
	}
	free(text);
	return 0;
}

static void print_objects(struct report *r, size_t end)
{
	for (size_t i = r->printed; i < end; i++) {
		const struct trial *t = &r->trials[i];

		out_object(&r->out, NULL);
		out_str(&r->out, "id", r->ops->v[i]->id);
		out_str(&r->out, "title", r->ops->v[i]->title);
		out_str(&r->out, "outcome", outcome_name(t->outcome));
		out_str(&r->out, "errno", errno_cell(t));
		out_str(&r->out, "detail", t->detail);
		out_object_end(&r->out);
	}
}

void report_begin(struct report *r, FILE *file, enum report_format format,
		  const struct op_list *ops, const struct trial *trials)
{
	*r = (struct report){.format = format, .file = file, .ops = ops, .trials = trials};
	if (format != REPORT_JSON)
		return;
	out_begin(&r->out, file, OUT_JSON);
	out_str(&r->out, "version", PINFOLD_VERSION);
	out_array(&r->out, "operations");
}

int report_print(struct report *r, size_t end)
{
	if (r->format == REPORT_JSON)
		print_objects(r, end);
	else if (print_lines(r, end))
		return -1;
	r->printed = end;
	return fflush(r->file) || ferror(r->file) ? -1 : 0;
}

int report_end(struct report *r)
{
	if (report_print(r, r->ops->n))
		return -1;
	if (r->format != REPORT_JSON)
		return 0;
	out_array_end(&r->out);
	return out_end(&r->out);
}

static const char *decoy_names(const struct op *op)
{
	const char *names = NULL;

	for (size_t i = 0; op->decoys[i]; i++)
		names = names ? pool_printf("%s,%s", names, op->decoys[i]) : op->decoys[i];
	return names;
}

static void list_json(FILE *file, const struct op_list *ops)
{
	struct out out;

	out_begin(&out, file, OUT_JSON);
	out_str(&out, "version", PINFOLD_VERSION);
	out_array(&out, "operations");
	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = ops->v[i];
		struct str_list decoys = {(const char **)op->decoys, 0};

		while (op->decoys[decoys.n])
			decoys.n++;
		out_object(&out, NULL);
		out_str(&out, "id", op->id);
		out_str(&out, "title", op->title);
		out_str(&out, "family", op_family(op));
		out_str(&out, "source", op->source);
		out_list(&out, "decoys", &decoys);
		out_str(&out, "judged", op_judged(op));
		out_str(&out, "caller", op_caller(op));
		out_object_end(&out);
	}
	out_array_end(&out);
	(void)out_end(&out);
}

static void list_table(FILE *file, enum table_format format, const struct op_list *ops)
{
	struct table table;

	table_begin(&table, list_head, ARRAY_SIZE(list_head));
	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = ops->v[i];
		const char *cells[] = {op->id,		op->title,     op_family(op), op->source,
				       decoy_names(op), op_judged(op), op_caller(op)};

		table_row(&table, cells);
	}
	table_print(&table, file, format);
}

int report_list(FILE *file, enum report_format format, const struct op_list *ops)
{
	if (format == REPORT_JSON)
		list_json(file, ops);
	else if (format == REPORT_TSV || format == REPORT_MARKDOWN)
		list_table(file, format == REPORT_TSV ? TABLE_TSV : TABLE_MARKDOWN, ops);
	else
		for (size_t i = 0; i < ops->n; i++)
			fprintf(file, "%s\n", ops->v[i]->id);
	return fflush(file) || ferror(file) ? -1 : 0;
}

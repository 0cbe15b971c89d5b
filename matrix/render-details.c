/* SPDX-License-Identifier: Apache-2.0 */
/* render-details: all that was measured for one operation, and the sets that follow from it. */
#include "matrix.h"

#include "pool.h"

static void print_sets(const struct report *r, const char *what, const struct sets *sets,
		       FILE *file)
{
	fprintf(file, "%s:\n", what);
	for (size_t i = 0; i < sets->n; i++)
		fprintf(file, "  %s\n", render_set(r->layers, sets->v[i], " "));
	if (sets->n == 0)
		fputs("  none\n", file);
}

static void print_points(const struct report *r, size_t op, enum table_format format, FILE *file)
{
	static const char *const head[] = {"outcome", "errno", "layers"};
	struct sets sets = {0};
	struct table t;

	for (size_t i = 0; i < r->points->n; i++)
		sets_add(&sets, r->points->sets[i]);
	sets_sort(&sets);
	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < sets.n; i++) {
		struct answer a = points_find(r->points, sets.v[i])[op];
		const char *cells[] = {render_result(a.result),
				       a.num ? pool_copy(err_name(a.num)) : NULL,
				       render_set(r->layers, sets.v[i], " ")};

		if (a.result != RESULT_UNKNOWN)
			table_row(&t, cells);
	}
	table_print(&t, file, format);
	sets_free(&sets);
}

int render_details(const struct report *r, size_t op, enum table_format format, FILE *file)
{
	const struct model *m = &r->models[op];

	if (format != TABLE_TSV) {
		fprintf(file, "%s (%s)\n\n", r->ops->v[op].title, r->ops->v[op].id);
		print_sets(r, "Largest sets of layers that still reach it", &m->maximal, file);
		fprintf(file, "Layers found to open it: %s\n",
			render_set(r->layers, m->openers, " "));
		for (size_t i = 0; i < r->profiles_n; i++)
			print_sets(r,
				   pool_printf("Smallest sets that close it in %s",
					       r->profiles[i].name),
				   &report_blame(r, i, op)->blocker, file);
		fputc('\n', file);
	}
	print_points(r, op, format, file);
	return fflush(file) || ferror(file) ? -1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* render-details: all that was measured for one operation, and the sets that follow from it. */
#include "matrix.h"

#include "pool.h"

static void print_sets(const struct layers *layers, const char *what, const struct sets *sets,
		       FILE *file)
{
	fprintf(file, "%s:\n", what);
	for (size_t i = 0; i < sets->n; i++)
		fprintf(file, "  %s\n", render_set(layers, sets->v[i], " "));
	if (sets->n == 0)
		fputs("  none\n", file);
}

static void print_points(const struct subject *s, size_t op, enum table_format format, FILE *file)
{
	static const char *const head[] = {"outcome", "errno", "layers"};
	struct sets sets = {0};
	struct table t;

	for (size_t i = 0; i < s->points.n; i++)
		sets_add(&sets, s->points.sets[i]);
	sets_sort(&sets);
	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < sets.n; i++) {
		struct answer a = points_find(&s->points, sets.v[i])[op];
		const char *cells[] = {render_result(a.result),
				       a.num ? pool_copy(err_name(a.num)) : NULL,
				       render_set(s->layers, sets.v[i], " ")};

		if (a.result != RESULT_UNKNOWN)
			table_row(&t, cells);
	}
	table_print(&t, file, format);
	sets_free(&sets);
}

static void print_model(const struct report *r, const struct subject *s, size_t op, FILE *file)
{
	const struct model *m = &s->models[op];

	print_sets(s->layers, "Largest sets of layers that still reach it", &m->maximal, file);
	fprintf(file, "Layers found to open it: %s\n", render_set(s->layers, m->openers, " "));
	for (size_t i = 0; i < r->columns_n; i++)
		if (r->columns[i].subject == s)
			print_sets(s->layers,
				   pool_printf("Smallest sets that close it in %s",
					       r->columns[i].profile.name),
				   &r->columns[i].blames[op].blocker, file);
	fputc('\n', file);
}

int render_details(const struct report *r, size_t op, enum table_format format, FILE *file)
{
	for (size_t i = 0; i < r->subjects_n; i++) {
		const struct subject *s = &r->subjects[i];

		if (format != TABLE_TSV) {
			fprintf(file, "%s%s (%s)\n\n", i ? pool_printf("%s: ", s->name) : "",
				r->ops->v[op].title, r->ops->v[op].id);
			print_model(r, s, op, file);
		}
		print_points(s, op, format, file);
	}
	return fflush(file) || ferror(file) ? -1 : 0;
}

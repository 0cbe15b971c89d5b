/* SPDX-License-Identifier: Apache-2.0 */
/* render-compare: what differs between two reports, for people and for programs. */
#include "compare.h"

#include "pool.h"

static void print_list(const char *what, const struct str_list *list, FILE *file)
{
	for (size_t i = 0; i < list->n; i++)
		fprintf(file, "%s%s\n", what, list->v[i]);
}

int render_comparison(const struct comparison *c, enum table_format format, bool worse, FILE *file)
{
	static const char *const head[] = {"change", "operation", "in",		 "before",
					   "after",  "blocker",	  "explained by"};
	struct table t;

	table_begin(&t, head, ARRAY_SIZE(head));
	for (size_t i = 0; i < c->n; i++) {
		const struct change *x = &c->v[i];

		if (worse && !compare_is_worse(x))
			continue;
		table_row(&t, (const char *const[]){
				      compare_kind_name(x->kind),
				      x->op->id,
				      x->new_column->profile.name,
				      compare_blame_words(x->before),
				      compare_blame_words(x->after),
				      x->after ? render_first(x->new_column, x->after) : NULL,
				      x->why,
			      });
	}
	if (format != TABLE_TSV && !worse) {
		print_list("", &c->facts, file);
		print_list("only before: ", &c->gone, file);
		print_list("only after: ", &c->come, file);
		if (c->facts.n + c->gone.n + c->come.n)
			fputc('\n', file);
	}
	if (t.cells.n || format == TABLE_TSV)
		table_print(&t, file, format);
	else
		fputs("No operation differs.\n", file);
	return fflush(file) || ferror(file) ? -1 : 0;
}

static void print_side(struct out *o, const char *key, const struct column *c,
		       const struct blame *b)
{
	if (!b) {
		out_str(o, key, NULL);
		return;
	}
	out_object(o, key);
	out_str(o, "outcome", render_result(b->outcome.result));
	out_str(o, "errno", b->outcome.num ? pool_copy(err_name(b->outcome.num)) : NULL);
	out_str(o, "first", render_first(c, b));
	if (b->depth < 0 || b->broken)
		out_str(o, "depth", NULL);
	else
		out_int(o, "depth", b->depth);
	out_object_end(o);
}

int render_comparison_json(const struct comparison *c, FILE *file)
{
	struct out o;

	out_begin(&o, file, OUT_JSON);
	out_list(&o, "facts", &c->facts);
	out_list(&o, "only_before", &c->gone);
	out_list(&o, "only_after", &c->come);
	out_array(&o, "changes");
	for (size_t i = 0; i < c->n; i++) {
		const struct change *x = &c->v[i];

		out_object(&o, NULL);
		out_str(&o, "change", compare_kind_name(x->kind));
		out_bool(&o, "worse", compare_is_worse(x));
		out_str(&o, "operation", x->op->id);
		out_str(&o, "kind", render_kind(x->new_column->subject->kind));
		out_str(&o, "in", x->new_column->profile.name);
		print_side(&o, "before", x->old_column, x->before);
		print_side(&o, "after", x->new_column, x->after);
		out_str(&o, "explained_by", x->why);
		out_object_end(&o);
	}
	out_array_end(&o);
	return out_end(&o);
}

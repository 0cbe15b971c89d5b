/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-sarif: what a person should look at, as SARIF 2.1.0 (OASIS): reached in full without a
 * reason, worse than the baseline, and, as notes, what hangs on one layer of full alone.
 *
 * An operation is a rule. There is no source file that a finding lies in, so its place is a logical
 * one, "PROFILE/OPERATION"; viewers that want a file are given the report itself (the artifact).
 */
#include "compare.h"

#include "pool.h"

static void print_text(struct out *o, const char *key, const char *text)
{
	out_object(o, key);
	out_str(o, "text", text);
	out_object_end(o);
}

static void print_rules(struct out *o, const struct report *r)
{
	out_array(o, "rules");
	for (size_t i = 0; i < r->ops->n; i++) {
		const struct op *op = &r->ops->v[i];

		out_object(o, NULL);
		out_str(o, "id", op->id);
		print_text(o, "shortDescription", op->title);
		print_text(o, "help", op->source ? op->source : "-");
		out_object_end(o);
	}
	out_array_end(o);
}

static void print_result(struct out *o, const struct column *c, const struct op *op, size_t rule,
			 const char *level, const char *text)
{
	out_object(o, NULL);
	out_str(o, "ruleId", op->id);
	out_int(o, "ruleIndex", (int64_t)rule);
	out_str(o, "level", level);
	print_text(o, "message", text);
	out_array(o, "locations");
	out_object(o, NULL);
	out_object(o, "physicalLocation");
	out_object(o, "artifactLocation");
	out_str(o, "uri", "pinfold-matrix.json");
	out_object_end(o);
	out_object_end(o);
	out_array(o, "logicalLocations");
	out_object(o, NULL);
	out_str(o, "fullyQualifiedName", pool_printf("%s/%s", c->profile.name, op->id));
	out_object_end(o);
	out_array_end(o);
	out_object_end(o);
	out_array_end(o);
	out_object(o, "partialFingerprints");
	out_str(o, "operation/v1", pool_printf("%s/%s", c->profile.name, op->id));
	out_object_end(o);
	out_object_end(o);
}

static void print_full(struct out *o, const struct report *r, const struct column *c)
{
	for (size_t i = 0; i < r->ops->n; i++) {
		const struct op *op = &r->ops->v[i];
		const struct blame *b = &c->blames[i];

		if (summary_is_unreasoned(c, op, b))
			print_result(
				o, c, op, i, "error",
				pool_printf("%s: reached in %s, and nothing says why it may be",
					    op->title, c->profile.name));
		else if (b->single && !b->broken && summary_is_full(c))
			print_result(o, c, op, i, "note",
				     pool_printf("%s: kept closed in %s by %s alone", op->title,
						 c->profile.name,
						 render_set(c->subject->layers, b->single, ", ")));
	}
}

static void print_worse(struct out *o, const struct comparison *baseline)
{
	for (size_t i = 0; baseline && i < baseline->n; i++) {
		const struct change *x = &baseline->v[i];

		if (!compare_is_worse(x) || !x->after)
			continue;
		print_result(
			o, x->new_column, x->op, (size_t)(x->op - baseline->after->ops->v), "error",
			pool_printf("%s: %s; in the baseline it was %s%s%s", x->op->title,
				    compare_blame_words(x->after), compare_blame_words(x->before),
				    x->why ? "; " : "", x->why ? x->why : ""));
	}
}

int render_sarif(const struct report *r, const struct comparison *baseline, FILE *file)
{
	struct out o;

	out_begin(&o, file, OUT_JSON);
	out_str(&o, "version", "2.1.0");
	out_str(&o, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	out_array(&o, "runs");
	out_object(&o, NULL);
	out_object(&o, "tool");
	out_object(&o, "driver");
	out_str(&o, "name", "pinfold-matrix");
	out_str(&o, "version", r->facts.pinfold);
	print_rules(&o, r);
	out_object_end(&o);
	out_object_end(&o);
	out_array(&o, "results");
	for (size_t i = 0; i < r->columns_n; i++)
		print_full(&o, r, &r->columns[i]);
	print_worse(&o, baseline);
	out_array_end(&o);
	out_object_end(&o);
	out_array_end(&o);
	return out_end(&o);
}

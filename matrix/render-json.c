/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-json: the report for programs, and for ourselves: saved.c reads it back whole. The same
 * words as render.c gives to people; docs/matrix.schema.json describes it.
 */
#include "report.h"

#include <math.h>

#include "pool.h"

static struct str_list names_of(const struct layers *layers, uint32_t set)
{
	struct str_list list = {0};

	for (size_t i = 0; i < layers->lattice.n; i++)
		if (set & SET_BIT(i))
			pool_list_add(&list, layers->v[i].name);
	return list;
}

static void print_names(struct out *o, const char *key, const struct layers *layers, uint32_t set)
{
	struct str_list list = names_of(layers, set);

	out_list(o, key, &list);
}

static void print_sets(struct out *o, const char *key, const struct layers *layers,
		       const struct sets *sets)
{
	out_array(o, key);
	for (size_t i = 0; i < sets->n; i++)
		print_names(o, NULL, layers, sets->v[i]);
	out_array_end(o);
}

static const char *errno_word(struct answer a)
{
	return a.num ? pool_copy(err_name(a.num)) : NULL;
}

static void print_number(struct out *o, const char *key, int value, int least)
{
	if (value < least)
		out_str(o, key, NULL);
	else
		out_int(o, key, value);
}

static void print_host(struct out *o, const struct report *r)
{
	out_object(o, "host");
	out_str(o, "kernel", r->facts.kernel);
	out_str(o, "machine", r->facts.machine);
	print_number(o, "landlock_abi", r->facts.landlock_abi, 1);
	out_int(o, "uid", r->facts.uid);
	out_str(o, "caller", r->facts.caller);
	out_str(o, "pinfold", r->facts.pinfold);
	out_str(o, "os", r->facts.os);
	out_str(o, "lsm", r->facts.lsm);
	print_number(o, "cpus", r->facts.cpus, 1);
	out_object_end(o);
}

static void print_catalogue(struct out *o, const struct report *r)
{
	out_array(o, "operations");
	for (size_t i = 0; i < r->ops->n; i++) {
		const struct op *op = &r->ops->v[i];
		const struct reason *reason = reason_find(op->id);

		out_object(o, NULL);
		out_str(o, "id", op->id);
		out_str(o, "title", op->title);
		out_str(o, "family", op->family);
		out_str(o, "source", op->source);
		out_str(o, "judged", op->judged);
		out_str(o, "caller", op->caller);
		out_str(o, "reason", reason ? reason_kind_name(reason->kind) : NULL);
		out_str(o, "why", reason ? reason->why : NULL);
		out_str(o, "skipped", op->skipped_why);
		out_object_end(o);
	}
	out_array_end(o);
}

static void print_layers(struct out *o, const char *key, const struct layers *layers)
{
	out_array(o, key);
	for (size_t i = 0; i < layers->lattice.n; i++) {
		out_object(o, NULL);
		out_str(o, "name", layers->v[i].name);
		out_str(o, "stops", layers->v[i].stops);
		print_names(o, "needs", layers, layers->lattice.below[i]);
		out_bool(o, "offered", layers->offered & SET_BIT(i));
		out_str(o, "reason", layers->v[i].reason);
		out_object_end(o);
	}
	out_array_end(o);
}

static void print_operation(struct out *o, const struct column *c, const struct op *op,
			    const struct blame *b)
{
	const struct layers *layers = c->subject->layers;

	out_object(o, NULL);
	out_str(o, "id", op->id);
	out_str(o, "title", op->title);
	out_str(o, "control", render_result(b->control.result));
	out_str(o, "control_errno", errno_word(b->control));
	out_str(o, "outcome", render_result(b->outcome.result));
	out_str(o, "errno", errno_word(b->outcome));
	out_str(o, "first", render_first(c, b));
	print_sets(o, "blockers", layers, &b->blocker);
	print_number(o, "depth", b->broken ? -1 : b->depth, 0);
	print_sets(o, "reached_with", layers, &b->reached);
	print_names(o, "opened_by", layers, b->opened_by);
	print_names(o, "single", layers, b->single);
	out_str(o, "answered_by", render_answers(c, b));
	out_bool(o, "measured", !b->broken && !b->skipped);
	if (op->skipped_why)
		out_str(o, "skipped", op->skipped_why);
	out_object_end(o);
}

static void print_missing(struct out *o, const struct layers *layers, uint32_t missing)
{
	out_array(o, "missing");
	for (size_t i = 0; i < layers->lattice.n; i++) {
		if (!(missing & SET_BIT(i)))
			continue;
		out_object(o, NULL);
		out_str(o, "name", layers->v[i].name);
		out_str(o, "reason", layers->v[i].reason);
		out_object_end(o);
	}
	out_array_end(o);
}

static void print_column(struct out *o, const struct report *r, const struct column *c)
{
	const struct layers *layers = c->subject->layers;
	const struct profile_row *p = &c->profile;

	out_object(o, NULL);
	out_str(o, "name", p->name);
	out_str(o, "kind", render_kind(c->subject->kind));
	out_bool(o, "whole", render_missing(p) == 0);
	print_names(o, "layers", layers, p->set);
	print_missing(o, layers, render_missing(p));
	out_array(o, "operations");
	for (size_t i = 0; i < r->ops->n; i++)
		print_operation(o, c, &r->ops->v[i], &c->blames[i]);
	out_array_end(o);
	out_object_end(o);
}

static void print_fairness(struct out *o, const struct fairness *f)
{
	out_array(o, "means");
	for (; f && f->ops; f++) {
		out_object(o, NULL);
		out_str(o, "operations", f->ops);
		out_str(o, "text", f->text);
		out_object_end(o);
	}
	out_array_end(o);
}

/* Another sandbox: its columns, its switches, and what it is. */
static void print_other(struct out *o, const struct report *r, const struct subject *s)
{
	out_object(o, NULL);
	out_str(o, "name", s->name);
	out_str(o, "version", s->version);
	out_str(o, "command", s->command);
	out_str(o, "source", s->source);
	out_str(o, "what", s->what);
	out_str(o, "not_measured", s->why_not);
	out_str(o, "partly_measured", s->why_less);
	print_fairness(o, s->fairness);
	print_layers(o, "switches", s->layers);
	out_array(o, "profiles");
	for (size_t i = 0; i < r->columns_n && !s->why_not; i++)
		if (r->columns[i].subject == s)
			print_column(o, r, &r->columns[i]);
	out_array_end(o);
	out_object_end(o);
}

static void print_measured(struct out *o, const struct report *r)
{
	const struct measured *m = &r->measured;

	out_object(o, "measured");
	out_str(o, "mode", m->mode);
	out_str(o, "exhaustive_for", m->why);
	out_int(o, "runs", (int64_t)m->runs);
	out_int(o, "sets", (int64_t)m->points);
	out_int(o, "samples", (int64_t)m->samples);
	out_int(o, "seed", m->seed);
	out_int(o, "retries", (int64_t)m->retries);
	out_double(o, "seconds", m->seconds, 3);
	out_int(o, "points_not_measured", (int64_t)r->troubles_n);
	out_array(o, "not_measured");
	for (size_t i = 0; i < r->troubles_n && i < TROUBLES_MAX; i++) {
		out_object(o, NULL);
		out_str(o, "subject", r->troubles[i].subject->name);
		print_names(o, "layers", r->troubles[i].subject->layers, r->troubles[i].set);
		out_str(o, "operation", r->troubles[i].op);
		out_str(o, "reason", r->troubles[i].text);
		out_object_end(o);
	}
	out_array_end(o);
	out_object_end(o);
}

static void print_costs(struct out *o, const struct costs *costs)
{
	out_array(o, "costs");
	for (size_t i = 0; i < costs->n; i++) {
		const struct cost *c = &costs->v[i];

		out_object(o, NULL);
		out_str(o, "name", c->name);
		out_bool(o, "layer", c->layer);
		out_bool(o, "noise", c->noise);
		out_double(o, "median_ms", c->median, 4);
		out_double(o, "low_ms", c->bounded ? c->low : (double)NAN, 4);
		out_double(o, "high_ms", c->bounded ? c->high : (double)NAN, 4);
		out_object_end(o);
	}
	out_array_end(o);
}

int render_json(const struct report *r, FILE *file)
{
	struct out o;

	out_begin(&o, file, OUT_JSON);
	out_int(&o, "format", JSON_FORMAT);
	print_host(&o, r);
	print_catalogue(&o, r);
	print_layers(&o, "layers", r->subjects->layers);
	out_array(&o, "profiles");
	for (size_t i = 0; i < r->columns_n; i++)
		if (r->columns[i].subject->kind != SUBJECT_OTHER)
			print_column(&o, r, &r->columns[i]);
	out_array_end(&o);
	out_array(&o, "others");
	for (size_t i = 0; i < r->subjects_n; i++)
		if (r->subjects[i].kind == SUBJECT_OTHER)
			print_other(&o, r, &r->subjects[i]);
	out_array_end(&o);
	print_measured(&o, r);
	print_costs(&o, &r->costs);
	return out_end(&o);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk: layers[] in one stage, in one process; and the proof of the namespaces.
 *
 * The only place that calls a layer's apply and check.
 */
#include "pinfold.h"

#include "clock.h"

static void note_step(struct run *run, int layer, enum stage stage, uint64_t start)
{
	struct steps *s = run->steps;

	/* The processes of a start take turns, so plain writes to the shared page are enough. */
	if (s && s->n < STEPS_MAX)
		s->v[s->n++] =
			(struct step){(uint8_t)layer, (uint8_t)stage, clock_now_ns() - start};
}

/* One layer in one stage: apply, and ask back at once, before a later layer can hide the answer. */
static int walk_layer(int i, enum stage stage, const struct plan *plan, struct run *run,
		      struct err *e)
{
	const struct layer *l = layers[i];
	uint64_t start = run->steps ? clock_now_ns() : 0;

	if (!l->apply[stage] && !l->check[stage])
		return 0;
	if ((l->apply[stage] && l->apply[stage](plan, run, e)) ||
	    (l->check[stage] && l->check[stage](plan, run, e)))
		return err_where(e, "%s", l->name);
	note_step(run, i, stage, start);
	return 0;
}

int walk_layers(enum stage stage, const struct plan *plan, struct run *run, struct err *e)
{
	for (int i = 0; layers[i]; i++)
		if ((plan->layers >> i & 1) && walk_layer(i, stage, plan, run, e))
			return -1;
	return 0;
}

/*
 * A namespace layer that has no proof of its own is proven by the namespace's number. (The others
 * show in what is seen inside, which is cheaper to look at and harder to have by accident.)
 */
static bool proven_by_number(const struct plan *plan, int i)
{
	return (plan->layers >> i & 1) && layers[i]->ns && !layers[i]->check[STAGE_PROOF];
}

int walk_read_namespaces(const struct plan *plan, struct ns_set *set, struct err *e)
{
	autoclose int dir = -1;

	for (int i = 0; layers[i]; i++) {
		if (!proven_by_number(plan, i))
			continue;
		if (dir < 0)
			dir = ns_open(e);
		if (dir < 0 || ns_read(dir, layers[i]->ns, &set->id[ns_kind(layers[i]->ns)], e))
			return err_where(e, "%s", layers[i]->name);
	}
	return 0;
}

int walk_prove_namespaces(const struct plan *plan, const struct run *run, struct err *e)
{
	struct ns_set now;

	if (walk_read_namespaces(plan, &now, e))
		return -1;
	for (int i = 0; layers[i]; i++) {
		int kind = layers[i]->ns ? ns_kind(layers[i]->ns) : -1;

		if (!proven_by_number(plan, i) || now.id[kind] != run->outside.id[kind])
			continue;
		(void)fail(e, 0, "the agent is still in the caller's %s namespace", layers[i]->ns);
		return err_where(e, "%s", layers[i]->name);
	}
	return 0;
}

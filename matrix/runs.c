/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runs: one run of the probe under one set of layers, exactly as a user would start it.
 *
 * Happens in a worker. Should hand back what was said, as it was said; mustn't judge it: that is
 * sweep.c's and read.c's business.
 */
#include "decoy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "pool.h"

void runs_make(struct runs *r)
{
	size_t size = 1;

	r->launcher = place_program(r->place, "pinfold");
	r->probe = place_program(r->place, "pinfold-probe");
	r->self = place_program(r->place, "pinfold-matrix");
	r->bin = pool_printf("%s/bin", r->place->dir);
	for (size_t i = 0; i < r->ops->n; i++)
		size += strlen(r->ops->v[i].id) + 1;
	r->ids = pool_alloc(size);
}

/* The ids of a wish, with commas. */
static const char *write_ids(const struct runs *r, const struct op_set *ops)
{
	char *at = r->ids;

	for (size_t i = 0; i < r->ops->n; i++) {
		if (!op_set_has(ops, i))
			continue;
		if (at != r->ids)
			*at++ = ',';
		at = stpcpy(at, r->ops->v[i].id);
	}
	*at = '\0';
	return r->ids;
}

static void make_argv(const struct runs *runs, const struct kit *kit, const struct wish *wish,
		      const char **argv)
{
	const struct layers *layers = runs->layers;
	size_t n = 0;

	argv[n++] = runs->self;
	argv[n++] = wish->room == ROOM_KEEPER ? "keeper" : "tied";
	argv[n++] = runs->parent;
	if (wish->room != ROOM_KEEPER)
		argv[n++] = kit->tty ? kit->tty : "-";
	argv[n++] = runs->launcher;
	argv[n++] = "run";
	argv[n++] = "--profile";
	argv[n++] = "none";
	for (size_t i = 0; i < layers->lattice.n; i++) {
		if (!(wish->set & SET_BIT(i)))
			continue;
		argv[n++] = "--with";
		argv[n++] = layers->v[i].name;
	}
	argv[n++] = "--ro";
	argv[n++] = runs->bin;
	argv[n++] = "--ro";
	argv[n++] = kit->readonly;
	argv[n++] = "--rw";
	argv[n++] = kit->workspace;
	argv[n++] = "--";
	argv[n++] = runs->probe;
	argv[n++] = "--tsv";
	argv[n++] = "--only";
	argv[n++] = write_ids(runs, &wish->ops);
	if (wish->room == ROOM_KEEPER) {
		argv[n++] = "--decoy";
		argv[n++] = "kill-victims=yes";
	} else {
		for (size_t i = 0; i < kit->args.n; i++)
			argv[n++] = kit->args.v[i];
	}
	argv[n] = NULL;
}

void runs_do(const struct runs *runs, struct kit *kit, const struct wish *wish,
	     struct answer_head *head, char **out, char **err)
{
	const char *argv[32 + 2 * SET_LAYERS + kit->args.n];
	struct child_spec spec = {.argv = argv,
				  .env = kit->environment,
				  .timeout_ms = RUN_MS,
				  .output_max = RUN_OUTPUT,
				  .fds = kit->fds,
				  .fds_n = kit->fds_n,
				  .session = true};
	struct child_result result;
	struct err e = {0};

	*head = (struct answer_head){.wish = *wish};
	*out = *err = NULL;
	if (kit_arm(kit, &e)) {
		head->failed = e.num ? e.num : EINVAL;
		return;
	}
	make_argv(runs, kit, wish, argv);
	if (child_run(&spec, &result, &e)) {
		head->failed = e.num ? e.num : EINVAL;
		return;
	}
	head->status = result.status;
	head->timed_out = result.timed_out;
	head->out_size = (uint32_t)result.out_size;
	head->err_size = (uint32_t)result.err_size;
	*out = result.out;
	*err = result.err;
}

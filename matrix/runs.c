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
#include <unistd.h>

#include "child.h"
#include "pool.h"

/* The words of one subject, with this worker's own paths in them. */
static int expand(struct runs *r, const struct kit *kit, size_t i, struct err *e)
{
	const struct subject *s = &r->report->subjects[i];
	const struct word_value values[] = {
		{"LAUNCHER", place_program(r->place, "pinfold")},
		{"PROBE", r->probe},
		{"BIN", pool_printf("%s/bin", r->place->dir)},
		{"WORKSPACE", kit->workspace},
		{"READONLY", kit->readonly},
		{"HOME", kit->home},
		{"DIR", others_dir(kit, s)},
		{NULL, NULL},
	};

	if (s->kind == SUBJECT_OTHER && !s->why_not && others_make_files(kit, s, values, e))
		return -1;
	for (size_t k = 0; k < s->words.n; k++)
		words_add(&r->words[i], words_expand(s->words.v[k].text, values),
			  s->words.v[k].with, s->words.v[k].without);
	if (s->words.n > r->words_most)
		r->words_most = s->words.n;
	return 0;
}

int runs_make(struct runs *r, const struct kit *kit, struct err *e)
{
	const struct ops *ops = r->report->ops;
	size_t size = 1;

	r->probe = place_program(r->place, "pinfold-probe");
	r->self = place_program(r->place, "pinfold-matrix");
	r->words = pool_alloc(r->report->subjects_n * sizeof(*r->words));
	for (size_t i = 0; i < r->report->subjects_n; i++)
		if (expand(r, kit, i, e))
			return -1;
	for (size_t i = 0; i < ops->n; i++)
		size += strlen(ops->v[i].id) + 1;
	r->ids = pool_alloc(size);
	return 0;
}

/* The ids of a wish, with commas. */
static const char *write_ids(const struct runs *r, const struct op_set *ops)
{
	char *at = r->ids;

	for (size_t i = 0; i < r->report->ops->n; i++) {
		if (!op_set_has(ops, i))
			continue;
		if (at != r->ids)
			*at++ = ',';
		at = stpcpy(at, r->report->ops->v[i].id);
	}
	*at = '\0';
	return r->ids;
}

static void make_argv(const struct runs *runs, const struct kit *kit, const struct wish *wish,
		      const char **argv)
{
	size_t n = 0;

	argv[n++] = runs->self;
	argv[n++] = wish->room == ROOM_KEEPER ? "keeper" : "tied";
	argv[n++] = runs->parent;
	if (wish->room != ROOM_KEEPER)
		argv[n++] = kit->tty ? kit->tty : "-";
	n += words_pick(&runs->words[wish->subject], wish->set, argv + n);
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

/* What is meant for an agent's own directory is run in it; pinfold by its layers is not. */
static int enter(const struct runs *runs, const struct kit *kit, const struct wish *wish)
{
	bool layers = runs->report->subjects[wish->subject].kind == SUBJECT_LAYERS;

	return chdir(layers ? "/" : kit->workspace);
}

void runs_do(const struct runs *runs, struct kit *kit, const struct wish *wish,
	     struct answer_head *head, char **out, char **err)
{
	const char *argv[16 + runs->words_most + kit->args.n];
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
	if (kit_arm(kit, &e) || enter(runs, kit, wish)) {
		head->failed = e.num ? e.num : errno ? errno : EINVAL;
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops: the families of operations, their order, and finding them by name.
 *
 * Should know of every family; mustn't know what an operation does. A new operation is a row in its
 * op-FAMILY.c; a new family is a file with its rows, and one line here and in probe.h.
 */
#include "probe.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

const struct family *const families[] = {
	&family_fs,
	&family_fs_read,
	&family_fs_look,
	&family_fs_change,
	&family_fs_make,
	&family_persist,
	&family_leak,
	&family_fd,
	&family_dev,
	&family_dev_own,
	&family_proc,
	&family_net,
	&family_trace,
	&family_mount,
	&family_tty,
	&family_res,
	&family_time,
	&family_proc_victim,
	&family_trace_victim,
	&family_net_kinds,
	&family_net_services,
	&family_sock,
	&family_ipc,
	&family_ns,
	&family_mount_more,
	&family_cap,
	&family_kern,
	&family_kern_answers,
	NULL,
};

struct placed {
	const struct op *op;
	size_t index; /* keeps the families' order among equals: qsort(3) does not */
};

static int compare(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (!a->op->finish != !b->op->finish)
		return a->op->finish ? 1 : -1;
	/* 0 becomes the greatest number. */
	if (a->op->order != b->op->order)
		return a->op->order - 1 < b->op->order - 1 ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

struct op_list ops_all(void)
{
	struct op_list list = {0};
	struct placed *placed;

	for (const struct family *const *f = families; *f; f++)
		list.n += (*f)->n;
	list.v = pool_alloc(list.n * sizeof(*list.v));
	placed = pool_alloc(list.n * sizeof(*placed));
	list.n = 0;
	for (const struct family *const *f = families; *f; f++)
		for (size_t i = 0; i < (*f)->n; i++, list.n++)
			placed[list.n] = (struct placed){&(*f)->ops[i], list.n};
	qsort(placed, list.n, sizeof(*placed), compare);
	for (size_t i = 0; i < list.n; i++)
		list.v[i] = placed[i].op;
	return list;
}

/* The next pattern of text, or NULL at its end; an empty one is a pattern that fits nothing. */
static const char *next_pattern(const char **text)
{
	const char *start = *text, *comma;

	if (!start)
		return NULL;
	comma = strchr(start, ',');
	*text = comma ? comma + 1 : NULL;
	return comma ? pool_copy_n(start, (size_t)(comma - start)) : start;
}

bool ops_match(const char *text, const char *id)
{
	const char *pattern;

	while ((pattern = next_pattern(&text)))
		if (fnmatch(pattern, id, 0) == 0)
			return true;
	return false;
}

static int check_patterns(const char *text, const struct op_list *all, struct err *e)
{
	const char *pattern;

	while ((pattern = next_pattern(&text))) {
		size_t i = 0;

		while (i < all->n && fnmatch(pattern, all->v[i]->id, 0))
			i++;
		if (i < all->n)
			continue;
		err_where(e, "--only");
		err_remedy(e, "See --list for the operations.");
		return fail(e, 0, "no operation is called \"%s\"", pattern);
	}
	return 0;
}

static bool selected(const struct str_list *patterns, const char *id)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (ops_match(patterns->v[i], id))
			return true;
	return patterns->n == 0;
}

/* Adds patterns for a family, or for "seed": the operations that have a place before all others. */
static bool add_family(const char *name, struct str_list *patterns)
{
	if (str_equal(name, "seed")) {
		struct op_list all = ops_all();

		for (size_t i = 0; i < all.n; i++)
			if (all.v[i]->order)
				pool_list_add(patterns, all.v[i]->id);
		return true;
	}
	for (const struct family *const *f = families; *f; f++) {
		if (!str_equal((*f)->name, name))
			continue;
		pool_list_add(patterns, pool_printf("%s.*", name));
		return true;
	}
	return false;
}

int ops_families(const struct str_list *names, struct str_list *patterns, struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *text = names->v[i], *name;

		while ((name = next_pattern(&text))) {
			if (add_family(name, patterns))
				continue;
			err_where(e, "--family");
			err_remedy(e, "--list --tsv shows the family of each operation.");
			return fail(e, 0, "no family is called \"%s\"", name);
		}
	}
	return 0;
}

int ops_select(const struct str_list *patterns, struct op_list *list, struct err *e)
{
	struct op_list all = ops_all();

	for (size_t i = 0; i < patterns->n; i++)
		if (check_patterns(patterns->v[i], &all, e))
			return -1;
	*list = (struct op_list){pool_alloc(all.n * sizeof(*list->v)), 0};
	for (size_t i = 0; i < all.n; i++)
		if (selected(patterns, all.v[i]->id))
			list->v[list->n++] = all.v[i];
	return 0;
}

const struct op *ops_find(const char *id)
{
	for (const struct family *const *f = families; *f; f++)
		for (size_t i = 0; i < (*f)->n; i++)
			if (str_equal((*f)->ops[i].id, id))
				return &(*f)->ops[i];
	return NULL;
}

const char *op_judged(const struct op *op)
{
	static const char *const names[] = {
		[JUDGED_INSIDE] = "inside",
		[JUDGED_OUTSIDE] = "outside",
		[JUDGED_AFTERWARDS] = "afterwards",
	};

	return names[op->judged];
}

const char *op_caller(const struct op *op)
{
	return op->caller == CALLER_ROOT ? "root" : "user";
}

const char *op_family(const struct op *op)
{
	return pool_copy_n(op->id, strcspn(op->id, "."));
}

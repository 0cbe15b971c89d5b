/* SPDX-License-Identifier: Apache-2.0 */
/* guard: the list of guarded names, and the rows that are guarded by default. See guard.h. */
#include "guard.h"

#include <stdlib.h>
#include <string.h>

#include "pool.h"

const struct guard_row guard_rows[] = {
#define IN_TREE(group, name, why)      {GUARD_IN_TREE, group, name, why, GUARD_ANY},
#define IN_REPOSITORY(name, sort, why) {GUARD_IN_REPOSITORY, "git", name, why, GUARD_##sort},
#define IN_WORKTREE(name, sort, why)   {GUARD_IN_WORKTREE, "git", name, why, GUARD_##sort},
#include "table/protected.def"
#undef IN_TREE
#undef IN_REPOSITORY
#undef IN_WORKTREE
	{GUARD_IN_TREE, NULL, NULL, NULL, GUARD_ANY},
};

const char *guard_row_why(const struct guard_row *row)
{
	while (row > guard_rows && str_starts(row->why, "likewise"))
		row--;
	return row->why;
}

struct guard *guards_add(struct guards *g, struct guard guard)
{
	size_t i = g->n;

	if (map_get(&g->by_path, guard.path, &i)) {
		if (guard.way > g->v[i].way)
			g->v[i].way = guard.way, g->v[i].why = guard.why;
		return &g->v[i];
	}
	if ((i & (i - 1)) == 0) {
		struct guard *v = pool_alloc((i ? 2 * i : 1) * sizeof(*v));

		if (i)
			memcpy(v, g->v, i * sizeof(*v));
		g->v = v;
	}
	map_put(&g->by_path, guard.path, i);
	g->v[g->n++] = guard;
	return &g->v[i];
}

const struct guard *guards_find(const struct guards *g, const char *path)
{
	size_t i;

	return map_get(&g->by_path, path, &i) ? &g->v[i] : NULL;
}

/* By bytes, but that "/" comes before all others: "a", "a/b", "a-b". */
static int compare(const void *a, const void *b)
{
	const char *p = ((const struct guard *)a)->path, *q = ((const struct guard *)b)->path;

	while (*p && *p == *q)
		p++, q++;
	if (*p == '/' || *q == '/')
		return *p == *q ? 0 : *p == '/' ? (*q ? -1 : 1) : (*p ? 1 : -1);
	return (unsigned char)*p - (unsigned char)*q;
}

void guards_sort(struct guards *g)
{
	if (g->n)
		qsort(g->v, g->n, sizeof(*g->v), compare);
	for (size_t i = 0; i < g->n; i++)
		map_put(&g->by_path, g->v[i].path, i);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * costs: what profiles and layers cost at start-up, as `pinfold bench --json` says.
 *
 * Should take the bench's own figures with their bounds; mustn't make any of its own.
 */
#include "matrix.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"

enum { BENCH_MS = 300000, BENCH_OUTPUT = 16 << 20 };

static int read_spread(const json_t *object, const char *key, struct cost *c)
{
	const json_t *spread = json_object_get(object, key);
	const json_t *median = json_object_get(spread, "median");
	const json_t *low = json_object_get(spread, "low"), *high = json_object_get(spread, "high");

	if (!json_is_number(median))
		return -1;
	c->median = json_number_value(median);
	/* Too few rounds have no bounds: then there is a figure, and no saying how sure it is. */
	c->bounded = json_is_number(low) && json_is_number(high);
	c->low = json_number_value(low);
	c->high = json_number_value(high);
	return 0;
}

int costs_read(const char *text, size_t size, struct costs *costs, struct err *e)
{
	static const struct {
		const char *kind, *key;
		bool layer;
	} kinds[] = {{"profile", "start_ms", false}, {"without", "cost_ms", true}};
	json_error_t error;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	const json_t *list = json_object_get(root, "start");

	costs->n = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(row, "name"));
		const char *kind = json_string_value(json_object_get(row, "kind"));

		for (size_t k = 0; name && kind && k < ARRAY_SIZE(kinds); k++) {
			struct cost c = {.layer = kinds[k].layer};

			if (!str_equal(kind, kinds[k].kind) || costs->n == COSTS_MAX ||
			    str_has_control(name) || read_spread(row, kinds[k].key, &c))
				continue;
			c.name = pool_copy(name);
			c.noise = json_is_true(json_object_get(row, "noise"));
			costs->v[costs->n++] = c;
		}
	}
	json_decref(root);
	if (costs->n)
		return 0;
	err_remedy(e, "Give what `pinfold bench --json` printed, or the word \"measure\".");
	return fail(e, 0, "there is no profile and no layer with a figure in it");
}

const struct cost *costs_find(const struct costs *costs, bool layer, const char *name)
{
	for (size_t i = 0; i < costs->n; i++)
		if (costs->v[i].layer == layer && str_equal(costs->v[i].name, name))
			return &costs->v[i];
	return NULL;
}

/* The bench beside us gives root up by itself. */
int costs_measure(struct costs *costs, struct err *e)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *argv[] = {NULL,	"--quick", "--only", "start",
			      "--only", "layers",  "--json", NULL};
	struct child_spec spec = {.argv = argv, .timeout_ms = BENCH_MS, .output_max = BENCH_OUTPUT};
	struct child_result result;
	int rc;

	err_where(e, "--costs");
	if (n < 0)
		return fail(e, errno, "read /proc/self/exe");
	self[n] = '\0';
	argv[0] = pool_printf("%.*s/pinfold-bench", (int)(strrchr(self, '/') - self), self);
	if (child_run(&spec, &result, e))
		return -1;
	if (result.timed_out || result.status)
		rc = fail(e, 0, "pinfold-bench failed: %.*s", (int)strcspn(result.err, "\n"),
			  result.err);
	else
		rc = costs_read(result.out, result.out_size, costs, e);
	child_free(&result);
	if (rc == 0)
		e->where[0] = '\0';
	return rc;
}

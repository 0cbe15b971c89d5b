/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words: how a subject is started under a set, as a list of words some of which come and go.
 *
 * Pure. Should be the only place that knows how pinfold is told of a set of layers; mustn't know
 * what any layer does.
 */
#include "matrix.h"

#include <stdlib.h>
#include <string.h>

#include "pool.h"

void words_add(struct words *w, const char *text, uint32_t with, uint32_t without)
{
	if (w->n % 16 == 0) {
		w->v = realloc(w->v, (w->n + 16) * sizeof(*w->v));
		if (!w->v)
			abort();
	}
	w->v[w->n++] = (struct word){text, with, without};
}

static void add_always(struct words *w, const char *const *texts)
{
	for (; *texts; texts++)
		words_add(w, *texts, 0, 0);
}

void words_make_layers(struct words *w, const struct layers *layers)
{
	add_always(w, (const char *const[]){"{LAUNCHER}", "run", "--profile", "none", NULL});
	for (size_t i = 0; i < layers->lattice.n; i++) {
		words_add(w, "--with", SET_BIT(i), 0);
		words_add(w, layers->v[i].name, SET_BIT(i), 0);
	}
	add_always(w, (const char *const[]){"--ro", "{BIN}", "--ro", "{READONLY}", "--rw",
					    "{WORKSPACE}", "--", NULL});
}

uint32_t layers_bit(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->lattice.n; i++)
		if (str_equal(layers->v[i].name, name))
			return SET_BIT(i);
	return 0;
}

static void add_where(struct words *w, const char *const *texts, uint32_t with, uint32_t without)
{
	for (; *texts; texts++)
		words_add(w, *texts, with, without);
}

/*
 * pinfold refuses to show an agent's view, or to keep names in a workspace, without the layers that
 * this stands on. Where these are off, the measured command sees the same directory as it is. Of
 * the three conditions one holds at most: a word that takes away may be said once.
 */
static void add_what_lacks(struct words *w, const struct layers *layers, bool guards)
{
	static const char *const plain[] = {"--view", "bare", "--home", "none", NULL};
	static const char *const unguarded[] = {"--rw", "!{WORKSPACE}", "--rw", "{WORKSPACE}",
						NULL};
	uint32_t mount = layers_bit(layers, "mount"), pid = layers_bit(layers, "pid");
	uint32_t no_unmount = layers_bit(layers, "caps") | layers_bit(layers, "landlock") |
			      layers_bit(layers, "seccomp");

	add_where(w, plain, 0, mount);
	if (!guards)
		return;
	add_where(w, unguarded, 0, mount);
	add_where(w, unguarded, mount, pid);
	add_where(w, unguarded, mount | pid, no_unmount);
}

void words_make_policy(struct words *w, const struct layers *layers,
		       const struct profile_row *policy, const char *name)
{
	add_always(w, (const char *const[]){"{LAUNCHER}", "run", "--policy", name, NULL});
	for (size_t i = 0; i < layers->lattice.n; i++) {
		if (!(policy->set & SET_BIT(i)))
			continue;
		words_add(w, "--without", 0, SET_BIT(i));
		words_add(w, layers->v[i].name, 0, SET_BIT(i));
	}
	add_what_lacks(w, layers, policy->guards);
	/* It runs in the workspace; what may be done there is the policy's own business. */
	add_always(w, (const char *const[]){"--ro", "{BIN}", "--ro", "{READONLY}", "--", NULL});
}

size_t words_pick(const struct words *w, uint32_t set, const char **out)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (set_within(w->v[i].with, set) && !(w->v[i].without & set))
			out[n++] = w->v[i].text;
	return n;
}

/* The value of the name that begins at text, just after its brace; NULL where it is unknown. */
static const char *find_value(const struct word_value *values, const char *text, size_t n)
{
	for (; values->name; values++)
		if (strlen(values->name) == n && strncmp(values->name, text, n) == 0)
			return values->value;
	return NULL;
}

const char *words_expand(const char *text, const struct word_value *values)
{
	const char *done = "", *open;

	while ((open = strchr(text, '{'))) {
		size_t n = strcspn(open + 1, "{}");
		const char *value = open[1 + n] == '}' ? find_value(values, open + 1, n) : NULL;

		/* A brace that is none of ours stays: other programs have their own. */
		done = value ? pool_printf("%s%.*s%s", done, (int)(open - text), text, value)
			     : pool_printf("%s%.*s", done, (int)(open + 1 - text), text);
		text = value ? open + n + 2 : open + 1;
	}
	return *done ? pool_printf("%s%s", done, text) : text;
}

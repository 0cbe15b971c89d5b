/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers: recipes for other sandboxes.
 *
 * Pure. Should refuse a line that it does not know: a recipe that is half understood would measure
 * another sandbox than its author meant.
 */
#include "peers.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "pool.h"

/* The build puts all recipes one after the other. */
__asm__(".pushsection .rodata\npeers_known:\n.incbin \"" PEERS_FILE "\"\n.byte 0\n.popsection");
extern const char peers_known[];

enum { LINE_MOST = 4096 };

struct reading {
	struct peers *peers;
	struct peer *peer;	/* the one that is read; NULL before the first */
	struct peer_file *file; /* that tabbed lines belong to; NULL: none may follow */
	struct err *e;
};

static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{"program", offsetof(struct peer, program)}, {"version", offsetof(struct peer, version)},
	{"source", offsetof(struct peer, source)},   {"what", offsetof(struct peer, what)},
	{"command", offsetof(struct peer, command)},
};

/* Every name becomes part of a path below a directory of ours, or a word in a report. */
static bool is_fit(const char *name, bool path)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.-/";

	return *name && *name != '-' && *name != '/' && *name != '.' && strlen(name) < 60 &&
	       strspn(name, letters) == strlen(name) && !strstr(name, "..") &&
	       (path || !strchr(name, '/'));
}

static int add_peer(struct reading *r, const char *name)
{
	if (r->peers->n == PEERS_MAX || !is_fit(name, false))
		return fail(r->e, 0, "\"%.60s\" cannot be one more name", name);
	r->peer = &r->peers->v[r->peers->n++];
	*r->peer = (struct peer){.name = name};
	return 0;
}

static int add_file(struct reading *r, const char *name, const char *text)
{
	if (r->peer->files_n == PEER_FILES || !is_fit(name, true))
		return fail(r->e, 0, "\"%.60s\" cannot be one more file", name);
	r->peer->files[r->peer->files_n] = (struct peer_file){name, text};
	r->file = text ? &r->peer->files[r->peer->files_n] : NULL;
	r->peer->files_n++;
	return 0;
}

static int add_means(struct reading *r, const char *value)
{
	size_t n = strcspn(value, " "), k = 0;

	while (r->peer->means[k].ops)
		k++;
	if (k == PEER_MEANS || !value[n] || !value[n + 1])
		return fail(r->e, 0, "\"means\" is followed by globs and a sentence");
	r->peer->means[k] = (struct fairness){pool_copy_n(value, n), value + n + 1};
	return 0;
}

static int read_line(struct reading *r, const char *line)
{
	size_t n = strcspn(line, " ");
	const char *value = line[n] ? line + n + 1 : "", *key = pool_copy_n(line, n);

	r->file = NULL;
	if (str_equal(key, "name"))
		return add_peer(r, value);
	if (!r->peer || !*value)
		return fail(r->e, 0, "\"%.60s\" stands before a name, or alone", line);
	if (str_equal(key, "file") || str_equal(key, "script"))
		return add_file(r, value, "");
	if (str_equal(key, "directory"))
		return add_file(r, value, NULL);
	if (str_equal(key, "means"))
		return add_means(r, value);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char **text = (void *)((char *)r->peer + texts[i].offset);

		if (!str_equal(key, texts[i].key))
			continue;
		if (*text)
			return fail(r->e, 0, "\"%s\" stands twice for %s", key, r->peer->name);
		*text = value;
		return 0;
	}
	return fail(r->e, 0, "\"%.60s\" is no key", key);
}

static int take_line(struct reading *r, const char *line, size_t n)
{
	char *text;

	if (n > LINE_MOST)
		return fail(r->e, 0, "it is longer than %d bytes", LINE_MOST);
	if (n == 0 || *line == '#')
		return 0;
	if (*line == '\t' && !r->file)
		return fail(r->e, 0, "it begins with a tab, and no file is above it");
	if (*line == '\t') {
		r->file->text = pool_printf("%s%.*s\n", r->file->text, (int)n - 1, line + 1);
		return 0;
	}
	text = pool_copy_n(line, n);
	return str_has_control(text) ? fail(r->e, 0, "it holds a control byte")
				     : read_line(r, text);
}

int peers_read(const char *name, const char *text, struct peers *peers, struct err *e)
{
	struct reading r = {peers, NULL, NULL, e};
	size_t number = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");

		number++;
		if (take_line(&r, text, n))
			return err_where(e, "%.30s:%zu", name, number);
		text += n + (text[n] == '\n');
	}
	for (size_t i = 0; i < peers->n; i++)
		if (!peers->v[i].program || !peers->v[i].command) {
			err_where(e, "%.39s", name);
			return fail(e, 0, "%s has no program or no command", peers->v[i].name);
		}
	return 0;
}

int peers_read_known(struct peers *peers, struct err *e)
{
	return peers_read("peers", peers_known, peers, e);
}

/* ---- commands ---------------------------------------------------------------------------------
 */

/* One word at *at, with '...' around what holds blanks; NULL: there is none. */
static const char *take_word(const char **at)
{
	const char *s = *at + strspn(*at, " ");
	char end = *s == '\'' ? '\'' : ' ';
	size_t n;

	s += end == '\'';
	n = end == '\'' ? strcspn(s, "'") : strcspn(s, " ]");
	*at = s + n + (s[n] == '\'' && end == '\'');
	return n || end == '\'' ? pool_copy_n(s, n) : NULL;
}

static int find_switch(const struct layers *l, const char *name)
{
	for (size_t i = 0; i < l->lattice.n; i++)
		if (str_equal(l->v[i].name, name))
			return (int)i;
	return -1;
}

/* "[NAME: WORDS]" or "[NAME<OTHER: WORDS]"; *at stands after the bracket. */
static int take_switch(const char **at, struct words *words, struct layers *l, struct err *e)
{
	size_t i = l->lattice.n, n = strcspn(*at, ":]");
	char *head = pool_copy_n(*at, n), *need = strchr(head, '<');
	const char *word, *all = NULL;

	if (need)
		*need++ = '\0';
	if ((*at)[n] != ':' || i == SET_LAYERS || !is_fit(head, false) || find_switch(l, head) >= 0)
		return fail(e, 0, "\"[%.40s\" cannot be one more switch", *at);
	if (need && find_switch(l, need) < 0)
		return fail(e, 0, "switch %s needs %s, which does not stand before it", head, need);
	*at += n + 1;
	while ((word = take_word(at))) {
		words_add(words, word, SET_BIT(i), 0);
		all = all ? pool_printf("%s %s", all, word) : word;
	}
	if (**at != ']' || !all)
		return fail(e, 0, "switch %s has no words, or no end", head);
	(*at)++;
	l->v[i] = (struct layer_row){head, all, NULL};
	l->lattice.below[i] = need ? SET_BIT(find_switch(l, need)) : 0;
	l->lattice.n++;
	l->offered |= SET_BIT(i);
	return 0;
}

int peers_make_words(const char *command, struct words *words, struct layers *l, struct err *e)
{
	const char *at = command, *word;

	memset(l, 0, sizeof(*l));
	for (;;) {
		at += strspn(at, " ");
		if (!*at)
			break;
		if (*at == '[') {
			at++;
			if (take_switch(&at, words, l, e))
				return -1;
			continue;
		}
		word = take_word(&at);
		if (!word)
			return fail(e, 0, "\"%.40s\" is no word", at);
		words_add(words, word, 0, 0);
	}
	if (words->n == 0 || words->v[0].with)
		return fail(e, 0, "the command has no program");
	return lattice_make(&l->lattice, e);
}

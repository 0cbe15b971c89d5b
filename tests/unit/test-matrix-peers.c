/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recipes for other sandboxes: what is read, what is refused, and what becomes of a command: its
 * words, its switches and their needs. The recipes that the program brings along are all read.
 */
#include "peers.h"

#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "tap.h"

static const char good[] = "# a comment\n"
			   "name box\n"
			   "program boxer\n"
			   "version -V\n"
			   "source boxer(1)\n"
			   "what a box\n"
			   "\n"
			   "directory a/b\n"
			   "file settings.json\n"
			   "\t{\"x\": \"{WORKSPACE}\"}\n"
			   "\t\ttabs stay\n"
			   "command boxer --in {DIR}/a [net: --no-net] --\n"
			   "means net.*,sock.* It says so.\n"
			   "name other\n"
			   "program other\n"
			   "command other\n";

static void test_read(void)
{
	struct peers *peers = calloc(1, sizeof(*peers));
	struct err e = {0};
	const struct peer *p = peers->v;

	is_int(peers_read("good", good, peers, &e), 0, "a recipe is read");
	is_int((long)peers->n, 2, "two in one text");
	is_str(p->name, "box", "name");
	is_str(p->program, "boxer", "program");
	is_str(p->version, "-V", "version");
	is_str(p->source, "boxer(1)", "source");
	is_int((long)p->files_n, 2, "its directory and its file");
	is_str(p->files[0].name, "a/b", "the directory's name");
	ok(p->files[0].text == NULL, "a directory has no text");
	is_str(p->files[1].text, "{\"x\": \"{WORKSPACE}\"}\n\ttabs stay\n", "the file's text");
	is_str(p->means[0].ops, "net.*,sock.*", "what is meant");
	is_str(p->means[0].text, "It says so.", "and why");
	ok(p->means[1].ops == NULL, "and no more");
	is_str(peers->v[1].command, "other", "the second's command");
	free(peers);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *what;
	} rows[] = {
		{"program x\n", "before a name"},
		{"name x\nprogram y\n", "no command"},
		{"name x\ncommand y\n", "no program"},
		{"name X!\n", "cannot be one more name"},
		{"name x\nprogram y\nprogram z\n", "stands twice"},
		{"name x\nkey y\n", "is no key"},
		{"name x\nfile ../y\n", "cannot be one more file"},
		{"name x\nfile /y\n", "cannot be one more file"},
		{"name x\nprogram y\n\ttext\n", "no file is above it"},
		{"name x\nmeans fs.*\n", "globs and a sentence"},
		{"name x\nprogram \x1b[2J\n", "control byte"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct peers *peers = calloc(1, sizeof(*peers));
		struct err e = {0};

		is_int(peers_read("bad", rows[i].text, peers, &e), -1, rows[i].what);
		ok(strstr(e.what, rows[i].what) != NULL, e.what);
		free(peers);
	}
}

static const char *line_of(const struct words *w, uint32_t set)
{
	static char line[512];
	const char *picked[64];
	size_t n = words_pick(w, set, picked);

	line[0] = '\0';
	for (size_t i = 0; i < n; i++)
		(void)snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s",
			       i ? "|" : "", picked[i]);
	return line;
}

static void test_words(void)
{
	struct words words = {0};
	struct layers switches;
	struct err e = {0};

	is_int(peers_make_words("box '--a b' [mount: --mount] [pid<mount: --pid --proc] "
				"[env: '--clear env'] -- ",
				&words, &switches, &e),
	       0, "a command with three switches");
	is_int((long)switches.lattice.n, 3, "three");
	is_str(switches.v[1].name, "pid", "named");
	is_str(switches.v[1].stops, "--pid --proc", "with its words");
	is_int((long)switches.lattice.below[1], 1, "pid needs mount");
	is_str(line_of(&words, 0), "box|--a b|--", "without any");
	is_str(line_of(&words, 7), "box|--a b|--mount|--pid|--proc|--clear env|--", "with all");
	is_str(line_of(&words, 4), "box|--a b|--clear env|--", "with one");
}

static void test_words_refused(void)
{
	static const char *const rows[] = {"",
					   "[a: -a] box",
					   "box [a: -a",
					   "box [a -a]",
					   "box [a:]",
					   "box [a: -a] [a: -b]",
					   "box [b<a: -b] [a: -a]",
					   "box ]"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct words words = {0};
		struct layers switches;
		struct err e = {0};

		is_int(peers_make_words(rows[i], &words, &switches, &e), -1, rows[i]);
		ok(e.what[0] != '\0', e.what);
	}
}

static void test_known(void)
{
	struct peers *peers = calloc(1, sizeof(*peers));
	struct err e = {0};

	is_int(peers_read_known(peers, &e), 0, "the known recipes are read");
	ok(peers->n >= 7, "there are seven or more");
	for (size_t i = 0; i < peers->n; i++) {
		const struct peer *p = &peers->v[i];
		struct words words = {0};
		struct layers switches;

		is_int(peers_make_words(p->command, &words, &switches, &e), 0, p->name);
		ok(p->version && p->source && p->what && p->means[0].ops, p->name);
	}
	free(peers);
}

int main(void)
{
	test_read();
	test_refused();
	test_words();
	test_words_refused();
	test_known();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gitconfig: what is read from a file of git's is what git reads from it: of texts that were
 * written to be difficult, and of many that chance makes from the pieces that matter.
 */
#define TAP_SECONDS 120
#include "tap.h"

#include <stdlib.h>

#include "child.h"
#include "gitconfig.h"
#include "pool.h"
#include "str.h"

/* Settings as git prints them with --list --null: "key\nvalue\0", or "key\0". */
struct listing {
	char *text;
	size_t n;
};

static int add(const char *key, const char *value, void *data)
{
	struct listing *l = data;
	size_t k = strlen(key), v = value ? strlen(value) + 1 : 0;

	l->text = realloc(l->text, l->n + k + v + 1);
	memcpy(l->text + l->n, key, k);
	if (value) {
		l->text[l->n + k] = '\n';
		memcpy(l->text + l->n + k + 1, value, v - 1);
	}
	l->text[l->n + k + v] = '\0';
	l->n += k + v + 1;
	return 0;
}

static const char *file;

/* git's answer; false where it refuses the file. */
static bool ask_git(const char *text, size_t n, struct child_result *r)
{
	const char *argv[] = {"git", "config", "--file", file, "--list", "--null", NULL};
	struct child_spec spec = {.argv = argv, .timeout_ms = 10000, .output_max = 1 << 20};
	struct err e = {0};
	FILE *f = fopen(file, "w");

	if (!f || fwrite(text, 1, n, f) != n || fclose(f) || child_run(&spec, r, &e))
		exit(1);
	return r->status == 0;
}

/* git before 2.45 made each blank inside a value a space; later ones keep it. */
static bool same(const char *a, size_t an, const char *b, size_t bn)
{
	if (an != bn)
		return false;
	for (size_t i = 0; i < an; i++)
		if (a[i] != b[i] &&
		    !(strchr(" \t\r", a[i]) && strchr(" \t\r", b[i]) && a[i] && b[i]))
			return false;
	return true;
}

static bool agrees(const char *text)
{
	struct listing ours = {NULL, 0};
	struct child_result git;
	size_t n = strlen(text);
	bool taken = gitconfig_read(text, n, add, &ours) == 0, good;

	if (ask_git(text, n, &git))
		good = taken && same(ours.text, ours.n, git.out, git.out_size);
	else
		good = !taken;
	if (!good) {
		char shown[512];

		str_escape(shown, sizeof(shown), text);
		printf("#   text: %s\n#   ours: %s%zu bytes, git: %zu bytes, status %d\n", shown,
		       taken ? "" : "refused, ", ours.n, git.out_size, git.status);
	}
	free(ours.text);
	child_free(&git);
	return good;
}

static const char *const texts[] = {
	"",
	"[core]\n\tbare = false\n",
	"[core]bare=false",
	"[CORE]\n\tHooksPath = A b  c  \n",
	"[include]\n\tpath = ../x # comment\n",
	"[includeIf \"gitdir:~/src/\"]\n\tpath = \"a # b\" ; c\n",
	"[remote \"Or\\\"ig\\\\in\"]\n\turl = x\n",
	"[a \"b]\nc = d\n",
	"[a \"b\" ]\nc = d\n",
	"[a  \t\"b\"] c = d\n",
	"[a\n\"b\"]\nc=d\n",
	"[a.B]\nc = d\n",
	"[a]\nb\nc =\nd = \"\"\n",
	"[a]\nb = x \\\n   y\n",
	"[a]\nb = \"x \\\n   y\"\n",
	"[a]\nb = \"x\n",
	"[a]\nb = \\q\n",
	"[a]\nb = \\t\\n\\b\\\\\\\"\n",
	"[a]\nb = x \"  \" y\n",
	"[a]\nb = \"\" x\n",
	"[a]\nb = x \"\"  \n",
	"[a]\r\nb = c\r\n\r\n",
	"[a]\nb = c\rd\n",
	"\xef\xbb\xbf[a]\nb = c\n",
	"\xef\xbb[a]\nb = c\n",
	"[a]\n1b = c\n",
	"[a]\n-b = c\n",
	"[a]\nb-1 = c\n",
	"[a]\nb_1 = c\n",
	"[a]\nb c\n",
	"[a]\nb # comment\n",
	"[a]\nb;\n",
	"[]\nb = c\n",
	"[ \"x\"]\na = b\n",
	"[.]\na = b\n",
	"[a\n",
	"[a \"\n",
	"[a \"b\\\n\"]\n",
	"[a]\nb = c\\",
	"[a]\nb = \"c\\",
	"[a] ; comment\nb = c\n[A] B = d",
	"# only\n; comments",
	"[a]\n\vb = c\n",
	"[a]\nb = c\v\n",
	"[a.b \"c\"]\nd = e\n",
};

static void test_texts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ok(agrees(texts[i]), "text %zu is read as git reads it", i);
	ok(gitconfig_read("[core \"fsmonitor\0\"]\nx = y\n", 26, add, &(struct listing){0}) < 0,
	   "a NUL, at which git ends a key, is refused");
}

static void test_chance(void)
{
	static const char *const pieces[] = {
		"[", "]", "\"", "\\", "\n", "\r", "\r\n", " ", "\t",	   "a",	   "B",
		"=", ";", "#",	".",  "-",  "1",  "\\n",  "_", "[core]\n", "x = ", "\\\n",
	};
	unsigned int seed = 20261126, wrong = 0;

	for (int i = 0; i < 400; i++) {
		char text[256] = "";

		for (int k = rand_r(&seed) % 24; k >= 0; k--)
			strcat(text, pieces[(size_t)rand_r(&seed) % ARRAY_SIZE(pieces)]);
		wrong += !agrees(text);
	}
	is_int(wrong, 0, "400 texts made by chance are read as git reads them");
}

static void test_risk(void)
{
	static const struct {
		const char *key, *value;
		bool risky;
	} rows[] = {
		{"core.repositoryformatversion", "0", false},
		{"core.bare", NULL, false},
		{"remote.origin.url", "https://example.org/x.git", false},
		{"remote.origin.url", "git@example.org:x.git", false},
		{"remote.a.b.url", "../x", false},
		{"remote.origin.url", "ext::sh -c x", true},
		{"remote.origin.url", "--upload-pack=x", true},
		{"remote.origin.url", NULL, true},
		{"remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*", false},
		{"remote.origin.uploadpack", "x", true},
		{"branch.main.merge", "refs/heads/main", false},
		{"branch.a.b.remote", "origin", false},
		{"submodule.lib.url", "https://example.org/lib.git", false},
		{"submodule.lib.update", "rebase", false},
		{"submodule.lib.update", "!sh", true},
		{"user.name", "A", false},
		{"extensions.objectformat", "sha256", false},
		{"core.fsmonitor", "true", true},
		{"core.hookspath", "x", true},
		{"core.worktree", "../../x", true},
		{"include.path", "x", true},
		{"includeif.gitdir:/x.path", "x", true},
		{"alias.st", "!sh", true},
		{"alias.st", "status", true},
		{"filter.x.clean", "x", true},
		{"diff.external", "x", true},
		{"credential.helper", "x", true},
		{"core.sshcommand", "x", true},
		{"url.ext::sh.insteadof", "https://", true},
		{"protocol.ext.allow", "always", true},
		{"bare", "x", true},
		{"nothing.anybody.knows", "x", true},
		{"", "", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		is_int(gitconfig_is_risky(rows[i].key, rows[i].value), rows[i].risky, "%s = %s",
		       rows[i].key, rows[i].value ? rows[i].value : "(none)");
}

int main(void)
{
	char path[] = "/tmp/pinfold-gitconfig.XXXXXX";
	int fd = mkstemp(path);

	file = path;
	test_risk();
	if (fd < 0 || system("git --version >/dev/null 2>&1") != 0) {
		tap_skip("texts are read as git reads them", "git is not installed");
	} else {
		test_texts();
		test_chance();
	}
	(void)unlink(path);
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * others: other sandboxes as subjects: which are asked for, which are here, and their files.
 *
 * Should keep a sandbox that cannot be measured as a subject with its reason, never leave it out in
 * silence. Mustn't start one but to ask for its version.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "peers.h"
#include "pool.h"

enum { VERSION_MS = 20000, VERSION_OUTPUT = 4096, VERSION_MOST = 120 };

/* Where a program of that name is; NULL: nowhere. */
static const char *find_program(const char *name)
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? name : NULL;
	for (dirs = dirs ? dirs : "/usr/local/bin:/usr/bin:/bin"; *dirs;) {
		size_t n = strcspn(dirs, ":");
		struct stat st;
		const char *path = pool_printf("%.*s/%s", (int)n, dirs, name);

		if (*path == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    access(path, X_OK) == 0)
			return path;
		dirs += n + (dirs[n] == ':');
	}
	return NULL;
}

/* The first line that it says of itself; NULL where it says nothing. */
static const char *ask_version(const struct peer *p)
{
	const char *argv[] = {p->program, p->version, NULL};
	struct child_spec spec = {
		.argv = argv, .timeout_ms = VERSION_MS, .output_max = VERSION_OUTPUT};
	struct child_result result;
	const char *text = NULL;
	struct err e = {0};
	size_t n;

	if (!p->version || child_run(&spec, &result, &e))
		return NULL;
	n = strcspn(result.out, "\n");
	if (n && n <= VERSION_MOST && !result.status) {
		char *escaped = pool_alloc(4 * n + 1);

		str_escape(escaped, 4 * n + 1, pool_copy_n(result.out, n));
		text = escaped;
	}
	child_free(&result);
	return text;
}

static int refuse(const char *spec, const char *what, struct err *e)
{
	err_where(e, "--against");
	err_remedy(e,
		   "Write 'NAME=COMMAND PREFIX', a known name, \"known\" for all of them, or the "
		   "path of a recipe.");
	return fail(e, 0, "\"%.100s\" %s", spec, what);
}

static int add_known(const char *spec, struct peers *out, struct err *e)
{
	struct peers *known = pool_alloc(sizeof(*known));
	size_t before = out->n;

	if (peers_read_known(known, e))
		return -1;
	for (size_t i = 0; i < known->n; i++) {
		if (!str_equal(spec, "known") && !str_equal(spec, known->v[i].name))
			continue;
		if (out->n == PEERS_MAX)
			return refuse(spec, "is one too many", e);
		out->v[out->n++] = known->v[i];
	}
	return out->n > before ? 0 : refuse(spec, "is neither NAME=COMMAND nor known", e);
}

static int add_spec(const char *spec, struct peers *out, struct err *e)
{
	const char *equals = strchr(spec, '='), *slash = strchr(spec, '/');
	struct peer *p;
	size_t size;
	char *text;

	if (slash && (!equals || slash < equals)) {
		text = saved_load(spec, &size, e);
		return text ? peers_read(spec, text, out, e) : -1;
	}
	if (!equals)
		return add_known(spec, out, e);
	if (out->n == PEERS_MAX || equals == spec)
		return refuse(spec, "has no name before the =, or is one too many", e);
	p = &out->v[out->n++];
	*p = (struct peer){.name = pool_copy_n(spec, (size_t)(equals - spec)),
			   .what = "as named by --against",
			   .command = equals + 1};
	p->program = pool_copy_n(p->command, strcspn(p->command, " "));
	return 0;
}

static int add_subject(const struct peer *p, struct report *r, struct err *e)
{
	struct layers *switches = pool_alloc(sizeof(*switches));
	struct subject *s = &r->subjects[r->subjects_n];
	const char *first;

	for (size_t i = 0; i < r->subjects_n; i++)
		if (str_equal(r->subjects[i].name, p->name))
			return refuse(p->name, "is named twice", e);
	if (r->subjects_n == SUBJECTS_MAX)
		return refuse(p->name, "is one too many", e);
	r->subjects_n++;
	*s = (struct subject){.kind = SUBJECT_OTHER,
			      .name = p->name,
			      .layers = switches,
			      .command = p->command,
			      .source = p->source,
			      .what = p->what,
			      .fairness = p->means,
			      .peer = p};
	if (peers_make_words(p->command, &s->words, switches, e))
		return err_where(e, "--against %.20s", p->name);
	s->top = switches->offered;
	/* By its whole path: the keeper's room looks at no PATH. */
	first = find_program(s->words.v[0].text);
	if (first)
		s->words.v[0].text = first;
	if (first && find_program(p->program))
		s->version = ask_version(p);
	else
		s->why_not = pool_printf("%s is not installed", p->program);
	r->columns[r->columns_n++] =
		(struct column){.subject = s, .profile = {p->name, s->top, s->top, false}};
	return 0;
}

int others_choose(const struct request *request, struct report *r, struct err *e)
{
	struct peers *peers = pool_alloc(sizeof(*peers));

	for (size_t i = 0; i < request->against.n; i++)
		if (add_spec(request->against.v[i], peers, e))
			return -1;
	for (size_t i = 0; i < peers->n; i++)
		if (add_subject(&peers->v[i], r, e))
			return -1;
	return 0;
}

const char *others_dir(const struct kit *kit, const struct subject *s)
{
	return pool_printf("%s/peer-%s", kit->dir, s->name);
}

/* Every directory above the last part of the path, which is ours and nobody else's to change. */
static int make_parents(const char *path, size_t from)
{
	for (const char *at = path + from; (at = strchr(at, '/')); at++) {
		const char *dir = pool_copy_n(path, (size_t)(at - path));

		if (mkdir(dir, 0755) && errno != EEXIST)
			return -1;
	}
	return 0;
}

int others_make_files(const struct kit *kit, const struct subject *s,
		      const struct word_value *values, struct err *e)
{
	const char *dir = others_dir(kit, s);

	if (mkdir(dir, 0755) && errno != EEXIST)
		return fail(e, errno, "make %s", dir);
	for (size_t i = 0; s->peer && i < s->peer->files_n; i++) {
		const struct peer_file *f = &s->peer->files[i];
		const char *path = pool_printf("%s/%s%s", dir, f->name, f->text ? "" : "/");
		const char *text = f->text ? words_expand(f->text, values) : NULL;
		autoclose int fd = -1;

		if (make_parents(path, strlen(dir) + 1))
			return fail(e, errno, "make %s", path);
		if (!text)
			continue;
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (fd < 0 || fd_write_all(fd, text, strlen(text)))
			return fail(e, errno, "write %s", path);
	}
	return 0;
}

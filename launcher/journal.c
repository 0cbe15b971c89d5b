/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: what a run leaves for the next one, should it not come to its own end.
 *
 * Lines of words; the last word of a line is a path, which may hold any byte and is escaped as
 * str_escape() does. The line "whole" stands behind the names: a journal without it was being
 * written when its run died, so that nothing was started. Pure, but for the writing.
 */
#include "after.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

#define MAGIC "pinfold journal 1"

enum { LINE_MOST = 20000 };

static const char *escape(const char *path)
{
	size_t size = 4 * strlen(path) + 1;
	char *text = pool_alloc(size);

	str_escape(text, size, path);
	return text;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The reverse of str_escape(); NULL where text is not of its making. */
static const char *unescape(const char *text)
{
	char *path = pool_alloc(strlen(text) + 1), *to = path;

	for (; *text; text++) {
		if (*text != '\\') {
			*to++ = *text;
			continue;
		}
		if (text[1] != 'x' || digit(text[2]) < 0 || digit(text[3]) < 0)
			return NULL;
		*to++ = (char)(digit(text[2]) * 16 + digit(text[3]));
		text += 3;
	}
	return path;
}

static void write_guard(FILE *file, const struct plan_guard *pg)
{
	const struct guard *g = &pg->guard;

	fprintf(file, "guard %d %d %d %d %llx %llx %llx %llx %s\n", (int)g->way, (int)g->sort,
		(int)g->found, (int)pg->how, (unsigned long long)g->id.dev,
		(unsigned long long)g->id.ino, (unsigned long long)g->parent.dev,
		(unsigned long long)g->parent.ino, escape(g->path));
}

int journal_write(int fd, const struct journal *j, struct err *e)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return fail(e, errno, "write the journal");
	fprintf(file, MAGIC "\nbegan %llu\nboot %s\nsearch %d %u\nfails %d\n",
		(unsigned long long)j->began, j->boot, (int)j->search, j->names,
		(int)j->planted_fails);
	if (j->workspace)
		fprintf(file, "workspace %s\n", escape(j->workspace));
	for (size_t i = 0; i < j->hooks.n; i++)
		fprintf(file, "hooks %s\n", escape(j->hooks.v[i]));
	for (size_t i = 0; i < j->n; i++)
		write_guard(file, &j->v[i]);
	fprintf(file, "whole\n");
	if (fclose(file) || fd_write_all(fd, text, size))
		return fail(e, errno, "write the journal");
	free(text);
	return 0;
}

int journal_write_pid(int fd, int pid)
{
	char text[64];
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	(void)snprintf(text, sizeof(text), "pid %d %llu\n", pid,
		       (unsigned long long)now.tv_sec * 1000000000u +
			       (unsigned long long)now.tv_nsec);
	return fd_write_all(fd, text, strlen(text));
}

static int read_guard(const char *line, struct journal *j)
{
	unsigned long long n[4];
	unsigned int w[4];
	int at = 0;
	struct plan_guard pg = {{0}, GUARD_BY_END};

	if (sscanf(line, "guard %u %u %u %u %llx %llx %llx %llx %n", &w[0], &w[1], &w[2], &w[3],
		   &n[0], &n[1], &n[2], &n[3], &at) != 8 ||
	    !at || w[0] > GUARD_DENY || w[1] > GUARD_GITDIR || w[2] > GUARD_LINK ||
	    w[3] > GUARD_BY_END)
		return -1;
	pg.guard.path = unescape(line + at);
	if (!pg.guard.path || !str_path_is_plain(pg.guard.path))
		return -1;
	pg.guard.way = (enum guard_way)w[0];
	pg.guard.sort = (enum guard_sort)w[1];
	pg.guard.found = (enum guard_found)w[2];
	pg.how = (enum guard_how)w[3];
	pg.guard.id = (struct guard_id){n[0], n[1]};
	pg.guard.parent = (struct guard_id){n[2], n[3]};
	map_put(&j->by_path, pg.guard.path, j->n);
	j->v[j->n++] = pg;
	return 0;
}

/* Below a worktree. */
static int read_hooks(const char *text, struct journal *j)
{
	const char *name = unescape(text);

	if (!name || !str_path_is_plain(pool_printf("/%s", name)))
		return -1;
	pool_list_add(&j->hooks, name);
	return 0;
}

static int read_line(const char *line, struct journal *j, bool *whole)
{
	unsigned long long n;
	unsigned int search;
	int flag, at = 0;

	if (str_starts(line, "guard "))
		return read_guard(line, j);
	if (str_starts(line, "hooks "))
		return read_hooks(line + 6, j);
	if (str_equal(line, "whole"))
		return *whole = true, 0;
	if (sscanf(line, "began %llu%n", &n, &at) == 1 && at)
		return j->began = n, 0;
	if (str_starts(line, "boot "))
		return j->boot = pool_copy(line + 5), 0;
	if (sscanf(line, "search %u %u", &search, &j->names) == 2)
		return j->search = search, search > GUARD_SEARCH_WHOLE ? -1 : 0;
	if (sscanf(line, "fails %d", &flag) == 1)
		return j->planted_fails = flag, 0;
	if (sscanf(line, "pid %d %llu", &j->pid, &n) == 2)
		return j->pid_made = n, 0;
	if (!str_starts(line, "workspace "))
		return -1;
	j->workspace = unescape(line + 10);
	return j->workspace ? 0 : -1;
}

int journal_read(const char *text, size_t size, struct journal *j)
{
	const char *end = text + size;
	size_t lines = 0;
	bool whole = false;

	*j = (struct journal){.boot = ""};
	for (const char *s = text; s < end; s++)
		lines += *s == '\n';
	j->v = pool_alloc((lines + 1) * sizeof(*j->v));
	for (size_t i = 0; i < lines; i++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *line = pool_copy_n(text, (size_t)(stop - text));

		if (i == 0 ? !str_equal(line, MAGIC) : read_line(line, j, &whole) != 0)
			return -1;
		text = stop + 1;
	}
	return whole ? 0 : -1;
}

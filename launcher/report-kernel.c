/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report-kernel: what the kernel answers about the command's process, behind its last layer.
 *
 * Should: take the kernel's word alone. The process opens its own files in /proc once everything is
 * applied and proven; the launcher reads them, while that process waits for its leave to go on.
 * Where there is no /proc inside, or the command may not look into it, there is nothing to be read,
 * and the report says null. Mustn't: take anything else for that. Whoever wants a report starts
 * nothing without it.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"

enum { TEXT_MAX = 1 << 20, FDS_LOOKED = 1024 };

static const struct fact {
	enum link_word word;
	size_t offset; /* in struct facts */
	const char *path;
} facts_rows[] = {
	{LINK_STATUS, offsetof(struct facts, status), "/proc/self/status"},
	{LINK_MOUNTS, offsetof(struct facts, mounts), "/proc/self/mountinfo"},
	{LINK_LIMITS, offsetof(struct facts, limits), "/proc/self/limits"},
	{LINK_FDS, offsetof(struct facts, descriptors), NULL},
};

/* ---- inside ------------------------------------------------------------------------------------
 */

/* "NUMBER TARGET" for each descriptor that exec leaves open. */
static int write_descriptors(int into, struct err *e)
{
	for (int fd = 0; fd < FDS_LOOKED; fd++) {
		char path[48], target[256], line[320];
		int flags = fcntl(fd, F_GETFD);
		ssize_t n;

		if (flags < 0 && errno != EBADF)
			return fail(e, errno, "look at descriptor %d", fd);
		if (flags < 0 || (flags & FD_CLOEXEC))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		(void)snprintf(line, sizeof(line), "%d %s\n", fd, target);
		if (fd_write_all(into, line, strlen(line)))
			return fail(e, errno, "list the descriptors");
	}
	return 0;
}

/* A pipe holds more than their list takes. */
static int list_descriptors(struct err *e)
{
	int ends[2];
	autoclose int into = -1;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return fail(e, errno, "make a pipe");
	into = ends[1];
	if (write_descriptors(into, e) == 0)
		return ends[0];
	(void)close(ends[0]);
	return -1;
}

static int say_fact(int link, const struct fact *f, struct err *e)
{
	autoclose int fd = f->path ? open(f->path, O_RDONLY | O_CLOEXEC) : list_descriptors(e);

	if (fd >= 0)
		return link_say(link, f->word, fd, e);
	if (!f->path)
		return -1;
	return errno == ENOENT || errno == EACCES ? 0 : fail(e, errno, "open %s", f->path);
}

int report_say_facts(int link, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(facts_rows); i++)
		if (say_fact(link, &facts_rows[i], e))
			return err_where(e, "--report");
	return 0;
}

/* ---- the launcher ------------------------------------------------------------------------------
 */

void report_take_fact(struct facts *facts, char word, int *fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(facts_rows); i++) {
		int *at = (void *)((char *)facts + facts_rows[i].offset);

		if ((char)facts_rows[i].word == word && *at < 0)
			*at = fd_take(fd);
	}
}

void report_drop_facts(struct facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(facts_rows); i++)
		fd_cleanup((void *)((char *)facts + facts_rows[i].offset));
	*facts = (struct facts)FACTS_NONE;
}

/*
 * All that one of them says, into *text; NULL where there is nothing. One buffer serves all, each
 * until the next is read: five thousand mounts are half of it.
 */
static int read_fact(int fd, char **text, struct err *e)
{
	static char buffer[TEXT_MAX];
	ssize_t n = fd < 0 ? 0 : fd_read_full(fd, buffer, TEXT_MAX - 1);

	if (n < 0)
		return fail(e, errno, "read what the kernel answers");
	if (n == TEXT_MAX - 1)
		return fail(e, 0, "what the kernel answers is longer than %d bytes", TEXT_MAX - 1);
	buffer[n] = '\0';
	*text = n ? buffer : NULL;
	return 0;
}

/* The value of a line "NAME:\tVALUE"; NULL where there is none. */
static char *value_of(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, n) || line[n] != ':')
			continue;
		line += n + 1 + strspn(line + n + 1, " \t");
		return pool_copy_n(line, strcspn(line, "\n"));
	}
	return NULL;
}

static void print_status(char *text, struct out *out)
{
	static const struct {
		const char *line, *key;
		bool number;
	} rows[] = {
		{"NoNewPrivs", "no_new_privs", true},
		{"Seccomp", "seccomp_mode", true},
		{"Seccomp_filters", "seccomp_filters", true},
		{"CapInh", "capabilities_inheritable", false},
		{"CapPrm", "capabilities_permitted", false},
		{"CapEff", "capabilities_effective", false},
		{"CapBnd", "capabilities_bounding", false},
		{"CapAmb", "capabilities_ambient", false},
		{"Uid", "uids", false},
		{"Gid", "gids", false},
		{"Groups", "groups", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *value = text ? value_of(text, rows[i].line) : NULL;

		for (char *tab = value; tab && (tab = strchr(tab, '\t'));)
			*tab = ' ';
		if (rows[i].number && value)
			out_int(out, rows[i].key, strtoll(value, NULL, 10));
		else
			out_str(out, rows[i].key, value);
	}
}

/* proc_pid_mountinfo(5): 36 35 98:0 /root /dest options ... - type source super. */
static void print_mounts(char *text, struct out *out)
{
	char *next;

	out_array(out, "mounts");
	for (char *line = text; line && *line; line = next) {
		char *words[64], *save = NULL, *dash = NULL;
		size_t n = 0;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		for (char *w = strtok_r(line, " ", &save); w && n < 64;
		     w = strtok_r(NULL, " ", &save)) {
			if (str_equal(w, "-") && !dash && n > 5)
				dash = words[n] = w;
			else
				words[n] = w;
			n++;
		}
		for (size_t i = 6; dash && i + 2 < n; i++) {
			if (words[i] != dash)
				continue;
			out_object(out, NULL);
			out_str(out, "dest", words[4]);
			out_str(out, "type", words[i + 1]);
			out_str(out, "flags", words[5]);
			out_object_end(out);
		}
	}
	out_array_end(out);
}

/* proc_pid_limits(5): columns of a fixed width, below a head. */
static void print_limits(char *text, struct out *out)
{
	enum { NAME = 26, NUMBER = 21 };

	out_array(out, "rlimits");
	for (const char *line = text ? strchr(text, '\n') : NULL; line; line = strchr(line, '\n')) {
		const char *end = strchr(++line, '\n');

		if (!end || end - line < NAME + 2 * NUMBER)
			break;
		out_object(out, NULL);
		out_str(out, "name", pool_trim(line, NAME));
		out_str(out, "soft", pool_trim(line + NAME, NUMBER));
		out_str(out, "hard", pool_trim(line + NAME + NUMBER, NUMBER));
		out_object_end(out);
	}
	out_array_end(out);
}

static void print_descriptors(char *text, struct out *out)
{
	char *save = NULL;

	out_array(out, "descriptors");
	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *target = strchr(line, ' ');

		out_object(out, NULL);
		out_int(out, "fd", atoi(line));
		out_str(out, "target", target && target[1] ? target + 1 : NULL);
		out_object_end(out);
	}
	out_array_end(out);
}

int report_print_facts(const struct facts *facts, struct out *out, struct err *e)
{
	const struct {
		int fd;
		void (*print)(char *text, struct out *out);
	} parts[] = {
		{facts->status, print_status},
		{facts->mounts, print_mounts},
		{facts->limits, print_limits},
		{facts->descriptors, print_descriptors},
	};
	char *text = NULL;

	out_object(out, "kernel");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (read_fact(parts[i].fd, &text, e))
			return -1;
		parts[i].print(text, out);
	}
	out_object_end(out);
	return 0;
}

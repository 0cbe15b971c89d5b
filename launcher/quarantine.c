/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine: moves a thing out of a workspace, as it is, to where nothing obeys it.
 *
 * Should take it by one rename(2), which nobody can see half done; on another file system, by a
 * copy of bounded size and a removal. Mustn't follow a link, open anything that is not a plain file
 * or a directory, or take away what was not copied.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "after.h"
#include "fd.h"
#include "pinfold.h"
#include "pool.h"

enum { COPY_BYTES = 256 << 20, COPY_NAMES = 100000, COPY_DEPTH = 64 };

/* What a copy may still take. */
struct allowance {
	int64_t bytes, names;
};

static int copy(int from, const char *name, int to, const char *as, struct allowance *left,
		int depth, struct err *e);
static int drop(int dir, const char *name, int depth, struct err *e);

/* Something that its owner has closed to himself is opened by its descriptor: no name is looked up.
 */
static int allow(int fd, mode_t more)
{
	char link[40];
	struct stat st;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return fstat(fd, &st) || chmod(link, (st.st_mode & 07777) | more) ? -1 : 0;
}

static int open_thing(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	autoclose int path = -1;

	if (fd >= 0 || errno != EACCES)
		return fd;
	path = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (path < 0 || allow(path, 0700))
		return -1;
	return openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static int copy_file(int from, const char *name, int to, const char *as, struct allowance *left,
		     struct err *e)
{
	autoclose int in = open_thing(from, name, O_RDONLY);
	autoclose int out = openat(to, as, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char buffer[65536];
	ssize_t n;

	if (in < 0 || out < 0)
		return fail(e, errno, "copy %s", name);
	while ((n = read(in, buffer, sizeof(buffer))) > 0) {
		left->bytes -= n;
		if (left->bytes < 0)
			return fail(e, EFBIG, "more than %d MiB would have to be copied",
				    COPY_BYTES >> 20);
		if (fd_write_all(out, buffer, (size_t)n))
			return fail(e, errno, "copy %s", name);
	}
	return n < 0 ? fail(e, errno, "read %s", name) : 0;
}

static int copy_link(int from, const char *name, int to, const char *as, struct err *e)
{
	char text[PATH_MAX];
	ssize_t n = readlinkat(from, name, text, sizeof(text) - 1);

	if (n < 0)
		return fail(e, errno, "read the link %s", name);
	text[n] = '\0';
	return symlinkat(text, to, as) ? fail(e, errno, "copy the link %s", name) : 0;
}

static int copy_directory(int from, const char *name, int to, const char *as,
			  struct allowance *left, int depth, struct err *e)
{
	autoclose int in = open_thing(from, name, O_RDONLY | O_DIRECTORY), out = -1;
	DIR *list = in < 0 ? NULL : fdopendir(fcntl(in, F_DUPFD_CLOEXEC, 3));
	const struct dirent *entry;
	int rc = 0;

	if (!list || mkdirat(to, as, 0700))
		rc = fail(e, errno, "copy %s", name);
	if (rc == 0 && (out = openat(to, as, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		rc = fail(e, errno, "copy %s", name);
	while (rc == 0 && (errno = 0, entry = readdir(list)))
		if (!str_equal(entry->d_name, ".") && !str_equal(entry->d_name, ".."))
			rc = copy(in, entry->d_name, out, entry->d_name, left, depth + 1, e);
	if (rc == 0 && errno)
		rc = fail(e, errno, "list %s", name);
	if (list)
		(void)closedir(list);
	return rc;
}

static int copy(int from, const char *name, int to, const char *as, struct allowance *left,
		int depth, struct err *e)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return fail(e, errno, "look at %s", name);
	if (left->names-- == 0 || depth == COPY_DEPTH)
		return fail(e, EFBIG, "more than %d names, or %d levels, would have to be copied",
			    COPY_NAMES, COPY_DEPTH);
	if (S_ISREG(st.st_mode))
		return copy_file(from, name, to, as, left, e);
	if (S_ISDIR(st.st_mode))
		return copy_directory(from, name, to, as, left, depth, e);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, name, to, as, e);
	/* A fifo, a socket: there is nothing in it, and its kind is all that there is to keep. */
	if (S_ISFIFO(st.st_mode))
		return mkfifoat(to, as, 0600) ? fail(e, errno, "copy %s", name) : 0;
	return mknodat(to, as, S_IFREG | 0600, 0) ? fail(e, errno, "copy %s", name) : 0;
}

static int drop_directory(int dir, const char *name, int depth, struct err *e)
{
	autoclose int fd = open_thing(dir, name, O_RDONLY | O_DIRECTORY);
	DIR *list = fd < 0 ? NULL : fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 3));
	const struct dirent *entry;
	int rc = list && allow(fd, 0700) == 0 ? 0 : fail(e, errno, "open %s", name);

	while (rc == 0 && (errno = 0, entry = readdir(list)))
		if (!str_equal(entry->d_name, ".") && !str_equal(entry->d_name, ".."))
			rc = drop(fd, entry->d_name, depth + 1, e);
	if (list)
		(void)closedir(list);
	if (rc)
		return -1;
	return unlinkat(dir, name, AT_REMOVEDIR) ? fail(e, errno, "remove %s", name) : 0;
}

static int drop(int dir, const char *name, int depth, struct err *e)
{
	if (unlinkat(dir, name, 0) == 0)
		return 0;
	if (errno != EISDIR)
		return fail(e, errno, "remove %s", name);
	return depth == COPY_DEPTH + 1 ? fail(e, EFBIG, "%s lies too deep", name)
				       : drop_directory(dir, name, depth, e);
}

/* On another file system. What cannot be copied whole stays, and nothing of it in the quarantine.
 */
static int move_by_copy(int dir, const char *name, int to, const char *as, struct err *e)
{
	struct allowance left = {COPY_BYTES, COPY_NAMES};
	struct err ignored = {0};

	if (copy(dir, name, to, as, &left, 0, e) == 0)
		return drop(dir, name, 0, e);
	(void)drop(to, as, 0, &ignored);
	return -1;
}

static int move(int dir, const char *name, int to, const char *as)
{
	return (int)syscall(SYS_renameat2, dir, name, to, as, RENAME_NOREPLACE);
}

/* A directory closed to its owner lets nothing out, and is not moved to another one. */
static void open_up(int dir, const char *name)
{
	autoclose int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);

	(void)allow(dir, 0700);
	if (fd >= 0)
		(void)allow(fd, 0700);
}

static int open_run(struct quarantine *q, struct err *e)
{
	autoclose int all = -1;

	if (q->fd >= 0)
		return 0;
	all = state_open_dir(q->state, "quarantine", e);
	if (all < 0)
		return -1;
	if (mkdirat(all, q->run, 0700) && errno != EEXIST)
		return fail(e, errno, "make %s/quarantine/%s", q->state->path, q->run);
	q->fd = openat(all, q->run, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return q->fd >= 0 ? 0 : fail(e, errno, "open %s/quarantine/%s", q->state->path, q->run);
}

int quarantine_move(struct quarantine *q, int dir, const char *name, const char **where,
		    struct err *e)
{
	char as[16];
	int rc;

	if (open_run(q, e))
		return -1;
	/* A run that is finished a second time finds the numbers of the first. */
	do {
		(void)snprintf(as, sizeof(as), "%u", ++q->n);
		rc = move(dir, name, q->fd, as);
		if (rc && (errno == EACCES || errno == EPERM)) {
			open_up(dir, name);
			rc = move(dir, name, q->fd, as);
		}
	} while (rc && errno == EEXIST && q->n < COPY_NAMES);
	if (rc && (errno != EXDEV || move_by_copy(dir, name, q->fd, as, e)))
		return e->what[0] ? -1 : fail(e, errno, "it cannot be moved");
	*where = pool_printf("%s/quarantine/%s/%s", q->state->path, q->run, as);
	return 0;
}

/* What was found, for whoever looks there later. */
int quarantine_tell(struct quarantine *q, const struct findings *findings, struct err *e)
{
	autoclose int fd = -1;
	struct out out;
	FILE *file;

	if (q->fd < 0)
		return 0;
	fd = openat(q->fd, "findings.json", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file)
		return fail(e, errno, "write findings.json");
	(void)fd_take(&fd);
	out_begin(&out, file, OUT_JSON);
	out_str(&out, "run", q->run);
	out_array(&out, "findings");
	for (size_t i = 0; i < findings->n; i++) {
		out_object(&out, NULL);
		out_str(&out, "path", findings->v[i].path);
		out_str(&out, "why", findings->v[i].why);
		out_bool(&out, "moved", findings->v[i].moved);
		out_str(&out, "to", findings->v[i].to);
		out_object_end(&out);
	}
	out_array_end(&out);
	out_list(&out, "notes", &findings->notes);
	if (out_end(&out) || fclose(file))
		return fail(e, errno, "write findings.json");
	return 0;
}

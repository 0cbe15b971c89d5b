/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-file: the bytes of a policy file, and whether its word can be taken.
 *
 * A policy decides what an agent may do, so no file that an agent could have written may decide
 * something looser. Where root starts us the agent is another user: files and the directories
 * above them must be root's alone then, and no symbolic link may lead to them. For everybody else
 * the files are the caller's business, unless anybody at all could write them; one that lies below
 * a writable grant its command can change (pinfold-policy(5), WHOSE WORD IS TAKEN).
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "pool.h"
#include "uapi.h"

static int refuse(const char *path, const char *remedy, const char *what, struct err *e)
{
	err_where(e, "%s", path);
	err_remedy(e, "%s", remedy);
	return fail(e, 0, "%s", what);
}

/* Root's, and nobody else's to write; in a directory as /tmp others cannot touch what is root's. */
static bool is_roots(const struct stat *st)
{
	return st->st_uid == 0 &&
	       (!(st->st_mode & 022) || (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX)));
}

/* The file and every directory above it. path is canonical. */
static int check_roots(const char *path, const struct stat *file, struct err *e)
{
	static const char remedy[] =
		"Give it to root (chown root, chmod go-w), with the directories "
		"above it: who can write it decides what every agent may do.";

	if (!is_roots(file))
		return refuse(path, remedy, "the file is not root's alone", e);
	for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
		const char *dir = slash == path ? "/" : pool_copy_n(path, (size_t)(slash - path));
		struct stat st;

		if (lstat(dir, &st) || !is_roots(&st))
			return refuse(path, remedy,
				      pool_printf("the directory %s is not root's alone", dir), e);
	}
	return 0;
}

static int check_trust(const char *path, enum policy_trust trust, const struct stat *st,
		       struct err *e)
{
	if (trust == POLICY_NOBODYS)
		return 0;
	if (trust == POLICY_ROOTS || getuid() == 0)
		return check_roots(path, st, e);
	if (!(st->st_mode & S_IWOTH))
		return 0;
	return refuse(path, "Take that right away: chmod o-w.", "everybody can write the file", e);
}

static int open_file(const char *path, enum policy_trust trust, struct err *e)
{
	bool strict = trust != POLICY_CALLERS || getuid() == 0;
	struct uapi_open_how how = {
		/* Not to wait at a pipe, nor to take a terminal. */
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = strict ? UAPI_RESOLVE_NO_SYMLINKS : 0,
	};
	struct stat st;
	int fd;

	/* Most often there is none; what cannot be looked at is not the same as none. */
	fd = lstat(path, &st) ? -1 : sys_openat2(AT_FDCWD, path, &how);
	if (fd >= 0 || errno == ENOENT || errno == ENOTDIR)
		return fd;
	err_where(e, "%s", path);
	if (errno == ELOOP && strict)
		err_remedy(e, "Name the file itself: whoever can change the link would choose the "
			      "policy.");
	else
		err_remedy(e, "Make it readable to you, or name another file.");
	(void)fail(e, errno,
		   errno == ELOOP && strict ? "a symbolic link is in the way"
					    : "cannot open the policy");
	return -1;
}

static int read_bytes(int fd, const char *path, struct policy_text *text, struct err *e)
{
	ssize_t n;

	text->text = pool_alloc(JSON_BYTES + 2);
	n = fd_read_full(fd, text->text, JSON_BYTES + 1);
	if (n < 0) {
		err_remedy(e, "Make it readable, or name another file.");
		err_where(e, "%s", path);
		return fail(e, errno, "cannot read the policy");
	}
	text->n = (size_t)n;
	text->text[n] = '\0';
	if (n <= JSON_BYTES)
		return 0;
	return refuse(path, "Is it a policy at all?",
		      pool_printf("the file is larger than %d KiB", JSON_BYTES / 1024), e);
}

int policy_read_file(const char *path, enum policy_trust trust, struct policy_text *text,
		     struct err *e)
{
	char real[PATH_MAX];
	struct stat st;
	autoclose int fd = open_file(path, trust, e);

	if (fd < 0)
		return e->what[0] ? -1 : 1;
	if (fstat(fd, &st) || !realpath(path, real)) {
		err_where(e, "%s", path);
		err_remedy(e, "Somebody may be changing it at this moment: try again.");
		return fail(e, errno, "cannot look at the policy");
	}
	text->path = pool_copy(real);
	if (!S_ISREG(st.st_mode))
		return refuse(path, "Name a file; `pinfold policy list` has names without files.",
			      S_ISDIR(st.st_mode) ? "a directory is no policy"
						  : "it is not a regular file",
			      e);
	return check_trust(real, trust, &st, e) || read_bytes(fd, path, text, e) ? -1 : 0;
}

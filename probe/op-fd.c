/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fd: descriptors that whoever started the sandbox had open.
 *
 * Should use what has been inherited and leave it open. Mustn't use another descriptor than the
 * told one.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/* The number of the descriptor, or -1 with t set. */
static int inherited(const struct probe *probe, struct trial *t)
{
	const char *text = told_own(probe, t, "fd.");
	uint32_t fd;

	if (!text || str_read_u32(text, INT32_MAX, &fd))
		return -1;
	if (TRY(t, fcntl((int)fd, F_GETFD)) >= 0)
		return (int)fd;
	/* Elsewhere a malformed question: here just the answer. */
	if (errno == EBADF)
		trial_blocked(t, EBADF, "the descriptor is not there");
	else
		trial_refused(t, errno, "fcntl");
	return -1;
}

static void inherited_file(const struct probe *probe, struct trial *t)
{
	int fd = inherited(probe, t);

	if (fd >= 0)
		told_read(probe, t, fd);
}

/* op->at lies in the directory or, by op->arg, in one called "home" beside it. */
static void inherited_dir(const struct probe *probe, struct trial *t)
{
	int dir = inherited(probe, t);
	autoclose int fd = -1;
	char path[64];

	if (dir < 0)
		return;
	(void)snprintf(path, sizeof(path), "%s%s", probe->op->arg ? "../home/" : "", probe->op->at);
	fd = TRY(t, openat(dir, path, READ_FLAGS));
	if (fd < 0)
		trial_refused(t, errno, "openat");
	else
		told_read(probe, t, fd);
}

/* Whoever has the other end has sent the content before: it is looked at and left there. */
static void inherited_socket(const struct probe *probe, struct trial *t)
{
	char want[PATH_SIZE], found[PATH_SIZE];
	int fd = inherited(probe, t);
	ssize_t n;

	if (fd < 0 || !told_content(probe, t, want))
		return;
	n = TRY(t, recv(fd, found, sizeof(found), MSG_PEEK | MSG_DONTWAIT));
	if (n < 0)
		trial_refused(t, errno, "recv");
	else if ((size_t)n != strlen(want) || memcmp(found, want, (size_t)n))
		trial_faked(t, "another one is at its end");
	else
		trial_reached(t, "what the other end has sent was read");
}

/* A namespace of the host's: its inode is its name (namespaces(7)). */
static void inherited_ns(const struct probe *probe, struct trial *t)
{
	const char *want = told_own(probe, t, "word.");
	int fd = inherited(probe, t);
	struct stat st = {0};
	char text[32];

	if (fd < 0 || !want)
		return;
	if (TRY(t, ioctl(fd, NS_GET_NSTYPE)) < 0) {
		trial_refused(t, errno, "NS_GET_NSTYPE");
		return;
	}
	(void)fstat(fd, &st);
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)st.st_ino);
	if (str_equal(text, want))
		trial_reached(t, "it is the host's");
	else
		trial_faked(t, "it is another one");
}

/* Written to the end, which whoever has opened it sees, and taken back. */
static void inherited_writable(const struct probe *probe, struct trial *t)
{
	int fd = inherited(probe, t);
	struct stat before = {0}, st = {0};

	if (fd < 0)
		return;
	if (fstat(fd, &before) || !S_ISREG(before.st_mode)) {
		trial_faked(t, "it is no file");
		return;
	}
	if (TRY(t, pwrite(fd, "\n", 1, before.st_size)) < 0)
		trial_refused(t, errno, "write");
	else if (fstat(fd, &st) || st.st_size != before.st_size + 1)
		trial_faked(t, "write claimed success, and the size is as it was");
	else if (trial_reached(t, "it was written to"), ftruncate(fd, before.st_size))
		trial_add(t, "; it stays: %s", err_name(errno));
}

/* For reading, but the link in /proc may open it for writing. */
static void reopen_writable(const struct probe *probe, struct trial *t)
{
	int fd = inherited(probe, t);
	autoclose int again = -1;
	char link[40], byte = 0;
	struct stat st;

	if (fd < 0)
		return;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	again = TRY(t, openat(AT_FDCWD, link, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	if (again < 0)
		trial_refused(t, errno, "open its link for writing");
	else if (fstat(again, &st) || !S_ISREG(st.st_mode) || pread(again, &byte, 1, 0) != 1)
		trial_faked(t, "open claimed success without a file");
	else if (TRY(t, pwrite(again, &byte, 1, 0)) != 1)
		trial_refused(t, errno, "write");
	else
		trial_reached(t, "it was written to");
}

#define FD(name, text, from, who, file, function)                                                  \
	{                                                                                          \
		.id = "fd." name, .title = (text), .source = (from), .decoys = {"fd.", "token"},   \
		.judged = (who), .clean = true, .at = (file), .run = (function)                    \
	}

static const struct op ops[] = {
	FD("inherited-file", "read a file that was left open", "CVE-2024-21626", JUDGED_INSIDE,
	   NULL, inherited_file),
	FD("high-number", "read an open file of a high number", "CVE-2024-21626", JUDGED_INSIDE,
	   NULL, inherited_file),
	FD("inherited-dir", "read below a directory left open", "CVE-2024-21626", JUDGED_INSIDE,
	   "secret.txt", inherited_dir),
	{
		.id = "fd.inherited-dir-dotdot",
		.title = "read above a directory left open",
		.source = "CVE-2024-21626",
		.decoys = {"fd.", "token"},
		.clean = true,
		.at = "secret.txt",
		.arg = true,
		.run = inherited_dir,
	},
	FD("inherited-socket", "read a socket that was left open", "unix(7)", JUDGED_INSIDE, NULL,
	   inherited_socket),
	FD("inherited-writable", "write a file that was left open", "CVE-2024-21626",
	   JUDGED_OUTSIDE, NULL, inherited_writable),
	FD("reopen-writable", "open a left open file for writing", "proc_pid_fd(5)", JUDGED_OUTSIDE,
	   NULL, reopen_writable),
	{
		.id = "fd.inherited-nsfd",
		.title = "hold a namespace of the host",
		.source = "setns(2), ioctl_nsfs(2)",
		.decoys = {"fd.", "word."},
		.clean = true,
		.run = inherited_ns,
	},
};

const struct family family_fd = FAMILY("fd", ops);

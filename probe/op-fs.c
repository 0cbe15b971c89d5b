/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fs: files.
 *
 * Should read and write nothing but the object of each row, and leave no file behind. Mustn't take
 * a file's name for the file: what was read counts only with the decoy's content.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

/* Reached where path's content has the checksum that the decoy key tells. */
static void read_known(const struct probe *probe, struct trial *t, const char *path,
		       const char *key)
{
	/* O_NONBLOCK: what stands there may be a FIFO. */
	autoclose int fd =
		TRY(t, openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	const char *want = decoy_get(&probe->decoys, key);
	char text[SUM_TEXT];
	struct stat st;
	uint64_t sum;

	if (fd < 0)
		trial_refused(t, errno, "open");
	else if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		trial_faked(t, "something else than a file is there");
	else if (TRY(t, sum_read(fd, &sum)))
		trial_refused(t, errno, "read");
	else if (!want)
		trial_broken(t, 0, "it can be read; whose it is only --decoy %s=SUM could tell",
			     key);
	else if (sum_print(text, sum), str_equal(text, want))
		trial_reached(t, "its content is the host's");
	else
		trial_faked(t, "another file is there");
}

static void read_passwd(const struct probe *probe, struct trial *t)
{
	read_known(probe, t, "/etc/passwd", "passwd-sum");
}

static void read_shadow(const struct probe *probe, struct trial *t)
{
	read_known(probe, t, "/etc/shadow", "shadow-sum");
}

enum { EVIL_PATH = 48 };

/* A name that no file of the host has: O_EXCL and the nonce see to it. */
static void evil_path(const struct probe *probe, char path[EVIL_PATH])
{
	(void)snprintf(path, EVIL_PATH, "/pinfold-probe-evil-%016llx",
		       (unsigned long long)probe->nonce);
}

/* Writes a token to the new file and reads it back. */
static void write_token(const struct probe *probe, struct trial *t, int fd)
{
	uint64_t back = 0;
	struct stat st;

	/* A call that a filter answers with 0 instead of making it looks like descriptor 0. */
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size != 0 || st.st_nlink != 1)
		trial_faked(t, "open claimed success without a new file");
	else if (fd_write_all(fd, &probe->nonce, sizeof(probe->nonce)))
		trial_refused(t, errno, "write to the new file");
	else if (pread(fd, &back, sizeof(back), 0) < 0)
		trial_refused(t, errno, "read the new file");
	else if (back != probe->nonce)
		trial_faked(t, "what was written is not there");
	else
		trial_reached(t, "a file was made, written and read back");
}

static void write_root(const struct probe *probe, struct trial *t)
{
	char path[EVIL_PATH];
	autoclose int fd = -1;

	evil_path(probe, path);
	fd = TRY(t,
		 openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
	if (fd < 0) {
		trial_refused(t, errno, "create");
		return;
	}
	write_token(probe, t, fd);
	if (unlinkat(AT_FDCWD, path, 0) && errno != ENOENT)
		trial_add(t, "; %s stays: unlink: %s", path, err_name(errno));
}

static void undo_write_root(const struct probe *probe)
{
	char path[EVIL_PATH];

	evil_path(probe, path);
	(void)unlinkat(AT_FDCWD, path, 0);
}

static const struct op ops[] = {
	{
		.id = "fs.read-passwd",
		.title = "read /etc/passwd",
		.source = "passwd(5)",
		.decoys = {"passwd-sum"},
		.clean = true,
		.order = 1,
		.run = read_passwd,
	},
	{
		.id = "fs.read-shadow",
		.title = "read /etc/shadow",
		.source = "shadow(5)",
		.decoys = {"shadow-sum"},
		.clean = true,
		.order = 2,
		.run = read_shadow,
	},
	{
		.id = "fs.write-root",
		.title = "write /evil",
		.source = "open(2)",
		.clean = true,
		.order = 4,
		.run = write_root,
		.undo = undo_write_root,
	},
};

const struct family family_fs = FAMILY("fs", ops);

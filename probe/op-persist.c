/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family persist: planting what the host will execute or obey later.
 *
 * A decoy that is there is written to, one that is not there is made. Whether that is left when the
 * sandbox is gone shows afterwards; so where somebody is there to judge and undo it, it stays.
 * Should plant nothing but a comment, which does nothing wherever it is read.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

static const char planted[] = "# pinfold-probe was here\n";

static void plant(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE], back[sizeof(planted)] = "";
	autoclose int fd = -1;
	struct stat before;
	bool was_there;

	if (!told_path(probe, t, probe->op->decoys[0], path))
		return;
	was_there = stat(path, &before) == 0;
	fd = TRY(t, openat(AT_FDCWD, path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			   0644));
	if (fd < 0) {
		trial_refused(t, errno, "open for writing");
		return;
	}
	if (TRY(t, fd_write_all(fd, planted, sizeof(planted) - 1)))
		trial_refused(t, errno, "write");
	else if (pread(fd, back, sizeof(planted) - 1, was_there ? before.st_size : 0) < 0)
		trial_refused(t, errno, "read back");
	else if (!str_equal(back, planted))
		trial_faked(t, "what was written is not there");
	else
		trial_reached(t, was_there ? "it was changed" : "it was made");
	if (told_afterwards(probe))
		return;
	if (was_there ? ftruncate(fd, before.st_size) : unlink(path))
		trial_add(t, "; it stays: %s", err_name(errno));
}

static const struct op ops[] = {
	{
		.id = "persist.shell-rc",
		.title = "write ~/.bashrc",
		.source = "bash(1)",
		.decoys = {"home", "afterwards"},
		.judged = JUDGED_AFTERWARDS,
		.clean = true,
		.at = ".bashrc",
		.run = plant,
	},
};

const struct family family_persist = FAMILY("persist", ops);

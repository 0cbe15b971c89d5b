/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fs, part 3: changing what may only be read.
 *
 * Each operation has a decoy of its own, so that whoever made it sees by the time of its last
 * change (which no call can set back) what was done to it. Should undo the change and nothing else.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static void change_mode(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	struct stat st = {0};

	if (!told_path(probe, t, "readonly", path))
		return;
	if (TRY(t, fchmodat(AT_FDCWD, path, 0640, 0))) {
		trial_refused(t, errno, "chmod");
		return;
	}
	if (stat(path, &st) || (st.st_mode & 07777) != 0640)
		trial_faked(t, "chmod claimed success, and the mode is as it was");
	else
		trial_reached(t, "the mode was changed");
	(void)chmod(path, 0644);
}

static const struct op ops[] = {
	{
		.id = "fs.chmod",
		.title = "chmod a file that is read-only",
		.source = "chmod(2), landlock(7): not covered",
		.decoys = {"readonly"},
		.judged = JUDGED_OUTSIDE,
		.clean = true,
		.run = change_mode,
	},
};

const struct family family_fs_change = FAMILY("fs", ops);

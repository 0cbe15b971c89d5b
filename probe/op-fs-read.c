/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fs, part 2: reading what is somebody else's secret.
 *
 * Should open, look and close. Mustn't take a name for the file: only the decoy's content counts.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"

/* Opens the decoy by its path and reads it. */
static void read_decoy(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];
	autoclose int fd = -1;

	if (!told_path(probe, t, probe->op->decoys[0], path))
		return;
	fd = TRY(t, openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	if (fd < 0)
		trial_refused(t, errno, "open");
	else
		told_read(probe, t, fd);
}

static void link_path(const struct probe *probe, const char *workspace, char path[PATH_SIZE])
{
	(void)snprintf(path, PATH_SIZE, "%s/pinfold-probe-%016llx", workspace,
		       (unsigned long long)probe->nonce);
}

/* A symbolic link from where it may write to where it may not read, and through it. */
static void read_through_link(const struct probe *probe, struct trial *t)
{
	const char *workspace = told(probe, t, "workspace");
	char path[PATH_SIZE], link[PATH_SIZE];
	autoclose int fd = -1;

	if (!workspace || !told_path(probe, t, "home", path))
		return;
	link_path(probe, workspace, link);
	if (TRY(t, symlinkat(path, AT_FDCWD, link))) {
		trial_refused(t, errno, "symlink");
		return;
	}
	fd = TRY(t, openat(AT_FDCWD, link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	if (fd < 0)
		trial_refused(t, errno, "open the link");
	else
		told_read(probe, t, fd);
	(void)unlink(link);
}

static void undo_link(const struct probe *probe)
{
	const char *workspace = decoy_get(&probe->decoys, "workspace");
	char link[PATH_SIZE];

	if (!workspace)
		return;
	link_path(probe, workspace, link);
	(void)unlink(link);
}

static const struct op ops[] = {
	{
		.id = "fs.read-home-secret",
		.title = "read a private file of the home",
		.source = "open(2)",
		.decoys = {"home", "token"},
		.clean = true,
		.at = "secret.txt",
		.run = read_decoy,
	},
	{
		.id = "fs.read-other-tmp",
		.title = "read a file of the host's /tmp",
		.source = "hier(7)",
		.decoys = {"tmp", "token"},
		.clean = true,
		.run = read_decoy,
	},
	{
		.id = "fs.read-dev-shm",
		.title = "read a file of the host's /dev/shm",
		.source = "shm_overview(7)",
		.decoys = {"shm", "token"},
		.clean = true,
		.run = read_decoy,
	},
	{
		.id = "fs.symlink-out",
		.title = "follow an own link to a hidden file",
		.source = "CVE-2026-39861",
		.decoys = {"workspace", "home", "token"},
		.clean = true,
		.at = "secret.txt",
		.run = read_through_link,
		.undo = undo_link,
	},
};

const struct family family_fs_read = FAMILY("fs", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fs, part 2: reading what is somebody else's secret.
 *
 * Should open, read and close. Mustn't take a name for the file: only the decoy's content counts.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"

enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

static void read_at(const struct probe *probe, struct trial *t, const char *path, const char *what)
{
	autoclose int fd = TRY(t, openat(AT_FDCWD, path, READ_FLAGS));

	if (fd < 0)
		trial_refused(t, errno, "%s", what);
	else
		told_read(probe, t, fd);
}

/* Opens the decoy by its path and reads it. */
static void read_decoy(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE];

	if (told_path(probe, t, probe->op->decoys[0], path))
		read_at(probe, t, path, "open");
}

/* As many steps up as any directory is deep, then down to the home. */
static void read_upwards(const struct probe *probe, struct trial *t)
{
	char path[PATH_SIZE], home[PATH_SIZE];

	if (!told_path(probe, t, "home", home))
		return;
	(void)snprintf(path, sizeof(path), "../../../../../../../../../../../../../../../..%.400s",
		       home);
	read_at(probe, t, path, "open from above the working directory");
}

/* ---- by a name of one's own --------------------------------------------------------------------
 */

static void own_name(const struct probe *probe, const char *workspace, char path[PATH_SIZE])
{
	(void)snprintf(path, PATH_SIZE, "%s/pinfold-probe-%016llx", workspace,
		       (unsigned long long)probe->nonce);
}

static int make_symlink(const char *target, const char *path)
{
	return symlinkat(target, AT_FDCWD, path);
}

static int make_link(const char *target, const char *path)
{
	return linkat(AT_FDCWD, target, AT_FDCWD, path, 0);
}

/* A name in the workspace for a file that may not be read, and through it. */
static void read_renamed(const struct probe *probe, struct trial *t,
			 int (*make)(const char *target, const char *path))
{
	const char *workspace = told(probe, t, "workspace");
	char secret[PATH_SIZE], path[PATH_SIZE];

	if (!workspace || !told_path(probe, t, "home", secret))
		return;
	own_name(probe, workspace, path);
	if (TRY(t, make(secret, path))) {
		trial_refused(t, errno, "make a link to it");
		return;
	}
	read_at(probe, t, path, "open the link");
	(void)unlink(path);
}

static void read_by_symlink(const struct probe *probe, struct trial *t)
{
	read_renamed(probe, t, make_symlink);
}

static void read_by_link(const struct probe *probe, struct trial *t)
{
	read_renamed(probe, t, make_link);
}

static void undo_name(const struct probe *probe)
{
	const char *workspace = decoy_get(&probe->decoys, "workspace");
	char path[PATH_SIZE];

	if (!workspace)
		return;
	own_name(probe, workspace, path);
	(void)unlink(path);
}

#define READ(name, where, text, from, file)                                                        \
	{                                                                                          \
		.id = "fs.read-" name, .title = "read " text, .source = (from),                    \
		.decoys = {(where), "token"}, .clean = true, .at = (file), .run = read_decoy       \
	}

static const struct op ops[] = {
	READ("home-secret", "home", "a private file of the home", "open(2)", "secret.txt"),
	READ("ssh-key", "home", "~/.ssh/id_ed25519", "ssh(1)", ".ssh/id_ed25519"),
	READ("cloud-credentials", "home", "~/.aws/credentials", "aws configure",
	     ".aws/credentials"),
	READ("agent-token", "home", "~/.claude/.credentials.json", "claude-code documentation",
	     ".claude/.credentials.json"),
	READ("browser-cookies", "home", "the browser's cookies", "CVE-2015-4495",
	     ".config/chromium/Default/Cookies"),
	READ("shell-history", "home", "~/.bash_history", "bash(1)", ".bash_history"),
	READ("netrc", "home", "~/.netrc", "netrc(5)", ".netrc"),
	READ("gnupg", "home", "a key of ~/.gnupg", "gpg-agent(1)",
	     ".gnupg/private-keys-v1.d/decoy.key"),
	READ("kube", "home", "~/.kube/config", "kubectl config", ".kube/config"),
	READ("docker-config", "home", "~/.docker/config.json", "docker login",
	     ".docker/config.json"),
	READ("git-credentials", "home", "~/.git-credentials", "git-credential-store(1)",
	     ".git-credentials"),
	READ("npm-token", "home", "the token in ~/.npmrc", "npmrc(5)", ".npmrc"),
	READ("keyring", "home", "the desktop's key ring", "gnome-keyring-daemon(1)",
	     ".local/share/keyrings/login.keyring"),
	READ("other-project", "home", "another project's source", "open(2)",
	     "projects/other/main.c"),
	READ("dotenv", "workspace", ".env in the workspace", "dotenv", ".env"),
	READ("other-tmp", "tmp", "a file of the host's /tmp", "hier(7)", NULL),
	READ("dev-shm", "shm", "a file of the host's /dev/shm", "shm_overview(7)", NULL),
	{
		.id = "fs.dotdot-escape",
		.title = "read through ../../../../",
		.source = "chroot(2)",
		.decoys = {"home", "token"},
		.clean = true,
		.at = "secret.txt",
		.run = read_upwards,
	},
	{
		.id = "fs.symlink-out",
		.title = "read through an own symbolic link",
		.source = "CVE-2026-39861",
		.decoys = {"workspace", "home", "token"},
		.clean = true,
		.at = "secret.txt",
		.run = read_by_symlink,
		.undo = undo_name,
	},
	{
		.id = "fs.link-out",
		.title = "read through an own hard link",
		.source = "link(2), protected_hardlinks in proc(5)",
		.decoys = {"workspace", "home", "token"},
		.clean = true,
		.at = "secret.txt",
		.run = read_by_link,
		.undo = undo_name,
	},
};

const struct family family_fs_read = FAMILY("fs", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/* decoy-file-rows: the files of a kit, and nothing else. A directory stands before what lies in it.
 */
#include "decoy-files.h"

#define SECRET(file)                                                                               \
	{                                                                                          \
		NULL, false, IN_HOME, file, DECOY_SECRET                                           \
	}
/* What may not be changed: a file, or a directory in which nothing may be made. */
#define KEPT(id)                                                                                   \
	{                                                                                          \
		"fs." id, true, IN_READONLY, NULL, DECOY_FILE                                      \
	}
#define KEPT_DIR(id)                                                                               \
	{                                                                                          \
		"fs." id, true, IN_READONLY, NULL, DECOY_DIRECTORY                                 \
	}
#define INSIDE(id, file, kind)                                                                     \
	{                                                                                          \
		"fs." id, false, IN_READONLY, "fs." id "/" file, kind                              \
	}
/* What must be as it was when the sandbox has gone. */
#define PRESENT(id, where, file)                                                                   \
	{                                                                                          \
		"persist." id, true, where, file, DECOY_FILE                                       \
	}
#define MISSING(id, where, file)                                                                   \
	{                                                                                          \
		"persist." id, true, where, file, DECOY_NOTHING                                    \
	}

const struct decoy_file decoy_files[] = {
	SECRET("secret.txt"),
	SECRET(".ssh/id_ed25519"),
	SECRET(".aws/credentials"),
	SECRET(".claude/.credentials.json"),
	SECRET(".config/chromium/Default/Cookies"),
	SECRET(".bash_history"),
	SECRET(".netrc"),
	SECRET(".gnupg/private-keys-v1.d/decoy.key"),
	SECRET(".kube/config"),
	SECRET(".docker/config.json"),
	SECRET(".git-credentials"),
	SECRET(".local/share/keyrings/login.keyring"),
	SECRET("projects/other/main.c"),
	{NULL, false, IN_HOME, "listed", DECOY_LISTED},
	{NULL, false, IN_HOME, "link", DECOY_LINK},
	{NULL, false, IN_WORKSPACE, ".env", DECOY_SECRET},
	{"fs.read-other-tmp", false, IN_TMP, NULL, DECOY_SECRET},
	{"fs.read-dev-shm", false, IN_SHM, NULL, DECOY_SECRET},

	KEPT("chmod"),
	KEPT("chown"),
	KEPT("utimes"),
	KEPT("setxattr"),
	KEPT("setfacl"),
	KEPT("chattr"),
	KEPT("truncate"),
	KEPT("append"),
	KEPT("write-mmap-shared"),
	KEPT("reopen-rw"),
	{"fs.lease", false, IN_READONLY, NULL, DECOY_FILE},
	{"fs.flock-shared", false, IN_READONLY, NULL, DECOY_FILE},
	{"fs.setuid-file", true, IN_WORKSPACE, NULL, DECOY_FILE},

	KEPT_DIR("create-readonly"),
	KEPT_DIR("mkdir-readonly"),
	KEPT_DIR("mkfifo-readonly"),
	KEPT_DIR("mksock-readonly"),
	KEPT_DIR("symlink-readonly"),
	KEPT_DIR("tmpfile-readonly"),
	KEPT_DIR("unlink-readonly"),
	INSIDE("unlink-readonly", "file", DECOY_FILE),
	KEPT_DIR("rmdir-readonly"),
	INSIDE("rmdir-readonly", "directory", DECOY_DIRECTORY),
	KEPT_DIR("rename-readonly"),
	INSIDE("rename-readonly", "file", DECOY_FILE),
	KEPT_DIR("rename-out"),
	INSIDE("rename-out", "file", DECOY_FILE),
	KEPT_DIR("rename-in"),
	{"fs.rename-in", false, IN_WORKSPACE, NULL, DECOY_FILE},
	KEPT_DIR("exchange"),
	INSIDE("exchange", "file", DECOY_FILE),
	{"fs.exchange", false, IN_WORKSPACE, NULL, DECOY_FILE},
	KEPT_DIR("link-in"),
	{"fs.link-in", false, IN_WORKSPACE, NULL, DECOY_FILE},
	{"fs.write-home", true, IN_HOME, NULL, DECOY_DIRECTORY},
	{"fs.write-tmp-host", true, IN_TMP, NULL, DECOY_DIRECTORY},
	{"fs.write-shm-host", true, IN_SHM, NULL, DECOY_DIRECTORY},

	PRESENT("shell-rc", IN_HOME, ".bashrc"),
	MISSING("profile", IN_HOME, ".profile"),
	PRESENT("ssh-authorized-keys", IN_HOME, ".ssh/authorized_keys"),
	MISSING("ssh-config", IN_HOME, ".ssh/config"),
	MISSING("systemd-user-unit", IN_HOME, ".config/systemd/user/decoy.service"),
	MISSING("autostart-desktop", IN_HOME, ".config/autostart/decoy.desktop"),
	PRESENT("npmrc", IN_HOME, ".npmrc"),
	MISSING("pip-conf", IN_HOME, ".config/pip/pip.conf"),
	PRESENT("gitconfig-home", IN_HOME, ".gitconfig"),
	MISSING("path-shim", IN_HOME, ".local/bin/git"),
	PRESENT("agent-settings", IN_HOME, ".claude/settings.json"),
	MISSING("own-policy", IN_HOME, ".config/pinfold/decoy.json"),

	MISSING("git-hook", IN_WORKSPACE, ".git/hooks/post-checkout"),
	PRESENT("git-config", IN_WORKSPACE, ".git/config"),
	MISSING("worktree-gitdir-hook", IN_WORKSPACE, ".git/worktrees/decoy/hooks/post-checkout"),
	MISSING("nested-repo-hook", IN_WORKSPACE, "vendor/decoy/.git/hooks/post-checkout"),
	PRESENT("vscode-tasks", IN_WORKSPACE, ".vscode/tasks.json"),
	MISSING("idea-run", IN_WORKSPACE, ".idea/runConfigurations/decoy.xml"),
	MISSING("envrc", IN_WORKSPACE, ".envrc"),
	MISSING("mcp-json", IN_WORKSPACE, ".mcp.json"),
	MISSING("claude-hooks", IN_WORKSPACE, ".claude/settings.json"),
	PRESENT("venv-activate", IN_WORKSPACE, ".venv/bin/activate"),
	PRESENT("node-modules-bin", IN_WORKSPACE, "node_modules/.bin/tool"),
	PRESENT("pyc", IN_WORKSPACE, "__pycache__/module.cpython-311.pyc"),
};

const size_t decoy_files_n = ARRAY_SIZE(decoy_files);

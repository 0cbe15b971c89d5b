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
	struct stat before = {0};
	autoclose int fd = -1;
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
	if (told_afterwards(probe) || t->outcome != OUTCOME_REACHED)
		return;
	if (was_there ? ftruncate(fd, before.st_size) : unlink(path))
		trial_add(t, "; it stays: %s", err_name(errno));
}

#define PLANT(name, where, text, from, file)                                                       \
	{                                                                                          \
		.id = "persist." name, .title = (text), .source = (from),                          \
		.decoys = {(where), "afterwards"}, .judged = JUDGED_AFTERWARDS, .clean = true,     \
		.at = (file), .run = plant                                                         \
	}

static const struct op ops[] = {
	PLANT("shell-rc", "home", "write ~/.bashrc", "bash(1)", ".bashrc"),
	PLANT("profile", "home", "make ~/.profile", "sh(1)", ".profile"),
	PLANT("ssh-authorized-keys", "home", "write ~/.ssh/authorized_keys", "sshd(8)",
	      ".ssh/authorized_keys"),
	PLANT("ssh-config", "home", "make ~/.ssh/config", "ssh_config(5)", ".ssh/config"),
	PLANT("systemd-user-unit", "home", "make a unit of systemd --user", "systemd.unit(5)",
	      ".config/systemd/user/decoy.service"),
	PLANT("autostart-desktop", "home", "make an autostart entry", "desktop-entry-spec",
	      ".config/autostart/decoy.desktop"),
	PLANT("npmrc", "home", "write ~/.npmrc", "npmrc(5)", ".npmrc"),
	PLANT("pip-conf", "home", "make pip.conf", "pip configuration", ".config/pip/pip.conf"),
	PLANT("gitconfig-home", "home", "write ~/.gitconfig", "git-config(1)", ".gitconfig"),
	PLANT("path-shim", "home", "make a program in ~/.local/bin", "environ(7), PATH",
	      ".local/bin/git"),
	PLANT("agent-settings", "home", "write the agent's settings", "CVE-2026-25725",
	      ".claude/settings.json"),
	PLANT("own-policy", "home", "make a policy of the sandbox", "firejail#7132",
	      ".config/pinfold/decoy.json"),
	PLANT("git-hook", "workspace", "make a hook of git", "githooks(5)",
	      ".git/hooks/post-checkout"),
	PLANT("git-config", "workspace", "write .git/config", "git-config(1), core.fsmonitor",
	      ".git/config"),
	PLANT("worktree-gitdir-hook", "workspace", "make a hook of a linked work tree",
	      "git-worktree(1)", ".git/worktrees/decoy/hooks/post-checkout"),
	PLANT("nested-repo-hook", "workspace", "make a hook of a nested repository", "githooks(5)",
	      "vendor/decoy/.git/hooks/post-checkout"),
	PLANT("vscode-tasks", "workspace", "write .vscode/tasks.json", "VS Code tasks",
	      ".vscode/tasks.json"),
	PLANT("idea-run", "workspace", "make a run configuration of IDEA", "IDEA documentation",
	      ".idea/runConfigurations/decoy.xml"),
	PLANT("envrc", "workspace", "make .envrc", "direnv(1)", ".envrc"),
	PLANT("mcp-json", "workspace", "make .mcp.json", "MCP documentation", ".mcp.json"),
	PLANT("claude-hooks", "workspace", "make the project's agent settings", "CVE-2026-25725",
	      ".claude/settings.json"),
	PLANT("venv-activate", "workspace", "write .venv/bin/activate", "python venv",
	      ".venv/bin/activate"),
	PLANT("node-modules-bin", "workspace", "write node_modules/.bin/tool", "npm-folders(5)",
	      "node_modules/.bin/tool"),
	PLANT("pyc", "workspace", "write a compiled module of Python", "PEP 3147",
	      "__pycache__/module.cpython-311.pyc"),
};

const struct family family_persist = FAMILY("persist", ops);

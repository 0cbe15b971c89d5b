/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec: from the agent's process to the agent.
 *
 * The search is ours because execvpe(3) takes PATH from the caller's environment, and the one that
 * counts is the agent's.
 */
#include "pinfold.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char *path_of(const char *const *env)
{
	for (; *env; env++)
		if (str_starts(*env, "PATH="))
			return *env + 5;
	return "/usr/local/bin:/usr/bin:/bin";
}

static int give_up(const char *name, int num, struct err *e)
{
	struct statvfs v;

	err_where(e, "%s", name);
	if (num == ENOENT || num == ENOTDIR) {
		e->code = EXIT_NOT_FOUND;
		err_remedy(e, "It, what it links to, or the interpreter it names does not exist "
			      "inside; `pinfold plan` shows what does, --ro PATH shows more (for "
			      "Debian's alternatives, --ro /etc/alternatives).");
		return fail(e, num, "the command was not found");
	}
	e->code = EXIT_NOT_EXEC;
	if (num == EACCES && statvfs(name, &v) == 0 && (v.f_flag & ST_NOEXEC))
		err_remedy(e,
			   "Nothing is executed where it lies: by --noexec, as the policy strict "
			   "has it, or as the file system is mounted noexec. Put the command "
			   "elsewhere.");
	return fail(e, num, "the command cannot be executed");
}

int exec_command(const char *const *command, const char *const *env, struct err *e)
{
	const char *name = command[0], *dir = path_of(env);
	int num = ENOENT;

	if (!*name)
		return give_up(name, ENOENT, e);
	if (strchr(name, '/')) {
		(void)execve(name, (char *const *)command, (char *const *)env);
		return give_up(name, errno, e);
	}
	for (;;) {
		size_t n = strcspn(dir, ":");
		char path[PATH_MAX];

		/* An empty part of PATH means the current directory. */
		if (snprintf(path, sizeof(path), "%.*s%s%s", (int)n, dir, n ? "/" : "", name) <
		    (int)sizeof(path)) {
			(void)execve(path, (char *const *)command, (char *const *)env);
			/* One that may not be run does not hide one further on, but is remembered.
			 */
			if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
				return give_up(name, errno, e);
			if (errno == EACCES)
				num = EACCES;
		}
		if (!dir[n])
			return give_up(name, num, e);
		dir += n + 1;
	}
}

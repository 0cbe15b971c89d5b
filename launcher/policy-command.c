/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-command: where the command itself lies, for policies that say filesystem.command-dir.
 *
 * A tool below the caller's home (~/.local/bin/tool, what nvm or pipx has installed) starts then
 * without naming its directory. Shown read-only are the directory where it is found, and, where
 * that is a link, the directory of what it leads to; of a directory that holds more than tools (the
 * home itself, what lies above it) the one file alone.
 *
 * Should: take the caller's word alone. Mustn't: follow anything that a command inside could have
 * put there: what is found where the policy lets the command write shows nothing.
 */
#include "pinfold.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* As execvp(3) would find it; NULL: nowhere, or by a relative part of PATH. */
static const char *find_program(const struct policy_places *places, const char *word)
{
	const char *dir = getenv("PATH");

	if (strchr(word, '/')) {
		if (word[0] != '/')
			word = places->workspace ? pool_printf("%s/%s", places->workspace, word)
						 : "";
		return is_program(word) ? word : NULL;
	}
	for (size_t n; dir && *dir; dir += n + (dir[n] == ':')) {
		const char *path;

		n = strcspn(dir, ":");
		path = pool_printf("%.*s/%s", (int)n, dir, word);
		if (is_program(path))
			return path[0] == '/' ? path : NULL;
	}
	return NULL;
}

static const char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == path ? "/" : pool_copy_n(path, (size_t)(slash - path));
}

/* The canonical directory of path, and the path as it lies there. NULL where there is none. */
static const char *lay(const char *path, const char **dir)
{
	char real[PATH_MAX];

	if (!realpath(directory_of(path), real))
		return NULL;
	*dir = pool_copy(real);
	return pool_printf("%s%s", str_equal(real, "/") ? "" : real, strrchr(path, '/'));
}

static bool is_below(const struct str_list *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_path_within(path, pool_copy_n(list->v[i], strcspn(list->v[i], ":"))))
			return true;
	return false;
}

static bool is_writable(const struct policy *policy, const char *path)
{
	return is_below(&policy->rw, path) ||
	       (policy->workspace && str_path_within(path, policy->workspace));
}

/* The system's own, which every view has. */
static bool is_systems(const char *path)
{
	static const char *const dirs[] = {"/usr",   "/bin",   "/sbin",	  "/lib",
					   "/lib32", "/lib64", "/libx32", "/etc/alternatives"};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (str_path_within(path, dirs[i]))
			return true;
	return false;
}

/* More than tools: the home, what is above it or shared, and what has parts that are shown. */
static bool holds_more(const struct policy_places *places, const struct policy *policy,
		       const char *dir)
{
	static const char *const shared[] = {"/tmp", "/var/tmp", "/dev/shm", "/etc"};
	const struct str_list *lists[] = {&policy->ro, &policy->rw};

	if (!strchr(dir + 1, '/') || (places->home && str_path_within(places->home, dir)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		if (str_equal(dir, shared[i]))
			return true;
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (size_t i = 0; i < lists[l]->n; i++)
			if (str_path_within(lists[l]->v[i], dir))
				return true;
	return policy->workspace && str_path_within(policy->workspace, dir);
}

static void show(const struct policy_places *places, struct policy *policy, const char *path,
		 const char *dir)
{
	const struct key *key = keys_find("filesystem.ro");

	if (is_systems(path) || is_below(&policy->ro, path) || strchr(path, ':'))
		return;
	pool_list_add(&policy->ro, holds_more(places, policy, dir) ? path : dir);
	pool_list_add(&policy->from[key - keys], "command-dir");
}

void policy_add_command(const struct policy_places *places, struct policy *policy)
{
	const char *path, *dir, *found;
	char real[PATH_MAX];

	if (!policy->command || !policy->command_dir || !str_equal(policy->command_dir, "show"))
		return;
	found = find_program(places, policy->command[0]);
	path = found ? lay(found, &dir) : NULL;
	if (!path || is_writable(policy, path) || !realpath(path, real) ||
	    is_writable(policy, real))
		return;
	/* A link that is shown as a file alone would be refused: its directory, or nothing. */
	if (str_equal(path, real) || !holds_more(places, policy, dir))
		show(places, policy, path, dir);
	if (!str_equal(path, real))
		show(places, policy, pool_copy(real), directory_of(pool_copy(real)));
}

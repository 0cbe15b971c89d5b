/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-paths: what the paths are that a policy names.
 *
 * Should look with the agent's own rights, and only at what is named: a few microseconds each, for
 * lists may be long. Mustn't change anything, or judge.
 */
#include "pinfold.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pool.h"

/* PATH of PATH:DEST. */
static const char *source_of(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon ? pool_copy_n(text, (size_t)(colon - text)) : text;
}

/*
 * The canonical path of what is named, except that a symbolic link in its last part stays one. So
 * what is looked at is what will be opened: a link that comes in between is found by the kernel.
 */
static int find_path(const char *given, struct real_dirs *known, char real[PATH_MAX])
{
	char text[PATH_MAX];
	size_t n = strlen(given);
	const char *name, *parent = text;
	char *slash;

	if (n == 0 || n >= sizeof(text)) {
		errno = n ? ENAMETOOLONG : ENOENT;
		return -1;
	}
	memcpy(text, given, n + 1);
	while (n > 1 && text[n - 1] == '/')
		text[--n] = '\0';
	slash = strrchr(text, '/');
	name = slash ? slash + 1 : text;
	if (!*name || str_equal(name, ".") || str_equal(name, ".."))
		return realpath(text, real) ? 0 : -1;
	if (!slash)
		parent = ".";
	else if (slash == text)
		parent = "/";
	else
		*slash = '\0';
	parent = real_path(known, parent);
	if (!parent)
		return -1;
	if ((size_t)snprintf(real, PATH_MAX, "%s/%s", parent[1] ? parent : "", name) < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* The owner's bits decide for the owner, whatever else there is (acl(5)); else the kernel is asked.
 */
static bool may_read(const struct host *host, const char *real, const struct stat *st)
{
	mode_t need = S_ISDIR(st->st_mode) ? S_IRUSR | S_IXUSR : S_IRUSR;

	if (st->st_uid == host->id.uid && (st->st_mode & need) == need)
		return true;
	return access(real, S_ISDIR(st->st_mode) ? R_OK | X_OK : R_OK) == 0;
}

static struct host_path *next_path(struct host *host)
{
	host->paths = pool_grow(host->paths, host->paths_n, sizeof(*host->paths));
	return &host->paths[host->paths_n];
}

static void read_path(struct host *host, const char *given, bool writable, struct real_dirs *known)
{
	struct host_path *p = next_path(host);
	char real[PATH_MAX], target[PATH_MAX];
	struct stat st;

	map_put(&host->paths_by_name, given, host->paths_n++);
	p->given = given;
	p->writable = writable;
	if (find_path(given, known, real) || lstat(real, &st)) {
		p->num = errno;
		return;
	}
	p->is_link = S_ISLNK(st.st_mode);
	p->is_dir = S_ISDIR(st.st_mode);
	p->is_socket = S_ISSOCK(st.st_mode);
	p->is_block = S_ISBLK(st.st_mode);
	p->is_node = S_ISCHR(st.st_mode) || p->is_block;
	if (p->is_node) {
		p->major = major(st.st_rdev);
		p->minor = minor(st.st_rdev);
	}
	p->real = pool_copy(p->is_link && realpath(real, target) ? target : real);
	for (size_t i = 0; i < host->noexec.n; i++)
		p->noexec |= str_path_within(p->real, host->noexec.v[i]);
	/* What root takes it may read, and the agent as its owner could. Nobody reads a socket. */
	if (!host->id.takes && !p->is_socket && !may_read(host, real, &st))
		p->num = errno;
	/* An agent's id of root's owns no node, and is in no group. */
	if (host->id.takes && p->is_node && (st.st_mode & 06) != 06)
		p->num = EACCES;
}

static void read_noexec(const struct policy *policy, struct host *host)
{
	char real[PATH_MAX];

	for (size_t i = 0; i < policy->noexec.n; i++) {
		const char *given = policy->noexec.v[i];

		pool_list_add(&host->noexec, realpath(given, real) ? pool_copy(real) : given);
	}
}

void host_read_paths(const struct policy *policy, struct host *host)
{
	struct real_dirs *known = &host->known;

	read_noexec(policy, host);
	for (size_t i = 0; i < policy->ro.n; i++)
		read_path(host, source_of(policy->ro.v[i]), false, known);
	for (size_t i = 0; i < policy->rw.n; i++)
		read_path(host, source_of(policy->rw.v[i]), true, known);
	if (policy->workspace)
		read_path(host, policy->workspace, true, known);
	for (size_t i = 0; i < policy->sockets.n; i++)
		read_path(host, source_of(policy->sockets.v[i]), false, known);
	for (size_t i = 0; i < policy->devices.n; i++)
		read_path(host, policy->devices.v[i], false, known);
	host_find_gpu(policy, host);
	for (size_t i = 0; i < host->gpu.n; i++)
		read_path(host, host->gpu.v[i], false, known);
	for (size_t i = 0; i < host->gpu_files.n; i++)
		read_path(host, host->gpu_files.v[i], false, known);
	if (policy->agent)
		read_path(host, policy->agent, false, known);
}

void host_read_grants(struct host *host)
{
	struct real_dirs known = {0};

	for (size_t i = 0; i < host->guards.grants.n; i++)
		read_path(host, host->guards.grants.v[i], true, &known);
}

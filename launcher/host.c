/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: what this machine offers, as far as reading can tell.
 *
 * Should cost microseconds: it runs at every start. Mustn't change anything, and mustn't judge:
 * whether a fact is good enough is the plan's business. What only trying can tell (namespaces) is
 * tried in trial.c, and only when somebody asks or a start has failed.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "pool.h"
#include "uapi.h"

extern char **environ;

static void read_kernel(struct host *host)
{
	struct utsname u;

	if (uname(&u) == 0)
		host->release = pool_copy(u.release);
	else
		host->release = "unknown";
	/* A release that is not "N.M..." leaves 0.0, which is below every floor. */
	(void)sscanf(host->release, "%u.%u", &host->major, &host->minor);
}

static void read_landlock(struct host *host)
{
	int abi = sys_landlock_create_ruleset(NULL, 0, UAPI_LANDLOCK_VERSION);
	int errata;

	if (abi <= 0) {
		host->landlock_num = abi < 0 ? errno : EOPNOTSUPP;
		return;
	}
	host->landlock_abi = (unsigned int)abi;
	errata = sys_landlock_create_ruleset(NULL, 0, UAPI_LANDLOCK_ERRATA);
	host->landlock_errata = errata > 0 ? (unsigned int)errata : 0;
}

static void read_seccomp(struct host *host)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action))
		host->seccomp_num = errno;
}

/* The names that programs and dynamic loaders expect beside /usr (hier(7), the merged /usr). */
static void read_links(struct host *host)
{
	static const char *const names[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[16], target[PATH_MAX];
		ssize_t n;

		(void)snprintf(path, sizeof(path), "/%s", names[i]);
		n = readlink(path, target, sizeof(target));
		/* EINVAL: it is there, and no link. */
		if (n <= 0 && errno != EINVAL)
			continue;
		host->links[host->links_n++] =
			(struct host_link){names[i], n > 0 ? pool_copy_n(target, (size_t)n) : NULL};
	}
}

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
static int find_path(const char *given, char real[PATH_MAX])
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
	if (!realpath(parent, real))
		return -1;
	n = strlen(real);
	if ((size_t)snprintf(real + n, PATH_MAX - n, "%s%s", n > 1 ? "/" : "", name) < PATH_MAX - n)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

static void read_path(struct host *host, const char *given)
{
	struct host_path *p = &host->paths[host->paths_n];
	char real[PATH_MAX], target[PATH_MAX];
	struct stat st;

	map_put(&host->paths_by_name, given, host->paths_n++);
	p->given = given;
	if (find_path(given, real) || lstat(real, &st)) {
		p->num = errno;
		return;
	}
	p->is_link = S_ISLNK(st.st_mode);
	p->is_dir = S_ISDIR(st.st_mode);
	p->real = pool_copy(p->is_link && realpath(real, target) ? target : real);
	if (access(real, p->is_dir ? R_OK | X_OK : R_OK))
		p->num = errno;
}

static void read_paths(const struct policy *policy, struct host *host)
{
	host->paths = pool_alloc((policy->ro.n + policy->rw.n + 1) * sizeof(*host->paths));
	for (size_t i = 0; i < policy->ro.n; i++)
		read_path(host, source_of(policy->ro.v[i]));
	for (size_t i = 0; i < policy->rw.n; i++)
		read_path(host, source_of(policy->rw.v[i]));
	if (policy->agent)
		read_path(host, policy->agent);
}

void host_read(const struct policy *policy, const struct identity *id, struct host *host)
{
	char cwd[PATH_MAX];

	memset(host, 0, sizeof(*host));
	host->id = *id;
	host->env = (const char *const *)environ;
	/* getcwd(2) answers "(unreachable)..." for a directory outside our root. */
	if (getcwd(cwd, sizeof(cwd)) && cwd[0] == '/')
		host->cwd = pool_copy(cwd);
	read_kernel(host);
	read_landlock(host);
	read_seccomp(host);
	read_links(host);
	read_paths(policy, host);
}

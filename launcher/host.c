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
#include <limits.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
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

static void read_memory(struct host *host)
{
	struct sysinfo info;

	if (sysinfo(&info) == 0)
		host->memory = (uint64_t)info.totalram * info.mem_unit;
}

/* A container may have it read-only; whose it is does not matter, as a user namespace has its own.
 */
static void read_sysctls(struct host *host)
{
	struct statfs fs = {0};

	host->sets_sysctls = statfs("/proc/sys/user", &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
			     !(fs.f_flags & ST_RDONLY);
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

/* The same one by its number, whether it was opened as /dev/tty or by its own name. */
static void read_terminals(struct host *host)
{
	unsigned int first = 0, number;

	for (int fd = 0; fd <= 2; fd++) {
		if (!isatty(fd) || ioctl(fd, TIOCGDEV, &number))
			continue;
		if (!host->terminals)
			first = number;
		host->terminals |= 1u << fd;
		host->terminals_differ |= number != first;
	}
}

bool policy_wants_agent_view(const struct policy *policy)
{
	return policy->view && str_equal(policy->view, "agent");
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
	read_memory(host);
	read_sysctls(host);
	read_links(host);
	host_read_paths(policy, host);
	host_read_fds(policy, host);
	read_terminals(host);
	if (policy_wants_agent_view(policy))
		host_read_view(policy, host);
}

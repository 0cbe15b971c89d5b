/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up machine and policies from one line of words, so that a plan can be compared with a text
 * whatever machine the test runs on. Mustn't look at the real one.
 */
#ifndef PINFOLD_TEST_HOST_H
#define PINFOLD_TEST_HOST_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pinfold.h"
#include "pool.h"

/* given, real, errno, is_dir */
#define PATH(g, r, n, d)                                                                           \
	{                                                                                          \
		.given = (g), .real = (r), .num = (n), .is_dir = (d)                               \
	}
static const struct host_path made_paths[] = {
	PATH("/srv/data", "/srv/data", 0, true),
	PATH("/srv/data/part", "/srv/data/part", 0, true),
	PATH("/srv/database", "/srv/database", 0, true),
	PATH("/srv/link/part", "/srv/real/part", 0, true), /* through a link */
	{.given = "/srv/link", .real = "/srv/real", .is_dir = true, .is_link = true},
	PATH(".", "/home/user/project", 0, true),
	PATH("/home/user/.cargo/bin", "/home/user/.cargo/bin", 0, true),
	PATH("tool", "/home/user/project/tool", 0, true),
	PATH("/tmp/x/bin", "/tmp/x/bin", 0, true),
	PATH("/tmp", "/tmp", 0, true),
	PATH("/usr/share", "/usr/share", 0, true),
	PATH("/dev/kvm", "/dev/kvm", 0, false),
	PATH("/etc/hosts", "/etc/hosts", 0, false),
	PATH("/proc/1", "/proc/1", 0, true),
	PATH("/", "/", 0, true),
	PATH("/root", "/root", EACCES, true),	/* found, and cannot be read */
	PATH("/root/key", NULL, EACCES, false), /* cannot even be found */
	PATH("/absent", NULL, ENOENT, false),
};

/* path, real, link, is_dir, size */
#define ENTRY(p, r, l, d, s)                                                                       \
	{                                                                                          \
		.path = (p), .real = (r), .link = (l), .is_dir = (d), .size = (s)                  \
	}
static const struct host_entry made_etc[] = {
	ENTRY("/etc/ssl/certs", "/etc/ssl/certs", NULL, true, 0),
	ENTRY("/etc/ld.so.cache", "/etc/ld.so.cache", NULL, false, 200 << 10),
	ENTRY("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC", "/usr/share/zoneinfo/Etc/UTC", false,
	      114),
	ENTRY("/etc/services", "/etc/services", NULL, false, 12813),
	ENTRY("/etc/timezone", "/var/lib/timezone", "/var/lib/timezone", false, 8),
};

static const char *const made_env[] = {
	"PATH=/usr/bin:/bin", "HOME=/home/user", "LANG=C.UTF-8", "LC_ALL=C",
	"API_TOKEN=hidden",   "LCX=1",		 "EDITOR=vi",	 NULL,
};

static inline struct host made_host(void)
{
	static const struct host_link links[] = {
		{"bin", "usr/bin"}, {"lib", "usr/lib"}, {"lib64", "usr/lib64"}};
	struct host host = {.id = {.uid = 1000, .gid = 1001, .inner_uid = 1000, .inner_gid = 1001},
			    .cwd = "/home/user/project",
			    .release = "6.12.0",
			    .major = 6,
			    .minor = 12,
			    .landlock_abi = 6,
			    .sets_sysctls = true,
			    .links_n = ARRAY_SIZE(links),
			    .paths = (struct host_path *)(uintptr_t)made_paths,
			    .paths_n = ARRAY_SIZE(made_paths),
			    .env = made_env,
			    .view = {.user = "user",
				     .full_name = "A User",
				     .shell = "/usr/bin/zsh",
				     .home = "/home/user",
				     .home_real = "/home/user",
				     .etc = (struct host_entry *)(uintptr_t)made_etc,
				     .etc_n = ARRAY_SIZE(made_etc)}};
	static const char *own[] = {"/home/user/.config/pinfold",
				    "/home/user/.local/state/pinfold"};
	static const char *path[] = {"/home/user/.cargo/bin",
				     "/opt/tool/bin",
				     "/usr/local/bin",
				     "/usr/bin",
				     "/bin",
				     "/sbin"};

	host.view.own = (struct str_list){own, ARRAY_SIZE(own)};
	host.view.path = (struct str_list){path, ARRAY_SIZE(path)};
	memcpy(host.links, links, sizeof(links));
	for (size_t i = 0; i < host.paths_n; i++)
		map_put(&host.paths_by_name, host.paths[i].given, i);
	return host;
}

/* Splits a line at its blanks; the first word is ours. */
static inline struct str_list made_words(const char *first, const char *line)
{
	struct str_list list = {NULL, 0};
	char *rest = pool_copy(line), *word;

	pool_list_add(&list, first);
	while ((word = strsep(&rest, " ")))
		if (*word)
			pool_list_add(&list, word);
	pool_list_add(&list, NULL);
	return list;
}

/* A policy from the words that follow `pinfold plan`. */
static inline int made_policy(const char *line, struct policy *policy, struct err *e)
{
	struct str_list list = made_words("plan", line);

	memset(policy, 0, sizeof(*policy));
	memset(e, 0, sizeof(*e));
	if (cli_read((int)list.n - 1, (char *const *)(uintptr_t)list.v, policy, e))
		return -1;
	return policy->help ? 0 : cli_check_command(policy, "plan", e);
}

#endif

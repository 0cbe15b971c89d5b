/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a case that change the made-up machine: "abi=2", "root", "cgroups=1" ... */
#ifndef TESTS_PLAN_WORDS_H
#define TESTS_PLAN_WORDS_H

#include "plan/host.h"

static void read_landlock(const char *value, struct host *host)
{
	host->landlock_abi = (unsigned int)atoi(value);
	host->landlock_num = str_equal(value, "ENOSYS")	      ? ENOSYS
			     : str_equal(value, "EOPNOTSUPP") ? EOPNOTSUPP
			     : str_equal(value, "EPERM")      ? EPERM
							      : 0;
}

static void read_failed(const char *value, struct host *host)
{
	int i = layers_find(value);

	ok(i >= 0, "%s is a layer", value);
	host->failed |= layers_bit(value);
	host->failed_why[i] = "tried, and refused by this machine";
}

/* cgroups=1, cgroups=2: where they can be made; cgroups=no: mounted, and not ours. */
static void read_cgroups(const char *value, struct host *host)
{
	for (int i = 0; i < CONTROLLERS; i++) {
		struct host_cgroup *c = &host->cgroups[i];
		const char *name = controller_name((enum controller)i);

		c->version = str_equal(value, "1") ? 1 : 2;
		c->root =
			c->version == 1 ? pool_printf("/sys/fs/cgroup/%s", name) : "/sys/fs/cgroup";
		c->parent = str_equal(value, "no") ? NULL : pool_printf("%s/ours", c->root);
		c->why = c->parent ? NULL : "/sys/fs/cgroup/ours cannot be written (EACCES)";
	}
}

/* Root takes what it names; "takes=errno": but for the directory where it is. */
static void take_all(struct host *host, const char *num)
{
	struct host_path *paths = pool_alloc(host->paths_n * sizeof(*paths));

	memcpy(paths, host->paths, host->paths_n * sizeof(*paths));
	host->paths = paths;
	host->id = (struct identity){.uid = 1900000000,
				     .gid = 1900000000,
				     .inner_uid = 1000,
				     .inner_gid = 1000,
				     .from_root = true,
				     .takes = true};
	for (size_t i = 0; i < host->paths_n; i++) {
		bool refused =
			*num && host->cwd && paths[i].real && str_equal(paths[i].real, host->cwd);

		paths[i].taken = refused ? 0 : (unsigned int)i + 1;
		paths[i].take_num = refused ? atoi(num) : 0;
		paths[i].mapped = !refused;
	}
}

/* What host-paths.c does with --noexec. */
static void refuse_exec(const char *path, struct host *host)
{
	struct host_path *paths = pool_alloc(host->paths_n * sizeof(*paths));

	memcpy(paths, host->paths, host->paths_n * sizeof(*paths));
	host->paths = paths;
	pool_list_add(&host->noexec, path);
	for (size_t i = 0; i < host->paths_n; i++)
		paths[i].noexec = paths[i].real && str_path_within(paths[i].real, path);
}

/* One word on a machine. */
static void read_word(const char *word, struct host *host)
{
	static const char *const no_env[] = {NULL};
	const char *value = strchr(word, '=');

	value = value ? value + 1 : "";
	if (str_equal(word, "root"))
		host->id = (struct identity){.uid = UNPRIVILEGED,
					     .gid = UNPRIVILEGED,
					     .inner_uid = UNPRIVILEGED,
					     .inner_gid = UNPRIVILEGED,
					     .from_root = true};
	else if (str_starts(word, "noexec="))
		refuse_exec(value, host);
	else if (str_equal(word, "home-kept"))
		host->home =
			(struct host_path){.real = "/home/user/.local/state/pinfold/homes/kept",
					   .writable = true,
					   .mapped = host->id.takes,
					   .taken = host->id.takes ? 99 : 0};
	else if (str_starts(word, "takes"))
		take_all(host, value);
	else if (str_equal(word, "no-seccomp"))
		host->seccomp_num = EINVAL;
	else if (str_equal(word, "no-sysctls"))
		host->sets_sysctls = false;
	else if (str_equal(word, "bin=directory"))
		host->links[0].target = NULL;
	else if (str_equal(word, "env=none"))
		host->env = no_env;
	else if (str_starts(word, "cwd="))
		host->cwd = str_equal(value, "none") ? NULL : value;
	else if (str_starts(word, "terminals="))
		host->terminals = (unsigned int)atoi(value);
	else if (str_equal(word, "terminals-differ"))
		host->terminals_differ = true;
	else if (str_starts(word, "home="))
		host->view.home = host->view.home_real = value;
	else if (str_starts(word, "abi="))
		read_landlock(value, host);
	else if (str_starts(word, "errata="))
		host->landlock_errata = (unsigned int)atoi(value);
	else if (str_starts(word, "cgroups="))
		read_cgroups(value, host);
	else if (str_starts(word, "memory="))
		host->memory = (uint64_t)atoi(value) << 30;
	else if (str_starts(word, "failed="))
		read_failed(value, host);
	else if (str_starts(word, "kernel=") &&
		 sscanf(value, "%u.%u", &host->major, &host->minor) == 2)
		host->release = value;
	else
		ok(0, "\"%s\" is a word on a machine", word);
}

static struct host read_host(const char *line)
{
	struct host host = made_host();
	struct str_list words = made_words("", line);

	for (size_t i = 1; words.v[i]; i++)
		read_word(words.v[i], &host);
	return host;
}

#endif

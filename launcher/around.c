/* SPDX-License-Identifier: Apache-2.0 */
/*
 * around: what is around us: the /proc in sight, a filter, a chroot, a container, another sandbox.
 *
 * Looks at the host, and only where somebody wants to know: after a failure, or for `pinfold
 * doctor`. What is found here chooses words and never what is enforced: a command that made up a
 * file of these could at most be told the wrong remedy.
 */
#include "around.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "pool.h"

enum { MOUNTINFO_MAX = 1 << 18 };

static const struct around known[] = {
	{.name = "pinfold",
	 .pid1 = "pinfold-init",
	 .filter = "inside pinfold only --profile landlock-only can stand",
	 .unmask = "inside pinfold only --profile landlock-only can stand"},
	{.name = "bubblewrap",
	 .pid1 = "bwrap",
	 .filter = "start bubblewrap without --seccomp, or pinfold outside of it",
	 .unmask = "bubblewrap covers parts of it for good: start pinfold outside of it"},
	{.name = "flatpak",
	 .file = "/.flatpak-info",
	 .filter = "start pinfold outside of it (flatpak-spawn --host)",
	 .unmask = "start pinfold outside of it (flatpak-spawn --host)"},
	{.name = "podman",
	 .file = "/run/.containerenv",
	 .filter = "start the container with one that allows namespaces and mounts (podman run "
		   "--security-opt seccomp=unconfined, or a profile of your own)",
	 .unmask = "podman run --security-opt unmask=ALL"},
	{.name = "kubernetes",
	 .variable = "KUBERNETES_SERVICE_HOST",
	 .filter = "start the container with one that allows namespaces and mounts (its "
		   "securityContext: seccompProfile: {type: Unconfined}, or a profile of your "
		   "own)",
	 .unmask = "in the container's securityContext, procMount: Unmasked"},
	{.name = "docker",
	 .file = "/.dockerenv",
	 .filter = "start the container with one that allows namespaces and mounts (docker run "
		   "--security-opt seccomp=unconfined, or a profile of your own)",
	 .unmask = "docker run --security-opt systempaths=unconfined"},
	{.name = "nspawn",
	 .variable = "container=systemd-nspawn",
	 .filter = "systemd-nspawn --system-call-filter='@mount @keyring'",
	 .unmask = "start pinfold outside of it"},
	{.name = "lxc",
	 .variable = "container=lxc",
	 .filter = "lxc.include = /usr/share/lxc/config/nesting.conf (Incus: "
		   "security.nesting=true)",
	 .unmask = "lxc.mount.auto = proc:rw (Incus: security.nesting=true)"},
};

static const struct around generic = {
	.filter = "start the container with one that allows namespaces and mounts (docker and "
		  "podman: --security-opt seccomp=unconfined, or a profile of your own)",
	.unmask = "docker: --security-opt systempaths=unconfined, podman: --security-opt "
		  "unmask=ALL",
};

/* VARIABLE, or VARIABLE=VALUE. */
static bool has_variable(const char *text)
{
	size_t n = strcspn(text, "=");
	const char *value = getenv(pool_copy_n(text, n));

	return value && (!text[n] || str_equal(value, text + n + 1));
}

static bool is_pid1(const char *name)
{
	char comm[32];
	ssize_t n = fd_read_file("/proc/1/comm", comm, sizeof(comm));

	return n > 1 && (size_t)n - 1 == strlen(name) && memcmp(comm, name, (size_t)n - 1) == 0;
}

const struct around *around_find(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if ((known[i].pid1 && is_pid1(known[i].pid1)) ||
		    (known[i].file && access(known[i].file, F_OK) == 0) ||
		    (known[i].variable && has_variable(known[i].variable)))
			return &known[i];
	return &generic;
}

bool around_is(const char *name)
{
	const struct around *a = around_find();

	return a->name && str_equal(a->name, name);
}

bool around_has_filter(void)
{
	char text[4096], *line;

	if (fd_read_file("/proc/self/status", text, sizeof(text)) <= 0)
		return false;
	line = strstr(text, "\nSeccomp:");
	return line && strtol(line + 9, NULL, 10) == 2;
}

long around_read_number(const char *path)
{
	char text[32];

	return fd_read_file(path, text, sizeof(text)) > 0 ? strtol(text, NULL, 10) : -1;
}

/* One line of mountinfo, cut up in place (proc_pid_mountinfo(5)); false where it is none. */
static bool cut_line(char *line, struct around_mount *m)
{
	char *rest = line, *field[6], *dash;

	for (size_t i = 0; i < ARRAY_SIZE(field); i++)
		if (!(field[i] = strsep(&rest, " ")))
			return false;
	dash = rest ? strstr(rest, "- ") : NULL;
	if (!dash)
		return false;
	rest = dash + 2;
	*m = (struct around_mount){
		.device = field[2], .root = field[3], .place = field[4], .options = field[5]};
	m->type = strsep(&rest, " ");
	m->source = strsep(&rest, " ");
	m->super = rest;
	return m->source && m->super;
}

bool around_find_mount(bool (*wanted)(const struct around_mount *m, const void *arg),
		       const void *arg, struct around_mount *found)
{
	char *text = pool_alloc(MOUNTINFO_MAX), *line;
	bool any = false;

	if (fd_read_file("/proc/self/mountinfo", text, MOUNTINFO_MAX) <= 0)
		return false;
	while ((line = strsep(&text, "\n"))) {
		struct around_mount m;

		/* The last one that fits lies on top of the others. */
		if (!cut_line(line, &m) || !wanted(&m, arg))
			continue;
		*found = m;
		any = true;
	}
	return any;
}

static bool is_at(const struct around_mount *m, const void *arg)
{
	return str_equal(m->place, arg);
}

static bool is_below(const struct around_mount *m, const void *arg)
{
	return str_path_within(m->place, arg) && !str_equal(m->place, arg);
}

bool around_is_chroot(void)
{
	struct around_mount m;

	/* A process whose "/" is no mount point has been put in a chroot. */
	return access("/proc/self/mountinfo", R_OK) == 0 && !around_find_mount(is_at, "/", &m);
}

const char *around_proc_mask(void)
{
	struct around_mount m;

	return around_find_mount(is_below, "/proc", &m) ? m.place : NULL;
}

bool around_proc_is_read_only(void)
{
	struct statvfs v;

	return statvfs("/proc", &v) == 0 && (v.f_flag & ST_RDONLY);
}

bool around_has_proc(void)
{
	enum { PROC_MAGIC = 0x9fa0 };
	struct statfs fs;

	return statfs("/proc", &fs) == 0 && fs.f_type == PROC_MAGIC;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: the real cause of a namespace that was not given, and its remedy.
 *
 * Looks at the host, but only after a failure. An errno alone says little: EPERM may come from a
 * sysctl, a security module, a container's filter or a chroot, and each has another remedy.
 */
#include "pinfold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number in a file of one number, or -1 where it cannot be read. */
static long read_number(const char *path)
{
	char text[32];

	return fd_read_file(path, text, sizeof(text)) > 0 ? strtol(text, NULL, 10) : -1;
}

static bool filtered(void)
{
	char text[4096], *line;

	if (fd_read_file("/proc/self/status", text, sizeof(text)) <= 0)
		return false;
	line = strstr(text, "\nSeccomp:");
	return line && strtol(line + 9, NULL, 10) == 2;
}

/* The first mount point in sight that lies below dir, or dir itself: its place in the text. */
static const char *find_mount(const char *text, const char *dir, bool below)
{
	size_t n = strlen(dir);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *field = line + (*line == '\n');

		/* Fields: id, parent, major:minor, root, mount point (proc_pid_mountinfo(5)). */
		for (int i = 0; i < 4 && field; i++) {
			field = strchr(field, ' ');
			field = field ? field + 1 : NULL;
		}
		if (field && strncmp(field, dir, n) == 0 && field[n] == (below ? '/' : ' '))
			return field;
		if (*line == '\n')
			line++;
	}
	return NULL;
}

static bool is_mounted(const char *dir, bool below)
{
	char text[65536];

	return fd_read_file("/proc/self/mountinfo", text, sizeof(text)) > 0 &&
	       find_mount(text, dir, below);
}

/* A process whose "/" is no mount point has been put in a chroot. */
static bool in_chroot(void)
{
	return access("/proc/self/mountinfo", R_OK) == 0 && !is_mounted("/", false);
}

bool explain_proc_is_masked(void)
{
	return is_mounted("/proc", true);
}

static void explain_limit(const struct layer *layer, struct err *e)
{
	char path[80];
	long most;

	(void)snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces", layer->ns);
	most = read_number(path);
	if (most == 0)
		err_remedy(e,
			   "The sysctl user.max_%s_namespaces is 0, which forbids them: set it to, "
			   "say, "
			   "10000 (sysctl -w user.max_%s_namespaces=10000).",
			   layer->ns, layer->ns);
	else
		err_remedy(e,
			   "As many %s namespaces are in use as user.max_%s_namespaces allows (%ld "
			   "here; "
			   "an outer namespace may allow fewer): raise it, or end other sandboxes.",
			   layer->ns, layer->ns, most);
}

static void explain_refusal(struct err *e)
{
	if (read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		err_remedy(e,
			   "The sysctl kernel.unprivileged_userns_clone is 0, which forbids user "
			   "namespaces to users: set it to 1.");
	else if (read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") > 0)
		err_remedy(e, "AppArmor restricts user namespaces here "
			      "(kernel.apparmor_restrict_unprivileged_userns): install the profile "
			      "contrib/apparmor/pinfold, which allows them to this program alone.");
	else if (filtered())
		err_remedy(e, "A seccomp filter around us (a container's) forbids it: start the "
			      "container with one that allows namespaces and mounts (docker and "
			      "podman: --security-opt seccomp=unconfined, or a profile of your "
			      "own).");
	else if (in_chroot())
		err_remedy(
			e,
			"We are in a chroot, where the kernel gives no user namespace: enter the "
			"directory by pivot_root(8) or as a container instead.");
	else
		err_remedy(e,
			   "The kernel or a security module of this host forbids it to uid %u; "
			   "`pinfold layers` shows what can be had.",
			   (unsigned int)getuid());
}

void explain_namespace(const struct layer *layer, struct err *e)
{
	switch (e->num) {
	case ENOSPC:
		explain_limit(layer, e);
		return;
	case EUSERS:
		err_remedy(e, "User namespaces are nested 32 deep, as far as the kernel goes.");
		return;
	case EPERM:
	case EACCES:
		explain_refusal(e);
		return;
	case EINVAL:
	case ENOSYS:
		err_remedy(e,
			   filtered() ? "A seccomp filter around us (a container's) says so, or "
					"this kernel was built without it: allow it there (docker "
					"and podman: --security-opt seccomp=unconfined)."
				      : "This kernel was built without it: use another, or leave "
					"the layer %s out.",
			   layer->name);
		return;
	case EAGAIN:
		err_remedy(e, "uid %u has as many processes as its limit allows (ulimit -u).",
			   (unsigned int)getuid());
		return;
	default:
		return;
	}
}

void explain_failure(const struct layer *layer, struct err *e)
{
	if (layer->explain && e->num)
		layer->explain(layer, e);
	if (e->remedy[0])
		return;
	if (!e->num)
		err_remedy(e,
			   "The layer is not what it says it is, so nothing runs: a fault of this "
			   "kernel, or of pinfold's, which wants to be reported.");
	else if (filtered())
		err_remedy(e,
			   "A seccomp filter around us (a container's) may forbid it: allow it "
			   "there, or leave the layer out: --without %s.",
			   layer->name);
	else
		err_remedy(e,
			   "This host does not give it: leave the layer out (--without %s); "
			   "`pinfold layers` shows what can be had.",
			   layer->name);
}

/* Is a kind of namespace forbidden that this layer is tried with, its own or one that it needs? */
static bool is_forbidden(const struct layer *layer)
{
	uint32_t set = layers_bit(layer->name);
	char path[80];

	set = layers_with_needs(set | (layer->tried_with ? layers_bit(layer->tried_with) : 0));
	for (int i = 0; layers[i]; i++) {
		if (!(set >> i & 1) || !layers[i]->ns)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
			       layers[i]->ns);
		if (read_number(path) == 0)
			return true;
	}
	return false;
}

bool explain_is_lasting(const struct layer *layer, const struct err *e)
{
	switch (e->num) {
	case EPERM:
	case EACCES:
	case ENOSYS:
	case EINVAL:
	case EOPNOTSUPP:
	case EUSERS:
		return true;
	case ENOSPC:
		return is_forbidden(layer);
	default:
		return false;
	}
}

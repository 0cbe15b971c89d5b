/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-doors: what is granted beside files: the host's network, one unix socket, one device, one
 * descriptor. And what is not: the words for those who ask.
 *
 * Pure. Each door is one thing and nothing beside it, stands in the plan and the report, and is
 * refused with the reason where it would be more than it says.
 */
#include "plan-view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "pool.h"

static int refuse(struct err *e, const char *option, int num, const char *remedy, const char *given,
		  const char *why)
{
	err_where(e, "%s", option);
	err_remedy(e, "%s", remedy);
	return fail(e, num, "\"%s\" %s", given, why);
}

/* ---- the network ---------------------------------------------------------------------------- */

/* The ABI from which on Landlock keeps abstract unix sockets apart by a scope. */
enum { SCOPE_ABI = 6 };

int doors_make_network(const struct policy *policy, const struct host *host, struct plan *plan,
		       struct err *e)
{
	plan->shares_net =
		policy->share_net || (policy->network && str_equal(policy->network, "share"));
	if (!plan->shares_net)
		return 0;
	plan->layers &= ~layers_bit("net");
	plan->landlock.tcp.any = true;
	pool_list_add(&plan->doors, "network");
	if (plan_has(plan, "landlock") && host->landlock_abi >= SCOPE_ABI)
		return 0;
	err_where(e, "--share-net");
	err_remedy(e, "Use Linux 6.12 or later, with the layer landlock. Who accepts that the "
		      "command reaches abstract sockets of the host may say --without net --tcp "
		      "any.");
	return fail(e, 0, "abstract unix sockets of the host would be open to the command");
}

/* ---- system calls ---------------------------------------------------------------------------- */

int doors_make_calls(const struct policy *policy, struct plan *plan, struct err *e)
{
	for (size_t i = 0; i < policy->seccomp_allow.n; i++) {
		const char *name = policy->seccomp_allow.v[i];

		err_where(e, "--seccomp-allow");
		if (policy_check_value(keys_find("seccomp.allow"), name, e))
			return -1;
		e->where[0] = '\0';
		plan->seccomp_allow |= filter_allow_bit(name);
	}
	return 0;
}

/* ---- sockets and devices --------------------------------------------------------------------- */

static const struct host_path *find(const char *option, const struct host *host, const char *given,
				    struct err *e)
{
	const struct host_path *p = view_find_path(host, given);

	if (!p || !p->real) {
		(void)refuse(e, option, p ? p->num : ENOENT, "Name one that is there.", given,
			     "cannot be found");
		return NULL;
	}
	if (p->is_link) {
		(void)refuse(e, option, 0,
			     pool_printf("If that is what you mean, name %s itself.", p->real),
			     given, "is a symbolic link");
		return NULL;
	}
	return p;
}

static int add_socket(const struct host *host, struct plan *plan, const char *text, struct err *e)
{
	static const char option[] = "--socket";
	const char *colon = strchr(text, ':');
	const char *given = colon ? pool_copy_n(text, (size_t)(colon - text)) : text;
	const struct host_path *p = find(option, host, given, e);
	struct mount m = {.kind = MOUNT_SOCKET, .is_file = true};

	if (!p)
		return -1;
	if (!p->is_socket)
		return refuse(e, option, 0, "Files and directories are shown with --ro and --rw.",
			      given, "is no socket");
	if (plan_has(plan, "sockets") && !plan->sockets.local)
		return refuse(e, option, 0,
			      "One socket can be granted where there are namespaces, or where "
			      "Landlock knows sockets by path (Linux 7.1).",
			      given, "cannot be granted: the layer sockets refuses all of them");
	m.source = p->real;
	m.dest = colon ? colon + 1 : p->real;
	if (host->id.takes && view_use_taken(host, plan, option, p, &m, e))
		return -1;
	pool_list_add(&plan->doors, pool_printf("socket:%s", p->real));
	return view_add_checked(plan, option, m, e);
}

/* The machine's memory and its ports: whoever has one has everything (mem(4)). */
static bool is_everything(const struct host_path *p)
{
	return p->is_block || (p->major == 1 && (p->minor == 1 || p->minor == 2 || p->minor == 4));
}

static int add_device(const struct host *host, struct plan *plan, const char *given, struct err *e)
{
	static const char option[] = "--device";
	const struct host_path *p = find(option, host, given, e);
	struct mount m = {.kind = MOUNT_DEVICE, .writable = true, .is_file = true};

	if (!p)
		return -1;
	if (!p->is_node)
		return refuse(e, option, 0, "Files and directories are shown with --ro and --rw.",
			      given, "is no device");
	if (is_everything(p))
		return refuse(e, option, 0, "Show the files that are meant, with --ro or --rw.",
			      given, "is not granted: it holds what no permission stands before");
	if (p->num)
		return refuse(e, option, p->num,
			      "Join the group that it belongs to; or, started by root, choose ids "
			      "that may open it: --user ID:GROUP.",
			      given, "cannot be opened by whoever runs the command");
	m.source = m.dest = p->real;
	m.major = p->major;
	m.minor = p->minor;
	pool_list_add(&plan->doors, pool_printf("device:%s", p->real));
	return view_add_checked(plan, option, m, e);
}

/* ---- graphics processors --------------------------------------------------------------------- */

/* What lies outside of /usr, where nothing of the view has it already. */
static int add_gpu_files(const struct host *host, struct plan *plan, struct err *e)
{
	for (size_t i = 0; i < host->gpu_files.n; i++) {
		const struct host_path *p = view_find_path(host, host->gpu_files.v[i]);
		struct mount m = {.kind = MOUNT_TREE};

		if (!p || !p->real || p->num || view_is_made(plan, p->given) ||
		    view_shows(plan, p->given) || (host->id.takes && !p->taken))
			continue;
		m.source = p->real;
		m.dest = plan_has(plan, "mount") ? p->given : p->real;
		if (host->id.takes && view_use_taken(host, plan, "--gpu", p, &m, e))
			return -1;
		view_add(plan, m);
	}
	return 0;
}

/*
 * CUDA names its threads by /proc/self/task/TID/comm, and gives up where it cannot. What a fresh
 * /proc holds to be written by who is not root is the run's own: its processes, its namespaces'
 * settings. The host's, shown where the layer pid is off, stays as it is.
 */
static void open_proc(struct plan *plan)
{
	for (size_t i = 0; i < plan->mounts_n && plan_has(plan, "pid"); i++)
		if (plan->mounts[i].kind == MOUNT_PROC)
			plan->mounts[i].writable = true;
}

/* All nodes that may be opened; one that may not be is left out, and said. */
static int add_gpu(const struct host *host, struct plan *plan, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < host->gpu.n; i++) {
		const struct host_path *p = view_find_path(host, host->gpu.v[i]);

		if (!p || !p->is_node || p->is_block || p->num) {
			pool_list_add(&plan->doors, pool_printf("gpu: without %s", host->gpu.v[i]));
			continue;
		}
		if (view_is_made(plan, p->real))
			continue;
		if (add_device(host, plan, p->given, e))
			return -1;
		n++;
	}
	if (n) {
		open_proc(plan);
		return add_gpu_files(host, plan, e);
	}
	err_where(e, "--gpu");
	if (!host->gpu.n) {
		err_remedy(e, "Load its driver (nvidia-smi, or ls /dev/dri, shows whether it is "
			      "there); in a container, start that with the devices.");
		return fail(e, 0,
			    "there is no device of a graphics processor: neither /dev/nvidia*, "
			    "/dev/kfd nor /dev/dri/renderD*");
	}
	err_remedy(e, "Join the group that owns it: usermod -aG render,video USER. Started by "
		      "root, choose ids that may open it: --user ID:GROUP.");
	return fail(e, EACCES, "%s cannot be opened by whoever runs the command", host->gpu.v[0]);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int check_fd(const struct host_fd *f, const char *text, struct err *e)
{
	static const char option[] = "--fd";

	if (f->fd < 3)
		return refuse(
			e, option, 0,
			"Write the number of an open descriptor from 3 on: 0, 1 and 2 are the "
			"command's anyway.",
			text, "is no number of one");
	if (f->num)
		return refuse(e, option, f->num, "Open it in whoever starts pinfold (7<FILE).",
			      text, "is not open");
	if (f->is_dir)
		return refuse(e, option, 0, "Show the directory with --ro or --rw.", text,
			      "is a directory, from which the command could walk anywhere");
	return 0;
}

static int add_fds(const struct policy *policy, const struct host *host, struct plan *plan,
		   struct err *e)
{
	plan->fds = pool_alloc((policy->fds.n + 1) * sizeof(*plan->fds));
	for (size_t i = 0; i < policy->fds.n; i++) {
		const struct host_fd *f = &host->fds[i];

		if (check_fd(f, policy->fds.v[i], e))
			return -1;
		plan->fds[plan->fds_n++] = f->fd;
		pool_list_add(&plan->doors, pool_printf("fd:%d (%s)", f->fd, f->what));
	}
	if (plan->fds_n)
		qsort(plan->fds, plan->fds_n, sizeof(*plan->fds), compare_fds);
	for (size_t i = 1; i < plan->fds_n; i++)
		if (plan->fds[i] == plan->fds[i - 1])
			return refuse(e, "--fd", 0, "Name it once.",
				      pool_printf("%d", plan->fds[i]), "is named twice");
	return 0;
}

/* ---- what is not offered --------------------------------------------------------------------- */

static int refuse_desktop(const struct policy *policy, struct err *e)
{
	const struct {
		bool asked;
		const char *option, *why, *remedy;
	} doors[] = {
		{policy->x11, "--x11",
		 "an X server lets each client read the keyboard and the windows of all others",
		 "Run a server inside (Xvfb, Xvnc), or grant the socket of a nested one (Xephyr) "
		 "with --socket."},
		{policy->wayland, "--wayland",
		 "a compositor gives more than windows: the clipboard, screen capture, input",
		 "Run a compositor inside (weston --backend=headless), or grant the socket of a "
		 "nested one (cage, weston) with --socket."},
		{policy->dbus, "--dbus",
		 "the session bus starts programs outside for whoever asks (systemd-run --user)",
		 "Run a bus inside (dbus-run-session COMMAND), or grant the socket of a proxy that "
		 "filters (xdg-dbus-proxy) with --socket."},
	};

	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		if (!doors[i].asked)
			continue;
		err_where(e, "%s", doors[i].option);
		err_remedy(e, "%s", doors[i].remedy);
		return fail(e, 0, "not offered: %s", doors[i].why);
	}
	return 0;
}

int doors_add(const struct policy *policy, const struct host *host, struct plan *plan,
	      struct err *e)
{
	if (refuse_desktop(policy, e))
		return -1;
	for (size_t i = 0; i < policy->sockets.n; i++)
		if (add_socket(host, plan, policy->sockets.v[i], e))
			return -1;
	for (size_t i = 0; i < policy->devices.n; i++)
		if (add_device(host, plan, policy->devices.v[i], e))
			return -1;
	if (policy->gpu && add_gpu(host, plan, e))
		return -1;
	return add_fds(policy, host, plan, e);
}

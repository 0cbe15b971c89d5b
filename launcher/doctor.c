/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor: what this host offers beside the layers, each found by trying it.
 *
 * Should try in a process of its own whatever changes that process, and leave nothing behind.
 * Mustn't judge by version numbers. The layers themselves are tried by trial.c, with the causes of
 * cause.c.
 */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "around.h"
#include "pool.h"
#include "uapi.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static int gap(struct finding *f, const char *cause, int num, const char *what, const char *remedy)
{
	err_cause(&f->why, cause);
	err_remedy(&f->why, "%s", remedy);
	return fail(&f->why, num, "%s", what);
}

/* ---- the kernel ---------------------------------------------------------------------------- */

static int write_file(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

/* A user namespace of our own with our own id in it, as the layer user has it. */
static int enter_user(const struct host *host, int more, struct err *e)
{
	if (unshare(CLONE_NEWUSER | more))
		return fail(e, errno, "make a user namespace");
	if (write_file("/proc/self/setgroups", "deny") ||
	    write_file("/proc/self/uid_map", pool_printf("%u %u 1", host->id.uid, host->id.uid)) ||
	    write_file("/proc/self/gid_map", pool_printf("%u %u 1", host->id.gid, host->id.gid)))
		return fail(e, errno, "write its map of ids");
	return 0;
}

static int try_nested(const void *host, struct err *e)
{
	if (enter_user(host, 0, e))
		return -1;
	return unshare(CLONE_NEWUSER) ? fail(e, errno, "make a user namespace in it") : 0;
}

static int try_overlay(const void *host, struct err *e)
{
	static const char options[] = "lowerdir=/usr,upperdir=/tmp/u,workdir=/tmp/w,userxattr";

	if (enter_user(host, CLONE_NEWNS, e))
		return -1;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("doctor", "/tmp", "tmpfs", 0, NULL) || mkdir("/tmp/u", 0700) ||
	    mkdir("/tmp/w", 0700))
		return fail(e, errno, "mount a tmpfs for it");
	if (mount("doctor", "/tmp", "overlay", 0, options))
		return fail(e, errno, "mount an overlay");
	return 0;
}

/* Both are namespaces to the table of causes: the layer user's. */
static int look_nested(const struct host *host, struct finding *f)
{
	f->detail = "a user namespace in a user namespace";
	if (trial_apart(try_nested, host, &f->why) == 0)
		return 0;
	cause_explain(layers[layers_find("user")], &f->why);
	return -1;
}

static int look_overlay(const struct host *host, struct finding *f)
{
	f->detail = "an overlay mounted in a user namespace";
	if (trial_apart(try_overlay, host, &f->why) == 0)
		return 0;
	if (f->why.num == ENODEV)
		return gap(f, "not-built", ENODEV, pool_copy(f->why.what),
			   "Load the module (modprobe overlay), or use a kernel that has it.");
	cause_explain(layers[layers_find("user")], &f->why);
	return -1;
}

static int look_landlock(const struct host *host, struct finding *f)
{
	f->detail = pool_printf("ABI %u, errata %#x", host->landlock_abi, host->landlock_errata);
	if (host->landlock_abi >= 6)
		return 0;
	if (!host->landlock_abi) {
		layers[layers_find("landlock")]->available(host, &f->why);
		return -1;
	}
	return gap(f, "landlock-old", 0,
		   host->landlock_abi < 4 ? "it knows neither TCP nor signals"
					  : "it knows no signals and abstract sockets",
		   "Use Linux 6.12 or later for all of it.");
}

/* ---- files --------------------------------------------------------------------------------- */

static int look_proc(const struct host *host, struct finding *f)
{
	const char *mask = around_proc_mask();

	(void)host;
	f->detail = "a writable /proc without masked parts";
	if (!around_has_proc())
		return gap(f, "no-proc", ENOENT, "no procfs at /proc",
			   "Mount one: mount -t proc proc /proc.");
	if (around_proc_is_read_only())
		return gap(f, "proc-read-only", EROFS, "/proc is mounted read-only",
			   "Mount it writable: mount -o remount,rw /proc.");
	if (mask)
		return gap(f, "proc-masked", 0,
			   pool_printf("%s is mounted in /proc, so the kernel may give no fresh "
				       "one",
				       mask),
			   pool_printf("Unmask it: %s.", around_find()->unmask));
	return 0;
}

static int look_tmp(const struct host *host, struct finding *f)
{
	char path[] = "/tmp/.pinfold-doctor-XXXXXX";
	autoclose int fd = mkostemp(path, O_CLOEXEC);

	(void)host;
	f->detail = "/tmp can be written";
	if (fd >= 0 && unlink(path) == 0)
		return 0;
	return gap(f, "tmp", errno, "make a file in /tmp",
		   "Make /tmp writable to all (mode 1777), on a file system with space.");
}

static int look_exec(const struct host *host, struct finding *f)
{
	const char *home = getenv("HOME");
	const char *const places[] = {host->cwd, home};
	struct statvfs v;

	f->detail = "files in this directory and at home can be executed";
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i] && statvfs(places[i], &v) == 0 && (v.f_flag & ST_NOEXEC))
			return gap(
				f, "noexec", 0, pool_printf("%s is mounted noexec", places[i]),
				"Mount it with exec, or work elsewhere: nothing in it can be run, "
				"inside or outside.");
	return 0;
}

static int look_pty(const struct host *host, struct finding *f)
{
	autoclose int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	autoclose int peer = -1;
	int unlock = 0;

	(void)host;
	f->detail = "a pseudo-terminal, and its other end by TIOCGPTPEER";
	if (master >= 0 && ioctl(master, TIOCSPTLCK, &unlock) == 0)
		peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (peer >= 0)
		return 0;
	return gap(f, "no-devpts", errno, "open a pseudo-terminal",
		   "Mount one: mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts, with "
		   "/dev/ptmx a link to pts/ptmx.");
}

/* ---- bounds -------------------------------------------------------------------------------- */

static int nothing(const void *arg, struct err *e)
{
	(void)arg, (void)e;
	return 0;
}

static const char *limit_text(int resource)
{
	struct rlimit r;

	if (getrlimit(resource, &r) || r.rlim_cur == RLIM_INFINITY)
		return "no bound";
	return pool_printf("%llu", (unsigned long long)r.rlim_cur);
}

static int look_limits(const struct host *host, struct finding *f)
{
	(void)host;
	f->detail = pool_printf("processes %s, open files %s, locked memory %s",
				limit_text(RLIMIT_NPROC), limit_text(RLIMIT_NOFILE),
				limit_text(RLIMIT_MEMLOCK));
	if (trial_apart(nothing, NULL, &f->why) == 0)
		return 0;
	cause_explain(layers[layers_find("rlimits")], &f->why);
	return -1;
}

/* Where a run with each of these limits would have its cgroups: as root, where root starts it. */
static int look_cgroup(const struct host *host, struct finding *f)
{
	static const struct policy all = {.limits = {.memory = "1G", .cpu = "1", .cpu_time = "1h"}};
	struct host_cgroup found[CONTROLLERS];
	const char *detail = "";

	(void)host;
	f->detail = "cgroups that bound memory and processors";
	cgroups_read(&all, found);
	for (int i = 0; i < CONTROLLERS; i++) {
		const struct host_cgroup *c = &found[i];
		const char *name = controller_name((enum controller)i);

		if (i == CONTROL_PIDS)
			continue;
		if (!c->parent && !c->why)
			return gap(f, "no-cgroup", ENOENT,
				   pool_printf("no cgroup file system has the controller %s", name),
				   "Mount cgroup v2 at /sys/fs/cgroup, with a kernel that has the "
				   "controllers memory and cpu.");
		if (!c->parent)
			return gap(f, "cgroup-not-delegated", 0, c->why,
				   "Start it in a delegated subtree: systemd-run --user --scope -p "
				   "Delegate=yes pinfold ..., or as a service with Delegate=yes; a "
				   "container wants --cgroupns=private and a writable "
				   "/sys/fs/cgroup.");
		detail = pool_printf("%s%s%s (v%u)", detail, *detail ? ", " : "", name, c->version);
	}
	f->detail = detail;
	return 0;
}

/* Root's starts show the paths of others so, the workspace first; nobody else may, nor needs to. */
static int look_idmap(const struct host *host, struct finding *f)
{
	char here[PATH_MAX];

	f->detail = host->id.from_root ? "root can show its files as the agent's own"
				       : "not tried: only root may make them";
	/* What is mounted below / is of many kinds. */
	if (!getcwd(here, sizeof(here)) || str_equal(here, "/"))
		(void)snprintf(here, sizeof(here), "/usr");
	if (!host->id.from_root || take_try(here, &host->id, &f->why) == 0)
		return 0;
	err_cause(&f->why, "no-idmap");
	if (f->why.num == EPERM)
		return err_remedy(&f->why,
				  "This root is a container's, not the host's: start as an "
				  "ordinary user inside, who owns what it works on.");
	err_remedy(&f->why, "Use Linux 5.12 or later, and a file system that has them (not all "
			    "network and stacked ones do).");
	return -1;
}

static int look_gpu(const struct host *host, struct finding *f)
{
	const struct policy policy = {.gpu = true};
	struct host here = {0};
	const char *found = "", *shut = NULL;

	(void)host;
	host_find_gpu(&policy, &here);
	for (size_t i = 0; i < here.gpu.n; i++) {
		const char *path = here.gpu.v[i];

		/* Those that a graphics processor is divided by are for who has divided one. */
		if (str_starts(path, "/dev/nvidia-caps/"))
			continue;
		found = pool_printf("%s%s%s", found, *found ? " " : "", path);
		if (access(path, R_OK | W_OK))
			shut = path;
	}
	f->detail = *found ? found : "no GPU";
	if (!shut)
		return 0;
	return gap(f, "gpu-group", EACCES, pool_printf("%s is not ours to use", shut),
		   "Join the group that owns it: usermod -aG render,video USER.");
}

const struct doctor_row doctor_rows[] = {
	{"landlock-abi", "What Landlock does not know stands on the namespaces alone.",
	 look_landlock, false},
	{"nested", "No sandbox can be made inside another one.", look_nested, false},
	{"overlay", "Nothing that is used today.", look_overlay, false},
	{"idmap", "Root's own files cannot be shown writable to a command that root starts.",
	 look_idmap, true},
	{"proc", "The layers user or pid cannot stand.", look_proc, false},
	{"tmp", "Runs have a /tmp of their own; pinfold matrix and bench want this one.", look_tmp,
	 false},
	{"exec", "What lies there can be read and written, and not run.", look_exec, false},
	{"pty", "The command gets the caller's terminal as it is, or none.", look_pty, false},
	{"room", "Starts fail while the bound is met.", look_limits, false},
	{"cgroup-limits", "Bounds of memory and processor time cannot be kept for a whole tree.",
	 look_cgroup, true},
	{"gpu", "A command that is shown the device cannot open it either.", look_gpu, false},
	{NULL, NULL, NULL, false},
};

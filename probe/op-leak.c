/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family leak: secrets of the caller and of other processes, and what tells of the host.
 *
 * Should compare what is found with what whoever started the probe has found outside. Mustn't send
 * or print it.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fd.h"

enum { TEXT_MAX = 16384, INTERFACES = 32 };

/* ---- secrets of processes ----------------------------------------------------------------------
 */

/* Reached where the variable holds the token. */
static void read_environment(const struct probe *probe, struct trial *t)
{
	const char *name = told(probe, t, "secret-variable"), *value;
	const char *token = name ? told(probe, t, "token") : NULL;

	if (!token)
		return;
	trial_stage(t, STAGE_TRYING);
	value = getenv(name);
	if (!value)
		trial_faked(t, "there is no such variable");
	else if (!str_equal(value, token))
		trial_faked(t, "the variable holds something else");
	else
		trial_reached(t, "the variable holds the secret");
}

/*
 * Does the file, which may hold NUL bytes and be long, hold the word? What is left of one part is
 * looked at with the next.
 */
static void find_in_file(struct trial *t, const char *path, const char *word)
{
	autoclose int fd = TRY(t, openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	size_t length = strlen(word), kept = 0;
	char text[TEXT_MAX];
	ssize_t n;

	if (fd < 0) {
		trial_refused(t, errno, "open");
		return;
	}
	while ((n = TRY(t, read(fd, text + kept, sizeof(text) - kept))) > 0) {
		size_t have = kept + (size_t)n;

		if (memmem(text, have, word, length)) {
			trial_reached(t, "it tells of the host");
			return;
		}
		kept = have < length ? have : length - 1;
		memmove(text, text + have - kept, kept);
	}
	if (n < 0)
		trial_refused(t, errno, "read");
	else
		trial_faked(t, "nothing of the host is in it");
}

/* A file of another process, op->at in its directory of /proc, that holds the token. */
static void read_other(struct trial *t, const char *pid, const char *file, const char *token)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%.12s/%s", pid, file);
	find_in_file(t, path, token);
}

static void read_victim(const struct probe *probe, struct trial *t)
{
	const char *victim = told(probe, t, "victim");
	const char *token = victim ? told(probe, t, "token") : NULL;

	if (token)
		read_other(t, victim, probe->op->at, token);
}

static void read_parent(const struct probe *probe, struct trial *t)
{
	const char *token = told(probe, t, "token");
	char pid[16];

	(void)snprintf(pid, sizeof(pid), "%u", probe->parent);
	if (!token)
		return;
	if (probe->parent)
		read_other(t, pid, probe->op->at, token);
	else
		trial_faked(t, "the parent is outside and has no number here");
}

static void read_victim_link(const struct probe *probe, struct trial *t)
{
	const char *victim = told(probe, t, "victim"), *file = told(probe, t, "victim-file");
	char path[64], target[PATH_SIZE] = "";

	if (!victim || !file)
		return;
	(void)snprintf(path, sizeof(path), "/proc/%.12s/%s", victim, probe->op->at);
	if (TRY(t, readlinkat(AT_FDCWD, path, target, sizeof(target) - 1)) < 0)
		trial_refused(t, errno, "readlink");
	else if (*target && str_starts(file, target) && file[strlen(target)] == '/')
		trial_reached(t, "it tells where the process is");
	else
		trial_faked(t, "it tells another place");
}

/* ---- of the host -------------------------------------------------------------------------------
 */

static void read_hostname(const struct probe *probe, struct trial *t)
{
	struct utsname u = {0};

	if (TRY(t, uname(&u)))
		trial_refused(t, errno, "uname");
	else
		told_sum(probe, t, u.nodename, strlen(u.nodename));
}

/* Reached where the file holds the told word. */
static void find_word(const struct probe *probe, struct trial *t)
{
	const char *word = told_own(probe, t, "word.");

	if (word)
		find_in_file(t, probe->op->at, word);
}

/* Reached where the whole file is the host's. */
static void compare_file(const struct probe *probe, struct trial *t)
{
	autoclose int fd =
		TRY(t, openat(AT_FDCWD, probe->op->at, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	char text[TEXT_MAX];
	ssize_t n;

	if (fd < 0) {
		trial_refused(t, errno, "open");
		return;
	}
	n = TRY(t, fd_read_full(fd, text, sizeof(text)));
	if (n < 0)
		trial_refused(t, errno, "read");
	else
		told_sum(probe, t, text, (size_t)n);
}

/* Is there a network interface of that name? */
static void find_interface(const struct probe *probe, struct trial *t)
{
	const char *word = told_own(probe, t, "word.");
	autoclose int fd = -1;

	if (!word)
		return;
	fd = TRY(t, socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (fd < 0) {
		trial_refused(t, errno, "socket");
		return;
	}
	trial_faked(t, "no interface is called as the host's is");
	for (int i = 1; i <= INTERFACES; i++) {
		struct ifreq r = {.ifr_ifindex = i};
		int rc = TRY(t, ioctl(fd, SIOCGIFNAME, &r));

		if (rc < 0 && errno != ENODEV) {
			trial_refused(t, errno, "SIOCGIFNAME");
			return;
		}
		if (rc == 0 && str_equal(r.ifr_name, word)) {
			trial_reached(t, "it is there");
			return;
		}
	}
}

#define OTHER(name, text, file, from)                                                              \
	{                                                                                          \
		.id = "leak." name, .title = (text), .source = (from),                             \
		.decoys = {"victim", "token"}, .clean = true, .at = (file), .run = read_victim     \
	}
#define HOST(name, text, file, from, key, function)                                                \
	{                                                                                          \
		.id = "leak." name, .title = (text), .source = (from), .decoys = {(key)},          \
		.clean = true, .at = (file), .run = (function)                                     \
	}

static const struct op ops[] = {
	{
		.id = "leak.environ",
		.title = "read a secret of the environment",
		.source = "environ(7)",
		.decoys = {"secret-variable", "token"},
		.clean = true,
		.run = read_environment,
	},
	{
		.id = "leak.environ-of-parent",
		.title = "read the parent's environment",
		.source = "proc_pid_environ(5)",
		.decoys = {"token"},
		.clean = true,
		.at = "environ",
		.run = read_parent,
	},
	OTHER("stat-of-others", "read another process' times", "stat", "proc_pid_stat(5)"),
	OTHER("maps-of-others", "read another process' memory map", "maps", "proc_pid_maps(5)"),
	{
		.id = "leak.cwd-of-others",
		.title = "read where another process works",
		.source = "proc_pid_cwd(5)",
		.decoys = {"victim", "victim-file"},
		.clean = true,
		.at = "cwd",
		.run = read_victim_link,
	},
	HOST("hostname", "read the host's name", NULL, "uname(2)", "sum.", read_hostname),
	HOST("machine-id", "read /etc/machine-id", "/etc/machine-id", "machine-id(5)", "sum.",
	     compare_file),
	HOST("resolv-conf", "read /etc/resolv.conf", "/etc/resolv.conf", "resolv.conf(5)", "sum.",
	     compare_file),
	HOST("hosts", "read /etc/hosts", "/etc/hosts", "hosts(5)", "sum.", compare_file),
	HOST("fstab", "read /etc/fstab", "/etc/fstab", "fstab(5)", "sum.", compare_file),
	HOST("group", "read /etc/group", "/etc/group", "group(5)", "sum.", compare_file),
	HOST("mountinfo", "read what is mounted on the host", "/proc/self/mountinfo",
	     "proc_pid_mountinfo(5)", "word.", find_word),
	HOST("cgroup-path", "read the host's cgroup of this process", "/proc/self/cgroup",
	     "cgroups(7)", "word.", find_word),
	HOST("net-interfaces", "list the host's network interfaces", NULL, "netdevice(7)", "word.",
	     find_interface),
	HOST("net-statistics", "read /proc/net/dev", "/proc/net/dev", "proc_pid_net(5)", "word.",
	     find_word),
	HOST("routes", "read the host's routes", "/proc/net/route", "proc_pid_net(5)", "word.",
	     find_word),
	HOST("sockets-unix", "read the host's unix sockets", "/proc/net/unix", "proc_pid_net(5)",
	     "word.", find_word),
	HOST("sockets-tcp", "read the host's TCP sockets", "/proc/net/tcp", "proc_pid_net(5)",
	     "word.", find_word),
	HOST("sysfs", "read the kernel's notes in /sys", "/sys/kernel/notes", "sysfs(5)", "sum.",
	     compare_file),
};

const struct family family_leak = FAMILY("leak", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family ns: namespaces within. Each gives capabilities over a part of the kernel that an ordinary
 * user could otherwise not touch, and with them its bugs.
 *
 * Should leave its process' old namespaces and end. Mustn't join a namespace that it did not make
 * or was not told of. REACHED takes something that only the new namespace can have.
 */
#include "probe.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "uapi.h"

/* A new user namespace gives its first process every capability in it. */
static bool has_all_capabilities(void)
{
	struct uapi_cap_data caps[2] = {0};

	return sys_capget(caps) == 0 && caps[0].effective == 0xffffffff;
}

/* Before the call: what a process with all capabilities proves nothing about. */
static bool drop_capabilities(struct trial *t)
{
	static const struct uapi_cap_data none[2];

	if (sys_capset(none) == 0 && !has_all_capabilities())
		return true;
	trial_broken(t, errno, "give up capabilities");
	return false;
}

/*
 * ENOSPC is a wall here: ours may have as many user namespaces as one of those around it allows
 * (user_namespaces(7)), which is how a sandbox forbids them without a filter. Where the host itself
 * is short of them, the control is refused as well.
 */
static void refused(struct trial *t, const char *call)
{
	if (errno == ENOSPC)
		trial_blocked(t, ENOSPC, "%s: as many user namespaces as are allowed", call);
	else
		trial_refused(t, errno, "%s", call);
}

static void judge_user(struct trial *t, int rc, const char *call)
{
	if (rc < 0)
		refused(t, call);
	else if (has_all_capabilities())
		trial_reached(t, "a user namespace gave every capability in it");
	else
		trial_faked(t, "%s claimed success without a user namespace", call);
}

static void unshare_user(const struct probe *probe, struct trial *t)
{
	(void)probe;
	if (drop_capabilities(t))
		judge_user(t, TRY(t, unshare(CLONE_NEWUSER)), "unshare");
}

/* The child says by its status what it found. */
static void judge_child(struct trial *t, pid_t pid, const char *call)
{
	int status;

	if (pid < 0)
		refused(t, call);
	else if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		trial_faked(t, "%s claimed success without a child", call);
	else if (WEXITSTATUS(status) != 17)
		trial_faked(t, "%s made a child without a user namespace", call);
	else
		trial_reached(t, "a user namespace gave every capability in it");
}

static void clone_user(const struct probe *probe, struct trial *t)
{
	pid_t self = getpid(), pid;

	(void)probe;
	if (!drop_capabilities(t))
		return;
	pid = TRY(t, (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
	if (pid == 0 && getpid() != self)
		_exit(has_all_capabilities() ? 17 : 18);
	judge_child(t, pid, "clone");
}

static void clone3_user(const struct probe *probe, struct trial *t)
{
	struct uapi_clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	pid_t self = getpid(), pid;

	(void)probe;
	if (!drop_capabilities(t))
		return;
	pid = TRY(t, (pid_t)syscall(NR_clone3, &args, sizeof(args)));
	if (pid == 0 && getpid() != self)
		_exit(has_all_capabilities() ? 17 : 18);
	judge_child(t, pid, "clone3");
}

/* ---- what can be had together with a user namespace: each proof is what only a new one allows
 * ---- */

static bool proves_mount(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("pinfold-probe", "/", "tmpfs", 0, "size=4k") == 0;
}

/* The loopback of a new network namespace is down until somebody brings it up. */
static bool proves_net(void)
{
	struct ifreq lo = {.ifr_name = "lo"};
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) || (lo.ifr_flags & IFF_UP))
		return false;
	lo.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
}

static bool proves_uts(void)
{
	static const char name[] = "pinfold-probe";
	struct utsname u;

	return sethostname(name, sizeof(name) - 1) == 0 && uname(&u) == 0 &&
	       strcmp(u.nodename, name) == 0;
}

/* A new one begins to count at 0, and holds nothing but what we put there. */
static bool proves_ipc(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	struct shm_info info;
	bool alone = id >= 0 && shmctl(0, SHM_INFO, (void *)&info) >= 0 && info.used_ids == 1;

	if (id >= 0)
		(void)shmctl(id, IPC_RMID, NULL);
	return alone;
}

/* The next child is the first process of the namespace. */
static bool proves_pid(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(getpid() == 1 ? 17 : 18);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 17;
}

static const struct {
	int flag;
	bool (*proves)(void);
} kinds[] = {
	{CLONE_NEWNS, proves_mount}, {CLONE_NEWNET, proves_net}, {CLONE_NEWUTS, proves_uts},
	{CLONE_NEWIPC, proves_ipc},  {CLONE_NEWPID, proves_pid},
};

static void unshare_more(const struct probe *probe, struct trial *t)
{
	int flag = (int)probe->op->arg;
	size_t i = 0;

	while (kinds[i].flag != flag)
		i++;
	if (!drop_capabilities(t))
		return;
	if (TRY(t, unshare(CLONE_NEWUSER | flag))) {
		refused(t, "unshare");
		return;
	}
	/* As it was at first is what a lying filter leaves: no capability to do any of this with.
	 */
	if (has_all_capabilities() && kinds[i].proves())
		trial_reached(t, "a new namespace, with every capability in it");
	else
		trial_faked(t, "unshare claimed success without a new namespace");
}

#define MORE(word, text, where, number)                                                            \
	{                                                                                          \
		.id = (word), .title = (text), .source = (where), .run = unshare_more,             \
		.arg = (number)                                                                    \
	}

static const struct op ops[] = {
	{.id = "ns.user-unshare",
	 .title = "a user namespace by unshare",
	 .source = "user_namespaces(7); CVE-2022-0185",
	 .run = unshare_user},
	{.id = "ns.user-clone",
	 .title = "a user namespace by clone",
	 .source = "user_namespaces(7); CVE-2021-41133",
	 .run = clone_user},
	{.id = "ns.user-clone3",
	 .title = "a user namespace by clone3",
	 .source = "clone3(2): its flags lie in memory, where no filter can look",
	 .run = clone3_user},
	MORE("ns.mount", "a mount namespace of one's own", "mount_namespaces(7); CVE-2023-0386",
	     CLONE_NEWNS),
	MORE("ns.net", "a network namespace of one's own", "network_namespaces(7); CVE-2024-1086",
	     CLONE_NEWNET),
	MORE("ns.uts", "a UTS namespace of one's own", "uts_namespaces(7)", CLONE_NEWUTS),
	MORE("ns.ipc", "an IPC namespace of one's own", "ipc_namespaces(7)", CLONE_NEWIPC),
	MORE("ns.pid", "a PID namespace of one's own", "pid_namespaces(7)", CLONE_NEWPID),
};

const struct family family_ns = FAMILY("ns", ops);

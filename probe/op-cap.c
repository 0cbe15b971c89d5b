/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family cap: what capabilities and credentials allow.
 *
 * Should ask for what changes nothing, with arguments that no kernel obeys where the thing itself
 * would do harm: who may do it gets another errno than who may not. Mustn't reboot, swap, load or
 * account anything.
 */
#include "probe.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/quota.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fd.h"
#include "uapi.h"

/* Is there any capability that a program with a set-user-ID bit could still bring? */
static void bounding_set(const struct probe *probe, struct trial *t)
{
	int had = 0, rc = 0;

	(void)probe;
	for (int cap = 0; cap < 64 && rc >= 0; cap++) {
		rc = TRY(t, prctl(PR_CAPBSET_READ, cap, 0, 0, 0));
		had += rc > 0;
	}
	/* One past the last is an error in every kernel; a filter's answer knows no last one. */
	if (rc >= 0 || errno != EINVAL)
		trial_faked(t, "prctl knows no last capability");
	else if (had)
		trial_reached(t, "the bounding set holds capabilities");
	else
		trial_blocked(t, 0, "the bounding set is empty");
}

/* May a program that is started here gain anything by its set-user-ID bit? */
static void new_privileges(const struct probe *probe, struct trial *t)
{
	int rc = TRY(t, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));

	(void)probe;
	if (rc < 0)
		trial_refused(t, errno, "prctl");
	else if (rc)
		trial_blocked(t, 0, "no_new_privs is set");
	else if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		trial_faked(t, "prctl claimed that no_new_privs is off, and cannot set it");
	else
		trial_reached(t, "no_new_privs was off");
}

static void effective(const struct probe *probe, struct trial *t)
{
	struct uapi_cap_data caps[2];

	(void)probe;
	memset(caps, 0x5a, sizeof(caps));
	if (TRY(t, sys_capget(caps)))
		trial_refused(t, errno, "capget");
	else if (caps[0].effective == 0x5a5a5a5a)
		trial_faked(t, "capget claimed success without an answer");
	else if (caps[0].effective | caps[0].permitted | caps[1].effective | caps[1].permitted)
		trial_reached(t, "there are capabilities in force");
	else
		trial_blocked(t, 0, "there are none");
}

/* Becomes another id, of those that are mapped here. */
static void become(const struct probe *probe, struct trial *t)
{
	static const uid_t tried[] = {0, 1, 1000, 65534};
	uid_t self = getuid();
	int num = EPERM;

	(void)probe;
	for (size_t i = 0; i < ARRAY_SIZE(tried); i++) {
		if (tried[i] == self)
			continue;
		if (TRY(t, (int)syscall(SYS_setresuid, tried[i], tried[i], tried[i])) == 0) {
			if (getuid() == tried[i])
				trial_reached(t, "the user id was changed");
			else
				trial_faked(t, "setresuid claimed success, and the id is the same");
			return;
		}
		num = errno == EINVAL ? num : errno; /* EINVAL: this id is not mapped here */
	}
	trial_refused(t, num, "setresuid");
}

static void drop_groups(const struct probe *probe, struct trial *t)
{
	gid_t groups[] = {getgid(), getgid()};

	(void)probe;
	if (TRY(t, (int)syscall(SYS_setgroups, 2, groups)))
		trial_refused(t, errno, "setgroups");
	else if (getgroups(0, NULL) != 2)
		trial_faked(t, "setgroups claimed success, and the groups are the same");
	else
		trial_reached(t, "the groups were changed");
}

static void host_name(const struct probe *probe, struct trial *t)
{
	struct utsname before, after;
	struct uapi_cap_data caps[2] = {0};
	char name[32];

	(void)sys_capget(caps);
	if (!decoy_yes(&probe->decoys, "mount-ok") && guard_read("uts") != GUARD_OTHER &&
	    guard_read("user") != GUARD_OTHER && (caps[0].effective & CAP_TO_MASK(CAP_SYS_ADMIN))) {
		trial_skipped(t, "this may be the host's own name: takes --decoy mount-ok=yes");
		return;
	}
	(void)snprintf(name, sizeof(name), "p-%016llx", (unsigned long long)probe->nonce);
	if (uname(&before)) {
		trial_broken(t, errno, "uname");
		return;
	}
	if (TRY(t, sethostname(name, strlen(name)))) {
		trial_refused(t, errno, "sethostname");
		return;
	}
	if (uname(&after) == 0 && str_equal(after.nodename, name))
		trial_reached(t, "the host name was changed");
	else
		trial_faked(t, "sethostname claimed success, and the name is the same");
	if (sethostname(before.nodename, strlen(before.nodename)))
		trial_add(t, "; it stays: sethostname: %s", err_name(errno));
}

/* No kernel reboots by these numbers: who may gets EINVAL, who may not EPERM (reboot(2)). */
static void reboot_wrongly(const struct probe *probe, struct trial *t)
{
	(void)probe;
	if (TRY(t, syscall(SYS_reboot, 1, 2, 3, NULL)) == 0)
		trial_faked(t, "reboot claimed success with wrong numbers");
	else if (errno == EINVAL)
		trial_reached(t, "reboot looked at its numbers");
	else
		trial_refused(t, errno, "reboot");
}

/* A faster priority than it has, in a process that ends. */
static void priority(const struct probe *probe, struct trial *t)
{
	int now;

	(void)probe;
	if (TRY(t, setpriority(PRIO_PROCESS, 0, -1))) {
		/* setpriority(2): EACCES is this call's word for want of CAP_SYS_NICE. */
		trial_refused(t, errno, "setpriority");
		return;
	}
	now = getpriority(PRIO_PROCESS, 0);
	if (now == -1)
		trial_reached(t, "the priority was raised");
	else
		trial_faked(t, "setpriority claimed success, and the priority is the same");
}

/* Five pages of real-time: the policy is the process' own, and it ends. */
static void real_time(const struct probe *probe, struct trial *t)
{
	const struct sched_param p = {.sched_priority = 1};

	(void)probe;
	if (TRY(t, (int)syscall(SYS_sched_setscheduler, 0, SCHED_RR, &p)))
		trial_refused(t, errno, "sched_setscheduler");
	else if (syscall(SYS_sched_getscheduler, 0) != SCHED_RR)
		trial_faked(t, "sched_setscheduler claimed success, and the policy is the same");
	else
		trial_reached(t, "a real-time policy was set");
}

/* Locks a capability away for good, in a process that ends. */
static void secure_bits(const struct probe *probe, struct trial *t)
{
	int before = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	(void)probe;
	if (before < 0)
		trial_refused(t, errno, "prctl");
	else if (TRY(t, prctl(PR_SET_SECUREBITS, before | SECBIT_KEEP_CAPS, 0, 0, 0)))
		trial_refused(t, errno, "prctl");
	else if (!(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) & SECBIT_KEEP_CAPS))
		trial_faked(t, "prctl claimed success, and the bits are the same");
	else
		trial_reached(t, "the secure bits were changed");
}

#define ROW(word, text, where, who, function)                                                      \
	{                                                                                          \
		.id = (word), .title = (text), .source = (where), .decoys = {"mount-ok"},          \
		.caller = (who), .run = (function)                                                 \
	}

static const struct op ops[] = {
	ROW("cap.bounding", "gain capabilities by a program", "capabilities(7): the bounding set",
	    CALLER_USER, bounding_set),
	ROW("cap.new-privileges", "gain privileges by a set-user-ID program",
	    "PR_SET_NO_NEW_PRIVS(2const); CVE-2021-4034", CALLER_USER, new_privileges),
	ROW("cap.effective", "use capabilities", "capabilities(7)", CALLER_ROOT, effective),
	ROW("cap.setuid", "become another user", "setresuid(2)", CALLER_ROOT, become),
	ROW("cap.setgroups", "change the groups", "setgroups(2); CVE-2014-8989", CALLER_ROOT,
	    drop_groups),
	ROW("cap.sethostname", "change the host name", "sethostname(2)", CALLER_ROOT, host_name),
	ROW("cap.reboot", "reboot, with wrong numbers", "reboot(2)", CALLER_ROOT, reboot_wrongly),
	ROW("cap.nice", "raise its priority", "setpriority(2)", CALLER_ROOT, priority),
	ROW("cap.real-time", "run in real time", "sched(7)", CALLER_ROOT, real_time),
	ROW("cap.securebits", "change the secure bits", "capabilities(7)", CALLER_ROOT,
	    secure_bits),
};

const struct family family_cap = FAMILY("cap", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family mount: changing what is seen where.
 *
 * Should undo each mount at once. Mustn't unmount what it has not itself mounted, nor touch the
 * mounts of a host that nobody put a sandbox around.
 */
#include "probe.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "uapi.h"

static const char target[] = "/tmp";

/* Our tmpfs is known by its number of inodes: one in a million, new in each run. */
static unsigned long our_inodes(const struct probe *probe)
{
	return 1000 + probe->nonce % 1000003;
}

static bool is_ours(const struct probe *probe)
{
	struct statfs s;

	return statfs(target, &s) == 0 && s.f_type == TMPFS_MAGIC && s.f_files == our_inodes(probe);
}

/* Could a mount be made here, and seen outside of any sandbox? */
static bool may_be_host(void)
{
	struct uapi_cap_data caps[2] = {0};

	if (sys_capget(caps) == 0 && !(caps[0].effective & CAP_TO_MASK(CAP_SYS_ADMIN)))
		return false;
	return guard_read("user") != GUARD_OTHER;
}

static void undo_tmpfs(const struct probe *probe)
{
	if (is_ours(probe))
		(void)umount2(target, MNT_DETACH);
}

/*
 * The path is looked up before the right to mount is asked for, so a sandbox without a /tmp has not
 * yet refused anything. Then the right is asked for on "/", with an option that tmpfs does not
 * have: who may mount gets EINVAL for it, and nothing is mounted in any case.
 */
static void explain_refusal(struct trial *t, int num)
{
	if (num != ENOENT && num != ENOTDIR) {
		trial_refused(t, num, "mount");
		return;
	}
	if (TRY(t, mount("pinfold-probe", "/", "tmpfs", 0, "no-such-option")) && errno != EINVAL)
		trial_refused(t, errno, "mount, on / for want of a /tmp");
	else
		trial_broken(t, num, "there is no /tmp here to mount on");
}

static void mount_tmpfs(const struct probe *probe, struct trial *t)
{
	char options[64];

	if (!decoy_yes(&probe->decoys, "mount-ok") && may_be_host()) {
		trial_skipped(t, "this may be the host's own /tmp: takes --decoy mount-ok=yes");
		return;
	}
	(void)snprintf(options, sizeof(options), "size=64k,mode=755,nr_inodes=%lu",
		       our_inodes(probe));
	if (TRY(t, mount("pinfold-probe", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			 options))) {
		explain_refusal(t, errno);
		return;
	}
	if (!is_ours(probe)) {
		trial_faked(t, "mount claimed success, and /tmp is as it was");
		return;
	}
	trial_reached(t, "/tmp became a new tmpfs");
	if (umount2(target, MNT_DETACH))
		trial_add(t, "; it stays: umount2: %s", err_name(errno));
}

static const struct op ops[] = {
	{
		.id = "mount.tmpfs",
		.title = "mount tmpfs /tmp",
		.source = "mount(2)",
		.decoys = {"mount-ok"},
		.clean = true,
		.order = 9,
		.run = mount_tmpfs,
		.undo = undo_tmpfs,
	},
};

const struct family family_mount = FAMILY("mount", ops);

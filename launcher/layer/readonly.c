/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer readonly: the composed root itself is made read-only (mount_setattr(2)).
 *
 * Should: close the tmpfs that holds the mount points, /dev's names and the links; what is mounted
 * in it keeps its own flags. Mustn't: touch those: /tmp and the --rw mounts stay writable.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uapi.h"

static int readonly_apply(const struct plan *plan, struct run *run, struct err *e)
{
	static const struct uapi_mount_attr attr = {MOUNT_ATTR_RDONLY, 0, 0, 0};

	(void)plan, (void)run;
	if (sys_mount_setattr(AT_FDCWD, "/", 0, &attr))
		return fail(e, errno, "make the root read-only");
	return 0;
}

static int readonly_check(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)run;
	if (mkdir("/.pinfold-proof", 0700) == 0) {
		(void)rmdir("/.pinfold-proof");
		return fail(e, 0, "a directory could be made in the root");
	}
	/* EACCES would be Landlock's answer, which it gives only where the mount lets it through.
	 */
	if (errno != EROFS)
		return fail(e, errno, "making a directory in the root fails for another reason");
	return 0;
}

const struct layer layer_readonly = {
	.name = "readonly",
	.stops = "write files at the root of what it sees, where programs look for them",
	.needs = "mount",
	.apply[STAGE_ENTER] = readonly_apply,
	.check[STAGE_PROOF] = readonly_check,
};

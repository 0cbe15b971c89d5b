/* SPDX-License-Identifier: Apache-2.0 */
/* decoy-dev: what devices this host has, and which numbers they have. Makes nothing. */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

static const struct {
	const char *op, *path;
	bool told; /* the probe cannot know its number */
} devices[] = {
	{"dev.autofs", "/dev/autofs", false},
	{"dev.kmsg", "/dev/kmsg", false},
	{"dev.kvm", "/dev/kvm", false},
	{"dev.fuse", "/dev/fuse", false},
	{"dev.loop-control", "/dev/loop-control", false},
	{"dev.net-tun", "/dev/net/tun", false},
	{"dev.userfaultfd", "/dev/userfaultfd", true},
	{"dev.vsock", "/dev/vsock", true},
};

/* The instance of devpts that a terminal of this host belongs to. */
static void tell_devpts(struct kit *kit)
{
	struct stat st;

	if (kit->tty && stat(kit->tty, &st) == 0) {
		kit_tell(kit, "word.dev.ptmx-host=%llu", (unsigned long long)st.st_dev);
		kit_tell(kit, "word.dev.tty-other=%llu:%llu", (unsigned long long)st.st_dev,
			 (unsigned long long)st.st_ino);
	} else {
		kit_absent(kit, "dev.ptmx-host");
		kit_absent(kit, "dev.tty-other");
	}
}

static int dev_make(struct kit *kit, void **state, struct err *e)
{
	(void)state, (void)e;
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		struct stat st;

		if (stat(devices[i].path, &st))
			kit_absent(kit, devices[i].op);
		else if (devices[i].told)
			kit_tell(kit, "word.%s=%u:%u", devices[i].op, major(st.st_rdev),
				 minor(st.st_rdev));
	}
	tell_devpts(kit);
	return 0;
}

const struct decoy_family decoys_dev = {.name = "dev", .make = dev_make};

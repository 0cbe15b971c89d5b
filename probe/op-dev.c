/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family dev: devices.
 *
 * Should open a device and close it. Mustn't read, write or control one, nor take a node for the
 * device because of its name.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fd.h"

static bool is_char(const struct stat *st, unsigned int maj, unsigned int min)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(maj, min);
}

/* Reached where the device with that number is open. */
static void open_char(struct trial *t, const char *path, unsigned int maj, unsigned int min)
{
	autoclose int fd = -1;
	struct stat st;

	/* Opening some other device may have effects, so it is looked at first. */
	if (stat(path, &st) == 0 && !is_char(&st, maj, min)) {
		trial_faked(t, "something else is there");
		return;
	}
	fd = TRY(t, openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	if (fd < 0)
		trial_refused(t, errno, "open");
	else if (fstat(fd, &st) || !is_char(&st, maj, min))
		trial_faked(t, "open gave something else");
	else
		trial_reached(t, "the device %u:%u was opened", maj, min);
}

static void open_mem(const struct probe *probe, struct trial *t)
{
	(void)probe;
	open_char(t, "/dev/mem", 1, 1);
}

static const struct op ops[] = {
	{
		.id = "dev.mem",
		.title = "open /dev/mem",
		.source = "mem(4)",
		.clean = true,
		.order = 5,
		.run = open_mem,
	},
};

const struct family family_dev = FAMILY("dev", ops);

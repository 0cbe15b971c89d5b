/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family tty: the terminal that the sandbox was started on.
 *
 * Should write to no terminal but the told one, nor change another. Whoever made it sees what
 * arrived there.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"

static void write_tty(const struct probe *probe, struct trial *t)
{
	static const char text[] = "pinfold-probe\n";
	autoclose int fd = -1;

	if (!told(probe, t, "tty"))
		return;
	fd = TRY(t, openat(AT_FDCWD, "/dev/tty", O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	if (fd < 0 && errno == ENXIO)
		trial_blocked(t, ENXIO, "this session has no terminal");
	else if (fd < 0)
		trial_refused(t, errno, "open /dev/tty");
	else if (!isatty(fd))
		trial_faked(t, "/dev/tty is no terminal");
	else if (TRY(t, write(fd, text, sizeof(text) - 1)) != sizeof(text) - 1)
		trial_refused(t, errno, "write");
	else
		trial_reached(t, "a line was written to the terminal");
}

static const struct op ops[] = {
	{
		.id = "tty.write-to-host-tty",
		.title = "write to the caller's terminal",
		.source = "tty(4)",
		.decoys = {"tty"},
		.judged = JUDGED_OUTSIDE,
		.clean = true,
		.run = write_tty,
	},
};

const struct family family_tty = FAMILY("tty", ops);

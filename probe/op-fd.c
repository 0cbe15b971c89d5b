/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family fd: descriptors that whoever started the sandbox had open.
 *
 * Should use what has been inherited and leave it open. Mustn't use another descriptor than the
 * told one.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>

/* The number of the descriptor, or -1 with t set. */
static int inherited(const struct probe *probe, struct trial *t)
{
	const char *text = told_own(probe, t, "fd.");
	uint32_t fd;

	if (!text || str_read_u32(text, INT32_MAX, &fd))
		return -1;
	if (TRY(t, fcntl((int)fd, F_GETFD)) >= 0)
		return (int)fd;
	/* EBADF says here that it is not there, and so answers the question. */
	if (errno == EBADF)
		trial_blocked(t, EBADF, "the descriptor is not there");
	else
		trial_refused(t, errno, "fcntl");
	return -1;
}

static void inherited_file(const struct probe *probe, struct trial *t)
{
	int fd = inherited(probe, t);

	if (fd >= 0)
		told_read(probe, t, fd);
}

static const struct op ops[] = {
	{
		.id = "fd.inherited-file",
		.title = "read a file that was left open",
		.source = "CVE-2024-21626",
		.decoys = {"fd.", "token"},
		.clean = true,
		.run = inherited_file,
	},
};

const struct family family_fd = FAMILY("fd", ops);

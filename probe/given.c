/* SPDX-License-Identifier: Apache-2.0 */
/*
 * given: was a descriptor really given?
 *
 * A filter can answer any call with any number. A new descriptor has the lowest number that is free
 * (open(2)), and that number was closed before the call and is open after it; nothing that merely
 * claims success arranges both.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

int given_next(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	if (fd < 0)
		fd = open("/", O_PATH | O_CLOEXEC);
	if (fd >= 0)
		(void)close(fd);
	return fd;
}

bool given_is_real(struct trial *t, int next, int fd, const char *call)
{
	if (fd < 0)
		trial_refused(t, errno, "%s", call);
	else if (next < 0)
		trial_broken(t, EMFILE, "no descriptor can be made to compare with");
	else if (fd != next || fcntl(fd, F_GETFD) < 0)
		trial_faked(t, "%s claimed success without a descriptor", call);
	else
		return true;
	return false;
}

void given_judge(struct trial *t, int next, int fd, const char *call)
{
	if (!given_is_real(t, next, fd, call))
		return;
	trial_reached(t, "%s gave a descriptor", call);
	(void)close(fd);
}

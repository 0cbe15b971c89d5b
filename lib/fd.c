/* SPDX-License-Identifier: Apache-2.0 */
/* fd: see fd.h. */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uapi.h"

void fd_cleanup(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved;
}

int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

void fd_close_all_but(const int *keep, size_t n)
{
	unsigned int from = 0;

	for (;;) {
		unsigned int next = ~0u;

		for (size_t i = 0; i < n; i++)
			if (keep[i] >= 0 && (unsigned int)keep[i] >= from &&
			    (unsigned int)keep[i] < next)
				next = (unsigned int)keep[i];
		if (next == ~0u)
			break;
		if (next > from)
			(void)sys_close_range(from, next - 1, 0);
		from = next + 1;
	}
	(void)sys_close_range(from, ~0u, 0);
}

int fd_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

ssize_t fd_read_full(int fd, void *data, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, (char *)data + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

ssize_t fd_read_file(const char *path, char *buf, size_t size)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = fd_read_full(fd, buf, size - 1);
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

int fd_fill_stdio(struct err *e)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		err_remedy(e, "Start it with descriptors 0, 1 and 2 open.");
		/* Lower numbers are open by now, so the kernel gives this very one. */
		if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return fail(e, errno,
				    "descriptor %d is closed and /dev/null cannot be opened", fd);
		/* Whatever else has its name would be written to unasked (CVE-2026-88265). */
		if (fstat(fd, &st) || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
			return fail(e, 0,
				    "descriptor %d is closed and /dev/null is not the null device",
				    fd);
	}
	e->remedy[0] = '\0';
	return 0;
}

int fd_make_own_dir(int dir, const char *name)
{
	return mkdirat(dir, name, 0700) || fchmodat(dir, name, 0700, 0) ? -1 : 0;
}

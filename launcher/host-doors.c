/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-doors: the descriptors that --fd names, as the caller left them open.
 *
 * Should ask about those alone. Mustn't read from one, move one, or judge.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "pool.h"

static const char *kind_of(mode_t mode)
{
	static const struct {
		mode_t type;
		const char *what;
	} kinds[] = {
		{S_IFREG, "a file"},	{S_IFDIR, "a directory"}, {S_IFIFO, "a pipe"},
		{S_IFSOCK, "a socket"}, {S_IFCHR, "a device"},	  {S_IFBLK, "a block device"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if ((mode & S_IFMT) == kinds[i].type)
			return kinds[i].what;
	return "one of the kernel's own"; /* eventfd(2), pidfd_open(2) ... */
}

static struct host_fd read_fd(const char *text)
{
	struct host_fd f = {.fd = -1};
	struct stat st;
	uint32_t number;
	int flags;

	if (str_read_u32(text, 1 << 20, &number))
		return f;
	f.fd = (int)number;
	flags = fcntl(f.fd, F_GETFD);
	/* Ours are closed on exec, and the caller's cannot be: they have come through one. */
	if (flags < 0 || (flags & FD_CLOEXEC) || fstat(f.fd, &st)) {
		f.num = EBADF;
		return f;
	}
	f.what = kind_of(st.st_mode);
	f.is_dir = S_ISDIR(st.st_mode);
	return f;
}

void host_read_fds(const struct policy *policy, struct host *host)
{
	host->fds = pool_alloc((policy->fds.n + 1) * sizeof(*host->fds));
	for (size_t i = 0; i < policy->fds.n; i++)
		host->fds[i] = read_fd(policy->fds.v[i]);
}

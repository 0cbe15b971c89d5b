/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-doors: the descriptors that --fd names, as the caller left them open; and what there is of
 * the names that belong to graphics processors.
 *
 * Should ask about those alone. Mustn't read from one, open or move one, or judge.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

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

/*
 * The names that drivers make: NVIDIA's own, AMD's for computing, and the kernel's for rendering
 * (AMD, Intel and others), which give no way to the screen, as card* would; WSL's; and what the
 * drivers' libraries, which lie below /usr, read elsewhere.
 */
static const char *const gpu_nodes[] = {
	"/dev/nvidiactl",
	"/dev/nvidia[0-9]*",
	"/dev/nvidia-uvm",
	"/dev/nvidia-uvm-tools",
	"/dev/nvidia-modeset",
	"/dev/nvidia-caps/nvidia-cap[0-9]*",
	"/dev/kfd",
	"/dev/dri/renderD[0-9]*",
	"/dev/dxg",
};
static const char *const gpu_files[] = {"/etc/OpenCL/vendors", "/etc/vulkan", "/etc/glvnd",
					"/etc/nvidia", "/opt/rocm"};

void host_find_gpu(const struct policy *policy, struct host *host)
{
	glob_t found;

	for (size_t i = 0; policy->gpu && i < ARRAY_SIZE(gpu_nodes); i++) {
		if (glob(gpu_nodes[i], 0, NULL, &found))
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++)
			pool_list_add(&host->gpu, pool_copy(found.gl_pathv[k]));
		globfree(&found);
	}
	for (size_t i = 0; host->gpu.n && i < ARRAY_SIZE(gpu_files); i++)
		if (access(gpu_files[i], R_OK | X_OK) == 0)
			pool_list_add(&host->gpu_files, gpu_files[i]);
}

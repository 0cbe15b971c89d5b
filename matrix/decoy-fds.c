/* SPDX-License-Identifier: Apache-2.0 */
/* decoy-fds: descriptors that the command should not have inherited from whoever started it. */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>

#include "fd.h"
#include "pool.h"

enum { FD_FILE = 20 };

static int inherit_file(struct kit *kit, const char *op, int number, struct err *e)
{
	/* The file itself need not be anywhere: only the descriptor leads to it. */
	const char *path = pool_printf("%s/%s", kit->dir, op);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || dprintf(fd, "%s %s\n", kit->token, op) < 0) {
		fd_cleanup(&fd);
		return fail(e, errno, "make %s", path);
	}
	kit_tell(kit, "fd.%s=%d", op, number);
	return kit_inherit(kit, fd, number, e);
}

static int fds_make(struct kit *kit, void **state, struct err *e)
{
	(void)state;
	return inherit_file(kit, "fd.inherited-file", FD_FILE, e);
}

const struct decoy_family decoys_fds = {.name = "fds", .make = fds_make};

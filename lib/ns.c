/* SPDX-License-Identifier: Apache-2.0 */
/* ns: see ns.h. */
#include "ns.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "str.h"

static const char *const kinds[NS_KINDS] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};

int ns_kind(const char *name)
{
	for (int i = 0; i < NS_KINDS; i++)
		if (str_equal(kinds[i], name))
			return i;
	return -1;
}

int ns_read(const char *name, struct ns_id *id, struct err *e)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (stat(path, &st))
		return fail(e, errno, "cannot tell the %s namespace: %s", name, path);
	id->dev = st.st_dev;
	id->ino = st.st_ino;
	return 0;
}

bool ns_same(const struct ns_id *a, const struct ns_id *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

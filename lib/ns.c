/* SPDX-License-Identifier: Apache-2.0 */
/* ns: see ns.h. */
#include "ns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"

static const char *const kinds[NS_KINDS] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};

int ns_kind(const char *name)
{
	for (int i = 0; i < NS_KINDS; i++)
		if (str_equal(kinds[i], name))
			return i;
	return -1;
}

int ns_open(struct err *e)
{
	int dir = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return dir >= 0 ? dir : fail(e, errno, "open /proc/self/ns");
}

int ns_read(int dir, const char *name, unsigned long *id, struct err *e)
{
	char text[64], *bracket;
	ssize_t n = readlinkat(dir, name, text, sizeof(text) - 1);

	if (n < 0)
		return fail(e, errno, "read /proc/self/ns/%s", name);
	text[n] = '\0';
	bracket = strchr(text, '[');
	*id = bracket ? strtoul(bracket + 1, NULL, 10) : 0;
	return *id ? 0 : fail(e, 0, "/proc/self/ns/%s says \"%s\"", name, text);
}

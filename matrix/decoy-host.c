/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-host: what tells of this host, read outside as the probe reads it inside.
 *
 * Should tell checksums and words, and make nothing.
 */
#include "decoy.h"

#include <string.h>
#include <sys/utsname.h>

#include "fd.h"
#include "hash.h"
#include "pool.h"

static void tell_sum(struct kit *kit, const char *op, const void *data, size_t size)
{
	kit_tell(kit, "sum.%s=%016llx", op, (unsigned long long)hash_add(HASH_START, data, size));
}

/* The line of the root: its numbers and its device are this host's. */
static void tell_mountinfo(struct kit *kit)
{
	char text[16384];
	char *end;

	if (fd_read_file("/proc/self/mountinfo", text, sizeof(text)) <= 0) {
		kit_absent(kit, "leak.mountinfo");
		return;
	}
	for (char *line = text; *line; line = end + 1) {
		end = line + strcspn(line, "\n");
		if (!*end)
			break;
		*end = '\0';
		if (strstr(line, " / / ")) {
			kit_tell(kit, "word.leak.mountinfo=%s", line);
			return;
		}
	}
	kit_absent(kit, "leak.mountinfo");
}

static int host_make(struct kit *kit, void **state, struct err *e)
{
	struct utsname u = {0};

	(void)state, (void)e;
	(void)uname(&u);
	tell_sum(kit, "leak.hostname", u.nodename, strlen(u.nodename));
	tell_mountinfo(kit);
	return 0;
}

const struct decoy_family decoys_host = {.name = "host", .make = host_make};

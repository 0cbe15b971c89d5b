/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard: is this the host itself?
 *
 * Asked before an operation that could hurt a host which nobody put a sandbox around. Mustn't be
 * used for an outcome: the probe judges no sandbox.
 */
#include "probe.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "uapi.h"

/*
 * The inodes that the namespaces of the boot have on every kernel since 3.8, and the ioctl that
 * opens them from a pidfd (6.11): that way needs no /proc.
 */
static const struct row {
	const char *name;
	ino_t initial;
	unsigned long from_pidfd;
} rows[] = {
	{"pid", 0xeffffffc, _IO(0xff, 5)},
	{"user", 0xeffffffd, _IO(0xff, 9)},
	{"uts", 0xeffffffe, _IO(0xff, 10)},
};

/* Its file's status, by /proc or else by a pidfd. */
static int stat_namespace(const struct row *row, struct stat *st)
{
	autoclose int self = -1, ns = -1;
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", row->name);
	if (stat(path, st) == 0)
		return 0;
	self = sys_pidfd_open(getpid());
	if (self >= 0)
		ns = ioctl(self, row->from_pidfd, 0);
	return ns < 0 ? -1 : fstat(ns, st);
}

enum guard guard_read(const char *name)
{
	const struct row *row = rows;
	struct stat st;

	while (!str_equal(row->name, name))
		row++;
	if (stat_namespace(row, &st))
		return GUARD_UNKNOWN;
	return st.st_ino == row->initial ? GUARD_INITIAL : GUARD_OTHER;
}

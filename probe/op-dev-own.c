/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family dev, part 2: terminals of the host, and devices known by their path.
 *
 * Should open and close. Mustn't open what has an effect by being opened (a watchdog, a tape), nor
 * leave a terminal behind.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fd.h"

enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/*
 * Reached where the device with the number that op->arg gives was opened. Another one behind the
 * name may have effects, so it is looked at first.
 */
static void open_device(const struct probe *probe, struct trial *t)
{
	const char *path = probe->op->at;
	dev_t device =
		makedev((unsigned int)probe->op->arg >> 8, (unsigned int)probe->op->arg & 255);
	autoclose int fd = -1;
	struct stat st;

	if (stat(path, &st) == 0 && (!S_ISCHR(st.st_mode) || st.st_rdev != device)) {
		trial_faked(t, "something else is there");
		return;
	}
	fd = TRY(t, openat(AT_FDCWD, path, OPEN_FLAGS));
	if (fd < 0)
		trial_refused(t, errno, "open");
	else if (fstat(fd, &st) || !S_ISCHR(st.st_mode) || st.st_rdev != device)
		trial_faked(t, "open gave something else");
	else
		trial_reached(t, "the device was opened");
}

/* Device numbers that the kernel hands out at run time are told. "MAJOR:MINOR" */
static void open_told(const struct probe *probe, struct trial *t)
{
	const char *word = told_own(probe, t, "word.");
	autoclose int fd = -1;
	char text[32];
	struct stat st;

	if (!word)
		return;
	fd = TRY(t, openat(AT_FDCWD, probe->op->at, OPEN_FLAGS));
	if (fd < 0) {
		trial_refused(t, errno, "open");
		return;
	}
	if (fstat(fd, &st))
		st = (struct stat){0};
	(void)snprintf(text, sizeof(text), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	if (str_equal(text, word))
		trial_reached(t, "the device was opened");
	else
		trial_faked(t, "open gave something else");
}

/* Which instance of devpts a terminal is of is told by the file system that it is in (pts(4)). */
static void make_terminal(const struct probe *probe, struct trial *t)
{
	const char *word = told_own(probe, t, "word.");
	autoclose int master = -1, slave = -1;
	char text[32];
	struct stat st = {0};
	int number;

	if (!word)
		return;
	master = TRY(t, openat(AT_FDCWD, "/dev/ptmx", O_RDWR | O_CLOEXEC | O_NOCTTY));
	if (master < 0) {
		trial_refused(t, errno, "open");
		return;
	}
	if (ioctl(master, TIOCGPTN, &number)) {
		trial_faked(t, "open claimed success without a terminal");
		return;
	}
	(void)unlockpt(master);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || fstat(slave, &st)) {
		trial_broken(t, errno, "TIOCGPTPEER");
		return;
	}
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)st.st_dev);
	if (str_equal(text, word))
		trial_reached(t, "a terminal of the host's instance was made");
	else
		trial_faked(t, "the terminal is of another instance");
}

/* The terminal that the command was started on, by its path: as any process of the user might. */
static void open_terminal(const struct probe *probe, struct trial *t)
{
	const char *path = told(probe, t, "tty");
	const char *word = path ? told_own(probe, t, "word.") : NULL;
	autoclose int fd = -1;
	struct stat st = {0};
	char text[64];

	if (!word)
		return;
	fd = TRY(t, openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	if (fd < 0) {
		trial_refused(t, errno, "open");
		return;
	}
	(void)fstat(fd, &st);
	(void)snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino);
	if (str_equal(text, word))
		trial_reached(t, "the terminal was opened by its path");
	else
		trial_faked(t, "another terminal is there");
}

#define DEVICE(name, path, from, maj, min)                                                         \
	{                                                                                          \
		.id = "dev." name, .title = "open " path, .source = (from), .clean = true,         \
		.at = (path), .arg = (maj) << 8 | (min), .run = open_device                        \
	}
#define TOLD(name, path, from)                                                                     \
	{                                                                                          \
		.id = "dev." name, .title = "open " path, .source = (from), .decoys = {"word."},   \
		.clean = true, .at = (path), .run = open_told                                      \
	}

static const struct op ops[] = {
	{
		.id = "dev.ptmx-host",
		.title = "make a terminal of the host's",
		.source = "pts(4), CVE-2025-52565",
		.decoys = {"word."},
		.clean = true,
		.run = make_terminal,
	},
	{
		.id = "dev.tty-other",
		.title = "open a terminal of the host by path",
		.source = "pts(4)",
		.decoys = {"tty", "word."},
		.clean = true,
		.run = open_terminal,
	},
	DEVICE("autofs", "/dev/autofs", "autofs(5)", 10, 235),
	DEVICE("kmsg", "/dev/kmsg", "syslog(2), dmesg_restrict", 1, 11),
	DEVICE("kvm", "/dev/kvm", "devices.txt of Linux", 10, 232),
	DEVICE("fuse", "/dev/fuse", "fuse(4)", 10, 229),
	DEVICE("loop-control", "/dev/loop-control", "loop(4)", 10, 237),
	DEVICE("net-tun", "/dev/net/tun", "devices.txt of Linux", 10, 200),
	TOLD("userfaultfd", "/dev/userfaultfd", "userfaultfd(2)"),
	TOLD("vsock", "/dev/vsock", "vsock(7)"),
};

const struct family family_dev_own = FAMILY("dev", ops);

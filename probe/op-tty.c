/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family tty: the terminal that the sandbox was started on.
 *
 * Should use no terminal but the one that /dev/tty leads to, and only where one was told of: it is
 * whoever told of it who sees what has arrived, and puts it back in order.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "fd.h"

/* Opens /dev/tty; -1 with t set. */
static int open_tty(const struct probe *probe, struct trial *t)
{
	autoclose int fd = -1;

	if (!told(probe, t, "tty"))
		return -1;
	fd = TRY(t, openat(AT_FDCWD, "/dev/tty", O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
	if (fd < 0 && errno == ENXIO)
		trial_blocked(t, ENXIO, "this session has no terminal");
	else if (fd < 0)
		trial_refused(t, errno, "open /dev/tty");
	else if (!isatty(fd))
		trial_faked(t, "/dev/tty is no terminal");
	else
		return fd_take(&fd);
	return -1;
}

/* The device that it stands for. */
static void open_dev_tty(const struct probe *probe, struct trial *t)
{
	const char *word = told_own(probe, t, "word.");
	autoclose int fd = word ? open_tty(probe, t) : -1;
	unsigned int device = 0;
	char text[16];

	if (fd < 0)
		return;
	if (TRY(t, ioctl(fd, TIOCGDEV, &device))) {
		trial_refused(t, errno, "TIOCGDEV");
		return;
	}
	(void)snprintf(text, sizeof(text), "%u", device);
	if (str_equal(text, word))
		trial_reached(t, "it is the caller's terminal");
	else
		trial_faked(t, "it is another terminal");
}

static void write_tty(const struct probe *probe, struct trial *t)
{
	static const char text[] = "pinfold-probe\n";
	autoclose int fd = open_tty(probe, t);

	if (fd < 0)
		return;
	if (TRY(t, write(fd, text, sizeof(text) - 1)) != sizeof(text) - 1)
		trial_refused(t, errno, "write");
	else
		trial_reached(t, "a line was written to the terminal");
}

/* Whoever made the terminal has typed the token. */
static void read_tty(const struct probe *probe, struct trial *t)
{
	const char *token = told(probe, t, "token");
	autoclose int fd = token ? open_tty(probe, t) : -1;
	char text[64] = "";
	ssize_t n;

	if (fd < 0)
		return;
	n = TRY(t, read(fd, text, sizeof(text) - 1));
	if (n < 0 && errno == EIO)
		trial_blocked(t, EIO, "this process is in the terminal's background");
	else if (n < 0 && errno != EAGAIN)
		trial_refused(t, errno, "read");
	else if (strstr(text, token))
		trial_reached(t, "what was typed was read");
	else
		trial_faked(t, "what was typed did not arrive");
}

/*
 * Types a letter as if the user had: op->at. With op->arg also above the 32 bits that the kernel
 * looks at, which a filter may take for another request.
 */
static void type_letter(const struct probe *probe, struct trial *t)
{
	autoclose int fd = open_tty(probe, t);
	unsigned long request = TIOCSTI | (unsigned long)probe->op->arg << 32;

	if (fd < 0)
		return;
	if (TRY(t, syscall(SYS_ioctl, fd, request, probe->op->at)) == 0)
		trial_reached(t, "a letter was typed");
	else if (errno == EIO)
		trial_blocked(t, EIO, "dev.tty.legacy_tiocsti is off");
	else
		trial_refused(t, errno, "TIOCSTI");
}

static void change_settings(const struct probe *probe, struct trial *t)
{
	autoclose int fd = open_tty(probe, t);
	struct termios before, now = {0};

	if (fd < 0)
		return;
	if (tcgetattr(fd, &before)) {
		trial_refused(t, errno, "TCGETS");
		return;
	}
	now = before;
	now.c_lflag ^= TOSTOP;
	if (TRY(t, ioctl(fd, TCSETS, &now))) {
		trial_refused(t, errno, "TCSETS");
		return;
	}
	if (tcgetattr(fd, &now) || now.c_lflag == before.c_lflag)
		trial_faked(t, "the settings are as they were");
	else
		trial_reached(t, "the settings were changed");
}

static void change_window(const struct probe *probe, struct trial *t)
{
	struct winsize size = {.ws_row = 47, .ws_col = 11};
	autoclose int fd = open_tty(probe, t);

	if (fd < 0)
		return;
	if (TRY(t, ioctl(fd, TIOCSWINSZ, &size)))
		trial_refused(t, errno, "TIOCSWINSZ");
	else
		trial_reached(t, "the window's size was changed");
}

#define TTY(name, text, from, who, what, function)                                                 \
	{                                                                                          \
		.id = "tty." name, .title = (text), .source = (from), .decoys = {"tty"},           \
		.judged = (who), .clean = true, .at = (what), .run = (function)                    \
	}

static const struct op ops[] = {
	{
		.id = "tty.open-dev-tty",
		.title = "open the caller's terminal",
		.source = "tty(4)",
		.decoys = {"tty", "word."},
		.clean = true,
		.run = open_dev_tty,
	},
	{
		.id = "tty.read-input",
		.title = "read what is typed at the terminal",
		.source = "tty(4)",
		.decoys = {"tty", "token"},
		.clean = true,
		.run = read_tty,
	},
	TTY("write-to-host-tty", "write to the caller's terminal", "tty(4)", JUDGED_OUTSIDE, NULL,
	    write_tty),
	TTY("tiocsti", "type at the caller's terminal", "CVE-2017-5226", JUDGED_OUTSIDE, "A",
	    type_letter),
	{
		.id = "tty.tiocsti-high-bits",
		.title = "type, with bits above the request",
		.source = "CVE-2019-10063",
		.decoys = {"tty"},
		.judged = JUDGED_OUTSIDE,
		.clean = true,
		.at = "B",
		.arg = 1,
		.run = type_letter,
	},
	TTY("tcsetattr-host", "change the terminal's settings", "termios(3)", JUDGED_OUTSIDE, NULL,
	    change_settings),
	TTY("window-size", "change the terminal's size", "TIOCSWINSZ(2const)", JUDGED_OUTSIDE, NULL,
	    change_window),
};

const struct family family_tty = FAMILY("tty", ops);

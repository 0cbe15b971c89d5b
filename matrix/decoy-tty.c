/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-tty: the terminal that the command is started on.
 *
 * It is a pseudo terminal whose other side is ours, so nothing that is done to it shows on the
 * user's. The command's first process takes it as its controlling terminal; its standard streams
 * are not this terminal. Before each run the token is typed at it.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

enum { ROWS = 24, COLUMNS = 80 };

struct state {
	int master, slave; /* -1: this host has none */
	struct termios raw;
	/* After a run: */
	char written[256]; /* what came out of it */
	char typed[256];   /* what was left to be read */
	bool settings, size;
};

/* Raw: what is written comes out as it is, and nothing is echoed. */
static int open_pair(struct state *s, char *path, size_t size)
{
	s->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (s->master < 0 || grantpt(s->master) || unlockpt(s->master) ||
	    ptsname_r(s->master, path, size))
		return -1;
	s->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (s->slave < 0 || tcgetattr(s->slave, &s->raw))
		return -1;
	cfmakeraw(&s->raw);
	return 0;
}

static void forget(struct state *s)
{
	fd_cleanup(&s->master);
	fd_cleanup(&s->slave);
	s->master = s->slave = -1;
}

static int tty_make(struct kit *kit, void **state, struct err *e)
{
	struct state *s = pool_alloc(sizeof(*s));
	unsigned int device = 0;
	char path[64];

	(void)e;
	*s = (struct state){.master = -1, .slave = -1};
	*state = s;
	if (open_pair(s, path, sizeof(path)) || ioctl(s->slave, TIOCGDEV, &device)) {
		forget(s);
		kit_absent(kit, "tty.*");
		return 0;
	}
	kit->tty = pool_copy(path);
	kit_tell(kit, "tty=%s", path);
	kit_tell(kit, "word.tty.open-dev-tty=%u", device);
	return 0;
}

/* What is in it goes, by reading: both sides do so without waiting. */
static void drain(int fd)
{
	char buf[256];

	while (read(fd, buf, sizeof(buf)) > 0)
		continue;
}

static int tty_arm(struct kit *kit, void *state, struct err *e)
{
	const struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
	struct state *s = state;

	if (s->master < 0)
		return 0;
	if (tcsetattr(s->slave, TCSANOW, &s->raw) || ioctl(s->master, TIOCSWINSZ, &size))
		return fail(e, errno, "set up the terminal %s", kit->tty);
	drain(s->slave);
	drain(s->master);
	if (write(s->master, kit->token, strlen(kit->token)) != (ssize_t)strlen(kit->token))
		return fail(e, errno, "type at the terminal %s", kit->tty);
	return 0;
}

static void read_text(int fd, char *text, size_t size)
{
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
}

static void tty_look(struct kit *kit, void *state)
{
	struct state *s = state;
	struct termios now = s->raw;
	struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};

	(void)kit;
	if (s->master < 0)
		return;
	read_text(s->master, s->written, sizeof(s->written));
	read_text(s->slave, s->typed, sizeof(s->typed));
	(void)tcgetattr(s->slave, &now);
	(void)ioctl(s->master, TIOCGWINSZ, &size);
	s->settings = now.c_lflag != s->raw.c_lflag;
	s->size = size.ws_row != ROWS || size.ws_col != COLUMNS;
}

static bool was_typed(const struct kit *kit, const struct state *s, char letter)
{
	const char *text = s->typed;

	/* The token is read by one operation, or still there. */
	if (str_starts(text, kit->token))
		text += strlen(kit->token);
	return strchr(text, letter);
}

static enum seen tty_judge(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;
	const struct {
		const char *op;
		bool seen;
	} rows[] = {
		{"tty.write-to-host-tty", strstr(s->written, "pinfold-probe\n")},
		{"tty.tiocsti", was_typed(kit, s, 'A')},
		{"tty.tiocsti-high-bits", was_typed(kit, s, 'B')},
		{"tty.tcsetattr-host", s->settings},
		{"tty.window-size", s->size},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_equal(rows[i].op, op))
			return s->master < 0 ? SEEN_UNKNOWN : rows[i].seen ? SEEN_YES : SEEN_NO;
	return SEEN_NONE;
}

const struct decoy_family decoys_tty = {
	.name = "tty",
	.make = tty_make,
	.arm = tty_arm,
	.look = tty_look,
	.judge = tty_judge,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-tty: the terminal that the command is started on.
 *
 * It is a pseudo terminal whose other side is ours, so nothing that is done to it shows on the
 * user's. The command's first process takes it as its controlling terminal; its standard streams
 * are not this terminal.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

struct state {
	int master, slave; /* -1: this host has none */
	char said[256];	   /* what was written to it in the last run */
};

/* Raw: what is written comes out as it is, and nothing is echoed. */
static int open_pair(struct state *s, char *path, size_t size)
{
	struct termios raw;

	s->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (s->master < 0 || grantpt(s->master) || unlockpt(s->master) ||
	    ptsname_r(s->master, path, size))
		return -1;
	s->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (s->slave < 0 || tcgetattr(s->slave, &raw))
		return -1;
	cfmakeraw(&raw);
	return tcsetattr(s->slave, TCSANOW, &raw);
}

static int tty_make(struct kit *kit, void **state, struct err *e)
{
	struct state *s = pool_alloc(sizeof(*s));
	char path[64];

	(void)e;
	*s = (struct state){.master = -1, .slave = -1};
	*state = s;
	if (open_pair(s, path, sizeof(path))) {
		fd_cleanup(&s->master);
		fd_cleanup(&s->slave);
		s->master = s->slave = -1;
		kit_absent(kit, "tty.*");
		return 0;
	}
	kit->tty = pool_copy(path);
	kit_tell(kit, "tty=%s", path);
	return 0;
}

static int tty_arm(struct kit *kit, void *state, struct err *e)
{
	struct state *s = state;

	(void)kit, (void)e;
	if (s->master >= 0)
		(void)tcflush(s->slave, TCIOFLUSH);
	s->said[0] = '\0';
	return 0;
}

static void tty_look(struct kit *kit, void *state)
{
	struct state *s = state;
	ssize_t n = s->master < 0 ? 0 : read(s->master, s->said, sizeof(s->said) - 1);

	(void)kit;
	s->said[n > 0 ? n : 0] = '\0';
}

static enum seen see_line(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;

	(void)kit, (void)op;
	if (s->master < 0)
		return SEEN_UNKNOWN;
	return strstr(s->said, "pinfold-probe\n") ? SEEN_YES : SEEN_NO;
}

static const struct judge judges[] = {
	{"tty.write-to-host-tty", see_line},
	{NULL, NULL},
};

const struct decoy_family decoys_tty = {
	.name = "tty",
	.make = tty_make,
	.arm = tty_arm,
	.look = tty_look,
	.judges = judges,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer session: a session of its own, without a controlling terminal (setsid(2), credentials(7)).
 *
 * Should: part pid 1 and the agent from the caller's terminal. TIOCSTI, which types into a
 * terminal, works for the controlling terminal only; without one it is refused, and /dev/tty does
 * not open (CVE-2017-5226 and its many relatives).
 * Mustn't: be the only wall where a terminal is passed that is nobody's controlling one: the agent
 * could take that for its own. The seccomp layer refuses TIOCSTI and TIOCLINUX by number.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int session_apply(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan, (void)run;
	/* Without the pid layer one process goes through both stages, and a leader cannot again. */
	if (getsid(0) != getpid() && setsid() < 0)
		return fail(e, errno, "setsid");
	return 0;
}

static int session_check(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	(void)plan, (void)run;
	if (getsid(0) != getpid())
		return fail(e, 0, "the agent is in session %d, not in one of its own",
			    (int)getsid(0));
	if (tty >= 0)
		return fail(e, 0, "the caller's terminal can still be opened by /dev/tty");
	return 0;
}

const struct layer layer_session = {
	.name = "session",
	.stops = "type into the caller's terminal, or take part in its job control",
	.apply[STAGE_LOCK] = session_apply,
	.apply[STAGE_AGENT] = session_apply,
	.check[STAGE_PROOF] = session_check,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending: a command that is asked to end and does not.
 *
 * Should: kill it at the second SIGINT within two seconds, since that is what a person means who
 * presses ^C again; and so long after a SIGTERM as --grace says.
 * Mustn't: count what the command gets without us: the keys of its own terminal, ^C among them, are
 * for it alone, and so are the signals of a terminal that it shares with us.
 */
#include "supervise.h"

#include <unistd.h>

#include "clock.h"

#define TWICE_NS (2 * UINT64_C(1000000000))

static void end(struct supervisor *s, enum ended_for why)
{
	if (s->ended || s->ended_for != ENDED_ITSELF)
		return;
	s->ended_for = why;
	supervise_end(s);
}

static void hear_grace(struct supervisor *s, struct watch *watch, short events)
{
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) == (ssize_t)sizeof(times))
		end(s, ENDED_GRACE);
}

int ending_open(struct supervisor *s, struct err *e)
{
	return s->plan->end.grace_ms ? supervise_add_clock(s, &s->grace, hear_grace, e) : 0;
}

void ending_hear(struct supervisor *s, int sig)
{
	uint64_t now = clock_now_ns();

	/* The first one counts: who asks again does not get more time. */
	if (sig == SIGTERM && !s->asked_to_end) {
		s->asked_to_end = true;
		supervise_set_clock(s->grace, s->plan->end.grace_ms, 0);
	}
	if (sig != SIGINT)
		return;
	if (s->interrupted && now - s->interrupted < TWICE_NS)
		end(s, ENDED_INTERRUPTED);
	s->interrupted = now;
}

void ending_say(const struct plan *plan, enum ended_for why)
{
	if (why == ENDED_INTERRUPTED)
		fputs("pinfold: killed: a second SIGINT within two seconds\n", stderr);
	else if (why == ENDED_GRACE)
		fprintf(stderr, "pinfold: killed: still there %g s after SIGTERM (--grace)\n",
			(double)plan->end.grace_ms / 1000);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family time: clocks.
 *
 * Should ask in a way that changes nothing where it is granted: for what the clock has already.
 */
#include "probe.h"

#include <errno.h>
#include <sys/timex.h>

/* The tick that the clock has. */
static void adjust_clock(const struct probe *probe, struct trial *t)
{
	struct timex x = {0};

	(void)probe;
	if (adjtimex(&x) < 0) {
		trial_refused(t, errno, "adjtimex, to read");
		return;
	}
	/* The kernel fills in the time, whatever was asked. */
	x.modes = ADJ_TICK;
	x.time.tv_sec = 0;
	if (TRY(t, adjtimex(&x)) < 0)
		trial_refused(t, errno, "adjtimex");
	else if (x.time.tv_sec == 0)
		trial_faked(t, "adjtimex claimed success, and told no time");
	else
		trial_reached(t, "the tick was set, to what it was");
}

static const struct op ops[] = {
	{
		.id = "time.adjtimex",
		.title = "adjust the clock",
		.source = "adjtimex(2)",
		.caller = CALLER_ROOT,
		.clean = true,
		.run = adjust_clock,
	},
};

const struct family family_time = FAMILY("time", ops);

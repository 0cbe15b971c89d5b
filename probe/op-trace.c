/* SPDX-License-Identifier: Apache-2.0 */
/* Family trace: looking into processes. Mustn't stop a process other than the operation's own. */
#include "probe.h"

#include <errno.h>
#include <sys/ptrace.h>

/*
 * The probe becomes the tracer of this child, which ends before any signal could stop it. A
 * process can be traced only once, so being refused the second time proves the first.
 */
static void traceme(const struct probe *probe, struct trial *t)
{
	(void)probe;
	if (TRY(t, ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
		trial_refused(t, errno, "ptrace");
	else if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		trial_faked(t, "ptrace claimed success without a tracer");
	else if (errno != EPERM)
		trial_broken(t, errno, "ptrace, the second time");
	else
		trial_reached(t, "the process is traced");
}

static const struct op ops[] = {
	{
		.id = "trace.traceme",
		.title = "ptrace TRACEME",
		.source = "ptrace(2)",
		.order = 8,
		.run = traceme,
	},
};

const struct family family_trace = FAMILY("trace", ops);

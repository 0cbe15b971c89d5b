/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outcome: what an errno, and the end of a child, mean.
 *
 * Pure: should decide from its arguments alone; mustn't ask the kernel anything. The one rule
 * above all others here: when in doubt it is BROKEN, never BLOCKED. A probe that counts its own
 * failures as walls praises sandboxes that have none.
 */
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

/* Errnos that are not simply a refusal. */
static const struct meaning {
	int num;
	enum outcome untold, told; /* told: the host is said to have no such thing */
	const char *why;	   /* for the detail of a BROKEN one */
} meanings[] = {
	/* A shortage or an accident says nothing about the operation. */
	{EINTR, OUTCOME_BROKEN, OUTCOME_BROKEN, "interrupted"},
	{EIO, OUTCOME_BROKEN, OUTCOME_BROKEN, "an input or output error"},
	{ENOMEM, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of memory"},
	{ENOBUFS, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of buffers"},
	{EMFILE, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of descriptors"},
	{ENFILE, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of open files"},
	{ENOSPC, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of space"},
	{EDQUOT, OUTCOME_BROKEN, OUTCOME_BROKEN, "over a quota"},
	{EAGAIN, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of something for now"},
	{EADDRNOTAVAIL, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of ports"},
	{EADDRINUSE, OUTCOME_BROKEN, OUTCOME_BROKEN, "short of ports"},
	{ECONNABORTED, OUTCOME_BROKEN, OUTCOME_BROKEN, "the connection was lost"},
	/* The kernel did not understand the question, so it has not answered it. */
	{EFAULT, OUTCOME_BROKEN, OUTCOME_BROKEN, "the question was malformed"},
	{EBADF, OUTCOME_BROKEN, OUTCOME_BROKEN, "the question was malformed"},
	{EINVAL, OUTCOME_BROKEN, OUTCOME_BROKEN, "the question was malformed"},
	/* The node or the type is there by name, and no driver is behind it. */
	{ENXIO, OUTCOME_ABSENT, OUTCOME_ABSENT, NULL},
	{ENODEV, OUTCOME_ABSENT, OUTCOME_ABSENT, NULL},
	/* Hidden or not there: only somebody outside can tell. */
	{ENOENT, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
	{ENOTDIR, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
	{ENOSYS, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
	{EOPNOTSUPP, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
	{EAFNOSUPPORT, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
	{EPROTONOSUPPORT, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
	{ESOCKTNOSUPPORT, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
	{ENOPROTOOPT, OUTCOME_BLOCKED, OUTCOME_ABSENT, NULL},
};

static const struct meaning *find(int num)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (meanings[i].num == num)
			return &meanings[i];
	return NULL;
}

enum outcome outcome_of_errno(int num, bool told_absent)
{
	const struct meaning *m = find(num);

	if (!m)
		return OUTCOME_BLOCKED;
	return told_absent ? m->told : m->untold;
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_NONE] = "NONE",       [OUTCOME_REACHED] = "REACHED",
		[OUTCOME_BLOCKED] = "BLOCKED", [OUTCOME_ABSENT] = "ABSENT",
		[OUTCOME_BROKEN] = "BROKEN",   [OUTCOME_SKIPPED] = "SKIPPED",
	};

	return names[outcome];
}

__attribute__((format(printf, 4, 0))) static void set(struct trial *t, enum outcome outcome,
						      int num, const char *fmt, va_list ap)
{
	t->outcome = outcome;
	t->num = num;
	(void)vsnprintf(t->detail, sizeof(t->detail), fmt, ap);
}

void trial_reached(struct trial *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(t, OUTCOME_REACHED, 0, fmt, ap);
	va_end(ap);
}

void trial_refused(struct trial *t, int num, const char *fmt, ...)
{
	enum outcome outcome = outcome_of_errno(num, t->told_absent);
	va_list ap;

	va_start(ap, fmt);
	set(t, outcome, num, fmt, ap);
	va_end(ap);
	if (outcome == OUTCOME_BROKEN)
		trial_add(t, ": %s", find(num)->why);
}

void trial_blocked(struct trial *t, int num, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(t, OUTCOME_BLOCKED, num, fmt, ap);
	va_end(ap);
}

void trial_faked(struct trial *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(t, OUTCOME_BLOCKED, 0, fmt, ap);
	va_end(ap);
}

void trial_broken(struct trial *t, int num, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(t, OUTCOME_BROKEN, num, fmt, ap);
	va_end(ap);
}

void trial_skipped(struct trial *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(t, OUTCOME_SKIPPED, 0, fmt, ap);
	va_end(ap);
}

void trial_add(struct trial *t, const char *fmt, ...)
{
	size_t n = strlen(t->detail);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(t->detail + n, sizeof(t->detail) - n, fmt, ap);
	va_end(ap);
}

/* " (SIGSEGV)" for SIGSEGV; "" for signals that no operation is likely to end by. */
static const char *signal_note(int sig)
{
	static const struct {
		int sig;
		const char *note;
	} notes[] = {
		{SIGABRT, " (SIGABRT)"}, {SIGALRM, " (SIGALRM)"}, {SIGBUS, " (SIGBUS)"},
		{SIGFPE, " (SIGFPE)"},	 {SIGILL, " (SIGILL)"},	  {SIGKILL, " (SIGKILL)"},
		{SIGSEGV, " (SIGSEGV)"}, {SIGTERM, " (SIGTERM)"}, {SIGTRAP, " (SIGTRAP)"},
		{SIGXCPU, " (SIGXCPU)"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (notes[i].sig == sig)
			return notes[i].note;
	return "";
}

static void judge_status(struct trial *t, int status)
{
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	/*
	 * SIGSYS is how a seccomp filter kills (seccomp(2)). In the very call that is tried that is
	 * a refusal; in another one the probe was kept from asking.
	 */
	if (sig == SIGSYS && t->stage == STAGE_TRYING)
		trial_faked(t, "killed by SIGSYS: a system call filter");
	else if (sig == SIGSYS)
		trial_broken(t, 0, "killed by SIGSYS in another call than the one to try");
	else if (sig)
		trial_broken(t, 0, "ended by signal %d%s", sig, signal_note(sig));
	else
		trial_broken(t, 0, "ended with status %d and without a result",
			     WEXITSTATUS(status));
}

void trial_judge(struct trial *t, enum ending ending, int status, int num, uint32_t timeout_ms)
{
	/* A result that was given stands, however its child ended afterwards. */
	if (t->stage == STAGE_DONE)
		return;
	switch (ending) {
	case ENDING_SEEN:
		judge_status(t, status);
		return;
	case ENDING_TOLD:
		trial_broken(t, 0, "ended without a result");
		return;
	case ENDING_TIMED_OUT:
		trial_broken(t, 0, "timed out after %u ms", timeout_ms);
		return;
	case ENDING_STUCK:
		trial_broken(t, 0, "timed out after %u ms, and could not be ended", timeout_ms);
		return;
	case ENDING_NOT_STARTED:
		trial_broken(t, num, "no process could be made for it");
		return;
	}
}

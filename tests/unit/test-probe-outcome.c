/* SPDX-License-Identifier: Apache-2.0 */
/* What errnos and the ends of children mean: rows, since that rule is what every result rests on.
 */
#include "tap.h"

#include <errno.h>
#include <signal.h>

#include "probe.h"

static const struct {
	int num;
	enum outcome untold, told;
} errnos[] = {
	{EPERM, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{EACCES, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{EROFS, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{ESRCH, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{ECONNREFUSED, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{ENETUNREACH, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{ETIMEDOUT, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{EFBIG, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	{4095, OUTCOME_BLOCKED, OUTCOME_BLOCKED},
	/* Hidden or not there. */
	{ENOENT, OUTCOME_BLOCKED, OUTCOME_ABSENT},
	{ENOSYS, OUTCOME_BLOCKED, OUTCOME_ABSENT},
	{EAFNOSUPPORT, OUTCOME_BLOCKED, OUTCOME_ABSENT},
	{EPROTONOSUPPORT, OUTCOME_BLOCKED, OUTCOME_ABSENT},
	/* No driver behind the name. */
	{ENXIO, OUTCOME_ABSENT, OUTCOME_ABSENT},
	{ENODEV, OUTCOME_ABSENT, OUTCOME_ABSENT},
	/* No answer at all. */
	{ENOMEM, OUTCOME_BROKEN, OUTCOME_BROKEN},
	{EMFILE, OUTCOME_BROKEN, OUTCOME_BROKEN},
	{ENFILE, OUTCOME_BROKEN, OUTCOME_BROKEN},
	{EINTR, OUTCOME_BROKEN, OUTCOME_BROKEN},
	{EINVAL, OUTCOME_BROKEN, OUTCOME_BROKEN},
	{EFAULT, OUTCOME_BROKEN, OUTCOME_BROKEN},
	{ENOSPC, OUTCOME_BROKEN, OUTCOME_BROKEN},
	{EIO, OUTCOME_BROKEN, OUTCOME_BROKEN},
};

static void test_errnos(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++) {
		struct trial t = {0}, told = {.told_absent = true};
		int num = errnos[i].num;

		is_int(outcome_of_errno(num, false), errnos[i].untold, "%s", err_name(num));
		is_int(outcome_of_errno(num, true), errnos[i].told, "%s, told absent",
		       err_name(num));
		trial_refused(&t, num, "call");
		trial_refused(&told, num, "call");
		ok(t.outcome == errnos[i].untold && told.outcome == errnos[i].told &&
			   t.num == num && strncmp(t.detail, "call", 4) == 0,
		   "%s in a trial", err_name(num));
	}
}

static void test_reasons(void)
{
	struct trial t = {0};

	trial_refused(&t, ENOMEM, "open");
	is_str(t.detail, "open: short of memory", "BROKEN by errno says why");
	trial_refused(&t, EPERM, "open");
	is_str(t.detail, "open", "BLOCKED needs no reason but its errno");
	trial_faked(&t, "another");
	ok(t.outcome == OUTCOME_BLOCKED && t.num == 0, "faked: BLOCKED without errno");
	trial_reached(&t, "%0199d", 7);
	trial_add(&t, "; more");
	ok(strlen(t.detail) == sizeof(t.detail) - 1, "a detail that is full stays in its bounds");
	trial_skipped(&t, "why");
	trial_add(&t, "; %d", 5);
	ok(t.outcome == OUTCOME_SKIPPED && strcmp(t.detail, "why; 5") == 0, "add adds");
}

/* wait(2) status words: exit code in the second byte, signal in the first. */
#define EXITED(code) ((code) << 8)
#define KILLED(sig)  (sig)

static const struct {
	const char *name;
	enum stage stage;
	enum outcome outcome;
	enum ending ending;
	int status, num;
	enum outcome want;
	int want_num;
	const char *want_detail;
} ends[] = {
	{"a result stands", STAGE_DONE, OUTCOME_REACHED, ENDING_SEEN, EXITED(0), 0, OUTCOME_REACHED,
	 0, ""},
	{"... though its child was not waited for", STAGE_DONE, OUTCOME_REACHED, ENDING_TOLD, 0, 0,
	 OUTCOME_REACHED, 0, ""},
	{"... though the child crashed later", STAGE_DONE, OUTCOME_BLOCKED, ENDING_SEEN,
	 KILLED(SIGSEGV), 0, OUTCOME_BLOCKED, 0, ""},
	{"an outcome before the end is none", STAGE_STARTED, OUTCOME_REACHED, ENDING_SEEN,
	 KILLED(SIGSEGV), 0, OUTCOME_BROKEN, 0, "ended by signal 11 (SIGSEGV)"},
	{"a signal without a note", STAGE_TRYING, OUTCOME_NONE, ENDING_SEEN, KILLED(SIGUSR1), 0,
	 OUTCOME_BROKEN, 0, "ended by signal 10"},
	{"a filter kills for the call itself", STAGE_TRYING, OUTCOME_NONE, ENDING_SEEN,
	 KILLED(SIGSYS), 0, OUTCOME_BLOCKED, 0, "killed by SIGSYS: a system call filter"},
	{"... with a core file", STAGE_TRYING, OUTCOME_NONE, ENDING_SEEN, KILLED(SIGSYS) | 0x80, 0,
	 OUTCOME_BLOCKED, 0, "killed by SIGSYS: a system call filter"},
	{"a filter kills for another call", STAGE_STARTED, OUTCOME_NONE, ENDING_SEEN,
	 KILLED(SIGSYS), 0, OUTCOME_BROKEN, 0,
	 "killed by SIGSYS in another call than the one to try"},
	{"an exit without a result", STAGE_STARTED, OUTCOME_NONE, ENDING_SEEN, EXITED(3), 0,
	 OUTCOME_BROKEN, 0, "ended with status 3 and without a result"},
	{"over the limit", STAGE_TRYING, OUTCOME_NONE, ENDING_TIMED_OUT, KILLED(SIGKILL), 0,
	 OUTCOME_BROKEN, 0, "timed out after 70 ms"},
	{"over the limit and not to be killed", STAGE_TRYING, OUTCOME_NONE, ENDING_STUCK, 0, 0,
	 OUTCOME_BROKEN, 0, "timed out after 70 ms, and could not be ended"},
	{"not begun", STAGE_IDLE, OUTCOME_NONE, ENDING_NOT_STARTED, 0, EAGAIN, OUTCOME_BROKEN,
	 EAGAIN, "no process could be made for it"},
};

static void test_ends(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct trial t = {.stage = (int)ends[i].stage, .outcome = ends[i].outcome};

		trial_judge(&t, ends[i].ending, ends[i].status, ends[i].num, 70);
		is_int(t.outcome, ends[i].want, "%s: outcome", ends[i].name);
		is_int(t.num, ends[i].want_num, "%s: errno", ends[i].name);
		is_str(t.detail, ends[i].want_detail, "%s: detail", ends[i].name);
	}
}

int main(void)
{
	static const char *const names[] = {"NONE",   "REACHED", "BLOCKED",
					    "ABSENT", "BROKEN",	 "SKIPPED"};

	for (int i = OUTCOME_NONE; i <= OUTCOME_SKIPPED; i++)
		is_str(outcome_name((enum outcome)i), names[i], "the name of %s", names[i]);
	test_errnos();
	test_reasons();
	test_ends();
	return tap_done();
}

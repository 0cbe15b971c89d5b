/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family proc: other processes.
 *
 * Should look at decoys only. Mustn't signal anything outside a pid namespace that was made for
 * the purpose.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "fd.h"

enum { LOOK_BACK = 4096 }; /* pids; a call for each takes well below a microsecond */

/* The value of the Name: line, cut out of text in place; NULL where there is none. */
static char *find_name(char *text)
{
	static const char key[] = "Name:\t";

	if (strncmp(text, key, sizeof(key) - 1))
		return NULL;
	text += sizeof(key) - 1;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Reached where the process' name, as its status file gives it, holds the decoy's token. */
static void read_status(const struct probe *probe, struct trial *t)
{
	const char *pid = decoy_get(&probe->decoys, "status-pid");
	const char *token = decoy_get(&probe->decoys, "status-token");
	char path[40], text[256], *name;
	autoclose int fd = -1;
	ssize_t n;

	/* Told of none, it is the seed's own: pid 2 of a machine is the kernel's kthreadd. */
	if (!pid && !token)
		token = "kthreadd";
	(void)snprintf(path, sizeof(path), "/proc/%s/status", pid ? pid : "2");
	fd = TRY(t, openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	if (fd < 0) {
		trial_refused(t, errno, "open");
		return;
	}
	n = TRY(t, fd_read_full(fd, text, sizeof(text) - 1));
	if (n < 0) {
		trial_refused(t, errno, "read");
		return;
	}
	text[n] = '\0';
	name = find_name(text);
	if (!name)
		trial_faked(t, "it is no status file");
	else if (!token)
		trial_broken(t, 0,
			     "it can be read; whose it is only --decoy status-token could tell");
	else if (strstr(name, token))
		trial_reached(t, "the process' name is the decoy's");
	else
		trial_faked(t, "it is another process'");
}

/*
 * kill(-1, SIGKILL) spares its caller and pid 1 (kill(2)) and nobody else, the probe's parent
 * included. So it takes the promise that all may die, and is refused in the machine's own pid
 * namespace whatever was promised. Signal 0 goes first, in a child: should a filter kill for the
 * call, that is the child's end and not the probe's.
 */
static void rehearse_kill_all(const struct probe *probe, struct trial *t)
{
	if (!decoy_yes(&probe->decoys, "kill-victims"))
		trial_skipped(t,
			      "takes --decoy kill-victims=yes: all processes it reaches would die");
	else if (guard_read("pid") != GUARD_OTHER)
		trial_skipped(t, "this is, or may be, the pid namespace of the machine itself");
	else if (TRY(t, kill(-1, 0)))
		trial_reached(t, "rehearsed, and refused");
	else
		trial_reached(t, "rehearsed");
}

enum sight { SIGHT_NOBODY, SIGHT_REFUSED, SIGHT_VICTIM };

/*
 * Is there somebody to signal? Linux answers kill(-1) with 0 as soon as there is anybody at all,
 * may they be signalled or not, so that is looked at before, one by one: whoever made the victims
 * did so before the probe began, hence from our own pid backwards.
 */
static enum sight look_around(void)
{
	pid_t self = getpid(), end = self > LOOK_BACK ? self - LOOK_BACK : 1;
	enum sight sight = SIGHT_NOBODY;

	for (pid_t pid = self - 1; pid > end; pid--) {
		if (kill(pid, 0) == 0)
			return SIGHT_VICTIM;
		if (errno == EPERM)
			sight = SIGHT_REFUSED;
	}
	return sight;
}

static void finish_kill_all(const struct probe *probe, struct trial *t)
{
	enum sight sight = kill(-1, 0) ? SIGHT_NOBODY : look_around();

	(void)probe;
	/* The parent dies of it, and may have asked for the probe to die with it: not yet. */
	(void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	if (kill(-1, SIGKILL))
		trial_refused(t, errno, "kill");
	else if (sight == SIGHT_REFUSED)
		trial_refused(t, EPERM, "kill returned 0, and nobody may be signalled");
	else if (sight == SIGHT_VICTIM)
		trial_reached(t, "kill returned 0, and there was somebody to signal");
	else
		trial_reached(t, "kill returned 0; whom it reached is not seen from here");
}

static const struct op ops[] = {
	{
		.id = "proc.read-status",
		.title = "read /proc/PID/status",
		.source = "proc(5)",
		.decoys = {"status-pid", "status-token"},
		.clean = true,
		.order = 3,
		.run = read_status,
	},
	{
		.id = "proc.kill-all",
		.title = "kill(-1, SIGKILL)",
		.source = "kill(2)",
		.decoys = {"kill-victims"},
		.judged = JUDGED_OUTSIDE,
		.clean = true,
		.order = 10,
		.run = rehearse_kill_all,
		.finish = finish_kill_all,
	},
};

const struct family family_proc = FAMILY("proc", ops);

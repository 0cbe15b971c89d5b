/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer session: a session of its own (setsid(2), credentials(7)), and where the caller has a
 * terminal, one of its own instead (pty(7)).
 *
 * Should: part pid 1 and the agent from the caller's terminal. TIOCSTI, which types into a
 * terminal, works for the controlling terminal only; /dev/tty opens that one. Without a terminal
 * of its own the session has none; with one it is that, and the caller's is on none of 0, 1 and 2.
 * Mustn't: open the terminal by a path, which could lead elsewhere (CVE-2025-52565): the master
 * comes from the fresh devpts, before anybody else has been there, and the other side from the
 * master itself (TIOCGPTPEER). Mustn't be the only wall where the caller's terminal is passed as it
 * is (--terminal inherit) and is nobody's controlling one: the agent could take that for its own.
 * The seccomp layer refuses TIOCSTI and TIOCLINUX by number.
 *
 * The session's leader is pid 1, so that the agent's group has a parent outside of it that can wake
 * it: the kernel stops no process of a group without one (POSIX calls it orphaned), and ^Z would do
 * nothing. Without the pid layer the agent leads the session itself.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "uapi.h"

/* The first of 0, 1 and 2 that is the caller's terminal. */
static int of_caller(const struct plan *plan)
{
	int fd = 0;

	while (!(plan->terminal.of_caller >> fd & 1))
		fd++;
	return fd;
}

/*
 * Whether the command may read from the start: where both its input and its output are the
 * terminal, and we are in front. Else somebody beside us may be reading (`pinfold run x | less`),
 * and the command gets the terminal once it asks for it, which init.c hears of.
 */
static int session_apply_outside(const struct plan *plan, struct run *run, struct err *e)
{
	pid_t front;

	(void)e;
	if (!plan->terminal.own)
		return 0;
	/* In the background it is for whoever attaches, who gets it whole. */
	run->in_front = run->foreground = plan->detach;
	if (plan->detach)
		return 0;
	front = tcgetpgrp(of_caller(plan));
	/* One that does not control us (ENOTTY) has no foreground that we could be outside of. */
	run->in_front = front < 0 || front == getpgrp();
	run->foreground =
		run->in_front && ((plan->terminal.of_caller & 3) == 3 || !plan_has(plan, "pid"));
	return 0;
}

/* The master of a new pair, from the devpts that was made for the run, or the host's. */
static int open_master(const struct run *run, struct err *e)
{
	static const struct uapi_open_how how = {O_RDWR | O_NOCTTY | O_CLOEXEC, 0,
						 UAPI_RESOLVE_IN_ROOT | UAPI_RESOLVE_NO_SYMLINKS |
							 UAPI_RESOLVE_NO_MAGICLINKS};
	/* Who joins a session finds it below its root, too. */
	const char *path = run->root_fd >= 0 ? "dev/pts/ptmx" : "/dev/ptmx";
	autoclose int master = run->root_fd >= 0 ? sys_openat2(run->root_fd, path, &how)
						 : open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int unlock = 0;

	if (master < 0 || fstat(master, &st))
		return fail(e, errno, "open %s", path);
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2))
		return fail(e, 0, "%s does not make terminals", path);
	if (ioctl(master, TIOCSPTLCK, &unlock))
		return fail(e, errno, "unlock the terminal");
	return fd_take(&master);
}

/* The command's terminal is set as the caller's is, unless that is another job's just now. */
static int copy_settings(const struct plan *plan, const struct run *run, struct err *e)
{
	struct winsize size;
	struct termios t;

	/* A caller who goes away may have none. */
	if ((!run->in_front || tcgetattr(of_caller(plan), &t)) && tcgetattr(run->terminal_fd, &t))
		return fail(e, errno, "read the terminal's settings");
	/* Until the caller's terminal is raw it translates lines itself (terminal.c). */
	if (!run->foreground)
		t.c_oflag &= ~(tcflag_t)OPOST;
	if (tcsetattr(run->terminal_fd, TCSANOW, &t))
		return fail(e, errno, "set the terminal");
	/* One without a size is as good as any. */
	if (ioctl(of_caller(plan), TIOCGWINSZ, &size) == 0)
		(void)ioctl(run->terminal_fd, TIOCSWINSZ, &size);
	return 0;
}

static int session_apply_build(const struct plan *plan, struct run *run, struct err *e)
{
	autoclose int master = -1;
	struct stat st;

	if (!plan->terminal.own)
		return 0;
	err_remedy(e, "Pass the caller's terminal as it is: --terminal inherit.");
	master = open_master(run, e);
	if (master < 0)
		return -1;
	run->terminal_fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (run->terminal_fd < 0 || fstat(run->terminal_fd, &st))
		return fail(e, errno, "open the terminal by its master");
	run->terminal_dev = st.st_dev;
	run->terminal_ino = st.st_ino;
	if (copy_settings(plan, run, e) || link_say(run->link_fd, LINK_TERMINAL, master, e))
		return -1;
	e->remedy[0] = '\0';
	return 0;
}

/* The first process inside: pid 1, or the agent itself. */
static int session_apply_lock(const struct plan *plan, struct run *run, struct err *e)
{
	(void)plan;
	if (setsid() < 0)
		return fail(e, errno, "setsid");
	if (run->terminal_fd >= 0 && ioctl(run->terminal_fd, TIOCSCTTY, 0))
		return fail(e, errno, "make the terminal the session's");
	return 0;
}

static int session_apply_agent(const struct plan *plan, struct run *run, struct err *e)
{
	if (plan_has(plan, "pid") && setpgid(0, 0))
		return fail(e, errno, "setpgid");
	if (run->terminal_fd < 0)
		return 0;
	if (run->foreground && tcsetpgrp(run->terminal_fd, getpgrp()))
		return fail(e, errno, "take the foreground of the terminal");
	for (int fd = 0; fd <= 2; fd++)
		if ((plan->terminal.of_caller >> fd & 1) && dup2(run->terminal_fd, fd) < 0)
			return fail(e, errno, "make the terminal descriptor %d", fd);
	return 0;
}

/* None of 0, 1 and 2 is the caller's terminal, and ours is the session's. */
static int check_terminal(const struct plan *plan, const struct run *run, struct err *e)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++) {
		if (!isatty(fd))
			continue;
		if (fstat(fd, &st) || st.st_dev != run->terminal_dev ||
		    st.st_ino != run->terminal_ino)
			return fail(e, 0, "descriptor %d is still the caller's terminal", fd);
	}
	if (tcgetsid(of_caller(plan)) != getsid(0))
		return fail(e, 0, "the terminal is not the session's own");
	return 0;
}

static int session_check(const struct plan *plan, struct run *run, struct err *e)
{
	pid_t leader = plan_has(plan, "pid") ? run->leader : getpid();
	autoclose int tty = -1;

	if (getsid(0) != leader || getpgrp() != getpid())
		return fail(e, 0, "the agent is in session %d, group %d, not in its own",
			    (int)getsid(0), (int)getpgrp());
	if (run->terminal_fd >= 0)
		return check_terminal(plan, run, e);
	tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty >= 0)
		return fail(e, 0, "the caller's terminal can still be opened by /dev/tty");
	return 0;
}

const struct layer layer_session = {
	.name = "session",
	.stops = "type into the caller's terminal, or take part in its job control",
	.apply[STAGE_OUTSIDE] = session_apply_outside,
	.apply[STAGE_BUILD] = session_apply_build,
	.apply[STAGE_JOIN] = session_apply_build,
	.apply[STAGE_LOCK] = session_apply_lock,
	.apply[STAGE_AGENT] = session_apply_agent,
	.check[STAGE_PROOF] = session_check,
};

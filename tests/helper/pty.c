/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pty: runs a program on a terminal of its own, as a login does, and tells what was typed into it.
 *
 *     pty [-n] [-t BYTES] PROGRAM [ARG...]
 *
 * A session leader stands for the user's shell: its controlling terminal is the pty (-n: it has
 * none), and the program runs in its foreground group with the pty as 0, 1 and 2. With -t, BYTES
 * ("\003" is an interrupt, "w" as "\w" another window size) are typed once the program has written
 * "ready". What the program writes comes out here; at last a line "status N", and a line
 * "typed TEXT": what lay in the terminal's input queue when the program had ended, which the user's
 * shell would now read and run.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct request {
	bool no_ctty;
	const char *bytes;
	char **command;
};

/* No echo and no lines; ^C still makes a signal. */
static void make_raw(int tty)
{
	struct termios t;

	if (tcgetattr(tty, &t))
		_exit(2);
	cfmakeraw(&t);
	t.c_lflag |= ISIG;
	t.c_oflag |= OPOST;
	(void)tcsetattr(tty, TCSANOW, &t);
}

static void run_program(const struct request *r, int tty)
{
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGWINCH, SIG_DFL);
	(void)dup2(tty, 0);
	(void)dup2(tty, 1);
	(void)dup2(tty, 2);
	if (tty > 2)
		(void)close(tty);
	(void)execvp(r->command[0], r->command);
	_exit(2);
}

/* The user's shell: waits for the program, then looks at what it would read next. */
static _Noreturn void lead_session(const struct request *r, int tty, int answer)
{
	char typed[256] = "", text[512];
	int status = 0, n = 0;
	pid_t pid;

	(void)setsid();
	if (!r->no_ctty && ioctl(tty, TIOCSCTTY, 0))
		_exit(2);
	(void)signal(SIGINT, SIG_IGN);
	make_raw(tty);
	pid = fork();
	if (pid == 0)
		run_program(r, tty);
	(void)waitpid(pid, &status, 0);
	if (ioctl(tty, FIONREAD, &n) == 0 && n > 0 && n < (int)sizeof(typed))
		n = (int)read(tty, typed, (size_t)n);
	typed[n > 0 ? n : 0] = '\0';
	n = snprintf(text, sizeof(text), "\nstatus %d\ntyped %s\n",
		     WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), typed);
	(void)!write(answer, text, (size_t)n);
	_exit(0);
}

static void type(int master, const char *bytes)
{
	for (const char *b = bytes; *b; b++) {
		struct winsize size = {40, 100, 0, 0};

		if (*b == '\\' && b[1] == 'w') {
			(void)ioctl(master, TIOCSWINSZ, &size);
			b++;
		} else if (*b == '\\' && strlen(b) >= 4) {
			const char octal[4] = {b[1], b[2], b[3], '\0'};
			char byte = (char)strtol(octal, NULL, 8);

			(void)!write(master, &byte, 1);
			b += 3;
		} else {
			(void)!write(master, b, 1);
		}
	}
}

/* Copies what the program writes until its leader has ended. */
static void relay(const struct request *r, int master, int answer)
{
	char text[8192] = "";
	size_t n = 0;
	bool typed = !r->bytes;

	for (;;) {
		struct pollfd p[] = {{master, POLLIN, 0}, {answer, POLLIN, 0}};
		ssize_t got;

		if (poll(p, 2, -1) < 0)
			return;
		if (p[0].revents & POLLIN) {
			got = read(master, text + n, sizeof(text) - 1 - n);
			if (got <= 0)
				return;
			(void)!write(1, text + n, (size_t)got);
			n += (size_t)got;
			text[n] = '\0';
			if (!typed && strstr(text, "ready")) {
				type(master, r->bytes);
				typed = true;
			}
		} else if (p[1].revents) {
			got = read(answer, text, sizeof(text));
			if (got > 0)
				(void)!write(1, text, (size_t)got);
			return;
		}
	}
}

int main(int argc, char **argv)
{
	struct request r = {0};
	int master, tty, answer[2], opt;

	while ((opt = getopt(argc, argv, "+nt:")) != -1) {
		if (opt == 'n')
			r.no_ctty = true;
		else if (opt == 't')
			r.bytes = optarg;
		else
			return 2;
	}
	r.command = argv + optind;
	if (!r.command[0] || openpty(&master, &tty, NULL, NULL, NULL) || pipe(answer))
		return 2;
	(void)fcntl(master, F_SETFD, FD_CLOEXEC);
	(void)fcntl(answer[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(answer[1], F_SETFD, FD_CLOEXEC);
	alarm(15);
	if (fork() == 0)
		lead_session(&r, tty, answer[1]);
	(void)close(answer[1]);
	/* Our copy of the terminal stays open: the master would hang up at the program's end. */
	relay(&r, master, answer[0]);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lifeline: how long what a program has started lives on after it.
 *
 *     lifeline SIGNAL PROGRAM [ARG...]
 *
 * The program's standard output is a pipe of ours, which every process that it starts inherits; the
 * pipe ends when the last of them has gone. Once "ready" has come through it the program itself is
 * sent SIGNAL (0: none, it is left alone). Prints "MS STATUS": the milliseconds from then until the
 * pipe's end, or "never" where that took ten seconds, and the status as a shell has it. A program
 * that has not ended a second after that is killed.
 */
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { PATIENCE_MS = 10000 };

/* Reads until word has come, or to the end where it is NULL: 0. -1: neither came in time. */
static int read_until(int fd, const char *word)
{
	uint64_t end = clock_now_ns() + PATIENCE_MS * UINT64_C(1000000);
	char text[4096] = "";
	size_t n = 0;

	while (clock_now_ns() < end) {
		struct pollfd p = {fd, POLLIN, 0};
		ssize_t got;

		if (poll(&p, 1, 100) <= 0)
			continue;
		got = read(fd, text + n, sizeof(text) - 1 - n);
		if (got <= 0)
			return word ? -1 : 0;
		n += (size_t)got;
		text[n] = '\0';
		if (word && strstr(text, word))
			return 0;
		n = n > sizeof(text) / 2 ? 0 : n;
	}
	return -1;
}

int main(int argc, char **argv)
{
	int fds[2], status = 0, sig = argc > 2 ? atoi(argv[1]) : -1, ended;
	uint64_t start;
	pid_t pid, reaped;

	if (sig < 0 || pipe(fds))
		return 2;
	pid = fork();
	if (pid == 0) {
		(void)dup2(fds[1], 1);
		(void)close(fds[0]);
		(void)close(fds[1]);
		(void)execvp(argv[2], argv + 2);
		_exit(2);
	}
	(void)close(fds[1]);
	if (read_until(fds[0], "ready")) {
		(void)kill(pid, SIGKILL);
		puts("was never ready");
		return 2;
	}
	start = clock_now_ns();
	if (sig)
		(void)kill(pid, sig);
	ended = read_until(fds[0], NULL);
	start = clock_now_ns() - start;
	for (int i = 0; (reaped = waitpid(pid, &status, WNOHANG)) == 0 && i < 100; i++)
		(void)usleep(10000);
	if (reaped == 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
	}
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (ended)
		printf("never %d\n", status);
	else
		printf("%llu %d\n", (unsigned long long)(start / 1000000), status);
	return 0;
}

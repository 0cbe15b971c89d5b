/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signals: three processes that note which signals they get.
 *
 *     signals FILE
 *
 * This one ("command"), a child in its group ("child"), and a child in a group of its own, as a
 * shell's job in the background is ("background"). Each appends "WHO SIGNAL" to FILE for each
 * signal, by its number; the first line is "ready". They end by themselves after a minute.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGTERM, SIGHUP,	 SIGINT,  SIGQUIT, SIGUSR1,
			      SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};

static const char *who = "command";
static int file;

static void note(int sig)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "%s %d\n", who, sig);

	(void)!write(file, line, (size_t)n);
}

static void wait_for_the_end(void)
{
	(void)alarm(60);
	for (;;)
		(void)pause();
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = note};
	int there[2];
	char two[2];

	file = argc > 1 ? open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
	if (file < 0)
		return 2;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)sigaction(signals[i], &act, NULL);
	if (pipe(there))
		return 2;
	if (fork() == 0) {
		who = "child";
		(void)!write(there[1], "", 1);
		wait_for_the_end();
	}
	if (fork() == 0) {
		who = "background";
		(void)setpgid(0, 0);
		(void)!write(there[1], "", 1);
		wait_for_the_end();
	}
	(void)!read(there[0], two, 1);
	(void)!read(there[0], two, 1);
	(void)!write(file, "ready\n", 6);
	wait_for_the_end();
}

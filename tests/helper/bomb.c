/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bomb: uses up what a limit should bound. Only ever run below a limit.
 *
 *   bomb fork             every process forks for ever; ends only by being ended
 *   bomb many N [threads] makes up to N sleeping processes (or threads); prints how many there are
 *   bomb memory N MIB     N processes that each fill MIB and stay; prints how many were there in
 * the end bomb spin MS          is busy for MS of wall time; prints the ms of processor time that
 * it got
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void bomb_fork(void)
{
	for (;;)
		if (fork() < 0)
			(void)usleep(1000);
}

static void *sleep_on(void *arg)
{
	(void)pause();
	return arg;
}

static int make_many(int n, int threads)
{
	int made = 0;

	for (; made < n; made++) {
		pthread_t thread;
		pid_t pid = threads ? -1 : fork();

		if (pid == 0) {
			(void)pause();
			_exit(0);
		}
		if (threads ? pthread_create(&thread, NULL, sleep_on, NULL) != 0 : pid < 0)
			break;
	}
	printf("%d\n", made);
	(void)fflush(stdout);
	/* Whoever samples is to see them. */
	(void)usleep(600000);
	return 0;
}

/* Each page is written, or there would be no memory behind it. Says so, and stays. */
static void fill(size_t size, int full)
{
	char *p = malloc(size);

	for (size_t i = 0; p && i < size; i += 4096)
		((volatile char *)p)[i] = 1;
	if (!p || write(full, "", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

/* One after the other, each full or dead before the next: all that are not killed live together. */
static int fill_many(int n, size_t size)
{
	int lived = 0, status;
	pid_t pids[64];
	char none;

	for (int i = 0; i < n; i++) {
		int fds[2];

		if (i == 64 || pipe(fds))
			return 1;
		pids[i] = fork();
		if (pids[i] == 0)
			fill(size, fds[1]);
		(void)close(fds[1]);
		(void)!read(fds[0], &none, 1);
		(void)close(fds[0]);
	}
	for (int i = 0; i < n; i++)
		if (pids[i] > 0)
			(void)kill(pids[i], SIGTERM); /* the dead are not reaped yet */
	while (wait(&status) > 0)
		lived += WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
	printf("%d\n", lived);
	return 0;
}

static long now_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int spin(long ms)
{
	long end = now_ms(CLOCK_MONOTONIC) + ms;

	while (now_ms(CLOCK_MONOTONIC) < end)
		continue;
	printf("%ld\n", now_ms(CLOCK_PROCESS_CPUTIME_ID));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "fork"))
		bomb_fork();
	if (argc >= 3 && !strcmp(argv[1], "many"))
		return make_many(atoi(argv[2]), argc > 3);
	if (argc == 4 && !strcmp(argv[1], "memory"))
		return fill_many(atoi(argv[2]), (size_t)atoi(argv[3]) << 20);
	if (argc == 3 && !strcmp(argv[1], "spin"))
		return spin(atol(argv[2]));
	return 2;
}

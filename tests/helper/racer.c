/* SPDX-License-Identifier: Apache-2.0 */
/*
 * racer: exchanges two names again and again (RENAME_EXCHANGE of renameat2(2)), as an agent of an
 * earlier run would that shares the directory, until it is told to end or a minute is over.
 *
 *     racer A B COUNT-FILE     writes there how often it did it
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void stop(int sig)
{
	(void)sig;
	over = 1;
}

int main(int argc, char **argv)
{
	unsigned long n = 0;
	FILE *count;

	if (argc != 4)
		return 2;
	(void)signal(SIGTERM, stop);
	(void)signal(SIGALRM, stop);
	alarm(60);
	while (!over)
		n += renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) == 0;
	/* Left as it was found, so that the caller can look at both names again. */
	if (n % 2)
		(void)renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE);
	count = fopen(argv[3], "w");
	if (!count || fprintf(count, "%lu\n", n) < 0 || fclose(count))
		return 1;
	return 0;
}

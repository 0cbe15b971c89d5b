/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fds: descriptors as a careless caller leaves them open.
 *
 *     fds list                      the numbers of the open ones, in one line; needs no /proc
 *     fds open N PATH PROGRAM ...   runs it with PATH open for reading as descriptor N
 *     fds close N PROGRAM ...       runs it with descriptor N closed
 *
 * Whatever else is open above 2 is closed first: a test may have inherited it from anywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "uapi.h"

static int list(void)
{
	enum { MOST = 1 << 16 };

	for (int fd = 0, n = 0; fd < MOST; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%s%d", n++ ? " " : "", fd);
	puts("");
	return 0;
}

int main(int argc, char **argv)
{
	int number = argc > 2 ? atoi(argv[2]) : -1, fd;

	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list();
	(void)sys_close_range(3, ~0u, 0);
	if (argc > 4 && strcmp(argv[1], "open") == 0) {
		fd = open(argv[3], O_RDONLY);
		if (fd < 0 || (fd != number && dup2(fd, number) < 0)) {
			perror(argv[3]);
			return 2;
		}
		if (fd != number)
			(void)close(fd);
		(void)execvp(argv[4], argv + 4);
	} else if (argc > 3 && strcmp(argv[1], "close") == 0) {
		(void)close(number);
		(void)execvp(argv[3], argv + 3);
	}
	fputs("fds: called wrongly\n", stderr);
	return 2;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* sum: a file's checksum, which tells the decoy's content from another one's. */
#include "probe.h"

#include <errno.h>
#include <unistd.h>

#include "hash.h"

int sum_read(int fd, uint64_t *sum)
{
	char buf[4096];

	*sum = HASH_START;
	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		*sum = hash_add(*sum, buf, (size_t)n);
	}
}

void sum_print(char text[SUM_TEXT], uint64_t sum)
{
	(void)snprintf(text, SUM_TEXT, "%016llx", (unsigned long long)sum);
}

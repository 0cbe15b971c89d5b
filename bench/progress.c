/* SPDX-License-Identifier: Apache-2.0 */
/* progress: one line on a terminal that is written over. Never in a file, a pipe or a log. */
#include "bench.h"

#include <stdlib.h>
#include <unistd.h>

static bool wanted(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && !str_equal(term, "dumb");
}

void progress_show(const char *part, size_t round, size_t rounds)
{
	if (wanted())
		fprintf(stderr, "\r%s: round %zu of %zu ", part, round + 1, rounds);
}

void progress_clear(void)
{
	/* Longer than anything above. */
	if (wanted())
		fprintf(stderr, "\r%40s\r", "");
}

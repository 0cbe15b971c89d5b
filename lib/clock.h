/* SPDX-License-Identifier: Apache-2.0 */
/* clock: one monotonic clock for every duration. */
#ifndef PINFOLD_CLOCK_H
#define PINFOLD_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)); it cannot fail for that clock. */
static inline uint64_t clock_now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash: FNV-1a, 64 bits, to tell whether two things are the same one.
 *
 * It names contents (a decoy that was read, the filter that was loaded); it is no proof against
 * somebody who makes collisions on purpose, and nothing here relies on that.
 */
#ifndef PINFOLD_HASH_H
#define PINFOLD_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xcbf29ce484222325u

/* Goes on from hash (HASH_START at first) over size bytes. */
static inline uint64_t hash_add(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3u;
	return hash;
}

#endif

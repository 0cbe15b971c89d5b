/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool: memory that is given out and never taken back one by one.
 *
 * The programs are short lived and their nouns small, so every string and list comes from one pool
 * that ends with the process: nobody owns anything, nothing is freed twice. Out of memory ends the
 * program with EXIT_OURS: at a few KiB there is no way on, and every caller would do the same.
 */
#ifndef PINFOLD_POOL_H
#define PINFOLD_POOL_H

#include <stddef.h>

#include "str.h"

/* size bytes, zeroed, aligned for anything. */
void *pool_alloc(size_t size);
char *pool_copy(const char *s);
char *pool_copy_n(const char *s, size_t n);
char *pool_trim(const char *s, size_t n); /* of n bytes, without the blanks around them */
char *pool_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * The array v of n items of this size, with room for one more. It must have grown so from the
 * start: room doubles at each power of two, so n itself says when it is full.
 */
void *pool_grow(void *v, size_t n, size_t size);

/* Appends s itself, not a copy of it. */
void pool_list_add(struct str_list *list, const char *s);

#endif

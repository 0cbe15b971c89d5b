/* SPDX-License-Identifier: Apache-2.0 */
/* fd: descriptors that close themselves, and whole reads and writes. */
#ifndef PINFOLD_FD_H
#define PINFOLD_FD_H

#include <stddef.h>
#include <sys/types.h>

#include "err.h"

/* `autoclose int fd = open(...);` closes fd at the end of its scope, unless it is negative. */
#define autoclose __attribute__((cleanup(fd_cleanup)))
void fd_cleanup(int *fd);

/* Hands a descriptor on: returns it and leaves -1 behind, so that autoclose lets it live. */
int fd_take(int *fd);

/* Closes all descriptors but those of the list; a negative one is none. */
void fd_close_all_but(const int *keep, size_t n);

/* Writes everything, through short writes and EINTR. Returns 0, or -1 with errno. */
int fd_write_all(int fd, const void *data, size_t size);

/* Reads until size bytes or the end. Returns the count, or -1 with errno. */
ssize_t fd_read_full(int fd, void *data, size_t size);

/* Reads a small text file into buf, NUL-terminated, cut at size - 1. Length, or -1 with errno. */
ssize_t fd_read_file(const char *path, char *buf, size_t size);

/* Makes a directory that is its owner's alone, whatever the umask says. 0, or -1 with errno. */
int fd_make_own_dir(int dir, const char *name);

/*
 * Opens /dev/null on those of 0, 1, 2 that are closed. A program started so would otherwise see
 * its own files and pipes take those numbers, and print its messages into them.
 */
int fd_fill_stdio(struct err *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: removes a directory of ours with all that is in it, whatever a probe has made there.
 *
 * Should go by descriptors alone. Mustn't leave the directory that it was given: no symbolic link
 * is followed, no other mount is entered, and depth is bounded.
 */
#include "matrix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

enum { DEPTH_MAX = 24 };

static void empty(int dir, dev_t dev, int depth);

static void remove_at(int dir, const char *name, dev_t dev, int depth)
{
	autoclose int sub = -1;
	struct stat st;

	if (unlinkat(dir, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
		return;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || depth == 0)
		return;
	sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub < 0 && errno == EACCES && fchmodat(dir, name, 0700, 0) == 0)
		sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub < 0 || fstat(sub, &st) || st.st_dev != dev)
		return;
	(void)fchmod(sub, 0700);
	empty(sub, dev, depth - 1);
	(void)unlinkat(dir, name, AT_REMOVEDIR);
}

static void empty(int dir, dev_t dev, int depth)
{
	autoclose int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = again < 0 ? NULL : fdopendir(again);

	if (!list)
		return;
	(void)fd_take(&again);
	for (const struct dirent *d; (d = readdir(list));)
		if (!str_equal(d->d_name, ".") && !str_equal(d->d_name, ".."))
			remove_at(dir, d->d_name, dev, depth);
	(void)closedir(list);
}

void tree_empty(int dir)
{
	struct stat st;

	if (fstat(dir, &st) == 0)
		empty(dir, st.st_dev, DEPTH_MAX);
}

void tree_remove(int dir, const char *name)
{
	struct stat st;

	if (fstat(dir, &st) == 0)
		remove_at(dir, name, st.st_dev, DEPTH_MAX);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* real: see real.h. */
#include "real.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"
#include "str.h"

static const char *ask_libc(const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) ? pool_copy(real) : NULL;
}

/* The last component below what its directory is; a link leads elsewhere, and libc follows it. */
static const char *look_up(struct real_dirs *known, const char *path)
{
	const char *slash = strrchr(path, '/'), *parent, *real;
	char link[1];

	if (path[0] != '/' || str_equal(slash, "/") || str_equal(slash, "/.") ||
	    str_equal(slash, "/.."))
		return ask_libc(path);
	parent = slash == path ? "/" : real_path(known, pool_copy_n(path, (size_t)(slash - path)));
	if (!parent)
		return NULL;
	real = pool_printf("%s%s", parent[1] ? parent : "", slash);
	if (readlink(real, link, sizeof(link)) >= 0)
		return ask_libc(real);
	/* readlink(2): EINVAL, it is there and no link. */
	return errno == EINVAL ? real : NULL;
}

const char *real_path(struct real_dirs *known, const char *path)
{
	struct real_dir found;
	size_t at;

	if (!map_get(&known->by_text, path, &at)) {
		errno = 0;
		found.path = look_up(known, path);
		found.num = errno;
		known->dirs = pool_grow(known->dirs, known->n, sizeof(*known->dirs));
		at = known->n++;
		known->dirs[at] = found;
		map_put(&known->by_text, pool_copy(path), at);
	}
	errno = known->dirs[at].num;
	return known->dirs[at].path;
}

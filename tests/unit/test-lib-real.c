/* SPDX-License-Identifier: Apache-2.0 */
/* real: the same answers as realpath(3), of every sort of path, the second time as well. */
#include "tap.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"
#include "real.h"

/* Lies in a directory of the test's, which the test stands in. */
static const char *const paths[] = {
	"/",	      "/.",	   "//",     "",	 ".",	       "..",	       "%/d",
	"%/d/e",      "%/d/e/",	   "%/d//e", "%/d/./e",	 "%/d/../d/e", "%/link",       "%/link/e",
	"%/link/e/f", "%/chain/f", "%/loop", "%/loop/x", "%/gone",     "%/gone/x",     "%/dangling",
	"%/d/e/f",    "%/d/e/f/x", "d/e",    "link/e",	 "%/closed/x", "%/closed/y/z",
};

static const char *with_place(const char *path, const char *place)
{
	return path[0] == '%' ? pool_printf("%s%s", place, path + 1) : path;
}

static void make(const char *place)
{
	if (mkdir("d", 0755) || mkdir("d/e", 0755) || mkdir("d/e/f", 0755) ||
	    symlink("d", "link") || symlink("link/e", "chain") || symlink("loop", "loop") ||
	    symlink("nowhere", "dangling") || mkdir("closed", 0) || rmdir("d/e/f") ||
	    symlink(pool_printf("%s/d/e/g", place), "d/e/f") || mkdir("d/e/g", 0755))
		abort();
}

static void is_same(struct real_dirs *known, const char *path, const char *when)
{
	char text[PATH_MAX];
	const char *theirs, *ours;
	int num;

	errno = 0;
	theirs = realpath(path, text);
	num = theirs ? 0 : errno;
	ours = real_path(known, path);
	ok((ours && theirs && strcmp(ours, theirs) == 0) || (!ours && !theirs && errno == num),
	   "%s, %s: %s", path, when, theirs ? "is" : "is not");
}

/* What is remembered is not asked again: a directory that has gone is still known. */
static void check_memory(struct real_dirs *known, const char *place)
{
	const char *path = pool_printf("%s/d/e/g", place);

	ok(real_path(known, path) != NULL && rmdir(path) == 0 && real_path(known, path) != NULL &&
		   real_path(&(struct real_dirs){0}, path) == NULL && errno == ENOENT,
	   "what was found stays for as long as it is remembered, and no longer");
}

int main(void)
{
	char place[PATH_MAX] = "/tmp/pinfold-real.XXXXXX";
	struct real_dirs known = {0};
	char *longest = pool_alloc(PATH_MAX + 2);

	if (!mkdtemp(place) || chdir(place))
		return 1;
	make(place);
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
			is_same(&known, with_place(paths[i], place), again ? "again" : "first");
	memset(longest, 'x', PATH_MAX + 1);
	memcpy(longest, "/tmp/", 5);
	is_same(&known, longest, "which is too long");
	check_memory(&known, place);
	(void)chmod("closed", 0700);
	if (chdir("/") == 0 && strncmp(place, "/tmp/pinfold-real.", 18) == 0)
		(void)!system(pool_printf("rm -rf '%s'", place));
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* listing: see listing.h. Reads, and never changes anything. */
#include "listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "pool.h"

/* The same name with the other case, or NULL where it has no letters. */
static const char *swap_case(const char *name)
{
	char *text = pool_copy(name);
	bool letters = false;

	for (char *s = text; *s; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))
			*s ^= 0x20, letters = true;
	return letters ? text : NULL;
}

/*
 * Tells a file system that takes no notice of case (or a directory with ext4's casefold) by asking
 * it: no list of types would be right for network file systems and FUSE.
 */
static bool is_exact(int dir, const struct listing *l)
{
	for (size_t i = 0; i < l->names.room; i++) {
		const char *name = l->names.slots[i].key, *other;
		struct stat a, b;

		other = name ? swap_case(name) : NULL;
		if (!other || fstatat(dir, name, &a, AT_SYMLINK_NOFOLLOW))
			continue;
		return fstatat(dir, other, &b, AT_SYMLINK_NOFOLLOW) || a.st_dev != b.st_dev ||
		       a.st_ino != b.st_ino;
	}
	return true; /* there is nothing to find under another name */
}

void listing_read(const char *path, struct listing *l)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	*l = (struct listing){0};
	while (dir && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (str_equal(name, ".") || str_equal(name, ".."))
			continue;
		if (l->names.n == LISTING_MOST)
			break;
		name = pool_copy(name);
		map_put(&l->names, name, 0);
		if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)
			pool_list_add(&l->directories, name);
	}
	l->complete = dir && !entry;
	l->exact = dir && is_exact(fd, l);
	if (dir)
		(void)closedir(dir);
}

bool listing_may_have(const struct listing *l, const char *name)
{
	size_t value;

	return !l->complete || !l->exact || map_get_n(&l->names, name, strcspn(name, "/"), &value);
}

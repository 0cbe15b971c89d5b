/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: the work place, and who works there.
 *
 * Should make one directory in /tmp with copies of the programs, which any uid may run (the tree
 * that we were built in may lie below root's home), lock it while we live, and remove it. Started
 * as root, it gives root up as soon as that directory has changed hands: decoys and agent then
 * belong to one and the same ordinary uid, as for any user. Mustn't remove anything but what it
 * makes itself, name by name: /tmp is everybody's, and what looks like the leavings of one of us
 * may be somebody's trap.
 */
#include "matrix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

enum { UNPRIVILEGED = 65534 };

static const char tmp[] = "/tmp", prefix[] = "pinfold-matrix.";
static const char *const programs[] = {"pinfold", "pinfold-probe", "pinfold-matrix"};

/* Opens the programs beside our own binary, while we can still reach them. */
static int open_programs(struct place *place, struct err *e)
{
	char path[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return fail(e, errno, "read /proc/self/exe");
	path[n] = '\0';
	slash = strrchr(path, '/');
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		const char *beside = pool_printf("%.*s/%s", (int)(slash - path), path, programs[i]);

		/* Ourselves by the kernel's link: we may go by another name. */
		if (str_equal(programs[i], "pinfold-matrix"))
			beside = "/proc/self/exe";
		place->programs[i] = open(beside, O_RDONLY | O_CLOEXEC);
		if (place->programs[i] < 0) {
			err_remedy(e, "pinfold-matrix needs pinfold and pinfold-probe beside it.");
			return fail(e, errno, "open %s", beside);
		}
	}
	return 0;
}

static int copy_program(int from, int dir, const char *name, struct err *e)
{
	/* Closed before anybody is forked: a file that is open for writing cannot be executed. */
	autoclose int to =
		openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
	char buf[65536];
	ssize_t n;

	if (to < 0)
		return fail(e, errno, "make bin/%s", name);
	while ((n = fd_read_full(from, buf, sizeof(buf))) > 0)
		if (fd_write_all(to, buf, (size_t)n))
			return fail(e, errno, "write bin/%s", name);
	if (n < 0)
		return fail(e, errno, "read %s", name);
	if (fchmod(to, 0755))
		return fail(e, errno, "chmod bin/%s", name);
	return 0;
}

static int copy_programs(const struct place *place, struct err *e)
{
	autoclose int bin = -1;

	if (mkdirat(place->lock_fd, "bin", 0755))
		return fail(e, errno, "make %s/bin", place->dir);
	bin = openat(place->lock_fd, "bin", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (bin < 0 || fchmod(bin, 0755))
		return fail(e, errno, "open %s/bin", place->dir);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (copy_program(place->programs[i], bin, programs[i], e))
			return -1;
	return 0;
}

/* Removes what copy_programs() made below dir. True where dir is then empty. */
static void empty_place(int dir)
{
	autoclose int bin = openat(dir, "bin", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_SIZE(programs) && bin >= 0; i++)
		(void)unlinkat(bin, programs[i], 0);
	(void)unlinkat(dir, "bin", AT_REMOVEDIR);
}

/*
 * One directory that looks like ours: removed if it is this uid's, nobody holds its lock, and
 * nothing strange is in it.
 */
static void remove_stale(int tmp_fd, const char *name)
{
	autoclose int dir =
		openat(tmp_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (dir < 0 || fstat(dir, &st) || st.st_uid != getuid() || flock(dir, LOCK_EX | LOCK_NB))
		return;
	empty_place(dir);
	(void)unlinkat(tmp_fd, name, AT_REMOVEDIR);
}

static void remove_all_stale(void)
{
	DIR *list = opendir(tmp);

	if (!list)
		return;
	for (const struct dirent *d; (d = readdir(list));)
		if (str_starts(d->d_name, prefix) && strlen(d->d_name) == strlen(prefix) + 6)
			remove_stale(dirfd(list), d->d_name);
	(void)closedir(list);
}

/* Another one of us may take it for stale between mkdtemp(3) and flock(2): then there is none. */
static int make_locked(struct place *place, struct err *e)
{
	struct stat st, now;

	for (int i = 0; i < 10; i++) {
		(void)snprintf(place->dir, sizeof(place->dir), "%s/%sXXXXXX", tmp, prefix);
		if (!mkdtemp(place->dir)) {
			place->dir[0] = '\0';
			return fail(e, errno, "make a directory in %s", tmp);
		}
		place->lock_fd = open(place->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (place->lock_fd >= 0 && flock(place->lock_fd, LOCK_EX | LOCK_NB) == 0 &&
		    fstat(place->lock_fd, &st) == 0 && lstat(place->dir, &now) == 0 &&
		    st.st_ino == now.st_ino)
			return fchmod(place->lock_fd, 0755) ? fail(e, errno, "chmod %s", place->dir)
							    : 0;
		fd_cleanup(&place->lock_fd);
		(void)rmdir(place->dir);
	}
	place->dir[0] = '\0';
	return fail(e, 0, "no directory in %s could be locked", tmp);
}

static int give_up_root(const struct place *place, struct err *e)
{
	uid_t r, eff, saved;

	if (fchown(place->lock_fd, UNPRIVILEGED, UNPRIVILEGED))
		return fail(e, errno, "give %s to uid %d", place->dir, UNPRIVILEGED);
	if (setgroups(0, NULL) || setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) ||
	    setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED))
		return fail(e, errno, "become uid %d", UNPRIVILEGED);
	if (getresuid(&r, &eff, &saved) || r != UNPRIVILEGED || eff != r || saved != r ||
	    setresuid(0, 0, 0) == 0)
		return fail(e, 0, "root could not be given up");
	/* A change of id makes a process undumpable, and its files in /proc root's (proc(5)). */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		return fail(e, errno, "PR_SET_DUMPABLE");
	return 0;
}

int place_make(struct place *place, struct err *e)
{
	*place =
		(struct place){.lock_fd = -1, .from_root = getuid() == 0, .programs = {-1, -1, -1}};
	if (open_programs(place, e) || make_locked(place, e))
		return -1;
	if (place->from_root && give_up_root(place, e))
		return -1;
	remove_all_stale();
	if (copy_programs(place, e))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		(void)close(fd_take(&place->programs[i]));
	return 0;
}

void place_remove(struct place *place)
{
	if (!place->dir[0])
		return;
	empty_place(place->lock_fd);
	(void)rmdir(place->dir);
	(void)close(fd_take(&place->lock_fd));
	place->dir[0] = '\0';
}

const char *place_program(const struct place *place, const char *name)
{
	return pool_printf("%s/bin/%s", place->dir, name);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: the work place, and who works there.
 *
 * Should make one directory in /tmp with copies of the programs, which any uid may run (the tree
 * that we were built in may lie below root's home), and directories of the same name elsewhere for
 * decoys, lock them while we live, and remove them. Started
 * as root, it gives root up as soon as that directory has changed hands: decoys and agent then
 * belong to one and the same ordinary uid, as for any user. Mustn't remove anything but what it
 * makes itself: /tmp is everybody's, and what looks like the leavings of one of us may be
 * somebody's trap. What is ours is known by its name, its owner and its lock; the programs are
 * removed name by name, and directories of decoys, in which a probe may have made anything, as they
 * are (tree.c).
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

static const char prefix[] = "pinfold-matrix.", decoys[] = "decoys";
static const char *const roots[PLACES] = {
	[PLACE_MAIN] = "/tmp", [PLACE_HIDDEN] = "/var/tmp", [PLACE_SHM] = "/dev/shm"};
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

	if (mkdirat(place->lock_fds[PLACE_MAIN], "bin", 0755))
		return fail(e, errno, "make %s/bin", place->dir);
	bin = openat(place->lock_fds[PLACE_MAIN], "bin",
		     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (bin < 0 || fchmod(bin, 0755))
		return fail(e, errno, "open %s/bin", place->dir);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (copy_program(place->programs[i], bin, programs[i], e))
			return -1;
	return 0;
}

/* Removes what we make in a directory of ours. */
static void empty_place(int dir, int which)
{
	autoclose int bin = -1;

	if (which != PLACE_MAIN) {
		tree_empty(dir);
		return;
	}
	tree_remove(dir, decoys);
	bin = openat(dir, "bin", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(programs) && bin >= 0; i++)
		(void)unlinkat(bin, programs[i], 0);
	/* The description that cmd-decoys.c writes. */
	if (bin >= 0)
		(void)unlinkat(bin, "decoys", 0);
	(void)unlinkat(dir, "bin", AT_REMOVEDIR);
}

/*
 * One directory that looks like ours: removed if it is this uid's, nobody holds its lock, and
 * nothing strange is in it.
 */
static void remove_stale(int root, const char *name, int which)
{
	autoclose int dir =
		openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (dir < 0 || fstat(dir, &st) || st.st_uid != getuid() || flock(dir, LOCK_EX | LOCK_NB))
		return;
	empty_place(dir, which);
	(void)unlinkat(root, name, AT_REMOVEDIR);
}

static void remove_all_stale(void)
{
	for (int which = 0; which < PLACES; which++) {
		DIR *list = opendir(roots[which]);

		if (!list)
			continue;
		for (const struct dirent *d; (d = readdir(list));)
			if (str_starts(d->d_name, prefix) &&
			    strlen(d->d_name) == strlen(prefix) + 6)
				remove_stale(dirfd(list), d->d_name, which);
		(void)closedir(list);
	}
}

/* Opens and locks a directory that was just made. -1 where another one of us took it for stale. */
static int lock(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st, now;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) || lstat(path, &now) ||
	    st.st_ino != now.st_ino || fchmod(fd, 0755))
		return -1;
	return fd_take(&fd);
}

static int make_locked(struct place *place, struct err *e)
{
	for (int i = 0; i < 10; i++) {
		(void)snprintf(place->dir, sizeof(place->dir), "%s/%sXXXXXX", roots[PLACE_MAIN],
			       prefix);
		if (!mkdtemp(place->dir)) {
			place->dir[0] = '\0';
			return fail(e, errno, "make a directory in %s", roots[PLACE_MAIN]);
		}
		place->lock_fds[PLACE_MAIN] = lock(place->dir);
		if (place->lock_fds[PLACE_MAIN] >= 0) {
			place->at[PLACE_MAIN] = place->dir;
			return 0;
		}
		(void)rmdir(place->dir);
	}
	place->dir[0] = '\0';
	return fail(e, 0, "no directory in %s could be locked", roots[PLACE_MAIN]);
}

/* The directories elsewhere: by the same name, after root has been given up. */
static int make_others(struct place *place, struct err *e)
{
	const char *name = strrchr(place->dir, '/') + 1;

	for (int which = PLACE_MAIN + 1; which < PLACES; which++) {
		const char *path = pool_printf("%s/%s", roots[which], name);

		if (mkdir(path, 0755))
			continue;
		place->lock_fds[which] = lock(path);
		if (place->lock_fds[which] >= 0)
			place->at[which] = path;
		else
			(void)rmdir(path);
	}
	if (mkdirat(place->lock_fds[PLACE_MAIN], decoys, 0755))
		return fail(e, errno, "make %s/%s", place->dir, decoys);
	/* A host without a /var/tmp: what is in /tmp then stands for the rest of the host. */
	if (!place->at[PLACE_HIDDEN]) {
		place->at[PLACE_HIDDEN] = pool_printf("%s/%s/hidden", place->dir, decoys);
		if (mkdir(place->at[PLACE_HIDDEN], 0755))
			return fail(e, errno, "make %s", place->at[PLACE_HIDDEN]);
	}
	return 0;
}

static int give_up_root(const struct place *place, struct err *e)
{
	uid_t r, eff, saved;

	if (fchown(place->lock_fds[PLACE_MAIN], UNPRIVILEGED, UNPRIVILEGED))
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
	*place = (struct place){.lock_fds = {-1, -1, -1},
				.from_root = getuid() == 0 && !place->keep_root,
				.keep_root = place->keep_root,
				.programs = {-1, -1, -1}};
	if (open_programs(place, e) || make_locked(place, e))
		return -1;
	if (place->from_root && give_up_root(place, e))
		return -1;
	remove_all_stale();
	if (copy_programs(place, e) || make_others(place, e))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		(void)close(fd_take(&place->programs[i]));
	return 0;
}

void place_remove(struct place *place)
{
	for (int which = PLACES - 1; which >= 0; which--) {
		if (place->lock_fds[which] < 0)
			continue;
		empty_place(place->lock_fds[which], which);
		(void)rmdir(place->at[which] ? place->at[which] : place->dir);
		(void)close(fd_take(&place->lock_fds[which]));
	}
	place->dir[0] = '\0';
}

const char *place_program(const struct place *place, const char *name)
{
	return pool_printf("%s/bin/%s", place->dir, name);
}

/*
 * Runs have a home of their own, with decoys in it, and a user's policies stay the user's. Of
 * root's home an ordinary uid may see nothing.
 */
void place_set_home(const struct place *place)
{
	const char *home = getenv("HOME");

	if (place->from_root) {
		(void)setenv("HOME", place->dir, 1);
		(void)unsetenv("XDG_CONFIG_HOME");
		(void)unsetenv("XDG_RUNTIME_DIR");
		(void)unsetenv("XDG_STATE_HOME");
	} else if (home && !getenv("XDG_CONFIG_HOME")) {
		(void)setenv("XDG_CONFIG_HOME", pool_printf("%s/.config", home), 1);
	}
}

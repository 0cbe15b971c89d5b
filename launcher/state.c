/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: see state.h.
 *
 * Should give every directory mode 0700, and take none that is open to others. Mustn't follow a
 * link as root, or trust a directory that another id owns or may write: whoever can swap a part of
 * the path would make root write elsewhere.
 */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pinfold.h"
#include "pool.h"

enum {
	DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
	TRIES = 100 /* each time another run that ended took away what this one had just opened */
};

static int refuse(const char *path, int num, const char *why, struct err *e)
{
	err_where(e, "%s", path);
	err_remedy(
		e,
		"Set XDG_STATE_HOME to a directory of your own, outside of the workspace: what a "
		"run plants is moved there, a run that is killed is finished from there, and homes "
		"are kept there. What needs none of it: --policy strict (nothing is written), or "
		"--profile full --rw DIR (nothing is guarded).");
	return fail(e, num, "%s", why);
}

/* As root every part must be root's, and nobody else's to write. */
static int check_part(int fd, const char *path, bool root, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return refuse(path, errno, "cannot look at it", e);
	/* In a sticky directory nobody else can take root's own away. */
	if (root && (st.st_uid != 0 || ((st.st_mode & 022) && !(st.st_mode & S_ISVTX))))
		return refuse(
			path, 0,
			"started by root, pinfold keeps its state only below directories that "
			"are root's alone to change",
			e);
	return 0;
}

/* One directory more. Returns its descriptor; *made counts those that were made. */
static int enter(int dir, const char *name, const char *path, bool root, int *made, struct err *e)
{
	int flags = DIRECTORY | (root ? O_NOFOLLOW : 0);
	autoclose int fd = -1;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		fd = openat(dir, name, flags);
		if (fd >= 0 || errno != ENOENT)
			break;
		if (fd_make_own_dir(dir, name) == 0)
			++*made;
		else if (errno != EEXIST)
			break;
	}
	if (fd < 0)
		return refuse(path, errno,
			      "cannot make or open the directory, for the state that pinfold keeps",
			      e);
	return check_part(fd, path, root, e) ? -1 : fd_take(&fd);
}

/* The directory itself, for all the files in it are trusted. */
static int check_own(int fd, const char *path, uid_t owner, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return refuse(path, errno, "cannot look at it", e);
	if (st.st_uid != owner || (st.st_mode & 077))
		return refuse(path, 0, "it is not a directory of mode 0700 that is yours", e);
	return 0;
}

/* Holds it for this run. ENOENT: since it was opened, another run has removed it. */
static int hold(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (flock(fd, LOCK_SH) || fstat(fd, &st))
		return refuse(path, errno, "cannot be locked for this run", e);
	return st.st_nlink ? 0 : refuse(path, ENOENT, "other runs remove it all the time", e);
}

static int lend(const struct state *state, const char *name, const char *path, uid_t uid, gid_t gid,
		struct err *e)
{
	int made = 0;
	autoclose int fd = enter(state->fd, name, path, false, &made, e);
	struct stat st;

	if (fd < 0)
		return -1;
	/* New; maybe made by a start beside us that has not come to this yet. */
	if (fstat(fd, &st) || (st.st_uid == 0 && fchown(fd, uid, gid)))
		return refuse(path, errno, "cannot give the directory to its user", e);
	return hold(fd, path, e) || check_own(fd, path, uid, e) ? -1 : fd_take(&fd);
}

int state_lend(struct state *state, uid_t uid, gid_t gid, struct err *e)
{
	const char *name = pool_printf("uid-%u", uid);
	const char *path = pool_printf("%s/%s", state->path, name);
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0 && (i == 0 || e->num == ENOENT); i++) {
		*e = (struct err){0};
		fd = lend(state, name, path, uid, gid, e);
	}
	if (fd < 0)
		return -1;
	(void)close(state->fd);
	state->fd = fd;
	state->path = path;
	state->made = (state->made ? state->made : 1) + 1;
	state->uid = uid;
	state->gid = gid;
	return 0;
}

/* Part by part, as root must look at each, and somebody must make what is missing. */
static int open_parts(struct state *state, bool root, struct err *e)
{
	autoclose int fd = open("/", DIRECTORY);

	for (size_t n = 1; state->path[n - 1]; n++) {
		const char *part, *name;
		int next;

		if (state->path[n] && state->path[n] != '/')
			continue;
		part = pool_copy_n(state->path, n);
		name = strrchr(part, '/') + 1;
		if (!*name)
			continue;
		next = enter(fd, name, part, root, &state->made, e);
		if (next < 0)
			return -1;
		(void)close(fd);
		fd = next;
	}
	return fd_take(&fd);
}

/*
 * A home that is not there is nobody's to make: /nonexistent, as Debian has it for users of
 * services, must not come to be.
 */
static int check_home(const struct policy_places *places, struct err *e)
{
	struct stat st;

	if (!places->home || !str_path_within(places->state, places->home) ||
	    (stat(places->home, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	return refuse("XDG_STATE_HOME", 0,
		      pool_printf("it is not set, and the home %s, in which %s would be, is no "
				  "directory",
				  places->home, places->state),
		      e);
}

static int open_held(struct state *state, struct err *e)
{
	bool root = getuid() == 0;
	autoclose int fd = root ? -1 : open(state->path, DIRECTORY);

	state->made = 0;
	if (fd < 0)
		fd = open_parts(state, root, e);
	return fd < 0 || hold(fd, state->path, e) || check_own(fd, state->path, getuid(), e)
		       ? -1
		       : fd_take(&fd);
}

int state_open(const struct policy_places *places, struct state *state, struct err *e)
{
	*state = (struct state){.fd = -1, .uid = getuid(), .gid = getgid()};
	if (!places->state)
		return refuse("XDG_STATE_HOME", 0, "neither it nor HOME names a directory", e);
	if (check_home(places, e))
		return -1;
	state->path = pool_printf("%s/pinfold", places->state);
	for (int i = 0; i < TRIES && state->fd < 0 && (i == 0 || e->num == ENOENT); i++) {
		*e = (struct err){0};
		state->fd = open_held(state, e);
	}
	return state->fd < 0 ? -1 : 0;
}

int state_give(const struct state *state, int fd, struct err *e)
{
	return state->uid == geteuid() || fchown(fd, state->uid, state->gid) == 0
		       ? 0
		       : refuse(state->path, errno, "cannot give what is made there to its user",
				e);
}

int state_open_dir(const struct state *state, const char *name, struct err *e)
{
	const char *path = pool_printf("%s/%s", state->path, name);
	int made = 0;
	autoclose int fd = enter(state->fd, name, path, false, &made, e);

	return fd < 0 || (made && state_give(state, fd, e)) ? -1 : fd_take(&fd);
}

void state_close(struct state *state)
{
	const char *path = state->path;
	bool alone;

	if (state->fd < 0)
		return;
	alone = flock(state->fd, LOCK_EX | LOCK_NB) == 0;
	/* What is not empty stays; so does what root has lent to others. */
	for (int i = 0; alone && (i == 0 || i < state->made) && rmdir(path) == 0; i++)
		path = pool_copy_n(path, (size_t)(strrchr(path, '/') - path));
	fd_cleanup(&state->fd);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home: see home.h.
 *
 * Should: follow no link, and take nothing that another id owns; let one run have it at a time.
 * Mustn't: look at what lies in it: an agent has written that.
 */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "after.h"
#include "pinfold.h"
#include "pool.h"

#define HOMES "homes"

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, RECORD_MOST = 1 << 16 };

int home_check_name(const char *name, struct err *e)
{
	if (str_is_name(name, HOME_NAME_MAX))
		return 0;
	err_remedy(e,
		   "Choose none, private, or a name of 1 to %d letters of A-Z, a-z, 0-9, \".\", "
		   "\"_\" and \"-\", of which the first is neither \".\" nor \"-\".",
		   HOME_NAME_MAX);
	return fail(e, 0, "\"%s\" cannot be the name of a home", name);
}

bool home_is_kept(const struct policy *policy)
{
	return policy->home && !str_equal(policy->home, "none") &&
	       !str_equal(policy->home, "private");
}

static int refuse(const char *path, int num, const char *why, struct err *e)
{
	err_remedy(e, "Move it away, or choose another name.");
	return fail(e, num, "%s %s", path, why);
}

/* A directory of the state's user's, closed to all others. An agent may have opened its own home.
 */
static int enter(const struct state *state, int dir, const char *name, const char *path,
		 struct err *e)
{
	bool made = fd_make_own_dir(dir, name) == 0;
	autoclose int fd = made || errno == EEXIST ? openat(dir, name, DIRECTORY) : -1;
	struct stat st;

	if (fd < 0)
		return refuse(path, errno, "cannot be made or opened as a directory", e);
	if (made && state_give(state, fd, e))
		return -1;
	if (fstat(fd, &st))
		return refuse(path, errno, "cannot be looked at", e);
	if (st.st_uid != state->uid)
		return refuse(path, 0, pool_printf("belongs to uid %u", st.st_uid), e);
	if ((st.st_mode & 07777) != 0700 && fchmod(fd, 0700))
		return refuse(path, errno, "cannot be closed to others", e);
	return fd_take(&fd);
}

/* ---- one run at a time ---------------------------------------------------------------------- */

static int read_record(int fd, struct journal *j)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) || st.st_size > RECORD_MOST)
		return -1;
	text = pool_alloc((size_t)st.st_size + 1);
	return fd_read_full(fd, text, (size_t)st.st_size) == (ssize_t)st.st_size
		       ? journal_read(text, (size_t)st.st_size, j)
		       : -1;
}

static int refuse_held(int fd, struct err *e)
{
	struct journal j;
	char real[PATH_MAX];
	bool known = read_record(fd, &j) == 0 && j.pid;

	if (!known) {
		err_remedy(e, "Try again, or choose another name.");
		return fail(e, 0, "a run that is just starting or ending has this home");
	}
	(void)str_escape(real, sizeof(real), j.workspace ? j.workspace : "/");
	err_remedy(e, "Wait until it ends, end it (kill %d), or choose another name.", j.pid);
	return fail(e, 0, "another run has this home: process %d, started in %s", j.pid, real);
}

/* Who has it now, for the next one that asks. */
static int write_record(int fd, struct err *e)
{
	struct timespec now;
	char cwd[PATH_MAX];
	struct journal j = {.boot = after_read_boot()};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	j.began = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	j.workspace = getcwd(cwd, sizeof(cwd)) && cwd[0] == '/' ? pool_copy(cwd) : NULL;
	return ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) || journal_write(fd, &j, e)
		       ? fail(e, errno, "write the lock of the home")
		       : 0;
}

/* A run that was killed leaves processes that are about to die: until then the home is theirs. */
static int take_lock(const struct state *state, int homes, const char *name, struct err *e)
{
	const char *file = pool_printf(".%s.lock", name);
	autoclose int fd =
		openat(homes, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct journal j;

	if (fd < 0 || fchmod(fd, 0600)) /* whatever the umask of who made it */
		return fail(e, errno, "open %s/" HOMES "/%s", state->path, file);
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? refuse_held(fd, e) : fail(e, errno, "lock %s", file);
	if (read_record(fd, &j) == 0 && j.pid && after_wait_dead(&j, "with this home", e))
		return -1;
	return state_give(state, fd, e) || write_record(fd, e) ? -1 : fd_take(&fd);
}

/* ---- open, find, close ---------------------------------------------------------------------- */

int home_open(const struct policy *policy, const struct state *state, struct home *home,
	      struct err *e)
{
	const char *name = policy->home;
	const char *all = pool_printf("%s/" HOMES, state->path);
	autoclose int homes = -1;
	char link[40], real[PATH_MAX];
	ssize_t n;

	*home = (struct home){NULL, -1, -1};
	if (!home_is_kept(policy))
		return 0;
	err_where(e, "--home %s", name);
	if (home_check_name(name, e))
		return -1;
	homes = enter(state, state->fd, HOMES, all, e);
	if (homes < 0)
		return -1;
	home->lock = take_lock(state, homes, name, e);
	if (home->lock < 0)
		return -1;
	home->fd = enter(state, homes, name, pool_printf("%s/%s", all, name), e);
	if (home->fd < 0)
		return -1;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", home->fd);
	n = readlink(link, real, sizeof(real) - 1);
	if (n <= 0)
		return fail(e, errno, "find out where the home is");
	home->path = pool_copy_n(real, (size_t)n);
	e->where[0] = '\0';
	return 0;
}

int home_find(const struct policy *policy, const struct identity *id, struct home *home,
	      struct err *e)
{
	struct policy_places places;
	char real[PATH_MAX];
	const char *path;

	*home = (struct home){NULL, -1, -1};
	if (!home_is_kept(policy))
		return 0;
	err_where(e, "--home %s", policy->home);
	if (home_check_name(policy->home, e))
		return -1;
	policy_read_places(&places);
	if (!places.state) {
		err_remedy(e, "Set XDG_STATE_HOME to a directory of your own.");
		return fail(e, 0, "neither XDG_STATE_HOME nor HOME names a directory");
	}
	path = pool_printf("%s/pinfold%s/" HOMES "/%s", places.state,
			   id->from_root && !id->takes ? pool_printf("/uid-%u", id->uid) : "",
			   policy->home);
	home->path = realpath(path, real) ? pool_copy(real) : path;
	home->fd = open(home->path, DIRECTORY);
	e->where[0] = '\0';
	return 0;
}

void home_close(struct home *home)
{
	/* Nobody is to wait for a run that has ended. */
	if (home->lock >= 0)
		(void)!ftruncate(home->lock, 0);
	fd_cleanup(&home->lock);
	fd_cleanup(&home->fd);
	home->lock = home->fd = -1;
}

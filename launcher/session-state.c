/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session-state: the directory of a session: made, found, and taken away again.
 *
 * Should: believe nothing that another user could have made: each directory on the way is the
 * user's own and closed to all others, and is used by the descriptor that was looked at.
 * Mustn't: leave anything. The launcher may be killed, or have given up the rights that made the
 * directory; so a keeper made before that waits for the launcher's end, whichever it is. What is
 * left where both were killed is known by its lock, which is free, and goes with the next look, or
 * with the next run that has a name.
 */
#include "session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"

enum { BACKLOG = 16 };

int session_check_name(const char *name, struct err *e)
{
	if (str_is_name(name, SESSION_NAME_MAX))
		return 0;
	err_where(e, "--name");
	err_remedy(e,
		   "Write 1 to %d letters of A-Z, a-z, 0-9, \".\", \"_\" and \"-\", of which the "
		   "first is neither \".\" nor \"-\".",
		   SESSION_NAME_MAX);
	return fail(e, 0, "\"%s\" cannot be a session's name", name);
}

/* A directory that is ours, and nobody else's to enter. */
static int check_own(int fd, const char *path, struct err *e)
{
	struct stat st;

	err_remedy(e, "Set XDG_RUNTIME_DIR to a directory that is yours alone: mkdir -m 700 DIR.");
	if (fstat(fd, &st))
		return fail(e, errno, "look at %s", path);
	if (st.st_uid != geteuid())
		return fail(e, 0, "%s belongs to uid %u, not to you", path, st.st_uid);
	if (st.st_mode & 077)
		return fail(e, 0, "%s is open to others (mode %03o, not 700)", path,
			    st.st_mode & 0777);
	e->remedy[0] = '\0';
	return 0;
}

int session_open_all(bool make, const char **path, struct err *e)
{
	const char *set = getenv("XDG_RUNTIME_DIR");
	const char *base = set && *set ? set : pool_printf("/run/user/%u", getuid());
	autoclose int dir = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int all = -1;
	char real[PATH_MAX];

	err_where(e, "XDG_RUNTIME_DIR");
	if (base[0] != '/')
		return fail(e, 0, "\"%s\" is no absolute path", base);
	if (dir < 0) {
		err_remedy(e, "Set XDG_RUNTIME_DIR to a directory that is yours alone, in which "
			      "sessions are kept: mkdir -m 700 DIR.");
		return fail(e, errno, "%s%s", set && *set ? "" : "it is not set, and there is no ",
			    base);
	}
	if (check_own(dir, base, e))
		return -1;
	if (make && fd_make_own_dir(dir, "pinfold") && errno != EEXIST)
		return fail(e, errno, "make %s/pinfold", base);
	all = openat(dir, "pinfold", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (all < 0 && errno == ENOENT) {
		*e = (struct err){0};
		return -1;
	}
	if (all < 0 || !realpath(base, real))
		return fail(e, errno, "open %s/pinfold", base);
	*path = pool_printf("%s/pinfold", real);
	if (check_own(all, *path, e))
		return -1;
	e->where[0] = '\0';
	return fd_take(&all);
}

/* Everything of the session's, where dir is still what has that name. */
static void take_away(int all, int dir, const char *name)
{
	struct stat is, was;

	(void)unlinkat(dir, "control", 0);
	(void)unlinkat(dir, "lock", 0);
	if (fstat(dir, &was) == 0 && fstatat(all, name, &is, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is.st_dev == was.st_dev && is.st_ino == was.st_ino)
		(void)unlinkat(all, name, AT_REMOVEDIR);
}

/*
 * True where nobody lives in dir: what is there is taken away. Whoever calls holds the lock of all
 * sessions, so that none is being made just now.
 */
static bool clear_stale(int all, int dir, const char *name)
{
	autoclose int lock = openat(dir, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (lock < 0 ? errno != ENOENT : flock(lock, LOCK_EX | LOCK_NB) != 0)
		return false;
	take_away(all, dir, name);
	return true;
}

static int open_one(int all, const char *name)
{
	return openat(all, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* What runs have left whose keeper was killed as well. */
static void clear_others(int all)
{
	const struct dirent *entry;
	struct stat st;
	DIR *list;
	int fd;

	/* Two links: no directory is in it. Where they are not counted so, we look. */
	if (fstat(all, &st) == 0 && st.st_nlink == 2)
		return;
	fd = openat(all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	list = fd < 0 ? NULL : fdopendir(fd);
	while (list && (entry = readdir(list))) {
		autoclose int dir = entry->d_name[0] == '.' ? -1 : open_one(all, entry->d_name);

		if (dir >= 0)
			(void)clear_stale(all, dir, entry->d_name);
	}
	if (list)
		(void)closedir(list);
	else
		fd_cleanup(&fd);
}

/* The directory, new; nothing else may be made or taken away meanwhile. */
static int make_dir(struct session *s, struct err *e)
{
	for (int i = 0; i < 2; i++) {
		autoclose int old = -1;

		if (fd_make_own_dir(s->all, s->name) == 0) {
			s->dir = open_one(s->all, s->name);
			if (s->dir >= 0)
				s->lock = openat(s->dir, "lock",
						 O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
			if (s->lock >= 0 && fchmod(s->lock, 0600) == 0 &&
			    flock(s->lock, LOCK_EX | LOCK_NB) == 0)
				return 0;
			return fail(e, errno, "make %s/%s", s->path, s->name);
		}
		if (errno != EEXIST)
			return fail(e, errno, "make %s/%s", s->path, s->name);
		old = open_one(s->all, s->name);
		if (old < 0 || !clear_stale(s->all, old, s->name))
			break;
	}
	err_remedy(e, "Choose another name, or end it: pinfold stop %s.", s->name);
	return fail(e, 0, "there is a session of that name already");
}

/* By the directory's descriptor: a socket's path has room for 107 bytes alone (unix(7)). */
static struct sockaddr_un address_of(int dir)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/control", dir);
	return a;
}

static int listen_here(struct session *s, struct err *e)
{
	struct sockaddr_un a = address_of(s->dir);

	s->control = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->control < 0 || bind(s->control, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(s->control, BACKLOG))
		return fail(e, errno, "listen at %s/%s/control", s->path, s->name);
	return 0;
}

/* Waits for the launcher's end. It holds three descriptors, and takes nothing from anybody. */
static _Noreturn void keeper_main(const struct session *s, int fd)
{
	sigset_t all;
	char none;
	int null;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)prctl(PR_SET_NAME, "pinfold-keeper");
	(void)setsid();
	fd_close_all_but((const int[]){fd, s->all, s->dir}, 3);
	null = open("/dev/null", O_RDWR);
	for (int i = 1; null == 0 && i <= 2; i++)
		(void)dup2(null, i);
	(void)!chdir("/");
	while (read(fd, &none, 1) < 0 && errno == EINTR)
		continue;
	/* Of an open file of its own: the lock of s->all is who forked us's. */
	null = openat(s->all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)flock(null, LOCK_EX);
	take_away(s->all, s->dir, s->name);
	_exit(0);
}

static int start_keeper(struct session *s, struct err *e)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return fail(e, errno, "make a pipe to the session's keeper");
	s->keeper = fork();
	if (s->keeper == 0)
		keeper_main(s, fds[0]);
	(void)close(fds[0]);
	s->keeper_fd = fds[1];
	return s->keeper > 0 ? 0 : fail(e, errno, "fork the session's keeper");
}

int session_make(const char *name, struct session *s, struct err *e)
{
	autoclose int guard = -1;
	struct err none = {0};

	*s = (struct session){.name = name,
			      .owner = getuid(),
			      .dir = -1,
			      .lock = -1,
			      .control = -1,
			      .keeper_fd = -1,
			      .started_fd = -1};
	s->all = session_open_all(true, &s->path, e);
	if (s->all < 0)
		return -1;
	err_where(e, "--name %s", name);
	/* Of an open file of its own: a lock belongs to that (flock(2)). */
	guard = openat(s->all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (guard < 0 || flock(guard, LOCK_EX))
		return fail(e, errno, "lock %s", s->path);
	clear_others(s->all);
	if (make_dir(s, e) == 0 && listen_here(s, e) == 0 && start_keeper(s, e) == 0) {
		*e = none;
		return 0;
	}
	if (s->lock >= 0)
		take_away(s->all, s->dir, name);
	return -1;
}

void session_end(struct session *s)
{
	autoclose int guard = -1;
	int status = 0;

	if (!s->name)
		return;
	fd_cleanup(&s->control);
	fd_cleanup(&s->keeper_fd);
	while (s->keeper > 0 && waitpid(s->keeper, &status, 0) < 0 && errno == EINTR)
		continue;
	/* Somebody has killed it. Where the launcher has no right to, the next one does it. */
	if (status) {
		guard = openat(s->all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		(void)flock(guard, LOCK_EX);
		take_away(s->all, s->dir, s->name);
	}
	fd_cleanup(&s->lock);
	fd_cleanup(&s->dir);
	fd_cleanup(&s->all);
	s->name = NULL;
}

/* A read-only mount keeps nobody from connecting to a socket in it. */
int session_check_plan(const struct session *s, const struct plan *plan, struct err *e)
{
	for (size_t i = 0; s->name && i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if (m->kind != MOUNT_TREE || !m->source || !str_path_within(s->path, m->source))
			continue;
		err_where(e, "--name %s", s->name);
		err_remedy(e, "Show less of it, or set XDG_RUNTIME_DIR to a directory elsewhere.");
		return fail(e, 0, "%s, by which sessions are ruled, would be seen inside with %s",
			    s->path, m->source);
	}
	return 0;
}

int session_connect(int all, const char *name, struct err *e)
{
	autoclose int dir = open_one(all, name);
	autoclose int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	autoclose int guard = -1;
	struct sockaddr_un a = address_of(dir);
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (dir >= 0 && fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != getuid())
			return fail(e, 0, "the launcher that listens there is not yours");
		return fd_take(&fd);
	}
	guard = openat(all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && guard >= 0 && flock(guard, LOCK_EX) == 0 && !clear_stale(all, dir, name)) {
		err_remedy(e, "It may be about to start or to end: try again.");
		return fail(e, errno, "the session is there and does not listen");
	}
	err_remedy(e, "`pinfold ps` lists those that there are.");
	return fail(e, 0, "there is no such session");
}

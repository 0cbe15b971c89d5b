/* SPDX-License-Identifier: Apache-2.0 */
/*
 * home: a place below TMPDIR, or /tmp, from which an ordinary user can start the programs.
 *
 * Root's tree may lie where nobody else gets to, and a path may hold what --ro cannot say. So both
 * programs are copied to a private directory; they are used where they lie if that works, because a
 * security module may know the launcher by its path. Should: leave nothing behind. Mustn't: run
 * anything as root: what is compared runs as one ordinary user, whoever starts it.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

static const char *const programs[] = {"pinfold", "pinfold-bench"};

/* The folder of this program. */
static char *own_folder(struct err *e)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n < 0) {
		(void)fail(e, errno, "cannot tell where this program lies");
		return NULL;
	}
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return pool_copy(path);
}

static int copy_program(const char *folder, const char *dir, const char *name, struct err *e)
{
	const char *from = pool_printf("%s/%s", folder, name),
		   *to = pool_printf("%s/%s", dir, name);
	autoclose int in = open(from, O_RDONLY | O_CLOEXEC);
	autoclose int out = -1;
	ssize_t n;

	if (in < 0) {
		err_remedy(e,
			   "pinfold-bench measures the pinfold that lies beside it: build both.");
		return fail(e, errno, "cannot read %s", from);
	}
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
	if (out < 0 || fchmod(out, 0755))
		return fail(e, errno, "cannot make %s", to);
	do
		n = sendfile(out, in, NULL, 1 << 20);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? fail(e, errno, "cannot copy %s to %s", from, to) : 0;
}

/* Root gives the directory away with itself: /tmp is sticky, and only its owner can remove it. */
static int become_ordinary(struct home *home, struct err *e)
{
	if (geteuid() != 0 && getuid() != 0)
		return 0;
	if (chown(home->dir, UNPRIVILEGED, UNPRIVILEGED))
		return fail(e, errno, "cannot give %s away", home->dir);
	if (setgroups(0, NULL) || setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) ||
	    setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED))
		return fail(e, errno, "cannot become uid %d", UNPRIVILEGED);
	home->dropped = true;
	return 0;
}

/* A colon would end the path in --ro PATH:DEST. */
static const char *choose(const char *folder, const char *dir, const char *name, struct err *e)
{
	const char *there = pool_printf("%s/%s", folder, name);
	const char *copy = pool_printf("%s/%s", dir, name);

	if (!strchr(there, ':') && access(there, X_OK) == 0)
		return there;
	if (!strchr(copy, ':') && access(copy, X_OK) == 0)
		return copy;
	err_remedy(e, "Set TMPDIR to a directory that everybody may enter and run programs from.");
	(void)fail(e, errno, "uid %d can run neither %s nor %s", (int)getuid(), there, copy);
	return NULL;
}

static int make_dir(struct home *home, struct err *e)
{
	const char *below = getenv("TMPDIR");
	char *dir = pool_printf("%s/pinfold-bench.XXXXXX", below && *below == '/' ? below : "/tmp");

	if (!mkdtemp(dir))
		return fail(e, errno, "cannot make %s", dir);
	home->dir = dir;
	return chmod(dir, 0755) ? fail(e, errno, "cannot open up %s", dir) : 0;
}

int home_make(struct home *home, struct err *e)
{
	const char *folder = own_folder(e);

	if (!folder || make_dir(home, e))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (copy_program(folder, home->dir, programs[i], e))
			return -1;
	if (become_ordinary(home, e))
		return -1;
	home->launcher = choose(folder, home->dir, programs[0], e);
	home->self = home->launcher ? choose(folder, home->dir, programs[1], e) : NULL;
	return home->self ? 0 : -1;
}

void home_remove(struct home *home)
{
	if (!home->dir)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		(void)unlink(pool_printf("%s/%s", home->dir, programs[i]));
	(void)rmdir(home->dir);
	home->dir = NULL;
}

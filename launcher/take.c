/* SPDX-License-Identifier: Apache-2.0 */
/*
 * take: what root shows to an agent, taken while we are still root.
 *
 * Where root starts us in the agent's view, the agent is an id that owns nothing on this machine.
 * What root names (the workspace, the paths of --ro and --rw) is taken by root's right as a
 * detached mount, also below directories that are closed to everybody else; in it the owner of the
 * path and the agent change places (mount_setattr(2), MOUNT_ATTR_IDMAP). So the agent reads and
 * writes there as the owner could, and what it makes is the owner's on the disk. A directory of
 * root's that is only to be read and open to everybody is taken as it is, but where we are: root
 * names /etc/ssl for what everybody reads there, and not for root's keys. Then root is given up for
 * good.
 *
 * Should: open each path once, without links. Mustn't: map anybody to host root: the agent's id
 * takes the owner's place, and nobody else's changes. Mustn't: make, change or remove anything.
 */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"
#include "uapi.h"

/* One line of uid_map (user_namespaces(7)) from first up to before end, each to itself. */
static const char *same(const char *text, uint64_t first, uint64_t end)
{
	if (first >= end)
		return text;
	return pool_printf("%s%llu %llu %llu\n", text, (unsigned long long)first,
			   (unsigned long long)first, (unsigned long long)(end - first));
}

const char *take_map(uint32_t owner, uint32_t agent)
{
	uint64_t low = owner < agent ? owner : agent, high = owner < agent ? agent : owner;
	const char *text = same("", 0, low);

	/* 4294967295 is no id. */
	if (low == high)
		return same("", 0, UINT32_MAX);
	text = pool_printf("%s%llu %llu 1\n", text, (unsigned long long)low,
			   (unsigned long long)high);
	text = same(text, low + 1, high);
	text = pool_printf("%s%llu %llu 1\n", text, (unsigned long long)high,
			   (unsigned long long)low);
	return same(text, high + 1, UINT32_MAX);
}

static int write_map(pid_t pid, const char *name, const char *text)
{
	autoclose int fd = open(pool_printf("/proc/%d/%s", (int)pid, name), O_WRONLY | O_CLOEXEC);

	return fd >= 0 ? fd_write_all(fd, text, strlen(text)) : -1;
}

/* The namespace of a process that waits for the pipe to close, as it does with us, too. */
static int open_namespace(pid_t pid, uid_t uid, gid_t gid, const struct identity *id)
{
	if (write_map(pid, "uid_map", take_map(uid, id->uid)) ||
	    write_map(pid, "gid_map", take_map(gid, id->gid)))
		return -1;
	return open(pool_printf("/proc/%d/ns/user", (int)pid), O_RDONLY | O_CLOEXEC);
}

/* A user namespace that says who changes places with whom; nothing ever runs in it. -1 with errno.
 */
static int make_namespace(uid_t uid, gid_t gid, const struct identity *id)
{
	int fds[2], fd, num;
	pid_t pid;
	char c;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		(void)close(fds[1]);
		while (read(fds[0], &c, 1) < 0 && errno == EINTR)
			continue;
		_exit(0);
	}
	fd = pid < 0 ? -1 : open_namespace(pid, uid, gid, id);
	num = errno;
	(void)close(fds[0]);
	(void)close(fds[1]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	errno = num;
	return fd;
}

/* The namespace for an owner; most paths of one caller have the same one. */
struct owner {
	uid_t uid;
	gid_t gid;
	int fd; /* -1: none is made yet */
};

static int namespace_for(const struct stat *st, const struct identity *id, struct owner *last)
{
	if (last->fd >= 0 && last->uid == st->st_uid && last->gid == st->st_gid)
		return last->fd;
	fd_cleanup(&last->fd);
	*last = (struct owner){st->st_uid, st->st_gid, make_namespace(st->st_uid, st->st_gid, id)};
	return last->fd;
}

static bool is_agents(const struct stat *st, const struct identity *id)
{
	return st->st_uid == id->uid && st->st_gid == id->gid;
}

/*
 * Sets the flags, and who owns what. What is only to be read may stay as it is where its file
 * system cannot be seen otherwise: the agent then reads what everybody may.
 */
static int set_flags(int tree, const struct stat *st, const struct identity *id, bool as_owner,
		     struct host_path *p, struct owner *last)
{
	struct uapi_mount_attr attr = {MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					       (p->writable ? 0 : MOUNT_ATTR_RDONLY) |
					       (p->noexec ? MOUNT_ATTR_NOEXEC : 0),
				       0, MS_PRIVATE, 0};
	struct uapi_mount_attr with_map = attr;
	int ns;

	if (as_owner && !is_agents(st, id)) {
		ns = namespace_for(st, id, last);
		with_map.attr_set |= UAPI_MOUNT_ATTR_IDMAP;
		with_map.userns_fd = (uint64_t)ns;
		p->mapped = ns >= 0 && sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE,
							 &with_map) == 0;
		if (p->mapped || p->writable)
			return p->mapped ? 0 : -1;
	}
	return sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr);
}

/* What is open; here: it is where we are. -1 with errno. */
static int take_open(int fd, struct host_path *p, const struct identity *id, bool here,
		     struct owner *last)
{
	autoclose int tree = -1;
	struct stat st;
	bool as_owner;

	if (fd < 0 || fstat(fd, &st))
		return -1;
	p->uid = st.st_uid;
	p->gid = st.st_gid;
	tree = sys_open_tree(fd, "",
			     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
	as_owner = p->writable || here || st.st_uid != 0 || !S_ISDIR(st.st_mode) ||
		   (st.st_mode & (S_IROTH | S_IXOTH)) != (S_IROTH | S_IXOTH);
	if (tree < 0 || set_flags(tree, &st, id, as_owner, p, last))
		return -1;
	return fd_take(&tree);
}

static int take_tree(struct host_path *p, const struct identity *id, bool here, struct owner *last)
{
	static const struct uapi_open_how how = {
		O_PATH | O_CLOEXEC, 0, UAPI_RESOLVE_NO_SYMLINKS | UAPI_RESOLVE_NO_MAGICLINKS};
	autoclose int fd = sys_openat2(AT_FDCWD, p->real, &how);

	return take_open(fd, p, id, here, last);
}

static void hold(struct host *host, struct host_path *p, int tree)
{
	host->taken = pool_grow(host->taken, host->taken_n, sizeof(*host->taken));
	host->taken[host->taken_n++] = tree;
	p->taken = (unsigned int)host->taken_n;
}

static void take_path(struct host *host, struct host_path *p, struct owner *last)
{
	int tree;

	if (!p->real || p->is_link || p->num || p->taken || p->is_node)
		return;
	tree = take_tree(p, &host->id, host->cwd && str_equal(p->real, host->cwd), last);
	if (tree < 0) {
		p->take_num = errno;
		return;
	}
	hold(host, p, tree);
}

static void take_paths(struct host *host)
{
	struct owner last = {.fd = -1};

	for (size_t i = 0; i < host->paths_n; i++)
		take_path(host, &host->paths[i], &last);
	fd_cleanup(&last.fd);
}

/*
 * A home that is kept lies in root's own directory, which the agent's id could not enter: it is
 * taken whoever the agent is. Where nothing is there yet (pinfold plan) it would be root's.
 */
static int take_home(const struct policy *policy, const struct identity *id,
		     const struct home *home, struct host_path *p, int *tree, struct err *e)
{
	struct owner last = {.fd = -1};
	int num;

	*p = (struct host_path){.given = policy->home, .real = home->path, .is_dir = true};
	p->writable = true;
	p->mapped = id->takes;
	if (!p->real || !id->from_root || home->fd < 0)
		return 0;
	*tree = take_open(home->fd, p, id, false, &last);
	num = errno;
	fd_cleanup(&last.fd);
	if (*tree >= 0)
		return 0;
	err_where(e, "--home %s", policy->home);
	err_remedy(e, "Set XDG_STATE_HOME to a directory on a file system that knows id-mapped "
		      "mounts, or take a home that is not kept (--home private).");
	return fail(e, num, "%s cannot be shown to an agent of root's as its owner's", p->real);
}

int take_host(const struct policy *policy, const struct identity *id, const struct home *home,
	      struct host *host, struct err *e)
{
	struct host_path kept;
	int tree = -1;

	if (take_home(policy, id, home, &kept, &tree, e) || (!id->takes && identity_apply(id, e)))
		return -1;
	host_read(policy, id, host);
	if (tree >= 0)
		hold(host, &kept, tree);
	host->home = kept;
	if (id->takes)
		take_paths(host);
	return 0;
}

int take_guards(const struct policy *policy, struct host *host, struct err *e)
{
	if (host_read_guards(policy, host, e))
		return -1;
	host_read_grants(host);
	if (host->id.takes)
		take_paths(host);
	return 0;
}

int take_try(const char *path, const struct identity *id, struct err *e)
{
	struct host_path p = {.real = path, .writable = true};
	struct owner last = {.fd = -1};
	autoclose int tree = take_tree(&p, id, false, &last);
	int num = errno;

	fd_cleanup(&last.fd);
	return tree >= 0 ? 0 : fail(e, num, "take %s so that it is the agent's", path);
}

int take_leave(const struct host *host, struct err *e)
{
	return host->id.takes ? identity_apply(&host->id, e) : 0;
}

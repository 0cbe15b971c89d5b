/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host-view: what of this machine the agent's view is made of (view.h).
 *
 * Should: look names up that are in a table or in the caller's environment. Mustn't: walk over a
 * directory, since that would cost more the more there is; judge; change anything.
 */
#include "pinfold.h"

#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"

static const char *const etc_rows[] = {
#define ETC(name, why) name,
#include "table/etc.def"
#undef ETC
};

static const char *read_env(const struct host *host, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *v = host->env; v && *v; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=' && (*v)[n + 1])
			return *v + n + 1;
	return NULL;
}

/* A name that fits into passwd(5) and needs no quoting anywhere. */
static bool is_user_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	return n > 0 && n <= 32 && !s[n] && s[0] != '-' && s[0] != '.';
}

/* A path that fits into passwd(5): neither the caller's HOME nor SHELL adds a line or a field
 * there. */
static bool is_user_path(const char *s)
{
	return str_path_is_plain(s) && !str_has_control(s) && !strchr(s, ':');
}

/* What accounts of services have in its place; gdb, tmux and agents start what SHELL says. */
static bool is_no_shell(const char *path)
{
	const char *name = strrchr(path, '/');

	return name && (str_equal(name, "/nologin") || str_equal(name, "/false"));
}

/* fgetpwent(3) and not getpwuid(3): that one loads modules, which a static program has none of. */
static void read_passwd(uid_t uid, struct host_view *view)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *p = NULL;

	while (file && (p = fgetpwent(file)) && p->pw_uid != uid)
		continue;
	if (p) {
		const char *gecos = p->pw_gecos ? p->pw_gecos : "";

		view->user = pool_copy(p->pw_name);
		view->full_name = pool_copy_n(gecos, strcspn(gecos, ","));
		view->home = pool_copy(p->pw_dir);
		view->shell = pool_copy(p->pw_shell);
	}
	if (file)
		(void)fclose(file);
}

/*
 * The caller as the machine knows it, or as its environment says (users that a directory service
 * knows are in no file). Root that starts an agent is not that agent: it lends its home's place, no
 * name. With --user the agent is somebody else, of whom the environment says nothing.
 */
static void read_user(const struct policy *policy, struct host *host)
{
	struct host_view *view = &host->view;
	bool other = host->id.from_root && policy->user;
	const char *home = other ? NULL : read_env(host, "HOME");
	const char *name = other ? NULL : read_env(host, "USER");
	const char *shell = other ? NULL : read_env(host, "SHELL");

	view->full_name = "";
	read_passwd(host->id.from_root && !policy->user ? 0 : host->id.uid, view);
	if (home)
		view->home = home;
	if (shell)
		view->shell = shell;
	if (!view->user)
		view->user = name;
	if (!view->user || !is_user_name(view->user) || (host->id.from_root && !policy->user))
		view->user = "agent";
	if (host->id.from_root || str_has_control(view->full_name) || strchr(view->full_name, ':'))
		view->full_name = "";
	if (view->home)
		view->home_real = real_path(&host->known, view->home);
	if (view->home && !str_equal(view->home, "/") && !is_user_path(view->home))
		view->home = NULL;
	if (view->shell && (!is_user_path(view->shell) || is_no_shell(view->shell)))
		view->shell = NULL;
}

/* $NAME/pinfold, or ~/OTHERWISE/pinfold (the XDG Base Directory Specification). */
static void read_own(struct host *host, const char *name, const char *otherwise)
{
	struct host_view *view = &host->view;
	const char *base = read_env(host, name), *real;

	if ((!base || base[0] != '/') && view->home_real)
		base = pool_printf("%s/%s", view->home_real, otherwise);
	if (!base || base[0] != '/')
		return;
	real = real_path(&host->known, base);
	pool_list_add(&view->own, pool_printf("%s/pinfold", real ? real : base));
}

static bool everybody_reads(const struct stat *st)
{
	mode_t need = S_ISDIR(st->st_mode) ? S_IROTH | S_IXOTH : S_IROTH;

	return (S_ISDIR(st->st_mode) || S_ISREG(st->st_mode)) && (st->st_mode & need) == need;
}

/* One name below the directory at fd, which lies at place. */
static void read_entry(struct host *host, int fd, const char *place, const char *name)
{
	struct host_view *view = &host->view;
	struct host_entry entry = {0};
	char text[PATH_MAX];
	struct stat st;
	ssize_t size;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	entry.path = pool_printf("%s/%s", place, name);
	entry.real = entry.path;
	if (S_ISLNK(st.st_mode)) {
		size = readlinkat(fd, name, text, sizeof(text));
		entry.real = real_path(&host->known, entry.path);
		if (size <= 0 || (size_t)size == sizeof(text) || !entry.real ||
		    fstatat(fd, name, &st, 0))
			return;
		entry.link = pool_copy_n(text, (size_t)size);
	}
	if (!everybody_reads(&st))
		return;
	entry.is_dir = S_ISDIR(st.st_mode);
	entry.size = (uint64_t)st.st_size;
	view->etc[view->etc_n++] = entry;
}

static void read_etc(struct host *host)
{
	autoclose int fd = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	host->view.etc = pool_alloc(ARRAY_SIZE(etc_rows) * sizeof(*host->view.etc));
	for (size_t i = 0; fd >= 0 && i < ARRAY_SIZE(etc_rows); i++)
		read_entry(host, fd, "/etc", etc_rows[i]);
}

static void read_search_path(const struct host *host, struct host_view *view)
{
	const char *dir = read_env(host, "PATH");

	for (size_t n; dir && *dir; dir += n + (dir[n] == ':')) {
		const char *text;
		struct stat st;

		n = strcspn(dir, ":");
		text = pool_copy_n(dir, n);
		/* A relative part would be another place after every cd. */
		if (text[0] == '/' && stat(text, &st) == 0 && S_ISDIR(st.st_mode))
			pool_list_add(&view->path, text);
	}
}

void host_read_view(const struct policy *policy, struct host *host)
{
	read_user(policy, host);
	read_own(host, "XDG_CONFIG_HOME", ".config");
	read_own(host, "XDG_STATE_HOME", ".local/state");
	read_etc(host);
	read_search_path(host, &host->view);
	host->view.resolv = real_path(&host->known, "/etc/resolv.conf");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups: where a run may have a cgroup of its own (cgroups(7)), for the limits that take one.
 *
 * Should read only, with the rights of whoever started us: root's own where that is root, since it
 * is looked at before root becomes an ordinary user, and made by a process that stays what it was
 * (keeper.c). Mustn't look at all where no such limit is asked for.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"

#define BIT(controller) (1u << (controller))

/* Is word one of the words in list, which are parted by any of the separators? */
static bool has_word(const char *list, const char *separators, const char *word)
{
	size_t n = strlen(word);

	while (*list) {
		size_t k = strcspn(list, separators);

		if (k == n && strncmp(list, word, n) == 0)
			return true;
		list += k;
		list += strspn(list, separators);
	}
	return false;
}

/* The next line of *text, without its end; NULL at the end of all. */
static char *next_line(char **text)
{
	return *text && **text ? strsep(text, "\n") : NULL;
}

/* "ID:CONTROLLERS:PATH" (proc_pid_cgroup(5)): the path for a controller, or of version 2 (NULL). */
const char *cgroups_own_path(const char *text, const char *controller)
{
	char *rest = pool_copy(text), *line;

	while ((line = next_line(&rest))) {
		char *list, *id = strsep(&line, ":");

		list = strsep(&line, ":");
		if (!line)
			continue;
		if (controller ? has_word(list, ",", controller) : str_equal(id, "0") && !*list)
			return line;
	}
	return NULL;
}

/*
 * The mount of a controller's hierarchy, or of version 2 (NULL): fields root and mount point of
 * proc_pid_mountinfo(5), between which and "- TYPE SOURCE OPTIONS" others may stand.
 */
static bool find_mount(const char *text, const char *controller, const char **root,
		       const char **point)
{
	char *rest = pool_copy(text), *line;

	while ((line = next_line(&rest))) {
		char *dash = strstr(line, " - "), *field[5], *type, *options;
		size_t n = 0;

		if (!dash)
			continue;
		*dash = '\0';
		dash += 3;
		while (n < ARRAY_SIZE(field) && (field[n] = strsep(&line, " ")))
			n++;
		type = strsep(&dash, " ");
		(void)strsep(&dash, " ");
		options = dash;
		if (n < ARRAY_SIZE(field) || !options)
			continue;
		if (controller ? !str_equal(type, "cgroup") || !has_word(options, ",", controller)
			       : !str_equal(type, "cgroup2"))
			continue;
		*root = field[3];
		*point = field[4];
		return true;
	}
	return false;
}

struct cgroup_place cgroups_find(const char *mounts, const char *self, const char *controller)
{
	const char *path = cgroups_own_path(self, controller), *root, *point;
	struct cgroup_place place = {NULL, NULL};

	if (!path || !find_mount(mounts, controller, &root, &point))
		return place;
	place.root = point;
	if (!str_path_within(path, root) || strstr(path, "/.."))
		return place;
	path += str_equal(root, "/") ? 1 : strlen(root);
	path += *path == '/';
	place.own = *path ? pool_printf("%s/%s", point, path) : point;
	return place;
}

/* ---- version 1: a directory in our own ------------------------------------------------------- */

static bool can_write(const char *dir)
{
	return faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0;
}

static bool can_write_file(const char *dir, const char *name)
{
	return faccessat(AT_FDCWD, pool_printf("%s/%s", dir, name), W_OK, AT_EACCESS) == 0;
}

static void judge_v1(const struct cgroup_place *place, struct host_cgroup *c)
{
	c->version = 1;
	c->root = place->root;
	if (!place->own)
		c->why = pool_printf("our own cgroup lies outside of %s", place->root);
	else if (!can_write(place->own))
		c->why = pool_printf("%s cannot be written (%s)", place->own, err_name(errno));
	else
		c->parent = place->own;
}

/* ---- version 2: delegated, and with the controllers enabled -----------------------------------
 */

static bool file_has(const char *dir, const char *name, const char *word)
{
	char text[512];

	return fd_read_file(pool_printf("%s/%s", dir, name), text, sizeof(text)) > 0 &&
	       has_word(text, " \n", word);
}

/*
 * May controllers be enabled for what lies in a cgroup? Not beside processes in it, but for the
 * root of all, which alone has no type; we ourselves can be moved.
 */
static bool can_enable(const char *dir)
{
	char text[64], own[32];
	ssize_t n;

	if (!can_write_file(dir, "cgroup.subtree_control"))
		return false;
	if (access(pool_printf("%s/cgroup.type", dir), F_OK) && errno == ENOENT)
		return true;
	(void)snprintf(own, sizeof(own), "%d\n", (int)getpid());
	n = fd_read_file(pool_printf("%s/cgroup.procs", dir), text, sizeof(text));
	return n == 0 || (n > 0 && str_equal(text, own));
}

static bool is_systemds(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

/* What systemd arranges itself is not ours to add to: a slice, or the root (its "single writer").
 */
static bool is_managed(const char *dir, const struct cgroup_place *place)
{
	size_t n = strlen(dir);

	if (!is_systemds())
		return false;
	return str_equal(dir, place->root) || (n > 6 && str_equal(dir + n - 6, ".slice"));
}

/* Which of the wanted controllers a cgroup made in dir would have; *enable: once enabled there. */
static unsigned int offers(const char *dir, const struct cgroup_place *place, unsigned int wanted,
			   unsigned int *enable)
{
	unsigned int have = wanted & BIT(CONTROL_CPUACCT); /* every cgroup has its cpu.stat */

	*enable = 0;
	for (int i = 0; i < CONTROLLERS; i++)
		if ((wanted & ~have & BIT(i)) &&
		    file_has(dir, "cgroup.subtree_control", controller_name((enum controller)i)))
			have |= BIT(i);
	/* Above our own, systemd may take back what it did not enable itself, and the bound with
	 * it. */
	if (have == wanted || (is_systemds() && !str_equal(dir, place->own)) || !can_enable(dir))
		return have;
	for (int i = 0; i < CONTROLLERS; i++)
		if ((wanted & ~have & BIT(i)) &&
		    file_has(dir, "cgroup.controllers", controller_name((enum controller)i)))
			*enable |= BIT(i);
	return have | *enable;
}

/* Our own cgroup, or one above that is ours too: whichever offers most, the nearest of those. */
static void judge_v2(const struct cgroup_place *place, unsigned int wanted,
		     struct host_cgroup *cgroups)
{
	const char *best = NULL, *dir = place->own;
	unsigned int have = 0, enable = 0;

	for (; dir && can_write(dir) && can_write_file(dir, "cgroup.procs");
	     dir = pool_copy_n(dir, (size_t)(strrchr(dir, '/') - dir))) {
		unsigned int more,
			now = is_managed(dir, place) ? 0 : offers(dir, place, wanted, &more);

		if (__builtin_popcount(now) > __builtin_popcount(have)) {
			best = dir;
			have = now;
			enable = more;
		}
		if (str_equal(dir, place->root))
			break;
	}
	for (int i = 0; i < CONTROLLERS; i++) {
		struct host_cgroup *c = &cgroups[i];

		if (!(wanted & BIT(i)))
			continue;
		c->version = 2;
		c->root = place->root;
		c->enable = enable & BIT(i);
		if (have & BIT(i))
			c->parent = best;
		else if (!place->own)
			c->why = pool_printf("our own cgroup lies outside of %s", place->root);
		else
			c->why = pool_printf(
				"in %s no cgroup with the controller %s can be made: it "
				"is not delegated, or holds other processes",
				place->own, controller_name((enum controller)i));
	}
}

/* ---- what is asked for ------------------------------------------------------------------------
 */

static bool is_asked(const char *text)
{
	return text && !str_equal(text, "none");
}

/* Processes are counted without a cgroup where they have a user namespace (plan-limits.c). */
static bool has_user_layer(const struct policy *policy)
{
	const struct profile *profile = profile_find(policy->profile ? policy->profile : "full");
	bool has = profile && (profile_set(profile) & layers_bit("user"));

	for (size_t i = 0; i < policy->with.n; i++)
		has |= str_equal(policy->with.v[i], "user");
	for (size_t i = 0; i < policy->without.n; i++)
		has &= !str_equal(policy->without.v[i], "user");
	return has;
}

static unsigned int wanted_by(const struct policy *policy)
{
	const struct policy_limits *l = &policy->limits;
	unsigned int wanted = 0;

	if (is_asked(l->memory))
		wanted |= BIT(CONTROL_MEMORY);
	if (is_asked(l->cpu))
		wanted |= BIT(CONTROL_CPU);
	if (is_asked(l->cpu_time))
		wanted |= BIT(CONTROL_CPUACCT);
	if (is_asked(l->pids) && (wanted || !has_user_layer(policy)))
		wanted |= BIT(CONTROL_PIDS);
	return wanted;
}

static void judge(const char *mounts, const char *self, unsigned int wanted,
		  struct host_cgroup *cgroups)
{
	struct cgroup_place unified = cgroups_find(mounts, self, NULL);
	unsigned int rest = 0;

	for (int i = 0; i < CONTROLLERS; i++) {
		struct cgroup_place place = {NULL, NULL};

		if (!(wanted & BIT(i)))
			continue;
		place = cgroups_find(mounts, self, controller_name((enum controller)i));
		if (place.root)
			judge_v1(&place, &cgroups[i]);
		else
			rest |= BIT(i);
	}
	if (rest && unified.root)
		judge_v2(&unified, rest, cgroups);
}

void cgroups_read(const struct policy *policy, struct host_cgroup cgroups[CONTROLLERS])
{
	enum { MOST = 1 << 20 };
	unsigned int wanted = wanted_by(policy);
	char *mounts, self[8192];

	memset(cgroups, 0, CONTROLLERS * sizeof(*cgroups));
	if (!wanted)
		return;
	mounts = pool_alloc(MOST);
	if (fd_read_file("/proc/self/mountinfo", mounts, MOST) > 0 &&
	    fd_read_file("/proc/self/cgroup", self, sizeof(self)) > 0)
		judge(mounts, self, wanted, cgroups);
}

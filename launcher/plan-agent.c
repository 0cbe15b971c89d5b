/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-agent: what --view agent shows beside the bare view: of /etc what programs need, a home,
 * and the directories that programs expect to be able to write. And where a workspace may lie.
 *
 * Pure, like plan-view.c. All that is writable here is made for the run and gone with it.
 */
#include "plan-view.h"

#include <string.h>

#include "pool.h"

/* Files up to this size are copied: that costs less than a mount, and shares no inode. */
enum { COPY_MOST = 128 << 10 };

/* ---- the workspace -------------------------------------------------------------------------- */

/* Where nobody's project lies; but: below it is a place where some do. */
static const struct {
	const char *path;
	bool below; /* nor below it */
	const char *but[2];
	const char *what;
} no_workspace[] = {
	{"/", false, {NULL}, "the root of the file system"},
	{"/usr", true, {"/usr/src", "/usr/local/src"}, "a system directory"},
	{"/etc", true, {NULL}, "a system directory"},
	{"/bin", true, {NULL}, "a system directory"},
	{"/sbin", true, {NULL}, "a system directory"},
	{"/lib", true, {NULL}, "a system directory"},
	{"/lib32", true, {NULL}, "a system directory"},
	{"/lib64", true, {NULL}, "a system directory"},
	{"/libx32", true, {NULL}, "a system directory"},
	{"/boot", true, {NULL}, "a system directory"},
	{"/nix", true, {NULL}, "a system directory"},
	{"/gnu", true, {NULL}, "a system directory"},
	{"/var", true, {"/var/tmp", "/var/www"}, "a system directory"},
	{"/run", true, {"/run/media"}, "a directory of running services"},
	{"/dev", true, {NULL}, "a directory of devices"},
	{"/proc", true, {NULL}, "a directory of the kernel's"},
	{"/sys", true, {NULL}, "a directory of the kernel's"},
	{"/opt", false, {NULL}, "a system directory"},
	{"/srv", false, {NULL}, "a system directory"},
	{"/home", false, {NULL}, "above the users' homes"},
	{"/tmp", false, {NULL}, "shared by everybody on this machine"},
};

static bool is_excepted(size_t row, const struct host_view *view, const char *path)
{
	const char *home = view->home_real;

	for (size_t i = 0; i < ARRAY_SIZE(no_workspace[row].but); i++) {
		const char *but = no_workspace[row].but[i];

		if (but && str_path_within(path, but) && !str_equal(path, but))
			return true;
	}
	/* The home of a service's own user: /var/lib/jenkins, say. */
	return home && str_equal(no_workspace[row].path, "/var") && str_path_within(path, home) &&
	       !str_equal(path, home);
}

static int refuse_workspace(const char *path, const char *what, struct err *e)
{
	err_where(e, "workspace");
	err_remedy(e, "Change into the directory of a project. Or show what is needed by hand: "
		      "--profile full --rw PATH.");
	return fail(e, 0, "%s cannot be the workspace: it is %s", path, what);
}

int view_check_workspace(const struct host *host, const char *path, struct err *e)
{
	const struct host_view *view = &host->view;

	if (view->home_real && !str_equal(view->home_real, "/") && !str_equal(path, "/")) {
		if (str_equal(path, view->home_real))
			return refuse_workspace(path, "the home directory itself", e);
		if (str_path_within(view->home_real, path))
			return refuse_workspace(path, "above the home directory", e);
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_workspace); i++) {
		const char *place = no_workspace[i].path;

		if (!(no_workspace[i].below ? str_path_within(path, place)
					    : str_equal(path, place)))
			continue;
		if (!is_excepted(i, view, path))
			return refuse_workspace(path, no_workspace[i].what, e);
	}
	/* What pinfold obeys or keeps must never be the agent's to write, be it there or not. */
	for (size_t i = 0; i < view->own.n; i++)
		if (str_path_within(path, view->own.v[i]) || str_path_within(view->own.v[i], path))
			return refuse_workspace(
				path,
				pool_printf("where pinfold's own files lie (%s)", view->own.v[i]),
				e);
	return 0;
}

/* ---- what is shown -------------------------------------------------------------------------- */

static bool is_named(const struct str_list *list, const char *dest)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *colon = strchr(list->v[i], ':');

		if (str_equal(colon ? colon + 1 : list->v[i], dest))
			return true;
	}
	return false;
}

bool view_is_overridden(const struct policy *policy, const char *dest)
{
	return is_named(&policy->ro, dest) || is_named(&policy->rw, dest);
}

static void add_entry(struct plan *plan, const struct host_entry *entry)
{
	struct mount m = {.kind = MOUNT_TREE,
			  .source = entry->real,
			  .dest = entry->path,
			  .is_file = !entry->is_dir};

	if (entry->link && view_shows(plan, entry->real)) {
		m.kind = MOUNT_LINK;
		m.source = entry->link;
	} else if (!entry->is_dir && entry->size <= COPY_MOST) {
		m.kind = MOUNT_FILE;
		m.mode = 0644;
	}
	view_add(plan, m);
}

static void add_scratch(struct plan *plan, const char *path, uint32_t mode)
{
	struct mount m = {.kind = MOUNT_SCRATCH, .dest = path, .writable = true, .mode = mode};

	view_add(plan, m);
}

static void add_etc(const struct policy *policy, const struct host *host, struct plan *plan)
{
	struct mount etc = {.kind = MOUNT_DIR, .dest = "/etc", .mode = 0755, .whole = true};

	view_add(plan, etc);
	for (size_t i = 0; i < host->view.etc_n; i++)
		if (!view_is_overridden(policy, host->view.etc[i].path))
			add_entry(plan, &host->view.etc[i]);
}

/*
 * The place of the home: the caller's own, so that paths in settings and scripts hold. Where that
 * is no place of its own (a service's user may have /, or /usr/sbin) it is below /home.
 */
static const char *place_home(const struct host *host, const struct plan *plan)
{
	static const char *const not_below[] = {"/etc", "/run", "/dev", "/proc", "/sys", "/boot"};
	const char *home = host->view.home;
	const char *other = pool_printf("/home/%s", host->view.user);

	if (!home || !str_path_is_plain(home) || view_is_made(plan, home))
		return other;
	for (size_t i = 0; i < ARRAY_SIZE(not_below); i++)
		if (str_path_within(home, not_below[i]))
			return other;
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if (m->kind != MOUNT_ROOT && m->kind != MOUNT_DIR && m->kind != MOUNT_SCRATCH &&
		    str_path_within(home, m->dest))
			return other;
	}
	return home;
}

static int add_home(const struct policy *policy, const struct host *host, struct plan *plan,
		    struct err *e)
{
	const struct host_path *kept = &host->home;
	struct mount m = {.kind = MOUNT_HOME,
			  .source = kept->real,
			  .writable = true,
			  .taken = kept->taken,
			  .mapped = kept->mapped,
			  .owner_uid = kept->uid,
			  .owner_gid = kept->gid};

	if (!policy->home || str_equal(policy->home, "none"))
		return 0;
	err_where(e, "--home");
	if (home_check_name(policy->home, e))
		return -1;
	e->where[0] = '\0';
	m.dest = plan->home = place_home(host, plan);
	if (home_is_kept(policy))
		view_add(plan, m);
	else
		add_scratch(plan, plan->home, 0700);
	return 0;
}

int view_add_agent(const struct policy *policy, const struct host *host, struct plan *plan,
		   struct err *e)
{
	static const struct mount var_run = {
		.kind = MOUNT_LINK, .source = "/run", .dest = "/var/run"};

	add_scratch(plan, "/var/tmp", 01777);
	view_add(plan, var_run);
	add_scratch(plan, pool_printf("/run/user/%u", plan->id.inner_uid), 0700);
	if (add_home(policy, host, plan, e))
		return -1;
	add_etc(policy, host, plan);
	view_add_files(policy, host, plan);
	return 0;
}

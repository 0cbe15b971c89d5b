/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-files: the files of /etc that are made for the run, so that they name nobody but the agent.
 *
 * Pure. Each is as short as the programs that read it allow. What belongs to somebody else shows
 * inside as the kernel's overflow id, 65534 (user_namespaces(7)): nobody, who has a name here,
 * because programs that look the owner of a file up fail where he has none.
 */
#include "plan-view.h"

#include "pool.h"

static void add_file(const struct policy *policy, struct plan *plan, const char *path,
		     const char *content)
{
	struct mount m = {.kind = MOUNT_FILE,
			  .dest = path,
			  .content = content,
			  .is_file = true,
			  .mode = 0644};

	if (!view_is_overridden(policy, path))
		view_add(plan, m);
}

/*
 * The host's network comes with its name servers. Without one named here libc asks the loopback,
 * where nobody answers: at once.
 */
static void add_resolv(const struct policy *policy, const struct host *host, struct plan *plan)
{
	static const char path[] = "/etc/resolv.conf";
	struct mount m = {.kind = MOUNT_FILE,
			  .source = host->view.resolv,
			  .dest = path,
			  .is_file = true,
			  .mode = 0644};

	if (!plan->shares_net || !host->view.resolv)
		add_file(policy, plan, path, "# pinfold: no network, so no name server\n");
	else if (!view_is_overridden(policy, path))
		view_add(plan, m);
}

static const char *make_passwd(const struct host_view *view, const struct plan *plan)
{
	const char *shell = view->shell && view_shows(plan, view->shell) ? view->shell : "/bin/sh";
	const char *text = pool_printf("%s:x:%u:%u:%s:%s:%s\n", view->user, plan->id.inner_uid,
				       plan->id.inner_gid, view->full_name,
				       plan->home ? plan->home : "/", shell);

	if (plan->id.inner_uid == UNPRIVILEGED)
		return text;
	return pool_printf("%snobody:x:%u:%u::/nonexistent:/usr/sbin/nologin\n", text, UNPRIVILEGED,
			   UNPRIVILEGED);
}

static const char *make_group(const struct host_view *view, const struct plan *plan)
{
	const char *text = pool_printf("%s:x:%u:\n", view->user, plan->id.inner_gid);

	if (plan->id.inner_gid == UNPRIVILEGED)
		return text;
	return pool_printf("%snogroup:x:%u:\n", text, UNPRIVILEGED);
}

void view_add_files(const struct policy *policy, const struct host *host, struct plan *plan)
{
	const char *name = plan_has(plan, "uts") ? plan->hostname : "localhost";

	add_file(policy, plan, "/etc/passwd", make_passwd(&host->view, plan));
	add_file(policy, plan, "/etc/group", make_group(&host->view, plan));
	add_file(policy, plan, "/etc/hostname", pool_printf("%s\n", name));
	add_file(policy, plan, "/etc/hosts",
		 pool_printf("127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n", name));
	add_file(policy, plan, "/etc/nsswitch.conf",
		 "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n"
		 "services: files\nprotocols: files\nrpc: files\nnetworks: files\n");
	add_resolv(policy, host, plan);
}

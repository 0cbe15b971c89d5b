/* SPDX-License-Identifier: Apache-2.0 */
/* Where a workspace may lie, and where not; and the files that are made for the run. */
#include "tap.h"

#include "plan-view.h"
#include "plan/host.h"

/* home, cwd, a word of the reason; NULL where it may be */
static const char *const places[][3] = {
	{"/home/user", "/home/user/project", NULL},
	{"/home/user", "/home/user/.config/nvim", NULL},
	{"/home/user", "/home/other/work", NULL},
	{"/home/user", "/home/username", NULL},
	{"/home/user", "/srv/app", NULL},
	{"/home/user", "/opt/app", NULL},
	{"/home/user", "/mnt", NULL},
	{"/home/user", "/data", NULL},
	{"/home/user", "/workspace", NULL},
	{"/home/user", "/tmp/work", NULL},
	{"/home/user", "/var/tmp/work", NULL},
	{"/home/user", "/var/www/site", NULL},
	{"/home/user", "/usr/src/app", NULL},
	{"/home/user", "/usr/local/src/app", NULL},
	{"/home/user", "/run/media/user/disk", NULL},
	{"/home/user", "/usrlocal", NULL},
	{"/root", "/root/work", NULL},
	{"/var/lib/jenkins", "/var/lib/jenkins/workspace/job", NULL},
	{"/", "/data", NULL},
	{NULL, "/data", NULL},

	{"/home/user", "/", "root of the file system"},
	{"/", "/", "root of the file system"},
	{NULL, "/", "root of the file system"},
	{"/home/user", "/home/user", "home directory itself"},
	{"/root", "/root", "home directory itself"},
	{"/home/user", "/home", "above the home"},
	{"/root", "/home", "above the users' homes"},
	{"/data/homes/user", "/data", "above the home"},
	{"/home/user", "/usr", "system directory"},
	{"/home/user", "/usr/src", "system directory"},
	{"/home/user", "/usr/local/bin", "system directory"},
	{"/home/user", "/etc", "system directory"},
	{"/home/user", "/etc/app", "system directory"},
	{"/home/user", "/var", "system directory"},
	{"/home/user", "/var/tmp", "system directory"},
	{"/home/user", "/var/lib/app", "system directory"},
	{"/var/lib/jenkins", "/var/lib/other", "system directory"},
	{"/var/lib/jenkins", "/var/lib/jenkins", "home directory itself"},
	{"/home/user", "/bin", "system directory"},
	{"/home/user", "/lib64/x", "system directory"},
	{"/home/user", "/boot", "system directory"},
	{"/home/user", "/opt", "system directory"},
	{"/home/user", "/dev/shm", "devices"},
	{"/home/user", "/proc/1/cwd", "kernel"},
	{"/home/user", "/sys/fs", "kernel"},
	{"/home/user", "/run/user/1000", "running services"},
	{"/home/user", "/tmp", "shared by everybody"},
	{"/home/user", "/home/user/.config", "pinfold's own"},
	{"/home/user", "/home/user/.config/pinfold", "pinfold's own"},
	{"/home/user", "/home/user/.local/state/pinfold/homes/x", "pinfold's own"},
	{"/home/user", "/home/user/.local", "pinfold's own"},
};

static void test_places(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct host host = made_host();
		struct err e = {0};
		int rc;

		host.view.home_real = places[i][0];
		host.cwd = places[i][1];
		rc = view_check_workspace(&host, host.cwd, &e);
		if (!places[i][2]) {
			ok(rc == 0 && !e.what[0], "%s is a workspace", host.cwd);
			continue;
		}
		ok(rc == -1 && strstr(e.what, places[i][2]) && strstr(e.what, host.cwd),
		   "%s is none: %s", host.cwd, places[i][2]);
		ok(str_equal(e.where, "workspace") && e.remedy[0], "... with the way on");
	}
}

static const char *content(const struct plan *plan, const char *dest)
{
	for (size_t i = 0; i < plan->mounts_n; i++)
		if (str_equal(plan->mounts[i].dest, dest))
			return plan->mounts[i].content;
	return NULL;
}

static void test_files(void)
{
	struct plan *plan = pool_alloc(sizeof(*plan));
	struct host host = made_host();
	struct policy policy;
	struct err e;

	ok(made_policy("--view agent --home private true", &policy, &e) == 0 &&
		   plan_make(&policy, &host, plan, &e) == 0,
	   "a plan");
	is_str(content(plan, "/etc/passwd"),
	       "user:x:1000:1001:A User:/home/user:/usr/bin/zsh\n"
	       "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n",
	       "passwd names the agent, and who owns what is not the agent's");
	is_str(content(plan, "/etc/group"), "user:x:1001:\nnogroup:x:65534:\n", "so does group");
	is_str(content(plan, "/etc/hostname"), "pinfold\n", "the name");
	is_str(content(plan, "/etc/hosts"),
	       "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 pinfold\n", "... leads to itself");
	host.id = (struct identity){.uid = UNPRIVILEGED,
				    .gid = UNPRIVILEGED,
				    .inner_uid = UNPRIVILEGED,
				    .inner_gid = UNPRIVILEGED,
				    .from_root = true};
	host.view.user = "agent";
	host.view.full_name = "";
	host.view.shell = "/opt/shell";
	ok(plan_make(&policy, &host, plan, &e) == 0, "a plan where root started us");
	is_str(content(plan, "/etc/passwd"), "agent:x:65534:65534::/home/user:/bin/sh\n",
	       "one name, and a shell that is there");
	is_str(content(plan, "/etc/group"), "agent:x:65534:\n", "... and one group");
}

int main(void)
{
	test_places();
	test_files();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* plan-view.h: what the files that make the view of a plan share. Pure, all of it. */
#ifndef PINFOLD_PLAN_VIEW_H
#define PINFOLD_PLAN_VIEW_H

#include "pinfold.h"

/* Adds m, and before it the directories above its destination that nothing has made yet. */
void view_add(struct plan *plan, struct mount m);

/* Is the place taken, by anything but a link? */
bool view_is_made(const struct plan *plan, const char *dest);

/* Does the path lead inside to what it leads to on the host? */
bool view_shows(const struct plan *plan, const char *path);

/* plan-agent.c: what --view agent adds to the bare view, before what the policy names. */
int view_add_agent(const struct policy *policy, const struct host *host, struct plan *plan,
		   struct err *e);

/* plan-agent.c: whether the directory can be a workspace. */
int view_check_workspace(const struct host *host, const char *path, struct err *e);

/* plan-agent.c: the policy itself shows something there, which is then meant instead of ours. */
bool view_is_overridden(const struct policy *policy, const char *dest);

/* plan-paths.c: what --ro or --rw name, and --agent; the workspace, with what its worktree needs
 * of a repository that lies elsewhere. */
int view_add_list(const struct policy *policy, const struct host *host, struct plan *plan,
		  bool writable, struct err *e);
int view_add_workspace(const struct policy *policy, const struct host *host, struct plan *plan,
		       struct err *e);
int view_add_agent_dir(const struct host *host, struct plan *plan, const char *given,
		       struct err *e);

/* Adds m where its place is plain and free. */
int view_add_checked(struct plan *plan, const char *option, struct mount m, struct err *e);

const struct host_path *view_find_path(const struct host *host, const char *given);
int view_use_taken(const struct host *host, const struct plan *plan, const char *option,
		   const struct host_path *p, struct mount *m, struct err *e);

/* plan-paths.c, once everything is in the plan: each --noexec holds for all that it names. */
int plan_check_noexec(const struct policy *policy, const struct host *host, const struct plan *plan,
		      struct err *e);

/* plan-doors.c: the network and system calls, before the layers are settled; the rest, after what
 * the policy shows.
 */
int doors_make_network(const struct policy *policy, const struct host *host, struct plan *plan,
		       struct err *e);
int doors_make_calls(const struct policy *policy, struct plan *plan, struct err *e);
int doors_add(const struct policy *policy, const struct host *host, struct plan *plan,
	      struct err *e);

/* plan-files.c: the files of /etc that are made for the run. */
void view_add_files(const struct policy *policy, const struct host *host, struct plan *plan);

#endif

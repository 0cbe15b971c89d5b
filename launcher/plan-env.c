/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan-env: the agent's environment.
 *
 * Two lists are made: with the env layer (an allow-list of names) and without it (all of the
 * caller's). Pure, like plan.c.
 */
#include "plan-view.h"

#include <string.h>

#include "pool.h"

/* Names a program needs to find its way; none of them carries a secret. "LC_*": every LC_ name. */
static const char *const allowed[] = {
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "TZ", "LC_*",
};

/*
 * What else a person's terminal and editors are set up by, in the agent's view. (Who commits is a
 * name, no secret.)
 */
static const char *const allowed_agent[] = {
	"COLORTERM",
	"NO_COLOR",
	"FORCE_COLOR",
	"CLICOLOR",
	"CLICOLOR_FORCE",
	"LS_COLORS",
	"LANGUAGE",
	"EDITOR",
	"VISUAL",
	"PAGER",
	"MANPAGER",
	"LESS",
	"GIT_EDITOR",
	"GIT_PAGER",
	"GIT_AUTHOR_NAME",
	"GIT_AUTHOR_EMAIL",
	"GIT_COMMITTER_NAME",
	"GIT_COMMITTER_EMAIL",
	"COLUMNS",
	"LINES",
	"TERM_PROGRAM",
	"TERM_PROGRAM_VERSION",
	"CI",
};

/* No pattern lets a name through that says it is a secret. */
static bool looks_secret(const char *name, size_t n)
{
	static const char *const words[] = {"TOKEN", "SECRET", "PASS",	  "KEY",
					    "CRED",  "COOKIE", "SESSION", "PRIVATE"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasestr(pool_copy_n(name, n), words[i]))
			return true;
	return false;
}

static bool name_matches(const char *pattern, const char *name, size_t n)
{
	size_t p = strlen(pattern);

	if (p && pattern[p - 1] == '*')
		return n >= p - 1 && memcmp(pattern, name, p - 1) == 0 && !looks_secret(name, n);
	return n == p && memcmp(pattern, name, n) == 0;
}

static bool is_allowed(const struct policy *policy, const struct plan *plan, const char *name,
		       size_t n)
{
	for (size_t i = 0; plan->agent_view && i < ARRAY_SIZE(allowed_agent); i++)
		if (name_matches(allowed_agent[i], name, n))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if (name_matches(allowed[i], name, n))
			return true;
	/* A name that the user gives is a name: no pattern, so that nothing comes along unseen. */
	for (size_t i = 0; i < policy->env_keep.n; i++)
		if (strlen(policy->env_keep.v[i]) == n &&
		    memcmp(policy->env_keep.v[i], name, n) == 0)
			return true;
	return false;
}

/* Sets NAME=VALUE, in the place of an earlier NAME. */
static void put(struct str_list *env, const char *pair)
{
	size_t n = strcspn(pair, "=") + 1;

	for (size_t i = 0; i < env->n; i++) {
		if (strncmp(env->v[i], pair, n) == 0) {
			env->v[i] = pair;
			return;
		}
	}
	pool_list_add(env, pair);
}

/* PATH without what does not exist inside, or would be somewhere else there. */
static const char *search_path(const struct host_view *view, const struct plan *plan)
{
	const char *path = "";

	for (size_t i = 0; i < view->path.n; i++)
		if (view_shows(plan, view->path.v[i]))
			path = pool_printf("%s%s%s", path, *path ? ":" : "", view->path.v[i]);
	return *path ? path : "/usr/local/bin:/usr/bin:/bin";
}

/* What holds inside, whatever the caller's environment says. */
static void put_agent(const struct host *host, const struct plan *plan, struct str_list *env)
{
	const struct host_view *view = &host->view;
	bool shell = view->shell && view_shows(plan, view->shell);

	put(env, pool_printf("PATH=%s", search_path(view, plan)));
	put(env, pool_printf("HOME=%s", plan->home ? plan->home : "/tmp"));
	put(env, pool_printf("USER=%s", view->user));
	put(env, pool_printf("LOGNAME=%s", view->user));
	put(env, pool_printf("SHELL=%s", shell ? view->shell : "/bin/sh"));
	put(env, pool_printf("XDG_RUNTIME_DIR=/run/user/%u", plan->id.inner_uid));
	put(env, "PINFOLD=1");
}

static int check_names(const struct policy *policy, struct err *e)
{
	for (size_t i = 0; i < policy->setenv.n; i++) {
		const char *pair = policy->setenv.v[i], *equals = strchr(pair, '=');

		if (equals && equals != pair)
			continue;
		err_where(e, "--setenv");
		err_remedy(e, "Write --setenv NAME=VALUE.");
		return fail(e, 0, "\"%s\" sets no variable", pair);
	}
	for (size_t i = 0; i < policy->env_keep.n; i++) {
		if (policy->env_keep.v[i][0] && !strchr(policy->env_keep.v[i], '='))
			continue;
		err_where(e, "--env-keep");
		err_remedy(e,
			   "Write the name of one variable; --setenv NAME=VALUE gives it a value.");
		return fail(e, 0, "\"%s\" is not a name", policy->env_keep.v[i]);
	}
	return 0;
}

static const char *const *finish(struct str_list *env)
{
	pool_list_add(env, NULL);
	return env->v;
}

int plan_make_env(const struct policy *policy, const struct host *host, struct plan *plan,
		  struct err *e)
{
	struct str_list some = {NULL, 0}, all = {NULL, 0};

	if (check_names(policy, e))
		return -1;
	for (const char *const *v = host->env; v && *v; v++) {
		size_t n = strcspn(*v, "=");

		pool_list_add(&all, *v);
		if ((*v)[n] == '=' && is_allowed(policy, plan, *v, n))
			pool_list_add(&some, *v);
	}
	/* Root's home is not the agent's: a program that took it for its own would only fail there.
	 */
	if (host->id.from_root)
		put(&some, "HOME=/tmp");
	if (plan->agent_view) {
		put_agent(host, plan, &some);
		put_agent(host, plan, &all);
	}
	if (policy->agent) {
		const char *dir = plan_has(plan, "mount") ? "/agent"
							  : plan->mounts[plan->mounts_n - 1].source;

		put(&some, pool_printf("AGENT_DIR=%s", dir));
		put(&all, pool_printf("AGENT_DIR=%s", dir));
	}
	for (size_t i = 0; i < policy->setenv.n; i++) {
		put(&some, policy->setenv.v[i]);
		put(&all, policy->setenv.v[i]);
	}
	plan->env = finish(&some);
	plan->env_all = finish(&all);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-places: where ~ and $NAME in a policy file lead.
 *
 * The caller's environment says it, as for every other program of the caller's (the XDG Base
 * Directory Specification); a value that is not an absolute plain path counts as none. Where it
 * names no home, passwd(5) does; who has none there either has one that does not exist, as Debian
 * writes it. The workspace is the current directory.
 */
#include "pinfold.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pool.h"

static const char *read_variable(const char *name)
{
	const char *value = getenv(name);

	return value && str_path_is_plain(value) && !str_has_control(value) ? value : NULL;
}

/* fgetpwent(3) and not getpwuid(3): that one loads modules, which a static program has none of. */
static const char *read_passwd(void)
{
	FILE *file = fopen("/etc/passwd", "re");
	const char *home = NULL;
	struct passwd *p;

	while (file && !home && (p = fgetpwent(file)))
		if (p->pw_uid == getuid() && str_path_is_plain(p->pw_dir) &&
		    !str_has_control(p->pw_dir))
			home = pool_copy(p->pw_dir);
	if (file)
		(void)fclose(file);
	return home ? home : "/nonexistent";
}

static const char *below(const char *dir, const char *name)
{
	return dir ? pool_printf("%s/%s", dir, name) : NULL;
}

void policy_read_places(struct policy_places *places)
{
	const char *home = read_variable("HOME");
	char *cwd = getcwd(NULL, 0);

	if (!home)
		home = read_passwd();
	*places = (struct policy_places){
		.home = home,
		/* getcwd(2) answers "(unreachable)..." for a directory outside our root. */
		.workspace = cwd && cwd[0] == '/' ? cwd : NULL,
		.config = read_variable("XDG_CONFIG_HOME"),
		.data = read_variable("XDG_DATA_HOME"),
		.state = read_variable("XDG_STATE_HOME"),
		.cache = read_variable("XDG_CACHE_HOME"),
		.runtime = read_variable("XDG_RUNTIME_DIR"),
	};
	if (!places->config)
		places->config = below(home, ".config");
	if (!places->data)
		places->data = below(home, ".local/share");
	if (!places->state)
		places->state = below(home, ".local/state");
	if (!places->cache)
		places->cache = below(home, ".cache");
	if (!places->runtime)
		places->runtime = pool_printf("/run/user/%u", getuid());
}

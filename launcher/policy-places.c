/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy-places: where ~ and $NAME in a policy file lead.
 *
 * The caller's environment says it, as for every other program of the caller's (the XDG Base
 * Directory Specification); a value that is not an absolute plain path counts as none. The
 * workspace is the current directory.
 */
#include "pinfold.h"

#include <stdlib.h>
#include <unistd.h>

#include "pool.h"

static const char *read_variable(const char *name)
{
	const char *value = getenv(name);

	return value && str_path_is_plain(value) && !str_has_control(value) ? value : NULL;
}

static const char *below(const char *dir, const char *name)
{
	return dir ? pool_printf("%s/%s", dir, name) : NULL;
}

void policy_read_places(struct policy_places *places)
{
	const char *home = read_variable("HOME");
	char *cwd = getcwd(NULL, 0);

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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys: every option and every key of a policy file, and nothing else: policy.h says what a row is.
 *
 * A row's opt is what `--help` prints; opt.help is also the description in the schema. The order is
 * that of the help text: what is asked most often first.
 */
#include "policy.h"

#include <string.h>

#include "pool.h"

#define AT(member) offsetof(struct policy, member)

/* The tightest first: by default what cannot be had is refused. */
static const char *const fallback_names[] = {"none", "landlock-only", NULL};
static const char *const terminal_words[] = {"pty", "inherit", NULL};
static const char *const filter_words[] = {"on", "off", NULL};
static const char *const show_words[] = {"hide", "show", NULL};
static const char *const home_names[] = {"none", "private", NULL};
static const char *const network_names[] = {"none", "share", NULL};
static const char *const view_names[] = {"bare", "agent", NULL};

static const char *const planted_words[] = {"fail", "warn", NULL};
static const char *const search_words[] = {"whole", "auto", "known", NULL};

const struct key keys[] = {
	{NULL, "description", OPT_STRING, AT(about), KEY_WORD, KEY_NEUTRAL, NULL, "TEXT",
	 "what the policy is for, in one line"},
	{"policy", NULL, OPT_LIST, AT(policies), KEY_WORD, KEY_NEUTRAL, NULL, "NAME|FILE",
	 "run by this policy; `pinfold policy list` has the names"},
	{NULL, "command", OPT_LIST, AT(usual), KEY_COMMAND, KEY_NEUTRAL, NULL, "WORD",
	 "the command to run where none is given"},
	{"profile", "profile", OPT_STRING, AT(profile), KEY_PROFILE, KEY_LAYERS, NULL, "NAME",
	 "none, ns_only, landlock, full or landlock-only; without --policy: bare"},
	{"view", "view", OPT_STRING, AT(view), KEY_WORD, KEY_ORDERED, view_names, "bare|agent",
	 "bare: /usr and little else; agent: what programs expect, too (default: bare)"},
	{"without", "without", OPT_LIST, AT(without), KEY_LAYER, KEY_LAYERS, NULL, "LAYER",
	 "leave a layer of the profile out"},
	{"with", "with", OPT_LIST, AT(with), KEY_LAYER, KEY_LAYERS, NULL, "LAYER",
	 "add a layer to the profile"},
	{"allow-degraded", "allow-degraded", OPT_LIST, AT(degraded), KEY_LAYER, KEY_GRANTS, NULL,
	 "LAYER", "go on without LAYER where this host cannot give it whole"},
	{"fallback", "fallback", OPT_STRING, AT(fallback), KEY_WORD, KEY_ORDERED, fallback_names,
	 "PROFILE", "landlock-only: use that profile where this host refuses the namespaces"},
	{"ro", "filesystem.ro", OPT_LIST, AT(ro), KEY_PATH, KEY_GRANTS, NULL, "PATH[:DEST]",
	 "show a file or directory, read-only"},
	{"rw", "filesystem.rw", OPT_LIST, AT(rw), KEY_PATH, KEY_GRANTS, NULL, "PATH[:DEST]",
	 "show a file or directory, writable"},
	{"optional", "filesystem.optional", OPT_LIST, AT(optional), KEY_PATH, KEY_NEUTRAL, NULL,
	 "PATH", "leave out what --ro or --rw names at or below PATH where it is missing"},
	{"home", "home", OPT_STRING, AT(home), KEY_HOME, KEY_ORDERED, home_names,
	 "none|private|NAME",
	 "private: an empty home inside, gone afterwards; NAME: one that is kept (view agent)"},
	{"workspace", "filesystem.workspace", OPT_STRING, AT(workspace), KEY_PATH, KEY_GRANTS, NULL,
	 "DIR", "show DIR writable at its own path, with the names that the host obeys kept"},
	{"command-dir", "filesystem.command-dir", OPT_STRING, AT(command_dir), KEY_WORD,
	 KEY_ORDERED, show_words, "hide|show",
	 "show the directory of the command itself, read-only (default: hide)"},
	{"deny", "filesystem.deny", OPT_LIST, AT(deny), KEY_PATTERN, KEY_DENIES, NULL,
	 "PATH|PATTERN", "neither read nor write it, wherever it is shown"},
	{"noexec", "filesystem.noexec", OPT_LIST, AT(noexec), KEY_PATH, KEY_DENIES, NULL, "PATH",
	 "execute no file there, nor map one as code"},
	{"protect", "filesystem.protect", OPT_LIST, AT(protect), KEY_PATTERN, KEY_DENIES, NULL,
	 "PATH|PATTERN", "keep it as it is, wherever it is shown"},
	{"unprotect", "filesystem.unprotect", OPT_LIST, AT(unprotect), KEY_WORD, KEY_GRANTS, NULL,
	 "NAME|GROUP", "let a name of the workspace change that is kept by default"},
	{"on-planted", "on-planted", OPT_STRING, AT(on_planted), KEY_WORD, KEY_ORDERED,
	 planted_words, "fail|warn",
	 "end with status 122 where kept names were planted (default), or not"},
	{"search", "search", OPT_STRING, AT(search), KEY_WORD, KEY_ORDERED, search_words,
	 "whole|auto|known", "where planted names are looked for at the end (default: auto)"},
	{"search-names", "search-names", OPT_UINT, AT(search_names), KEY_COUNT, KEY_NEUTRAL, NULL,
	 "NUMBER", "names that a search may look at (default: 500000)"},
	{"agent", NULL, OPT_STRING, AT(agent), KEY_PATH, KEY_GRANTS, NULL, "DIR",
	 "show DIR read-only at /agent, named in AGENT_DIR"},
	{"chdir", "chdir", OPT_STRING, AT(chdir), KEY_PATH, KEY_NEUTRAL, NULL, "DIR",
	 "start the command in DIR (a path inside)"},
	{"setenv", "environment.set", OPT_LIST, AT(setenv), KEY_VARIABLE, KEY_NEUTRAL, NULL,
	 "NAME=VALUE", "set an environment variable"},
	{"env-keep", "environment.keep", OPT_LIST, AT(env_keep), KEY_NAME, KEY_GRANTS, NULL, "NAME",
	 "keep a variable of the caller's environment"},
	{"hostname", "hostname", OPT_STRING, AT(hostname), KEY_WORD, KEY_NEUTRAL, NULL, "NAME",
	 "host name inside (default: pinfold)"},
	{"user", NULL, OPT_STRING, AT(user), KEY_WORD, KEY_NEUTRAL, NULL, "ID[:GROUP]",
	 "numeric ids to run as, where root starts us"},
	{"tcp", "tcp", OPT_LIST, AT(tcp), KEY_PORT, KEY_GRANTS, NULL, "PORT|own|any",
	 "let Landlock leave a TCP port open; own: all, where the layer net is; any: all"},
	{NULL, "network", OPT_STRING, AT(network), KEY_WORD, KEY_ORDERED, network_names,
	 "none|share", "share: the host's network as it is"},
	{"share-net", NULL, OPT_FLAG, AT(share_net), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "give the command the host's network as it is"},
	{"socket", "sockets", OPT_LIST, AT(sockets), KEY_PATH, KEY_GRANTS, NULL, "PATH[:DEST]",
	 "let it connect to one unix socket of the host"},
	{"seccomp-allow", "seccomp.allow", OPT_LIST, AT(seccomp_allow), KEY_GROUP, KEY_GRANTS, NULL,
	 "GROUP", "open a group of system calls again: ptrace (debuggers) or numa"},
	{"device", "devices", OPT_LIST, AT(devices), KEY_PATH, KEY_GRANTS, NULL, "PATH",
	 "let it use one device of the host"},
	{"gpu", "gpu", OPT_FLAG, AT(gpu), KEY_WORD, KEY_GRANTS, NULL, NULL,
	 "let it use the graphics processors that are there"},
	{"fd", NULL, OPT_LIST, AT(fds), KEY_WORD, KEY_GRANTS, NULL, "NUMBER",
	 "hand over an open descriptor as it is"},
	{"x11", NULL, OPT_FLAG, AT(x11), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "not offered: says what to do instead"},
	{"wayland", NULL, OPT_FLAG, AT(wayland), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "not offered: says what to do instead"},
	{"dbus", NULL, OPT_FLAG, AT(dbus), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "not offered: says what to do instead"},
	{"terminal", "terminal.mode", OPT_STRING, AT(terminal), KEY_WORD, KEY_ORDERED,
	 terminal_words, "pty|inherit",
	 "where the caller has a terminal: one of the command's own (default), or the same"},
	{"terminal-filter", "terminal.filter", OPT_STRING, AT(terminal_filter), KEY_WORD,
	 KEY_ORDERED, filter_words, "on|off",
	 "keep queries and clipboard writes from the caller's terminal (default: on)"},
	{"memory", "limits.memory", OPT_STRING, AT(limits.memory), KEY_BYTES, KEY_BOUNDS, NULL,
	 "SIZE", "bound the memory of all processes together"},
	{"pids", "limits.pids", OPT_STRING, AT(limits.pids), KEY_COUNT, KEY_BOUNDS, NULL, "N",
	 "bound the number of processes and threads"},
	{"cpu", "limits.cpu", OPT_STRING, AT(limits.cpu), KEY_CPUS, KEY_BOUNDS, NULL, "N",
	 "bound the processors in use at a time (2, 0.5)"},
	{"cpu-time", "limits.cpu-time", OPT_STRING, AT(limits.cpu_time), KEY_TIME, KEY_BOUNDS, NULL,
	 "TIME", "bound the processor time of all processes together"},
	{"wall", "limits.wall", OPT_STRING, AT(limits.wall), KEY_TIME, KEY_BOUNDS, NULL, "TIME",
	 "end the command after this time"},
	{"disk", "limits.disk", OPT_STRING, AT(limits.disk), KEY_BYTES, KEY_BOUNDS, NULL, "SIZE",
	 "bound what is written outside of what --rw shows"},
	{"files", "limits.files", OPT_STRING, AT(limits.files), KEY_COUNT, KEY_BOUNDS, NULL, "N",
	 "bound the open files of each process"},
	{"file-size", "limits.file-size", OPT_STRING, AT(limits.file_size), KEY_BYTES, KEY_BOUNDS,
	 NULL, "SIZE", "bound the size of each file that is written"},
	{"output", "limits.output", OPT_STRING, AT(limits.output), KEY_BYTES, KEY_BOUNDS, NULL,
	 "SIZE", "bound what the command writes on standard output and error"},
	{"best-effort-limits", "limits.best-effort", OPT_FLAG, AT(best_effort), KEY_WORD,
	 KEY_GRANTS, NULL, NULL, "take a limit that this host can only enforce in part"},
	{"name", NULL, OPT_STRING, AT(name), KEY_WORD, KEY_NEUTRAL, NULL, "NAME",
	 "make it a session: pinfold ps, stop, exec and attach know it by NAME"},
	{"detach", NULL, OPT_FLAG, AT(detach), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "return once the command runs, and go on in the background (takes --name)"},
	{"grace", NULL, OPT_STRING, AT(grace), KEY_TIME, KEY_NEUTRAL, NULL, "TIME",
	 "kill the command where it still runs this long after SIGTERM"},
	{"linger", NULL, OPT_FLAG, AT(linger), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "wait for all that the command has started, instead of ending it"},
	{"report", NULL, OPT_STRING, AT(report), KEY_WORD, KEY_NEUTRAL, NULL, "FILE|-|FD",
	 "write what was enforced, as JSON"},
	{"verbose", NULL, OPT_FLAG, AT(verbose), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "print each step and its time on standard error"},
	{"json", NULL, OPT_FLAG, AT(json), KEY_WORD, KEY_NEUTRAL, NULL, NULL,
	 "print the plan as JSON (pinfold plan)"},
	{"help", NULL, OPT_FLAG, AT(help), KEY_WORD, KEY_NEUTRAL, NULL, NULL, "print this help"},
	{NULL, NULL, OPT_FLAG, 0, KEY_WORD, KEY_NEUTRAL, NULL, NULL, NULL},
};

size_t keys_count(void)
{
	return ARRAY_SIZE(keys) - 1;
}

const struct key *keys_find(const char *path)
{
	for (const struct key *k = keys; k->help; k++)
		if (k->path && str_equal(k->path, path))
			return k;
	return NULL;
}

const char *policy_key_name(const struct key *key)
{
	return key->path ? key->path : pool_printf("--%s", key->option);
}

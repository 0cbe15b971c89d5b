/* SPDX-License-Identifier: Apache-2.0 */
/* argv -> policy: each option fills its own member and no other. (lib/opt.h is tested by itself.)
 */
#include "tap.h"

#include <stddef.h>

#include "plan/host.h"

static struct policy policy;
static struct err e;

#define AT(member) offsetof(struct policy, member)

static const struct {
	const char *name;
	size_t offset;
} strings[] =
	{
		{"profile", AT(profile)},
		{"fallback", AT(fallback)},
		{"agent", AT(agent)},
		{"chdir", AT(chdir)},
		{"hostname", AT(hostname)},
		{"user", AT(user)},
		{"report", AT(report)},
		{"grace", AT(grace)},
		{"name", AT(name)},
		{"memory", AT(limits.memory)},
		{"pids", AT(limits.pids)},
		{"cpu", AT(limits.cpu)},
		{"cpu-time", AT(limits.cpu_time)},
		{"wall", AT(limits.wall)},
		{"disk", AT(limits.disk)},
		{"files", AT(limits.files)},
		{"file-size", AT(limits.file_size)},
		{"output", AT(limits.output)},
		{"terminal", AT(terminal)},
		{"terminal-filter", AT(terminal_filter)},
		{"view", AT(view)},
		{"home", AT(home)},
		{"workspace", AT(workspace)},
		{"command-dir", AT(command_dir)},
		{"on-planted", AT(on_planted)},
		{"search", AT(search)},
},
  lists[] =
	  {
		  {"policy", AT(policies)},
		  {"with", AT(with)},
		  {"noexec", AT(noexec)},
		  {"seccomp-allow", AT(seccomp_allow)},
		  {"without", AT(without)},
		  {"allow-degraded", AT(degraded)},
		  {"ro", AT(ro)},
		  {"rw", AT(rw)},
		  {"deny", AT(deny)},
		  {"socket", AT(sockets)},
		  {"device", AT(devices)},
		  {"fd", AT(fds)},
		  {"protect", AT(protect)},
		  {"unprotect", AT(unprotect)},
		  {"optional", AT(optional)},
		  {"setenv", AT(setenv)},
		  {"tcp", AT(tcp)},
		  {"env-keep", AT(env_keep)},
},
  numbers[] = {{"search-names", AT(search_names)}},
  flags[] = {
	  {"detach", AT(detach)},
	  {"verbose", AT(verbose)},
	  {"linger", AT(linger)},
	  {"help", AT(help)},
	  {"json", AT(json)},
	  {"share-net", AT(share_net)},
	  {"gpu", AT(gpu)},
	  {"x11", AT(x11)},
	  {"wayland", AT(wayland)},
	  {"dbus", AT(dbus)},
	  {"best-effort-limits", AT(best_effort)},
};

/* Whatever was asked besides one member and the command is as if nothing had been. */
static bool alone(size_t offset, size_t size)
{
	static const struct policy nothing;
	struct policy rest = policy;

	memset((char *)&rest + offset, 0, size);
	rest.command = NULL;
	return memcmp(&rest, &nothing, sizeof(rest)) == 0;
}

static void test_options(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		const char *const *at = (const void *)((char *)&policy + strings[i].offset);

		ok(made_policy(pool_printf("--%s a --%s b cmd", strings[i].name, strings[i].name),
			       &policy, &e) == 0 &&
			   *at && str_equal(*at, "b"),
		   "--%s: the last one", strings[i].name);
		ok(alone(strings[i].offset, sizeof(*at)), "... and nothing else");
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const struct str_list *at = (const void *)((char *)&policy + lists[i].offset);

		ok(made_policy(pool_printf("--%s a --%s=b:c cmd", lists[i].name, lists[i].name),
			       &policy, &e) == 0 &&
			   at->n == 2 && str_equal(at->v[0], "a") && str_equal(at->v[1], "b:c"),
		   "--%s: each one", lists[i].name);
		ok(alone(lists[i].offset, sizeof(*at)), "... and nothing else");
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const uint32_t *at = (const void *)((char *)&policy + numbers[i].offset);

		ok(made_policy(pool_printf("--%s 7 cmd", numbers[i].name), &policy, &e) == 0 &&
			   *at == 7,
		   "--%s: a number", numbers[i].name);
		ok(alone(numbers[i].offset, sizeof(*at)), "... and nothing else");
	}
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		const bool *at = (const void *)((char *)&policy + flags[i].offset);

		ok(made_policy(pool_printf("--%s cmd", flags[i].name), &policy, &e) == 0 && *at,
		   "--%s: on", flags[i].name);
		ok(alone(flags[i].offset, sizeof(*at)), "... and nothing else");
	}
}

static void test_command(void)
{
	ok(made_policy("cmd --ro x", &policy, &e) == 0 && str_equal(policy.command[0], "cmd") &&
		   str_equal(policy.command[1], "--ro") && str_equal(policy.command[2], "x") &&
		   !policy.command[3],
	   "a command with options of its own");
	is_int(policy.ro.n, 0, "... which are not ours");
	ok(made_policy("--verbose -- --verbose", &policy, &e) == 0 &&
		   str_equal(policy.command[0], "--verbose") && !policy.command[1],
	   "a command that looks like an option, behind --");
	ok(made_policy("-- -- x", &policy, &e) == 0 && str_equal(policy.command[0], "--"),
	   "a command named --");
	is_int(made_policy("", &policy, &e), -1, "no command");
	ok(strstr(e.what, "no command") && strstr(e.remedy, "pinfold plan") && e.code == 0,
	   "... is said, with how to write one");
	is_int(made_policy("--ro x --", &policy, &e), -1, "none behind --");
	ok(made_policy("--help", &policy, &e) == 0 && policy.help && !policy.command,
	   "--help needs none");
	is_int(made_policy("--root x cmd", &policy, &e), -1, "an option that there is not");
	is_str(e.where, "--root", "... is named");
	is_int(made_policy("--r x cmd", &policy, &e), -1, "no abbreviation");
}

static void test_help(void)
{
	char *text = NULL;
	size_t size, rows = 0;
	FILE *file = open_memstream(&text, &size);

	cli_print_keys(file);
	(void)fclose(file);
	for (const char *s = text; (s = strstr(s, "\n")); s++)
		rows++;
	is_int(rows,
	       ARRAY_SIZE(strings) + ARRAY_SIZE(lists) + ARRAY_SIZE(numbers) + ARRAY_SIZE(flags),
	       "as many options as are tested here");
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		ok(strstr(text, pool_printf("  --%s ", strings[i].name)), "--%s in the help",
		   strings[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		ok(strstr(text, pool_printf("  --%s ", lists[i].name)), "--%s in the help",
		   lists[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		ok(strstr(text, pool_printf("  --%s ", flags[i].name)), "--%s in the help",
		   flags[i].name);
	free(text);
}

int main(void)
{
	test_options();
	test_command();
	test_help();
	return tap_done();
}

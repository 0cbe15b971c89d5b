/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's environment, with the layer env and without it. */
#include "tap.h"

#include "plan/host.h"

static struct plan plan;
static struct err e;

static const char *joined(const char *const *env)
{
	const char *text = "";

	for (; *env; env++)
		text = pool_printf("%s%s%s", text, *text ? "|" : "", *env);
	return text;
}

/* A plan of these words and an environment split at "|". */
static int make(const char *words, const char *caller, bool root)
{
	struct str_list env = {NULL, 0};
	struct host host = made_host();
	struct policy policy;
	char *rest = pool_copy(caller), *word;

	while (*caller && (word = strsep(&rest, "|")))
		pool_list_add(&env, word);
	pool_list_add(&env, NULL);
	host.env = env.v;
	if (root)
		host.id = (struct identity){.uid = UNPRIVILEGED,
					    .gid = UNPRIVILEGED,
					    .inner_uid = UNPRIVILEGED,
					    .inner_gid = UNPRIVILEGED,
					    .from_root = true};
	if (made_policy(pool_printf("%s true", words), &policy, &e))
		return -1;
	return plan_make(&policy, &host, &plan, &e);
}

static const struct {
	const char *words, *caller, *some, *all, *name;
} cases[] = {
	{"", "", "", "", "nothing of nothing"},
	{"", "PATH=/bin|HOME=/h|USER=u|LOGNAME=l|SHELL=/bin/sh|TERM=t|LANG=C|TZ=UTC",
	 "PATH=/bin|HOME=/h|USER=u|LOGNAME=l|SHELL=/bin/sh|TERM=t|LANG=C|TZ=UTC", NULL,
	 "what is on the list comes along"},
	{"", "LC_ALL=C|LC_X_Y=1|LC_=2", "LC_ALL=C|LC_X_Y=1|LC_=2", NULL, "every LC_ name does"},
	{"", "LC=1|LCX=1|XLC_ALL=1|lc_all=1|path=/x", "", NULL, "no other that looks like one"},
	{"", "PATHS=1|PAT=1|HOMES=1|XPATH=1|TZDIR=1|LANGUAGE=1|USERNAME=1", "", NULL,
	 "nor one that begins or ends like a name on the list"},
	{"", "API_TOKEN=s|AWS_SECRET_ACCESS_KEY=s|SSH_AUTH_SOCK=s|HTTP_PROXY=s|LD_PRELOAD=s", "",
	 NULL, "no secret, no socket, no preload"},
	{"", "PATH=|A=", "PATH=", NULL, "an empty value is a value"},
	{"", "PATH=a=b", "PATH=a=b", NULL, "a value may hold ="},
	{"", "PATH|=x|A=1", "", NULL, "what is no NAME=VALUE is not passed on"},
	{"", "PATH=1|PATH=2", "PATH=1|PATH=2", NULL, "what the caller has twice is the caller's"},
	{"--env-keep A", "A=1|AB=2|B=3", "A=1", NULL, "--env-keep is one name"},
	{"--env-keep A* --env-keep *", "A=1|AB=2|B=3|A*=4|*=5", "A*=4|*=5", NULL,
	 "... and no pattern"},
	{"--env-keep LC_* --env-keep A --env-keep B", "B=1|A=2", "B=1|A=2", NULL,
	 "... in the caller's order"},
	{"--env-keep ABSENT", "A=1", "", NULL, "... of what is there"},
	{"--setenv A=1", "", "A=1", "A=1", "--setenv sets"},
	{"--setenv A=", "A=1", "A=", "A=", "... nothing, too"},
	{"--setenv A=b=c", "", "A=b=c", "A=b=c", "... a value with ="},
	{"--setenv PATH=/x", "PATH=/bin|HOME=/h", "PATH=/x|HOME=/h", "PATH=/x|HOME=/h",
	 "... in the place of the caller's"},
	{"--setenv A=1 --setenv A=2", "", "A=2", "A=2", "... the last one counts"},
	{"--setenv API_TOKEN=mine", "API_TOKEN=theirs|B=1", "API_TOKEN=mine", "API_TOKEN=mine|B=1",
	 "... what is not on the list"},
	{"--setenv AB=1", "A=2|ABC=3", "AB=1", "A=2|ABC=3|AB=1",
	 "... and no longer or shorter name"},
	{"--agent tool", "A=1", "AGENT_DIR=/agent", "A=1|AGENT_DIR=/agent", "AGENT_DIR"},
	{"--agent tool", "AGENT_DIR=/theirs", "AGENT_DIR=/agent", "AGENT_DIR=/agent",
	 "... in the place of the caller's"},
	{"--agent tool --ro /srv/data --rw .:/work", "", "AGENT_DIR=/agent", "AGENT_DIR=/agent",
	 "... with other paths"},
	{"--agent tool --setenv AGENT_DIR=/x", "", "AGENT_DIR=/x", "AGENT_DIR=/x",
	 "... unless --setenv says otherwise"},
	{"--profile none --agent tool --ro /srv/data", "", "AGENT_DIR=/home/user/project/tool",
	 "AGENT_DIR=/home/user/project/tool",
	 "... is the host's directory without the layer mount"},
	{"", "AGENT_DIR=/theirs", "", NULL, "without --agent there is none"},
};

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *all = cases[i].all ? cases[i].all : cases[i].caller;

		ok(make(cases[i].words, cases[i].caller, false) == 0, "%s: a plan", cases[i].name);
		is_str(joined(plan.env), cases[i].some, "%s", cases[i].name);
		is_str(joined(plan.env_all), all, "... and all of it without the layer");
	}
}

static void test_root(void)
{
	ok(make("", "HOME=/root|PATH=/bin", true) == 0, "root started us");
	is_str(joined(plan.env), "HOME=/tmp|PATH=/bin", "root's home is not the agent's");
	is_str(joined(plan.env_all), "HOME=/root|PATH=/bin", "... unless all is asked for");
	ok(make("", "", true) == 0, "without a home");
	is_str(joined(plan.env), "HOME=/tmp", "... there is one");
	ok(make("--setenv HOME=/x", "HOME=/root", true) == 0, "with a home that is asked for");
	is_str(joined(plan.env), "HOME=/x", "... it is that");
	ok(make("--env-keep HOME", "HOME=/root", true) == 0, "with --env-keep HOME");
	is_str(joined(plan.env), "HOME=/tmp", "... it is still not root's");
}

static const char inside[] = "PATH=/usr/local/bin:/usr/bin:/bin|HOME=/home/user|USER=user|"
			     "LOGNAME=user|SHELL=/usr/bin/zsh|XDG_RUNTIME_DIR=/run/user/1000|"
			     "PINFOLD=1";

/* words, caller, what comes before the constant part, name */
static const char *const agent_cases[][4] = {
	{"", "", "", "what holds inside is set"},
	{"", "COLORTERM=truecolor|NO_COLOR=1|EDITOR=vi|VISUAL=vi|PAGER=less|LC_ALL=C|TZ=UTC",
	 "COLORTERM=truecolor|NO_COLOR=1|EDITOR=vi|VISUAL=vi|PAGER=less|LC_ALL=C|TZ=UTC|",
	 "what sets a terminal up comes along"},
	{"", "API_TOKEN=s|GITHUB_TOKEN=s|SSH_AUTH_SOCK=s|DBUS_SESSION_BUS_ADDRESS=s|DISPLAY=:0", "",
	 "no secret and no socket does"},
	{"", "LC_API_TOKEN=s|LC_MY_SECRET=s|LC_PASSWORD=s|LC_sshkey=s|LC_TIME=C", "LC_TIME=C|",
	 "nor a secret under a pattern's name"},
	{"--env-keep LC_API_TOKEN", "LC_API_TOKEN=s", "LC_API_TOKEN=s|", "... unless it is named"},
	{"", "GIT_AUTHOR_NAME=A|GIT_ASKPASS=x|GIT_CONFIG_COUNT=1", "GIT_AUTHOR_NAME=A|",
	 "who commits is known"},
	{"", "XDG_CONFIG_HOME=/x|XDG_STATE_HOME=/x|TMPDIR=/x|PWD=/x|OLDPWD=/x", "",
	 "no place of the host's"},
};

static void test_agent(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(agent_cases); i++) {
		const char *const *c = agent_cases[i];
		const char *words = pool_printf("--view agent --home private --rw . %s", c[0]);

		ok(make(words, c[1], false) == 0, "view agent: %s", c[3]);
		is_str(joined(plan.env), pool_printf("%s%s", c[2], inside), "... exactly");
	}
	ok(make("--view agent --home private", "PATH=/x|HOME=/h|USER=me|PINFOLD=2|A=1", false) == 0,
	   "a caller who has them");
	is_str(joined(plan.env_all),
	       "PATH=/usr/local/bin:/usr/bin:/bin|HOME=/home/user|USER=user|PINFOLD=1|A=1|"
	       "LOGNAME=user|SHELL=/usr/bin/zsh|XDG_RUNTIME_DIR=/run/user/1000",
	       "... gets them replaced, without the layer, too");
	ok(make("--view agent --home private --ro /home/user/.cargo/bin --setenv SHELL=/x", "",
		false) == 0,
	   "with a tool directory");
	ok(str_equal(plan.env[0], "PATH=/home/user/.cargo/bin:/usr/local/bin:/usr/bin:/bin"),
	   "... it stays in PATH, in its place");
	ok(make("--view agent", "", false) == 0, "without a home");
	ok(str_equal(plan.env[1], "HOME=/tmp"), "... HOME is /tmp");
}

static void test_refusals(void)
{
	static const char *const words[][2] = {
		{"--setenv A", "--setenv"},	  {"--setenv =", "--setenv"},
		{"--setenv =1", "--setenv"},	  {"--setenv=", "--setenv"},
		{"--env-keep A=1", "--env-keep"}, {"--env-keep =", "--env-keep"},
		{"--env-keep=", "--env-keep"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		is_int(make(words[i][0], "A=1", false), -1, "%s is refused", words[i][0]);
		ok(str_equal(e.where, words[i][1]) && e.what[0] && e.remedy[0],
		   "... by name, with the way on");
	}
}

int main(void)
{
	test_cases();
	test_root();
	test_agent();
	test_refusals();
	return tap_done();
}

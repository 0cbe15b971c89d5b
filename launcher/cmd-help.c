/* SPDX-License-Identifier: Apache-2.0 */
/* cmd-help: `pinfold help TOPIC`, from a table; and what this build is (`pinfold --version`). */
#include "pinfold.h"

#include <limits.h>
#include <unistd.h>

#ifdef __GLIBC__
#define LIBC "glibc"
#else
#define LIBC "musl"
#endif

static void print_layers(void)
{
	puts("A layer is one kernel primitive. Without it a command could\n");
	for (int i = 0; layers[i]; i++)
		printf("  %-9s %s\n", layers[i]->name, layers[i]->stops);
	puts("\n--without LAYER leaves one out, --with LAYER adds one; pinfold-layers(7).");
}

static void print_profiles(void)
{
	puts("A profile is a named set of layers:\n");
	for (const struct profile *p = profiles; p->name; p++)
		printf("  %-13s %s\n", p->name, p->summary);
	puts("\n--profile NAME chooses one; pinfold-layers(7).");
}

static void print_exit_codes(void)
{
	puts("pinfold run ends as the command does, or with\n\n"
	     "  122     the command planted names that the host obeys (--on-planted)\n"
	     "  125     pinfold itself failed, or refused: the command did not run\n"
	     "  126     the command was found and cannot be executed\n"
	     "  127     the command was not found\n"
	     "  128+n   signal n ended the command\n\n"
	     "pinfold-run(1).");
}

static void print_policy(void)
{
	puts("A policy is a file of JSON with comments; its keys are the options of run.\n\n"
	     "  pinfold policy list          those that there are\n"
	     "  pinfold run --policy NAME    run by one\n"
	     "  pinfold policy --help        to show, check and compare them");
}

/* For the path at which this very program lies. */
static void print_apparmor(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	printf("# For hosts with kernel.apparmor_restrict_unprivileged_userns=1. Install it by\n"
	       "#     pinfold help apparmor | sudo tee /etc/apparmor.d/pinfold &&\n"
	       "#     sudo apparmor_parser -r /etc/apparmor.d/pinfold\n"
	       "abi <abi/4.0>,\n"
	       "include <tunables/global>\n\n"
	       "profile pinfold \"%.*s\" flags=(unconfined) {\n"
	       "  userns,\n\n"
	       "  include if exists <local/pinfold>\n"
	       "}\n",
	       n > 0 ? (int)n : 16, n > 0 ? path : "/usr/bin/pinfold");
}

static const struct {
	const char *name, *what;
	void (*print)(void);
} topics[] = {
	{"layers", "what each layer stops", print_layers},
	{"profiles", "the named sets of layers", print_profiles},
	{"exit-codes", "what the exit status says", print_exit_codes},
	{"policy", "policy files", print_policy},
	{"apparmor", "the AppArmor profile for this program", print_apparmor},
};

static void print_topics(FILE *file)
{
	fputs("usage: pinfold help TOPIC\n\n", file);
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
		fprintf(file, "  %-11s %s\n", topics[i].name, topics[i].what);
	fputs("\nOf a command: pinfold COMMAND --help.\n", file);
}

int cmd_help(int argc, char **argv)
{
	struct err e = {0};

	if (argc < 2 || str_equal(argv[1], "--help")) {
		print_topics(stdout);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
		if (!str_equal(argv[1], topics[i].name))
			continue;
		topics[i].print();
		return 0;
	}
	err_where(&e, "help %s", argv[1]);
	err_remedy(&e, "`pinfold help` lists the topics; of a command: pinfold COMMAND --help.");
	(void)fail(&e, 0, "there is no such topic");
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

void help_print_version(void)
{
	struct filter_facts facts = seccomp_filter_facts(0);

	printf("pinfold " PINFOLD_VERSION "\n"
	       "  libc: " LIBC "\n"
	       "  filter: %s, %zu instructions, fnv1a64 %016llx\n"
	       "  policies: JSON by jansson\n",
	       facts.arch, facts.instructions, (unsigned long long)facts.hash);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: the table of subcommands.
 *
 * A word that is none of them runs the program pinfold-WORD that lies beside this one, as git does:
 * matrix, probe and bench judge the launcher and therefore are no part of it.
 */
#include "pinfold.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"run", cmd_run, "run a command in a sandbox"},
	{"ps", cmd_session, "list the sessions (run --name)"},
	{"stop", cmd_session, "end a session"},
	{"exec", cmd_session, "run a command more in a session"},
	{"attach", cmd_session, "put this terminal before a session's command"},
	{"plan", cmd_plan, "print what run would do, without doing it"},
	{"policy", cmd_policy, "show, check and compare policies"},
	{"protected", cmd_protected, "list the names that a workspace guards"},
	{"doctor", cmd_doctor, "say what this host offers, what it lacks, and what helps"},
	{"layers", cmd_layers, "list the layers, and try which of them this host gives"},
	{"completion", cmd_completion, "print a script that completes in bash, zsh or fish"},
	{"help", cmd_help, "explain a topic"},
};

static const struct {
	const char *name, *help;
} beside[] = {
	{"matrix", "measure which layer blocks which operation"},
	{"bench", "measure what each layer costs"},
	{"probe", "try forbidden operations from right here"},
};

static void print_help(FILE *file)
{
	fputs("usage: pinfold COMMAND [options] [ARG...]\n\n"
	      "Runs untrusted programs behind the kernel's own isolation, and proves what each "
	      "part of it\n"
	      "blocks. No root, no daemon, no helper program.\n\n",
	      file);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].help);
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++)
		fprintf(file, "  %-10s %s\n", beside[i].name, beside[i].help);
	fputs("\npinfold COMMAND --help says more; pinfold --version. Manual: pinfold(1).\n", file);
}

/* A set-user-ID program is obeyed by whoever starts it: nothing here was written for that. */
static int refuse_setuid(struct err *e)
{
	if (!getauxval(AT_SECURE) && getuid() == geteuid() && getgid() == getegid())
		return 0;
	err_remedy(e,
		   "Remove the set-user-ID bit and the file capabilities: pinfold needs neither.");
	return fail(e, 0, "started with more rights than its caller has; refused");
}

static int run_beside(char **argv, struct err *e)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	err_where(e, "%s", argv[0]);
	err_remedy(e, "`pinfold --help` lists the commands.");
	/* A name, not a path: "pinfold ../x" must not run something elsewhere. */
	if (strchr(argv[0], '/') || argv[0][0] == '-')
		return fail(e, 0, "there is no such command");
	if (n < 0)
		return fail(e, errno, "cannot tell where this program lies");
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)snprintf(slash, sizeof(path) - (size_t)(slash - path), "/pinfold-%s",
				       argv[0]) >= sizeof(path) - (size_t)(slash - path))
		return fail(e, ENAMETOOLONG, "pinfold-%s", argv[0]);
	(void)execv(path, argv);
	return fail(e, errno == ENOENT ? 0 : errno,
		    errno == ENOENT ? "there is no such command" : "cannot run it");
}

/* The exit status, or -1 with e. */
static int obey(int argc, char **argv, struct err *e)
{
	int status = 0;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_OURS;
	}
	if (str_equal(argv[1], "--help")) {
		print_help(stdout);
	} else if (str_equal(argv[1], "--version")) {
		help_print_version();
	} else {
		size_t i = 0;

		while (i < ARRAY_SIZE(commands) && !str_equal(argv[1], commands[i].name))
			i++;
		if (i == ARRAY_SIZE(commands))
			return run_beside(argv + 1, e);
		status = commands[i].run(argc - 1, argv + 1);
	}
	/* What was printed must have got there; a command's own output is not ours to judge. */
	if (status == 0 && (fflush(stdout) || ferror(stdout))) {
		err_remedy(e, "Make space there, or print it somewhere else.");
		return fail(e, errno, "print on standard output");
	}
	return status;
}

int main(int argc, char **argv)
{
	struct err e = {0};
	int status = -1;

	if (refuse_setuid(&e) == 0 && fd_fill_stdio(&e) == 0)
		status = obey(argc, argv, &e);
	if (status >= 0)
		return status;
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

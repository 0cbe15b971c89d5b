/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd-completion: `pinfold completion bash|zsh|fish`: a script for that shell, from the table of
 * keys.
 *
 * The options of the other commands are asked for when they are wanted (--help prints their
 * tables), so that programs beside this one are completed too.
 */
#include "pinfold.h"

#include "filter.h"
#include "pool.h"

static const char commands[] = "run plan ps stop exec attach policy protected doctor layers "
			       "completion help matrix bench probe";

/* The words that a key's value may be, with blanks between; "" where there is no such list. */
static const char *words_of(const struct key *k)
{
	const char *text = "";

	if (k->form == KEY_LAYER)
		for (int i = 0; layers[i]; i++)
			text = pool_printf("%s%s%s", text, *text ? " " : "", layers[i]->name);
	else if (k->form == KEY_PROFILE)
		for (const struct profile *p = profiles; p->name; p++)
			text = pool_printf("%s%s%s", text, *text ? " " : "", p->name);
	else if (k->form == KEY_GROUP)
		for (unsigned int i = 0; i < FILTER_ALLOWS; i++)
			text = pool_printf("%s%s%s", text, *text ? " " : "", filter_allows[i].name);
	else
		for (const char *const *w = k->words; w && *w; w++)
			text = pool_printf("%s%s%s", text, *text ? " " : "", *w);
	return text;
}

static bool takes_path(const struct key *k)
{
	return k->form == KEY_PATH || str_equal(k->option, "report") ||
	       str_equal(k->option, "policy");
}

static void print_bash(void)
{
	puts("# bash completion for pinfold; made by `pinfold completion bash`\n"
	     "_pinfold() {\n"
	     "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i\n"
	     "    COMPREPLY=()");
	printf("    if ((COMP_CWORD == 1)); then\n"
	       "        COMPREPLY=($(compgen -W \"%s --help --version\" -- \"$cur\"))\n"
	       "        return\n"
	       "    fi\n"
	       "    case ${COMP_WORDS[1]} in\n"
	       "    run | plan)\n"
	       "        case $prev in\n",
	       commands);
	for (const struct key *k = keys; k->help; k++) {
		const char *words = words_of(k);

		if (!k->option || !k->value)
			continue;
		if (*words)
			printf("        --%s) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return "
			       ";;\n",
			       k->option, words);
		else if (takes_path(k))
			printf("        --%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
			       k->option);
		else
			printf("        --%s) return ;;\n", k->option);
	}
	fputs("        esac\n"
	      "        case $cur in\n"
	      "        -*) COMPREPLY=($(compgen -W \"",
	      stdout);
	for (const struct key *k = keys; k->help; k++)
		if (k->option)
			printf("--%s ", k->option);
	puts("\" -- \"$cur\")) ;;\n"
	     "        *) COMPREPLY=($(compgen -c -f -- \"$cur\")) ;;\n"
	     "        esac ;;\n"
	     "    *)\n"
	     "        case $cur in\n"
	     "        -*) COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" \"${COMP_WORDS[1]}\" "
	     "--help "
	     "2>/dev/null |\n"
	     "            sed -n 's/^  \\(--[a-z-]*\\).*/\\1/p')\" -- \"$cur\")) ;;\n"
	     "        *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	     "        esac ;;\n"
	     "    esac\n"
	     "}\n"
	     "complete -o filenames -F _pinfold pinfold");
}

/* A help text without the characters that the shells' own lists give a meaning to. */
static const char *plain(const char *help)
{
	char *text = pool_copy(help);

	for (char *c = text; *c; c++)
		if (*c == '\'' || *c == '[' || *c == ']' || *c == ':' || *c == '`' || *c == '"' ||
		    *c == '$' || *c == '\\')
			*c = ' ';
	return text;
}

static void print_zsh(void)
{
	printf("#compdef pinfold\n"
	       "# made by `pinfold completion zsh`\n"
	       "_pinfold() {\n"
	       "    if ((CURRENT == 2)); then\n"
	       "        compadd -- %s --help --version\n"
	       "        return\n"
	       "    fi\n"
	       "    case $words[2] in\n"
	       "    run|plan)\n"
	       "        shift words; ((CURRENT--))\n"
	       "        _arguments -S",
	       commands);
	for (const struct key *k = keys; k->help; k++) {
		const char *words = words_of(k);

		if (!k->option)
			continue;
		printf(" \\\n            '*--%s%s[%s]", k->option, k->value ? "=" : "",
		       plain(k->help));
		if (k->value)
			printf(":%s:%s", plain(k->value),
			       *words	       ? pool_printf("(%s)", words)
			       : takes_path(k) ? "_files"
					       : " ");
		putchar('\'');
	}
	puts(" \\\n            '*::command:_normal' ;;\n"
	     "    *) _files ;;\n"
	     "    esac\n"
	     "}\n"
	     "_pinfold \"$@\"");
}

static void print_fish(void)
{
	printf("# fish completion for pinfold; made by `pinfold completion fish`\n"
	       "complete -c pinfold -n __fish_use_subcommand -f -a '%s'\n",
	       commands);
	for (const struct key *k = keys; k->help; k++) {
		const char *words = words_of(k);

		if (!k->option)
			continue;
		printf("complete -c pinfold -n '__fish_seen_subcommand_from run plan' -l %s -d "
		       "'%s'",
		       k->option, plain(k->help));
		if (*words)
			printf(" -x -a '%s'", words);
		else if (k->value)
			fputs(takes_path(k) ? " -r -F" : " -x", stdout);
		putchar('\n');
	}
}

int cmd_completion(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
	struct err e = {0};

	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(shells); i++) {
		if (!str_equal(argv[1], shells[i].name))
			continue;
		shells[i].print();
		return 0;
	}
	if (argc == 2 && str_equal(argv[1], "--help")) {
		puts("usage: pinfold completion bash|zsh|fish\n\n"
		     "Prints a script that completes pinfold's words in that shell.");
		return 0;
	}
	err_remedy(&e, "Write: pinfold completion bash, zsh or fish.");
	(void)fail(&e, 0, "which shell?");
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

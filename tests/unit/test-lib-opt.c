/* SPDX-License-Identifier: Apache-2.0 */
/* opt: every type, every form of a value, every refusal, and where reading stops. */
#include "tap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "opt.h"
#include "pool.h"

struct noun {
	bool flag;
	const char *text;
	struct str_list list;
	uint32_t number;
};

static const struct opt opts[] = {
	{"flag", OPT_FLAG, offsetof(struct noun, flag), NULL, "a flag"},
	{"text", OPT_STRING, offsetof(struct noun, text), "TEXT", "a string"},
	{"list", OPT_LIST, offsetof(struct noun, list), "WORD", "a list"},
	{"number-of-things", OPT_UINT, offsetof(struct noun, number), "N", "a number"},
	OPT_END,
};

static struct noun noun;
static struct err e;

/* Parses words that are split at "|": values may then hold blanks. */
static int parse(const char *line)
{
	struct str_list words = {NULL, 0};
	char *rest = pool_copy(line), *word;

	pool_list_add(&words, "prog");
	while (*line && (word = strsep(&rest, "|")))
		pool_list_add(&words, word);
	pool_list_add(&words, NULL);
	memset(&noun, 0, sizeof(noun));
	memset(&e, 0, sizeof(e));
	return opt_parse(opts, (int)words.n - 1, (char *const *)(uintptr_t)words.v, &noun, &e);
}

static void test_types(void)
{
	is_int(parse(""), 1, "no word");
	ok(!noun.flag && !noun.text && !noun.list.n && !noun.number, "... changes nothing");
	ok(parse("--flag") == 2 && noun.flag, "a flag");
	ok(parse("--flag|--flag") == 3 && noun.flag, "... twice");
	ok(parse("--text|a b") == 3 && str_equal(noun.text, "a b"), "a string");
	ok(parse("--text=a=b") == 2 && str_equal(noun.text, "a=b"),
	   "... behind =, which it may hold");
	ok(parse("--text=a|--text|b") == 4 && str_equal(noun.text, "b"), "... the last one wins");
	ok(parse("--text=") == 2 && str_equal(noun.text, ""), "... empty");
	ok(parse("--text|") == 3 && str_equal(noun.text, ""), "... empty, as a word");
	ok(parse("--text|--flag") == 3 && str_equal(noun.text, "--flag") && !noun.flag,
	   "... that looks like an option");
	ok(parse("--text|--") == 3 && str_equal(noun.text, "--"), "... or like the end of them");
	ok(parse("--list=a|--list|b|--list=c") == 5 && noun.list.n == 3, "a list of three");
	ok(str_equal(noun.list.v[0], "a") && str_equal(noun.list.v[1], "b") &&
		   str_equal(noun.list.v[2], "c"),
	   "... in order");
	ok(parse("--number-of-things|0") == 3 && noun.number == 0, "a number: 0");
	ok(parse("--number-of-things=4294967295") == 2 && noun.number == UINT32_MAX,
	   "... the most");
	ok(parse("--text|\xc3\xa4\xff") == 3, "bytes above 0x7f are taken");
}

static const struct {
	const char *line, *where, *what;
} refused[] = {
	{"--unknown", "--unknown", "no such option"},
	{"--unknown=x", "--unknown=x", "no such option"},
	{"--fla", "--fla", "no such option"}, /* no abbreviations: what they mean changes */
	{"--flags", "--flags", "no such option"},
	{"--=x", "--=x", "no such option"},
	{"--FLAG", "--FLAG", "no such option"},
	{"-f", "-f", "no such option"},
	{"-flag", "-flag", "no such option"},
	{"---flag", "---flag", "no such option"},
	{"--flag=", "--flag", "takes no value"},
	{"--flag=yes", "--flag", "takes no value"},
	{"--text", "--text", "value is missing"},
	{"--flag|--list", "--list", "value is missing"},
	{"--number-of-things", "--number-of-things", "value is missing"},
	{"--number-of-things=", "--number-of-things", "not a number"},
	{"--number-of-things=-1", "--number-of-things", "not a number"},
	{"--number-of-things=4294967296", "--number-of-things", "not a number"},
	{"--number-of-things|1s", "--number-of-things", "not a number"},
	{"--text=a\nb", "--text", "control byte"},
	{"--list|\033[2J", "--list", "control byte"},
	{"--text|\177", "--text", "control byte"},
	{"--number-of-things|1\n", "--number-of-things", "control byte"},
};

static void test_refusals(void)
{
	char name[128];

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		str_escape(name, sizeof(name), refused[i].line);
		is_int(parse(refused[i].line), -1, "%s is refused", name);
		is_str(e.where, refused[i].where, "... by its name");
		ok(strstr(e.what, refused[i].what) && e.remedy[0],
		   "... saying \"%s\", and the way on", refused[i].what);
		ok(!noun.text && !noun.list.n && !noun.number, "... and nothing is stored");
	}
}

static void test_stop(void)
{
	is_int(parse("cmd|--flag"), 1, "the first word that is no option ends the reading");
	ok(!noun.flag, "... what follows is not ours");
	is_int(parse("--flag|cmd|--unknown"), 2, "... also behind an option");
	is_int(parse("--flag|--|--unknown"), 3, "-- ends it, and is passed over");
	is_int(parse("--"), 2, "-- alone");
	is_int(parse("--|--"), 2, "only the first -- is ours");
	is_int(parse("-|--flag"), 1, "- is a word");
	is_int(parse("|--flag"), 1, "an empty word is a word");
}

static void test_help(void)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	opt_print_help(file, opts);
	(void)fclose(file);
	is_str(text,
	       "  --flag                      a flag\n"
	       "  --text TEXT                 a string\n"
	       "  --list WORD                 a list\n"
	       "  --number-of-things N        a number\n",
	       "help is one aligned line a row");
	free(text);
}

int main(void)
{
	test_types();
	test_refusals();
	test_stop();
	test_help();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* opt: see opt.h. Pure but for the pool: reads argv, fills a noun. */
#include "opt.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "pool.h"

static const struct opt *find(const struct opt *opts, const char *name, size_t n)
{
	for (; opts->name; opts++)
		if (strlen(opts->name) == n && memcmp(opts->name, name, n) == 0)
			return opts;
	return NULL;
}

static int store(const struct opt *o, const char *value, void *noun, struct err *e)
{
	char *member = (char *)noun + o->offset;

	if (value && str_has_control(value)) {
		err_where(e, "--%s", o->name);
		err_remedy(e, "Rename what is meant: names with control bytes are not taken.");
		return fail(e, 0, "the value \"%s\" holds a new line or another control byte",
			    value);
	}
	switch (o->type) {
	case OPT_FLAG:
		*(bool *)(void *)member = true;
		return 0;
	case OPT_WORD:
		*(const char **)(void *)member = o->value;
		return 0;
	case OPT_STRING:
		*(const char **)(void *)member = value;
		return 0;
	case OPT_LIST:
		pool_list_add((struct str_list *)(void *)member, value);
		return 0;
	case OPT_UINT:
		if (str_read_u32(value, UINT32_MAX, (uint32_t *)(void *)member) == 0)
			return 0;
		err_where(e, "--%s", o->name);
		err_remedy(e, "Write a whole decimal number.");
		return fail(e, 0, "\"%s\" is not a number", value);
	}
	return 0;
}

static bool takes_value(const struct opt *o)
{
	return o->value && o->type != OPT_WORD;
}

static int unknown(const char *word, struct err *e)
{
	err_where(e, "%s", word);
	err_remedy(e, "See --help for the options; put -- before a command whose name begins "
		      "with a dash.");
	return fail(e, 0, "there is no such option");
}

int opt_parse(const struct opt *opts, int argc, char *const *argv, void *noun, struct err *e)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1]) {
		const char *word = argv[i] + 2, *equals = strchr(word, '='), *value = NULL;
		const struct opt *o;

		if (str_equal(argv[i], "--"))
			return i + 1;
		if (argv[i][1] != '-')
			return unknown(argv[i], e);
		o = find(opts, word, equals ? (size_t)(equals - word) : strlen(word));
		if (!o)
			return unknown(argv[i], e);
		i++;
		if (!takes_value(o) && equals) {
			err_where(e, "--%s", o->name);
			err_remedy(e, "Write --%s alone.", o->name);
			return fail(e, 0, "the option takes no value");
		}
		if (takes_value(o))
			value = equals ? equals + 1 : i < argc ? argv[i++] : NULL;
		if (takes_value(o) && !value) {
			err_where(e, "--%s", o->name);
			err_remedy(e, "Write --%s %s.", o->name, o->value);
			return fail(e, 0, "a value is missing");
		}
		if (store(o, value, noun, e))
			return -1;
	}
	return i;
}

void opt_print_help(FILE *file, const struct opt *opts)
{
	for (; opts->name; opts++) {
		int n = fprintf(file, "  --%s%s%s", opts->name, takes_value(opts) ? " " : "",
				takes_value(opts) ? opts->value : "");

		fprintf(file, "%*s%s\n", n < 30 ? 30 - n : 1, "", opts->help);
	}
}

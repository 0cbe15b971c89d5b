/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkfilter: prints filters as a C header, when the launcher is built.
 *
 *     mkfilter x86_64            the filter, those with groups opened again, and a table of all
 *
 *     mkfilter sockets-x86_64    the four of the layer sockets, and a table of them
 *
 *     mkfilter setid-x86_64      that of the layer setid
 *
 *     mkfilter --rows            the table, with tabs: name, x86_64, aarch64, rule, group, why
 *
 * Runs on the machine that builds, for either architecture: nothing here depends on its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "filter.h"
#include "str.h"

static void print_insns(const char *name, const struct filter *filter)
{
	printf("static const struct sock_filter %s[] = {\n", name);
	for (size_t i = 0; i < filter->n; i++) {
		const struct sock_filter *f = &filter->insns[i];

		printf("\t{0x%02x, %u, %u, 0x%08x}, /* %zu */\n", f->code, f->jt, f->jf, f->k, i);
	}
	printf("};\n");
}

/* NAME_0, NAME_1 ... and a table of them: NAME[]. */
static void print_filters(const char *name, const struct filter *filters, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		char one[40];

		(void)snprintf(one, sizeof(one), "%s_%u", name, i);
		print_insns(one, &filters[i]);
	}
	printf("static const struct %s {\n"
	       "\tconst struct sock_filter *insns;\n"
	       "\tunsigned short n;\n"
	       "\tunsigned long long hash;\n"
	       "} %s[] = {\n",
	       name, name);
	for (unsigned int i = 0; i < n; i++)
		printf("\t{%s_%u, %zu, 0x%016" PRIx64 "ull},\n", name, i, filters[i].n,
		       filter_hash(filters[i].insns, filters[i].n));
	printf("};\n");
}

static int print_calls(enum filter_arch arch, struct err *e)
{
	static struct filter filters[FILTER_SETS];

	for (unsigned int set = 0; set < FILTER_SETS; set++)
		if (filter_make_allowed(arch, set, &filters[set], e))
			return -1;
	printf("/* Made by mkfilter from launcher/table/; do not edit. */\n"
	       "#define FILTER_ARCH \"%s\"\n",
	       filter_arch_name(arch));
	for (unsigned int i = 0; i < FILTER_ALLOWS; i++)
		printf("#define FILTER_ALLOW_%s %u\n", filter_allows[i].name, 1u << i);
	print_filters("filter_calls", filters, FILTER_SETS);
	return 0;
}

static int print_sockets(enum filter_arch arch, struct err *e)
{
	static struct filter filters[FILTER_SOCKETS];

	for (unsigned int kind = 0; kind < FILTER_SOCKETS; kind++)
		if (filter_make_sockets(arch, kind, &filters[kind], e))
			return -1;
	printf("/* Made by mkfilter from launcher/table/; do not edit. */\n");
	print_filters("filter_sockets", filters, FILTER_SOCKETS);
	return 0;
}

static int print_setid(enum filter_arch arch, struct err *e)
{
	struct filter filter;

	if (filter_make_setid(arch, &filter, e))
		return -1;
	printf("/* Made by mkfilter from launcher/table/; do not edit. */\n");
	print_insns("filter_setid_insns", &filter);
	return 0;
}

static const struct {
	const char *prefix;
	int (*print)(enum filter_arch arch, struct err *e);
} headers[] = {{"", print_calls}, {"sockets-", print_sockets}, {"setid-", print_setid}};

static void print_rows(void)
{
	printf("name\tx86_64\taarch64\trule\tgroup\twhy\n");
	for (size_t i = 0; i < filter_rows_n; i++) {
		const struct filter_row *r = &filter_rows[i];

		printf("%s\t%d\t%d\t%s\t%s\t%s\n", r->name, r->nr[FILTER_X86_64],
		       r->nr[FILTER_AARCH64], r->rule->name, r->group, r->why);
	}
}

int main(int argc, char **argv)
{
	const char *word = argc == 2 ? argv[1] : "";
	struct err e = {0};

	if (str_equal(word, "--rows")) {
		print_rows();
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(headers) * FILTER_ARCHES; i++) {
		enum filter_arch arch = i % FILTER_ARCHES;
		const char *prefix = headers[i / FILTER_ARCHES].prefix;

		if (!str_starts(word, prefix) ||
		    !str_equal(word + strlen(prefix), filter_arch_name(arch)))
			continue;
		if (headers[i / FILTER_ARCHES].print(arch, &e)) {
			err_print(&e, "mkfilter");
			return EXIT_OURS;
		}
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	fprintf(stderr, "usage: mkfilter [sockets-|setid-]x86_64|aarch64, or mkfilter --rows\n");
	return EXIT_OURS;
}

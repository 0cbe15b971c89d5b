/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkfilter: prints filters as a C header, when the launcher is built.
 *
 *     mkfilter x86_64            static const struct sock_filter filter_insns[] = { ... };
 *     mkfilter sockets-x86_64    the four of the layer sockets, and a table of them
 *     mkfilter setid-x86_64      that of the layer setid
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

static int print_calls(enum filter_arch arch, struct err *e)
{
	struct filter filter;

	if (filter_make(arch, filter_rows, filter_rows_n, &filter, e))
		return -1;
	printf("/* Made by mkfilter from launcher/table/; do not edit. */\n"
	       "#define FILTER_ARCH \"%s\"\n"
	       "#define FILTER_HASH 0x%016" PRIx64 "ull\n",
	       filter_arch_name(arch), filter_hash(filter.insns, filter.n));
	print_insns("filter_insns", &filter);
	return 0;
}

static int print_sockets(enum filter_arch arch, struct err *e)
{
	struct filter filters[FILTER_SOCKETS];

	printf("/* Made by mkfilter from launcher/table/; do not edit. */\n");
	for (unsigned int kind = 0; kind < FILTER_SOCKETS; kind++) {
		char name[40];

		if (filter_make_sockets(arch, kind, &filters[kind], e))
			return -1;
		(void)snprintf(name, sizeof(name), "filter_sockets_%u", kind);
		print_insns(name, &filters[kind]);
	}
	printf("static const struct filter_sockets {\n"
	       "\tconst struct sock_filter *insns;\n"
	       "\tunsigned short n;\n"
	       "\tunsigned long long hash;\n"
	       "} filter_sockets[] = {\n");
	for (unsigned int kind = 0; kind < FILTER_SOCKETS; kind++)
		printf("\t{filter_sockets_%u, %zu, 0x%016" PRIx64 "ull},\n", kind, filters[kind].n,
		       filter_hash(filters[kind].insns, filters[kind].n));
	printf("};\n");
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

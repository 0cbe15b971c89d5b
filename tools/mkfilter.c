/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkfilter: prints a filter as a C header, when the launcher is built.
 *
 *     mkfilter x86_64      static const struct sock_filter filter_insns[] = { ... };
 *     mkfilter --rows      the table, with tabs: name, x86_64, aarch64, rule, group, why
 *
 * Runs on the machine that builds, for either architecture: nothing here depends on its own.
 */
#include <inttypes.h>
#include <stdio.h>

#include "err.h"
#include "filter.h"
#include "str.h"

static void print_header(enum filter_arch arch, const struct filter *filter)
{
	printf("/* Made by mkfilter from launcher/table/; do not edit. */\n"
	       "#define FILTER_ARCH \"%s\"\n"
	       "#define FILTER_HASH 0x%016" PRIx64 "ull\n"
	       "static const struct sock_filter filter_insns[] = {\n",
	       filter_arch_name(arch), filter_hash(filter->insns, filter->n));
	for (size_t i = 0; i < filter->n; i++) {
		const struct sock_filter *f = &filter->insns[i];

		printf("\t{0x%02x, %u, %u, 0x%08x}, /* %zu */\n", f->code, f->jt, f->jf, f->k, i);
	}
	printf("};\n");
}

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
	struct filter filter;
	struct err e = {0};

	if (argc == 2 && str_equal(argv[1], "--rows")) {
		print_rows();
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	for (int a = 0; argc == 2 && a < FILTER_ARCHES; a++) {
		if (!str_equal(argv[1], filter_arch_name(a)))
			continue;
		if (filter_make(a, filter_rows, filter_rows_n, &filter, &e)) {
			err_print(&e, "mkfilter");
			return EXIT_OURS;
		}
		print_header(a, &filter);
		return fflush(stdout) ? EXIT_OURS : 0;
	}
	fprintf(stderr, "usage: mkfilter x86_64|aarch64|--rows\n");
	return EXIT_OURS;
}

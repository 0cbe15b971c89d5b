/* SPDX-License-Identifier: Apache-2.0 */
/* compare: runs a filter and the model on the same inputs and counts where they differ. */
#ifndef PINFOLD_TESTS_COMPARE_H
#define PINFOLD_TESTS_COMPARE_H

#include <stdio.h>

#include "bpf.h"
#include "corpus.h"
#include "model.h"
#include "tap.h"

struct compare {
	enum filter_arch arch;
	const struct filter_row *rows;
	size_t rows_n;
	const struct filter *filter;
	size_t compared, different;
	unsigned int max_insns, max_jumps; /* of one run */
	bool quiet;
};

static inline void compare_print(const struct compare *c, const struct seccomp_data *d,
				 const struct bpf_result *r, uint32_t want)
{
	if (c->quiet || c->different > 5)
		return;
	printf("#   %s: arch %#x nr %u (%#x) args %#llx %#llx %#llx: filter %#x (%s), model %#x\n",
	       filter_arch_name(c->arch), d->arch, (unsigned int)d->nr, (unsigned int)d->nr,
	       (unsigned long long)d->args[0], (unsigned long long)d->args[1],
	       (unsigned long long)d->args[2], r->value, r->error ? r->error : "ran", want);
}

/* A corpus_visit. */
static inline void compare_visit(const struct seccomp_data *data, void *context)
{
	struct compare *c = context;
	struct bpf_result r = bpf_run(c->filter->insns, c->filter->n, data);
	uint32_t want = model_run(c->arch, c->rows, c->rows_n, data);

	c->compared++;
	if (r.insns > c->max_insns)
		c->max_insns = r.insns;
	if (r.jumps > c->max_jumps)
		c->max_jumps = r.jumps;
	if (!r.error && r.value == want)
		return;
	c->different++;
	compare_print(c, data, &r, want);
}

/* The filter of the table itself; ends the test where there is none. */
static inline struct compare compare_begin(enum filter_arch arch)
{
	static struct filter filters[FILTER_ARCHES];
	struct err e = {0};

	if (!ok(filter_make(arch, filter_rows, filter_rows_n, &filters[arch], &e) == 0,
		"%s: the table compiles %s", filter_arch_name(arch), e.what))
		_exit(tap_done());
	return (struct compare){.arch = arch,
				.rows = filter_rows,
				.rows_n = filter_rows_n,
				.filter = &filters[arch]};
}

#endif

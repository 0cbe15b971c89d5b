/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Would the comparison see a wrong filter? Every instruction is changed in every way that a
 * compiler's mistake could, and each of these filters has to differ from the model somewhere.
 *
 * A change that means the same is no mistake, and only those may survive. Looked at one by one, all
 * of today's are: a jump past a second load of an argument that is loaded already (the socket
 * family, the request of ioctl, the command of fcntl), a comparison of the family with >= where the
 * larger ones are refused before, and >= 0xffffffff.
 */
#include "filter/compare.h"

enum { WAYS = 7, SAME_BOUND = 15 };

struct mutant {
	struct compare compare;
	struct filter filter;
};

/* Returns false where this way does not apply to the instruction. */
static bool change(struct sock_filter *f, unsigned int way)
{
	bool jump = BPF_CLASS(f->code) == BPF_JMP && BPF_OP(f->code) != BPF_JA;
	uint8_t jt = f->jt;

	switch (way) {
	case 0:
		f->k ^= 1;
		return true;
	case 1:
		f->k += 4;
		return true;
	case 2:
		f->jt = f->jf;
		f->jf = jt;
		return jump && f->jt != f->jf;
	case 3:
		f->jt = f->jf;
		return jump && f->jt != jt;
	case 4:
		f->jt++;
		return jump;
	case 5:
		f->jf++;
		return jump;
	default: /* == to >=, >= to >, & to == */
		f->code = BPF_JMP | BPF_K |
			  (BPF_OP(f->code) == BPF_JEQ	? BPF_JGE
			   : BPF_OP(f->code) == BPF_JGE ? BPF_JGT
							: BPF_JEQ);
		return jump;
	}
}

/* Where the filter can differ: every number once, and the narrow boundaries of every rule. */
static bool is_seen(struct mutant *m)
{
	struct compare *c = &m->compare;

	c->different = 0;
	corpus_numbers(filter_arch_audit(c->arch), 200, compare_visit, c);
	if (c->different)
		return true;
	corpus_trips(filter_arch_audit(c->arch), compare_visit, c);
	for (size_t i = 0; i < ARRAY_SIZE(corpus_arches) && !c->different; i++)
		corpus_numbers(corpus_arches[i], 0, compare_visit, c);
	for (size_t i = 0; i < filter_rows_n && !c->different; i++) {
		const struct filter_rule *rule = filter_rows[i].rule;

		/* One test: its wide boundaries; several: their narrow ones, combined. */
		if (filter_rows[i].nr[c->arch] >= 0 && rule->steps[0].tests[0].mask)
			corpus_row(c->arch, &filter_rows[i], !rule->steps[2].tests[0].mask,
				   compare_visit, c);
	}
	return c->different != 0;
}

static void test_mutants(enum filter_arch arch)
{
	static struct mutant m;
	size_t tried = 0, same = 0;

	m.compare = compare_begin(arch);
	m.filter = *m.compare.filter;
	m.compare.filter = &m.filter;
	m.compare.quiet = true;
	for (size_t i = 0; i < m.filter.n; i++) {
		for (unsigned int way = 0; way < WAYS; way++) {
			struct sock_filter good = m.filter.insns[i];

			if (!change(&m.filter.insns[i], way)) {
				m.filter.insns[i] = good;
				continue;
			}
			tried++;
			if (!is_seen(&m)) {
				same++;
				printf("# %s: way %u at %zu is not seen: %#x %u %u %#x\n",
				       filter_arch_name(arch), way, i, good.code, good.jt, good.jf,
				       good.k);
			}
			m.filter.insns[i] = good;
		}
	}
	ok(tried > 500, "%s: %zu wrong filters", filter_arch_name(arch), tried);
	ok(same <= SAME_BOUND, "%s: all are seen but %zu, at most %d", filter_arch_name(arch), same,
	   SAME_BOUND);
}

int main(void)
{
	for (int a = 0; a < FILTER_ARCHES; a++)
		test_mutants(a);
	return tap_done();
}

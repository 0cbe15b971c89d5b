/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters with groups opened again: each in the interpreter against the model of its rows, and
 * against what is written here, whatever allow.def says; nothing else differs from the filter.
 */
#include "filter/compare.h"

static struct filter filters[FILTER_ARCHES][FILTER_SETS];
static struct filter_row rows[FILTER_SETS][FILTER_NR_MAX];

/* The groups by their names, and all that each may open. */
static const struct {
	const char *group, *calls[5];
} groups[] = {
	{"ptrace", {"ptrace", "process_vm_readv", "process_vm_writev", "kcmp", NULL}},
	{"numa", {"mbind", "set_mempolicy", "get_mempolicy", "set_mempolicy_home_node", NULL}},
};

static bool opens(unsigned int set, const char *call)
{
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++)
		for (size_t i = 0; (set >> g & 1) && groups[g].calls[i]; i++)
			if (str_equal(groups[g].calls[i], call))
				return true;
	return false;
}

static void compare_all(struct compare *c)
{
	corpus_numbers(filter_arch_audit(c->arch), 500, compare_visit, c);
	for (size_t i = 0; i < ARRAY_SIZE(corpus_arches); i++)
		corpus_numbers(corpus_arches[i], 0, compare_visit, c);
	for (size_t i = 0; i < c->rows_n; i++)
		if (c->rows[i].nr[c->arch] >= 0)
			corpus_row(c->arch, &c->rows[i], false, compare_visit, c);
}

/* What of a row's inputs another filter answers otherwise. */
struct beside {
	const struct filter *first, *other;
	size_t different, allowed, n;
};

static void beside_visit(const struct seccomp_data *data, void *context)
{
	struct beside *b = context;
	uint32_t first = bpf_run(b->first->insns, b->first->n, data).value;
	uint32_t other = bpf_run(b->other->insns, b->other->n, data).value;

	b->n++;
	b->different += first != other;
	b->allowed += other == model_value(FILTER_ALLOW);
}

/* By name: the calls of the groups pass, whatever they ask for; the answer to any other is kept. */
static void test_calls(enum filter_arch arch, unsigned int set)
{
	size_t wrong = 0, opened = 0, want = 0;

	for (size_t i = 0; i < filter_rows_n; i++) {
		struct beside b = {&filters[arch][0], &filters[arch][set], 0, 0, 0};
		bool open = opens(set, filter_rows[i].name);

		if (filter_rows[i].nr[arch] < 0)
			continue;
		corpus_row(arch, &filter_rows[i], false, beside_visit, &b);
		opened += open;
		wrong += open ? b.allowed != b.n || b.different != b.n : b.different != 0;
	}
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++)
		want += set >> g & 1 ? 4 : 0;
	is_int(wrong, 0, "%s, set %u: its calls pass, and no other changes", filter_arch_name(arch),
	       set);
	is_int(opened, want, "%s, set %u: all of them are there", filter_arch_name(arch), set);
}

static void test_set(enum filter_arch arch, unsigned int set)
{
	struct err e = {0};
	struct compare c = {.arch = arch,
			    .rows = rows[set],
			    .rows_n = filter_rows_n,
			    .filter = &filters[arch][set]};

	if (!ok(filter_make_allowed_rows(set, rows[set], &e) == 0 &&
			filter_make_allowed(arch, set, &filters[arch][set], &e) == 0,
		"%s, set %u compiles %s", filter_arch_name(arch), set, e.what))
		return;
	compare_all(&c);
	is_int(c.different, 0, "%s, set %u: %zu inputs as the model says", filter_arch_name(arch),
	       set, c.compared);
	test_calls(arch, set);
	/* The filter of any other set would have been found out. */
	c.quiet = true;
	for (unsigned int other = 0; other < set; other++) {
		c.filter = &filters[arch][other];
		c.different = 0;
		compare_all(&c);
		ok(c.different > 0, "%s: set %u is not set %u", filter_arch_name(arch), other, set);
	}
}

int main(void)
{
	static struct filter none;
	struct err e = {0};

	is_int(FILTER_ALLOWS, ARRAY_SIZE(groups), "as many groups as are known here");
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++)
		is_str(filter_allows[g].name, groups[g].group, "group %zu", g);
	for (int a = 0; a < FILTER_ARCHES; a++) {
		struct compare c = compare_begin(a);

		for (unsigned int set = 0; set < FILTER_SETS; set++)
			test_set(a, set);
		ok(c.filter->n == filters[a][0].n &&
			   filter_hash(c.filter->insns, c.filter->n) ==
				   filter_hash(filters[a][0].insns, filters[a][0].n),
		   "%s: the empty set is the filter itself", filter_arch_name(a));
	}
	ok(filter_make_allowed(FILTER_NATIVE, FILTER_SETS, &none, &e) == -1, "no other set");
	return tap_done();
}

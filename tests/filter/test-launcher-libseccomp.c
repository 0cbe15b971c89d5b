/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libseccomp's own filter of the same rows, run in the same interpreter on the same inputs: two
 * compilers that share nothing but the table have to agree, decision by decision.
 *
 * libseccomp knows no lists of steps, so a table becomes a stack of its filters: one with the
 * verdicts of the numbers, and one for each place in the steps, which refuses or lets pass. The
 * first that refuses gives the verdict. "None of these values" becomes the cubes (mask and value)
 * that cover all others.
 *
 * What it cannot say is left out by name and counted, with a bound: of the other architecture the
 * calls whose names this library is too old to know. Numbers of the x32 ABI are to it another
 * architecture's, so it kills where we say ENOSYS; that difference alone is expected, and counted.
 */
/* LINK: -lseccomp */
#include "filter/bpf.h"
#include "filter/corpus.h"
#include "tap.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { CUBES = 512, INSNS = 8192, UNNAMED_BOUND = 13, LAYERS = 1 + FILTER_STEPS };

/* All x with (x & mask) == value. */
struct cube {
	uint64_t mask, value;
};

struct cubes {
	struct cube v[CUBES];
	size_t n;
};

struct program {
	struct sock_filter insns[INSNS];
	size_t n;
};

struct oracle {
	enum filter_arch arch;
	struct filter filter; /* ours */
	struct program layers[LAYERS];
	bool unnamed[FILTER_NR_MAX]; /* numbers that it cannot be told */
	size_t unnamed_n;
	size_t compared, different, left_out;
};

static struct oracle oracle;

static void die(const char *what)
{
	ok(0, "%s", what);
	exit(tap_done());
}

static void add_cube(struct cubes *cubes, uint64_t mask, uint64_t value)
{
	if (cubes->n == CUBES)
		die("more cubes than a rule has ever needed");
	cubes->v[cubes->n++] = (struct cube){mask, value};
}

/* The cubes of all numbers that begin as (known, prefix) and are none of the values. */
static void add_others(struct cubes *cubes, const struct filter_test *t, uint64_t known,
		       uint64_t prefix)
{
	uint64_t rest = t->mask & ~known, bit;
	bool any = false;

	for (size_t i = 0; i < t->values_n; i++)
		any = any || (t->values[i] & known) == prefix;
	if (!any)
		add_cube(cubes, known, prefix);
	if (!any || !rest)
		return;
	bit = 1ull << (63 - __builtin_clzll(rest));
	add_others(cubes, t, known | bit, prefix);
	add_others(cubes, t, known | bit, prefix | bit);
}

static void make_cubes(const struct filter_test *t, struct cubes *cubes)
{
	cubes->n = 0;
	if (t->op == FILTER_NOT)
		add_others(cubes, t, 0, 0);
	for (size_t i = 0; t->op == FILTER_IS && i < t->values_n; i++)
		add_cube(cubes, t->mask, t->values[i]);
	for (uint64_t bit = 1; t->op == FILTER_HAS && bit; bit <<= 1)
		if (t->mask & bit)
			add_cube(cubes, bit, bit);
}

static uint32_t action(unsigned int verdict)
{
	uint32_t value = filter_verdict_value(verdict);

	return verdict == FILTER_ALLOW ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(value & 0xffff);
}

/* The number to give to libseccomp; false where it knows none. */
static bool its_number(const struct filter_row *row, int *nr)
{
	*nr = row->nr[oracle.arch];
	if (oracle.arch != FILTER_NATIVE)
		*nr = seccomp_syscall_resolve_name(row->name);
	return *nr != __NR_SCMP_ERROR;
}

static void add_row(scmp_filter_ctx ctx, const struct filter_row *row)
{
	int nr;

	if (!its_number(row, &nr)) {
		oracle.unnamed[row->nr[oracle.arch]] = true;
		oracle.unnamed_n++;
		printf("# %s: left out, libseccomp does not know its name: %s\n",
		       filter_arch_name(oracle.arch), row->name);
		return;
	}
	/* It refuses rules that say what the default says. */
	if (row->rule->otherwise != FILTER_ENOSYS &&
	    seccomp_rule_add(ctx, action(row->rule->otherwise), nr, 0))
		die(row->name);
}

static void add_step(scmp_filter_ctx ctx, const struct filter_row *row,
		     const struct filter_step *step)
{
	static struct cubes first, second;
	struct scmp_arg_cmp cmp[2];
	int nr;

	if (!step->tests[0].mask || !its_number(row, &nr))
		return;
	make_cubes(&step->tests[0], &first);
	make_cubes(&step->tests[1], &second);
	if (!step->tests[1].mask)
		second = (struct cubes){.n = 1};
	for (size_t i = 0; i < first.n * second.n; i++) {
		const struct cube *a = &first.v[i / second.n], *b = &second.v[i % second.n];

		cmp[0] = SCMP_CMP(step->tests[0].arg, SCMP_CMP_MASKED_EQ, a->mask, a->value);
		cmp[1] = SCMP_CMP(step->tests[1].arg, SCMP_CMP_MASKED_EQ, b->mask, b->value);
		if (seccomp_rule_add_array(ctx, action(step->verdict), nr, b->mask ? 2 : 1, cmp))
			die(row->name);
	}
}

static void export(scmp_filter_ctx ctx, struct program *program)
{
	int fd = (int)syscall(SYS_memfd_create, "bpf", 0);
	ssize_t size;

	if (fd < 0 || seccomp_export_bpf(ctx, fd))
		die("libseccomp exports a filter");
	size = pread(fd, program->insns, sizeof(program->insns), 0);
	if (size <= 0 || size == (ssize_t)sizeof(program->insns))
		die("libseccomp's filter is read back whole");
	program->n = (size_t)size / sizeof(program->insns[0]);
	close(fd);
	seccomp_release(ctx);
}

static scmp_filter_ctx begin(uint32_t def)
{
	scmp_filter_ctx ctx = seccomp_init(def);
	uint32_t its_arch = oracle.arch == FILTER_X86_64 ? SCMP_ARCH_X86_64 : SCMP_ARCH_AARCH64;

	if (!ctx || seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS))
		die("libseccomp begins a filter");
	if (its_arch != seccomp_arch_native() &&
	    (seccomp_arch_add(ctx, its_arch) || seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE)))
		die("libseccomp takes the architecture");
	return ctx;
}

static void make_layers(void)
{
	scmp_filter_ctx ctx = begin(SCMP_ACT_ERRNO(ENOSYS));

	for (size_t i = 0; i < filter_rows_n; i++)
		if (filter_rows[i].nr[oracle.arch] >= 0)
			add_row(ctx, &filter_rows[i]);
	export(ctx, &oracle.layers[0]);
	for (size_t s = 0; s < FILTER_STEPS; s++) {
		ctx = begin(SCMP_ACT_ALLOW);
		for (size_t i = 0; i < filter_rows_n; i++)
			if (filter_rows[i].nr[oracle.arch] >= 0)
				add_step(ctx, &filter_rows[i], &filter_rows[i].rule->steps[s]);
		export(ctx, &oracle.layers[1 + s]);
	}
}

static struct bpf_result its_answer(const struct seccomp_data *data)
{
	struct bpf_result r = {.value = SECCOMP_RET_ALLOW};

	for (size_t l = 0; l < LAYERS && !r.error && r.value == SECCOMP_RET_ALLOW; l++)
		r = bpf_run(oracle.layers[l].insns, oracle.layers[l].n, data);
	return r;
}

/* It takes numbers of the x32 ABI for another architecture; to us they are unknown. Both refuse. */
static bool is_x32(const struct seccomp_data *data)
{
	return oracle.arch == FILTER_X86_64 && data->arch == SCMP_ARCH_X86_64 &&
	       (uint32_t)data->nr >= 0x40000000;
}

/* A corpus_visit. */
static void compare(const struct seccomp_data *data, void *context)
{
	uint32_t nr = (uint32_t)data->nr;
	struct bpf_result his, our;

	(void)context;
	if (data->arch == filter_arch_audit(oracle.arch) && nr < FILTER_NR_MAX &&
	    oracle.unnamed[nr]) {
		oracle.left_out++;
		return;
	}
	his = its_answer(data);
	our = bpf_run(oracle.filter.insns, oracle.filter.n, data);
	if (is_x32(data)) {
		oracle.left_out++;
		if (his.value == SECCOMP_RET_KILL_PROCESS)
			his.value = SECCOMP_RET_ERRNO | ENOSYS;
	}
	oracle.compared++;
	if (!his.error && !our.error && his.value == our.value)
		return;
	if (oracle.different++ < 5)
		printf("#   %s: arch %#x nr %u args %#llx %#llx %#llx: libseccomp %#x, ours %#x\n",
		       filter_arch_name(oracle.arch), data->arch, nr,
		       (unsigned long long)data->args[0], (unsigned long long)data->args[1],
		       (unsigned long long)data->args[2], his.value, our.value);
}

static void test_arch(enum filter_arch arch)
{
	struct err e = {0};
	size_t insns = 0;

	memset(&oracle, 0, sizeof(oracle));
	oracle.arch = arch;
	if (filter_make(arch, filter_rows, filter_rows_n, &oracle.filter, &e))
		die(e.what);
	make_layers();
	for (size_t l = 0; l < LAYERS; l++)
		insns += oracle.layers[l].n;
	printf("# %s: libseccomp's filters have %zu instructions, ours %zu\n",
	       filter_arch_name(arch), insns, oracle.filter.n);
	for (size_t i = 0; i < ARRAY_SIZE(corpus_arches); i++)
		corpus_numbers(corpus_arches[i], 20000, compare, NULL);
	ok(!oracle.different, "%s: %zu numbers on %zu architectures: libseccomp and we agree",
	   filter_arch_name(arch), oracle.compared, ARRAY_SIZE(corpus_arches));
	oracle.compared = oracle.different = 0;
	corpus_trips(filter_arch_audit(arch), compare, NULL);
	for (size_t i = 0; i < filter_rows_n; i++)
		if (filter_rows[i].nr[arch] >= 0)
			corpus_row(arch, &filter_rows[i],
				   !filter_rows[i].rule->steps[2].tests[0].mask, compare, NULL);
	ok(oracle.compared > 20000 && !oracle.different,
	   "%s: %zu arguments: libseccomp and we agree", filter_arch_name(arch), oracle.compared);
	ok(oracle.unnamed_n <= (arch == FILTER_NATIVE ? 0 : UNNAMED_BOUND),
	   "%s: %zu calls left out because libseccomp does not know them", filter_arch_name(arch),
	   oracle.unnamed_n);
	printf("# %s: %zu inputs %s\n", filter_arch_name(arch), oracle.left_out,
	       arch == FILTER_X86_64 ? "are x32's: KILL there is ENOSYS here"
				     : "left out: the calls named above");
}

int main(void)
{
	for (int arch = 0; arch < FILTER_ARCHES; arch++)
		test_arch(arch);
	return tap_done();
}

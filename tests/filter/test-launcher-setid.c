/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small filter of the layer setid: in the interpreter against the model of its rows, and
 * against what is written here, whatever the table says; each wrong constant is seen.
 */
#include "filter/compare.h"

#include <fcntl.h>
#include <sys/stat.h>

#define HIGH (1ull << 32)
enum { TMPFILE = 020000000 };

static struct filter filters[FILTER_ARCHES];
static struct filter_row rows[FILTER_NR_MAX];

static const struct {
	const char *call;
	uint64_t args[4];
	enum filter_verdict verdict;
} calls[] = {
	{"open", {0, O_RDONLY, 07777}, FILTER_ALLOW}, /* the mode means nothing */
	{"open", {0, O_CREAT | O_WRONLY, 0755}, FILTER_ALLOW},
	{"open", {0, O_CREAT | O_WRONLY, 01777}, FILTER_ALLOW},
	{"open", {0, O_CREAT | O_WRONLY, 04755}, FILTER_EPERM},
	{"open", {0, O_CREAT, 02000}, FILTER_EPERM},
	{"open", {0, O_CREAT | HIGH, 04000 | HIGH}, FILTER_EPERM},
	{"open", {0, TMPFILE | O_WRONLY, 04755}, FILTER_EPERM},
	{"openat", {0, 0, O_WRONLY, 06755}, FILTER_ALLOW},
	{"openat", {0, 0, O_CREAT | O_EXCL, 0666}, FILTER_ALLOW},
	{"openat", {0, 0, O_CREAT | O_EXCL, 04666}, FILTER_EPERM},
	{"openat", {0, 0, O_CREAT, 02666}, FILTER_EPERM},
	{"openat", {0, 0, TMPFILE | O_RDWR, 02666}, FILTER_EPERM},
	{"openat", {04000, 04000, O_CREAT, 0600}, FILTER_ALLOW},
	{"openat2", {0, 0, 0, 24}, FILTER_ENOSYS},
	{"creat", {0, 0644}, FILTER_ALLOW},
	{"creat", {0, 04644}, FILTER_EPERM},
	{"mknod", {0, S_IFREG | 0644}, FILTER_ALLOW},
	{"mknod", {0, S_IFREG | 02755}, FILTER_EPERM},
	{"mknod", {0, S_IFIFO | 0666}, FILTER_ALLOW},
	{"mknodat", {0, 0, S_IFREG | 04755}, FILTER_EPERM},
	{"mknodat", {0, 0, S_IFSOCK | 0755}, FILTER_ALLOW},
	{"mkdir", {0, 07777}, FILTER_ALLOW}, /* the kernel ignores the bits */
	{"mkdirat", {0, 0, 07777}, FILTER_ALLOW},
	{"chmod", {0, 01777}, FILTER_ALLOW},
	{"chmod", {0, 02775}, FILTER_EPERM},
	{"chmod", {0, 04775 | HIGH}, FILTER_EPERM},
	{"fchmod", {3, 0700}, FILTER_ALLOW},
	{"fchmod", {3, S_ISUID}, FILTER_EPERM},
	{"fchmodat", {0, 0, 0700}, FILTER_ALLOW},
	{"fchmodat", {0, 0, 02700}, FILTER_EPERM},
	{"fchmodat2", {0, 0, 04700, 0}, FILTER_EPERM},
	{"fchmodat2", {0, 0, 0700, 06000}, FILTER_ALLOW},
	{"utimensat", {0, 0, 06000, 06000}, FILTER_ALLOW},
};

static int number(enum filter_arch arch, const char *call)
{
	for (size_t i = 0; i < filter_rows_n; i++)
		if (str_equal(filter_rows[i].name, call))
			return filter_rows[i].nr[arch];
	return -2;
}

static void test_call(size_t i)
{
	for (enum filter_arch a = 0; a < FILTER_ARCHES; a++) {
		struct seccomp_data data = {.nr = number(a, calls[i].call),
					    .arch = filter_arch_audit(a)};
		struct bpf_result r;

		ok(data.nr != -2, "%s is a call", calls[i].call);
		memcpy(data.args, calls[i].args, sizeof(calls[i].args));
		if (data.nr < 0)
			continue;
		r = bpf_run(filters[a].insns, filters[a].n, &data);
		ok(!r.error && r.value == model_value(calls[i].verdict), "%s, case %zu, %s: %s",
		   calls[i].call, i, filter_arch_name(a), filter_verdict_name(calls[i].verdict));
	}
}

/* How many of the other calls are refused with all bits set in their arguments. */
static size_t count_refused(enum filter_arch arch, const struct filter *f)
{
	static const char *const named[] = {"open",  "openat", "creat",	   "openat2",	"mknod",
					    "chmod", "fchmod", "fchmodat", "fchmodat2", "mknodat"};
	size_t refused = 0;

	for (size_t i = 0; i < filter_rows_n; i++) {
		struct seccomp_data data = {.nr = filter_rows[i].nr[arch],
					    .arch = filter_arch_audit(arch)};
		bool is_named = data.nr < 0;

		for (size_t k = 0; k < ARRAY_SIZE(named); k++)
			is_named |= str_equal(named[k], filter_rows[i].name);
		memset(data.args, 0xff, sizeof(data.args));
		if (!is_named && bpf_run(f->insns, f->n, &data).value != model_value(FILTER_ALLOW))
			refused++;
	}
	return refused;
}

static void test_others(enum filter_arch arch)
{
	is_int(count_refused(arch, &filters[arch]), 0, "%s: no other call is refused",
	       filter_arch_name(arch));
	ok(filters[arch].n < 64, "%s: a small filter, of %zu instructions", filter_arch_name(arch),
	   filters[arch].n);
}

static void compare_all(struct compare *c)
{
	corpus_numbers(filter_arch_audit(c->arch), 500, compare_visit, c);
	for (size_t i = 0; i < ARRAY_SIZE(corpus_arches); i++)
		corpus_numbers(corpus_arches[i], 0, compare_visit, c);
	for (size_t i = 0; i < c->rows_n; i++)
		if (c->rows[i].nr[c->arch] >= 0 && c->rows[i].rule->steps[0].tests[0].mask)
			corpus_row(c->arch, &c->rows[i], false, compare_visit, c);
}

/* A filter with one constant wrong differs somewhere: the comparison would see it. */
static void test_mutants(struct compare *c)
{
	static struct filter wrong;
	size_t seen = 0;

	wrong = *c->filter;
	c->filter = &wrong;
	c->quiet = true;
	for (size_t i = 0; i < wrong.n; i++) {
		wrong.insns[i].k ^= 1;
		c->different = 0;
		compare_all(c);
		seen += c->different != 0 || count_refused(c->arch, &wrong) != 0;
		wrong.insns[i].k ^= 1;
	}
	is_int(seen, wrong.n, "%s: every wrong constant is seen", filter_arch_name(c->arch));
}

static void test_arch(enum filter_arch arch)
{
	struct err e = {0};
	struct compare c = {
		.arch = arch, .rows = rows, .rows_n = filter_rows_n, .filter = &filters[arch]};

	if (!ok(filter_make_setid_rows(rows, &e) == 0 &&
			filter_make_setid(arch, &filters[arch], &e) == 0,
		"%s compiles %s", filter_arch_name(arch), e.what))
		return;
	compare_all(&c);
	is_int(c.different, 0, "%s: %zu inputs as the model says", filter_arch_name(arch),
	       c.compared);
	test_others(arch);
	test_mutants(&c);
}

int main(void)
{
	for (enum filter_arch a = 0; a < FILTER_ARCHES; a++)
		test_arch(a);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		test_call(i);
	return tap_done();
}

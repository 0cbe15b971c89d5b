/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: rows -> classic BPF.
 *
 * Should: make a short program in which any number is a few jumps away. Mustn't: call the system,
 * keep state, or know a system call by name.
 *
 * The program is written from its end to its beginning. Jumps of classic BPF only lead forward, so
 * whatever a jump leads to stands already when the jump is written, and its distance is known.
 *
 *     load the architecture; is it ours? else KILL
 *     load the number
 *     a binary tree over ranges of numbers with one rule
 *     the rules that ask for arguments, then the returns
 *
 * A conditional jump reaches 255 instructions. Where a return is further away it is written again,
 * and a rule gets an unconditional jump, which reaches anywhere.
 */
#include "filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "hash.h"
#include "str.h"

enum {
	RANGES = FILTER_NR_MAX + 1,
	PLACES = 32, /* rules with steps in one program */
	REACH = 250, /* of a jump; short of 255, for what may be written between it and its goal */
	NOWHERE = 0  /* no instruction ends up there: the first is the load of the architecture */
};

/* Numbers from first up to the next range's have one rule. */
struct range {
	uint32_t first;
	const struct filter_rule *rule;
};

/* A rule's program, once it is written. */
struct place {
	const struct filter_rule *rule;
	size_t at;
};

struct build {
	struct filter *filter;
	size_t first; /* of the instructions written so far, which end at FILTER_INSNS */
	size_t returns[FILTER_VERDICTS];
	struct place places[PLACES];
	size_t places_n;
	struct range ranges[RANGES];
	size_t ranges_n;
	bool full;
};

/* What stands where no row does. */
static const struct filter_rule unknown = {.name = "(unknown)", .otherwise = FILTER_ENOSYS};

/* Where in seccomp_data an argument's halves are; both architectures are little-endian. */
static uint32_t low_half(unsigned int arg)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t));
}

static uint32_t high_half(unsigned int arg)
{
	return low_half(arg) + (uint32_t)sizeof(uint32_t);
}

/* Writes one instruction before all others and returns where it is. */
static size_t put(struct build *b, uint16_t code, uint32_t k, size_t yes, size_t no)
{
	size_t at;

	if (b->first == NOWHERE + 1) {
		b->full = true;
		return b->first;
	}
	at = --b->first;
	b->filter->insns[at] = (struct sock_filter){
		.code = code,
		.k = k,
		.jt = yes == NOWHERE ? 0 : (uint8_t)(yes - at - 1),
		.jf = no == NOWHERE ? 0 : (uint8_t)(no - at - 1),
	};
	return at;
}

static bool is_near(const struct build *b, size_t at)
{
	return at != NOWHERE && at - b->first <= REACH;
}

/* A return of verdict that a jump written now can reach. */
static size_t place_return(struct build *b, enum filter_verdict verdict)
{
	if (!is_near(b, b->returns[verdict]))
		b->returns[verdict] =
			put(b, BPF_RET | BPF_K, filter_verdict_value(verdict), NOWHERE, NOWHERE);
	return b->returns[verdict];
}

/* The same for any other place. */
static size_t place_jump(struct build *b, size_t at)
{
	if (is_near(b, at))
		return at;
	return put(b, BPF_JMP | BPF_JA, (uint32_t)(at - b->first), NOWHERE, NOWHERE);
}

static size_t put_compare(struct build *b, uint16_t op, uint32_t k, size_t yes, size_t no)
{
	yes = place_jump(b, yes);
	no = place_jump(b, no);
	return put(b, BPF_JMP | op | BPF_K, k, yes, no);
}

static size_t put_load(struct build *b, uint32_t offset)
{
	return put(b, BPF_LD | BPF_W | BPF_ABS, offset, NOWHERE, NOWHERE);
}

/* One test: to yes where it holds, else to no. */
static size_t put_test(struct build *b, const struct filter_test *test, size_t yes, size_t no)
{
	uint32_t low = (uint32_t)test->mask, high = (uint32_t)(test->mask >> 32);
	size_t at = no;

	if (test->op == FILTER_HAS) {
		if (low) {
			put_compare(b, BPF_JSET, low, yes, no);
			at = put_load(b, low_half(test->arg));
		}
		if (high) {
			put_compare(b, BPF_JSET, high, yes, at);
			at = put_load(b, high_half(test->arg));
		}
		return at;
	}
	if (test->op == FILTER_NOT) {
		at = yes;
		yes = no;
	}
	for (size_t i = test->values_n; i-- > 0;)
		at = put_compare(b, BPF_JEQ, test->values[i], yes, at);
	if (low != 0xffffffff)
		put(b, BPF_ALU | BPF_AND | BPF_K, low, NOWHERE, NOWHERE);
	return put_load(b, low_half(test->arg));
}

/*
 * A rule's steps, the last one first: each goes on to the next where it does not hold. So are the
 * tests of a step: the last one that holds leads to the verdict, each before it to the one after.
 */
static size_t put_rule(struct build *b, const struct filter_rule *rule)
{
	size_t next = place_return(b, rule->otherwise);

	for (size_t s = FILTER_STEPS; s-- > 0;) {
		const struct filter_step *step = &rule->steps[s];
		size_t yes = NOWHERE;

		for (size_t t = FILTER_TESTS; t-- > 0;) {
			if (!step->tests[t].mask)
				continue;
			if (yes == NOWHERE)
				yes = place_return(b, step->verdict);
			yes = put_test(b, &step->tests[t], yes, next);
		}
		if (yes != NOWHERE)
			next = yes;
	}
	return next;
}

static bool is_plain(const struct filter_rule *rule)
{
	return !rule->steps[0].tests[0].mask;
}

static bool is_same(const struct filter_rule *a, const struct filter_rule *b)
{
	return a == b || (is_plain(a) && is_plain(b) && a->otherwise == b->otherwise);
}

static struct place *find_place(struct build *b, const struct filter_rule *rule)
{
	for (size_t i = 0; i < b->places_n; i++)
		if (b->places[i].rule == rule)
			return &b->places[i];
	return NULL;
}

static int put_rules(struct build *b, struct err *e)
{
	for (size_t i = 0; i < b->ranges_n; i++) {
		const struct filter_rule *rule = b->ranges[i].rule;

		if (is_plain(rule) || find_place(b, rule))
			continue;
		if (b->places_n == PLACES)
			return fail(e, 0, "more than %d rules ask for arguments", PLACES);
		b->places[b->places_n++] = (struct place){rule, put_rule(b, rule)};
	}
	return 0;
}

/* Where a range leads to. */
static size_t place_leaf(struct build *b, const struct range *range)
{
	struct place *place;

	if (is_plain(range->rule))
		return place_return(b, range->rule->otherwise);
	place = find_place(b, range->rule);
	place->at = place_jump(b, place->at);
	return place->at;
}

/*
 * The tree over ranges[from .. to): halves by count, so that no number is deeper than the logarithm
 * of the ranges. A single number between two ranges of one rule takes one comparison, not two.
 */
static size_t put_tree(struct build *b, size_t from, size_t to)
{
	const struct range *r = &b->ranges[from];
	size_t middle = from + (to - from) / 2, yes, no;

	if (to - from == 1)
		return place_leaf(b, r);
	if (to - from == 3 && is_same(r[0].rule, r[2].rule) && r[2].first - r[1].first == 1) {
		no = place_leaf(b, &r[0]);
		yes = place_leaf(b, &r[1]);
		return put_compare(b, BPF_JEQ, r[1].first, yes, no);
	}
	yes = put_tree(b, middle, to);
	no = put_tree(b, from, middle);
	return put_compare(b, BPF_JGE, b->ranges[middle].first, yes, no);
}

/* The rows as ranges in order: numbers without a row belong to the unknown. */
static void make_ranges(struct build *b, enum filter_arch arch, const struct filter_row *rows,
			size_t n)
{
	const struct filter_rule *by_nr[RANGES];

	for (uint32_t nr = 0; nr < RANGES; nr++)
		by_nr[nr] = &unknown;
	for (size_t i = 0; i < n; i++)
		if (rows[i].nr[arch] >= 0)
			by_nr[rows[i].nr[arch]] = rows[i].rule;
	for (uint32_t nr = 0; nr < RANGES; nr++)
		if (!nr || !is_same(by_nr[nr], b->ranges[b->ranges_n - 1].rule))
			b->ranges[b->ranges_n++] = (struct range){nr, by_nr[nr]};
}

/* A test that the compiler would get wrong, or that can never be what its writer meant. */
static int check_test(const struct filter_rule *rule, const struct filter_test *t, struct err *e)
{
	if (t->arg > 5 || t->op > FILTER_HAS || t->values_n > FILTER_VALUES)
		return fail(e, 0, "rule %s: no such test", rule->name);
	if (t->op != FILTER_HAS && (t->mask >> 32 || !t->values_n))
		return fail(e, 0, "rule %s: values are compared with 32 bits", rule->name);
	for (size_t v = 0; v < t->values_n; v++)
		if (t->values[v] & ~t->mask)
			return fail(e, 0, "rule %s: the mask never leaves %#x", rule->name,
				    t->values[v]);
	return 0;
}

/* Steps and tests follow each other without a gap. */
static int check_rule(const struct filter_rule *rule, struct err *e)
{
	bool ended = false;

	for (size_t s = 0; s < FILTER_STEPS; s++) {
		const struct filter_step *step = &rule->steps[s];
		bool empty = !step->tests[0].mask;

		if ((empty && step->tests[1].mask) || (ended && !empty))
			return fail(e, 0, "rule %s: a gap between its steps or tests", rule->name);
		if (step->verdict >= FILTER_VERDICTS || rule->otherwise >= FILTER_VERDICTS)
			return fail(e, 0, "rule %s: no such verdict", rule->name);
		for (size_t t = 0; t < FILTER_TESTS && step->tests[t].mask; t++)
			if (check_test(rule, &step->tests[t], e))
				return -1;
		ended = empty;
	}
	return 0;
}

int filter_make(enum filter_arch arch, const struct filter_row *rows, size_t n,
		struct filter *filter, struct err *e)
{
	struct build b = {.filter = filter, .first = FILTER_INSNS};
	size_t tree, killed;

	if (filter_check_rows(rows, n, e))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (check_rule(rows[i].rule, e))
			return -1;
	make_ranges(&b, arch, rows, n);
	if (put_rules(&b, e))
		return -1;
	tree = put_tree(&b, 0, b.ranges_n);
	if (tree != b.first)
		put(&b, BPF_JMP | BPF_JA, (uint32_t)(tree - b.first), NOWHERE, NOWHERE);
	put_load(&b, offsetof(struct seccomp_data, nr));
	tree = b.first;
	killed = place_return(&b, FILTER_KILL);
	put_compare(&b, BPF_JEQ, filter_arch_audit(arch), tree, killed);
	put_load(&b, offsetof(struct seccomp_data, arch));
	if (b.full)
		return fail(e, E2BIG, "the filter has more than %d instructions", FILTER_INSNS - 1);
	filter->n = FILTER_INSNS - b.first;
	memmove(filter->insns, &filter->insns[b.first], filter->n * sizeof(filter->insns[0]));
	return 0;
}

uint64_t filter_hash(const struct sock_filter *insns, size_t n)
{
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < n; i++) {
		const unsigned char bytes[] = {
			(unsigned char)insns[i].code,
			(unsigned char)(insns[i].code >> 8),
			insns[i].jt,
			insns[i].jf,
			(unsigned char)insns[i].k,
			(unsigned char)(insns[i].k >> 8),
			(unsigned char)(insns[i].k >> 16),
			(unsigned char)(insns[i].k >> 24),
		};
		hash = hash_add(hash, bytes, sizeof(bytes));
	}
	return hash;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: the system calls that an agent may make, as rows, and their compiler.
 *
 * table/syscalls.def and table/arguments.def are the policy; filter-rows.c gives them out as
 * tables; filter.c makes classic BPF of them for seccomp(2). tools/mkfilter.c runs both when the
 * launcher is built, so nothing is compiled when an agent starts, and the filter that is loaded is
 * the one that the tests run through an interpreter, number by number.
 *
 * All of it is pure: no system calls, no memory but the caller's.
 */
#ifndef PINFOLD_FILTER_H
#define PINFOLD_FILTER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum filter_arch { FILTER_X86_64, FILTER_AARCH64, FILTER_ARCHES };

#if defined(__x86_64__)
#define FILTER_NATIVE FILTER_X86_64
#elif defined(__aarch64__)
#define FILTER_NATIVE FILTER_AARCH64
#endif

/* What the filter answers. The names of errno(3) are what the caller sees. */
enum filter_verdict {
	FILTER_ALLOW,
	FILTER_NOTHING,		/* success is answered, and nothing done */
	FILTER_EPERM,		/* known, and forbidden */
	FILTER_EINVAL,		/* a flag that no kernel of today knows */
	FILTER_ENOSYS,		/* not there: unknown, or programs have another way */
	FILTER_EAFNOSUPPORT,	/* socket(2): no such family */
	FILTER_EPROTONOSUPPORT, /* socket(2): no such protocol */
	FILTER_ESOCKTNOSUPPORT, /* socket(2): no such type */
	FILTER_EOPNOTSUPP,	/* a way of doing it that the kernel is said not to have */
	FILTER_KILL,		/* the process ends with SIGSYS: a call of another architecture */
	FILTER_VERDICTS
};

/* How a test compares an argument. */
enum filter_op {
	FILTER_IS,  /* argument & mask is one of values; the mask lies in the low 32 bits */
	FILTER_NOT, /* argument & mask is none of values; likewise */
	FILTER_HAS  /* argument & mask is not 0; any mask of 64 bits */
};

enum {
	FILTER_VALUES = 8,    /* of one test */
	FILTER_TESTS = 2,     /* of one step */
	FILTER_STEPS = 6,     /* of one rule */
	FILTER_NR_MAX = 1024, /* system call numbers of the table lie below */
	FILTER_INSNS = 512    /* of a filter; the kernel takes BPF_MAXINSNS, 4096 */
};

/* A question about one argument. mask is what the kernel looks at: see table/arguments.def. */
struct filter_test {
	uint64_t mask; /* 0: there is no such test; the ones before it are all */
	uint8_t arg;   /* 0 to 5 */
	uint8_t op;    /* enum filter_op */
	uint8_t values_n;
	uint32_t values[FILTER_VALUES];
};

/* If all its tests hold, verdict. */
struct filter_step {
	struct filter_test tests[FILTER_TESTS]; /* none: there is no such step */
	uint8_t verdict;			/* enum filter_verdict */
};

/* The first step that holds gives the verdict; where none does, otherwise. */
struct filter_rule {
	const char *name; /* as the rows have it */
	const char *what; /* one line */
	struct filter_step steps[FILTER_STEPS];
	uint8_t otherwise; /* enum filter_verdict */
};

/* A system call. */
struct filter_row {
	const char *name;
	const char *group;
	const char *why; /* "" where it is simply allowed */
	const struct filter_rule *rule;
	int16_t nr[FILTER_ARCHES]; /* -1: the architecture has no such call */
};

/* A family of system calls. */
struct filter_group {
	const char *name, *what;
};

/* filter-rows.c: the tables. */
extern const struct filter_row filter_rows[];
extern const size_t filter_rows_n;
extern const struct filter_rule filter_rules[];
extern const size_t filter_rules_n;
extern const struct filter_group filter_groups[];
extern const size_t filter_groups_n;

/* The row of a number, or NULL where the table does not know it (the filter says ENOSYS). */
const struct filter_row *filter_find(enum filter_arch arch, uint32_t nr);

/* "ALLOW", "EPERM" ... "KILL" */
const char *filter_verdict_name(enum filter_verdict verdict);

/* SECCOMP_RET_* with its errno: what a filter returns to the kernel. */
uint32_t filter_verdict_value(enum filter_verdict verdict);

/* "x86_64", "aarch64", as uname -m has them; and AUDIT_ARCH_*, as a filter sees them. */
const char *filter_arch_name(enum filter_arch arch);
uint32_t filter_arch_audit(enum filter_arch arch);

/* Is the table what its definition says: numbers and names once, reasons given? 0, or -1. */
int filter_check_rows(const struct filter_row *rows, size_t n, struct err *e);

/* filter.c: the compiler. */
struct filter {
	size_t n;
	struct sock_filter insns[FILTER_INSNS];
};

/*
 * Makes the filter of rows for arch. Calls of another architecture are killed; a number without a
 * row is ENOSYS, and so is every number of the x32 ABI, because its numbers lie above all others.
 * Returns 0, or -1 with e: rows that filter_check_rows() refuses, a test that is not in the
 * vocabulary above, too many instructions.
 */
int filter_make(enum filter_arch arch, const struct filter_row *rows, size_t n,
		struct filter *filter, struct err *e);

/*
 * filter-allow.c: the filters with groups of calls opened again: one for each set of groups, bit i
 * of which is filter_allows[i]. The set 0 is the filter of the table.
 */
enum { FILTER_ALLOWS = 2, FILTER_SETS = 1 << FILTER_ALLOWS };
extern const struct filter_group filter_allows[];
unsigned int filter_allow_bit(const char *name); /* 0: there is no such group */

/* The filter_rows_n rows of that filter. */
int filter_make_allowed_rows(unsigned int set, struct filter_row *rows, struct err *e);
int filter_make_allowed(enum filter_arch arch, unsigned int set, struct filter *filter,
			struct err *e);

/*
 * filter-sockets.c: the filters of the layer sockets, one for each sum of these: TCP may be used;
 * unix sockets may be.
 */
enum { FILTER_SOCKETS_TCP = 1, FILTER_SOCKETS_LOCAL = 2, FILTER_SOCKETS = 4 };

/* The filter_rows_n rows of that filter: all allowed but socket(2) and socketpair(2). */
int filter_make_sockets_rows(unsigned int kind, struct filter_row *rows, struct err *e);

int filter_make_sockets(enum filter_arch arch, unsigned int kind, struct filter *filter,
			struct err *e);

/* filter-setid.c: the filter of the layer setid, and its filter_rows_n rows. */
int filter_make_setid_rows(struct filter_row *rows, struct err *e);
int filter_make_setid(enum filter_arch arch, struct filter *filter, struct err *e);

/* Names a filter in reports and in the launcher's own check (lib/hash.h). */
uint64_t filter_hash(const struct sock_filter *insns, size_t n);

#endif

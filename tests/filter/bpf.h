/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf: runs a seccomp filter in the test's own process, as the kernel would.
 *
 * Knows the instructions that our compiler and libseccomp write and calls every other one an
 * error: a filter that passes here has nothing in it that was not looked at.
 */
#ifndef PINFOLD_TESTS_BPF_H
#define PINFOLD_TESTS_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>

struct bpf_result {
	const char *error;  /* NULL: value is what the filter returned */
	uint32_t value;	    /* SECCOMP_RET_* with its data */
	unsigned int insns; /* that were run */
	unsigned int jumps; /* among them, taken or not */
};

/* A 32-bit word of seccomp_data, or an error where the kernel would refuse the offset. */
static inline int bpf_load(const struct seccomp_data *data, uint32_t offset, uint32_t *word)
{
	if (offset % 4 || offset > sizeof(*data) - 4)
		return -1;
	memcpy(word, (const char *)data + offset, 4);
	return 0;
}

static inline struct bpf_result bpf_run(const struct sock_filter *insns, size_t n,
					const struct seccomp_data *data)
{
	struct bpf_result r = {NULL, 0, 0, 0};
	uint32_t a = 0;

	for (size_t pc = 0; pc < n; pc++) {
		const struct sock_filter *f = &insns[pc];
		uint8_t taken = 0, other = 0;

		r.insns++;
		r.jumps += BPF_CLASS(f->code) == BPF_JMP;
		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (!bpf_load(data, f->k, &a))
				continue;
			r.error = "a load from outside seccomp_data";
			return r;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= f->k;
			continue;
		case BPF_JMP | BPF_JA:
			if (f->k >= n) {
				r.error = "a jump out of the filter";
				return r;
			}
			pc += f->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			taken = a == f->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			taken = a > f->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			taken = a >= f->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			taken = (a & f->k) != 0;
			break;
		case BPF_RET | BPF_K:
			r.value = f->k;
			return r;
		default:
			r.error = "an instruction that is not expected in a filter";
			return r;
		}
		other = taken ? f->jt : f->jf;
		pc += other;
	}
	r.error = "the end of the filter without a return";
	return r;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h: what was enforced, and what came of it, in words. Part of pinfold.h, which includes it
 * last.
 */
#ifndef PINFOLD_REPORT_H
#define PINFOLD_REPORT_H

/* layer/seccomp.c: which filter the layer loads */
struct filter_facts {
	const char *arch;
	size_t instructions;
	uint64_t hash; /* lib/hash.h, over the instructions */
};

struct filter_facts seccomp_filter_facts(unsigned int allow);
struct filter_facts sockets_filter_facts(const struct plan *plan); /* layer/sockets.c: likewise */

/*
 * What the kernel answers about the command's own process, just before it becomes the command:
 * files of /proc that it has opened, and a pipe with its descriptors. -1: there is none to be had.
 */
struct facts {
	int status, mounts, limits, descriptors;
};

#define FACTS_NONE                                                                                 \
	{                                                                                          \
		-1, -1, -1, -1                                                                     \
	}

/* report.c: what will be, or was, enforced; report-file.c: where it goes */
void report_print_plan(const struct plan *plan, struct out *out);
int report_open(const struct plan *plan, int *fd, struct err *e); /* *fd -1: none is wanted */
int report_write(const struct plan *plan, const struct steps *steps, const struct facts *facts,
		 int fd, struct err *e);
void report_print_steps(const struct steps *steps, FILE *file);
const char *report_stage_name(enum stage stage);

/* report-end.c: adds to a file what has come of it; planted: names that were found in the end */
void report_end(const struct plan *plan, const struct outcome *outcome,
		const struct str_list *planted, int status, int fd);

/* report-kernel.c: from inside, and what was heard of it; -1: it is not whole */
int report_say_facts(int link, struct err *e);
void report_take_fact(struct facts *facts, char word, int *fd);
int report_print_facts(const struct facts *facts, struct out *out, struct err *e);
void report_drop_facts(struct facts *facts);

#endif

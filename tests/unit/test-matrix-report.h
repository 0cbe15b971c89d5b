/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made-up reports for the tests of what is printed, saved and compared: three layers, four
 * operations, two profiles, a policy and another sandbox; and words as a hostile host would have
 * them.
 */
#ifndef TEST_MATRIX_REPORT_H
#define TEST_MATRIX_REPORT_H

#include "compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define HOSTILE "<script>alert(1)</script>\"'&\x01]]>\xff"

enum { NNP = 1, MOUNT = 2, LANDLOCK = 4, OPS = 4, NET = 1, IPC = 2 };

struct made {
	struct layers layers, switches;
	struct op ops_v[OPS];
	struct ops ops;
	struct subject subjects[3];
	struct column columns[4];
	struct blame blames[4][OPS];
	struct report report;
};

static inline struct blame made_blame(enum result outcome, int num, int depth)
{
	return (struct blame){
		.control = {RESULT_REACHED, 0}, .outcome = {outcome, num}, .depth = depth};
}

static inline void made_closed(struct blame *b, int num, uint32_t one, uint32_t other)
{
	*b = made_blame(RESULT_BLOCKED, num, other ? 2 : 1);
	sets_add(&b->first, one);
	sets_add(&b->blocker, one);
	sets_add(&b->reached, other ? NNP : (NNP | MOUNT | LANDLOCK) & ~one);
	if (other)
		sets_add(&b->blocker, other);
	else
		b->single = one;
}

static inline void made_layers(struct made *m)
{
	static const struct layer_row rows[] = {{"nnp", "gain rights", NULL},
						{"mount", "see files", NULL},
						{"landlock", "see files <again>", NULL}};
	static const struct layer_row switches[] = {{"net", "--unshare-net", NULL},
						    {"ipc", "--unshare-ipc", NULL}};
	struct err e = {0};

	memcpy(m->layers.v, rows, sizeof(rows));
	m->layers.lattice.n = 3;
	m->layers.lattice.below[2] = NNP;
	m->layers.offered = 7;
	memcpy(m->switches.v, switches, sizeof(switches));
	m->switches.lattice.n = 2;
	m->switches.offered = 3;
	if (lattice_make(&m->layers.lattice, &e) || lattice_make(&m->switches.lattice, &e))
		abort();
}

static inline void made_subjects(struct made *m)
{
	static const struct fairness fair[] = {
		{"net.*", "It leaves the network alone unless told."}, {NULL, NULL}};

	m->subjects[0] =
		(struct subject){.kind = SUBJECT_LAYERS, .name = "pinfold", .layers = &m->layers};
	m->subjects[1] =
		(struct subject){.kind = SUBJECT_POLICY, .name = "default", .layers = &m->layers};
	m->subjects[2] = (struct subject){.kind = SUBJECT_OTHER,
					  .name = "box",
					  .layers = &m->switches,
					  .version = "box 1 & <2>",
					  .command = "box --unshare-net --",
					  .source = "box(1)",
					  .what = "a box",
					  .fairness = fair};
	m->columns[0] = (struct column){m->subjects, {"none", 0, 0, false}, m->blames[0]};
	m->columns[1] = (struct column){m->subjects, {"full", 7, 7, false}, m->blames[1]};
	m->columns[2] = (struct column){m->subjects + 1, {"default", 7, 7, false}, m->blames[2]};
	m->columns[3] = (struct column){m->subjects + 2, {"box", 3, 3, false}, m->blames[3]};
}

static inline void made_blames(struct made *m)
{
	for (size_t i = 0; i < OPS; i++) {
		m->blames[0][i] = made_blame(RESULT_REACHED, 0, 0);
		made_closed(&m->blames[1][i], EPERM, MOUNT, i % 2 ? 0 : NNP | LANDLOCK);
		made_closed(&m->blames[2][i], ENOENT, MOUNT, 0);
		m->blames[3][i] = made_blame(RESULT_REACHED, 0, 0);
	}
	m->blames[1][0].blocker.v[1] = LANDLOCK;
	m->blames[1][2].blocker.v[1] = LANDLOCK;
	made_closed(&m->blames[3][1], ENETUNREACH, NET, 0);
	m->blames[3][1].reached.v[0] = IPC;
	/* The last is what the host refuses, and one layer opens. */
	for (size_t i = 0; i < 4; i++)
		m->blames[i][3].control = (struct answer){RESULT_BLOCKED, EACCES};
	m->blames[0][3] = made_blame(RESULT_BLOCKED, EACCES, -1);
	m->blames[0][3].control = (struct answer){RESULT_BLOCKED, EACCES};
	m->blames[0][3].host = true;
	m->blames[1][3].opened_by = NNP;
}

static inline struct made *made_new(void)
{
	static const struct op ops[OPS] = {
		{.id = "fs.read", .title = "read a file", .family = "fs", .source = "open(2)"},
		{.id = "net.connect", .title = "connect", .family = "net", .source = "connect(2)"},
		{.id = "fs.write", .title = "write a file", .family = "fs", .source = "write(2)"},
		{.id = "mount.tmpfs", .title = "mount", .family = "mount", .source = "mount(2)"},
	};
	struct made *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	memcpy(m->ops_v, ops, sizeof(ops));
	m->ops = (struct ops){m->ops_v, OPS};
	made_layers(m);
	made_subjects(m);
	made_blames(m);
	m->report = (struct report){
		.ops = &m->ops,
		.subjects = m->subjects,
		.subjects_n = 3,
		.columns = m->columns,
		.columns_n = 4,
		.facts = {"6.18", "x86_64", "uid 1000", "0.1.0", "Debian", NULL, 7, 1000, 2},
		.measured = {10, 8, 4, 0, 1.5, 1, "search", NULL}};
	return m;
}

/* Every word that a host, a probe or another program may have chosen. */
static inline struct made *made_hostile(void)
{
	struct made *m = made_new();

	m->report.facts.kernel = m->report.facts.machine = m->report.facts.caller =
		m->report.facts.os = HOSTILE;
	m->ops_v[0].title = m->ops_v[0].source = HOSTILE;
	m->ops_v[1].skipped_why = HOSTILE;
	m->layers.v[1].stops = HOSTILE;
	m->subjects[2].name = m->subjects[2].version = m->subjects[2].command =
		m->subjects[2].source = m->subjects[2].what = m->subjects[2].why_not = HOSTILE;
	m->report.troubles[0] = (struct trouble){m->subjects, 3, HOSTILE, HOSTILE};
	m->report.troubles_n = 1;
	return m;
}

/* What a renderer prints, as a string. */
static inline char *made_print(int (*print)(const struct report *, FILE *), const struct report *r)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file || print(r, file) || fclose(file))
		abort();
	return text;
}

#endif

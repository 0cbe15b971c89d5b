/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: what this host offers beside the layers, each found by trying; rows for cmd-doctor.c. */
#ifndef PINFOLD_DOCTOR_H
#define PINFOLD_DOCTOR_H

#include "pinfold.h"

/* What a look found: detail always, and of a gap (-1) why, with its cause and remedy. */
struct finding {
	const char *detail;
	struct err why;
};

struct doctor_row {
	const char *name;
	const char *without; /* what pinfold does where it is not there */
	int (*look)(const struct host *host, struct finding *f);
	bool first; /* with the caller's rights, before root is given up: only host->id is known */
};

extern const struct doctor_row doctor_rows[]; /* ends with a NULL name */

/* take.c: root tries whether it could show path as if it were the agent's, and lets go of it. */
int take_try(const char *path, const struct identity *id, struct err *e);

#endif

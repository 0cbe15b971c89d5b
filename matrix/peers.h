/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers.h: recipes for other sandboxes, as contrib/peers/NAME.peer has them.
 *
 * A recipe is lines of "key value"; lines that begin with a tab belong to the file above them. The
 * command's words are split at blanks, '...' keeps them together, and [NAME: WORDS] is a switch,
 * which is left out in turn; [NAME<OTHER: WORDS] one that cannot stand without another.
 */
#ifndef PINFOLD_MATRIX_PEERS_H
#define PINFOLD_MATRIX_PEERS_H

#include "report.h"

enum { PEERS_MAX = 32, PEER_FILES = 16, PEER_MEANS = 16 };

struct peer_file {
	const char *name;
	const char *text; /* NULL: a directory */
};

struct peer {
	const char *name, *program, *version, *source, *what, *command;
	struct peer_file files[PEER_FILES];
	size_t files_n;
	struct fairness means[PEER_MEANS + 1]; /* the last has no ops */
};

struct peers {
	struct peer v[PEERS_MAX];
	size_t n;
};

/* peers.c: texts -> recipes. Pure; name is for errors. */
int peers_read(const char *name, const char *text, struct peers *peers, struct err *e);
/* A command -> words, and its switches as layers. */
int peers_make_words(const char *command, struct words *words, struct layers *switches,
		     struct err *e);

/* Those that the program brings along. */
int peers_read_known(struct peers *peers, struct err *e);

#endif

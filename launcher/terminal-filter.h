/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal-filter: what a program writes to its terminal, on its way to the caller's.
 *
 * A terminal is driven by what it is sent, and some of that makes it answer: the answer is typed as
 * if the user had, and reaches whoever reads next. Some of it writes the user's clipboard. What
 * passes is an allow-list (terminal-sequences.c): text, colours, cursor, mouse, alternate screen,
 * titles, byte for byte; every other sequence is taken out as a whole.
 *
 * Pure: bytes in, bytes out, in pieces of any size. It also remembers which modes are left on, so
 * that the end of a program that was killed can be made good.
 */
#ifndef PINFOLD_TERMINAL_FILTER_H
#define PINFOLD_TERMINAL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FILTER_HELD_MAX = 4096, /* the longest sequence that may pass: a title, a hyperlink */
	FILTER_END_MAX = 512	/* what terminal_filter_end() writes at most */
};

/* What has begun and not ended yet. */
enum filter_state {
	FILTER_GROUND,
	FILTER_CHAR,	   /* a character of several bytes */
	FILTER_ESCAPE,	   /* ESC, maybe with intermediate bytes */
	FILTER_CSI,	   /* ESC [, up to its final byte */
	FILTER_STRING,	   /* ESC ], ESC k: held until its end is known */
	FILTER_SKIPPED,	   /* a string of a kind that never passes, or one that is too long */
	FILTER_CSI_SKIPPED /* one that is too long */
};

struct terminal_filter {
	bool utf8;     /* how the caller's terminal reads bytes above 127 */
	uint8_t state; /* of enum filter_state */
	bool escaped;  /* in a string: the last byte was ESC, perhaps of its end (ESC \) */
	size_t held_n;
	uint64_t modes;	     /* bit i: left[i] of terminal-sequences.c is on */
	unsigned int pushed; /* keyboard modes (CSI > u) that have not been popped */
	unsigned char held[FILTER_HELD_MAX];
};

void terminal_filter_begin(struct terminal_filter *f, bool utf8);

/* Filters n bytes into out, which has room for n + FILTER_HELD_MAX. Returns how many came out. */
size_t terminal_filter_run(struct terminal_filter *f, const void *in, size_t n, void *out);

/* The program has ended: forgets what is unfinished, and writes what puts the modes back. */
size_t terminal_filter_end(struct terminal_filter *f, char out[FILTER_END_MAX]);

/* Whether a locale's name (LC_ALL, LC_CTYPE, LANG; may be NULL) speaks of a terminal in UTF-8. */
bool terminal_filter_is_utf8(const char *locale);

/*
 * terminal-sequences.c: whether a whole sequence may pass, as it was written, with its introducer
 * in any form (ESC [, 0x9b, or that in UTF-8). Notes the modes that it sets.
 */
bool sequence_passes_escape(struct terminal_filter *f, const unsigned char *text, size_t n);
bool sequence_passes_csi(struct terminal_filter *f, const unsigned char *text, size_t n);
bool sequence_passes_string(const struct terminal_filter *f, const unsigned char *text, size_t n);
void sequence_note_shift(struct terminal_filter *f); /* to another set of characters (SO) */
size_t sequence_end(struct terminal_filter *f, char out[FILTER_END_MAX]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal-filter: see terminal-filter.h. The state machine; what passes is terminal-sequences.c's.
 *
 * The rule behind every odd case: what is held has not been sent, so dropping it is always safe;
 * what is sent leaves the caller's terminal in its ground state, whatever that makes of bytes that
 * no standard covers. So a sequence is sent when it is whole, or never.
 */
#include "terminal-filter.h"

#include <string.h>
#include <strings.h>

enum {
	ENQ = 0x05,
	BEL = 0x07,
	SO = 0x0e,
	CAN = 0x18,
	SUB = 0x1a,
	ESC = 0x1b,
	C1_DCS = 0x90,
	C1_SOS = 0x98,
	C1_CSI = 0x9b,
	C1_ST = 0x9c,
	C1_OSC = 0x9d,
	C1_PM = 0x9e,
	C1_APC = 0x9f,
	CSI_MAX = 256
};

/* Bytes that need a look while nothing has begun. */
static const bool special[256] = {[ENQ] = true, [SO] = true, [ESC] = true, [0x80 ... 0xff] = true};

struct output {
	unsigned char *p;
};

static void put(struct output *out, const void *data, size_t n)
{
	memcpy(out->p, data, n);
	out->p += n;
}

static void release(struct terminal_filter *f, struct output *out, bool passes)
{
	if (passes)
		put(out, f->held, f->held_n);
	f->held_n = 0;
	f->state = FILTER_GROUND;
}

static void hold(struct terminal_filter *f, unsigned char byte)
{
	f->held[f->held_n++] = byte;
}

static void skip(struct terminal_filter *f, enum filter_state how)
{
	f->held_n = 0;
	f->escaped = false;
	f->state = (uint8_t)how;
}

/* A C1 control has come, in one of its forms, which is what is held. */
static void begin_c1(struct terminal_filter *f, struct output *out, unsigned char c1)
{
	switch (c1) {
	case C1_CSI:
		f->state = FILTER_CSI;
		break;
	case C1_OSC:
		f->escaped = false;
		f->state = FILTER_STRING;
		break;
	case C1_DCS:
	case C1_SOS:
	case C1_PM:
	case C1_APC:
		skip(f, FILTER_SKIPPED);
		break;
	default:
		release(f, out, sequence_passes_escape(f, f->held, f->held_n));
	}
}

/*
 * How many bytes the character that begins with these takes: 0 where that is not known yet, -1
 * where they begin none (RFC 3629: no overlong forms, no surrogates).
 */
static int char_size(const unsigned char *p, size_t n)
{
	unsigned int lead = p[0], low = 0x80, high = 0xbf;
	size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

	/* The most of them, at once. */
	if (n > 2 && lead > 0xe0 && lead < 0xed && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80)
		return 3;
	if (lead < 0xc2 || lead > 0xf4)
		return -1;
	if (n == 1)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return -1;
	for (size_t i = 2; i < n && i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return -1;
	return n >= size ? (int)size : 0;
}

static bool is_c1_char(const unsigned char *p, size_t n)
{
	return n == 2 && p[0] == 0xc2 && p[1] < 0xa0;
}

static void run_ground(struct terminal_filter *f, unsigned char byte, struct output *out);

/* In a character of several bytes: the next one. */
static void run_char(struct terminal_filter *f, unsigned char byte, struct output *out)
{
	int size;

	hold(f, byte);
	size = char_size(f->held, f->held_n);
	if (size == 0)
		return;
	if (size > 0 && is_c1_char(f->held, f->held_n)) {
		begin_c1(f, out, f->held[1]);
		return;
	}
	if (size > 0) {
		release(f, out, true);
		return;
	}
	/* No character: what could be a control alone is dropped, and the last byte begins anew. */
	for (size_t i = 0; i + 1 < f->held_n; i++)
		if (f->held[i] >= 0xa0)
			put(out, &f->held[i], 1);
	release(f, out, false);
	run_ground(f, byte, out);
}

static void run_ground(struct terminal_filter *f, unsigned char byte, struct output *out)
{
	if (byte == ENQ)
		return;
	if (byte == SO)
		sequence_note_shift(f);
	if (byte != ESC && byte < 0x80) {
		put(out, &byte, 1);
		return;
	}
	f->held_n = 0;
	if (byte == ESC) {
		hold(f, byte);
		f->state = FILTER_ESCAPE;
	} else if (!f->utf8 && byte < 0xa0) {
		hold(f, byte);
		begin_c1(f, out, byte);
	} else if (f->utf8 && char_size(&byte, 1) == 0) {
		hold(f, byte);
		f->state = FILTER_CHAR;
	} else if (byte >= 0xa0) {
		put(out, &byte, 1); /* of no character: shown as such, or one of 8-bit sets */
	}
}

/* What ends any sequence that has not ended: true where byte was that. */
static bool run_abort(struct terminal_filter *f, unsigned char byte, struct output *out)
{
	if (byte != CAN && byte != SUB && byte != ESC && byte < 0x80)
		return false;
	release(f, out, false);
	if (byte != CAN && byte != SUB)
		run_ground(f, byte, out);
	return true;
}

static void run_escape(struct terminal_filter *f, unsigned char byte, struct output *out)
{
	if (run_abort(f, byte, out) || byte == ENQ)
		return;
	if (f->held_n == CSI_MAX) {
		release(f, out, false);
		return;
	}
	hold(f, byte);
	/* Controls are obeyed in between (ECMA-48 leaves it open; terminals do). */
	if (byte < 0x30 || byte == 0x7f)
		return;
	/* ESC @ to ESC _ are the C1 controls, unless something stands between the two. */
	if (f->held_n == 2 && byte >= 0x40 && byte < 0x60)
		begin_c1(f, out, byte + 0x40);
	else if (f->held_n == 2 && byte == 'k')
		f->state = FILTER_STRING;
	else
		release(f, out, sequence_passes_escape(f, f->held, f->held_n));
}

static void run_csi(struct terminal_filter *f, unsigned char byte, struct output *out)
{
	if (run_abort(f, byte, out) || byte == ENQ)
		return;
	if (f->held_n == CSI_MAX)
		skip(f, FILTER_CSI_SKIPPED);
	if (f->state == FILTER_CSI)
		hold(f, byte);
	if (byte >= 0x40 && byte != 0x7f)
		release(f, out, f->held_n && sequence_passes_csi(f, f->held, f->held_n));
}

/*
 * In a string. It ends with BEL or ST (ESC \, 0x9c, or that in UTF-8); any other ESC and any other
 * C1 control cut it short, and then it does not pass.
 */
static void run_string(struct terminal_filter *f, unsigned char byte, struct output *out)
{
	bool escaped = f->escaped, c1;

	if (byte == CAN || byte == SUB) {
		release(f, out, false);
		return;
	}
	if (escaped && byte != '\\') {
		release(f, out, false);
		hold(f, ESC);
		f->state = FILTER_ESCAPE;
		run_escape(f, byte, out);
		return;
	}
	if (f->held_n == FILTER_HELD_MAX)
		skip(f, FILTER_SKIPPED);
	f->escaped = byte == ESC;
	if (f->state == FILTER_STRING)
		hold(f, byte);
	c1 = f->utf8 ? f->held_n > 1 && is_c1_char(f->held + f->held_n - 2, 2)
		     : byte >= 0x80 && byte < 0xa0;
	if (byte == BEL || escaped || (c1 && byte == C1_ST)) {
		release(f, out, sequence_passes_string(f, f->held, f->held_n));
	} else if (c1) {
		release(f, out, false);
		if (f->utf8)
			hold(f, 0xc2);
		hold(f, byte);
		begin_c1(f, out, byte);
	}
}

static void run_byte(struct terminal_filter *f, unsigned char byte, struct output *out)
{
	switch (f->state) {
	case FILTER_GROUND:
		run_ground(f, byte, out);
		break;
	case FILTER_CHAR:
		run_char(f, byte, out);
		break;
	case FILTER_ESCAPE:
		run_escape(f, byte, out);
		break;
	case FILTER_CSI:
	case FILTER_CSI_SKIPPED:
		run_csi(f, byte, out);
		break;
	default:
		run_string(f, byte, out);
	}
}

/* The size of the sequence at p, from ESC [ to its final byte, if it is whole and simple; 0 else.
 */
static size_t csi_size(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *q = p + 2;

	if (end - p > CSI_MAX)
		end = p + CSI_MAX;
	if (end - p < 3 || p[1] != '[')
		return 0;
	while (q < end && *q >= 0x20 && *q < 0x40)
		q++;
	return q < end && *q >= 0x40 && *q < 0x7f ? (size_t)(q - p) + 1 : 0;
}

/*
 * Text, whole characters and sequences that may pass go by without a look at the state for each
 * byte. Returns where something begins that wants one.
 */
static const unsigned char *pass_plain(struct terminal_filter *f, const unsigned char *p,
				       const unsigned char *end)
{
	while (p < end) {
		size_t n = 0;
		int size;

		if (!special[*p]) {
			p++;
			continue;
		}
		if (*p == ESC) {
			n = csi_size(p, end);
			if (n && !sequence_passes_csi(f, p, n))
				n = 0;
		} else if (f->utf8 && *p >= 0xc2) {
			size = char_size(p, (size_t)(end - p));
			n = size > 0 && !is_c1_char(p, (size_t)size) ? (size_t)size : 0;
		}
		if (n == 0)
			break;
		p += n;
	}
	return p;
}

size_t terminal_filter_run(struct terminal_filter *f, const void *in, size_t n, void *room)
{
	const unsigned char *p = in, *end = p + n;
	struct output out = {room};

	while (p < end) {
		const unsigned char *run = p;

		if (f->state != FILTER_GROUND) {
			run_byte(f, *p++, &out);
			continue;
		}
		p = pass_plain(f, p, end);
		put(&out, run, (size_t)(p - run));
		if (p < end)
			run_ground(f, *p++, &out);
	}
	return (size_t)(out.p - (unsigned char *)room);
}

void terminal_filter_begin(struct terminal_filter *f, bool utf8)
{
	memset(f, 0, sizeof(*f));
	f->utf8 = utf8;
}

size_t terminal_filter_end(struct terminal_filter *f, char out[FILTER_END_MAX])
{
	f->held_n = 0;
	f->state = FILTER_GROUND;
	return sequence_end(f, out);
}

/* "C", and a name without a character set but of no country, say nothing: UTF-8 is likelier. */
bool terminal_filter_is_utf8(const char *locale)
{
	const char *set = locale ? strchr(locale, '.') : NULL;

	if (!locale || !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		return true;
	if (!set)
		return false;
	return strncasecmp(set, ".utf-8", 6) == 0 || strncasecmp(set, ".utf8", 5) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal-sequences: which control sequences may pass to the caller's terminal. This is the page
 * to audit.
 *
 * An allow-list: what is not here is taken out. What makes a terminal answer is not here: device
 * attributes (c), status (n), modes ($p), settings (DCS $q), sums of what the screen shows (*y),
 * windows and titles (t), versions (>q), keyboards (?u), colours (OSC with "?"). Nor is what acts
 * beyond the screen: the clipboard (OSC 52), printing (i), files and pictures (OSC 1337, APC),
 * messages and directories for the desktop (OSC 7, 9, 777), keys with a meaning of the program's
 * choice (DCS |), what another terminal inside would pass through (DCS tmux;), and what changes how
 * bytes are read at all (ESC %, ESC SP, VT52). Sources: ECMA-48, xterm's ctlseqs, kitty's and
 * iTerm2's protocol pages, console_codes(4).
 *
 * Pure. Mustn't look at anything but the sequence.
 */
#include "terminal-filter.h"

#include <stdio.h>
#include <string.h>

enum { ODD = 1 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A control sequence with the controls taken out that a terminal would obey in between. */
struct sequence {
	char prefix; /* one of <=>?, or 0 */
	char inter;  /* the intermediate byte; 0: none; ODD: what no sequence has */
	char final;
	unsigned int n; /* parameters */
	unsigned int params[16];
	bool many; /* more parameters than that, or larger ones than can be told */
};

/* Final bytes that pass, by what stands before them. */
static const struct {
	char prefix, inter;
	const char *finals;
} passes_csi[] = {
	/* Cursor, erasing, inserting, scrolling, tabs, modes, colours, margins, title stack. */
	{0, 0, "@ABCDEFGHIJKLMPSTXZ`abdefghlmqrstu"},
	{0, ' ', "@Aq"},    /* scrolling sideways; the cursor's shape */
	{0, '!', "p"},	    /* soft reset */
	{0, '"', "q"},	    /* protected characters */
	{0, '$', "rtvxz{"}, /* rectangles: attributes, copies, fills, erasing */
	{0, '*', "x"},	    /* what an attribute change means for them */
	{0, '\'', "}~"},    /* columns */
	{0, '#', "{}pqPQ"}, /* stacks of attributes and colours */
	{'?', 0, "JKWchlrs"},
	{'>', 0, "fmnpsu"}, /* keyboard and pointer */
	{'<', 0, "u"},	    /* keyboard: pop */
	{'=', 0, "u"},	    /* keyboard: set */
};

/* Modes that may not be set, or not be left. */
static const struct {
	char prefix, final;
	unsigned int mode;
} bad_modes[] = {
	{0, 'h', 2},	  /* locks the keyboard */
	{'?', 'l', 2},	  /* VT52: another language */
	{'?', 'h', 38},	  /* Tektronix: likewise */
	{'?', 'h', 46},	  /* writes a log file */
	{'?', 'h', 2048}, /* answers at once, with the size */
};

/* Modes that a program is to leave as it found them, and how to leave them. */
static const struct {
	char prefix, on;
	unsigned int mode;
	const char *off;
} left[] = {
	{'?', 'h', 1, "\033[?1l"}, /* cursor keys */
	{'?', 'l', 7, "\033[?7h"}, /* lines wrap */
	{'?', 'h', 9, "\033[?9l"}, /* the mouse, in all its ways */
	{'?', 'h', 1000, "\033[?1000l"}, {'?', 'h', 1001, "\033[?1001l"},
	{'?', 'h', 1002, "\033[?1002l"}, {'?', 'h', 1003, "\033[?1003l"},
	{'?', 'h', 1004, "\033[?1004l"}, /* tells of focus */
	{'?', 'h', 1005, "\033[?1005l"}, {'?', 'h', 1006, "\033[?1006l"},
	{'?', 'h', 1015, "\033[?1015l"}, {'?', 'h', 1016, "\033[?1016l"},
	{'?', 'h', 2004, "\033[?2004l"}, /* marks what is pasted */
	{'?', 'h', 2026, "\033[?2026l"}, /* holds the picture back */
	{'?', 'h', 2031, "\033[?2031l"}, /* tells of new colours */
	{0, 'h', 4, "\033[4l"},		 /* inserts */
	{0, 'h', 20, "\033[20l"},	 /* the key Enter types a line feed, too */
	{'>', 'm', 4, "\033[>4m"},	 /* keys with modifiers */
	{'?', 'h', 47, "\033[?47l"},	 /* the other screen */
	{'?', 'h', 1047, "\033[?1047l"}, {'?', 'h', 1049, "\033[?1049l"},
	{'?', 'l', 25, "\033[?25h"}, /* the cursor shows */
};

/* Places in struct terminal_filter's modes behind those of left[]. */
enum { MODE_KEYPAD = 48, MODE_COLOUR, MODE_SHAPE, MODE_LINES, MODE_SHIFT, MODE_MARGINS };

static void set_bit(struct terminal_filter *f, unsigned int bit, bool on)
{
	f->modes = on ? f->modes | UINT64_C(1) << bit : f->modes & ~(UINT64_C(1) << bit);
}

/* Behind the introducer: ESC and a byte, or one byte, or two in UTF-8. */
static size_t introducer(const unsigned char *text)
{
	return text[0] == 0x1b || text[0] == 0xc2 ? 2 : 1;
}

static void read_param(struct sequence *s, unsigned char byte)
{
	unsigned int *last = &s->params[s->n - 1];

	if (byte == ';' || byte == ':') {
		if (s->n == COUNT(s->params))
			s->many = true;
		else
			s->params[s->n++] = 0;
	} else if (*last < 100000) {
		*last = *last * 10 + byte - '0';
	} else {
		s->many = true; /* no terminal has it, and each may make another number of it */
	}
}

static void read_sequence(struct sequence *s, const unsigned char *text, size_t n)
{
	bool first = true;

	memset(s, 0, sizeof(*s));
	s->n = 1;
	for (size_t i = introducer(text); i < n; i++) {
		unsigned char byte = text[i];

		if (byte < 0x20 || byte == 0x7f)
			continue;
		if (byte >= 0x40)
			s->final = (char)byte;
		else if (byte >= 0x3c && first)
			s->prefix = (char)byte;
		else if (byte < 0x30)
			s->inter = (char)(s->inter ? ODD : byte);
		else if (byte < 0x3c && !s->inter)
			read_param(s, byte);
		else
			s->inter = ODD;
		first = false;
	}
}

static bool is_listed(const struct sequence *s)
{
	for (size_t i = 0; i < COUNT(passes_csi); i++)
		if (passes_csi[i].prefix == s->prefix && passes_csi[i].inter == s->inter)
			return strchr(passes_csi[i].finals, s->final) != NULL;
	return false;
}

static bool sets_bad_mode(const struct sequence *s)
{
	for (size_t i = 0; i < COUNT(bad_modes); i++) {
		if (bad_modes[i].prefix != s->prefix || bad_modes[i].final != s->final || s->inter)
			continue;
		for (unsigned int p = 0; p < s->n; p++)
			if (s->params[p] == bad_modes[i].mode)
				return true;
	}
	/* Some of them cannot be told. */
	return s->many && (s->final == 'h' || s->final == 'l');
}

static void note_modes(struct terminal_filter *f, const struct sequence *s)
{
	if (s->final != 'h' && s->final != 'l' && (s->final != 'm' || !s->prefix))
		return;
	for (size_t i = 0; i < COUNT(left); i++) {
		bool keys = left[i].on == 'm';

		if (left[i].prefix != s->prefix)
			continue;
		for (unsigned int p = 0; p < (keys ? 1 : s->n); p++)
			if (s->params[p] == left[i].mode && s->final == left[i].on)
				set_bit(f, (unsigned int)i, !keys || s->n > 1);
			else if (s->params[p] == left[i].mode && !keys &&
				 (s->final == 'h' || s->final == 'l'))
				set_bit(f, (unsigned int)i, false);
	}
}

static void note_others(struct terminal_filter *f, const struct sequence *s)
{
	if (s->final == 'm' && !s->prefix && !s->inter)
		set_bit(f, MODE_COLOUR, s->n > 1 || s->params[0]);
	else if (s->final == 'q' && s->inter == ' ')
		set_bit(f, MODE_SHAPE, s->params[0]);
	else if (s->final == 'r' && !s->prefix && !s->inter)
		set_bit(f, MODE_MARGINS, s->n > 1 || s->params[0]);
	else if (s->final == 'u' && s->prefix == '>' && f->pushed < 99)
		f->pushed++;
	else if (s->final == 'u' && s->prefix == '<')
		f->pushed -= f->pushed < s->params[0] ? f->pushed : s->params[0] ? s->params[0] : 1;
	else if (s->final == 'p' && s->inter == '!')
		f->modes &= UINT64_C(1) << MODE_SHAPE;
}

void sequence_note_shift(struct terminal_filter *f)
{
	set_bit(f, MODE_SHIFT, true);
}

bool sequence_passes_csi(struct terminal_filter *f, const unsigned char *text, size_t n)
{
	struct sequence s;

	read_sequence(&s, text, n);
	if (!is_listed(&s) || sets_bad_mode(&s))
		return false;
	/* Of the window's operations only the stack of titles: no answer, no size. */
	if (s.final == 't' && !s.inter && (s.prefix || (s.params[0] != 22 && s.params[0] != 23)))
		return false;
	if (!s.inter)
		note_modes(f, &s);
	note_others(f, &s);
	return true;
}

bool sequence_passes_escape(struct terminal_filter *f, const unsigned char *text, size_t n)
{
	unsigned char inter = 0, final = text[n - 1];
	size_t inters = 0;

	if (text[0] != 0x1b) {
		/* A C1 control in one of its other forms: those that ESC gives too. */
		final -= 0x40;
	} else {
		for (size_t i = 1; i + 1 < n; i++) {
			if (text[i] < 0x20 || text[i] == 0x7f)
				continue;
			inter = text[i];
			inters++;
		}
	}
	if (inters > 1)
		return false;
	/* Character sets; double height and width; no % (encodings), no blank (8-bit answers). */
	if (inters == 1 && strchr("()*+-./", inter)) {
		if (inter == '(')
			set_bit(f, MODE_LINES, final != 'B');
		else if (final != 'B')
			set_bit(f, MODE_SHIFT, true);
		return true;
	}
	if (inters == 1)
		return inter == '#' && final >= '3' && final <= '8';
	if (final == '=' || final == '>')
		set_bit(f, MODE_KEYPAD, final == '=');
	if (final && strchr("no|}~", final))
		set_bit(f, MODE_SHIFT, true);
	if (final == 'c')
		f->modes = f->pushed = 0;
	return final && strchr("6789=>DEFHMNOVW\\clmno|}~", final);
}

/* Commands of OSC that pass. */
static const struct {
	unsigned int low, high;
	bool asks; /* "?" in it is a question */
} passes_osc[] = {
	{0, 2, false},	   /* titles */
	{4, 5, true},	   /* colours */
	{8, 8, false},	   /* links */
	{10, 19, true},	   /* colours */
	{104, 105, false}, /* ... as they were */
	{110, 119, false}, /* ... likewise */
	{133, 133, false}, /* where a prompt begins */
};

static bool passes_osc_command(const unsigned char *p, size_t n)
{
	unsigned int command = 0;
	size_t i = 0;

	for (; i < n && i < 5 && p[i] >= '0' && p[i] <= '9'; i++)
		command = command * 10 + p[i] - '0';
	if (i == 0 || (i < n && p[i] != ';'))
		return false;
	/* Of 9 only the bar of progress: it has been commands to run, too. */
	if (command == 9)
		return n - i > 2 && p[i + 1] == '4' && p[i + 2] == ';';
	for (size_t row = 0; row < COUNT(passes_osc); row++)
		if (command >= passes_osc[row].low && command <= passes_osc[row].high)
			return !passes_osc[row].asks || !memchr(p + i, '?', n - i);
	return false;
}

/* Text alone, so that wherever a terminal sees its end, nothing but text follows. */
static bool is_text(bool utf8, const unsigned char *p, size_t n)
{
	size_t more = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			return false;
		if (!utf8 && p[i] >= 0x80 && p[i] < 0xa0)
			return false;
		if (!utf8 || p[i] < 0x80) {
			if (more)
				return false;
		} else if (more) {
			if ((p[i] & 0xc0) != 0x80)
				return false;
			more--;
		} else if (p[i] < 0xc2 || p[i] > 0xf4) {
			return false;
		} else {
			more = p[i] >= 0xf0 ? 3 : p[i] >= 0xe0 ? 2 : 1;
		}
	}
	return more == 0;
}

bool sequence_passes_string(const struct terminal_filter *f, const unsigned char *text, size_t n)
{
	size_t from = introducer(text), end = 1;

	if (n < from + 1)
		return false;
	if (text[n - 1] == '\\' || (text[n - 1] == 0x9c && f->utf8))
		end = 2;
	if (n < from + end || !is_text(f->utf8, text + from, n - from - end))
		return false;
	return (text[0] == 0x1b && text[1] == 'k') ||
	       passes_osc_command(text + from, n - from - end);
}

size_t sequence_end(struct terminal_filter *f, char out[FILTER_END_MAX])
{
	size_t n = 0;

#define ADD(...) n += (size_t)snprintf(out + n, FILTER_END_MAX - n, __VA_ARGS__)
	/* Keyboard modes belong to the screen that they were pushed on: before it is left. */
	if (f->pushed)
		ADD("\033[<%uu", f->pushed);
	for (size_t i = 0; i < COUNT(left); i++)
		if (f->modes >> i & 1)
			ADD("%s", left[i].off);
	/* Margins, which move the cursor when they go. */
	if (f->modes >> MODE_MARGINS & 1)
		ADD("\0337\033[r\0338");
	if (f->modes >> MODE_KEYPAD & 1)
		ADD("\033>");
	if (f->modes >> MODE_LINES & 1)
		ADD("\033(B");
	if (f->modes >> MODE_SHIFT & 1)
		ADD("\033)B\017");
	if (f->modes >> MODE_COLOUR & 1)
		ADD("\033[m");
	if (f->modes >> MODE_SHAPE & 1)
		ADD("\033[0 q");
#undef ADD
	f->modes = 0;
	f->pushed = 0;
	return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal-filter: what passes and what does not, in one piece, byte by byte and in every two
 * pieces; what is left on is put back.
 */
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pinfold.h"
#include "terminal-filter.h"

#define GONE ""
#define SAME NULL

/* A string with its size, so that it may hold NULs. */
#define B(text) text, sizeof(text) - 1

struct row {
	const char *what, *in;
	size_t n;
	const char *out; /* NULL: as it came */
};

static const struct row utf8_rows[] = {
	/* Text. */
	{"text", B("hello, world\r\n\ttab \b\a\v\f\016\017"), SAME},
	{"NUL and DEL", B("a\0b\177c"), SAME},
	{"UTF-8", B("é ß € “quoted” ✓ 日本語 🦀 \xf4\x8f\xbf\xbf"), SAME},
	{"Latin-1 bytes that no UTF-8 is", B("caf\xe9 na\xefve"), SAME},
	{"... at the end", B("caf\xe9\n"), SAME},
	{"an invalid byte below 0xa0",
	 B("a\x9b"
	   "b\x80"
	   "c"),
	 "abc"},
	{"a cut character",
	 B("\xe2\x9b"
	   "6n"),
	 "\xe2"
	 "6n"},
	{"an overlong ESC",
	 B("\xc0\x9b"
	   "6n"),
	 "\xc0"
	 "6n"},
	{"an overlong CSI",
	 B("\xe0\x82\x9b"
	   "6n"),
	 "\xe0"
	 "6n"},
	{"a surrogate",
	 B("\xed\xa0\x9b"
	   "6n"),
	 "\xed\xa0"
	 "6n"},
	{"beyond Unicode",
	 B("\xf5\x9b"
	   "x"),
	 "\xf5x"},
	/* Colour, cursor, mouse, screens. */
	{"colours", B("\033[m\033[1;31mred\033[38;5;200mx\033[38;2;1;2;3my\033[4:3mz\033[0m"),
	 SAME},
	{"cursor",
	 B("\033[H\033[2J\033[10;20H\033[A\033[3B\033[C\033[D\033[s\033[u\0337\0338\033[5G"), SAME},
	{"erasing", B("\033[K\033[1K\033[J\033[3J\033[?2J\033[P\033[2X\033[L\033[M\033[@\033[5b"),
	 SAME},
	{"margins, scrolling, tabs",
	 B("\033[2;20r\033[r\033[S\033[T\033H\033[3g\033[I\033[Z\033M\033D\033E"), SAME},
	{"the other screen", B("\033[?1049h\033[?25l\033[?1h\033=x\033[?1049l\033[?25h\033>"),
	 SAME},
	{"mouse", B("\033[?1000;1002;1006h\033[?1003h\033[?1006l"), SAME},
	{"pasting, focus, picture", B("\033[?2004h\033[?1004h\033[?2026h\033[?2026l"), SAME},
	{"the cursor's shape", B("\033[5 q"), SAME},
	{"the keyboard", B("\033[>1u\033[<u\033[=5;1u\033[>4;2m\033[>4m"), SAME},
	{"sets of characters", B("\033(0lqk\033(B\033)A\033n\033o\033#8"), SAME},
	{"resets", B("\033[!p\033c"), SAME},
	{"the stack of titles", B("\033[22;0t\033[23;0;0t"), SAME},
	{"titles", B("\033]0;title é ✳\007\033]2;t\033\\\033]1;i\007"), SAME},
	{"a title in tmux", B("\033kname\033\\"), SAME},
	{"links", B("\033]8;id=1;https://example.org/?a=1\033\\text\033]8;;\033\\"), SAME},
	{"colours of the palette",
	 B("\033]4;1;rgb:aa/bb/cc\007\033]104\007\033]11;#000000\033\\\033]111\007"), SAME},
	{"marks of a prompt", B("\033]133;A\007"), SAME},
	{"progress", B("\033]9;4;1;50\007"), SAME},
	{"CSI in UTF-8's own form",
	 B("\302\2331mx\302\233"
	   "0m"),
	 SAME},
	{"a control inside of a sequence", B("\033[1\b;31mx"), SAME},
	/* What answers. */
	{"ENQ", B("a\005b"), "ab"},
	{"ENQ in a sequence", B("\033\005[1\005m"), "\033[1m"},
	{"device attributes", B("a\033[cb\033[0cc\033[>cd\033[>0ce\033[=cf\033Zg"), "abcdefg"},
	{"status", B("\033[5n\033[6n\033[?6n\033[?15n\033[?996nx"), "x"},
	{"a status query with a control in it", B("\033[6\010n\033[\n6nx"), "x"},
	{"... cut by another ESC", B("\033[6\033[6nx"), "x"},
	{"... by CAN", B("\033[6\030nx"), "nx"},
	{"parameters", B("\033[x\033[1xy"), "y"},
	{"modes", B("\033[?1049$p\033[4$px"), "x"},
	{"settings", B("\033P$qm\033\\\033P$q q\033\\x"), "x"},
	{"capabilities", B("\033P+q544e\033\\x"), "x"},
	{"version", B("\033[>q\033[>0qx"), "x"},
	{"the keyboard's mode", B("\033[?ux"), "x"},
	{"keys with modifiers", B("\033[?4mx"), "x"},
	{"pictures", B("\033[?1;1;0Sx"), "x"},
	{"windows",
	 B("\033[11t\033[13t\033[14t\033[14;2t\033[16t\033[18t\033[19t\033[20t\033[21tx"), "x"},
	{"moving and sizing a window", B("\033[3;0;0t\033[8;10;10t\033[2t\033[24tx"), "x"},
	{"sums of the screen", B("\033[1;1;1;1;24;80*yx"), "x"},
	{"reports of attributes", B("\033[1;1;2;2#|\033[#Rx"), "x"},
	{"terminal states", B("\033[1$u\033[2$w\033['|\033[\"v\033[&ux"), "x"},
	{"what no table knows", B("\033[1,u\033[1+x\033[1~x"), "x"},
	{"the size at once", B("\033[?2048h\033[?25;2048hx"), "x"},
	{"colours, asked for",
	 B("\033]10;?\007\033]11;?\033\\\033]4;1;?\007\033]4;1;red;2;?\007\033]5;0;?\007x"), "x"},
	{"the font", B("\033]50;?\007\033]50;x\007x"), "x"},
	/* What acts elsewhere. */
	{"the clipboard", B("\033]52;c;aGk=\007\033]52;;aGk=\033\\\033]52;c;?\007x"), "x"},
	{"... with leading zeros", B("\033]052;c;aGk=\007\033]00052;c;aGk=\007x"), "x"},
	{"... in 8 bits",
	 B("\302\235"
	   "52;c;aGk=\302\234x"),
	 "x"},
	{"... behind the end of a title",
	 B("\033]0;a\302\234\302\235"
	   "52;c;aGk=\007x"),
	 "\033]0;a\302\234x"},
	{"... within a title", B("\033]0;a\033]52;c;aGk=\007x"), "x"},
	{"... behind a cut title",
	 B("\033]0;a\302\235"
	   "52;c;aGk=\007x"),
	 "x"},
	{"... through tmux", B("\033Ptmux;\033\033]52;c;aGk=\007\033\\x"), "\033\\x"},
	{"... through screen", B("\033P\033]52;c;aGk=\007\033\\x"), "\033\\x"},
	{"printing", B("\033[5ix\033[4i\033[?5iy"), "xy"},
	{"pictures of kitty's, files", B("\033_Gt=f,a=T;L2V0Yy9wYXNzd2Q=\033\\x"), "x"},
	{"pictures of iTerm2's", B("\033]1337;File=inline=1:AAAA\007x"), "x"},
	{"sixels", B("\033P0;1q\"1;1;1;1#0~\033\\x"), "x"},
	{"keys of the program's choice", B("\033P1;1|17/6c730a\033\\x"), "x"},
	{"a directory, a message",
	 B("\033]7;file:///tmp\007\033]9;hi\007\033]777;notify;a;b\007\033]99;;x\007x"), "x"},
	{"a command in ConEmu", B("\033]9;7;\"cmd\"\007x"), "x"},
	{"an icon's file", B("\033]I/etc/passwd\007\033]lt\033\\x"), "x"},
	{"PM, SOS", B("\033^a\033\\\033Xb\033\\x"), "x"},
	{"another encoding", B("\033%@\033%Gx"), "x"},
	{"8-bit answers", B("\033 Gx"), "x"},
	{"VT52, Tektronix, logging, a locked keyboard", B("\033[?2l\033[?38h\033[?46h\033[2hx"),
	 "x"},
	{"a mode among too many to tell", B("\033[?1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;2048hx"), "x"},
	{"a mode too large to tell", B("\033[?4294969344hx"), "x"},
	{"a title with a control in it", B("\033]0;a\nb\007x"), "x"},
	{"a prefix in the wrong place", B("\033[0?1hx"), "x"},
	{"two intermediate bytes", B("\033[ $qx\033( %Bx"), "xx"},
	{"an unknown escape", B("\033`\033d\033yx"), "x"},
	{"ESC ESC", B("\033\033[1mx"), "\033[1mx"},
	{"a sequence that never ends", B("x\033[12"), "x"},
	{"a title that never ends", B("x\033]0;abc"), "x"},
};

static const struct row latin1_rows[] = {
	{"Latin-1 text", B("caf\xe9 \xa0\xff"), SAME},
	{"CSI as one byte",
	 B("\x9b"
	   "1mx\x9bm"),
	 SAME},
	{"a query with it",
	 B("\x9b"
	   "6nx"),
	 "x"},
	{"... within what UTF-8 takes for a character",
	 B("\xc3\x9b"
	   "6nx"),
	 "\xc3x"},
	{"... likewise",
	 B("\xe2\x9b"
	   "6nx"),
	 "\xe2x"},
	{"the clipboard",
	 B("\x9d"
	   "52;c;aGk=\x9cx"),
	 "x"},
	{"a title",
	 B("\x9d"
	   "0;caf\xe9\x9cx"),
	 SAME},
	{"... with a C1 in it",
	 B("\x9d"
	   "0;a\x85x"),
	 "\x85x"},
	{"a device's name", B("\x9ax"), "x"},
	{"next line, index", B("\x85\x84\x8d"), SAME},
	{"DCS, APC", B("\x90$qm\x9c\x9fG\x9cx"), "x"},
};

static size_t filter(bool utf8, const char *in, size_t n, size_t first, size_t piece, char *out)
{
	static struct terminal_filter f;
	size_t done = 0, got = 0;

	terminal_filter_begin(&f, utf8);
	while (done < n) {
		size_t step = done == 0 && first ? first : piece;

		step = step < n - done ? step : n - done;
		got += terminal_filter_run(&f, in + done, step, out + got);
		done += step;
	}
	return got;
}

static void test_rows(bool utf8, const struct row *rows, size_t rows_n)
{
	static char out[65536];

	for (size_t i = 0; i < rows_n; i++) {
		const struct row *r = &rows[i];
		const char *want = r->out ? r->out : r->in;
		size_t size = r->out ? strlen(r->out) : r->n, bad = 0;
		size_t got = filter(utf8, r->in, r->n, 0, r->n, out);

		ok(got == size && memcmp(out, want, size) == 0, "%s: %s", utf8 ? "UTF-8" : "8 bits",
		   r->what);
		if (got != size || memcmp(out, want, size) != 0)
			printf("# got %zu bytes: %.*s\n", got, (int)got, out);
		for (size_t first = 0; first < r->n; first++) {
			got = filter(utf8, r->in, r->n, first, first ? r->n : 1, out);
			bad += got != size || memcmp(out, want, size) != 0;
		}
		ok(bad == 0, "%s: %s, in any pieces", utf8 ? "UTF-8" : "8 bits", r->what);
	}
}

/* What is left on, and what is written for it at the end. */
static void test_end(void)
{
	static const struct {
		const char *in, *end;
	} rows[] = {
		{"text", ""},
		{"\033[?1049h\033[?25l", "\033[?1049l\033[?25h"},
		{"\033[?1049h\033[?25l\033[?25h\033[?1049l", ""},
		{"\033[?1000;1006h\033[?1000l", "\033[?1006l"},
		{"\033[?1004h", "\033[?1004l"},
		{"\033[?2004h\033[?1h\033=", "\033[?1l\033[?2004l\033>"},
		{"\033[31m", "\033[m"},
		{"\033[31m\033[m", ""},
		{"\033[>1u\033[>3u\033[<u", "\033[<1u"},
		{"\033[>4;2m", "\033[>4m"},
		{"\033[>4;2m\033[>4m", ""},
		{"\033[2;10r", "\0337\033[r\0338"},
		{"\033[4 q\033(0", "\033(B\033[0 q"},
		{"\033(0lqk\033(B", ""},
		{"\033)0\016\033(0\033(B", "\033)B\017"},
		{"\033n", "\033)B\017"},
		{"\033[20h", "\033[20l"},
		{"\033[?1049h\033[31m\033c", ""},
		{"\033[?1049h\033[1", "\033[?1049l"},
		{"\033[?2048h", ""},
	};
	static struct terminal_filter f;
	char out[FILTER_HELD_MAX + 64], end[FILTER_END_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n;

		terminal_filter_begin(&f, true);
		(void)terminal_filter_run(&f, rows[i].in, strlen(rows[i].in), out);
		n = terminal_filter_end(&f, end);
		ok(n == strlen(rows[i].end) && memcmp(end, rows[i].end, n) == 0, "left on, row %zu",
		   i);
		is_int((int)terminal_filter_end(&f, end), 0, "... and only once");
	}
}

static void test_lengths(void)
{
	static char in[3 * FILTER_HELD_MAX], out[4 * FILTER_HELD_MAX];
	size_t n;

	for (int more = -2; more <= 2; more++) {
		size_t size = (size_t)(FILTER_HELD_MAX + more);

		memset(in, 'a', sizeof(in));
		memcpy(in, "\033]0;", 4);
		in[size - 1] = '\a';
		in[size] = 'x';
		n = filter(true, in, size + 1, 0, size + 1, out);
		ok(n == (more > 0 ? 1 : size + 1) && out[n - 1] == 'x', "a title of %zu bytes %s",
		   size, more > 0 ? "is taken out" : "passes");
		memset(in, '1', sizeof(in));
		memcpy(in, "\033[", 2);
		in[254 + more] = 'm';
		in[255 + more] = 'x';
		n = filter(true, in, (size_t)(256 + more), 0, 7, out);
		ok(n > 0 && out[n - 1] == 'x' && (n == 1 || n == (size_t)(256 + more)),
		   "a sequence of %d bytes is whole or out", 255 + more);
	}
	memset(in, '1', sizeof(in));
	memcpy(in, "\033[", 2);
	memcpy(in + sizeof(in) - 2, "nx", 2);
	n = filter(true, in, sizeof(in), 0, 100, out);
	ok(n == 1 && out[0] == 'x', "a query of 12 kB is taken out");
}

static void test_locales(void)
{
	static const struct {
		const char *name;
		bool utf8;
	} rows[] = {
		{NULL, true},
		{"", true},
		{"C", true},
		{"POSIX", true},
		{"C.UTF-8", true},
		{"de_DE.UTF-8", true},
		{"de_DE.utf8", true},
		{"de_DE", false},
		{"de_DE.ISO-8859-1", false},
		{"ru_RU.KOI8-R", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		is_int(terminal_filter_is_utf8(rows[i].name), rows[i].utf8, "locale %s",
		       rows[i].name ? rows[i].name : "unset");
}

/* Megabytes that a second of processor time filters, of such lines. */
static double speed(const char *line)
{
	enum { SIZE = 1 << 20, ROUNDS = 64 };
	static char in[SIZE], out[SIZE + FILTER_HELD_MAX];
	static struct terminal_filter f;
	clock_t start;

	for (size_t i = 0, n = strlen(line); i + n <= SIZE; i += n)
		memcpy(in + i, line, n);
	terminal_filter_begin(&f, true);
	start = clock();
	for (int i = 0; i < ROUNDS; i++)
		(void)terminal_filter_run(&f, in, SIZE, out);
	return (double)SIZE * ROUNDS / 1e6 * CLOCKS_PER_SEC / (double)(clock() - start);
}

static const struct {
	const char *what, *text;
} speeds[] = {
	{"text", "The quick brown fox jumps over the lazy dog, and so on to the end.\n"},
	{"coloured text",
	 "\033[32mok\033[0m 12 - tests/unit/test of something or other \033[1mhere\033[m\n"},
	{"Japanese", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n"},
};

#ifdef __SANITIZE_ADDRESS__
enum { SPEED_LEAST = 1 };
#else
enum { SPEED_LEAST = 200 };
#endif

int main(void)
{
	test_rows(true, utf8_rows, ARRAY_SIZE(utf8_rows));
	test_rows(false, latin1_rows, ARRAY_SIZE(latin1_rows));
	test_end();
	test_lengths();
	test_locales();
	for (size_t i = 0; i < ARRAY_SIZE(speeds); i++) {
		double got = speed(speeds[i].text);

		printf("# %s: %.0f MB/s\n", speeds[i].what, got);
		/* Of processor time, so that a busy machine does not count; a sanitizer would. */
		ok(got >= SPEED_LEAST, "%s: at least %d MB/s", speeds[i].what, SPEED_LEAST);
	}
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal-filter: random bytes never make a terminal answer, as a terminal that was written for
 * this test sees it; pieces make no difference, and what has passed passes again.
 */
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#include "pinfold.h"
#include "terminal-filter.h"

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

/*
 * A terminal of the test's own, as forgiving as the worst of them: counts what it would answer or
 * do beyond its screen. It knows the questions by name and is nothing but a list of them, where the
 * filter has a list of what passes.
 */
static size_t answers(bool utf8, const unsigned char *p, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = p[i], intro = 0;
		char prefix = 0, inter = 0;
		size_t j = i + 1;
		unsigned int first = 0;

		count += c == 5;
		if (c == 0x1b && j < n)
			intro = p[j++];
		else if (utf8 && c == 0xc2 && j < n && p[j] >= 0x80 && p[j] < 0xa0)
			intro = (unsigned char)(p[j++] - 0x40);
		else if (!utf8 && c >= 0x80 && c < 0xa0)
			intro = (unsigned char)(c - 0x40);
		count += intro == 'Z' || intro == 'P' || intro == '_' || intro == '^' ||
			 intro == 'X' || intro == '%';
		if (intro == ']')
			count += j + 2 < n &&
				 (memcmp(p + j, "52;", 3) == 0 || memcmp(p + j, "50;", 3) == 0 ||
				  memcmp(p + j, "7;f", 3) == 0);
		if (intro != '[')
			continue;
		for (; j < n && (p[j] < 0x40 || p[j] == 0x7f); j++) {
			if (p[j] >= '0' && p[j] <= '9' && !inter)
				first = first * 10 + p[j] - '0';
			else if (p[j] >= '<')
				prefix = (char)p[j];
			else if (p[j] >= 0x20 && p[j] < 0x30)
				inter = (char)p[j];
		}
		if (j == n)
			continue;
		count += p[j] == 'c' && prefix != '?';
		count += p[j] == 'n' && prefix != '>';
		count += (p[j] == 'x' || p[j] == 'i') && !inter;
		count += p[j] == 't' && !inter && first != 22 && first != 23;
		count += p[j] == 'q' && prefix == '>';
		count += p[j] == 'p' && inter == '$';
		count += p[j] == 'y' || (p[j] == 'u' && prefix == '?');
	}
	return count;
}

static void test_random(void)
{
	static const char *const likely[] = {
		"\033[",    "\033]", "\033P", "\033_", "\033\\", "\007",    "\302\233", "\302\235",
		"\302\234", "52;",   "6n",    "c",     "?25h",	 "0;title", "\033",	"1;31m",
		"\xe2\x9c", "\x9c",  "\x9b",  "\x9d",  ";",	 "$p",	    "*y",	"?",
		">",	    "\030",  "11t",   "\005",  "é",	 "\xc2",    "\xc3",	"plain",
		"\n",	    "tmux;", "\033Z", "\x90",
	};
	static char in[512], once[8192], twice[8192], cut[8192];
	size_t asked = 0, bad = 0, differs = 0, again = 0;

	srand(20);
	for (int round = 0; round < 40000; round++) {
		bool utf8 = round & 1;
		size_t n = 0, got, second, third;

		while (n < sizeof(in) - 16) {
			const char *piece = likely[(size_t)rand() % ARRAY_SIZE(likely)];

			if (rand() % 4 == 0) {
				in[n++] = (char)rand();
				continue;
			}
			memcpy(in + n, piece, strlen(piece));
			n += strlen(piece);
			if (rand() % 64 == 0)
				break;
		}
		got = filter(utf8, in, n, 0, n, once);
		second = filter(utf8, once, got, 0, 1 + (size_t)rand() % 9, twice);
		third = filter(utf8, in, n, (size_t)rand() % n, 1 + (size_t)rand() % 9, cut);
		asked += answers(utf8, (unsigned char *)in, n) > 0;
		if (getenv("DBG") && answers(utf8, (unsigned char *)once, got)) {
			printf("# utf8 %d: ", utf8);
			for (size_t i = 0; i < got; i++)
				printf("%c%02x", (once[i] > 32 && once[i] < 127) ? once[i] : '.',
				       (unsigned char)once[i]);
			puts("");
		}
		bad += answers(utf8, (unsigned char *)once, got) > 0;
		/* (A character that was cut short at the very end waits for more.) */
		again += got - second > 3 || memcmp(once, twice, second) != 0;
		differs += got != third || memcmp(once, cut, got) != 0;
	}
	ok(asked > 10000, "%zu of 40000 random inputs would be answered as they are", asked);
	is_int((int)bad, 0, "none of them behind the filter");
	is_int((int)again, 0, "what has passed once passes again as it is");
	is_int((int)differs, 0, "pieces make no difference");
}

int main(void)
{
	test_random();
	return tap_done();
}

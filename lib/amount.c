/* SPDX-License-Identifier: Apache-2.0 */
/* amount: see amount.h. Pure: no system calls, no allocation. */
#include "amount.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct scale {
	char letter; /* 0: none is written */
	uint64_t factor;
};

/* The first row is the smallest that is printed; no letter: what is written alone means that. */
static const struct scale counts[] = {{0, 1}};
static const struct scale bytes[] = {{0, 1},
				     {'K', UINT64_C(1) << 10},
				     {'M', UINT64_C(1) << 20},
				     {'G', UINT64_C(1) << 30},
				     {'T', UINT64_C(1) << 40}};
static const struct scale times[] = {{'s', 1000}, {0, 1000}, {'m', 60000}, {'h', 3600000}};
static const struct scale cpus[] = {{0, 1000}};

static const struct {
	const struct scale *scales;
	size_t n;
	const char *form;
} units[] = {
	[AMOUNT_COUNT] = {counts, 1, "a whole number"},
	[AMOUNT_BYTES] = {bytes, 5, "bytes, or a number with K, M, G or T"},
	[AMOUNT_TIME] = {times, 4, "seconds, or a number with s, m or h"},
	[AMOUNT_CPUS] = {cpus, 1, "processors, such as 2 or 0.5"},
};

/* Digits without a sign or a leading zero, maybe a point and up to three more: in thousandths. */
static const char *read_thousandths(const char *s, uint64_t *value)
{
	const char *first = s;
	uint64_t n = 0, scale = 1000;

	for (; *s >= '0' && *s <= '9'; s++) {
		if (n > AMOUNT_MAX / 10000)
			return NULL;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	if (s == first || (*first == '0' && s != first + 1))
		return NULL;
	if (*s == '.') {
		first = ++s;
		for (; *s >= '0' && *s <= '9' && scale > 1; s++, scale /= 10)
			n = n * 10 + (uint64_t)(*s - '0');
		if (s == first)
			return NULL;
	}
	*value = n * scale;
	return s;
}

int amount_read(const char *text, enum amount_unit unit, uint64_t *value)
{
	uint64_t n, product;
	const char *rest;

	if (strcmp(text, "none") == 0) {
		*value = AMOUNT_NONE;
		return 0;
	}
	rest = read_thousandths(text, &n);
	if (!rest || (*rest && rest[1]))
		return -1;
	for (size_t i = 0; i < units[unit].n; i++) {
		const struct scale *s = &units[unit].scales[i];

		if (s->letter != *rest)
			continue;
		if (__builtin_mul_overflow(n, s->factor, &product) || product % 1000)
			return -1;
		product /= 1000;
		if (product == 0 || product > AMOUNT_MAX)
			return -1;
		*value = product;
		return 0;
	}
	return -1;
}

void amount_print(uint64_t value, enum amount_unit unit, char *text, size_t size)
{
	const struct scale *best = &units[unit].scales[0];
	uint64_t tenths;

	if (value == AMOUNT_NONE) {
		(void)snprintf(text, size, "none");
		return;
	}
	/* Of times the largest unit that is exact: "1m" for 61 seconds would mislead. */
	for (size_t i = 0; i < units[unit].n; i++)
		if (units[unit].scales[i].letter && units[unit].scales[i].factor <= value &&
		    (unit != AMOUNT_TIME || value % (units[unit].scales[i].factor / 10) == 0))
			best = &units[unit].scales[i];
	/* Rounded to the nearest tenth, without a product that could overflow. */
	tenths = value / best->factor * 10 +
		 (value % best->factor * 10 + best->factor / 2) / best->factor;
	if (tenths % 10)
		(void)snprintf(text, size, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
	else
		(void)snprintf(text, size, "%" PRIu64, tenths / 10);
	if (best->letter)
		(void)snprintf(text + strlen(text), size - strlen(text), "%c", best->letter);
}

const char *amount_form(enum amount_unit unit)
{
	return units[unit].form;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* amount: bounds as people write them: "512", "4G", "90s", "1.5"; strict, and exact. */
#ifndef PINFOLD_AMOUNT_H
#define PINFOLD_AMOUNT_H

#include <stddef.h>
#include <stdint.h>

enum amount_unit {
	AMOUNT_COUNT, /* things: no unit is written */
	AMOUNT_BYTES, /* bytes: none, or K M G T, each 1024 of the one before */
	AMOUNT_TIME,  /* milliseconds: seconds where none is written, or s m h */
	AMOUNT_CPUS   /* thousandths of a processor: processors are written */
};

/* "none": no bound at all. Larger than every other amount, as an order of bounds wants it. */
#define AMOUNT_NONE UINT64_MAX

/* The largest that is taken: beyond it no kernel's interface holds the number either. */
#define AMOUNT_MAX ((uint64_t)INT64_MAX)

/*
 * Reads a number with at most three decimals and a unit of one letter. What does not come to a
 * whole count of the unit, and 0, are refused: -1.
 */
int amount_read(const char *text, enum amount_unit unit, uint64_t *value);

/* For people: "4G", "1m", "12.3M"; rounded to one decimal where it is not whole. */
void amount_print(uint64_t value, enum amount_unit unit, char *text, size_t size);

/* The units that may be written, for messages: "a number, maybe with K, M, G or T". */
const char *amount_form(enum amount_unit unit);

#endif

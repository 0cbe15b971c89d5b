/* SPDX-License-Identifier: Apache-2.0 */
/* amount: what is taken for a bound, exactly, and how one is said. */
#include "tap.h"

#include "amount.h"
#include "str.h"

static const struct {
	const char *text;
	enum amount_unit unit;
	long long want; /* 0: refused; -1: no bound */
} reads[] = {
	{"1", AMOUNT_COUNT, 1},
	{"512", AMOUNT_COUNT, 512},
	{"none", AMOUNT_COUNT, -1},
	{"0", AMOUNT_COUNT, 0},
	{"-1", AMOUNT_COUNT, 0},
	{"+1", AMOUNT_COUNT, 0},
	{" 1", AMOUNT_COUNT, 0},
	{"1 ", AMOUNT_COUNT, 0},
	{"", AMOUNT_COUNT, 0},
	{"None", AMOUNT_COUNT, 0},
	{"unlimited", AMOUNT_COUNT, 0},
	{"01", AMOUNT_COUNT, 0},
	{"1K", AMOUNT_COUNT, 0},
	{"1.5", AMOUNT_COUNT, 0},
	{"1.0", AMOUNT_COUNT, 1},
	{"0x10", AMOUNT_COUNT, 0},
	{"1e3", AMOUNT_COUNT, 0},
	{"9223372036854775", AMOUNT_COUNT, 9223372036854775},
	{"9223372036854775807", AMOUNT_COUNT, 0}, /* thousandths of it do not fit */
	{"18446744073709551617", AMOUNT_COUNT, 0},
	{"1", AMOUNT_BYTES, 1},
	{"4096", AMOUNT_BYTES, 4096},
	{"1K", AMOUNT_BYTES, 1024},
	{"1.5K", AMOUNT_BYTES, 1536},
	{"0.001K", AMOUNT_BYTES, 0}, /* not whole */
	{"2M", AMOUNT_BYTES, 2097152},
	{"4G", AMOUNT_BYTES, 4294967296},
	{"1T", AMOUNT_BYTES, 1099511627776},
	{"1k", AMOUNT_BYTES, 0},
	{"1KB", AMOUNT_BYTES, 0},
	{"1KiB", AMOUNT_BYTES, 0},
	{"K", AMOUNT_BYTES, 0},
	{"1P", AMOUNT_BYTES, 0},
	{"8388607T", AMOUNT_BYTES, 0}, /* thousandths of it do not fit */
	{"0G", AMOUNT_BYTES, 0},
	{"4 G", AMOUNT_BYTES, 0},
	{"4s", AMOUNT_BYTES, 0},
	{"1", AMOUNT_TIME, 1000},
	{"90s", AMOUNT_TIME, 90000},
	{"0.5", AMOUNT_TIME, 500},
	{"0.25s", AMOUNT_TIME, 250},
	{"0.001s", AMOUNT_TIME, 1},
	{"0.0001s", AMOUNT_TIME, 0},
	{"10m", AMOUNT_TIME, 600000},
	{"1.5h", AMOUNT_TIME, 5400000},
	{"1m30s", AMOUNT_TIME, 0},
	{"1d", AMOUNT_TIME, 0},
	{"500ms", AMOUNT_TIME, 0},
	{"none", AMOUNT_TIME, -1},
	{"1", AMOUNT_CPUS, 1000},
	{"0.5", AMOUNT_CPUS, 500},
	{"1.25", AMOUNT_CPUS, 1250},
	{".5", AMOUNT_CPUS, 0},
	{"1.", AMOUNT_CPUS, 0},
	{"50%", AMOUNT_CPUS, 0},
};

static const struct {
	uint64_t value;
	enum amount_unit unit;
	const char *want;
} prints[] = {
	{1, AMOUNT_COUNT, "1"},
	{65536, AMOUNT_COUNT, "65536"},
	{1023, AMOUNT_BYTES, "1023"},
	{1024, AMOUNT_BYTES, "1K"},
	{1536, AMOUNT_BYTES, "1.5K"},
	{4294967296, AMOUNT_BYTES, "4G"},
	{4294967295, AMOUNT_BYTES, "4G"},
	{12897485, AMOUNT_BYTES, "12.3M"},
	{INT64_MAX, AMOUNT_BYTES, "8388608T"},
	{500, AMOUNT_TIME, "0.5s"},
	{1000, AMOUNT_TIME, "1s"},
	{90000, AMOUNT_TIME, "1.5m"},
	{61000, AMOUNT_TIME, "61s"},
	{1234, AMOUNT_TIME, "1.2s"},
	{7200000, AMOUNT_TIME, "2h"},
	{1500, AMOUNT_CPUS, "1.5"},
	{AMOUNT_NONE, AMOUNT_BYTES, "none"},
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(reads); i++) {
		uint64_t got = 0;
		int rc = amount_read(reads[i].text, reads[i].unit, &got);

		if (reads[i].want)
			is_int(rc ? 0 : got, reads[i].want, "\"%s\" of unit %d", reads[i].text,
			       reads[i].unit);
		else
			ok(rc == -1, "\"%s\" of unit %d is refused", reads[i].text, reads[i].unit);
	}
	for (size_t i = 0; i < ARRAY_SIZE(prints); i++) {
		char text[32];

		amount_print(prints[i].value, prints[i].unit, text, sizeof(text));
		is_str(text, prints[i].want, "printed");
	}
	for (int unit = AMOUNT_COUNT; unit <= AMOUNT_CPUS; unit++)
		ok(amount_form(unit)[0], "unit %d says its form", unit);
	ok(amount_read("8388608T", AMOUNT_BYTES, &(uint64_t){0}) == -1,
	   "never more than INT64_MAX");
	return tap_done();
}

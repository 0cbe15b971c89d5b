/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy file of any bytes: read, laid on top of another, compared. Whatever is refused is
 * refused in words; whatever is taken can be laid on top and is no more than itself. (libFuzzer;
 * policy.sh.)
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "pinfold.h"
#include "pool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct policy_places places = {
		.home = "/home/user", .workspace = "/home/user/project", .runtime = "/run/user/1"};
	struct policy own = {0}, all = {0};
	struct str_list extends = {NULL, 0};
	struct policy_differences more;
	struct policy_items items;
	struct err e = {0};
	char *text;

	if (size > JSON_BYTES)
		return -1;
	text = pool_copy_n((const char *)data, size);
	if (policy_read_items("file", text, size, &items, &e) ||
	    policy_read("file", &items, &places, &own, &extends, &e)) {
		check(e.where[0] && e.what[0] && e.remedy[0]);
		return 0;
	}
	if (policy_merge(&own, &all, &e)) {
		check(e.where[0] && e.what[0] && e.remedy[0]);
		return 0;
	}
	policy_compare(&all, &all, NULL, &more);
	check(more.n == 0);
	return 0;
}

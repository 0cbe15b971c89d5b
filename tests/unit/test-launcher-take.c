/* SPDX-License-Identifier: Apache-2.0 */
/* Who changes places with whom in what root shows, and who the agent is then. */
#include "tap.h"

#include <unistd.h>

#include "pinfold.h"
#include "pool.h"

static const struct {
	uint32_t owner, agent;
	const char *map;
} maps[] = {
	{0, 1879048192u,
	 "0 1879048192 1\n1 1 1879048191\n1879048192 0 1\n1879048193 1879048193 2415919102\n"},
	{1000, 1879048192u,
	 "0 0 1000\n1000 1879048192 1\n1001 1001 1879047191\n1879048192 1000 1\n"
	 "1879048193 1879048193 2415919102\n"},
	{1000, 1001, "0 0 1000\n1000 1001 1\n1001 1000 1\n1002 1002 4294966293\n"},
	{1001, 1000, "0 0 1000\n1000 1001 1\n1001 1000 1\n1002 1002 4294966293\n"},
	{4294967294u, 1000,
	 "0 0 1000\n1000 4294967294 1\n1001 1001 4294966293\n4294967294 1000 1\n"},
	{0, 1, "0 1 1\n1 0 1\n2 2 4294967293\n"},
	{1000, 1000, "0 0 4294967295\n"},
};

/* Each id once on both sides, none left out, all themselves but the two. */
static const char *judge(const char *map, uint32_t owner, uint32_t agent)
{
	unsigned long long from, to, n, next = 0, swapped = 0;
	int used;

	for (; sscanf(map, "%llu %llu %llu\n%n", &from, &to, &n, &used) == 3; map += used) {
		if (from != next)
			return "an id is left out or there twice";
		next = from + n;
		if (from == to)
			continue;
		if (n != 1 || !((from == owner && to == agent) || (from == agent && to == owner)))
			return "another id changes its place";
		swapped++;
	}
	if (*map || next != UINT32_MAX)
		return "the ids end too early";
	return swapped == (owner == agent ? 0 : 2) ? NULL : "the two do not change places";
}

static void test_maps(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		const char *map = take_map(maps[i].owner, maps[i].agent);

		is_str(map, maps[i].map, "%u and %u", maps[i].owner, maps[i].agent);
		is_str(judge(map, maps[i].owner, maps[i].agent), NULL, "... is a map of all ids");
	}
}

static void test_identity(void)
{
	struct identity id, other;
	struct policy policy = {.view = "agent"};
	struct err e = {0};

	ok(identity_make(&policy, &id, &e) == 0 && identity_make(&policy, &other, &e) == 0,
	   "an agent's view");
	if (getuid()) {
		ok(!id.takes && id.uid == getuid() && id.inner_uid == id.uid, "is the caller's");
		return;
	}
	ok(id.takes && id.from_root, "root takes what it names");
	ok(id.uid >= 0x70000000 && id.uid < 0x74000000 && id.gid == id.uid,
	   "the id is one that no system gives out");
	ok(id.uid != other.uid, "... and the next run's is another");
	ok(id.inner_uid == 1000 && id.inner_gid == 1000, "inside it is an ordinary number");
	policy.user = "7:8";
	ok(identity_make(&policy, &id, &e) == 0 && !id.takes && id.uid == 7 && id.inner_gid == 8,
	   "--user names another, and nothing is taken");
	policy = (struct policy){.view = "bare"};
	ok(identity_make(&policy, &id, &e) == 0 && !id.takes && id.uid == UNPRIVILEGED,
	   "nor is it in the bare view");
}

int main(void)
{
	test_maps();
	test_identity();
	return tap_done();
}

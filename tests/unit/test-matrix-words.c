/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How pinfold is told of a set of a policy's layers: what is off is left out, and with it what
 * pinfold would refuse to show or to guard without it.
 */
#include <string.h>

#include "matrix.h"
#include "tap.h"

enum { MOUNT = 1, PID = 2, CAPS = 4, LANDLOCK = 8, SECCOMP = 16, ALL = 31 };

static const struct layers layers = {
	.v = {{.name = "mount"},
	      {.name = "pid"},
	      {.name = "caps"},
	      {.name = "landlock"},
	      {.name = "seccomp"}},
	.lattice = {.n = 5},
};

#define BEGIN	  "{LAUNCHER}|run|--policy|p"
#define END	  "|--ro|{BIN}|--ro|{READONLY}|--"
#define PLAIN	  "|--view|bare|--home|none"
#define UNGUARDED "|--rw|!{WORKSPACE}|--rw|{WORKSPACE}"

static const struct {
	const char *name;
	bool guards;
	uint32_t set;
	const char *line;
} rows[] = {
	{"all", true, ALL, BEGIN END},
	{"one layer that guards nothing is off", true, ALL & ~CAPS, BEGIN "|--without|caps" END},
	{"nothing to show a view with", false, ALL & ~MOUNT, BEGIN "|--without|mount" PLAIN END},
	{"... and nothing to guard with", true, ALL & ~MOUNT,
	 BEGIN "|--without|mount" PLAIN UNGUARDED END},
	{"no end to look at", true, ALL & ~PID, BEGIN "|--without|pid" UNGUARDED END},
	{"... of a policy that guards nothing", false, ALL & ~PID, BEGIN "|--without|pid" END},
	{"said once where both are off", true, CAPS | LANDLOCK | SECCOMP,
	 BEGIN "|--without|mount|--without|pid" PLAIN UNGUARDED END},
	{"the guards could be unmounted", true, MOUNT | PID,
	 BEGIN "|--without|caps|--without|landlock|--without|seccomp" UNGUARDED END},
	{"said once where nothing is on", true, 0,
	 BEGIN
	 "|--without|mount|--without|pid|--without|caps|--without|landlock|--without|seccomp" PLAIN
		 UNGUARDED END},
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct profile_row policy = {.set = ALL, .guards = rows[i].guards};
		struct words words = {0};
		const char *picked[64];
		char line[512] = "";
		size_t n;

		words_make_policy(&words, &layers, &policy, "p");
		n = words_pick(&words, rows[i].set, picked);
		for (size_t w = 0; w < n; w++)
			(void)snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s",
				       w ? "|" : "", picked[w]);
		is_str(line, rows[i].line, rows[i].name);
	}
	return tap_done();
}

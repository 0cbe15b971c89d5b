/* SPDX-License-Identifier: Apache-2.0 */
/* What of a machine is warned of. */
#include "bench.h"

#include "tap.h"

static struct facts quiet(void)
{
	return (struct facts){.governor = "-", .cpus = 4, .jit = 1, .load_before = 0.5};
}

static size_t warned(struct facts f, const char *of)
{
	facts_make_warnings(&f);
	if (!f.warnings.n)
		return 0;
	ok(strstr(f.warnings.v[0], of) != NULL, "the warning tells of %s", of);
	return f.warnings.n;
}

int main(void)
{
	struct facts f = quiet();

	is_int(warned(f, ""), 0, "a quiet machine");
	f.load_before = 2;
	is_int(warned(f, "2.00"), 1, "a busy machine");
	f = quiet();
	f.governor = "powersave";
	is_int(warned(f, "powersave"), 1, "a governor that saves");
	f.governor = "performance";
	is_int(warned(f, ""), 0, "one that does not");
	f = quiet();
	f.jit = 0;
	is_int(warned(f, "jit"), 1, "no JIT");
	f.jit = -1;
	is_int(warned(f, ""), 0, "a JIT that cannot be read is no fact");
	f = quiet();
	f.stolen = 5;
	is_int(warned(f, "5.0"), 1, "a busy hypervisor");
	f = quiet();
	f.others = 60;
	is_int(warned(f, "60"), 1, "other programs");
	facts_read(&f);
	ok(f.kernel[0] && f.cpus > 0 && f.load_before >= 0, "this machine has a kernel and a load");
	facts_read_after(&f);
	ok(f.others >= 0 && f.others <= 100 && f.stolen >= 0, "shares are shares");
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: what in this machine moves the figures.
 *
 * Printed as facts beside every result, because figures without them cannot be compared; warned of
 * where they spoil the measurement. Reads only; changes nothing on the host.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

/* The first line of a small file, or "-". */
static const char *read_line(const char *path)
{
	char text[512];

	if (fd_read_file(path, text, sizeof(text)) <= 0)
		return "-";
	text[strcspn(text, "\n")] = '\0';
	return pool_copy(text);
}

static int read_number(const char *path)
{
	const char *line = read_line(path);
	uint32_t n;

	return str_read_u32(line, INT32_MAX, &n) ? -1 : (int)n;
}

static const char *read_cpu(void)
{
	char text[4096], *at;

	if (fd_read_file("/proc/cpuinfo", text, sizeof(text)) <= 0)
		return "-";
	at = strstr(text, "model name");
	at = at ? strchr(at, ':') : NULL;
	return at ? pool_copy_n(at + 2, strcspn(at + 2, "\n")) : "-";
}

static int count_mounts(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	int n = 0, c;

	if (!file)
		return -1;
	while ((c = fgetc(file)) != EOF)
		n += c == '\n';
	(void)fclose(file);
	return n;
}

static double read_load(void)
{
	double load;

	return getloadavg(&load, 1) == 1 ? load : -1;
}

/* Ticks since boot, all of them and those that the hypervisor took: proc(5), /proc/stat. */
static void read_ticks(double *all, double *stolen)
{
	double v[8] = {0};
	char text[512];

	*all = *stolen = 0;
	if (fd_read_file("/proc/stat", text, sizeof(text)) <= 0 ||
	    sscanf(text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3, v + 4,
		   v + 5, v + 6, v + 7) != 8)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		*all += v[i];
	*stolen = v[7];
}

void facts_read(struct facts *facts)
{
	struct utsname u;

	memset(facts, 0, sizeof(*facts));
	if (uname(&u))
		memset(&u, 0, sizeof(u));
	facts->kernel = pool_copy(u.release);
	facts->machine = pool_copy(u.machine);
	facts->cpu = read_cpu();
	facts->cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	facts->governor = read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	facts->clocksource =
		read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
	facts->jit = read_number("/proc/sys/net/core/bpf_jit_enable");
	facts->harden = read_number("/proc/sys/net/core/bpf_jit_harden");
	facts->mounts = count_mounts();
	facts->load_before = read_load();
	read_ticks(&facts->ticks, &facts->stolen_ticks);
}

void facts_read_after(struct facts *facts)
{
	double all, stolen;

	facts->uid = (int)getuid();
	facts->load_after = read_load();
	read_ticks(&all, &stolen);
	if (all > facts->ticks)
		facts->stolen = 100 * (stolen - facts->stolen_ticks) / (all - facts->ticks);
}

void facts_make_warnings(struct facts *facts)
{
	if (facts->load_before > 0.25 * facts->cpus)
		pool_list_add(&facts->warnings,
			      pool_printf("the machine was busy: load average %.2f on %d CPUs "
					  "before anything was measured",
					  facts->load_before, facts->cpus));
	if (facts->stolen >= 1)
		pool_list_add(&facts->warnings,
			      pool_printf("the hypervisor gave %.1f %% of the time to others",
					  facts->stolen));
	if (!str_equal(facts->governor, "-") && !str_equal(facts->governor, "performance"))
		pool_list_add(&facts->warnings,
			      pool_printf("the CPU governor is %s: short runs are measured while "
					  "the clock is still rising",
					  facts->governor));
	if (facts->jit == 0)
		pool_list_add(&facts->warnings, "net.core.bpf_jit_enable is 0: filters are "
						"interpreted, calls cost more than usual");
}

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
#include <sys/resource.h>
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

/* User and system time, in seconds. */
static double read_used(int who)
{
	struct rusage u;

	if (getrusage(who, &u))
		return 0;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* What all processors have done since boot: proc(5), /proc/stat. All zero where it is hidden. */
static void read_ticks(struct ticks *ticks)
{
	enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, KINDS };
	double v[KINDS] = {0}, second = (double)sysconf(_SC_CLK_TCK);
	char text[512];

	*ticks = (struct ticks){.own = read_used(RUSAGE_SELF) + read_used(RUSAGE_CHILDREN)};
	if (fd_read_file("/proc/stat", text, sizeof(text)) <= 0 ||
	    sscanf(text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3, v + 4,
		   v + 5, v + 6, v + 7) != KINDS)
		return;
	for (size_t i = 0; i < KINDS; i++)
		ticks->all += v[i] / second;
	ticks->stolen = v[STEAL] / second;
	ticks->busy = ticks->all - (v[IDLE] + v[IOWAIT] + v[STEAL]) / second;
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
	read_ticks(&facts->begin);
}

void facts_read_after(struct facts *facts)
{
	const struct ticks *begin = &facts->begin;
	struct ticks end;
	double all;

	read_ticks(&end);
	facts->uid = (int)getuid();
	facts->load_after = read_load();
	all = end.all - begin->all;
	if (all <= 0)
		return;
	facts->stolen = 100 * (end.stolen - begin->stolen) / all;
	facts->others = 100 * (end.busy - begin->busy - (end.own - begin->own)) / all;
	/* The processors are counted in ticks, we more exactly: a rest below zero is none. */
	if (facts->others < 0)
		facts->others = 0;
}

void facts_make_warnings(struct facts *facts)
{
	if (facts->load_before > 0.25 * facts->cpus)
		pool_list_add(&facts->warnings,
			      pool_printf("the machine was busy: load average %.2f on %d CPUs "
					  "before anything was measured",
					  facts->load_before, facts->cpus));
	if (facts->others >= 35)
		pool_list_add(&facts->warnings,
			      pool_printf("others had %.0f %% of the processors meanwhile",
					  facts->others));
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

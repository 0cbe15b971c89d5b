/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: the table of limits, and their words.
 *
 * The usual values are for where the layer limits is on and names nothing: far above what the
 * builds measured in docs/limits.md use, far below what hurts a host.
 */
#include "pinfold.h"

#include <stddef.h>

#define AT(member) offsetof(struct policy_limits, member)
#define MIB	   (UINT64_C(1) << 20)

const struct limit limits[LIMITS] = {
	[LIMIT_MEMORY] = {"memory", AMOUNT_BYTES, LIMIT_OF_TREE, AT(memory), 4 * MIB, NULL,
			  "memory of all processes together"},
	[LIMIT_PIDS] = {"pids", AMOUNT_COUNT, LIMIT_OF_TREE, AT(pids), 1, "4096",
			"processes and threads"},
	[LIMIT_CPU] = {"cpu", AMOUNT_CPUS, LIMIT_OF_TREE, AT(cpu), 10, NULL,
		       "processors of all processes together"},
	[LIMIT_CPU_TIME] = {"cpu-time", AMOUNT_TIME, LIMIT_OF_TREE, AT(cpu_time), 1, NULL,
			    "processor time of all processes together"},
	[LIMIT_WALL] = {"wall", AMOUNT_TIME, LIMIT_OF_TREE, AT(wall), 1, NULL,
			"time from start to end"},
	[LIMIT_DISK] = {"disk", AMOUNT_BYTES, LIMIT_OF_TREE, AT(disk), MIB, NULL,
			"files made outside of what is shown writable"},
	[LIMIT_FILES] = {"files", AMOUNT_COUNT, LIMIT_OF_PROCESS, AT(files), 16, "16384",
			 "open files of each process"},
	[LIMIT_FILE_SIZE] = {"file-size", AMOUNT_BYTES, LIMIT_OF_FILE, AT(file_size), 1, NULL,
			     "size of each file that is written"},
	[LIMIT_OUTPUT] = {"output", AMOUNT_BYTES, LIMIT_OF_TREE, AT(output), 1, NULL,
			  "bytes on standard output and error together"},
};

const char *limit_by_name(enum limit_by by)
{
	static const char *const names[LIMIT_BYS] = {
		[LIMIT_BY_NOTHING] = "nothing",	  [LIMIT_BY_CGROUP] = "cgroup",
		[LIMIT_BY_RLIMIT] = "rlimit",	  [LIMIT_BY_TMPFS] = "tmpfs",
		[LIMIT_BY_TIMER] = "timer",	  [LIMIT_BY_RELAY] = "relay",
		[LIMIT_BY_AFFINITY] = "affinity",
	};

	return names[by];
}

const char *limit_scope_name(enum limit_scope scope)
{
	static const char *const names[] = {"tree", "process", "user", "file"};

	return names[scope];
}

const char *limit_unit_name(enum amount_unit unit)
{
	static const char *const names[] = {"count", "bytes", "ms", "thousandths"};

	return names[unit];
}

const char *controller_name(enum controller controller)
{
	static const char *const names[CONTROLLERS] = {"memory", "pids", "cpu", "cpuacct"};

	return names[controller];
}

int limit_find(const char *name)
{
	for (int i = 0; i < LIMITS; i++)
		if (str_equal(limits[i].name, name))
			return i;
	return -1;
}

bool limits_use_cgroups(const struct plan_limits *l)
{
	for (int i = 0; i < CONTROLLERS; i++)
		if (l->cgroups[i].parent)
			return true;
	return false;
}

bool limits_look_inside(const struct plan *plan)
{
	/* Without both layers /proc and / are the host's, and say nothing of the run. */
	return plan_has(plan, "pid") && plan_has(plan, "mount") &&
	       (limit_is(&plan->limits, LIMIT_PIDS, LIMIT_BY_RLIMIT) ||
		limit_is(&plan->limits, LIMIT_DISK, LIMIT_BY_TMPFS));
}

static void print_limit(const struct plan_limits *l, int i, struct out *out)
{
	const struct plan_limit *p = &l->v[i];

	out_object(out, NULL);
	out_str(out, "name", limits[i].name);
	out_int(out, "value", (int64_t)p->value);
	out_str(out, "unit", limit_unit_name(limits[i].unit));
	out_str(out, "by", limit_by_name(p->by));
	out_str(out, "of", limit_scope_name(p->scope));
	if (p->weak)
		out_str(out, "weak", p->weak);
	out_object_end(out);
}

static void print_cgroup(const struct plan_limits *l, int i, struct out *out)
{
	const struct host_cgroup *c = &l->cgroups[i];

	out_object(out, NULL);
	out_str(out, "controller", controller_name((enum controller)i));
	out_int(out, "version", c->version);
	out_str(out, "parent", c->parent);
	out_object_end(out);
}

void limits_print(const struct plan_limits *l, struct out *out)
{
	out_array(out, "limits");
	for (int i = 0; i < LIMITS; i++)
		if (l->v[i].value != AMOUNT_NONE)
			print_limit(l, i, out);
	out_array_end(out);
	if (!limits_use_cgroups(l))
		return;
	out_array(out, "cgroups");
	for (int i = 0; i < CONTROLLERS; i++)
		if (l->cgroups[i].parent)
			print_cgroup(l, i, out);
	out_array_end(out);
}

/* What meeting it meant for the command. */
static const char *effect_of(enum limit_kind kind)
{
	switch (kind) {
	case LIMIT_MEMORY:
		return "the kernel killed who asked for more";
	case LIMIT_PIDS:
		return "further ones are refused (EAGAIN)";
	case LIMIT_DISK:
		return "more is refused (ENOSPC)";
	case LIMIT_FILE_SIZE:
		return "the command was killed for writing more (SIGXFSZ)";
	case LIMIT_CPU_TIME:
	case LIMIT_WALL:
	case LIMIT_OUTPUT:
		return "the command was ended";
	default:
		return "more was refused";
	}
}

static void say(const struct plan_limits *l, enum limit_kind kind, const struct limit_outcome *o)
{
	const struct limit *row = &limits[kind];
	char value[32], peak[32];
	struct err e = {0};

	amount_print(l->v[kind].value, row->unit, value, sizeof(value));
	amount_print(o->peak, row->unit, peak, sizeof(peak));
	err_where(&e, "--%s", row->name);
	err_remedy(&e, "If the command needs more, raise it: --%s.", row->name);
	(void)fail(&e, 0, "the limit of %s (%s) was reached%s%s: %s", value, row->what,
		   o->known ? ", peak " : "", o->known ? peak : "", effect_of(kind));
	err_print(&e, "pinfold");
}

void limits_say(const struct plan_limits *l, const struct limit_outcome outcome[LIMITS])
{
	for (int i = 0; i < LIMITS; i++)
		if (outcome[i].reached)
			say(l, (enum limit_kind)i, &outcome[i]);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: a plan, or what was enforced of it, in words.
 *
 * `pinfold plan` and --report print through the same function, so what is announced and what is
 * attested cannot drift apart. Names of environment variables are shown, never their values.
 */
#include "pinfold.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "pool.h"

static const char *kind_name(enum mount_kind kind)
{
	static const char *const names[] = {
		[MOUNT_ROOT] = "root",	   [MOUNT_TREE] = "tree",	[MOUNT_DIR] = "directory",
		[MOUNT_LINK] = "link",	   [MOUNT_SCRATCH] = "scratch", [MOUNT_PROC] = "proc",
		[MOUNT_DEVPTS] = "devpts", [MOUNT_DEVICE] = "device",	[MOUNT_MASK] = "mask",
		[MOUNT_KEEP] = "keep",	   [MOUNT_HOLD] = "hold",	[MOUNT_DENY] = "deny",
		[MOUNT_FILE] = "file",	   [MOUNT_SOCKET] = "socket",	[MOUNT_HOME] = "home",
	};

	return names[kind];
}

static void print_layers(const struct plan *plan, struct out *out)
{
	out_array(out, "layers");
	for (int i = 0; layers[i]; i++) {
		bool on = plan->layers >> i & 1, degraded = plan->degraded >> i & 1;

		if (!on && !degraded)
			continue;
		out_object(out, NULL);
		out_str(out, "name", layers[i]->name);
		out_str(out, "state", on ? "on" : "degraded");
		if (degraded)
			out_str(out, "reason", plan->degraded_why[i]);
		out_object_end(out);
	}
	out_array_end(out);
}

static void print_mounts(const struct plan *plan, struct out *out)
{
	out_array(out, "mounts");
	for (size_t i = 0; plan_has(plan, "mount") && i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		out_object(out, NULL);
		out_str(out, "dest", m->dest);
		out_str(out, "kind", kind_name(m->kind));
		if (m->source && (m->kind != MOUNT_PROC || !plan_has(plan, "pid")))
			out_str(out, "source", m->source);
		if (m->kind != MOUNT_LINK && m->kind != MOUNT_DIR && m->kind != MOUNT_MASK &&
		    m->kind != MOUNT_FILE && !mount_is_cover(m))
			out_bool(out, "writable",
				 m->kind == MOUNT_ROOT ? !plan_has(plan, "readonly") : m->writable);
		if (m->noexec)
			out_bool(out, "noexec", true);
		if (m->mapped) {
			out_int(out, "owner_uid", m->owner_uid);
			out_int(out, "owner_gid", m->owner_gid);
		}
		if (m->size) {
			out_int(out, "size_bytes", (int64_t)m->size);
			out_int(out, "inodes", (int64_t)m->inodes);
		}
		out_object_end(out);
	}
	out_array_end(out);
}

/* Where nothing is mounted: the host's own paths that Landlock's rules name. */
static void print_paths(const struct plan *plan, struct out *out)
{
	struct str_list readable = {NULL, 0}, writable = {NULL, 0};

	if (plan_has(plan, "mount") || !plan_has(plan, "landlock"))
		return;
	for (size_t i = 0; i < plan->mounts_n; i++) {
		const struct mount *m = &plan->mounts[i];

		if (m->source && m->kind != MOUNT_LINK && m->kind != MOUNT_MASK)
			pool_list_add(m->writable ? &writable : &readable, m->source);
	}
	out_object(out, "paths");
	out_list(out, "readable", &readable);
	out_list(out, "writable", &writable);
	out_object_end(out);
}

/* One list a way, so that a plan of a hundred names stays readable. */
static void print_guarded(const struct plan *plan, struct out *out, const char *key,
			  enum guard_how how, enum guard_way from, enum guard_way to)
{
	struct str_list list = {NULL, 0};

	for (size_t i = 0; i < plan->guards.n; i++) {
		const struct plan_guard *g = &plan->guards.v[i];

		if (g->how == how && g->guard.way >= from && g->guard.way <= to)
			pool_list_add(&list, g->guard.path);
	}
	out_list(out, key, &list);
}

static void print_guards(const struct plan *plan, struct out *out)
{
	static const char *const searches[] = {"known", "auto", "whole"};

	if (!plan->guards.n)
		return;
	out_object(out, "guarded");
	if (plan->guards.workspace)
		out_str(out, "workspace", plan->guards.workspace);
	print_guarded(plan, out, "denied", GUARD_BY_MOUNT, GUARD_DENY, GUARD_DENY);
	print_guarded(plan, out, "kept", GUARD_BY_MOUNT, GUARD_KEEP, GUARD_KEEP);
	print_guarded(plan, out, "held", GUARD_BY_MOUNT, GUARD_HOLD, GUARD_HOLD);
	print_guarded(plan, out, "within_these", GUARD_BY_ABOVE, GUARD_WATCH, GUARD_DENY);
	print_guarded(plan, out, "found_at_the_end", GUARD_BY_END, GUARD_WATCH, GUARD_DENY);
	out_str(out, "search", searches[plan->guards.search]);
	out_str(out, "on_planted", plan->guards.planted_fails ? "fail" : "warn");
	out_list(out, "notes", &plan->guards.notes);
	out_object_end(out);
}

/* The rows of the table by kind, for the names of a mask's bits. */
struct right {
	unsigned int bit;
	const char *name;
};

static const struct right fs_names[] = {
#define FS(bit, abi, name, who) {bit, name},
#define NET(bit, abi, name)
#define SCOPE(bit, abi, name)
#include "table/rights.def"
#undef FS
#undef NET
};

static const struct right net_names[] = {
#define FS(bit, abi, name, who)
#define NET(bit, abi, name) {bit, name},
#include "table/rights.def"
#undef NET
#undef SCOPE
};

static const struct right scope_names[] = {
#define NET(bit, abi, name)
#define SCOPE(bit, abi, name) {bit, name},
#include "table/rights.def"
#undef FS
#undef NET
#undef SCOPE
};

static void print_rights(struct out *out, const char *key, uint64_t mask,
			 const struct right *rights, size_t n)
{
	struct str_list list = {NULL, 0};

	for (size_t i = 0; i < n; i++)
		if (mask >> rights[i].bit & 1)
			pool_list_add(&list, rights[i].name);
	out_list(out, key, &list);
}

static void print_landlock(const struct plan *plan, struct out *out)
{
	const struct plan_landlock *l = &plan->landlock;
	struct str_list ports = {NULL, 0};

	if (!plan_has(plan, "landlock"))
		return;
	for (size_t i = 0; i < l->tcp.n; i++)
		pool_list_add(&ports, pool_printf("%u", l->tcp.ports[i]));
	out_object(out, "landlock");
	out_int(out, "abi", l->abi);
	out_int(out, "errata", l->errata);
	print_rights(out, "handled_fs", l->fs, fs_names, ARRAY_SIZE(fs_names));
	print_rights(out, "handled_net", l->net, net_names, ARRAY_SIZE(net_names));
	print_rights(out, "scoped", l->scoped, scope_names, ARRAY_SIZE(scope_names));
	out_list(out, "tcp_ports", &ports);
	out_object_end(out);
}

static void print_seccomp(const struct plan *plan, struct out *out)
{
	struct filter_facts facts = seccomp_filter_facts(plan->seccomp_allow);
	struct str_list allow = {NULL, 0};

	if (!plan_has(plan, "seccomp"))
		return;
	for (unsigned int i = 0; i < FILTER_ALLOWS; i++)
		if (plan->seccomp_allow >> i & 1)
			pool_list_add(&allow, filter_allows[i].name);
	out_object(out, "seccomp");
	if (allow.n)
		out_list(out, "allow", &allow);
	out_str(out, "arch", facts.arch);
	out_int(out, "instructions", (int64_t)facts.instructions);
	out_str(out, "fnv1a64", pool_printf("%016llx", (unsigned long long)facts.hash));
	out_object_end(out);
}

static void print_sockets(const struct plan *plan, struct out *out)
{
	struct filter_facts facts = sockets_filter_facts(plan);

	if (!plan_has(plan, "sockets"))
		return;
	out_object(out, "sockets");
	out_bool(out, "tcp", plan->sockets.tcp);
	out_bool(out, "unix", plan->sockets.local);
	out_int(out, "instructions", (int64_t)facts.instructions);
	out_str(out, "fnv1a64", pool_printf("%016llx", (unsigned long long)facts.hash));
	out_object_end(out);
}

static void print_fallback(const struct plan *plan, struct out *out)
{
	if (!plan->fallback_from)
		return;
	out_object(out, "fallback");
	out_str(out, "from", plan->fallback_from);
	out_str(out, "reason", plan->fallback_why);
	out_object_end(out);
}

static void print_gaps(const struct plan *plan, struct out *out)
{
	if (!plan->gaps.n)
		return;
	out_array(out, "cannot_stop");
	for (size_t i = 0; i < plan->gaps.n; i++)
		out_str(out, NULL, plan->gaps.v[i]);
	out_array_end(out);
}

static void print_environment(const struct plan *plan, struct out *out)
{
	const char *const *env = plan_has(plan, "env") ? plan->env : plan->env_all;
	struct str_list names = {NULL, 0};

	for (; *env; env++)
		pool_list_add(&names, pool_copy_n(*env, strcspn(*env, "=")));
	out_list(out, "environment", &names);
}

static void print_terminal(const struct plan *plan, struct out *out)
{
	const struct plan_terminal *t = &plan->terminal;
	struct str_list fds = {NULL, 0};

	if (!t->of_caller)
		return;
	for (int fd = 0; fd <= 2; fd++)
		if (t->of_caller >> fd & 1)
			pool_list_add(&fds, pool_printf("%d", fd));
	out_object(out, "terminal");
	out_str(out, "mode", t->own ? "pty" : "inherit");
	out_bool(out, "filter", t->filter);
	out_list(out, "descriptors", &fds);
	out_object_end(out);
}

static void print_end(const struct plan *plan, struct out *out)
{
	if (!plan->end.grace_ms && !plan->end.linger)
		return;
	out_object(out, "signals");
	if (plan->end.grace_ms)
		out_int(out, "grace_ms", (int64_t)plan->end.grace_ms);
	out_bool(out, "linger", plan->end.linger);
	out_object_end(out);
}

void report_print_plan(const struct plan *plan, struct out *out)
{
	struct str_list command = {plan->command ? (const char **)(uintptr_t)plan->command : NULL,
				   0};

	while (plan->command && plan->command[command.n])
		command.n++;
	out_str(out, "profile", plan->profile);
	print_fallback(plan, out);
	print_layers(plan, out);
	out_int(out, "uid", plan->id.uid);
	out_int(out, "gid", plan->id.gid);
	if (plan->id.inner_uid != plan->id.uid) {
		out_int(out, "inner_uid", plan->id.inner_uid);
		out_int(out, "inner_gid", plan->id.inner_gid);
	}
	print_gaps(plan, out);
	print_mounts(plan, out);
	print_guards(plan, out);
	print_paths(plan, out);
	out_str(out, "cwd", plan->cwd);
	out_str(out, "hostname", plan_has(plan, "uts") ? plan->hostname : NULL);
	out_str(out, "network", !plan->shares_net && plan_has(plan, "net") ? "none" : "shared");
	out_list(out, "doors", &plan->doors);
	print_environment(plan, out);
	print_landlock(plan, out);
	print_sockets(plan, out);
	print_seccomp(plan, out);
	print_terminal(plan, out);
	limits_print(&plan->limits, out);
	print_end(plan, out);
	out_list(out, "command", &command);
}

int report_write(const struct plan *plan, const struct steps *steps, const struct facts *facts,
		 int fd, struct err *e)
{
	FILE *file = fdopen(dup(fd), "w");
	struct out out;
	int rc;

	err_where(e, "--report");
	if (!file)
		return fail(e, errno, "open the report");
	out_begin(&out, file, OUT_JSON);
	out_str(&out, "pinfold", PINFOLD_VERSION);
	report_print_plan(plan, &out);
	if (report_print_facts(facts, &out, e)) {
		(void)fclose(file);
		return -1;
	}
	out_array(&out, "steps");
	for (uint32_t i = 0; steps && i < steps->n; i++) {
		const struct step *s = &steps->v[i];

		out_object(&out, NULL);
		out_str(&out, "layer", layers[s->layer]->name);
		out_str(&out, "stage", report_stage_name(s->stage));
		out_double(&out, "us", (double)s->ns / 1000, 1);
		out_object_end(&out);
	}
	out_array_end(&out);
	rc = out_end(&out);
	if (fclose(file) || rc) {
		err_remedy(e, "Make space there, or name another place: without its report the "
			      "command does not run.");
		return fail(e, errno, "write the report");
	}
	e->where[0] = '\0';
	return 0;
}

const char *report_stage_name(enum stage stage)
{
	static const char *const names[STAGES] = {"outside", "maps", "build", "enter",
						  "join",    "lock", "agent", "proof"};

	return names[stage];
}

void report_print_steps(const struct steps *steps, FILE *file)
{
	for (uint32_t i = 0; i < steps->n; i++)
		fprintf(file, "pinfold: %-8s %-8s %8.1f us\n", layers[steps->v[i].layer]->name,
			report_stage_name(steps->v[i].stage), (double)steps->v[i].ns / 1000);
}

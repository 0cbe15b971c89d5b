/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cause: why this host refuses, and what helps: the one table of it, for `run` and `doctor` alike.
 *
 * An errno alone says little: EPERM may come from a sysctl, a security module, a container's filter
 * or a chroot, and each has another remedy. So a row asks further, and only after a failure. The
 * first row that holds is the answer; its name is for programs and for the manual.
 *
 * In the texts {layer} and {ns} are the layer and its namespace, {max} that namespace's limit,
 * {uid} is ours, a container's and {filter} and {unmask} come from around.c.
 */
#include "around.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pool.h"

/* Whose failures a row is about. */
enum about {
	ANY, /* every layer's */
	NS,  /* those that are a namespace, or stand on one */
	OWN  /* the one that has a namespace of its own */
};

struct cause {
	const char *name;
	enum about about;
	const char *layer; /* NULL, or this one alone */
	int nums[4];	   /* 0: none more; all 0: whatever it is */
	bool (*holds)(const struct layer *layer, const struct err *e); /* NULL: always */
	const char *text;
};

static long limit_of(const struct layer *layer)
{
	return around_read_number(
		pool_printf("/proc/sys/user/max_%s_namespaces", layer->ns ? layer->ns : "no"));
}

static bool is_zero(const struct layer *layer, const struct err *e)
{
	(void)e;
	return limit_of(layer) == 0;
}

static bool is_off(const struct layer *layer, const struct err *e)
{
	(void)layer, (void)e;
	return around_read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0;
}

static bool is_apparmor(const struct layer *layer, const struct err *e)
{
	(void)layer, (void)e;
	return around_read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") > 0;
}

static bool is_pinfold(const struct layer *layer, const struct err *e)
{
	(void)layer, (void)e;
	return around_is("pinfold");
}

static bool is_bubblewrap(const struct layer *layer, const struct err *e)
{
	(void)layer, (void)e;
	return around_is("bubblewrap");
}

static bool is_filtered(const struct layer *layer, const struct err *e)
{
	(void)layer, (void)e;
	return around_has_filter();
}

static bool is_chroot(const struct layer *layer, const struct err *e)
{
	(void)layer, (void)e;
	return around_is_chroot();
}

static bool has_no_proc(const struct layer *layer, const struct err *e)
{
	(void)layer;
	return (str_starts(e->what, "open /proc") || str_starts(e->what, "/proc is not")) &&
	       !around_has_proc();
}

static bool proc_is_read_only(const struct layer *layer, const struct err *e)
{
	(void)layer, (void)e;
	return around_proc_is_read_only();
}

static bool proc_is_masked(const struct layer *layer, const struct err *e)
{
	(void)layer;
	return str_equal(e->what, "mount a procfs") && around_proc_mask();
}

static bool is_lie(const struct layer *layer, const struct err *e)
{
	(void)layer;
	return !e->num;
}

static const struct cause causes[] = {
	{"no-proc",
	 ANY,
	 NULL,
	 {0},
	 has_no_proc,
	 "There is no procfs at /proc, through which the kernel is told and asked: mount one "
	 "(mount "
	 "-t proc proc /proc)."},
	{"fault",
	 ANY,
	 NULL,
	 {0},
	 is_lie,
	 "The layer is not what it says it is, so nothing runs: a fault of this kernel, or of "
	 "pinfold's, which wants to be reported."},
	{"inside-pinfold",
	 NS,
	 NULL,
	 {ENOSPC},
	 is_pinfold,
	 "We are inside pinfold already, whose layer caps allows no user namespace inside: "
	 "{filter}."},
	{"limit-zero",
	 OWN,
	 NULL,
	 {ENOSPC},
	 is_zero,
	 "The sysctl user.max_{ns}_namespaces is 0, which forbids them: set it to, say, 10000 "
	 "(sysctl -w user.max_{ns}_namespaces=10000)."},
	{"disable-userns",
	 OWN,
	 NULL,
	 {ENOSPC},
	 is_bubblewrap,
	 "Bubblewrap has used up the user namespaces that it allows inside: start it without "
	 "--disable-userns, or pinfold outside of it."},
	{"limit-reached",
	 OWN,
	 NULL,
	 {ENOSPC},
	 NULL,
	 "As many {ns} namespaces are in use as user.max_{ns}_namespaces allows ({max} here; an "
	 "outer namespace may allow fewer): raise it, or end other sandboxes."},
	{"userns-depth",
	 ANY,
	 NULL,
	 {EUSERS},
	 NULL,
	 "User namespaces are nested 32 deep, as far as the kernel goes."},
	{"processes",
	 ANY,
	 NULL,
	 {EAGAIN},
	 NULL,
	 "uid {uid} has as many processes as its limit allows (ulimit -u), or its cgroup "
	 "(pids.max): raise it, or end some."},
	{"proc-read-only",
	 NS,
	 NULL,
	 {EROFS},
	 proc_is_read_only,
	 "/proc is mounted read-only here, and the ids of a user namespace are written through it: "
	 "mount it writable ({unmask})."},
	{"proc-masked",
	 ANY,
	 "pid",
	 {EPERM},
	 proc_is_masked,
	 "The /proc of this host or container has masked or read-only parts ({mask}), and the "
	 "kernel "
	 "then gives no fresh one. Unmask it ({unmask}), or leave the layer out: --without pid "
	 "shows "
	 "the /proc that is there."},
	{"userns-sysctl",
	 NS,
	 NULL,
	 {EPERM, EACCES},
	 is_off,
	 "The sysctl kernel.unprivileged_userns_clone is 0, which forbids user namespaces to "
	 "users: "
	 "set it to 1."},
	{"apparmor",
	 NS,
	 NULL,
	 {EPERM, EACCES},
	 is_apparmor,
	 "AppArmor restricts user namespaces here (kernel.apparmor_restrict_unprivileged_userns): "
	 "install the profile that `pinfold help apparmor` prints, which allows them to this "
	 "program "
	 "alone."},
	{"inside-pinfold",
	 NS,
	 NULL,
	 {EPERM, EACCES, ENOSYS},
	 is_pinfold,
	 "We are inside pinfold already, whose filter forbids it: {filter}."},
	{"container-filter",
	 NS,
	 NULL,
	 {EPERM, EACCES},
	 is_filtered,
	 "A seccomp filter around us (a container's) forbids it: {filter}."},
	{"container-filter",
	 NS,
	 NULL,
	 {EINVAL, ENOSYS},
	 is_filtered,
	 "A seccomp filter around us (a container's) says so, or this kernel was built without it: "
	 "{filter}."},
	{"chroot",
	 NS,
	 NULL,
	 {EPERM, EACCES},
	 is_chroot,
	 "We are in a chroot, where the kernel gives no user namespace: enter the directory by "
	 "pivot_root(8) or as a container instead."},
	{"kernel-forbids",
	 NS,
	 NULL,
	 {EPERM, EACCES},
	 NULL,
	 "The kernel or a security module of this host forbids it to uid {uid}; `pinfold doctor` "
	 "shows what can be had."},
	{"not-built",
	 NS,
	 NULL,
	 {EINVAL, ENOSYS},
	 NULL,
	 "This kernel was built without it: use another, or leave the layer {layer} out."},
	{"keys-used-up",
	 ANY,
	 "keyring",
	 {EDQUOT},
	 NULL,
	 "The user has as many keys as kernel.keys.maxkeys allows, one for each sandbox that runs: "
	 "raise it (sysctl kernel.keys.maxkeys=2000), or leave the layer out: --without keyring."},
	{"keys-refused",
	 ANY,
	 "keyring",
	 {0},
	 NULL,
	 "A seccomp filter around us (a container's) may forbid keyctl(2) and not its relatives, "
	 "or the "
	 "kernel was built without CONFIG_KEYS: leave the layer out (--without keyring), or allow "
	 "it "
	 "(--allow-degraded keyring)."},
	{"container-filter",
	 ANY,
	 NULL,
	 {0},
	 is_filtered,
	 "A seccomp filter around us (a container's) may forbid it: allow it there, or leave the "
	 "layer "
	 "out: "
	 "--without {layer}."},
	{"unknown",
	 ANY,
	 NULL,
	 {0},
	 NULL,
	 "This host does not give it: leave the layer out (--without {layer}); `pinfold doctor` "
	 "shows "
	 "what can be had."},
};

static const char *value_of(const char *word, size_t n, const struct layer *layer)
{
	const struct around *a = around_find();
	const struct {
		const char *word, *value;
	} values[] = {
		{"layer", layer->name},
		{"ns", layer->ns},
		{"max", pool_printf("%ld", limit_of(layer))},
		{"uid", pool_printf("%u", (unsigned int)getuid())},
		{"filter", a->filter},
		{"unmask", a->unmask},
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		if (strlen(values[i].word) == n && memcmp(values[i].word, word, n) == 0)
			return values[i].value;
	return around_proc_mask();
}

static const char *expand(const char *text, const struct layer *layer)
{
	const char *out = "";

	for (const char *brace; (brace = strchr(text, '{')); text = strchr(brace, '}') + 1) {
		size_t n = strcspn(brace + 1, "}");

		out = pool_printf("%s%.*s%s", out, (int)(brace - text), text,
				  value_of(brace + 1, n, layer));
	}
	return pool_printf("%s%s", out, text);
}

static bool is_about(const struct cause *c, const struct layer *layer)
{
	if (c->layer)
		return str_equal(c->layer, layer->name);
	if (c->about == OWN)
		return layer->ns;
	return c->about == ANY || (layers_with_needs(layers_bit(layer->name)) & layers_bit("user"));
}

static bool has_num(const struct cause *c, int num)
{
	for (size_t i = 0; i < ARRAY_SIZE(c->nums) && c->nums[i]; i++)
		if (c->nums[i] == num)
			return true;
	return !c->nums[0];
}

void cause_explain(const struct layer *layer, struct err *e)
{
	if (e->num && layer->explain)
		layer->explain(layer, e);
	for (size_t i = 0; i < ARRAY_SIZE(causes) && !e->remedy[0]; i++) {
		const struct cause *c = &causes[i];

		if (!is_about(c, layer) || !has_num(c, e->num) || (c->holds && !c->holds(layer, e)))
			continue;
		err_cause(e, c->name);
		err_remedy(e, "%s", expand(c->text, layer));
	}
}

/* Is a kind of namespace forbidden that this layer is tried with, its own or one that it needs? */
static bool is_forbidden(const struct layer *layer)
{
	uint32_t set = layers_bit(layer->name);

	set = layers_with_needs(set | (layer->tried_with ? layers_bit(layer->tried_with) : 0));
	for (int i = 0; layers[i]; i++)
		if ((set >> i & 1) && layers[i]->ns && limit_of(layers[i]) == 0)
			return true;
	return false;
}

bool cause_is_lasting(const struct layer *layer, const struct err *e)
{
	switch (e->num) {
	case EPERM:
	case EACCES:
	case EROFS:
	case ENOSYS:
	case EINVAL:
	case EOPNOTSUPP:
	case EUSERS:
		return true;
	case ENOSPC:
		return is_forbidden(layer);
	default:
		return false;
	}
}

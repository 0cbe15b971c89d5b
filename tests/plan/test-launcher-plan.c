/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy makes of a made-up machine, compared with the texts in tests/plan/FILE.txt, and
 * what must hold of every plan. GOLDEN=write makes the texts anew: read their diff.
 *
 * A text shows what a case is about: parts that are as in the first case, which is all of the
 * default profile, are said to be so.
 */
#include "golden.h"

#include "plan/cases.h"
#include "plan/host.h"
#include "plan/words.h"

/* ---- what must hold of every plan ---------------------------------------------------------- */

static bool is_absolute(const char *path)
{
	return path[0] == '/' && !strstr(path, "//") && !strstr(path, "/../") &&
	       !strstr(path, "/./");
}

/* No name that stands for a descriptor, a process or a thread. */
static bool names_descriptor(const char *path)
{
	return str_path_within(path, "/proc/self") || str_path_within(path, "/proc/thread-self") ||
	       str_path_within(path, "/dev/fd");
}

static const char *judge_mount(const struct plan *p, size_t i)
{
	const struct mount *m = &p->mounts[i];
	const char *slash = strrchr(m->dest, '/');
	bool parent = slash == m->dest;

	if (!is_absolute(m->dest) ||
	    (m->source && m->kind != MOUNT_LINK && !is_absolute(m->source)))
		return "a path is not absolute";
	if (m->source && m->kind != MOUNT_LINK && names_descriptor(m->source))
		return "a source names a descriptor";
	if (m->kind == MOUNT_FILE && !m->source == !m->content)
		return "a file has no content, or two";
	if ((m->kind == MOUNT_TREE || m->kind == MOUNT_DEVICE || m->kind == MOUNT_LINK) &&
	    !m->source)
		return "a source is missing";
	for (size_t k = 0; k < i && plan_has(p, "mount"); k++) {
		if (str_equal(p->mounts[k].dest, m->dest))
			return "two mounts have the same place";
		if (str_path_within(p->mounts[k].dest, m->dest))
			return "a mount hides an earlier one";
		parent |= !p->mounts[k].is_file && p->mounts[k].kind != MOUNT_LINK &&
			  strlen(p->mounts[k].dest) == (size_t)(slash - m->dest) &&
			  str_path_within(m->dest, p->mounts[k].dest);
	}
	return parent || !plan_has(p, "mount") ? NULL : "a mount's parent does not stand before it";
}

static const char *judge_layers(const struct plan *p)
{
	if (p->layers & p->degraded)
		return "a layer is both on and degraded";
	if (layers_with_needs(p->layers) != p->layers)
		return "a layer stands without what it needs";
	if ((p->layers | p->degraded) >> layers_count())
		return "a bit stands for no layer";
	for (int i = 0; layers[i]; i++)
		if ((p->degraded >> i & 1) != (p->degraded_why[i] != NULL))
			return "a degraded layer has no reason, or another has one";
	return NULL;
}

static const char *judge(const struct plan *p)
{
	const char *wrong = judge_layers(p);

	if (p->mounts_n == 0 || p->mounts[0].kind != MOUNT_ROOT)
		return "the first mount is not the root";
	for (size_t i = 0; i < p->mounts_n && !wrong; i++)
		wrong = judge_mount(p, i);
	if (p->cwd && !is_absolute(p->cwd))
		return "the directory is not absolute";
	for (const char *const *v = p->env; *v; v++)
		if (!strchr(*v, '='))
			return "a variable has no value";
	if (p->id.uid == 0 || p->id.gid == 0)
		return "the agent is root";
	return wrong;
}

/* ---- the texts ------------------------------------------------------------------------------ */

static char *plan_text(const struct plan *plan, enum out_format format)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	struct out out;

	out_begin(&out, file, format);
	report_print_plan(plan, &out);
	ok(out_end(&out) == 0 && fclose(file) == 0, "the plan is printed");
	return text;
}

/* text with the first `part` in it, if there, replaced. */
static const char *replace(const char *text, const char *part, const char *by)
{
	const char *at = strstr(text, part);

	return at ? pool_printf("%.*s%s%s", (int)(at - text), text, by, at + strlen(part)) : text;
}

/* The filter differs by architecture and with every row of its table; tests/filter/ is about it. */
static const char *hide_filter(const char *text, const struct plan *plan)
{
	struct filter_facts f = seccomp_filter_facts(plan->seccomp_allow);

	return replace(text,
		       pool_printf("  arch: %s\n  instructions: %zu\n  fnv1a64: %016llx\n", f.arch,
				   f.instructions, (unsigned long long)f.hash),
		       "  (the filter)\n");
}

static const char *hide_sockets(const char *text, const struct plan *plan)
{
	struct filter_facts f = sockets_filter_facts(plan);

	return replace(text,
		       pool_printf("  instructions: %zu\n  fnv1a64: %016llx\n", f.instructions,
				   (unsigned long long)f.hash),
		       "  (the filter)\n");
}

/* What lies between the lines `from` and `to` of text, without them. */
static const char *between(const char *text, const char *from, const char *to)
{
	const char *a = strstr(text, from), *b = a ? strstr(a, to) : NULL;

	return b ? pool_copy_n(a + strlen(from), (size_t)(b - a) - strlen(from)) : NULL;
}

static const char *hide_usual(const char *text, const char *usual)
{
	static const char *const parts[][2] = {
		{"layers:\n", "uid:"},
		{"mounts:\n", "cwd:"},
		{"landlock:\n", "seccomp:"},
	};

	for (size_t i = 0; usual && i < ARRAY_SIZE(parts); i++) {
		const char *part = between(usual, parts[i][0], parts[i][1]);

		text = replace(text, pool_printf("%s%s", parts[i][0], part),
			       pool_printf("%s  (as in the first case)\n", parts[i][0]));
	}
	return text;
}

/*
 * The mounts of a text that belongs to a file whose first text is known: only what is other. An
 * entry begins with "  - dest:" and goes on up to the next one.
 */
static const char *differing_mounts(const char *mine, const char *first)
{
	const char *text = "";

	for (const char *at = mine, *end; *at; at = end) {
		end = strstr(at + 1, "  - dest:");
		end = end ? end : at + strlen(at);
		if (!strstr(first, pool_copy_n(at, (size_t)(end - at))))
			text = pool_printf("%s%.*s", text, (int)(end - at), at);
	}
	for (const char *at = first, *end; *at; at = end) {
		end = strstr(at + 1, "  - dest:");
		end = end ? end : at + strlen(at);
		if (!strstr(mine, pool_printf("%.*s", (int)strcspn(at, "\n") + 1, at)))
			text = pool_printf("%s  without %.*s", text, (int)strcspn(at + 4, "\n") + 1,
					   at + 4);
	}
	return text;
}

static const char *hide_first(const char *text, const char *first)
{
	const char *mine = between(text, "mounts:\n", "cwd:");
	const char *theirs = first ? between(first, "mounts:\n", "cwd:") : NULL;

	if (!mine || !theirs || str_equal(mine, theirs) || !strstr(mine, "  - dest:"))
		return text;
	return replace(text, pool_printf("mounts:\n%s", mine),
		       pool_printf("mounts:\n  (as in this file's first case, but for)\n%s",
				   differing_mounts(mine, theirs)));
}

static const char *refusal_text(const struct err *e)
{
	return pool_printf("refused: %s: %s%s%s\n  %s\n", e->where, e->what, e->num ? ": " : "",
			   e->num ? err_name(e->num) : "", e->remedy);
}

static const char *make_plan(const struct policy *policy, const struct host *host, const char *name)
{
	struct policy policy_was = *policy;
	struct host host_was = *host;
	struct plan *plan = pool_alloc(sizeof(*plan)), *again = pool_alloc(sizeof(*again));
	struct err e = {0}, e2 = {0};
	int rc = plan_make(policy, host, plan, &e), rc2 = plan_make(policy, host, again, &e2);

	ok(!memcmp(policy, &policy_was, sizeof(*policy)) && !memcmp(host, &host_was, sizeof(*host)),
	   "%s: what was asked and found is left as it was", name);
	if (rc) {
		ok(rc == -1 && rc2 == -1 && !memcmp(&e, &e2, sizeof(e)),
		   "%s: refused twice in the same words", name);
		ok(e.where[0] && e.what[0] && e.remedy[0] && e.code == 0,
		   "%s: ... that name what, why and the way on", name);
		return refusal_text(&e);
	}
	is_str(judge(plan), NULL, "%s: the plan holds together", name);
	is_str(plan_text(plan, OUT_JSON), plan_text(again, OUT_JSON), "%s: twice the same", name);
	return hide_sockets(hide_filter(plan_text(plan, OUT_TEXT), plan), plan);
}

static const char *case_name(size_t i)
{
	return pool_printf("pinfold plan %s%s%s%s", cases[i].words, *cases[i].host ? "   [" : "",
			   cases[i].host, *cases[i].host ? "]" : "");
}

static const char *case_text(size_t i)
{
	static const char *usual;
	struct host host = read_host(cases[i].host);
	struct policy policy;
	struct err e;
	const char *text;

	if (made_policy(cases[i].words, &policy, &e))
		return refusal_text(&e);
	text = make_plan(&policy, &host, case_name(i));
	text = hide_usual(text, usual);
	if (!usual)
		usual = text;
	return text;
}

/* A file of many cases that differ little from the first of them. */
static const char *short_text(size_t i, size_t first)
{
	return str_equal(cases[i].file, "agent") && i != first
		       ? hide_first(case_text(i), case_text(first))
		       : case_text(i);
}

/* Too much is refused in words, too, and what just fits is taken. */
static void test_bounds(void)
{
	const char *paths = "", *ports = "", *text;
	struct host host = made_host();
	struct policy policy;
	struct err e;

	for (int i = 0; i < 2000; i++)
		paths = pool_printf("%s--ro /etc/hosts:/m/%d ", paths, i);
	for (int i = 1; i <= PORTS_MAX; i++)
		ports = pool_printf("%s--tcp %d ", ports, i);
	ok(made_policy(pool_printf("%s%strue", paths, ports), &policy, &e) == 0, "a long line");
	text = make_plan(&policy, &host, "as much as fits");
	ok(str_starts(text, "profile: full") && strstr(text, "/m/1999"), "... makes a plan");
	ok(made_policy(pool_printf("%s--tcp 9 true", ports), &policy, &e) == 0, "more ports");
	ok(strstr(make_plan(&policy, &host, "more ports"), "at most 64"), "... refused");
}

int main(void)
{
	bool write = golden_writes();

	for (size_t i = 0; i < ARRAY_SIZE(cases);) {
		const char *file = cases[i].file,
			   *golden = golden_read(pool_printf("plan/%s.txt", file)), *all = "";
		size_t first = i;

		for (; i < ARRAY_SIZE(cases) && str_equal(cases[i].file, file); i++) {
			const char *text = short_text(i, first);

			all = pool_printf("%s%s$ %s\n%s", all, *all ? "\n" : "", case_name(i),
					  text);
			if (!write)
				golden_compare(golden, case_name(i), text);
		}
		if (write)
			golden_write(pool_printf("plan/%s.txt", file), all);
		else
			ok(str_equal(all, golden), "%s.txt has these cases and no other", file);
	}
	test_bounds();
	return tap_done();
}

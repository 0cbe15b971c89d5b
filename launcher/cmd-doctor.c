/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd-doctor: `pinfold doctor`: what this host offers, found by trying; for each gap the cause, the
 * remedy, and what pinfold does without it. Ends with 0 where all of full works, with 1 else.
 */
#include "doctor.h"

#include <errno.h>

#include "around.h"
#include "opt.h"
#include "pool.h"

struct request {
	bool json, help;
};

static const struct opt options[] = {
	{"json", OPT_FLAG, offsetof(struct request, json), NULL, "print JSON"},
	{"help", OPT_FLAG, offsetof(struct request, help), NULL, "print this help"},
	OPT_END,
};

/* One line of the report. */
struct line {
	const char *name, *detail, *without;
	bool needed, ok; /* by full */
	struct err why;
};

static const char *reason_of(const struct err *why)
{
	return pool_printf("%s%s%s%s%s", why->where, why->where[0] ? ": " : "", why->what,
			   why->num ? ": " : "", why->num ? err_name(why->num) : "");
}

static void print_json(const struct line *l, struct out *out)
{
	out_object(out, NULL);
	out_str(out, "name", l->name);
	out_str(out, "state", l->ok ? "ok" : "gap");
	out_bool(out, "needed", l->needed);
	out_str(out, "detail", l->detail);
	out_str(out, "cause", l->ok ? NULL : l->why.cause);
	out_str(out, "reason", l->ok ? NULL : reason_of(&l->why));
	out_str(out, "remedy", l->ok ? NULL : l->why.remedy);
	out_str(out, "without", l->ok ? NULL : l->without);
	out_object_end(out);
}

/* What comes from files and errors may hold any byte. */
static void print_escaped(const char *before, const char *text)
{
	char line[4096];

	str_escape(line, sizeof(line), text);
	printf("%s%s\n", before, line);
}

static void print_text(const struct line *l)
{
	printf("%-4s %-13s ", l->ok ? "ok" : "GAP", l->name);
	print_escaped("", l->detail);
	if (l->ok)
		return;
	print_escaped("     ", pool_printf("%s (%s)", reason_of(&l->why), l->why.cause));
	print_escaped("     ", l->why.remedy);
	print_escaped("     without it: ", l->without);
}

static struct line try_layer(const struct host *host, int i, uint32_t full)
{
	const struct layer *layer = layers[i];
	struct line l = {.name = layer->name, .needed = full >> i & 1};

	l.detail = pool_printf("stops a command that would %s", layer->stops);
	l.without =
		pool_printf("%s --without %s leaves it out, and the command could then %s.",
			    l.needed ? "A run under full is refused." : "full has no need of it.",
			    layer->name, layer->stops);
	l.ok = trial_layer(host, layer, &l.why) == 0;
	return l;
}

static struct line try_profile(const struct host *host, const char *name, const char *without)
{
	struct line l = {.name = name, .detail = profile_find(name)->summary, .without = without};

	l.needed = str_equal(name, "full");
	l.ok = trial_profile(host, name, &l.why) == 0;
	if (!l.ok && !l.why.cause[0]) {
		int i = layers_find(l.why.where);

		cause_explain(layers[i < 0 ? layers_find("user") : i], &l.why);
	}
	return l;
}

static struct line look_row(const struct doctor_row *row, const struct host *host)
{
	struct finding f = {0};
	bool ok = row->look(host, &f) == 0;

	return (struct line){row->name, f.detail, row->without, false, ok, f.why};
}

/* first: of those rows that were looked at first, in their order. */
static size_t look(const struct host *host, const struct line *first, struct line *lines)
{
	uint32_t full = profile_set(profile_find("full"));
	size_t n = 0;

	lines[n++] = try_profile(host, "full", "Runs under it are refused; see the layers.");
	lines[n++] = try_profile(host, "landlock-only", "It cannot stand in for full.");
	for (int i = 0; layers[i]; i++)
		lines[n++] = try_layer(host, i, full);
	for (const struct doctor_row *row = doctor_rows; row->name; row++) {
		if (row->first)
			lines[n++] = *first++;
		else
			lines[n++] = look_row(row, host);
	}
	return n;
}

static void look_first(const struct identity *id, struct line *first)
{
	const struct host host = {.id = *id};

	for (const struct doctor_row *row = doctor_rows; row->name; row++)
		if (row->first)
			*first++ = look_row(row, &host);
}

static int examine(const struct request *request, bool *whole, struct err *e)
{
	struct policy policy = {0};
	struct line lines[2 * LAYERS_MAX], first[LAYERS_MAX];
	struct identity id;
	struct host host;
	struct out out;
	size_t n;

	if (identity_make(&policy, &id, e))
		return -1;
	look_first(&id, first);
	if (identity_apply(&id, e))
		return -1;
	host_read(&policy, &id, &host);
	n = look(&host, first, lines);
	*whole = true;
	for (size_t i = 0; i < n; i++)
		*whole = *whole && (lines[i].ok || !lines[i].needed);
	if (!request->json) {
		for (size_t i = 0; i < n; i++)
			print_text(&lines[i]);
		return fflush(stdout) || ferror(stdout) ? fail(e, errno, "write it") : 0;
	}
	out_begin(&out, stdout, OUT_JSON);
	out_str(&out, "pinfold", PINFOLD_VERSION);
	out_bool(&out, "full", *whole);
	out_str(&out, "kernel", host.release);
	out_int(&out, "uid", id.uid);
	out_str(&out, "around", around_find()->name);
	out_array(&out, "findings");
	for (size_t i = 0; i < n; i++)
		print_json(&lines[i], &out);
	out_array_end(&out);
	return out_end(&out) ? fail(e, errno, "write it") : 0;
}

int cmd_doctor(int argc, char **argv)
{
	struct request request = {0};
	struct err e = {0};
	bool whole;
	int first = opt_parse(options, argc, argv, &request, &e);

	if (first >= 0 && first < argc) {
		err_remedy(&e, "pinfold doctor takes options only; see --help.");
		first = fail(&e, 0, "\"%s\" is too much", argv[first]);
	}
	if (first >= 0 && request.help) {
		puts("usage: pinfold doctor [--json]\n\n"
		     "Tries what this host offers. For each gap: the cause, the remedy, and what "
		     "pinfold does\n"
		     "without it. Exit status: 0 where all of the profile full works, 1 else.\n");
		opt_print_help(stdout, options);
		return 0;
	}
	if (first >= 0 && examine(&request, &whole, &e) == 0)
		return whole ? 0 : 1;
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

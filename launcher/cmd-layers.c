/* SPDX-License-Identifier: Apache-2.0 */
/* cmd-layers: `pinfold layers`: each layer, what it stops, and whether this host gives it. */
#include "pinfold.h"

#include <errno.h>
#include <string.h>

#include "opt.h"
#include "pool.h"
#include "table.h"

struct request {
	bool json, tsv, markdown, help;
};

static const struct opt options[] = {
	{"json", OPT_FLAG, offsetof(struct request, json), NULL, "print JSON"},
	{"tsv", OPT_FLAG, offsetof(struct request, tsv), NULL, "print columns separated by tabs"},
	{"markdown", OPT_FLAG, offsetof(struct request, markdown), NULL,
	 "print the layers as a Markdown table, without this host's state"},
	{"help", OPT_FLAG, offsetof(struct request, help), NULL, "print this help"},
	OPT_END,
};

/* What was found out about one layer. */
struct row {
	const struct layer *layer;
	const char *profiles; /* those that have it, with commas */
	const char *state, *reason, *remedy;
};

static const char *profiles_of(int layer)
{
	const char *list = "";

	for (const struct profile *p = profiles; p->name; p++)
		if (profile_set(p) >> layer & 1)
			list = pool_printf("%s%s%s", list, *list ? "," : "", p->name);
	return list;
}

static void try_row(const struct host *host, struct row *row)
{
	struct err why = {0};

	row->state = "ok";
	if (trial_layer(host, row->layer, &why) == 0)
		return;
	row->state = "unavailable";
	row->reason = why.num ? pool_printf("%s%s%s: %s", why.where, why.where[0] ? ": " : "",
					    why.what, err_name(why.num))
			      : pool_copy(why.what);
	row->remedy = pool_copy(why.remedy);
}

static struct str_list layers_of(const struct profile *profile)
{
	struct str_list list = {NULL, 0};

	for (int i = 0; layers[i]; i++)
		if (profile_set(profile) >> i & 1)
			pool_list_add(&list, layers[i]->name);
	return list;
}

static void print_json_profiles(struct out *out)
{
	out_array(out, "profiles");
	for (const struct profile *p = profiles; p->name; p++) {
		struct str_list list = layers_of(p);

		out_object(out, NULL);
		out_str(out, "name", p->name);
		out_str(out, "summary", p->summary);
		out_list(out, "layers", &list);
		out_object_end(out);
	}
	out_array_end(out);
}

static int print_json(const struct host *host, const struct row *rows)
{
	struct out out;

	out_begin(&out, stdout, OUT_JSON);
	out_object(&out, "host");
	out_str(&out, "kernel", host->release);
	out_int(&out, "landlock_abi", host->landlock_abi);
	out_int(&out, "landlock_errata", host->landlock_errata);
	out_object_end(&out);
	out_array(&out, "layers");
	for (; rows->layer; rows++) {
		out_object(&out, NULL);
		out_str(&out, "name", rows->layer->name);
		out_str(&out, "stops", rows->layer->stops);
		out_str(&out, "needs", rows->layer->needs);
		out_str(&out, "profiles", rows->profiles);
		out_str(&out, "state", rows->state);
		out_str(&out, "reason", rows->reason);
		out_str(&out, "remedy", rows->remedy);
		out_object_end(&out);
	}
	out_array_end(&out);
	print_json_profiles(&out);
	return out_end(&out);
}

/* Below the table of layers: the profiles, then what this host does not give, and what to do. */
static void print_text_rest(const struct row *rows)
{
	putchar('\n');
	for (const struct profile *p = profiles; p->name; p++) {
		struct str_list list = layers_of(p);

		printf("%-9s %s\n%s", p->name, p->summary, list.n ? "         " : "");
		for (size_t i = 0; i < list.n; i++)
			printf(" %s", list.v[i]);
		fputs(list.n ? "\n" : "", stdout);
	}
	for (const struct row *r = rows; r->layer; r++)
		if (r->reason)
			printf("\n%s: %s\n  %s\n", r->layer->name, r->reason, r->remedy);
}

static int print_table(const struct row *rows, const struct request *request)
{
	static const char *const tsv[] = {"name", "needs", "profiles", "state", "reason", "stops"};
	static const char *const markdown[] = {"layer", "needs", "profiles",
					       "without it the agent could"};
	static const char *const text[] = {"layer", "needs", "state", "without it the agent could"};
	struct table t;

	table_begin(&t,
		    request->tsv	? tsv
		    : request->markdown ? markdown
					: text,
		    request->tsv ? 6 : 4);
	for (const struct row *r = rows; r->layer; r++) {
		const struct layer *l = r->layer;
		const char *all[] = {l->name, l->needs, r->profiles, r->state, r->reason, l->stops};
		const char *four[] = {l->name, l->needs, request->markdown ? r->profiles : r->state,
				      l->stops};

		table_row(&t, request->tsv ? all : four);
	}
	table_print(&t, stdout,
		    request->tsv	? TABLE_TSV
		    : request->markdown ? TABLE_MARKDOWN
					: TABLE_TEXT);
	if (!request->tsv && !request->markdown)
		print_text_rest(rows);
	return fflush(stdout) || ferror(stdout) ? -1 : 0;
}

static int print_layers(const struct request *request, struct err *e)
{
	struct policy policy = {0};
	struct row rows[LAYERS_MAX] = {0};
	struct identity id;
	struct host host;

	if (identity_make(&policy, &id, e) || identity_apply(&id, e))
		return -1;
	host_read(&policy, &id, &host);
	for (int i = 0; layers[i]; i++) {
		rows[i].layer = layers[i];
		rows[i].profiles = profiles_of(i);
		if (!request->markdown)
			try_row(&host, &rows[i]);
	}
	if (request->json ? print_json(&host, rows) : print_table(rows, request))
		return fail(e, errno, "write the layers");
	return 0;
}

int cmd_layers(int argc, char **argv)
{
	struct request request = {0};
	struct err e = {0};
	int first = opt_parse(options, argc, argv, &request, &e);

	if (first >= 0 && first < argc) {
		err_remedy(&e, "pinfold layers takes options only; see --help.");
		first = fail(&e, 0, "\"%s\" is too much", argv[first]);
	}
	if (first >= 0 && request.help) {
		puts("usage: pinfold layers [--json|--tsv|--markdown]\n\n"
		     "Lists the layers and tries each one on this host.\n");
		opt_print_help(stdout, options);
		return 0;
	}
	if (first >= 0 && print_layers(&request, &e) == 0)
		return 0;
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

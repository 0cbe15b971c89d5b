/* SPDX-License-Identifier: Apache-2.0 */
/* request: argv -> what was asked. Pure: reads no file, starts nothing, prints only the help. */
#include "bench.h"

#include "opt.h"
#include "pool.h"

#define AT(member) offsetof(struct request, member)

static const struct opt options[] = {
	{"only", OPT_LIST, AT(only), "PART", "start, layers, calls or peers; repeatable"},
	{"profile", OPT_LIST, AT(profiles), "NAME", "only none and this profile; repeatable"},
	{"peer", OPT_LIST, AT(peers), "NAME=COMMAND",
	 "another sandbox's command line, or a known peer's NAME"},
	{"rounds", OPT_UINT, AT(rounds), "N", "rounds of starts (100)"},
	{"call-rounds", OPT_UINT, AT(call_rounds), "N", "rounds of system calls (30)"},
	{"quick", OPT_FLAG, AT(quick), NULL, "25 rounds and 8: a first look"},
	{"seed", OPT_UINT, AT(seed), "N", "another order within the rounds (1)"},
	{"json", OPT_FLAG, AT(json), NULL, "print JSON, with every sample"},
	{"markdown", OPT_FLAG, AT(markdown), NULL, "print Markdown tables"},
	{"help", OPT_FLAG, AT(help), NULL, "print this help"},
	{"version", OPT_FLAG, AT(version), NULL, "print the version"},
	OPT_END,
};

static const struct {
	const char *name;
	enum part part;
} parts[] = {
	{"start", PART_START},
	{"layers", PART_LAYERS},
	{"calls", PART_CALLS},
	{"peers", PART_PEERS},
};

static int read_parts(struct request *request, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (request->only.n == 0)
			request->parts |= parts[i].part;
	for (size_t i = 0; i < request->only.n; i++) {
		unsigned int part = 0;

		for (size_t j = 0; j < ARRAY_SIZE(parts); j++)
			if (str_equal(parts[j].name, request->only.v[i]))
				part = parts[j].part;
		if (!part) {
			err_where(e, "--only");
			err_remedy(e, "The parts are start, layers, calls and peers.");
			return fail(e, 0, "there is no part \"%s\"", request->only.v[i]);
		}
		request->parts |= part;
	}
	return 0;
}

static int read_rounds(const char *option, uint32_t *rounds, uint32_t otherwise, struct err *e)
{
	if (*rounds == 0)
		*rounds = otherwise;
	if (*rounds <= ROUNDS_MAX)
		return 0;
	err_where(e, "%s", option);
	return fail(e, 0, "%u rounds are too many: at most %d", *rounds, ROUNDS_MAX);
}

int request_read(int argc, char *const *argv, struct request *request, struct err *e)
{
	static const char *const plain[] = {"/bin/true", NULL};
	int first;

	*request = (struct request){.seed = 1};
	first = opt_parse(options, argc, argv, request, e);
	if (first < 0)
		return -1;
	request->command = first < argc ? (const char *const *)argv + first : plain;
	if (request->json && request->markdown) {
		err_where(e, "--markdown");
		return fail(e, 0, "and --json exclude each other");
	}
	if (read_rounds("--rounds", &request->rounds, request->quick ? 25 : 100, e) ||
	    read_rounds("--call-rounds", &request->call_rounds, request->quick ? 8 : 30, e))
		return -1;
	return read_parts(request, e);
}

void request_print_help(FILE *file)
{
	fputs("usage: pinfold bench [options] [--] [COMMAND [ARG...]]\n\n"
	      "Measures what each layer and profile costs: the time to start COMMAND (/bin/true) "
	      "and "
	      "to wait\n"
	      "for its end, and the time of a system call. All cases take turns in every "
	      "round.\n\n",
	      file);
	opt_print_help(file, options);
}

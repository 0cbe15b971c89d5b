/* SPDX-License-Identifier: Apache-2.0 */
/* render-facts: the machine and the method, for text and JSON through the same calls. */
#include "bench.h"

#include "out.h"

static void render_host(const struct facts *facts, struct out *out)
{
	out_object(out, "host");
	out_str(out, "kernel", facts->kernel);
	out_str(out, "machine", facts->machine);
	out_str(out, "cpu", facts->cpu);
	out_int(out, "cpus", facts->cpus);
	out_str(out, "governor", facts->governor);
	out_str(out, "clocksource", facts->clocksource);
	out_int(out, "bpf_jit_enable", facts->jit);
	out_int(out, "bpf_jit_harden", facts->harden);
	out_int(out, "mounts", facts->mounts);
	out_double(out, "load_before", facts->load_before, 2);
	out_double(out, "load_after", facts->load_after, 2);
	out_double(out, "stolen_percent", facts->stolen, 1);
	out_double(out, "others_percent", facts->others, 1);
	out_object_end(out);
}

static void render_method(const struct results *results, struct out *out)
{
	const struct request *request = results->request;
	struct str_list command = {(const char **)request->command, 0};

	while (command.v[command.n])
		command.n++;
	out_object(out, "method");
	out_str(out, "version", PINFOLD_VERSION);
	out_list(out, "command", &command);
	out_int(out, "uid", results->facts.uid);
	if (results->facts.dropped)
		out_str(out, "uid_reason", "started as root: everything ran as an ordinary user");
	out_int(out, "seed", request->seed);
	if (results->start.n) {
		out_int(out, "start_cases", (int64_t)results->start.n);
		out_int(out, "start_rounds", (int64_t)results->start.rounds);
		out_int(out, "pause_us", SETTLE_US);
	}
	if (results->calls.n) {
		out_int(out, "call_cases", (int64_t)results->calls.n);
		out_int(out, "call_rounds", (int64_t)results->calls.rounds);
		out_int(out, "calls_a_batch", CALLS_BATCH);
		out_int(out, "batches_a_round", CALLS_BATCHES);
	}
	out_object_end(out);
}

void render_facts(const struct results *results, struct out *out)
{
	render_host(&results->facts, out);
	render_method(results, out);
	if (out->format == OUT_JSON || results->facts.warnings.n) {
		out_array(out, "warnings");
		for (size_t i = 0; i < results->facts.warnings.n; i++)
			out_str(out, NULL, results->facts.warnings.v[i]);
		out_array_end(out);
	}
}

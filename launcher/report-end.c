/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report-end: what has come of the run, added to its report.
 *
 * Should: leave one JSON object in the file, whatever happens: the new member comes in place of the
 * closing brace, which is written once more. Mustn't: touch anything but a plain file that we have
 * opened: a stream's reader has had its object, and standard output is the command's.
 */
#include "pinfold.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void print_limits(const struct plan *plan, const struct outcome *o, struct out *out)
{
	out_array(out, "limits");
	for (int i = 0; i < LIMITS; i++) {
		if (plan->limits.v[i].value == AMOUNT_NONE)
			continue;
		out_object(out, NULL);
		out_str(out, "name", limits[i].name);
		out_bool(out, "reached", o->limits[i].reached);
		if (o->limits[i].known)
			out_int(out, "peak", (int64_t)o->limits[i].peak);
		out_object_end(out);
	}
	out_array_end(out);
}

static void print_end(const struct plan *plan, const struct outcome *o,
		      const struct str_list *planted, int status, struct out *out)
{
	static const char *const why[] = {"itself", "interrupted", "grace"};

	out_object(out, "end");
	out_int(out, "exit_status", status);
	out_str(out, "ended_by", o->limit_ended >= 0 ? "limit" : why[o->ended_for]);
	out_str(out, "limit", o->limit_ended >= 0 ? limits[o->limit_ended].name : NULL);
	out_double(out, "seconds", (double)o->ns / 1e9, 6);
	print_limits(plan, o, out);
	/* A warden (after-warden.c), and a search that was cut short, say it on standard error
	 * alone. */
	if (planted)
		out_list(out, "planted", planted);
	else
		out_str(out, "planted", NULL);
	out_object_end(out);
}

void report_end(const struct plan *plan, const struct outcome *outcome,
		const struct str_list *planted, int status, int fd)
{
	static const char closing[] = "\n}\n";
	char *text = NULL;
	size_t size = 0;
	uint32_t number;
	struct stat st;
	struct out out;
	FILE *file;

	if (fd < 0 || str_equal(plan->report, "-") ||
	    str_read_u32(plan->report, UINT32_MAX, &number) == 0 || fstat(fd, &st) ||
	    !S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(closing))
		return;
	file = open_memstream(&text, &size);
	if (!file)
		return;
	out_begin(&out, file, OUT_JSON);
	print_end(plan, outcome, planted, status, &out);
	/* Without its own opening brace it follows the last member there. */
	if (out_end(&out) == 0 && fclose(file) == 0 && size > 1 && text[0] == '{') {
		text[0] = ',';
		(void)!pwrite(fd, text, size, st.st_size - (off_t)(sizeof(closing) - 1));
	}
	free(text);
}

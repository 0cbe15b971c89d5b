/* SPDX-License-Identifier: Apache-2.0 */
/* What one run is worth: nothing but a whole answer of a run that went well is a block. */
#include "decoy.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define HEAD	  "id\ttitle\toutcome\terrno\tdetail\n"
#define FS	  HEAD "fs.read\tread\tBLOCKED\tENOENT\topen\n"
#define KILL(how) HEAD "proc.kill-all\tkill\t" how "\tkill\n"

static struct op list[2];
static struct ops ops = {list, 2};

/* code < 0: that signal ended it. */
static const char *verdict(uint32_t room, int code, const char *out, const char *err,
			   struct answer *answers)
{
	struct answer_head head = {.wish = {0, 5, room, {{UINT64_C(1) << room}}},
				   .status = code < 0 ? -code : code << 8};
	char *text = strdup(out);
	const char *why;

	list[0] = (struct op){.id = "fs.read", .room = ROOM_HOST};
	list[1] = (struct op){.id = "proc.kill-all", .room = ROOM_KEEPER};
	answers[0] = answers[1] = (struct answer){RESULT_UNKNOWN, 0};
	head.out_size = (uint32_t)strlen(out);
	why = verdict_make(&head, text, err, &ops, answers);
	free(text);
	return why;
}

static void test_host_room(void)
{
	static const struct {
		const char *what;
		int code;
		const char *out, *err, *why;
	} bad[] = {
		{"a launcher that failed", 125, "", "pinfold: mount: no\n remedy\n",
		 "it ended with status 125: pinfold: mount: no"},
		{"one that failed after a whole answer", 125, FS, "", "it ended with status 125"},
		{"a probe that was not found", 127, "", "", "it ended with status 127"},
		{"one that ended with 1", 1, FS, "", "it ended with status 1"},
		{"a probe that a filter killed", 159, "", "", "it ended with status 159"},
		{"a launcher that was killed", -SIGKILL, FS, "", "signal 9 ended it"},
		{"silence", 0, "", "",
		 "the probe's answer is not whole: the probe printed no head line"},
		{"half an answer", 0, HEAD, "",
		 "the probe's answer is not whole: operation fs.read did not answer"},
		{"the keeper's word in the wrong room", KEEPER_KILLED, FS, "",
		 "it ended with status 101"},
	};
	struct answer a[2];

	ok(!verdict(ROOM_HOST, 0, FS, "", a), "a whole answer of a run that went well");
	is_int(a[0].result, RESULT_BLOCKED, "is believed");
	is_int(a[1].result, RESULT_UNKNOWN, "for what was asked");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		is_str(verdict(ROOM_HOST, bad[i].code, bad[i].out, bad[i].err, a), bad[i].why,
		       "%s is told", bad[i].what);
		is_int(a[0].result, RESULT_BROKEN, "%s is BROKEN, not BLOCKED", bad[i].what);
	}
}

static void test_not_run(void)
{
	struct answer_head timeout = {.wish = {0, 5, ROOM_HOST, {{1}}}, .timed_out = 1};
	struct answer_head failed = {.wish = {0, 5, ROOM_HOST, {{1}}}, .failed = EAGAIN};
	struct answer a[2] = {0};
	char whole[] = FS;

	list[0] = (struct op){.id = "fs.read", .room = ROOM_HOST};
	timeout.out_size = sizeof(whole) - 1;
	ok(verdict_make(&timeout, whole, "", &ops, a) && a[0].result == RESULT_BROKEN,
	   "a time-out is BROKEN, whatever was said by then");
	a[0].result = RESULT_UNKNOWN;
	is_str(verdict_make(&failed, NULL, NULL, &ops, a), "it could not be started: EAGAIN",
	       "what could not be started says why");
	is_int(a[0].result, RESULT_BROKEN, "and is BROKEN");
}

/* The victims' side counts, whatever the probe says. */
static void test_keeper_room(void)
{
	static const struct {
		const char *what;
		int code;
		const char *out;
		enum result result;
		int num;
	} cases[] = {
		{"victims died, and it says so", KEEPER_KILLED, KILL("REACHED\t-"), RESULT_REACHED,
		 0},
		{"victims died, and it denies it", KEEPER_KILLED, KILL("BLOCKED\tEPERM"),
		 RESULT_REACHED, 0},
		{"victims died, and it says nothing", KEEPER_KILLED, "", RESULT_REACHED, 0},
		{"no victim died, and it says BLOCKED", KEEPER_SPARED, KILL("BLOCKED\tESRCH"),
		 RESULT_BLOCKED, ESRCH},
		{"no victim died, and it says REACHED", KEEPER_SPARED, KILL("REACHED\t-"),
		 RESULT_BROKEN, 0},
		{"no victim died, and it says nothing", KEEPER_SPARED, "", RESULT_BROKEN, 0},
		{"the launcher failed", EXIT_OURS, KILL("BLOCKED\tEPERM"), RESULT_BROKEN, 0},
		{"the outer namespace is not to be had", KEEPER_SKIPPED, "", RESULT_SKIPPED, 0},
	};
	struct answer a[2];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		(void)verdict(ROOM_KEEPER, cases[i].code, cases[i].out, "why: because\n", a);
		is_int(a[1].result, cases[i].result, "%s", cases[i].what);
		is_int(a[1].num, cases[i].num, "%s: errno", cases[i].what);
		is_int(a[0].result, RESULT_UNKNOWN, "%s: what was not asked is left alone",
		       cases[i].what);
		if (cases[i].result == RESULT_SKIPPED)
			is_str(list[1].said, "why: because", "the reason is kept");
	}
}

/* Who saw the decoys has the last word, and what the two cannot both mean is BROKEN. */
static void test_seen(void)
{
	static const struct {
		const char *what;
		struct answer said;
		uint8_t seen;
		struct answer want;
	} cases[] = {
		{"reached, and nobody looks", {RESULT_REACHED, 0}, SEEN_NONE, {RESULT_REACHED, 0}},
		{"blocked, and nobody looks",
		 {RESULT_BLOCKED, EPERM},
		 SEEN_NONE,
		 {RESULT_BLOCKED, EPERM}},
		{"reached and seen", {RESULT_REACHED, 0}, SEEN_YES, {RESULT_REACHED, 0}},
		{"reached and not seen", {RESULT_REACHED, 0}, SEEN_NO, {RESULT_BLOCKED, 0}},
		{"reached, and it cannot be told",
		 {RESULT_REACHED, 0},
		 SEEN_UNKNOWN,
		 {RESULT_BROKEN, 0}},
		{"blocked and seen", {RESULT_BLOCKED, EPERM}, SEEN_YES, {RESULT_BROKEN, 0}},
		{"blocked and not seen", {RESULT_BLOCKED, EPERM}, SEEN_NO, {RESULT_BLOCKED, EPERM}},
		{"blocked, and it cannot be told",
		 {RESULT_BLOCKED, EPERM},
		 SEEN_UNKNOWN,
		 {RESULT_BLOCKED, EPERM}},
		{"absent", {RESULT_ABSENT, ENOENT}, SEEN_NO, {RESULT_ABSENT, ENOENT}},
		{"skipped", {RESULT_SKIPPED, 0}, SEEN_UNKNOWN, {RESULT_SKIPPED, 0}},
		{"broken", {RESULT_BROKEN, EIO}, SEEN_YES, {RESULT_BROKEN, EIO}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a[2] = {cases[i].said, {RESULT_REACHED, 0}};
		const uint8_t seen[2] = {cases[i].seen, SEEN_NO};

		list[0].said = NULL;
		verdict_see(&ops, &(struct op_set){{1}}, a, seen);
		ok(a[1].result == RESULT_REACHED, "%s: what was not asked for stays",
		   cases[i].what);
		is_int(a[0].result, cases[i].want.result, "%s", cases[i].what);
		is_int(a[0].num, cases[i].want.num, "%s: errno", cases[i].what);
		ok(!list[0].said == (cases[i].want.result != RESULT_BROKEN ||
				     cases[i].said.result == RESULT_BROKEN),
		   "%s: a reason where it became BROKEN", cases[i].what);
	}
}

int main(void)
{
	test_seen();
	test_host_room();
	test_not_run();
	test_keeper_room();
	return tap_done();
}

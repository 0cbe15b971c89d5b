/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict: what one run of the probe is worth.
 *
 * Pure. Should call BROKEN whatever is not plain: a launcher that failed, a probe that was cut off,
 * a time-out. Mustn't ever make a block of one of these: a sandbox that does not start would then
 * be the strongest of all.
 */
#include "decoy.h"

#include <string.h>
#include <sys/wait.h>

#include "pool.h"

enum { LINE_MAX_BYTES = 300 };

/* The first line of what a program had to say on standard error, safe to print; NULL: nothing. */
static const char *first_line(const char *text)
{
	char *line, *escaped;
	size_t n;

	text += strspn(text, "\n");
	n = strcspn(text, "\n");
	if (n == 0)
		return NULL;
	line = pool_copy_n(text, n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES);
	escaped = pool_alloc(4 * LINE_MAX_BYTES + 5);
	str_escape(escaped, 4 * LINE_MAX_BYTES + 5, line);
	return escaped;
}

static void set_all(struct ops *ops, const struct wish *wish, struct answer *answers,
		    enum result result, const char *said)
{
	for (size_t i = 0; i < ops->n; i++) {
		if (!op_set_has(&wish->ops, i))
			continue;
		answers[i] = (struct answer){result, 0};
		if (said)
			ops->v[i].said = said;
	}
}

static const char *describe(const struct answer_head *head, const char *err)
{
	const char *line = err ? first_line(err) : NULL;
	const char *end;

	if (head->failed)
		return pool_printf("it could not be started: %s", err_name(head->failed));
	if (head->timed_out)
		end = pool_printf("it was not done after %d seconds", RUN_MS / 1000);
	else if (WIFSIGNALED(head->status))
		end = pool_printf("signal %d ended it", WTERMSIG(head->status));
	else
		end = pool_printf("it ended with status %d", WEXITSTATUS(head->status));
	return line ? pool_printf("%s: %s", end, line) : end;
}

/*
 * The keeper has seen how the victims ended, and only that counts for REACHED; the probe's own
 * word counts for the errno of a refusal.
 */
static void judge_spared(struct ops *ops, const struct wish *wish, struct answer *answers)
{
	for (size_t i = 0; i < ops->n; i++) {
		if (!op_set_has(&wish->ops, i) || answers[i].result != RESULT_REACHED)
			continue;
		answers[i] = (struct answer){RESULT_BROKEN, 0};
		ops->v[i].said = "the probe says REACHED, and no victim died";
	}
}

static bool all_told(const struct answer_head *head)
{
	int status = head->status;

	if (head->failed || head->timed_out || !WIFEXITED(status))
		return false;
	return WEXITSTATUS(status) == 0 ||
	       (head->wish.room == ROOM_KEEPER &&
		(WEXITSTATUS(status) == KEEPER_KILLED || WEXITSTATUS(status) == KEEPER_SKIPPED));
}

const char *verdict_make(const struct answer_head *head, char *out, const char *err,
			 struct ops *ops, struct answer *answers)
{
	const struct wish *wish = &head->wish;
	uint32_t room = wish->room;
	int code = WEXITSTATUS(head->status);
	struct err e = {0};
	const char *why;
	int rc;

	if (!all_told(head)) {
		why = describe(head, err);
		set_all(ops, wish, answers, RESULT_BROKEN, why);
		return why;
	}
	if (room == ROOM_KEEPER && code == KEEPER_SKIPPED) {
		why = first_line(err);
		set_all(ops, wish, answers, RESULT_SKIPPED, why ? why : "no reason was given");
		return NULL;
	}
	rc = read_answers(out, head->out_size, &wish->ops, ops, answers, &e);
	if (room == ROOM_KEEPER && code == KEEPER_KILLED) {
		set_all(ops, wish, answers, RESULT_REACHED, NULL);
		return NULL;
	}
	if (rc) {
		why = pool_printf("the probe's answer is not whole: %s", e.what);
		set_all(ops, wish, answers, RESULT_BROKEN, why);
		return why;
	}
	if (room == ROOM_KEEPER)
		judge_spared(ops, wish, answers);
	return NULL;
}

void verdict_see(struct ops *ops, const struct op_set *asked, struct answer *answers,
		 const uint8_t *seen)
{
	for (size_t i = 0; i < ops->n; i++) {
		struct answer *a = &answers[i];
		const char *why = NULL;

		if (!op_set_has(asked, i))
			continue;
		if (seen[i] == SEEN_YES && a->result == RESULT_BLOCKED)
			why = "the probe says BLOCKED, and it was seen to happen";
		if (seen[i] == SEEN_UNKNOWN && a->result == RESULT_REACHED)
			why = "the probe says REACHED, and nobody could see whether it happened";
		/* It happened to something else: the sandbox has put that in the decoy's place. */
		if (seen[i] == SEEN_NO && a->result == RESULT_REACHED)
			*a = (struct answer){RESULT_BLOCKED, 0};
		if (!why)
			continue;
		*a = (struct answer){RESULT_BROKEN, 0};
		ops->v[i].said = why;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep: workers that measure points, as many at a time as there are processors.
 *
 * A worker is a process of ours that is told a wish, makes the run and sends back what was said.
 * Should try a run that went wrong a second time, since "no more processes" passes; what then is
 * still wrong is remembered as BROKEN, with its reason. Mustn't hang: every run is bounded.
 */
#include "decoy.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "pool.h"

enum { WORKERS_MAX = 64, TICK_MS = 100 };

/* ---- the worker's side ---------------------------------------------------------------------- */

static int send_answer(int fd, const struct answer_head *head, const char *out, const char *err,
		       const uint8_t *seen, size_t seen_n)
{
	if (fd_write_all(fd, head, sizeof(*head)) || fd_write_all(fd, out, head->out_size) ||
	    fd_write_all(fd, err, head->err_size) || fd_write_all(fd, seen, seen_n))
		return -1;
	return 0;
}

static _Noreturn void work(struct sweep *sweep, unsigned int number, pid_t parent, int fd)
{
	struct kit *kit = pool_alloc(sizeof(*kit));
	uint8_t *seen = pool_alloc(sweep->report->ops->n);
	struct err e = {0};
	struct wish wish;

	sweep->runs.parent = pool_printf("%d", (int)getpid());
	if (children_tie(parent) || chdir("/"))
		_exit(EXIT_OURS);
	if (kit_make(kit, sweep->runs.place, number, sweep->runs.decoy, &e) ||
	    runs_make(&sweep->runs, kit, &e)) {
		err_print(&e, "pinfold-matrix");
		_exit(EXIT_OURS);
	}
	/* Whatever a run leaves alive comes to us, and ends before the next one begins. */
	children_adopt();
	while (fd_read_full(fd, &wish, sizeof(wish)) == (ssize_t)sizeof(wish)) {
		struct answer_head head;
		char *out, *err;

		runs_do(&sweep->runs, kit, &wish, &head, &out, &err);
		kit_look(kit);
		children_end(kit->keep, kit->keep_n);
		kit_judge(kit, sweep->report->ops, seen);
		if (send_answer(fd, &head, out, err, seen, sweep->report->ops->n))
			break;
		free(out);
		free(err);
	}
	_exit(0);
}

/* ---- the matrix' side ------------------------------------------------------------------------ */

static int start_worker(struct sweep *sweep, struct worker *w, struct err *e)
{
	pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return fail(e, errno, "a socket for a worker");
	w->fd = fds[0];
	w->pid = fork();
	if (w->pid == 0)
		work(sweep, (unsigned int)sweep->workers_n, parent, fds[1]);
	(void)close(fds[1]);
	return w->pid < 0 ? fail(e, errno, "fork a worker") : 0;
}

int sweep_start(struct sweep *sweep, size_t jobs, struct err *e)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (jobs == 0)
		jobs = online > 0 ? (size_t)online : 1;
	if (jobs > WORKERS_MAX)
		jobs = WORKERS_MAX;
	sweep->start_ns = clock_now_ns();
	sweep->workers = pool_alloc(jobs * sizeof(*sweep->workers));
	while (sweep->workers_n < jobs) {
		if (start_worker(sweep, &sweep->workers[sweep->workers_n], e))
			return -1;
		sweep->workers_n++;
	}
	return 0;
}

static void show_progress(const struct sweep *sweep)
{
	if (sweep->progress)
		fprintf(stderr, "\r\033[Kpinfold matrix: %zu runs, %.1f s", sweep->runs_n,
			(double)(clock_now_ns() - sweep->start_ns) / 1e9);
}

/* What is still to be measured, and what has to be measured again. */
struct queue {
	const struct wish *v;
	size_t n, next, busy;
	struct wish *again;
	size_t again_n;
	bool last; /* nothing will be tried once more */
};

/* All are counted and the first are told. A launcher that hangs would make a sweep of hours. */
static int remember_trouble(struct sweep *sweep, struct trouble trouble, bool timed_out,
			    struct err *e)
{
	struct report *r = sweep->report;

	/* Another sandbox that cannot do with less says nothing of this host. */
	if (trouble.subject->kind == SUBJECT_OTHER) {
		struct subject *s = &r->subjects[trouble.subject - r->subjects];

		if (!s->why_less)
			s->why_less =
				pool_printf("%s with %s: %s", trouble.op ? trouble.op : "all",
					    render_set(s->layers, trouble.set, " "), trouble.text);
		return 0;
	}
	if (r->troubles_n < TROUBLES_MAX)
		r->troubles[r->troubles_n] = trouble;
	r->troubles_n++;
	sweep->timeouts += timed_out;
	if (sweep->timeouts < TIMEOUTS_MAX)
		return 0;
	return fail(e, 0, "%zu points could not be measured in time; the last: %s", sweep->timeouts,
		    trouble.text);
}

/* Those of the wish that could not be told here, though they can be told elsewhere. */
static struct op_set find_untold(const struct ops *ops, const struct wish *wish,
				 const struct answer *answers)
{
	struct op_set untold = {{0}};

	for (size_t i = 0; i < ops->n; i++)
		if (op_set_has(&wish->ops, i) && !ops->v[i].skipped_why &&
		    (answers[i].result == RESULT_BROKEN || answers[i].result == RESULT_SKIPPED))
			op_set_add(&untold, i);
	return untold;
}

/* Without any sandbox at all. */
static bool is_control(const struct wish *wish)
{
	return wish->subject == 0 && wish->set == 0;
}

/* why: what was wrong with the whole run, or NULL. */
static int remember_untold(struct sweep *sweep, const struct answer_head *head,
			   const struct op_set *untold, const char *why, struct err *e)
{
	const struct subject *subject = &sweep->report->subjects[head->wish.subject];
	const struct answer *answers = points_find(&subject->points, head->wish.set);
	struct trouble t = {subject, head->wish.set, NULL, why};

	if (why)
		return remember_trouble(sweep, t, head->timed_out, e);
	for (size_t i = 0; i < sweep->report->ops->n; i++) {
		const struct op *op = &sweep->report->ops->v[i];

		/* Not tried even without a sandbox: that is no failure, and measure.c says so. */
		if (!op_set_has(untold, i) ||
		    (is_control(&head->wish) && answers[i].result == RESULT_SKIPPED))
			continue;
		t.op = op->id;
		t.text = op->said;
		if (remember_trouble(sweep, t, false, e))
			return -1;
	}
	return 0;
}

/* Takes one answer over. What is not plain is asked for once more before it is believed. */
static int take_answer(struct sweep *sweep, struct queue *q, const struct answer_head *head,
		       char *out, const char *err, const uint8_t *seen, struct err *e)
{
	struct points *points = &sweep->report->subjects[head->wish.subject].points;
	struct ops *ops = sweep->report->ops;
	struct answer *answers = points_take(points, head->wish.set);
	const char *why = verdict_make(head, out, err, ops, answers);
	struct op_set untold;

	if (!why && head->wish.room == ROOM_HOST)
		verdict_see(ops, &head->wish.ops, answers, seen);
	untold = find_untold(ops, &head->wish, answers);
	sweep->runs_n++;
	if (!op_set_any(&untold))
		return 0;
	if (q->last)
		return remember_untold(sweep, head, &untold, why, e);
	q->again[q->again_n] = head->wish;
	q->again[q->again_n++].ops = untold;
	sweep->retries++;
	return 0;
}

static int receive(struct sweep *sweep, struct queue *q, struct worker *w, struct err *e)
{
	struct answer_head head;
	char *out, *err;
	uint8_t *seen;
	int rc = -1;

	if (fd_read_full(w->fd, &head, sizeof(head)) != (ssize_t)sizeof(head))
		return fail(e, 0, "a worker died");
	out = calloc(1, head.out_size + 1);
	err = calloc(1, head.err_size + 1);
	seen = calloc(1, sweep->report->ops->n + 1);
	if (!out || !err || !seen)
		abort();
	if (fd_read_full(w->fd, out, head.out_size) != (ssize_t)head.out_size ||
	    fd_read_full(w->fd, err, head.err_size) != (ssize_t)head.err_size ||
	    fd_read_full(w->fd, seen, sweep->report->ops->n) != (ssize_t)sweep->report->ops->n)
		(void)fail(e, 0, "a worker died");
	else
		rc = take_answer(sweep, q, &head, out, err, seen, e);
	w->busy = false;
	q->busy--;
	free(out);
	free(err);
	free(seen);
	return rc;
}

static int hand_out(struct sweep *sweep, struct queue *q, struct err *e)
{
	for (size_t i = 0; i < sweep->workers_n && q->next < q->n; i++) {
		struct worker *w = &sweep->workers[i];
		const struct wish *wish = &q->v[q->next];

		if (w->busy)
			continue;
		if (send(w->fd, wish, sizeof(*wish), MSG_NOSIGNAL) != (ssize_t)sizeof(*wish))
			return fail(e, errno, "tell a worker");
		w->busy = true;
		q->next++;
		q->busy++;
	}
	return 0;
}

static int work_off(struct sweep *sweep, struct queue *q, struct err *e)
{
	struct pollfd p[WORKERS_MAX];

	while (q->next < q->n || q->busy) {
		if (children_signal())
			return fail(e, 0, "told to end");
		if (hand_out(sweep, q, e))
			return -1;
		for (size_t i = 0; i < sweep->workers_n; i++)
			p[i] = (struct pollfd){sweep->workers[i].fd, POLLIN, 0};
		/* A signal may come just before poll(2): the tick bounds how long it waits. */
		if (poll(p, sweep->workers_n, TICK_MS) < 0 && errno != EINTR)
			return fail(e, errno, "poll");
		for (size_t i = 0; i < sweep->workers_n; i++)
			if (p[i].revents && receive(sweep, q, &sweep->workers[i], e))
				return -1;
		show_progress(sweep);
	}
	return 0;
}

int sweep_measure(void *ctx, const struct wish *wishes, size_t n, struct err *e)
{
	struct sweep *sweep = ctx;
	struct queue first = {.v = wishes, .n = n}, second = {.last = true};
	int rc;

	first.again = calloc(n + 1, sizeof(*first.again));
	if (!first.again)
		abort();
	rc = work_off(sweep, &first, e);
	second.v = first.again;
	second.n = first.again_n;
	if (rc == 0)
		rc = work_off(sweep, &second, e);
	free(first.again);
	return rc;
}

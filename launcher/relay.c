/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay: passes the command's standard output and error on, where they are counted (--output).
 *
 * The command writes into pipes of ours; what comes out of them goes to the caller's descriptors.
 * Without that limit there is no relay, and the command writes to the caller's descriptors itself.
 *
 * Should: pass on everything up to the bound, in the order in which it was written; end the run at
 * the first byte beyond. Mustn't: wait on a reader who is slow: of a descriptor that is not ready
 * nothing is asked, and a pipe that is ready takes PIPE_BUF bytes at once (pipe(7)); its flags,
 * which others share, are left alone.
 */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"

enum { PIECE = 65536 };

/* One stream on its way: what was read and is not written yet. */
struct stream {
	struct watch *from, *to;
	bool plain; /* a file, which is always ready and takes any size */
	size_t n, at;
	char data[PIECE];
};

/* Are both the same open pipe, terminal or file? Then one relay keeps the order between them. */
static bool is_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino && x.st_rdev == y.st_rdev;
}

int relay_make(const struct plan *plan, struct run *run, struct err *e)
{
	run->relays_n = 0;
	if (!limit_is(&plan->limits, LIMIT_OUTPUT, LIMIT_BY_RELAY) || !plan->command)
		return 0;
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		struct relay *r = &run->relays[run->relays_n];
		int ends[2];

		/* The command's own terminal goes through the launcher anyway (terminal.c). */
		if (plan->terminal.own && (plan->terminal.of_caller >> fd & 1))
			continue;
		if (run->relays_n && is_same(STDOUT_FILENO, STDERR_FILENO)) {
			run->relays[0].both = true;
			break;
		}
		if (pipe2(ends, O_CLOEXEC))
			return fail(e, errno, "make a pipe for the output");
		*r = (struct relay){.of = fd, .from = ends[0], .into = ends[1], .to = -1};
		run->relays_n++;
		r->to = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (r->to < 0 || fcntl(r->from, F_SETFL, O_NONBLOCK))
			return fail(e, errno, "pass the output on");
	}
	return 0;
}

int relay_enter(const struct run *run, struct err *e)
{
	for (size_t i = 0; i < run->relays_n; i++) {
		const struct relay *r = &run->relays[i];

		if (dup2(r->into, r->of) < 0 || (r->both && dup2(r->into, STDERR_FILENO) < 0))
			return fail(e, errno, "write into the relay");
	}
	return 0;
}

static void drop(struct supervisor *s, struct stream *stream)
{
	if (stream->from)
		supervise_drop(stream->from);
	if (stream->to)
		supervise_drop(stream->to);
	if (s->busy && stream->from)
		s->busy--;
	stream->from = stream->to = NULL;
}

size_t relay_count(struct supervisor *s, size_t n)
{
	struct limit_outcome *o = &s->limits[LIMIT_OUTPUT];
	uint64_t left = s->plan->limits.v[LIMIT_OUTPUT].value - o->peak;

	if (!limit_is(&s->plan->limits, LIMIT_OUTPUT, LIMIT_BY_RELAY))
		return n;
	o->known = true;
	if (n <= left) {
		o->peak += n;
		return n;
	}
	o->peak += left;
	limits_end(s, LIMIT_OUTPUT);
	return (size_t)left;
}

static void hear_output(struct supervisor *s, struct watch *watch, short events)
{
	struct stream *stream = watch->data;
	ssize_t n;

	(void)events;
	if (stream->n) /* told of what was so before relay_end() read it */
		return;
	n = read(watch->fd, stream->data, sizeof(stream->data));
	/* Nothing there, and nobody left to write (that we would wait for): the end as well. */
	if (n < 0 && (errno == EAGAIN || errno == EINTR) && !s->ended)
		return;
	stream->n = n > 0 ? relay_count(s, (size_t)n) : 0;
	stream->at = 0;
	if (!stream->n) {
		drop(s, stream);
		return;
	}
	/* One or the other: nothing is read before what was read is out. */
	watch->events = -1;
	stream->to->events = POLLOUT;
}

static void hear_room(struct supervisor *s, struct watch *watch, short events)
{
	struct stream *stream = watch->data;
	size_t left = stream->n - stream->at;
	ssize_t n;

	if (!left) { /* told of a hang-up alone: who still writes is to hear of it */
		if (events & (POLLERR | POLLHUP | POLLNVAL))
			drop(s, stream);
		return;
	}
	n = write(watch->fd, stream->data + stream->at,
		  stream->plain || left < PIPE_BUF ? left : PIPE_BUF);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		drop(s, stream);
		return;
	}
	stream->at += (size_t)n;
	if (stream->at < stream->n)
		return;
	stream->n = stream->at = 0;
	watch->events = 0;
	stream->from->events = POLLIN;
	if (s->ended)
		hear_output(s, stream->from, POLLIN);
}

/* The command has ended: what it wrote is passed on, and no more is waited for. */
void relay_end(struct supervisor *s)
{
	for (size_t i = 0; i < s->run->relays_n; i++) {
		struct stream *stream = s->run->relays[i].stream;

		if (!stream || !stream->from)
			continue;
		s->busy++;
		if (stream->n == 0)
			hear_output(s, stream->from, POLLIN);
	}
}

void relay_start(struct supervisor *s)
{
	for (size_t i = 0; i < s->run->relays_n; i++) {
		struct relay *r = &s->run->relays[i];
		struct stream *stream = pool_alloc(sizeof(*stream));
		struct watch from = {-1, POLLIN, hear_output, stream};
		struct watch to = {-1, 0, hear_room, stream};
		struct stat st;
		struct err e;

		/* Only the processes inside hold it now: its end is theirs. */
		(void)close(fd_take(&r->into));
		stream->plain = fstat(r->to, &st) == 0 && S_ISREG(st.st_mode);
		from.fd = fd_take(&r->from);
		to.fd = fd_take(&r->to);
		r->stream = stream;
		stream->from = supervise_add(s, from, &e);
		stream->to = supervise_add(s, to, &e);
		if (!stream->from || !stream->to) /* no place: then nobody reads, who writes ends */
			drop(s, stream);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* child: see child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"

struct stream {
	int fd;
	char *data;
	size_t size, max;
};

/* Takes what is there. At the end of the stream fd becomes -1, which poll(2) passes over. */
static void drain(struct stream *s)
{
	char buf[4096];
	ssize_t n = read(s->fd, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		(void)close(s->fd);
		s->fd = -1;
		return;
	}
	if ((size_t)n > s->max - s->size)
		n = (ssize_t)(s->max - s->size);
	if (n > 0) {
		memcpy(s->data + s->size, buf, (size_t)n);
		s->size += (size_t)n;
	}
}

static int spawn(const struct child_spec *spec, int out, int err, pid_t *pid)
{
	extern char **environ;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&files, out, 1);
	(void)posix_spawn_file_actions_adddup2(&files, err, 2);
	for (size_t i = 0; i < spec->fds_n; i++)
		posix_spawn_file_actions_adddup2(&files, spec->fds[i].ours, spec->fds[i].theirs);
	(void)posix_spawnattr_setflags(&attr,
				       spec->session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP);
	rc = posix_spawnp(pid, spec->argv[0], &files, &attr, (char *const *)spec->argv,
			  spec->env ? (char *const *)spec->env : environ);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return rc;
}

enum { TICK_MS = 100 }; /* how often it is asked whether to stop: poll(2) may miss a signal */

static bool is_over(const struct child_spec *spec, uint64_t start)
{
	uint64_t gone = (clock_now_ns() - start) / 1000000;

	return (spec->timeout_ms && gone >= spec->timeout_ms) || (spec->stopped && spec->stopped());
}

static int time_left(const struct child_spec *spec, uint64_t start)
{
	uint64_t gone = (clock_now_ns() - start) / 1000000;
	int left = -1;

	if (spec->timeout_ms)
		left = gone >= spec->timeout_ms ? 0 : (int)(spec->timeout_ms - gone);
	return spec->stopped && (left < 0 || left > TICK_MS) ? TICK_MS : left;
}

/*
 * Reads both streams until the program has ended. A process that it left behind may hold the
 * streams open for ever, so its end is what counts, and what has arrived by then is taken.
 */
static void follow(const struct child_spec *spec, pid_t pid, int pidfd, struct stream *out,
		   struct stream *err, struct child_result *r)
{
	uint64_t start = clock_now_ns();

	for (;;) {
		struct pollfd p[3] = {
			{out->fd, POLLIN, 0}, {err->fd, POLLIN, 0}, {pidfd, POLLIN, 0}};
		int n = poll(p, 3, time_left(spec, start));

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 && !r->timed_out && is_over(spec, start)) {
			r->timed_out = true;
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL);
			continue;
		}
		if (p[0].revents)
			drain(out);
		if (p[1].revents)
			drain(err);
		if (p[2].revents && !(p[0].revents & POLLIN) && !(p[1].revents & POLLIN))
			return;
	}
}

static int make_streams(struct stream *out, struct stream *err, int *out_w, int *err_w, size_t max)
{
	int a[2], b[2];

	if (pipe2(a, O_CLOEXEC))
		return -1;
	if (pipe2(b, O_CLOEXEC)) {
		(void)close(a[0]);
		(void)close(a[1]);
		return -1;
	}
	*out = (struct stream){a[0], calloc(1, max + 1), 0, max};
	*err = (struct stream){b[0], calloc(1, max + 1), 0, max};
	*out_w = a[1];
	*err_w = b[1];
	return out->data && err->data ? 0 : -1;
}

int child_run(const struct child_spec *spec, struct child_result *r, struct err *e)
{
	struct stream out, err;
	autoclose int out_w = -1, err_w = -1, pidfd = -1;
	uint64_t start;
	pid_t pid;
	int rc;

	memset(r, 0, sizeof(*r));
	if (make_streams(&out, &err, &out_w, &err_w, spec->output_max))
		return fail(e, errno, "pipes for %s", spec->argv[0]);
	start = clock_now_ns();
	rc = spawn(spec, out_w, err_w, &pid);
	(void)close(fd_take(&out_w));
	(void)close(fd_take(&err_w));
	if (rc == 0) {
		pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		follow(spec, pid, pidfd, &out, &err, r);
		(void)waitpid(pid, &r->status, 0);
		r->wall_ns = clock_now_ns() - start;
	}
	fd_cleanup(&out.fd);
	fd_cleanup(&err.fd);
	r->out = out.data;
	r->out_size = out.size;
	r->err = err.data;
	r->err_size = err.size;
	if (rc == 0)
		return 0;
	child_free(r);
	return fail(e, rc, "cannot start %s", spec->argv[0]);
}

void child_free(struct child_result *r)
{
	free(r->out);
	free(r->err);
	r->out = r->err = NULL;
}

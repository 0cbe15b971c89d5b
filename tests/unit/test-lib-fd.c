/* SPDX-License-Identifier: Apache-2.0 */
/* fd: descriptors that close themselves, whole reads and writes. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "fd.h"

static int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void test_close(void)
{
	int fd, taken;

	{
		autoclose int scoped = open("/dev/null", O_RDONLY);

		fd = scoped;
		ok(is_open(fd), "open in its scope");
		errno = 77;
	}
	ok(!is_open(fd) && errno == EBADF, "closed behind it");
	fd = open("/dev/null", O_RDONLY);
	taken = fd;
	errno = 77;
	fd_cleanup(&fd);
	ok(errno == 77 && !is_open(taken), "errno is kept");
	fd = -1;
	errno = 77;
	fd_cleanup(&fd);
	is_int(errno, 77, "a negative one is left alone");
	{
		autoclose int scoped = open("/dev/null", O_RDONLY);

		taken = fd_take(&scoped);
		is_int(scoped, -1, "what is handed on leaves -1");
	}
	ok(is_open(taken), "... and lives");
	(void)close(taken);
}

static void on_signal(int sig)
{
	(void)sig;
}

/* Signals without SA_RESTART, at short intervals, for as long as a transfer lasts. */
static void interrupt_often(long us)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct itimerval timer = {{0, us}, {0, us}};

	(void)sigaction(SIGALRM, &act, NULL);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 7 + i / 251);
}

enum { BIG = 1 << 20 };

static void test_transfer(void)
{
	unsigned char *data = malloc(BIG), *back = calloc(1, BIG + 1);
	int fds[2], status, wrong = 0;
	ssize_t n;
	pid_t pid;

	for (size_t i = 0; i < BIG; i++)
		data[i] = byte_at(i);
	ok(pipe(fds) == 0, "a pipe");
	pid = fork();
	if (pid == 0) {
		interrupt_often(300);
		(void)close(fds[0]);
		_exit(fd_write_all(fds[1], data, BIG) ? 1 : 0);
	}
	(void)close(fds[1]);
	(void)alarm(0);
	interrupt_often(500);
	n = fd_read_full(fds[0], back, BIG + 1);
	interrupt_often(0);
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(TAP_SECONDS);
	is_int(n, BIG, "a megabyte through a pipe of 64 KiB, under signals, to its end");
	for (size_t i = 0; i < BIG; i++)
		wrong += back[i] != byte_at(i);
	is_int(wrong, 0, "... as it was");
	ok(waitpid(pid, &status, 0) == pid && status == 0, "... and written in whole");
	(void)close(fds[0]);
	free(data);
	free(back);
}

static void test_ends(void)
{
	char buf[8] = "xxxxxxx";
	int file = memfd_create("x", MFD_CLOEXEC);

	is_int(fd_write_all(file, "abcdef", 6), 0, "a write");
	(void)lseek(file, 0, SEEK_SET);
	is_int(fd_read_full(file, buf, 4), 4, "a read of as much as asked");
	is_int(fd_read_full(file, buf, 8), 2, "... of less at the end");
	is_int(fd_read_full(file, buf, 8), 0, "... of nothing behind it");
	is_int(fd_write_all(file, "", 0), 0, "a write of nothing");
	(void)close(file);
	ok(fd_write_all(file, "x", 1) == -1 && errno == EBADF, "a write that fails");
	ok(fd_read_full(file, buf, 1) == -1 && errno == EBADF, "a read that fails");
}

static void test_file(void)
{
	char path[] = "/tmp/test-lib-fd-XXXXXX", buf[8];
	int file = mkstemp(path);

	ok(file >= 0 && fd_write_all(file, "abcdefghij", 10) == 0, "a file");
	is_int(fd_read_file(path, buf, sizeof(buf)), 7, "is cut where the buffer ends");
	is_str(buf, "abcdefg", "... and ends with NUL");
	ok(ftruncate(file, 3) == 0 && fd_read_file(path, buf, sizeof(buf)) == 3, "a shorter one");
	is_str(buf, "abc", "... too");
	ok(ftruncate(file, 0) == 0 && fd_read_file(path, buf, sizeof(buf)) == 0 && !buf[0],
	   "an empty one");
	(void)close(file);
	(void)unlink(path);
	ok(fd_read_file(path, buf, sizeof(buf)) == -1 && errno == ENOENT, "none");
	ok(fd_read_file("/", buf, sizeof(buf)) == -1 && errno == EISDIR, "a directory");
}

static int is_null(int fd, int flags)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat("/dev/null", &b) == 0 && a.st_rdev == b.st_rdev &&
	       S_ISCHR(a.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) == flags;
}

/* In a process of its own: bit i of closed says whether i is closed at the start. */
static int fill(unsigned int closed)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int file = memfd_create("x", 0);
		struct err e = {0};
		int bad = 0;

		for (int i = 0; i <= 2; i++)
			(void)dup2(file, i);
		(void)close(file);
		for (int i = 0; i <= 2; i++)
			if (closed >> i & 1)
				(void)close(i);
		bad = fd_fill_stdio(&e) != 0;
		for (int i = 0; i <= 2; i++)
			bad |= is_null(i, i ? O_WRONLY : O_RDONLY) != (int)(closed >> i & 1);
		for (int i = 0; i <= 2; i++)
			bad |= !is_open(i);
		bad |= is_open(file);
		_exit(bad);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

int main(void)
{
	test_close();
	test_transfer();
	test_ends();
	test_file();
	for (unsigned int closed = 0; closed < 8; closed++)
		is_int(fill(closed), 0, "of 0, 1, 2 those closed (%u) become /dev/null, no other",
		       closed);
	return tap_done();
}

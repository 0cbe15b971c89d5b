/* SPDX-License-Identifier: Apache-2.0 */
/* err: failures are kept, cut, named and printed. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "err.h"
#include "fd.h"
#include "str.h"

static void test_fill(void)
{
	struct err e = {0};
	char big[1024];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	is_int(fail(&e, ENOENT, "open %s", "/x"), -1, "fail() returns -1");
	ok(e.num == ENOENT && str_equal(e.what, "open /x"), "... and fills what and num");
	is_str(e.where, "", "... and nothing else");
	is_int(err_where(&e, "%s", "inner"), -1, "err_where() returns -1");
	is_int(err_where(&e, "%s", "outer"), -1, "... twice");
	is_str(e.where, "inner", "... and keeps the innermost");
	is_int(err_remedy(&e, "do %d", 1), -1, "err_remedy() returns -1");
	(void)err_remedy(&e, "do %d", 2);
	is_str(e.remedy, "do 2", "... and takes the last");
	(void)fail(&e, 0, "again");
	ok(e.num == 0 && str_equal(e.what, "again") && str_equal(e.where, "inner"),
	   "a second failure replaces what and num alone");
	memset(&e, 0, sizeof(e));
	(void)fail(&e, 0, "%s", big);
	(void)err_where(&e, "%s", big);
	(void)err_remedy(&e, "%s", big);
	is_int(strlen(e.what), sizeof(e.what) - 1, "a long text is cut");
	is_int(strlen(e.where), sizeof(e.where) - 1, "... as where");
	is_int(strlen(e.remedy), sizeof(e.remedy) - 1, "... as remedy");
}

static void test_exit_code(void)
{
	struct err e = {0};

	is_int(err_exit_code(&e), 125, "no code is ours");
	e.code = EXIT_NOT_EXEC;
	is_int(err_exit_code(&e), 126, "found, and not executable");
	e.code = EXIT_NOT_FOUND;
	is_int(err_exit_code(&e), 127, "not found");
	(void)fail(&e, EPERM, "x");
	is_int(err_exit_code(&e), 127, "a failure keeps the code");
}

static void test_names(void)
{
	int named = 0, wrong = 0;

	is_str(err_name(EPERM), "EPERM", "a name");
	is_str(err_name(ERFKILL), "ERFKILL", "the last row");
	is_str(err_name(EOPNOTSUPP), "EOPNOTSUPP", "a number with two names");
	is_str(err_name(4095), "errno 4095", "a number without a name");
	is_str(err_name(0), "errno 0", "no error");
	is_str(err_name(-1), "errno -1", "a negative number");
	for (int i = 1; i < 140; i++) {
		if (str_starts(err_name(i), "errno "))
			continue;
		named++;
#ifdef __GLIBC__
		if (i != ENOTSUP && !str_equal(err_name(i), strerrorname_np(i)))
			wrong++;
#endif
	}
	ok(named >= 70, "%d numbers have names", named);
	is_int(wrong, 0, "... which are those of the C library");
}

/* What err_print() writes to standard error. */
static const char *printed(const struct err *e)
{
	static char text[8192];
	int file = memfd_create("err", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
	ssize_t n;

	(void)dup2(file, STDERR_FILENO);
	err_print(e, "prog");
	(void)dup2(saved, STDERR_FILENO);
	(void)lseek(file, 0, SEEK_SET);
	n = fd_read_full(file, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	(void)close(file);
	(void)close(saved);
	return text;
}

static void test_print(void)
{
	struct err e = {0};

	(void)fail(&e, 0, "what");
	is_str(printed(&e), "prog: what\n", "the least");
	(void)fail(&e, EPERM, "what");
	(void)err_where(&e, "where");
	(void)err_remedy(&e, "Do.");
	is_str(printed(&e), "prog: where: what: Operation not permitted (EPERM)\n  Do.\n",
	       "all of it");
	memset(&e, 0, sizeof(e));
	(void)fail(&e, 0, "a\033[2Jb\nc\\");
	is_str(printed(&e), "prog: a\\x1b[2Jb\\x0ac\\x5c\n", "control bytes are escaped");
	memset(e.what, '\033', sizeof(e.what) - 1);
	is_int(strlen(printed(&e)), 6 + 4 * (sizeof(e.what) - 1) + 1, "... however many");
}

int main(void)
{
	test_fill();
	test_exit_code();
	test_names();
	test_print();
	return tap_done();
}

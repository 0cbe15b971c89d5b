/* SPDX-License-Identifier: Apache-2.0 */
/* ns: the numbers of namespaces, as the kernel says them elsewhere, too. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ns.h"
#include "str.h"

static const char *const names[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};

static void test_kinds(void)
{
	unsigned int seen = 0;

	is_int(ARRAY_SIZE(names), NS_KINDS, "as many names as kinds");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int kind = ns_kind(names[i]);

		ok(kind >= 0 && kind < NS_KINDS && !(seen >> kind & 1), "%s has a place of its own",
		   names[i]);
		seen |= kind >= 0 ? 1u << kind : 0;
	}
	is_int(ns_kind("mount"), -1, "the layer's name is none of the kernel's");
	is_int(ns_kind(""), -1, "nor is nothing");
	is_int(ns_kind("nets"), -1, "nor a longer one");
}

static void test_numbers(void)
{
	struct err e = {0};
	int dir = ns_open(&e);

	ok(dir >= 0, "our own directory");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[64];
		struct stat st;
		unsigned long id = 0;

		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		ok(ns_read(dir, names[i], &id, &e) == 0 && id, "%s has a number", names[i]);
		/* Following the link costs more, and leads to an inode of that very number. */
		ok(stat(path, &st) == 0 && st.st_ino == id, "... which is its inode's");
	}
	(void)close(dir);
}

static void test_refusals(void)
{
	char path[] = "/tmp/test-lib-ns-XXXXXX";
	struct err e = {0};
	unsigned long id = 7;
	int dir;

	ok(mkdtemp(path) != NULL, "a directory");
	dir = open(path, O_PATH | O_DIRECTORY);
	ok(ns_read(dir, "net", &id, &e) == -1 && e.num == ENOENT, "a name that is not there");
	ok(symlinkat("net:[]", dir, "net") == 0 && ns_read(dir, "net", &id, &e) == -1 && id == 0,
	   "a link without a number");
	ok(strstr(e.what, "net:[]") != NULL, "... is said");
	ok(symlinkat("elsewhere", dir, "pid") == 0 && ns_read(dir, "pid", &id, &e) == -1,
	   "a link without brackets");
	ok(symlinkat("uts:[42]", dir, "uts") == 0 && ns_read(dir, "uts", &id, &e) == 0 && id == 42,
	   "a link with a number");
	(void)unlinkat(dir, "net", 0);
	(void)unlinkat(dir, "pid", 0);
	(void)unlinkat(dir, "uts", 0);
	(void)close(dir);
	is_int(rmdir(path), 0, "cleaned up");
}

int main(void)
{
	test_kinds();
	test_numbers();
	test_refusals();
	return tap_done();
}

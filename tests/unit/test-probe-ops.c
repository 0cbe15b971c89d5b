/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the operations are complete, and found by name. */
#include "tap.h"

#include <ctype.h>

#include "pool.h"
#include "probe.h"

static const char *const seed[] = {
	"fs.read-passwd", "fs.read-shadow",  "proc.read-status", "fs.write-root", "dev.mem",
	"net.raw-icmp",	  "net.connect-tcp", "trace.traceme",	 "mount.tmpfs",	  "proc.kill-all",
};

/* family.name, of lower case letters, digits and single dashes. */
static bool is_id(const char *id, const char *family)
{
	size_t n = strlen(family);

	if (strncmp(id, family, n) || id[n] != '.' || !islower((unsigned char)id[n + 1]))
		return false;
	for (const char *s = id + n + 1; *s; s++) {
		bool dash = *s == '-' && s[1] != '-' && s[1];

		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && !dash)
			return false;
	}
	return true;
}

static bool is_text(const char *s)
{
	return s && *s && !str_has_control(s);
}

static bool is_key(const char *name)
{
	for (const struct decoy_key *k = decoy_keys; k->name; k++)
		if (str_equal(k->name, name))
			return true;
	return false;
}

static void test_row(const struct op *op, const char *family)
{
	size_t n = 0;
	bool known = true;

	ok(is_id(op->id, family), "%s: the id has the form family.name", op->id);
	ok(is_text(op->title) && is_text(op->source), "%s: title and source", op->id);
	ok(op->run, "%s: it does something", op->id);
	while (n < ARRAY_SIZE(op->decoys) && op->decoys[n])
		known = is_key(op->decoys[n++]) && known;
	ok(n < ARRAY_SIZE(op->decoys), "%s: the list of decoys has an end", op->id);
	ok(known, "%s: its decoys are known keys", op->id);
	is_str(op_family(op), family, "%s: family", op->id);
}

/* A result has room for 200 bytes, and a table is read in a terminal. */
static void test_texts(const struct op_list *all)
{
	for (size_t i = 0; i < all->n; i++) {
		ok(strlen(all->v[i]->title) <= 40, "%s: a short title", all->v[i]->id);
		for (size_t j = i + 1; j < all->n; j++) {
			ok(!str_equal(all->v[i]->id, all->v[j]->id), "%s and %s: unique ids",
			   all->v[i]->id, all->v[j]->id);
			ok(!str_equal(all->v[i]->title, all->v[j]->title),
			   "%s and %s: unique titles", all->v[i]->id, all->v[j]->id);
		}
	}
}

static void test_keys(const struct op_list *all)
{
	for (const struct decoy_key *k = decoy_keys; k->name; k++) {
		bool used = str_equal(k->name, "absent");

		for (size_t i = 0; i < all->n; i++)
			for (size_t j = 0; all->v[i]->decoys[j]; j++)
				used = used || str_equal(all->v[i]->decoys[j], k->name);
		ok(used, "decoy key %s: some operation uses it", k->name);
		ok(is_text(k->help), "decoy key %s: help", k->name);
	}
}

static void test_order(const struct op_list *all)
{
	bool last = false, in_order = true;

	for (size_t i = 0; i < ARRAY_SIZE(seed) - 1; i++)
		is_str(all->v[i]->id, seed[i], "place %zu is the seed's", i + 1);
	is_str(all->v[all->n - 1]->id, seed[9], "kill(-1) is the last of all");
	for (size_t i = 0; i < all->n; i++) {
		in_order = in_order && !(last && !all->v[i]->finish);
		last = all->v[i]->finish;
	}
	ok(in_order, "those that may end the probe come behind all others");
}

static int count(const char *first, const char *second, struct err *e)
{
	struct str_list patterns = {0};
	struct op_list list;

	if (first)
		pool_list_add(&patterns, first);
	if (second)
		pool_list_add(&patterns, second);
	return ops_select(&patterns, &list, e) ? -1 : (int)list.n;
}

static void test_select(const struct op_list *all)
{
	struct err e = {0};

	is_int(count(NULL, NULL, &e), all->n, "no pattern: all");
	is_int(count("*", NULL, &e), all->n, "*: all");
	is_int(count("dev.mem", NULL, &e), 1, "one id");
	is_int(count("dev.mem,dev.mem", "dev.mem", &e), 1, "one id, three times, is once");
	is_int(count("net.raw-icmp,dev.mem", "trace.traceme", &e), 3, "a list and another");
	ok(count("net.*", NULL, &e) >= 2 && count("*.read-*", "dev.m?m", &e) >= 4, "globs");
	is_int(count("fs", NULL, &e), -1, "a family's name alone is no id");
	is_str(e.what, "no operation is called \"fs\"", "... and is named");
	is_int(count("dev.mem,", NULL, &e), -1, "an empty word at the end");
	is_int(count("", NULL, &e), -1, "an empty word");
	is_int(count("dev.mem,no.such,net.*", NULL, &e), -1, "an unknown id between others");
	is_str(e.what, "no operation is called \"no.such\"", "... is named");
	ok(ops_match("a.b,net.*", "net.raw-icmp") && !ops_match("net", "net.raw-icmp") &&
		   !ops_match("", "net.raw-icmp"),
	   "ops_match");
}

int main(void)
{
	struct op_list all = ops_all();
	size_t n = 0;

	for (const struct family *const *f = families; *f; f++) {
		ok((*f)->n > 0, "family %s has rows", (*f)->name);
		for (size_t i = 0; i < (*f)->n; i++, n++)
			test_row(&(*f)->ops[i], (*f)->name);
	}
	is_int(all.n, n, "every row is in the list");
	test_texts(&all);
	test_keys(&all);
	test_order(&all);
	test_select(&all);
	return tap_done();
}

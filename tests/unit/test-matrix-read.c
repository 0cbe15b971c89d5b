/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs print is taken whole or not at all. */
#include "matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "tap.h"

#define HEAD "name\tneeds\tprofiles\tstate\treason\tstops\n"

static int read_text(const char *text, struct layers *layers, struct err *e)
{
	*e = (struct err){0};
	return read_layers(text, strlen(text), layers, e);
}

static void test_layers(void)
{
	struct layers l;
	struct err e;

	ok(read_text(HEAD "readonly\tmount\tfull\tok\t-\tc\n"
			  "user\t-\tns_only,full\tok\t-\ta\n"
			  "mount\tuser\tns_only,full\tok\t-\tb\n"
			  "fds\t-\tfull\tok\t-\td\n",
		     &l, &e) == 0,
	   "four layers, one before what it needs");
	is_int(l.lattice.n, 4, "are four");
	is_int(l.lattice.below[0], SET_BIT(1) | SET_BIT(2), "readonly needs mount and user");
	is_int(l.profiles_n, 3, "three profiles, one of them the empty one");
	is_str(l.profiles[0].name, "none", "none is first");
	is_int(l.profiles[0].set, 0, "and empty");
	is_str(l.profiles[1].name, "ns_only", "then the smaller ...");
	is_str(l.profiles[2].name, "full", "... and the larger, whatever is named first");
	is_int(l.profiles[2].set, 15, "full has all four");
	is_int(l.offered, 15, "and all are offered");
}

static void test_unavailable(void)
{
	struct layers l;
	struct err e;

	ok(read_text(HEAD "user\t-\tfull\tunavailable\tforbidden here\ta\n"
			  "mount\tuser\tfull\tok\t-\tb\n"
			  "fds\t-\tfull\tok\t-\td\n",
		     &l, &e) == 0,
	   "a layer that the host does not offer");
	is_str(l.v[0].reason, "forbidden here", "its reason is kept");
	is_int(l.offered, SET_BIT(2), "what needs it is not offered either");
	is_int(l.profiles[1].asked, 7, "the profile is known whole");
	is_int(l.profiles[1].set, SET_BIT(2), "and what there is of it");
	is_int(render_missing(&l.profiles[1]), 3, "and what is missing");
}

static void test_bad_layers(void)
{
	static const struct {
		const char *what, *text;
	} bad[] = {
		{"nothing", ""},
		{"another head", "nome\tneeds\tprofiles\tstate\treason\tstops\n"},
		{"a head cut off", "name\tneeds\tprofiles\tstate\treason\tstops"},
		{"a line cut off", HEAD "user\t-\tfull\tok\t-\ta"},
		{"a column less", HEAD "user\t-\tfull\tok\ta\n"},
		{"a column more", HEAD "user\t-\tfull\tok\t-\ta\tb\n"},
		{"an empty line", HEAD "user\t-\tfull\tok\t-\ta\n\n"},
		{"a need that is no layer", HEAD "mount\tuser\tfull\tok\t-\ta\n"},
		{"a need in a circle", HEAD "a\tb\tfull\tok\t-\ta\nb\ta\tfull\tok\t-\ta\n"},
		{"a need of itself", HEAD "a\ta\tfull\tok\t-\ta\n"},
		{"a name twice", HEAD "a\t-\tfull\tok\t-\ta\na\t-\tfull\tok\t-\ta\n"},
		{"a name like an option", HEAD "--rw\t-\tfull\tok\t-\ta\n"},
		{"a name with a blank", HEAD "a b\t-\tfull\tok\t-\ta\n"},
		{"an escape sequence", HEAD "\033[2J\t-\tfull\tok\t-\ta\n"},
		{"no name", HEAD "\t-\tfull\tok\t-\ta\n"},
		{"a profile with a blank", HEAD "a\t-\tfull,x y\tok\t-\ta\n"},
		{"an empty profile", HEAD "a\t-\tfull,\tok\t-\ta\n"},
		{"another state", HEAD "a\t-\tfull\tperhaps\t-\ta\n"},
		{"a profile without a need", HEAD "a\t-\tfull\tok\t-\ta\nb\ta\tlow\tok\t-\ta\n"},
	};
	char *many = pool_printf("%s", HEAD);
	struct layers l;
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ok(read_text(bad[i].text, &l, &e) == -1 && e.what[0], "%s is refused: %s",
		   bad[i].what, e.what);
	for (int i = 0; i < 33; i++)
		many = pool_printf("%sl%d\t-\tfull\tok\t-\ta\n", many, i);
	ok(read_text(many, &l, &e) == -1, "more than 32 layers are refused: %s", e.what);
	e = (struct err){0};
	ok(read_layers(HEAD "a\0b\t-\tfull\tok\t-\ta\n", sizeof(HEAD) + 18, &l, &e) == -1,
	   "a NUL byte is refused: %s", e.what);
}

static void make_ops(struct ops *ops)
{
	static const char list[] =
		"id\ttitle\tfamily\tsource\tdecoys\tjudged\tcaller\n"
		"fs.read\tread a file\tfs\tread(2)\t-\tinside\tuser\n"
		"net.connect\tconnect\tnet\tconnect(2)\tconnect\toutside\troot\n"
		"proc.kill-all\tkill\tproc\tkill(2)\tkill-victims\toutside\tuser\n";
	struct err e = {0};

	ok(read_ops(list, strlen(list), ops, &e) == 0, "three operations");
	is_int(ops->n, 3, "are three");
	is_int(ops->v[0].room, ROOM_HOST, "most are tried beside us");
	is_int(ops->v[2].room, ROOM_KEEPER, "kill(-1) never is");
	is_str(ops->v[1].family, "net", "each has its family");
	is_str(ops->v[1].title, "connect", "its title");
	is_str(ops->v[1].source, "connect(2)", "where it is known from");
	is_str(ops->v[1].judged, "outside", "who judges it");
	is_str(ops->v[1].caller, "root", "and who reaches it");
}

static void test_bad_ops(void)
{
#define LIST "id\ttitle\tfamily\tsource\tdecoys\tjudged\tcaller\n"
#define REST "\ts\t-\tinside\tuser"
#define ROW  "a\tt\tf" REST "\n"
	static const char *const bad[] = {
		"",
		"\n",
		LIST,
		ROW,
		LIST ROW ROW,
		LIST "a\tt\tf" REST,
		LIST "-x\tt\tf" REST "\n",
		LIST "a\n",
		LIST "a b\tt\tf" REST "\n",
		LIST "a\tt\tf g" REST "\n",
		LIST "a\t\x1b[2J\tf" REST "\n",
		LIST "a\tt\tf" REST "\tmore\n",
		LIST "a\tt\tf\ts\t-\t\tuser\n",
		LIST "a\tt\tf\ts\t-\tinside\tany body\n",
	};
	struct ops ops;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = {0};

		ok(read_ops(bad[i], strlen(bad[i]), &ops, &e) == -1 && e.what[0],
		   "bad list of operations %zu is refused: %s", i, e.what);
	}
}

#define AHEAD "id\ttitle\toutcome\terrno\tdetail\n"
#define FS    "fs.read\tread a file\tREACHED\t-\tread\n"
#define NET   "net.connect\tconnect\tBLOCKED\tENETUNREACH\tconnect\n"

static int read_text_answers(const char *text, struct ops *ops, struct answer *answers,
			     struct err *e)
{
	char *copy = strdup(text);
	int rc;

	*e = (struct err){0};
	rc = read_answers(copy, strlen(text), &(struct op_set){{3}}, ops, answers, e);
	free(copy);
	return rc;
}

static void test_answers(void)
{
	struct answer a[3] = {{RESULT_UNKNOWN, 0}, {RESULT_UNKNOWN, 0}, {RESULT_BLOCKED, 7}};
	struct ops ops;
	struct err e;

	make_ops(&ops);
	ok(read_text_answers(AHEAD FS NET, &ops, a, &e) == 0, "two answers of two");
	is_int(a[0].result, RESULT_REACHED, "one is reached");
	is_int(a[1].result, RESULT_BLOCKED, "one is blocked");
	is_int(a[1].num, ENETUNREACH, "by its errno");
	is_int(a[2].num, 7, "what was not asked is left alone");
	ok(read_text_answers(AHEAD NET FS, &ops, a, &e) == 0, "the order does not matter");
	ok(read_text_answers(AHEAD FS "net.connect\tc\tSKIPPED\t-\tno target\n", &ops, a, &e) == 0,
	   "one that is skipped");
	is_str(ops.v[1].said, "no target", "says why");
	ok(read_text_answers(AHEAD FS "net.connect\tc\tBLOCKED\terrno 4000\t-\n", &ops, a, &e) ==
			   0 &&
		   a[1].num == 4000,
	   "an errno without a name");
}

static void test_bad_answers(void)
{
	static const struct {
		const char *what, *text;
	} bad[] = {
		{"nothing", ""},
		{"no head", FS NET},
		{"the head alone", AHEAD},
		{"one of two", AHEAD FS},
		{"one twice", AHEAD FS FS},
		{"one twice and all", AHEAD FS NET FS},
		{"a stranger", AHEAD FS NET "x.y\tx\tBLOCKED\t-\t-\n"},
		{"one that was not asked", AHEAD FS NET "proc.kill-all\tx\tREACHED\t-\t-\n"},
		{"another outcome", AHEAD FS "net.connect\tc\tblocked\t-\t-\n"},
		{"no outcome", AHEAD FS "net.connect\tc\t\t-\t-\n"},
		{"the unknown outcome", AHEAD FS "net.connect\tc\tunknown\t-\t-\n"},
		{"another errno", AHEAD FS "net.connect\tc\tBLOCKED\tENOSUCH\t-\n"},
		{"errno 0", AHEAD FS "net.connect\tc\tBLOCKED\terrno 0\t-\n"},
		{"a negative errno", AHEAD FS "net.connect\tc\tBLOCKED\terrno -1\t-\n"},
		{"a huge errno", AHEAD FS "net.connect\tc\tBLOCKED\terrno 99999\t-\n"},
		{"REACHED with an errno", AHEAD FS "net.connect\tc\tREACHED\tEPERM\t-\n"},
		{"a line cut off", AHEAD FS "net.connect\tc\tBLOCKED\tEPERM\t-"},
		{"a line cut short", AHEAD FS "net.connect\tc\tBLOCKED\tEPERM\n"},
		{"a line after the end", AHEAD FS NET "\n"},
		{"the head twice", AHEAD AHEAD FS NET},
	};
	struct ops ops;
	struct err e;

	make_ops(&ops);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct answer a[3] = {0};

		ok(read_text_answers(bad[i].text, &ops, a, &e) == -1 && e.what[0],
		   "%s is no answer: %s", bad[i].what, e.what);
	}
}

int main(void)
{
	test_layers();
	test_unavailable();
	test_bad_layers();
	test_bad_ops();
	test_answers();
	test_bad_answers();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Who the agent is: every form of --user, as root and as an ordinary user. */
#include "tap.h"

#include <grp.h>
#include <sys/wait.h>

#include "pinfold.h"
#include "pool.h"

/* What --user may say where root starts us; uid 0: refused. */
static const struct {
	const char *user;
	uid_t uid;
	gid_t gid;
} users[] = {
	{"1", 1, 1},
	{"1000", 1000, 1000},
	{"1000:1001", 1000, 1001},
	{"65534:65534", 65534, 65534},
	{"4294967294", 4294967294u, 4294967294u},
	{"4294967294:1", 4294967294u, 1},
	{"0", 0, 0},
	{"0:0", 0, 0},
	{"0:1", 0, 0},
	{"1:0", 0, 0},
	{"00", 0, 0},
	{"-1", 0, 0},
	{"1:-1", 0, 0},
	{"4294967295", 0, 0}, /* "no change" to setresuid(2) */
	{"1:4294967295", 0, 0},
	{"4294967296", 0, 0}, /* 0, in 32 bits */
	{"4294967297", 0, 0},
	{"18446744073709551616", 0, 0},
	{"", 0, 0},
	{":", 0, 0},
	{":1", 0, 0},
	{"1:", 0, 0},
	{"1:1:1", 0, 0},
	{"01", 0, 0},
	{"1:01", 0, 0},
	{"+1", 0, 0},
	{" 1", 0, 0},
	{"1 ", 0, 0},
	{"1: 1", 0, 0},
	{"0x1", 0, 0},
	{"1e3", 0, 0},
	{"1.0", 0, 0},
	{"nobody", 0, 0},
	{"nobody:nogroup", 0, 0},
	{"1:nogroup", 0, 0},
	{"#1", 0, 0},
	{"1,1", 0, 0},
};

static int make(const char *user, struct identity *id, struct err *e)
{
	const struct policy policy = {.user = user};

	memset(e, 0, sizeof(*e));
	return identity_make(&policy, id, e);
}

static void check_refusal(const struct err *e, const char *user)
{
	ok(str_equal(e->where, "--user") && e->what[0] && e->remedy[0] && e->code == 0,
	   "... \"%s\" by the option's name, with the way on", user);
}

/* 0 where it went well: the tests that change who we are run in a process that ends. */
static int in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body());
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void test_root_forms(void)
{
	struct identity id;
	struct err e;

	ok(make(NULL, &id, &e) == 0 && id.uid == 65534 && id.gid == 65534 && id.from_root,
	   "root: without --user the agent is nobody");
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		int rc = make(users[i].user, &id, &e);

		if (users[i].uid) {
			ok(rc == 0 && id.uid == users[i].uid && id.gid == users[i].gid &&
				   id.from_root,
			   "root: --user \"%s\" is taken", users[i].user);
			continue;
		}
		is_int(rc, -1, "root: --user \"%s\" is refused", users[i].user);
		check_refusal(&e, users[i].user);
	}
}

static int give_up_root(void)
{
	const struct identity id = {.uid = 1234, .gid = 4321, .from_root = true};
	uid_t r, eff, saved;
	gid_t gr, geff, gsaved;
	struct err e = {0};

	if (setgroups(2, (const gid_t[]){0, 7}) || identity_apply(&id, &e))
		return 1;
	if (getresuid(&r, &eff, &saved) || r != 1234 || eff != 1234 || saved != 1234)
		return 2;
	if (getresgid(&gr, &geff, &gsaved) || gr != 4321 || geff != 4321 || gsaved != 4321)
		return 3;
	if (getgroups(0, NULL) != 0 || setuid(0) == 0 || setgid(0) == 0 || e.where[0])
		return 4;
	/* Its own files below /proc are its own. */
	return access("/proc/self/uid_map", W_OK) ? 5 : 0;
}

/* An identity that was made by somebody else must not leave root as it is. */
static int keep_root(void)
{
	const struct identity id = {.uid = 1234, .gid = 4321};
	struct err e = {0};

	return !(identity_apply(&id, &e) == -1 && e.what[0] && getuid() == 0);
}

/* As an ordinary user: only what one is anyway. */
static int failures;

static void expect(int good, const char *what)
{
	failures += !good;
	if (!good)
		printf("#   ordinary user: %s\n", what);
}

static int be_ordinary(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct identity id;
	struct err e;

	expect(make(NULL, &id, &e) == 0 && id.uid == uid && id.gid == gid && !id.from_root,
	       "without --user the agent is the caller");
	expect(make(pool_printf("%u:%u", uid, gid), &id, &e) == 0 && id.uid == uid,
	       "the own ids are taken");
	expect(make(pool_printf("%u:%u", uid, gid + 1), &id, &e) == -1 && e.remedy[0],
	       "another group is refused");
	expect(make(pool_printf("%u:%u", uid + 1, gid), &id, &e) == -1 && e.remedy[0],
	       "another user is refused");
	for (size_t i = 0; i < ARRAY_SIZE(users); i++)
		if (!users[i].uid || (users[i].uid != uid && users[i].gid != gid))
			expect(make(users[i].user, &id, &e) == -1 && str_equal(e.where, "--user"),
			       users[i].user);
	memset(&e, 0, sizeof(e));
	id = (struct identity){.uid = uid, .gid = gid};
	expect(identity_apply(&id, &e) == 0 && getuid() == uid && getgid() == gid,
	       "nothing is changed");
	id = (struct identity){.uid = uid + 1, .gid = gid, .from_root = true};
	expect(identity_apply(&id, &e) == -1 && getuid() == uid, "nobody else can be become");
	return failures;
}

static int become_ordinary(void)
{
	if (setgroups(0, NULL) || setresgid(2001, 2001, 2001) || setresuid(2000, 2000, 2000))
		return 100;
	return be_ordinary();
}

int main(void)
{
	bool root = getuid() == 0;

	is_int(in_child(root ? become_ordinary : be_ordinary), 0,
	       "an ordinary user's agent is that user, whatever --user says");
	if (root) {
		test_root_forms();
		is_int(in_child(give_up_root), 0, "root is given up for good");
		is_int(in_child(keep_root), 0, "root that is not to be given up is an error");
	} else {
		tap_skip("the forms of --user for root", "started as an ordinary user");
	}
	return tap_done();
}

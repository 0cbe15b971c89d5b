/* SPDX-License-Identifier: Apache-2.0 */
/* Blame on hosts made up so that the answer is known. */
#include "test-matrix-host.h"

enum { USER, MOUNT, PID, NET, CAPS, NNP, LANDLOCK, SECCOMP, FDS, LAYERS };

static const int needs[LAYERS] = {-1, USER, USER, USER, USER, -1, NNP, NNP, -1};

#define B(layer) SET_BIT(layer)
#define ALL	 (SET_BIT(LAYERS) - 1)

/* One layer, or some together, and what they answer; the first rule that fits wins. */
struct rule {
	uint32_t with, without;
	int num; /* 0: reached */
};

static void make_host(struct host *h, const struct rule *rules, size_t n)
{
	host_begin(h, LAYERS, needs);
	for (uint32_t set = 0; set <= ALL; set++) {
		h->table[set] = (struct answer){RESULT_REACHED, 0};
		for (size_t i = n; i > 0; i--) {
			const struct rule *r = &rules[i - 1];

			if (set_within(r->with, set) && !(set & r->without))
				h->table[set] = (struct answer){
					r->num ? RESULT_BLOCKED : RESULT_REACHED, r->num};
		}
	}
	host_wish_all(h);
}

static bool sets_has(const struct sets *s, uint32_t set)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i] == set)
			return true;
	return false;
}

static void is_sets(const struct sets *got, const uint32_t *want, size_t n, const char *what)
{
	bool all = got->n == n;

	for (size_t i = 0; i < n; i++)
		all = all && sets_has(got, want[i]);
	ok(all, "%s", what);
	for (size_t i = 0; i < got->n && !all; i++)
		printf("#   got %#x\n", got->v[i]);
}

#define IS_SETS(got, what, ...)                                                                    \
	is_sets(got, (const uint32_t[]){__VA_ARGS__},                                              \
		sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), what)

/* Two layers, one before the other: the errno tells which; either is enough. */
static void test_first(void)
{
	static const struct rule rules[] = {{B(MOUNT), 0, ENOENT}, {B(LANDLOCK), 0, EACCES}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 2);
	is_int(host_blame(&h, &model, ALL, &b), FOUND, "a file: mount before landlock");
	is_int(b.outcome.num, ENOENT, "mount's errno is seen");
	IS_SETS(&b.first, "mount is the first to fire, not user, which it needs", B(MOUNT));
	IS_SETS(&b.blocker, "mount or landlock is enough", B(MOUNT), B(LANDLOCK));
	is_int(b.depth, 2, "two must fail");
	is_int(b.single, 0, "on none of them alone it hangs");
	is_int(b.opened_by, 0, "nothing opens it");
	ok(!b.host, "the host does not refuse it");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* A need is enough by itself, but it is the layer above it that answers. */
static void test_backed(void)
{
	static const struct rule rules[] = {{B(PID), 0, ESRCH}, {B(USER), 0, EPERM}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 2);
	is_int(host_blame(&h, &model, ALL, &b), FOUND, "a process: pid hides it, user forbids it");
	is_int(b.outcome.num, ESRCH, "pid's errno is seen");
	IS_SETS(&b.first, "pid is the first to fire, in no minimal set as it may be", B(PID));
	IS_SETS(&b.blocker, "user is enough", B(USER));
	is_int(b.depth, 1, "one must fail");
	blame_free(&b);
	(void)host_blame(&h, &model, B(USER) | B(NET), &b);
	IS_SETS(&b.first, "without pid it is user; net, which needs it too, changes nothing",
		B(USER));
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* The same errno from two layers: ablation cannot tell, and says so. */
static void test_either(void)
{
	static const struct rule rules[] = {{B(CAPS), 0, EPERM}, {B(SECCOMP), 0, EPERM}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 2);
	(void)host_blame(&h, &model, ALL, &b);
	IS_SETS(&b.first, "either of two that answer the same", B(CAPS), B(SECCOMP));
	is_int(b.depth, 2, "both must fail");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* Three blockers, two of one errno: the third is not the one that is seen. */
static void test_either_of_three(void)
{
	static const struct rule rules[] = {
		{B(CAPS), 0, EPERM}, {B(SECCOMP), 0, EPERM}, {B(NET), 0, ENETUNREACH}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 3);
	(void)host_blame(&h, &model, ALL, &b);
	IS_SETS(&b.first, "the third, whose errno is another, is not named", B(CAPS), B(SECCOMP));
	is_int(b.blocker.n, 3, "and is enough by itself all the same");
	is_int(b.depth, 2, "user takes caps and net along: with seccomp that is two");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* A third pair shares a layer with one of two that answer alike: it is judged without them. */
static void test_either_of_pairs(void)
{
	static const struct rule rules[] = {{B(MOUNT) | B(PID), 0, EPERM},
					    {B(SECCOMP), 0, EPERM},
					    {B(MOUNT) | B(NET), 0, EACCES}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 3);
	(void)host_blame(&h, &model, ALL, &b);
	IS_SETS(&b.first, "mount and pid, or seccomp; not mount and net", B(MOUNT) | B(PID),
		B(SECCOMP));
	is_int(b.blocker.n, 3, "three minimal sets");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* Two that close only together. */
static void test_together(void)
{
	static const struct rule rules[] = {{B(MOUNT) | B(PID), 0, ENOENT}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 1);
	(void)host_blame(&h, &model, ALL, &b);
	IS_SETS(&b.first, "mount and pid only together", B(MOUNT) | B(PID));
	IS_SETS(&b.blocker, "one minimal set", B(MOUNT) | B(PID));
	is_int(b.single, B(MOUNT) | B(PID), "either failing lets it through");
	is_int(b.depth, 1, "one failure is enough");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* What others need closes by itself: then it is blamed, and its dependants are not. */
static void test_need_itself(void)
{
	static const struct rule rules[] = {{B(NNP), 0, EPERM}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 1);
	(void)host_blame(&h, &model, ALL, &b);
	IS_SETS(&b.first, "nnp itself", B(NNP));
	is_int(b.single, B(NNP), "it hangs on nnp alone");
	is_int(b.depth, 1, "one failure");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* Two dependants of one need, with one errno: the need drags both along and is not to blame. */
static void test_need_drags(void)
{
	static const struct rule rules[] = {{B(MOUNT), 0, EPERM}, {B(PID), 0, EPERM}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 2);
	(void)host_blame(&h, &model, ALL, &b);
	IS_SETS(&b.first, "mount or pid, never user", B(MOUNT), B(PID));
	is_int(b.depth, 1, "user's failing takes both along");
	is_int(b.single, B(USER), "so it hangs on user");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* A layer opens what the host refuses; others close it again. */
static void test_opened(void)
{
	static const struct rule rules[] = {
		{B(SECCOMP), 0, EPERM}, {B(MOUNT), 0, 0}, {0, 0, EPERM}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 3);
	(void)host_blame(&h, &model, ALL, &b);
	is_int(b.opened_by, B(MOUNT), "mount opens it, and user only by being needed does not");
	IS_SETS(&b.blocker, "seccomp closes it", B(SECCOMP));
	IS_SETS(&b.first, "and is the first to fire", B(SECCOMP));
	is_int(b.depth, 1, "one failure opens it");
	ok(!b.host, "the host is not to blame in this profile");
	(void)host_blame(&h, &model, B(USER) | B(MOUNT), &b);
	is_int(b.outcome.result, RESULT_REACHED, "in a profile without seccomp it is reached");
	is_int(b.depth, 0, "nothing need fail");
	is_int(b.blocker.n, 0, "nothing blocks");
	is_int(b.opened_by, B(MOUNT), "mount opened it");
	(void)host_blame(&h, &model, B(NET) | B(USER), &b);
	ok(b.host && b.depth == -1, "in one without mount the host refuses, whatever fails");
	is_int(b.opened_by, 0, "and nothing opens it there");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* Never reached: the host is to blame, though a layer may answer in its place. */
static void test_host(void)
{
	static const struct rule rules[] = {{B(MOUNT), 0, ENOENT}, {0, 0, EACCES}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 2);
	(void)host_blame(&h, &model, ALL, &b);
	ok(b.host, "never reached: the host");
	is_int(b.blocker.n, 0, "no layer blocks it");
	is_int(b.depth, -1, "no number of failures opens it");
	IS_SETS(&b.first, "mount answers in its place", B(MOUNT));
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* Where the host refuses, the layer that answers is the one that does so alone. */
static void test_host_answers(void)
{
	static const struct rule rules[] = {
		{B(MOUNT), B(PID), EACCES}, {B(USER), 0, ENOENT}, {0, 0, EPERM}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 3);
	(void)host_blame(&h, &model, B(USER) | B(MOUNT) | B(PID), &b);
	ok(b.host, "never reached");
	IS_SETS(&b.first, "pid alone changes the answer: user is not looked at", B(PID));
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* A layer that blocks nothing but changes an errno is not the blocker. */
static void test_bystander(void)
{
	static const struct rule rules[] = {{B(CAPS) | B(FDS), 0, EBADF},
					    {B(CAPS), 0, EPERM},
					    {B(SECCOMP), B(FDS), EPERM},
					    {B(SECCOMP), 0, EBADF}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 4);
	(void)host_blame(&h, &model, ALL, &b);
	IS_SETS(&b.first, "fds changes what is answered, and is not blamed", B(CAPS), B(SECCOMP));
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

/* A point that cannot be measured spoils the row, and nothing is said about it. */
static void test_broken(void)
{
	static const struct rule rules[] = {{B(CAPS), 0, EPERM}};
	struct model model = {0};
	struct blame b = {0};
	struct host h;

	make_host(&h, rules, 1);
	points_take(&h.points, ALL & ~B(CAPS))[0] = (struct answer){RESULT_BROKEN, 0};
	is_int(host_blame(&h, &model, ALL, &b), FOUND_BROKEN, "a broken point is told");
	sets_free(&model.maximal);
	host_end(&h);
	blame_free(&b);
}

int main(void)
{
	test_first();
	test_backed();
	test_either();
	test_either_of_three();
	test_either_of_pairs();
	test_together();
	test_need_itself();
	test_need_drags();
	test_opened();
	test_host();
	test_host_answers();
	test_bystander();
	test_broken();
	return tap_done();
}

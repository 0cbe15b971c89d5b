/* SPDX-License-Identifier: Apache-2.0 */
/* The table of layers: whole rows, the reasons of their order, and the profiles. */
#include "tap.h"

#include "pinfold.h"

/* All of them, by name: a row that is taken out of layers[] is missed here. */
static const struct {
	const char *name, *needs, *ns;
	bool ns_only, landlock; /* in these profiles; all but sockets, limits, setid are in full */
} known[] = {
	{"nnp", NULL, NULL, false, true},	   {"user", NULL, "user", true, true},
	{"pid", "user", "pid", true, true},	   {"mount", "user", "mnt", true, true},
	{"readonly", "mount", NULL, false, false}, {"net", "user", "net", true, true},
	{"ipc", "user", "ipc", true, true},	   {"uts", "user", "uts", true, true},
	{"cgroup", "user", "cgroup", true, true},  {"session", NULL, NULL, false, false},
	{"fds", NULL, NULL, false, false},	   {"env", NULL, NULL, false, false},
	{"keyring", NULL, NULL, false, false},	   {"rlimits", NULL, NULL, false, false},
	{"caps", NULL, NULL, false, false},	   {"landlock", "nnp", NULL, false, true},
	{"seccomp", "nnp", NULL, false, false},	   {"sockets", "nnp", NULL, false, false},
	{"limits", NULL, NULL, false, false},	   {"setid", "nnp", NULL, false, false},
};

/* The reasons beside the rows of layers[]: one acts in its stage before the other in its own. */
static const struct {
	const char *first;
	enum stage first_stage;
	const char *then;
	enum stage then_stage;
	const char *why;
} order[] = {
	{"nnp", STAGE_OUTSIDE, "user", STAGE_MAPS, "no exec gains anything, whatever follows"},
	{"nnp", STAGE_OUTSIDE, "landlock", STAGE_LOCK, "Landlock without capabilities needs nnp"},
	{"nnp", STAGE_OUTSIDE, "seccomp", STAGE_LOCK, "a filter without capabilities needs nnp"},
	{"limits", STAGE_MAPS, "net", STAGE_MAPS, "all is counted, from the first thread on"},
	{"limits", STAGE_MAPS, "cgroup", STAGE_MAPS, "the place that shows as / is the run's own"},
	{"net", STAGE_MAPS, "user", STAGE_MAPS, "its thread has the longest work: it starts first"},
	{"mount", STAGE_BUILD, "net", STAGE_ENTER, "its thread is joined after the tree is made"},
	{"landlock", STAGE_BUILD, "net", STAGE_ENTER, "... and the rules gathered, meanwhile"},
	{"user", STAGE_MAPS, "pid", STAGE_BUILD, "a procfs is made by an id that is mapped"},
	{"user", STAGE_MAPS, "mount", STAGE_BUILD, "files are made by an id that is mapped"},
	{"user", STAGE_MAPS, "uts", STAGE_BUILD, "the host name is set by an id that is mapped"},
	{"pid", STAGE_BUILD, "mount", STAGE_BUILD, "a fresh /proc needs another one in sight"},
	{"mount", STAGE_BUILD, "mount", STAGE_ENTER, "a root is filled before it is entered"},
	{"mount", STAGE_ENTER, "readonly", STAGE_ENTER, "a root is filled before it is closed"},
	{"mount", STAGE_ENTER, "landlock", STAGE_LOCK, "Landlock forbids every mount"},
	{"readonly", STAGE_ENTER, "landlock", STAGE_LOCK, "... and every change of one"},
	{"net", STAGE_ENTER, "caps", STAGE_LOCK, "setns takes CAP_SYS_ADMIN"},
	{"mount", STAGE_ENTER, "caps", STAGE_LOCK, "mounts take CAP_SYS_ADMIN"},
	{"readonly", STAGE_ENTER, "caps", STAGE_LOCK, "so does a change of one"},
	{"uts", STAGE_BUILD, "caps", STAGE_LOCK, "so does the host name"},
	{"caps", STAGE_LOCK, "landlock", STAGE_LOCK, "the walls that need none come after"},
	{"caps", STAGE_LOCK, "seccomp", STAGE_LOCK, "... and prctl is refused in part by then"},
	{"keyring", STAGE_LOCK, "seccomp", STAGE_LOCK, "the filter forbids keyctl"},
	{"rlimits", STAGE_LOCK, "seccomp", STAGE_LOCK, "the filter need not allow the set-up"},
	{"landlock", STAGE_LOCK, "seccomp", STAGE_LOCK, "the filter need not allow the set-up"},
	{"nnp", STAGE_OUTSIDE, "sockets", STAGE_LOCK, "a filter without capabilities needs nnp"},
	{"nnp", STAGE_OUTSIDE, "setid", STAGE_LOCK, "a filter without capabilities needs nnp"},
	{"setid", STAGE_LOCK, "seccomp", STAGE_LOCK, "seccomp's filter is the last"},
	{"sockets", STAGE_LOCK, "seccomp", STAGE_LOCK, "seccomp's filter is the last"},
	{"landlock", STAGE_LOCK, "fds", STAGE_AGENT, "the rules are a descriptor"},
	{"mount", STAGE_ENTER, "fds", STAGE_AGENT, "the root is a descriptor"},
};

static void test_known(void)
{
	is_int(layers_count(), ARRAY_SIZE(known), "as many layers as are known here");
	ok(layers_count() < LAYERS_MAX, "a set has a bit for each");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		int at = layers_find(known[i].name);

		ok(at >= 0, "there is a layer %s", known[i].name);
		if (at < 0)
			continue;
		is_str(layers[at]->needs, known[i].needs, "... its need");
		is_str(layers[at]->ns, known[i].ns, "... its namespace");
		ok(layers_bit(known[i].name) == UINT32_C(1) << at, "... its bit");
	}
	is_int(layers_find("nothing"), -1, "no layer of another name");
	is_int(layers_bit("nothing"), 0, "... nor a bit");
}

/* Does the layer do anything by itself, and does anybody look whether it did? */
static void test_deeds(const struct layer *l)
{
	bool applies = l->clone_flag != 0, proves = false;

	for (int s = 0; s < STAGES; s++) {
		applies |= l->apply[s] != NULL;
		proves |= l->check[s] != NULL;
	}
	ok(applies, "%s: is applied", l->name);
	/* walk.c proves by number each namespace that has no proof of its own. */
	ok(proves || l->ns, "%s: is checked", l->name);
	ok(!l->apply[STAGE_PROOF], "%s: nothing is applied among the proofs", l->name);
	ok(!l->clone_flag || l->ns, "%s: a namespace has a name", l->name);
}

static void test_rows(void)
{
	for (int i = 0; layers[i]; i++) {
		const struct layer *l = layers[i];

		ok(l->name && *l->name && layers_find(l->name) == i, "%s: a name of its own",
		   l->name);
		ok(l->stops && *l->stops && !str_has_control(l->stops) && strlen(l->stops) < 100,
		   "%s: what it stops, in a line", l->name);
		ok(!l->needs || (layers_find(l->needs) >= 0 && layers_find(l->needs) != i),
		   "%s: what it needs is another layer", l->name);
		ok(!l->ns || ns_kind(l->ns) >= 0, "%s: its namespace is one", l->name);
		test_deeds(l);
	}
}

static bool acts(const char *name, enum stage stage)
{
	int i = layers_find(name);

	return i >= 0 && layers[i]->apply[stage];
}

static void test_order(void)
{
	int last = (int)layers_count() - 1;

	is_str(layers[0]->name, "nnp", "first of all: from here on no exec gains anything");
	is_str(layers[last]->name, "seccomp", "last: it allows nothing that the set-up alone does");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		int a = layers_find(order[i].first), b = layers_find(order[i].then);

		ok(acts(order[i].first, order[i].first_stage) &&
			   acts(order[i].then, order[i].then_stage),
		   "%s and %s act when they are said to", order[i].first, order[i].then);
		ok(order[i].first_stage < order[i].then_stage ||
			   (order[i].first_stage == order[i].then_stage && a < b),
		   "%s before %s: %s", order[i].first, order[i].then, order[i].why);
	}
	/* These act in the agent's process alone, or the set-up would lose what it works with. */
	for (int s = 0; s < STAGES; s++)
		ok(s == STAGE_AGENT || (!acts("fds", s) && !acts("env", s)),
		   "fds and env act in the agent only, not in stage %d", s);
}

static void test_needs(void)
{
	uint32_t all = (UINT32_C(1) << layers_count()) - 1;

	is_int(layers_with_needs(0), 0, "nothing needs nothing");
	is_int(layers_with_needs(all), all, "all need no more");
	is_int(layers_with_needs(layers_bit("readonly")),
	       layers_bit("readonly") | layers_bit("mount") | layers_bit("user"),
	       "a need's need comes along");
	is_int(layers_with_needs(layers_bit("seccomp") | layers_bit("env")),
	       layers_bit("seccomp") | layers_bit("env") | layers_bit("nnp"), "two, one need");
	for (int i = 0; layers[i]; i++) {
		uint32_t set = layers_with_needs(UINT32_C(1) << i);

		ok((set >> i & 1) && layers_with_needs(set) == set, "%s and its needs stand",
		   layers[i]->name);
	}
}

static void test_profiles(void)
{
	static const char *const names[] = {"none", "ns_only", "landlock", "full", "landlock-only"};
	uint32_t all = (UINT32_C(1) << layers_count()) - 1, ns_only = 0, landlock = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ok(profiles[i].name && str_equal(profiles[i].name, names[i]) &&
			   profile_find(names[i]) == &profiles[i] && profiles[i].summary[0],
		   "a profile %s", names[i]);
	ok(!profiles[ARRAY_SIZE(names)].name, "... and no other");
	ok(!profile_find("most") && !profile_find(""), "... is found");
	for (const struct profile *p = profiles; p->name; p++) {
		uint32_t set = 0;

		for (const char *const *name = p->layers; *name; name++) {
			ok(layers_bit(*name) && !(set & layers_bit(*name)),
			   "%s: %s is a layer, named once", p->name, *name);
			set |= layers_bit(*name);
		}
		is_int(profile_set(p), set, "%s: is those", p->name);
		is_int(layers_with_needs(set), set, "%s: stands", p->name);
		ok(p == profiles || p->gaps || (profile_set(p - 1) & ~set) == 0,
		   "%s: holds the one before, or says what it lacks", p->name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		ns_only |= known[i].ns_only ? layers_bit(known[i].name) : 0;
		landlock |= known[i].landlock ? layers_bit(known[i].name) : 0;
	}
	is_int(profile_set(&profiles[0]), 0, "none is none");
	is_int(profile_set(&profiles[1]), ns_only, "ns_only as known here");
	is_int(profile_set(&profiles[2]), landlock, "landlock as known here");
	/* Limits are asked for one by one, and bring their layer with them. */
	is_int(profile_set(&profiles[3]),
	       all & ~(layers_bit("sockets") | layers_bit("limits") | layers_bit("setid")),
	       "full is all but three");
	for (int i = 0; layers[i]; i++)
		ok(!(profile_set(&profiles[4]) >> i & 1) ||
			   !(layers_with_needs(UINT32_C(1) << i) & layers_bit("user")),
		   "landlock-only: %s takes no namespace", layers[i]->name);
}

int main(void)
{
	test_known();
	test_rows();
	test_order();
	test_needs();
	test_profiles();
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers: other sandboxes, known ones and such as the user names.
 *
 * A peer that is not installed or does not start is a row with its reason, never left out in
 * silence. Should: say with each known peer what it does, because no two do the same.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"

/* links stands where the host's /bin, /lib and so on are shown as they are on the host. */
#define LINKS "@links"

static const struct {
	const char *name, *what;
	const char *const *prefix;
} known[] = {
	{"bwrap", "all namespaces, no capabilities; /usr, own /proc, /dev and /tmp; no filter",
	 (const char *const[]){"bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", LINKS,
			       "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", NULL}},
	{"unshare", "user, mount, pid, net, ipc namespaces, /proc; the host's files stay",
	 (const char *const[]){"unshare", "-Urmpfin", "--mount-proc", NULL}},
	{"firejail",
	 "set-user-ID root; mount, pid, uts namespaces; the host's files stay; no filter",
	 (const char *const[]){"firejail", "--quiet", "--noprofile", NULL}},
};

static void add_links(struct str_list *list)
{
	static const char *const names[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *path = pool_printf("/%s", names[i]);
		char target[PATH_MAX];
		ssize_t n = readlink(path, target, sizeof(target) - 1);

		if (n < 0 && access(path, F_OK))
			continue;
		pool_list_add(list, n < 0 ? "--ro-bind" : "--symlink");
		pool_list_add(list, n < 0 ? path : pool_copy_n(target, (size_t)n));
		pool_list_add(list, path);
	}
}

/* So that neither a search nor our working directory has a part in what is timed. */
const char *peers_find_program(const char *name)
{
	const char *dirs = getenv("PATH");
	char cwd[PATH_MAX];

	if (*name == '/')
		return name;
	if (strchr(name, '/'))
		return getcwd(cwd, sizeof(cwd)) ? pool_printf("%s/%s", cwd, name) : NULL;
	for (dirs = dirs ? dirs : "/usr/local/bin:/usr/bin:/bin"; *dirs;) {
		size_t n = strcspn(dirs, ":");
		const char *path = pool_printf("%.*s/%s", (int)n, dirs, name);
		struct stat st;

		if (*path == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    access(path, X_OK) == 0)
			return path;
		dirs += n + (dirs[n] == ':');
	}
	return NULL;
}

static void resolve(struct peer *peer)
{
	const char *path = peers_find_program(peer->prefix.v[0]);

	if (path)
		peer->prefix.v[0] = path;
	else
		peer->reason = "not installed";
}

static void make_known(size_t i, struct peer *peer)
{
	*peer = (struct peer){.name = known[i].name, .what = known[i].what, .versioned = true};
	for (const char *const *word = known[i].prefix; *word; word++) {
		if (str_equal(*word, LINKS))
			add_links(&peer->prefix);
		else
			pool_list_add(&peer->prefix, *word);
	}
}

static int bad_spec(const char *spec, const char *why, struct err *e)
{
	err_where(e, "--peer");
	err_remedy(e, "Write --peer 'NAME=COMMAND PREFIX', for example --peer 'mine=box -q --'; "
		      "known peers are bwrap, unshare and firejail.");
	return fail(e, 0, "\"%s\" %s", spec, why);
}

int peers_parse(const char *spec, struct peer *peer, struct err *e)
{
	const char *equals = strchr(spec, '=');
	char *words, *word;

	*peer = (struct peer){0};
	if (!equals) {
		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			if (str_equal(known[i].name, spec))
				return make_known(i, peer), 0;
		return bad_spec(spec, "is neither NAME=COMMAND nor a known peer", e);
	}
	peer->name = pool_copy_n(spec, (size_t)(equals - spec));
	peer->what = "as named by --peer";
	if (!*peer->name || strchr(peer->name, ' '))
		return bad_spec(spec, "has no name before the =", e);
	words = pool_copy(equals + 1);
	while ((word = strsep(&words, " ")))
		if (*word)
			pool_list_add(&peer->prefix, word);
	return peer->prefix.n ? 0 : bad_spec(spec, "has no command after the =", e);
}

static int add_peer(const struct peer *peer, struct peer *peers, size_t max, size_t *n,
		    struct err *e)
{
	for (size_t i = 0; i < *n; i++)
		if (str_equal(peers[i].name, peer->name))
			return fail(e, 0, "--peer: %s is there twice", peer->name);
	if (*n == max)
		return fail(e, 0, "--peer: more than %zu", max);
	peers[*n] = *peer;
	resolve(&peers[(*n)++]);
	return 0;
}

int peers_make(const struct request *request, struct peer *peers, size_t max, size_t *n,
	       struct err *e)
{
	struct peer peer;

	*n = 0;
	for (size_t i = 0; i < request->peers.n; i++)
		if (peers_parse(request->peers.v[i], &peer, e) || add_peer(&peer, peers, max, n, e))
			return -1;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		bool named = false;

		for (size_t j = 0; j < *n; j++)
			named |= str_equal(peers[j].name, known[i].name);
		make_known(i, &peer);
		/* The user's own way to call a known one stands for it. */
		if ((request->parts & PART_PEERS) && !named && add_peer(&peer, peers, max, n, e))
			return -1;
	}
	return 0;
}

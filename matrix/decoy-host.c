/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-host: what tells of this host, read outside as the probe reads it inside.
 *
 * Should tell checksums and words, and make nothing but a socket that can be listed. What this host
 * does not have, or what tells nothing of it (no interface but the loopback), is said to be absent.
 */
#include "decoy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>

#include "fd.h"
#include "hash.h"
#include "pool.h"

enum { TEXT_MAX = 16384, INTERFACES = 32 };

/* Files that are compared whole, up to TEXT_MAX bytes. */
static const struct {
	const char *op, *path;
} files[] = {
	{"leak.machine-id", "/etc/machine-id"}, {"leak.resolv-conf", "/etc/resolv.conf"},
	{"leak.hosts", "/etc/hosts"},		{"leak.fstab", "/etc/fstab"},
	{"leak.group", "/etc/group"},		{"leak.sysfs", "/sys/kernel/notes"},
};

/* Directories of which one entry is told. */
static const struct {
	const char *op, *path;
} lists[] = {{"fs.list-root", "/"}, {"fs.list-var-log", "/var/log"}, {"fs.list-run", "/run"}};

/* Files of which one line is told: the first that has what is asked for. */
static const struct line {
	const char *op, *path;
	const char *with; /* NULL: any */
	size_t skip;	  /* lines of the head */
	const char *without;
} lines[] = {
	/* The root's numbers and device are this host's. */
	{"leak.mountinfo", "/proc/self/mountinfo", " / / ", 0, NULL},
	{"leak.routes", "/proc/net/route", NULL, 1, NULL},
	{"leak.cgroup-path", "/proc/self/cgroup", "/", 0, ":/\n"},
};

static void tell_sum(struct kit *kit, const char *op, const void *data, size_t size)
{
	kit_tell(kit, "sum.%s=%016llx", op, (unsigned long long)hash_add(HASH_START, data, size));
}

static void tell_files(struct kit *kit)
{
	char text[TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		autoclose int fd = open(files[i].path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : fd_read_full(fd, text, sizeof(text));

		if (n > 0)
			tell_sum(kit, files[i].op, text, (size_t)n);
		else
			kit_absent(kit, files[i].op);
	}
}

/* A word that the probe is told must be printable, and goes into one line. */
static void tell_word(struct kit *kit, const char *op, const char *word)
{
	if (word && *word && !str_has_control(word) && strlen(word) < 256)
		kit_tell(kit, "word.%s=%s", op, word);
	else
		kit_absent(kit, op);
}

/* The part of the line between its tabs, if it has any, that is longest: no control byte in it. */
static const char *longest_part(char *line)
{
	const char *best = "";

	for (char *part; (part = strsep(&line, "\t"));)
		if (strlen(part) > strlen(best))
			best = part;
	return best;
}

static void tell_line(struct kit *kit, const struct line *row)
{
	char text[TEXT_MAX], *rest = text, *line;
	size_t number = 0;

	if (fd_read_file(row->path, text, sizeof(text)) > 0) {
		while ((line = strsep(&rest, "\n")) && rest) {
			const char *ended = pool_printf("%s\n", line);

			if (number++ < row->skip || (row->with && !strstr(line, row->with)) ||
			    (row->without && strstr(ended, row->without)))
				continue;
			tell_word(kit, row->op, longest_part(line));
			return;
		}
	}
	kit_absent(kit, row->op);
}

static void tell_entry(struct kit *kit, const char *op, const char *path)
{
	DIR *dir = opendir(path);
	const char *word = NULL;

	for (const struct dirent *d; dir && !word && (d = readdir(dir));)
		if (d->d_name[0] != '.' && d->d_ino <= UINT32_MAX && !strchr(d->d_name, ':'))
			word = pool_printf("%s:%llu", d->d_name, (unsigned long long)d->d_ino);
	if (dir)
		(void)closedir(dir);
	tell_word(kit, op, word);
}

/* The first interface that is no loopback. */
static void tell_interface(struct kit *kit)
{
	char name[IF_NAMESIZE], found[IF_NAMESIZE] = "";

	for (unsigned int i = 1; i <= INTERFACES && !*found; i++)
		if (if_indextoname(i, name) && !str_equal(name, "lo"))
			(void)snprintf(found, sizeof(found), "%s", name);
	tell_word(kit, "leak.net-interfaces", found);
	tell_word(kit, "leak.net-statistics", *found ? pool_printf(" %s:", found) : NULL);
}

/* The listener that all runs connect to, as /proc/net/tcp writes its address. */
static void tell_tcp(struct kit *kit)
{
	const char *port = NULL;

	for (size_t i = 0; i < kit->args.n; i++)
		if (str_starts(kit->args.v[i], "connect=127.0.0.1:"))
			port = strchr(kit->args.v[i], ':') + 1;
	tell_word(kit, "leak.sockets-tcp",
		  port ? pool_printf("0100007F:%04X", (unsigned int)atoi(port)) : NULL);
}

/* A socket whose path, which holds the kit's, shows in the list of sockets. */
static void make_socket(struct kit *kit)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s/listed.socket", kit->dir) <
		    (int)sizeof(at.sun_path) &&
	    fd >= 0 && bind(fd, (const void *)&at, sizeof(at)) == 0)
		tell_word(kit, "leak.sockets-unix", at.sun_path);
	else
		kit_absent(kit, "leak.sockets-unix");
}

static int host_make(struct kit *kit, void **state, struct err *e)
{
	struct utsname u = {0};

	(void)state, (void)e;
	(void)uname(&u);
	tell_sum(kit, "leak.hostname", u.nodename, strlen(u.nodename));
	tell_files(kit);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		tell_line(kit, &lines[i]);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		tell_entry(kit, lists[i].op, lists[i].path);
	tell_interface(kit);
	tell_tcp(kit);
	make_socket(kit);
	return 0;
}

const struct decoy_family decoys_host = {.name = "host", .make = host_make};

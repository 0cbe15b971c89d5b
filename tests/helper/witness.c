/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness: says on one line in what state it was started, and what it can do from there.
 *
 *     witness [OUTSIDE [PATH...]]
 *
 * Two runs under the same protection say the same: what differs from run to run (numbers of
 * processes, of namespaces) is only compared with OUTSIDE, which `witness --outside` prints for the
 * place where it runs; ",process:[PID]" behind it names one there to signal. Each PATH is opened
 * for reading and for writing. Whatever is tried is harmless where it works. The first word is
 * RAN, written before anything else is done.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "clock.h"
#include "hash.h"
#include "str.h"
#include "uapi.h"

#define KEY_SPEC_SESSION_KEYRING (-3)

static const char *const spaces[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};

/* One word of the line: "key=value". */
__attribute__((format(printf, 2, 3))) static void say(const char *key, const char *fmt, ...)
{
	va_list ap;

	printf(" %s=", key);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/* What came of an attempt: a number that may be a descriptor is as good as any other. */
static void say_try(const char *key, long rc)
{
	say(key, "%d", rc < 0 ? errno : 0);
}

static const char *space_of(const char *name)
{
	static char text[64];
	char path[64];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	n = readlink(path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static long keyring(void)
{
	return syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, KEY_SPEC_SESSION_KEYRING, 0);
}

static void print_outside(void)
{
	struct utsname u;

	(void)uname(&u);
	for (size_t i = 0; i < ARRAY_SIZE(spaces); i++)
		printf("%s,", space_of(spaces[i]));
	printf("key:[%ld],name:[%s]", keyring(), u.nodename);
}

static void see_identity(const char *outside)
{
	struct uapi_cap_data caps[2] = {{0, 0, 0}, {0, 0, 0}};
	gid_t groups[64];
	unsigned long long bound = 0, ambient = 0;
	uid_t r = 0, eff = 0, saved = 0;
	char key[32];

	(void)getresuid(&r, &eff, &saved);
	say("uid", "%u,%u,%u", r, eff, saved);
	(void)getresgid(&r, &eff, &saved);
	say("gid", "%u,%u,%u,%d", r, eff, saved, getgroups(64, groups));
	(void)sys_capget(caps);
	say("caps", "%x.%x.%x.%x.%x.%x", caps[0].effective, caps[0].permitted, caps[0].inheritable,
	    caps[1].effective, caps[1].permitted, caps[1].inheritable);
	for (int cap = 0; cap < 64; cap++) {
		bound |= (unsigned long long)(prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1) << cap;
		ambient |= (unsigned long long)(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0,
						      0) == 1)
			   << cap;
	}
	say("bound", "%llx.%llx", bound, ambient);
	say("bits", "%d", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	say("nnp", "%d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	say("seccomp", "%d", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	say("dumpable", "%d", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	(void)snprintf(key, sizeof(key), "key:[%ld]", keyring());
	say("keyring", "%s", keyring() < 0 ? "none" : strstr(outside, key) ? "shared" : "own");
}

static void see_spaces(const char *outside)
{
	struct utsname u;
	char name[80];

	for (size_t i = 0; i < ARRAY_SIZE(spaces); i++) {
		const char *mine = space_of(spaces[i]);

		say(spaces[i], "%s", !*mine ? "none" : strstr(outside, mine) ? "shared" : "own");
	}
	(void)uname(&u);
	(void)snprintf(name, sizeof(name), "name:[%s]", u.nodename);
	say("host", "%s", strstr(outside, name) ? "shared" : u.nodename);
	say("domain", "%s", u.domainname);
	say("parent", "%d", getppid() == 1);
	say("leader", "%d", getsid(0) == getpid());
}

static void see_process(void)
{
	static const int limits[] = {RLIMIT_CORE, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK,
				     RLIMIT_MSGQUEUE};
	char cwd[512] = "?", key[16];
	sigset_t set;
	int blocked = 0;

	for (int fd = 0; fd < 1024; fd++) {
		struct stat st;

		(void)snprintf(key, sizeof(key), "fd%d", fd);
		if (fstat(fd, &st) == 0)
			say(key, "%o", st.st_mode & S_IFMT);
	}
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit l = {0, 0};

		(void)getrlimit(limits[i], &l);
		(void)snprintf(key, sizeof(key), "limit%zu", i);
		say(key, "%llu,%llu", (unsigned long long)l.rlim_cur,
		    (unsigned long long)l.rlim_max);
	}
	(void)syscall(SYS_getcwd, cwd, sizeof(cwd));
	say("cwd", "%s", cwd);
	(void)sigprocmask(SIG_SETMASK, NULL, &set);
	for (int sig = 1; sig < 32; sig++)
		blocked += sigismember(&set, sig) == 1;
	say("blocked", "%d", blocked);
	say("umask", "%o", umask(022));
}

static void see_environment(void)
{
	extern char **environ;

	printf(" env=");
	for (char **v = environ; *v; v++)
		printf("%.*s,", (int)strcspn(*v, "="), *v);
}

/* Every mount that is in sight, by its place, kind and flags. */
static void see_mounts(void)
{
	FILE *f = setmntent("/proc/self/mounts", "r");
	uint64_t hash = HASH_START;
	struct mntent *m;
	int n = 0;

	while (f && (m = getmntent(f))) {
		hash = hash_add(hash, m->mnt_dir, strlen(m->mnt_dir));
		hash = hash_add(hash, m->mnt_type, strlen(m->mnt_type));
		hash = hash_add(hash, m->mnt_opts, strlen(m->mnt_opts));
		n++;
	}
	if (f)
		(void)endmntent(f);
	say("mounts", "%d,%016llx", n, (unsigned long long)hash);
}

static void try_files(char **paths)
{
	static const char *const known[] = {
		"/",	      "/etc/passwd",	 "/etc/shadow",	    "/usr",	"/proc/kallsyms",
		"/proc/keys", "/proc/1/environ", "/proc/self/root", "/dev/tty", "/dev/null",
		"/tmp",	      "/dev/shm",	 "/dev/pts",	    "/run",	"/home"};
	char node[48];

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		char byte;
		int fd = open(known[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);

		say_try(known[i], fd);
		if (fd >= 0 && read(fd, &byte, 1) >= 0)
			printf("+");
		(void)close(fd);
		say_try("w", access(known[i], W_OK));
	}
	for (; *paths; paths++) {
		say_try(*paths, open(*paths, O_RDONLY | O_CLOEXEC));
		say_try("w", open(*paths, O_WRONLY | O_CLOEXEC));
		say_try("u", utimensat(AT_FDCWD, *paths, NULL, 0));
	}
	say_try("mkdir", mkdir("/.witness", 0700));
	(void)rmdir("/.witness");
	/* A name of its own: where the mount layer is off, this is the host's /tmp. */
	(void)snprintf(node, sizeof(node), "/tmp/.witness-%llx",
		       (unsigned long long)clock_now_ns());
	say_try("mknod", mknod(node, S_IFCHR, makedev(0, 0)));
	(void)unlink(node);
	say_try("tmp", open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

static void try_network(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	say_try("connect", connect(tcp, (struct sockaddr *)&to, sizeof(to)));
	to.sin_port = 0;
	say_try("bind", bind(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), (struct sockaddr *)&to,
			     sizeof(to)));
	say_try("raw", socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
	say_try("alg", socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
}

static void try_kernel(const char *outside)
{
	const char *pid = strstr(outside, "process:[");

	say_try("kill", kill(pid ? atoi(pid + 9) : 1, 0));
	say_try("mount", mount("none", "/tmp", "tmpfs", MS_RDONLY, NULL));
	say_try("name", sethostname("witness", 7));
	say_try("keyctl", syscall(SYS_keyctl, -1, 0, 0, 0, 0));
	say_try("uring", syscall(SYS_io_uring_setup, 0, NULL));
	say_try("push", ioctl(-1, TIOCSTI, ""));
	say_try("chroot", chroot("/"));
	say_try("groups", setgroups(0, NULL));
	say_try("userns", unshare(CLONE_NEWUSER));
}

int main(int argc, char **argv)
{
	const char *outside = argc > 1 ? argv[1] : "";

	(void)setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (str_equal(outside, "--outside")) {
		print_outside();
		return 0;
	}
	printf("RAN");
	(void)fflush(stdout);
	see_identity(outside);
	see_spaces(outside);
	see_process();
	see_environment();
	see_mounts();
	try_files(argc > 2 ? argv + 2 : argv + argc);
	try_network();
	try_kernel(outside);
	printf("\n");
	return 0;
}

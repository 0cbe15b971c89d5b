/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How filters of other sandboxes were walked around, one named test each: the filter has to answer
 * what is written here, on both architectures, whatever the tables say.
 */
#include "filter/bpf.h"
#include "filter/model.h"
#include "str.h"
#include "tap.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define HIGH_BIT  (1ull << 32)
#define HIGH_BITS 0xffffffff00000000ull

static struct filter filters[FILTER_ARCHES];

static uint32_t answer(enum filter_arch arch, uint32_t audit, uint32_t nr, const uint64_t *args)
{
	struct seccomp_data data = {.nr = (int)nr, .arch = audit};
	struct bpf_result r;

	memcpy(data.args, args, 3 * sizeof(args[0]));
	r = bpf_run(filters[arch].insns, filters[arch].n, &data);
	return r.error ? 0 : r.value;
}

static int number(enum filter_arch arch, const char *call)
{
	for (size_t i = 0; i < filter_rows_n; i++)
		if (str_equal(filter_rows[i].name, call))
			return filter_rows[i].nr[arch];
	return -2; /* no such row: a mistake of this test */
}

/* The call gets verdict for these three arguments, on every architecture that has it. */
static void gets(enum filter_verdict verdict, const char *call, uint64_t a, uint64_t b, uint64_t c,
		 const char *row)
{
	const uint64_t args[] = {a, b, c};
	bool good = true;
	int have = 0;

	for (int arch = 0; arch < FILTER_ARCHES; arch++) {
		int nr = number(arch, call);

		good = good && nr != -2;
		if (nr < 0)
			continue;
		have++;
		good = good && answer(arch, filter_arch_audit(arch), (uint32_t)nr, args) ==
				       model_value(verdict);
	}
	ok(good && have, "%s: %s(%#llx, %#llx, %#llx) is %s", row, call, (unsigned long long)a,
	   (unsigned long long)b, (unsigned long long)c, filter_verdict_name(verdict));
}

/* Rows 2, 9, 11, 16 and 50: characters typed on the caller's terminal. */
static void test_terminal(void)
{
	const uint64_t high[] = {0, HIGH_BIT, 1ull << 63, HIGH_BITS};

	for (size_t i = 0; i < ARRAY_SIZE(high); i++) {
		gets(FILTER_EPERM, "ioctl", 0, TIOCSTI | high[i], 0,
		     i ? "row 9 and 11 (CVE-2019-10063)" : "row 2 and 50 (CVE-2017-5226)");
		gets(FILTER_EPERM, "ioctl", 0, TIOCLINUX | high[i], 0, "row 16 (CVE-2023-28100)");
		gets(FILTER_EPERM, "ioctl", 0, TIOCSETD | high[i], 0, "line disciplines");
	}
	gets(FILTER_ALLOW, "ioctl", 0, TIOCSTI - 1, 0, "row 2: its neighbours work");
	gets(FILTER_ALLOW, "ioctl", 0, TIOCGWINSZ, 0, "row 2: its neighbours work");
	gets(FILTER_ALLOW, "ioctl", 0, TCGETS, 0, "row 2: terminals work");
}

/* Row 13: what nobody thought of is not there; the rows themselves name the new mount calls. */
static void test_unknown(enum filter_arch arch)
{
	const uint64_t none[3] = {0};
	uint32_t unknown = 0, wrong = 0;

	for (uint32_t nr = 0; nr < 4096; nr++) {
		if (filter_find(arch, nr))
			continue;
		unknown++;
		wrong += answer(arch, filter_arch_audit(arch), nr, none) !=
			 model_value(FILTER_ENOSYS);
	}
	ok(unknown > 3500 && wrong == 0,
	   "row 13 (CVE-2021-41133): %u numbers that %s's table does not know are ENOSYS", unknown,
	   filter_arch_name(arch));
}

static void test_mount_calls(void)
{
	static const char *const new_calls[] = {"open_tree", "move_mount",    "fsopen",
						"fsconfig",  "fsmount",	      "fspick",
						"clone3",    "mount_setattr", "open_tree_attr"};

	for (size_t i = 0; i < ARRAY_SIZE(new_calls); i++)
		gets(FILTER_ENOSYS, new_calls[i], 0, 0, 0, "row 13 (CVE-2021-41133)");
	gets(FILTER_EPERM, "mount", 0, 0, 0, "row 13");
	gets(FILTER_EPERM, "umount2", 0, 0, 0, "row 13");
	gets(FILTER_EPERM, "pivot_root", 0, 0, 0, "row 13");
	gets(FILTER_EPERM, "chroot", 0, 0, 0, "row 13");
	gets(FILTER_EPERM, "setns", 0, 0, 0, "row 13");
}

/* Row 67: the same call by its x32 number. Row 72: by another architecture's. */
static void test_other_abis(enum filter_arch arch)
{
	static const uint32_t foreign[] = {0x40000003, 0x40000028, 0xc000003e, 0xc00000b7};
	const uint64_t none[3] = {0};
	uint32_t forbidden = 0, through = 0, killed = 0, calls = 0;

	for (size_t i = 0; i < filter_rows_n; i++) {
		int nr = filter_rows[i].nr[arch];

		if (nr < 0 || str_equal(filter_rows[i].rule->name, "ALLOW"))
			continue;
		forbidden++;
		through += answer(arch, filter_arch_audit(arch), (uint32_t)nr | MODEL_X32, none) !=
			   model_value(FILTER_ENOSYS);
	}
	for (uint32_t nr = 512; nr < 548; nr++) /* x32's own, which need no bit on old kernels */
		through += answer(arch, filter_arch_audit(arch), nr, none) !=
			   model_value(FILTER_ENOSYS);
	ok(forbidden > 50 && !through, "row 67: x32 numbers of %s's %u restricted calls are ENOSYS",
	   filter_arch_name(arch), forbidden);
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		for (uint32_t nr = 0; foreign[i] != filter_arch_audit(arch) && nr < 1024; nr++) {
			killed += answer(arch, foreign[i], nr, none) == model_value(FILTER_KILL);
			calls++;
		}
	is_int(killed, calls, "row 72: %u calls of other architectures are killed on %s", calls,
	       filter_arch_name(arch));
	/* i386's socketcall and ipc, the doors past family filters: 102 and 117. */
	ok(answer(arch, 0x40000003, 102, none) == model_value(FILTER_KILL) &&
		   answer(arch, 0x40000003, 117, none) == model_value(FILTER_KILL),
	   "row 72: i386's socketcall and ipc are killed on %s", filter_arch_name(arch));
}

/* Rows 74, 77, 85 and 88: families of sockets. */
static void test_sockets(void)
{
	static const int refused[] = {AF_UNSPEC, 3 /* AX25 */, AF_PACKET, AF_RDS, AF_CAN,
				      AF_TIPC,	 AF_ALG,       AF_VSOCK,  AF_XDP, AF_BLUETOOTH};

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		gets(FILTER_EAFNOSUPPORT, "socket", (uint64_t)refused[i], SOCK_SEQPACKET, 0,
		     refused[i] == AF_ALG ? "row 85 (CVE-2026-31431)" : "row 85: other families");
	gets(FILTER_EAFNOSUPPORT, "socketpair", AF_ALG, SOCK_SEQPACKET, 0,
	     "row 85 (CVE-2026-31431)");
	gets(FILTER_EAFNOSUPPORT, "socket", AF_ALG | HIGH_BIT, SOCK_SEQPACKET, 0,
	     "row 85: high bits");
	gets(FILTER_EAFNOSUPPORT, "socket", AF_ALG | HIGH_BITS, SOCK_SEQPACKET, 0,
	     "row 85: high bits");
	gets(FILTER_ALLOW, "socket", AF_UNIX | HIGH_BIT, SOCK_STREAM, 0,
	     "row 85: the kernel cuts to 32 bits");
	gets(FILTER_EPROTONOSUPPORT, "socket", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER,
	     "row 88 (CVE-2024-1086)");
	gets(FILTER_EPROTONOSUPPORT, "socket", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER | HIGH_BIT,
	     "row 88: high bits");
	gets(FILTER_EPROTONOSUPPORT, "socket", AF_NETLINK, SOCK_RAW, NETLINK_AUDIT, "row 88");
	gets(FILTER_ALLOW, "socket", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, "row 88: routing works");
	gets(FILTER_ENOSYS, "io_uring_setup", 1, 0, 0, "row 74 and 77: no way past the families");
	gets(FILTER_EPERM, "socket", AF_INET, SOCK_RAW, IPPROTO_ICMP, "raw sockets");
	gets(FILTER_EPERM, "socket", AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 58,
	     "raw sockets, with flags");
	gets(FILTER_EPERM, "socket", AF_INET, 10, 0, "SOCK_PACKET, the older door");
	gets(FILTER_ESOCKTNOSUPPORT, "socket", AF_INET, 6, 0, "DCCP (CVE-2017-6074)");
	gets(FILTER_EPROTONOSUPPORT, "socket", AF_INET, SOCK_STREAM, IPPROTO_SCTP, "SCTP");
	gets(FILTER_EPROTONOSUPPORT, "socket", AF_INET, SOCK_STREAM, 262,
	     "MPTCP, past Landlock's TCP");
	gets(FILTER_EOPNOTSUPP, "sendmsg", 3, 0, MSG_FASTOPEN,
	     "fast open, past Landlock's connect");
	gets(FILTER_EOPNOTSUPP, "sendmsg", 3, 0, MSG_FASTOPEN | HIGH_BITS | MSG_NOSIGNAL,
	     "fast open: high bits, other flags");
	gets(FILTER_ALLOW, "sendmsg", 3, 0, MSG_NOSIGNAL, "sending works");
}

/* Row 92 (CVE-2026-72183) and its relatives: signals to whoever owns a shared descriptor. */
static void test_owners(void)
{
	gets(FILTER_EPERM, "fcntl", 0, F_SETSIG, SIGKILL, "row 92: the signal of the owner");
	gets(FILTER_EPERM, "fcntl", 0, F_SETSIG | HIGH_BIT, SIGKILL, "row 92: high bits");
	gets(FILTER_EPERM, "fcntl", 0, F_SETFL, O_ASYNC | O_NONBLOCK, "row 92: O_ASYNC");
	gets(FILTER_EPERM, "ioctl", 0, FIOASYNC, 0, "row 92: O_ASYNC by ioctl");
	gets(FILTER_ALLOW, "fcntl", 0, F_SETFL, O_NONBLOCK, "row 92: other flags can be set");
	gets(FILTER_NOTHING, "setrlimit", RLIMIT_CORE, 0, 0, "no core helper");
	gets(FILTER_NOTHING, "prlimit64", 0, RLIMIT_CORE, 1, "no core helper");
	gets(FILTER_ALLOW, "prlimit64", 0, RLIMIT_CORE, 0, "the core limit can be read");
}

/* Rows 86, 87, 89, 95: what a user namespace opens. Row 90: keys. */
static void test_namespaces(void)
{
	const struct {
		uint64_t flag;
		const char *row;
	} news[] = {{CLONE_NEWUSER, "row 86 (CVE-2022-0185) and 89 (CVE-2023-0386)"},
		    {CLONE_NEWCGROUP, "row 87 (CVE-2022-0492)"},
		    {CLONE_NEWNET, "row 88 (CVE-2024-1086)"},
		    {CLONE_NEWNS, "row 89 (CVE-2023-0386)"},
		    {CLONE_NEWPID, "row 86: every namespace"},
		    {CLONE_NEWIPC, "row 86: every namespace"},
		    {CLONE_NEWUTS, "row 86: every namespace"}};

	for (size_t i = 0; i < ARRAY_SIZE(news); i++) {
		gets(FILTER_EPERM, "unshare", news[i].flag, 0, 0, news[i].row);
		gets(FILTER_EPERM, "clone", news[i].flag | SIGCHLD, 0, 0, news[i].row);
		gets(FILTER_EPERM, "clone", news[i].flag | SIGCHLD | HIGH_BITS, 0, 0, news[i].row);
	}
	gets(FILTER_EPERM, "unshare", 0x80 /* NEWTIME */, 0, 0, "row 86: every namespace");
	gets(FILTER_EINVAL, "unshare", HIGH_BIT, 0, 0, "row 86: a flag of tomorrow");
	gets(FILTER_ALLOW, "unshare", CLONE_FS | CLONE_FILES, 0, 0, "row 86: no namespace");
	gets(FILTER_ALLOW, "clone", 0x3d0f00, 0, 0, "row 86: threads work");
	gets(FILTER_ALLOW, "clone", CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, "row 86: spawn works");
	gets(FILTER_ENOSYS, "fsopen", 0, 0, 0, "row 86 (CVE-2022-0185)");
	gets(FILTER_ENOSYS, "fsconfig", 0, 0, 0, "row 86 (CVE-2022-0185)");
	gets(FILTER_EPERM, "mount", 0, 0, 0, "row 87 and 89");
	gets(FILTER_EPERM, "keyctl", KEYCTL_SESSION_TO_PARENT, 0, 0, "row 90 (CVE-2024-42318)");
	gets(FILTER_EPERM, "add_key", 0, 0, 0, "row 90");
	gets(FILTER_EPERM, "request_key", 0, 0, 0, "row 90");
	gets(FILTER_EPERM, "lsm_set_self_attr", 0, 0, 0, "row 95: no other AppArmor profile");
}

/* Rows 1, 57, 62 and 70, and what else reaches other processes or stays behind. */
static void test_processes(void)
{
	gets(FILTER_EPERM, "ptrace", PTRACE_TRACEME, 0, 0, "row 57 (CVE-2017-5206)");
	gets(FILTER_EPERM, "ptrace", PTRACE_SEIZE, 1, 0, "row 1 (CVE-2016-8659)");
	gets(FILTER_EPERM, "process_vm_readv", 1, 0, 0, "row 1");
	gets(FILTER_EPERM, "pidfd_getfd", 3, 0, 0, "row 25 (CVE-2016-9962)");
	gets(FILTER_EPERM, "chmod", 0, 04755, 0, "row 70 (CVE-2019-3843)");
	gets(FILTER_EPERM, "fchmod", 3, 06755, 0, "row 70 (CVE-2019-3843)");
	gets(FILTER_EPERM, "fchmodat", 3, 0, 04000, "row 70");
	gets(FILTER_EPERM, "fchmodat2", 3, 0, S_ISUID | HIGH_BIT, "row 70: high bits");
	gets(FILTER_ALLOW, "fchmodat", 3, 0, 02775, "row 70: shared directories work");
	gets(FILTER_EPERM, "open_by_handle_at", 3, 0, 0, "Shocker");
	gets(FILTER_EPERM, "prctl", PR_SET_MM, 0, 0, "PR_SET_MM");
	gets(FILTER_EPERM, "prctl", PR_SET_SECUREBITS | HIGH_BIT, 0, 0, "PR_SET_SECUREBITS");
	gets(FILTER_EPERM, "personality", READ_IMPLIES_EXEC, 0, 0, "READ_IMPLIES_EXEC");
	gets(FILTER_ALLOW, "personality", 0xffffffff, 0, 0, "personality: asking works");
	gets(FILTER_EPERM, "seccomp", 1, 8, 0, "a listener");
	gets(FILTER_ALLOW, "seccomp", 1, 0, 0, "a filter of one's own works");
	gets(FILTER_EPERM, "mknod", 0, S_IFCHR | 0600, 0, "device nodes");
	gets(FILTER_EPERM, "mknodat", 0, 0, S_IFBLK | 0600, "device nodes");
	gets(FILTER_ALLOW, "mknodat", 0, 0, S_IFIFO | 0600, "pipes work");
}

int main(void)
{
	for (int arch = 0; arch < FILTER_ARCHES; arch++) {
		struct err e = {0};

		ok(!filter_make(arch, filter_rows, filter_rows_n, &filters[arch], &e),
		   "%s: the table compiles %s", filter_arch_name(arch), e.what);
		test_unknown(arch);
		test_other_abis(arch);
	}
	test_terminal();
	test_mount_calls();
	test_sockets();
	test_owners();
	test_namespaces();
	test_processes();
	return tap_done();
}

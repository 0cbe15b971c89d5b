/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family kern, part 2: calls that answer with numbers or bytes of the kernel's.
 *
 * Should ask, or set and set back, in a process that nobody needs afterwards. REACHED takes an
 * answer that only the kernel gives: bytes that it filled in, or a state that the next call meets.
 */
#include "probe.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "uapi.h"

enum { UNTOUCHED = 0x5a }; /* what an answer's memory is filled with beforehand */

/* Calls that came with Linux 6.5 to 6.10: one number on all architectures. */
enum { NR_cachestat = 451, NR_lsm_list_modules = 461, NR_mseal = 462 };

/* Sets a bit of the personality, looks whether it is set, and sets it back. */
static void change_personality(const struct probe *probe, struct trial *t)
{
	const unsigned long flag = (unsigned long)probe->op->arg, ask = 0xffffffff;
	int before = personality(ask), after;

	if (before < 0) {
		trial_refused(t, errno, "personality");
		return;
	}
	if (TRY(t, personality((unsigned long)before | flag)) < 0) {
		trial_refused(t, errno, "personality");
		return;
	}
	after = personality(ask);
	if (after >= 0 && ((unsigned long)after & flag))
		trial_reached(t, "the personality was changed");
	else
		trial_faked(t, "personality claimed success, and is as it was");
	(void)personality((unsigned long)before);
}

/* Two descriptors of one file are equal, and of two files are not. */
static void compare_files(const struct probe *probe, struct trial *t)
{
	int pid = getpid(), other;
	autoclose int a = sys_pidfd_open(pid);
	autoclose int b = a < 0 ? -1 : dup(a);
	autoclose int c = sys_pidfd_open(pid);
	long same;

	(void)probe;
	if (a < 0 || b < 0 || c < 0) {
		trial_broken(t, errno, "make descriptors to compare");
		return;
	}
	same = TRY(t, syscall(SYS_kcmp, pid, pid, KCMP_FILE, a, b));
	if (same < 0) {
		trial_refused(t, errno, "kcmp");
		return;
	}
	other = (int)syscall(SYS_kcmp, pid, pid, KCMP_FILE, a, c);
	if (same == 0 && (other == 1 || other == 2))
		trial_reached(t, "kcmp compared two of the kernel's objects");
	else
		trial_faked(t, "kcmp claimed success, and compared nothing");
}

/* On which node does a page of ours lie? */
static void move_pages(const struct probe *probe, struct trial *t)
{
	enum { NO_NODE = -99999 };
	int status = NO_NODE;
	void *page = &status;

	(void)probe;
	if (TRY(t, syscall(SYS_move_pages, 0, 1, &page, NULL, &status, 0)) < 0)
		trial_refused(t, errno, "move_pages");
	else if (status == NO_NODE)
		trial_faked(t, "move_pages claimed success without an answer");
	else
		trial_reached(t, "move_pages told of a page");
}

/* Node 0 is allowed everywhere; the answer comes back by get_mempolicy(2). */
static void bind_memory(const struct probe *probe, struct trial *t)
{
	enum { DEFAULT = 0, PREFERRED = 1 };
	unsigned long nodes = 1, mask = 0;
	int mode = -1;

	(void)probe;
	if (TRY(t, syscall(SYS_set_mempolicy, PREFERRED, &nodes, 8)) < 0) {
		trial_refused(t, errno, "set_mempolicy");
		return;
	}
	if (syscall(SYS_get_mempolicy, &mode, &mask, sizeof(mask) * 8, NULL, 0) < 0)
		trial_broken(t, errno, "get_mempolicy");
	else if (mode != PREFERRED)
		trial_faked(t, "set_mempolicy claimed success without a policy");
	else
		trial_reached(t, "the memory policy was changed");
	(void)syscall(SYS_set_mempolicy, DEFAULT, NULL, 0);
}

static void handle_of(const struct probe *probe, struct trial *t)
{
	struct {
		struct file_handle head;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount = -1;

	(void)probe;
	memset(h.bytes, UNTOUCHED, sizeof(h.bytes));
	h.head.handle_type = -1;
	if (TRY(t, name_to_handle_at(AT_FDCWD, "/", &h.head, &mount, 0)))
		trial_refused(t, errno, "name_to_handle_at");
	else if (h.head.handle_type == -1)
		trial_faked(t, "name_to_handle_at claimed success without a handle");
	else
		trial_reached(t, "the handle of / was told");
}

static void log_size(const struct probe *probe, struct trial *t)
{
	enum { SIZE_BUFFER = 10 };
	int size = TRY(t, klogctl(SIZE_BUFFER, NULL, 0));

	(void)probe;
	if (size < 0)
		trial_refused(t, errno, "syslog");
	else if (size == 0)
		trial_faked(t, "syslog claimed success without a size");
	else
		trial_reached(t, "the size of the kernel's log was told");
}

static void file_system_types(const struct probe *probe, struct trial *t)
{
	(void)probe;
#ifdef SYS_sysfs
	enum { NAME_OF = 2 };
	char name[64] = "";

	if (TRY(t, syscall(SYS_sysfs, NAME_OF, 0, name)) < 0)
		trial_refused(t, errno, "sysfs");
	else if (!name[0])
		trial_faked(t, "sysfs claimed success without a name");
	else
		trial_reached(t, "a file system type was named");
#else
	trial_refused(t, ENOSYS, "no sysfs call on this architecture");
#endif
}

/* A descriptor table entry of our own, read back. */
static void modify_ldt(const struct probe *probe, struct trial *t)
{
	(void)probe;
#ifdef SYS_modify_ldt
	enum { READ = 0, WRITE = 1 };
	struct {
		unsigned int entry, base, limit, flags;
	} entry = {0, 0, 0xfff, 0x51}; /* a 32-bit data segment, usable */
	unsigned char table[64] = {0};
	long size;

	if (TRY(t, syscall(SYS_modify_ldt, WRITE, &entry, sizeof(entry))) < 0) {
		trial_refused(t, errno, "modify_ldt");
		return;
	}
	size = syscall(SYS_modify_ldt, READ, table, sizeof(table));
	if (size >= 8 && (table[5] & 0x80))
		trial_reached(t, "a segment was set");
	else
		trial_faked(t, "modify_ldt claimed success without a segment");
#else
	trial_refused(t, ENOSYS, "no modify_ldt on this architecture");
#endif
}

static void clone3_child(const struct probe *probe, struct trial *t)
{
	struct uapi_clone_args args = {.exit_signal = SIGCHLD};
	pid_t self = getpid(), pid = TRY(t, (pid_t)syscall(NR_clone3, &args, sizeof(args)));
	int status;

	(void)probe;
	if (pid == 0 && getpid() != self)
		_exit(17);
	if (pid < 0)
		trial_refused(t, errno, "clone3");
	else if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 17)
		trial_faked(t, "clone3 claimed success without a child");
	else
		trial_reached(t, "clone3 made a child");
}

/* Sealed memory cannot be taken away again. */
static void seal_memory(const struct probe *probe, struct trial *t)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)probe;
	if (page == MAP_FAILED)
		trial_broken(t, errno, "mmap");
	else if (TRY(t, syscall(NR_mseal, page, size, 0)))
		trial_refused(t, errno, "mseal");
	else if (munmap(page, size) == 0)
		trial_faked(t, "mseal claimed success, and the memory could be unmapped");
	else
		trial_reached(t, "a page was sealed");
}

static void cache_of(const struct probe *probe, struct trial *t)
{
	struct {
		uint64_t offset, length;
	} range = {0, 4096};
	unsigned char answer[40];
	int fd = (int)syscall(SYS_memfd_create, "pinfold-probe", 0);

	(void)probe;
	memset(answer, UNTOUCHED, sizeof(answer));
	if (fd < 0 || write(fd, "x", 1) != 1)
		trial_broken(t, errno, "make a file to ask about");
	else if (TRY(t, syscall(NR_cachestat, fd, &range, answer, 0)))
		trial_refused(t, errno, "cachestat");
	else if (answer[0] != 1)
		trial_faked(t, "cachestat claimed success, and counted no page");
	else
		trial_reached(t, "cachestat counted a page of the cache");
	if (fd >= 0)
		(void)close(fd);
}

static void list_modules(const struct probe *probe, struct trial *t)
{
	uint64_t ids[32] = {0};
	uint32_t size = sizeof(ids);
	long n = TRY(t, syscall(NR_lsm_list_modules, ids, &size, 0));

	(void)probe;
	if (n < 0)
		trial_refused(t, errno, "lsm_list_modules");
	else if (n == 0 || ids[0] < 100) /* include/uapi/linux/lsm.h: ids begin at 100 */
		trial_faked(t, "lsm_list_modules claimed success without an answer");
	else
		trial_reached(t, "the security modules were told");
}

/* Advice on memory of our own by a pidfd; how much was advised comes back. */
static void advise_process(const struct probe *probe, struct trial *t)
{
	enum { COLD = 20 };
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	struct iovec v = {
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), size};
	int self = sys_pidfd_open(getpid());
	long done;

	(void)probe;
	if (self < 0 || v.iov_base == MAP_FAILED) {
		trial_broken(t, errno, "make a pidfd and a page");
		return;
	}
	done = TRY(t, syscall(SYS_process_madvise, self, &v, 1, COLD, 0));
	if (done < 0)
		trial_refused(t, errno, "process_madvise");
	else if (done != (long)size)
		trial_faked(t, "process_madvise claimed success, and advised nothing");
	else
		trial_reached(t, "a page was advised on");
	(void)munmap(v.iov_base, size);
	(void)close(self);
}

#define ROW(word, text, where, function)                                                           \
	.id = (word), .title = (text), .source = (where), .clean = true, .run = (function)

static const struct op ops[] = {
	{ROW("kern.personality-exec", "make every readable page executable",
	     "personality(2): READ_IMPLIES_EXEC", change_personality),
	 .arg = READ_IMPLIES_EXEC},
	{ROW("kern.personality-fixed", "turn off the randomness of addresses",
	     "personality(2): ADDR_NO_RANDOMIZE", change_personality),
	 .arg = ADDR_NO_RANDOMIZE},
	{ROW("kern.kcmp", "compare objects of the kernel", "kcmp(2): tells kernel addresses' order",
	     compare_files)},
	{ROW("kern.move-pages", "ask where pages lie", "move_pages(2); CVE-2010-0415", move_pages)},
	{ROW("kern.mempolicy", "change the memory policy", "set_mempolicy(2); CVE-2022-0171",
	     bind_memory)},
	{ROW("kern.name-to-handle", "ask for a file's handle", "name_to_handle_at(2)", handle_of)},
	{ROW("kern.syslog-size", "ask for the size of the kernel's log", "syslog(2)", log_size)},
	{ROW("kern.sysfs-call", "ask for the kernel's file system types", "sysfs(2)",
	     file_system_types)},
	{ROW("kern.modify-ldt", "set a segment", "modify_ldt(2); CVE-2015-5157", modify_ldt)},
	{ROW("kern.clone3", "make a process by clone3", "clone3(2): a filter cannot see its flags",
	     clone3_child)},
	{ROW("kern.mseal", "seal memory", "mseal(2), Linux 6.10", seal_memory)},
	{ROW("kern.cachestat", "ask what is in the page cache",
	     "cachestat(2), Linux 6.5; "
	     "arXiv:1901.01161",
	     cache_of)},
	{ROW("kern.lsm-list", "ask for the security modules", "lsm_list_modules(2), Linux 6.8",
	     list_modules)},
	{ROW("kern.process-madvise", "advise on a process' memory", "process_madvise(2)",
	     advise_process)},
};

const struct family family_kern_answers = FAMILY("kern", ops);

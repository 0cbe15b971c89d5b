/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family ipc: objects of the kernel that processes share without a file: System V's, message
 * queues, keys.
 *
 * Should leave the host's objects as they are: a message that is taken is put back. Mustn't remove
 * anything, but what it made itself.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fd.h"

enum {
	KEY_SESSION = -3, /* keyctl(2): special keyrings */
	KEY_USER = -4,
	KEY_PROCESS = -2,
	KEYCTL_UNLINK_KEY = 9,
	KEYCTL_SEARCH_RING = 10,
	KEYCTL_READ_KEY = 11
};

static bool find_key(const struct probe *probe, struct trial *t, key_t *key)
{
	const char *text = told(probe, t, "ipc-key");
	uint32_t number;

	if (!text || str_read_u32(text, INT32_MAX, &number))
		return false;
	*key = (key_t)number;
	return true;
}

static void judge_bytes(const struct probe *probe, struct trial *t, const char *bytes, size_t n)
{
	const char *token = told(probe, t, "token");

	if (!token)
		return;
	if (n < strlen(token) || memcmp(bytes, token, strlen(token)))
		trial_faked(t, "it is not the decoy");
	else
		trial_reached(t, "it holds the token");
}

static void shared_memory(const struct probe *probe, struct trial *t)
{
	const char *at;
	key_t key;
	int id;

	if (!find_key(probe, t, &key))
		return;
	id = TRY(t, shmget(key, 0, 0));
	if (id < 0) {
		trial_refused(t, errno, "shmget");
		return;
	}
	at = TRY(t, shmat(id, NULL, SHM_RDONLY));
	if (at == (void *)-1) {
		trial_refused(t, errno, "shmat");
		return;
	}
	if (!at)
		trial_faked(t, "shmat claimed success without memory");
	else
		judge_bytes(probe, t, at, 64);
	(void)shmdt(at);
}

/* Its value is told: no other has it by chance. */
static void semaphore(const struct probe *probe, struct trial *t)
{
	const char *text = told(probe, t, "ipc-value");
	uint32_t want = 0;
	key_t key;
	int id, value;

	if (!text || str_read_u32(text, 32767, &want) || !find_key(probe, t, &key))
		return;
	id = TRY(t, semget(key, 0, 0));
	if (id < 0) {
		trial_refused(t, errno, "semget");
		return;
	}
	value = TRY(t, semctl(id, 0, GETVAL));
	if (value < 0)
		trial_refused(t, errno, "semctl");
	else if ((uint32_t)value != want)
		trial_faked(t, "it is another semaphore");
	else
		trial_reached(t, "the semaphore's value was read");
}

static void message(const struct probe *probe, struct trial *t)
{
	struct {
		long type;
		char text[64];
	} m = {0};
	ssize_t n;
	key_t key;
	int id;

	if (!find_key(probe, t, &key))
		return;
	id = TRY(t, msgget(key, 0));
	if (id < 0) {
		trial_refused(t, errno, "msgget");
		return;
	}
	n = TRY(t, msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT));
	if (n < 0) {
		trial_refused(t, errno, "msgrcv");
		return;
	}
	judge_bytes(probe, t, m.text, (size_t)n);
	if (n > 0)
		(void)msgsnd(id, &m, (size_t)n, IPC_NOWAIT);
}

static void posix_queue(const struct probe *probe, struct trial *t)
{
	const char *name = told(probe, t, "mqueue");
	char text[64] = "";
	autoclose int fd = -1;
	ssize_t n;

	if (!name)
		return;
	/* The kernel's call takes the name without its slash (mq_open(2)). */
	fd = TRY(t, (int)syscall(SYS_mq_open, name, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0, NULL));
	if (fd < 0) {
		trial_refused(t, errno, "mq_open");
		return;
	}
	n = TRY(t, syscall(SYS_mq_timedreceive, fd, text, sizeof(text), NULL, NULL));
	if (n < 0) {
		trial_refused(t, errno, "mq_timedreceive");
		return;
	}
	judge_bytes(probe, t, text, (size_t)n);
	if (n > 0)
		(void)syscall(SYS_mq_timedsend, fd, text, (size_t)n, 0, NULL);
}

/* op->arg: the keyring; the key's description is told, its payload is the token. */
static void find_secret(const struct probe *probe, struct trial *t)
{
	const char *name = told(probe, t, "key");
	char text[64] = "";
	long key, n;

	if (!name)
		return;
	key = TRY(t, syscall(SYS_keyctl, KEYCTL_SEARCH_RING, probe->op->arg, "user", name, 0));
	if (key < 0) {
		/* ENOKEY: there is none of that name, and so says whoever hides it. */
		trial_blocked(t, errno, "search");
		return;
	}
	n = TRY(t, syscall(SYS_keyctl, KEYCTL_READ_KEY, key, text, sizeof(text)));
	if (n < 0)
		trial_refused(t, errno, "read");
	else
		judge_bytes(probe, t, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text));
}

/* A key of its own, in the ring of this process alone; the kernel gives back what was put in. */
static void add_key(const struct probe *probe, struct trial *t)
{
	static const char payload[] = "pinfold-probe";
	char text[64] = "";
	long key = TRY(t, syscall(SYS_add_key, "user", "pinfold-probe", payload, sizeof(payload),
				  probe->op->arg));

	if (key < 0) {
		trial_refused(t, errno, "add_key");
		return;
	}
	if (syscall(SYS_keyctl, KEYCTL_READ_KEY, key, text, sizeof(text)) !=
		    (long)sizeof(payload) ||
	    memcmp(text, payload, sizeof(payload)))
		trial_faked(t, "add_key claimed success without a key");
	else
		trial_reached(t, "a key was kept by the kernel");
	(void)syscall(SYS_keyctl, KEYCTL_UNLINK_KEY, key, probe->op->arg);
}

/* In the user's ring, where the next run would find it; whoever looks afterwards takes it away. */
static void leave_key(const struct probe *probe, struct trial *t)
{
	const char *told_name = told(probe, t, "key");
	char name[128];
	long key;

	if (!told_name)
		return;
	if (!told_afterwards(probe)) {
		trial_skipped(t, "takes somebody who looks afterwards: --decoy afterwards=yes");
		return;
	}
	(void)snprintf(name, sizeof(name), "%s-left", told_name);
	key = TRY(t, syscall(SYS_add_key, "user", name, "left", 4, KEY_USER));
	if (key < 0)
		trial_refused(t, errno, "add_key");
	else
		trial_reached(t, "a key was left");
}

#define ROW(word, text, where, function)                                                           \
	.id = (word), .title = (text), .source = (where), .clean = true, .run = (function)

static const struct op ops[] = {
	{ROW("ipc.shm-sysv", "read System V shared memory", "shmget(2)", shared_memory),
	 .decoys = {"ipc-key", "token"}},
	{ROW("ipc.sem-sysv", "read a System V semaphore", "semget(2)", semaphore),
	 .decoys = {"ipc-key", "ipc-value"}},
	{ROW("ipc.msg-sysv", "read a System V message", "msgget(2)", message),
	 .decoys = {"ipc-key", "token"}},
	{ROW("ipc.mq-posix", "read a POSIX message queue", "mq_overview(7)", posix_queue),
	 .decoys = {"mqueue", "token"}},
	{ROW("ipc.key-session", "read a key of the session", "session-keyring(7)", find_secret),
	 .decoys = {"key", "token"}, .arg = KEY_SESSION},
	{ROW("ipc.key-user", "read a key of the user", "user-keyring(7); CVE-2021-41092",
	     find_secret),
	 .decoys = {"key", "token"}, .arg = KEY_USER},
	{ROW("ipc.key-add", "have the kernel keep a key", "add_key(2); CVE-2016-0728", add_key),
	 .arg = KEY_PROCESS},
	{ROW("ipc.key-left", "leave a key for the next run", "user-keyring(7)", leave_key),
	 .decoys = {"key", "afterwards"}, .judged = JUDGED_AFTERWARDS},
};

const struct family family_ipc = FAMILY("ipc", ops);

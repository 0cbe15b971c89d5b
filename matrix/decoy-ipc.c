/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy-ipc: System V objects, a message queue and keys, each with the token.
 *
 * They live in the kernel and not in a directory, so they have to be removed by themselves: by
 * their numbers while the worker lives, and by a name and a key that follow from the place and the
 * worker's number where it has died.
 */
#include "decoy.h"

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
#include "hash.h"
#include "pool.h"

enum {
	KEY_SESSION = -3,
	KEY_USER = -4,
	KEYCTL_JOIN = 1,
	KEYCTL_SETPERM = 5,
	KEYCTL_UNLINK = 9,
	KEYCTL_SEARCH = 10,
	ALL_FOR_USER = 0x3f3f0000 /* keyctl_setperm(3): possessor and user */
};

struct state {
	bool left; /* a key was found that the command had left */
};

/* The same for all who know the place and the number; never IPC_PRIVATE. */
static key_t key_of(const struct place *place, unsigned int worker)
{
	uint64_t hash = hash_add(HASH_START, place->dir, strlen(place->dir));

	return (key_t)((hash & 0x1fffff00) | 0x20000000 | worker % 256);
}

static const char *name_of(const struct place *place, unsigned int worker)
{
	return pool_printf("pinfold-matrix-%s-%u", strrchr(place->dir, '/') + 1, worker);
}

static int make_shm(const struct kit *kit, key_t key)
{
	int id = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
	char *at = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	if (at == (void *)-1)
		return -1;
	memcpy(at, kit->token, TOKEN);
	return shmdt(at);
}

static int make_sem(key_t key, int value)
{
	int id = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);

	return id < 0 ? -1 : semctl(id, 0, SETVAL, value);
}

struct message {
	long type;
	char text[TOKEN];
};

static int send_message(const struct kit *kit, int id)
{
	struct message m = {1, ""};

	memcpy(m.text, kit->token, TOKEN);
	return msgsnd(id, &m, TOKEN - 1, IPC_NOWAIT);
}

/* The kernel's own calls: the C library's would take another library. */
static int open_queue(const struct place *place, unsigned int worker, int flags)
{
	struct {
		long flags, maxmsg, msgsize, curmsgs, spare[4];
	} attr = {.maxmsg = 2, .msgsize = 64};

	return (int)syscall(SYS_mq_open, name_of(place, worker), flags | O_NONBLOCK | O_CLOEXEC,
			    0600, &attr);
}

static void make_queue(struct kit *kit)
{
	autoclose int fd = open_queue(kit->place, kit->worker, O_RDWR | O_CREAT | O_EXCL);

	if (fd < 0 || syscall(SYS_mq_timedsend, fd, kit->token, TOKEN - 1, 0, NULL))
		kit_absent(kit, "ipc.mq-posix");
	else
		kit_tell(kit, "mqueue=%s", name_of(kit->place, kit->worker));
}

static long add_key(const struct kit *kit, const char *name, long ring)
{
	return syscall(SYS_add_key, "user", name, kit->token, TOKEN - 1, ring);
}

/* In a session keyring of the worker's own, which its runs inherit, and in the user's. */
static void make_keys(struct kit *kit)
{
	const char *name = name_of(kit->place, kit->worker);
	long key;
	bool joined = syscall(SYS_keyctl, KEYCTL_JOIN, NULL) >= 0;

	if (!joined || add_key(kit, name, KEY_SESSION) < 0)
		kit_absent(kit, "ipc.key-session");
	/* Whoever has the user's id may read it: a new session does not possess the user's ring. */
	key = add_key(kit, name, KEY_USER);
	if (key < 0 || syscall(SYS_keyctl, KEYCTL_SETPERM, key, ALL_FOR_USER) < 0)
		kit_absent(kit, "ipc.key-user");
	kit_tell(kit, "key=%s", name);
}

static int ipc_make(struct kit *kit, void **state, struct err *e)
{
	key_t key = key_of(kit->place, kit->worker);
	int value = 1 + (int)(hash_add(HASH_START, kit->token, TOKEN - 1) % 30000);
	int id;

	*state = pool_alloc(sizeof(struct state));
	kit_tell(kit, "ipc-key=%d", (int)key);
	kit_tell(kit, "ipc-value=%d", value);
	if (make_shm(kit, key))
		return fail(e, errno, "make shared memory");
	if (make_sem(key, value))
		return fail(e, errno, "make a semaphore");
	id = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
	if (id < 0 || send_message(kit, id))
		return fail(e, errno, "make a message queue");
	make_queue(kit);
	make_keys(kit);
	return 0;
}

/* A message that was taken and not put back is sent anew. */
static int ipc_arm(struct kit *kit, void *state, struct err *e)
{
	int id = msgget(key_of(kit->place, kit->worker), 0);
	struct msqid_ds ds;
	autoclose int fd = open_queue(kit->place, kit->worker, O_RDWR);
	struct {
		long flags, maxmsg, msgsize, curmsgs, spare[4];
	} attr = {.curmsgs = 1};

	(void)state;
	if (id < 0 || msgctl(id, IPC_STAT, &ds) || (ds.msg_qnum == 0 && send_message(kit, id)))
		return fail(e, errno, "put the message back");
	if (fd >= 0 && syscall(SYS_mq_getsetattr, fd, NULL, &attr) == 0 && attr.curmsgs == 0)
		(void)syscall(SYS_mq_timedsend, fd, kit->token, TOKEN - 1, 0, NULL);
	return 0;
}

/* Out of the user's ring; false where there was none. */
static bool unlink_key(const char *name)
{
	long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_USER, "user", name, 0);

	return key >= 0 && syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_USER) == 0;
}

static const char *left_name(const struct place *place, unsigned int worker)
{
	return pool_printf("%s-left", name_of(place, worker));
}

static void ipc_look(struct kit *kit, void *state)
{
	struct state *s = state;

	s->left = unlink_key(left_name(kit->place, kit->worker));
}

static enum seen see_left(const struct kit *kit, void *state, const char *op)
{
	const struct state *s = state;

	(void)kit, (void)op;
	return s->left ? SEEN_YES : SEEN_NO;
}

static void ipc_remove(const struct place *place, unsigned int worker)
{
	key_t key = key_of(place, worker);
	int id;

	if ((id = shmget(key, 0, 0)) >= 0)
		(void)shmctl(id, IPC_RMID, NULL);
	if ((id = semget(key, 0, 0)) >= 0)
		(void)semctl(id, 0, IPC_RMID);
	if ((id = msgget(key, 0)) >= 0)
		(void)msgctl(id, IPC_RMID, NULL);
	(void)syscall(SYS_mq_unlink, name_of(place, worker));
	(void)unlink_key(name_of(place, worker));
	(void)unlink_key(left_name(place, worker));
}

static const struct judge judges[] = {
	{"ipc.key-left", see_left},
	{NULL, NULL},
};

const struct decoy_family decoys_ipc = {
	.name = "ipc",
	.make = ipc_make,
	.arm = ipc_arm,
	.look = ipc_look,
	.judges = judges,
	.remove = ipc_remove,
};

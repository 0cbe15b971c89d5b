/* SPDX-License-Identifier: Apache-2.0 */
/* try-shared: the attempts of try.c at what programs share: IPC objects, keys, terminals. */
#ifndef PINFOLD_TRY_SHARED_H
#define PINFOLD_TRY_SHARED_H

#include <linux/keyctl.h>
#include <linux/tiocl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long number(const char *text)
{
	return text ? strtol(text, NULL, 0) : 0;
}

/* ---- IPC and keys ---------------------------------------------------------------------------- */

static int try_shm(char **a)
{
	return shmget((key_t)number(a[0]), 0, 0);
}

static int try_shm_make(char **a)
{
	return shmget((key_t)number(a[0]), 4096, IPC_CREAT | IPC_EXCL | 0666);
}

static int try_shm_remove(char **a)
{
	int id = shmget((key_t)number(a[0]), 0, 0);

	return id < 0 ? -1 : shmctl(id, IPC_RMID, NULL);
}

static int try_mq(char **a)
{
	return mq_open(a[0], O_RDONLY) < 0 ? -1 : 0;
}

static int try_mq_make(char **a)
{
	struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = a[1] ? number(a[1]) : 16};
	mqd_t q = mq_open(a[0], O_RDWR | O_CREAT | O_EXCL, 0666, &attr);

	/* The mode is cut by the umask, and the other uid of a test has to be able to read it. */
	return q < 0 ? -1 : fchmod(q, 0666);
}

static int try_mq_remove(char **a)
{
	return mq_unlink(a[0]);
}

static int try_key(char **a)
{
	return (int)syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", a[0], 0);
}

static int try_key_add(char **a)
{
	return (int)syscall(SYS_add_key, "user", a[0], "decoy", 5, KEY_SPEC_SESSION_KEYRING);
}

static int try_key_parent(char **a)
{
	(void)a;
	return (int)syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT);
}

/* ---- terminals ------------------------------------------------------------------------------- */

/* The request goes through syscall(2), because ioctl(3) may cut the high half off. */
static int try_tiocsti(char **a)
{
	unsigned long request = TIOCSTI | (unsigned long)number(a[1]) << 32;

	return (int)syscall(SYS_ioctl, 0, request, a[0]);
}

static int try_tioclinux(char **a)
{
	char what[] = {TIOCL_GETSHIFTSTATE, 0};

	return (int)syscall(SYS_ioctl, 0, TIOCLINUX | (unsigned long)number(a[0]) << 32, what);
}

static int try_ctty(char **a)
{
	return ioctl(0, TIOCSCTTY, number(a[0]));
}

/* A terminal that is nobody's yet becomes ours, and is typed into. */
static int try_ctty_type(char **a)
{
	return ioctl(0, TIOCSCTTY, 0) < 0 ? -1 : try_tiocsti(a);
}

static int try_session(char **a)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 || try_key_add(a) < 0)
		return -1;
	(void)execv(a[1], a + 1);
	return -1;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer net: a network namespace of its own (network_namespaces(7)).
 *
 * Should: bring the loopback up, so that programs which talk to themselves work; hide the host's
 * listeners, interfaces and abstract unix sockets.
 * Mustn't: make any other interface: there is no way out.
 *
 * The kernel takes half a millisecond to make a network namespace, as long as all other layers
 * together. So a thread makes it while the root is composed; the process joins the namespace on its
 * way in (setns(2)), and while it enters the root the thread still brings the loopback up. Nothing
 * uses the network in between, and the thread is gone before anything is locked.
 */
#include "pinfold.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "pool.h"

/* What the thread is asked for and answers. */
struct net_job {
	pthread_t thread;
	sem_t made; /* fd is there, or e says why not */
	int fd;	    /* the namespace, or -1 */
	bool failed;
	struct err e;
};

static int raise_loopback(struct err *e)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo;

	memset(&lo, 0, sizeof(lo));
	memcpy(lo.ifr_name, "lo", 3);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo))
		return fail(e, errno, "look at the loopback");
	lo.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &lo))
		return fail(e, errno, "bring the loopback up");
	return 0;
}

static int make_namespace(struct net_job *job)
{
	/* Before the long part, as the process is about to change its root. */
	autoclose int own = open("/proc/thread-self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (own < 0)
		return fail(&job->e, errno, "open /proc/thread-self/ns");
	if (unshare(CLONE_NEWNET))
		return fail(&job->e, errno, "make a network namespace");
	job->fd = openat(own, "net", O_RDONLY | O_CLOEXEC);
	return job->fd >= 0 ? 0 : fail(&job->e, errno, "open the network namespace");
}

static void *thread_main(void *arg)
{
	struct net_job *job = arg;

	job->failed = make_namespace(job) != 0;
	(void)sem_post(&job->made);
	if (!job->failed)
		job->failed = raise_loopback(&job->e) != 0;
	return NULL;
}

static int net_apply_maps(const struct plan *plan, struct run *run, struct err *e)
{
	struct net_job *job = pool_alloc(sizeof(*job));
	int num;

	(void)plan;
	job->fd = -1;
	(void)sem_init(&job->made, 0, 0); /* cannot fail for these values (sem_init(3)) */
	num = pthread_create(&job->thread, NULL, thread_main, job);
	run->net_job = job;
	return num ? fail(e, num, "start a thread") : 0;
}

static int net_apply_enter(const struct plan *plan, struct run *run, struct err *e)
{
	struct net_job *job = run->net_job;
	autoclose int fd = -1;

	(void)plan;
	while (sem_wait(&job->made))
		if (errno != EINTR)
			return fail(e, errno, "wait for the network namespace");
	fd = fd_take(&job->fd);
	if (fd < 0) {
		*e = job->e;
		return -1;
	}
	return setns(fd, CLONE_NEWNET) ? fail(e, errno, "enter the network namespace") : 0;
}

static int net_apply_lock(const struct plan *plan, struct run *run, struct err *e)
{
	struct net_job *job = run->net_job;
	int num;

	(void)plan;
	/* Who joins a session has been put into its namespace by setns(2). */
	if (!job)
		return 0;
	num = pthread_join(job->thread, NULL);
	if (num)
		return fail(e, num, "join the thread");
	if (job->failed)
		*e = job->e;
	return job->failed ? -1 : 0;
}

const struct layer layer_net = {
	.name = "net",
	.stops = "reach the network, the host's listeners and abstract unix sockets",
	.needs = "user",
	.ns = "net",
	.apply[STAGE_MAPS] = net_apply_maps,
	.apply[STAGE_ENTER] = net_apply_enter,
	.apply[STAGE_LOCK] = net_apply_lock,
};

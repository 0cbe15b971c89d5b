/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session-wire: packets between a launcher and whoever asks it something.
 *
 * Should: take a packet whole or not at all. Mustn't: believe a length, a count or a descriptor
 * that the packet does not have.
 */
#include "session.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pool.h"

int session_send(int fd, const struct session_head *head, const void *text, size_t size,
		 const int *fds, size_t fds_n)
{
	struct iovec parts[2] = {{(void *)(uintptr_t)head, sizeof(*head)},
				 {(void *)(uintptr_t)text, size}};
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(SESSION_FDS_MAX * sizeof(int))];
	} control = {0};
	struct msghdr m = {.msg_iov = parts, .msg_iovlen = size ? 2 : 1};

	if (fds_n) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(fds_n * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(fds_n * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, fds_n * sizeof(int));
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)(sizeof(*head) + size) ? 0 : -1;
}

int session_tell(int fd, enum session_verb verb, int number)
{
	struct session_head head = {.verb = verb, .number = number};

	return session_send(fd, &head, NULL, 0, NULL, 0);
}

void session_drop_fds(struct session_packet *p)
{
	for (size_t i = 0; i < p->fds_n; i++)
		fd_cleanup(&p->fds[i]);
	p->fds_n = 0;
}

static void take_fds(struct msghdr *m, struct session_packet *p)
{
	const struct cmsghdr *h = CMSG_FIRSTHDR(m);

	if (!h || h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
		return;
	p->fds_n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(p->fds, CMSG_DATA(h), p->fds_n * sizeof(int));
}

int session_receive(int fd, struct session_packet *p)
{
	struct iovec parts[2] = {{&p->head, sizeof(p->head)}, {p->text, SESSION_TEXT_MAX}};
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(SESSION_FDS_MAX * sizeof(int))];
	} control;
	struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n;

	p->fds_n = 0;
	do {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return (int)n;
	take_fds(&m, p);
	if ((size_t)n < sizeof(p->head) || (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		session_drop_fds(p);
		errno = EBADMSG;
		return -1;
	}
	p->size = (size_t)n - sizeof(p->head);
	p->text[p->size] = '\0';
	return 1;
}

const char *const *session_words(const struct session_packet *p)
{
	struct str_list words = {NULL, 0};
	const char *at = p->text, *end = p->text + p->size;

	if (p->head.words > p->size || (p->size && end[-1]))
		return NULL;
	for (; at < end; at += strlen(at) + 1)
		pool_list_add(&words, at);
	if (words.n != p->head.words)
		return NULL;
	pool_list_add(&words, NULL);
	return words.v;
}

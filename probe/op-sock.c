/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Families sock and net, part 3: services of the host, by a path, by an abstract name, by an
 * address.
 *
 * Each decoy answers with the token, as no other would. Should say nothing to it but a question
 * mark, where a datagram has to be sent at all. Mustn't speak to any service that it was not told
 * of.
 */
#include "probe.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fd.h"

enum { ANSWER_MS = 300 }; /* a decoy answers at once; a datagram into the void is never answered */

struct target {
	struct sockaddr_storage address;
	socklen_t size;
};

/* Below the told directory; a name that begins with @ is abstract, and told whole. */
static bool find_unix(const struct probe *probe, struct trial *t, struct target *to)
{
	struct sockaddr_un *un = (struct sockaddr_un *)(void *)&to->address;
	const char *name = probe->op->at;
	char path[PATH_SIZE];
	size_t n;

	memset(to, 0, sizeof(*to));
	un->sun_family = AF_UNIX;
	if (*name == '@') {
		name = told(probe, t, "abstract");
		if (!name)
			return false;
		(void)snprintf(path, sizeof(path), "%s%s", name, probe->op->at + 1);
	} else if (!told_path(probe, t, "services", path)) {
		return false;
	}
	n = strlen(path);
	if (n + 1 >= sizeof(un->sun_path)) {
		trial_broken(t, ENAMETOOLONG, "the path of the socket");
		return false;
	}
	memcpy(un->sun_path + (*probe->op->at == '@'), path, n);
	to->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	return true;
}

static bool find_address(const struct probe *probe, struct trial *t, struct target *to)
{
	const char *text = told(probe, t, probe->op->at);

	to->size = text ? address_read(text, &to->address) : 0;
	return to->size;
}

static void judge_answer(const struct probe *probe, struct trial *t, int fd)
{
	const char *token = told(probe, t, "token");
	char said[64] = "";
	ssize_t n;

	if (!token)
		return;
	if (poll(&(struct pollfd){fd, POLLIN, 0}, 1, ANSWER_MS) != 1) {
		trial_faked(t, "nobody answered");
		return;
	}
	n = recv(fd, said, sizeof(said), 0);
	if (n < 0)
		trial_refused(t, errno, "recv");
	else if ((size_t)n != strlen(token) || memcmp(said, token, (size_t)n))
		trial_faked(t, "another one answered");
	else
		trial_reached(t, "the service answered");
}

/* One connection does not use up the ports: there is no address to make it from. */
static void refuse_connect(struct trial *t, int num)
{
	if (num == EADDRNOTAVAIL)
		trial_blocked(t, num, "connect");
	else
		trial_refused(t, num, "connect");
}

static void talk(const struct probe *probe, struct trial *t, const struct target *to)
{
	int type = (int)probe->op->arg;
	autoclose int fd = TRY(t, socket(to->address.ss_family, type | SOCK_CLOEXEC, 0));

	if (fd < 0)
		trial_refused(t, errno, "socket");
	else if (TRY(t, connect(fd, (const void *)&to->address, to->size)))
		refuse_connect(t, errno);
	else if (type == SOCK_DGRAM && TRY(t, send(fd, "?", 1, MSG_NOSIGNAL)) != 1)
		trial_refused(t, errno, "send");
	else if (probe->op->judged == JUDGED_OUTSIDE)
		/* The answer would look for us in the service's own network. */
		trial_reached(t, "it was sent");
	else
		judge_answer(probe, t, fd);
}

static void talk_unix(const struct probe *probe, struct trial *t)
{
	struct target to;

	if (find_unix(probe, t, &to))
		talk(probe, t, &to);
}

static void talk_address(const struct probe *probe, struct trial *t)
{
	struct target to;

	if (find_address(probe, t, &to))
		talk(probe, t, &to);
}

#define UNIX(word, text, where, name)                                                              \
	{                                                                                          \
		.id = (word), .title = (text), .source = (where), .decoys = {"services", "token"}, \
		.clean = true, .run = talk_unix, .at = (name), .arg = SOCK_STREAM                  \
	}

static const struct op services[] = {
	UNIX("sock.docker", "speak to Docker", "dockerd(8): root on the host", "docker.sock"),
	UNIX("sock.podman", "speak to Podman", "podman-system-service(1)", "podman/podman.sock"),
	UNIX("sock.containerd", "speak to containerd", "CVE-2020-15257", "containerd.sock"),
	UNIX("sock.dbus-system", "speak to the system bus", "dbus-daemon(1)",
	     "dbus/system_bus_socket"),
	UNIX("sock.dbus-session", "speak to the session bus",
	     "systemd-run(1) --user: a program outside", "bus"),
	UNIX("sock.ssh-agent", "speak to the ssh agent", "ssh-agent(1)", "ssh-agent"),
	UNIX("sock.gpg-agent", "speak to the GnuPG agent", "gpg-agent(1)", "S.gpg-agent"),
	UNIX("sock.x11", "speak to the X server", "X(7): types into every window", "X0"),
	UNIX("sock.wayland", "speak to the Wayland compositor", "wayland(7)", "wayland-0"),
	UNIX("sock.pulse", "speak to the sound server", "pulseaudio(1): hears", "pulse/native"),
	UNIX("sock.tmux", "speak to tmux", "tmux(1): types into every shell", "tmux/default"),
	UNIX("sock.editor", "speak to the editor", "field reports of editors' remote sockets",
	     "editor-ipc.sock"),
};

static const struct op addresses[] = {
	{.id = "net.unix-dgram",
	 .title = "send to a service of the host",
	 .source = "unix(7), sd_notify(3)",
	 .decoys = {"services"},
	 .judged = JUDGED_OUTSIDE,
	 .clean = true,
	 .run = talk_unix,
	 .at = "notify",
	 .arg = SOCK_DGRAM},
	{.id = "net.unix-abstract",
	 .title = "connect to an abstract socket",
	 .source = "unix(7); CVE-2020-15257",
	 .decoys = {"abstract", "token"},
	 .clean = true,
	 .run = talk_unix,
	 .at = "@",
	 .arg = SOCK_STREAM},
	{.id = "net.unix-abstract-dgram",
	 .title = "send to an abstract socket",
	 .source = "unix(7)",
	 .decoys = {"abstract"},
	 .judged = JUDGED_OUTSIDE,
	 .clean = true,
	 .run = talk_unix,
	 .at = "@-dgram",
	 .arg = SOCK_DGRAM},
	{.id = "net.connect-tcp6",
	 .title = "connect to a listener on ::1",
	 .source = "ipv6(7)",
	 .decoys = {"connect6", "token"},
	 .clean = true,
	 .run = talk_address,
	 .at = "connect6",
	 .arg = SOCK_STREAM},
	{.id = "net.udp",
	 .title = "send to a service on 127.0.0.1",
	 .source = "udp(7); not seen by Landlock",
	 .decoys = {"udp", "token"},
	 .clean = true,
	 .run = talk_address,
	 .at = "udp",
	 .arg = SOCK_DGRAM},
};

const struct family family_sock = FAMILY("sock", services);
const struct family family_net_services = FAMILY("net", addresses);

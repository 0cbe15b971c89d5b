/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Family leak: secrets of the caller, and what tells of the host.
 *
 * Should compare what is found with what whoever started the probe has found outside. Mustn't send
 * or print it.
 */
#include "probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "fd.h"

/* Reached where the variable holds the token. */
static void read_environment(const struct probe *probe, struct trial *t)
{
	const char *name = told(probe, t, "secret-variable"), *value;
	const char *token = name ? told(probe, t, "token") : NULL;

	if (!token)
		return;
	trial_stage(t, STAGE_TRYING);
	value = getenv(name);
	if (!value)
		trial_faked(t, "there is no such variable");
	else if (!str_equal(value, token))
		trial_faked(t, "the variable holds something else");
	else
		trial_reached(t, "the variable holds the secret");
}

static void read_hostname(const struct probe *probe, struct trial *t)
{
	struct utsname u = {0};

	if (TRY(t, uname(&u)))
		trial_refused(t, errno, "uname");
	else
		told_sum(probe, t, u.nodename, strlen(u.nodename));
}

/* Reached where the file holds the told word. */
static void find_word(const struct probe *probe, struct trial *t)
{
	const char *word = told_own(probe, t, "word.");
	char text[16384];
	ssize_t n;

	if (!word)
		return;
	n = TRY(t, fd_read_file(probe->op->at, text, sizeof(text)));
	if (n < 0)
		trial_refused(t, errno, "read %s", probe->op->at);
	else if (strstr(text, word))
		trial_reached(t, "it tells of the host");
	else
		trial_faked(t, "nothing of the host is in it");
}

static const struct op ops[] = {
	{
		.id = "leak.environ",
		.title = "read a secret of the environment",
		.source = "environ(7)",
		.decoys = {"secret-variable", "token"},
		.clean = true,
		.run = read_environment,
	},
	{
		.id = "leak.hostname",
		.title = "read the host's name",
		.source = "uname(2)",
		.decoys = {"sum."},
		.clean = true,
		.run = read_hostname,
	},
	{
		.id = "leak.mountinfo",
		.title = "read what is mounted on the host",
		.source = "proc_pid_mountinfo(5)",
		.decoys = {"word."},
		.clean = true,
		.at = "/proc/self/mountinfo",
		.run = find_word,
	},
};

const struct family family_leak = FAMILY("leak", ops);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * told: what many operations have in common: finding their decoy, and knowing it by its content.
 *
 * Should skip an operation that was told of no decoy: there is nothing to say of it. Mustn't call
 * anything REACHED whose content is not the decoy's.
 */
#include "probe.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"

static const char *at_of(const struct op *op)
{
	return op->at ? op->at : op->id;
}

const char *told(const struct probe *probe, struct trial *t, const char *key)
{
	const char *value = decoy_get(&probe->decoys, key);

	if (!value && t->told_absent)
		trial_refused(t, ENOENT, "this host can have no such decoy");
	else if (!value)
		trial_skipped(t, "no decoy: takes --decoy %s=...", key);
	return value;
}

const char *told_own(const struct probe *probe, struct trial *t, const char *family)
{
	char key[64];

	(void)snprintf(key, sizeof(key), "%s%s", family, probe->op->id);
	return told(probe, t, key);
}

bool told_path(const struct probe *probe, struct trial *t, const char *key, char path[PATH_SIZE])
{
	const char *dir = told(probe, t, key);

	if (dir)
		(void)snprintf(path, PATH_SIZE, "%s/%s", dir, at_of(probe->op));
	return dir;
}

bool told_content(const struct probe *probe, struct trial *t, char content[PATH_SIZE])
{
	const char *token = told(probe, t, "token");

	if (token)
		(void)snprintf(content, PATH_SIZE, "%s %s\n", token, at_of(probe->op));
	return token;
}

void told_read(const struct probe *probe, struct trial *t, int fd)
{
	char want[PATH_SIZE], found[PATH_SIZE] = "";
	struct stat st;
	ssize_t n;

	if (!told_content(probe, t, want))
		return;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		trial_faked(t, "a directory is there");
		return;
	}
	n = TRY(t, pread(fd, found, sizeof(found) - 1, 0));
	if (n < 0 && errno == ESPIPE)
		trial_faked(t, "something else than a file is there");
	else if (n < 0)
		trial_refused(t, errno, "read");
	else if ((size_t)n < strlen(want) || memcmp(found, want, strlen(want)))
		trial_faked(t, "another content is there");
	else
		trial_reached(t, "its content is the decoy's");
}

void told_sum(const struct probe *probe, struct trial *t, const void *data, size_t size)
{
	const char *want = told_own(probe, t, "sum.");
	char text[SUM_TEXT];

	if (!want)
		return;
	sum_print(text, hash_add(HASH_START, data, size));
	if (str_equal(text, want))
		trial_reached(t, "what it says is the host's");
	else
		trial_faked(t, "it says something else than the host");
}

bool told_afterwards(const struct probe *probe)
{
	return decoy_yes(&probe->decoys, "afterwards");
}

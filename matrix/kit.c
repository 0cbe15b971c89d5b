/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kit: walks the families of decoys: makes, arms, looks, judges.
 *
 * Should know every family by its row and no decoy. Mustn't judge what was not armed in order:
 * where that failed the run is not made at all.
 */
#include "decoy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

extern const struct decoy_family decoys_dev, decoys_environment, decoys_fds, decoys_files,
	decoys_host, decoys_ipc, decoys_services, decoys_tty, decoys_victim;

const struct decoy_family *const decoy_families[] = {
	&decoys_files, /* first: others put things into its directories */
	&decoys_fds,	&decoys_environment, &decoys_host, &decoys_tty, &decoys_dev,
	&decoys_victim, &decoys_services,    &decoys_ipc,  NULL,
};

int kit_token(char token[TOKEN], struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	unsigned char random[TOKEN - 1];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return fail(e, errno, "getrandom");
	for (size_t i = 0; i < sizeof(random); i++)
		token[i] = letters[random[i] % 32];
	token[TOKEN - 1] = '\0';
	return 0;
}

void kit_tell(struct kit *kit, const char *fmt, ...)
{
	char word[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(word, sizeof(word), fmt, ap);
	va_end(ap);
	pool_list_add(&kit->args, "--decoy");
	pool_list_add(&kit->args, pool_copy(word));
}

void kit_absent(struct kit *kit, const char *op)
{
	pool_list_add(&kit->absent, op);
}

int kit_inherit(struct kit *kit, int fd, int number, struct err *e)
{
	int ours = fcntl(fd, F_DUPFD_CLOEXEC, KIT_FD_FIRST);

	(void)close(fd);
	if (ours < 0 || kit->fds_n == KIT_FDS)
		return fail(e, ours < 0 ? errno : 0, "a descriptor for the command");
	kit->fds[kit->fds_n++] = (struct child_fd){ours, number};
	return 0;
}

void kit_keep(struct kit *kit, pid_t pid)
{
	if (kit->keep_n < KIT_PROCESSES)
		kit->keep[kit->keep_n++] = pid;
}

/* All that is said to be absent goes into one word. */
static void tell_absent(struct kit *kit)
{
	const char *list = NULL;

	for (size_t i = 0; i < kit->absent.n; i++)
		list = list ? pool_printf("%s,%s", list, kit->absent.v[i]) : kit->absent.v[i];
	if (list)
		kit_tell(kit, "absent=%s", list);
}

static void take_shared(struct kit *kit, const struct decoy *shared)
{
	for (size_t i = 0; i < shared->args.n; i++)
		pool_list_add(&kit->args, shared->args.v[i]);
	for (size_t i = 0; i < shared->absent.n; i++)
		kit_absent(kit, shared->absent.v[i]);
}

static size_t families_count(void)
{
	size_t n = 0;

	while (decoy_families[n])
		n++;
	return n;
}

static const char *const *make_environment(const struct kit *kit)
{
	extern char **environ;
	struct str_list list = {0};

	for (char **v = environ; *v; v++) {
		bool ours = false;

		for (size_t i = 0; i < kit->env.n; i++) {
			size_t n = strcspn(kit->env.v[i], "=") + 1;

			ours = ours || strncmp(*v, kit->env.v[i], n) == 0;
		}
		if (!ours)
			pool_list_add(&list, *v);
	}
	for (size_t i = 0; i < kit->env.n; i++)
		pool_list_add(&list, kit->env.v[i]);
	pool_list_add(&list, NULL);
	return list.v;
}

int kit_make(struct kit *kit, const struct place *place, unsigned int worker,
	     const struct decoy *shared, struct err *e)
{
	*kit = (struct kit){.place = place, .worker = worker};
	kit->states = pool_alloc(families_count() * sizeof(*kit->states));
	(void)snprintf(kit->dir, sizeof(kit->dir), "%s/%u", place->at[PLACE_HIDDEN], worker);
	if (mkdir(kit->dir, 0755))
		return fail(e, errno, "make %s", kit->dir);
	if (kit_token(kit->token, e))
		return -1;
	take_shared(kit, shared);
	kit_tell(kit, "token=%s", kit->token);
	kit_tell(kit, "afterwards=yes");
	for (size_t i = 0; decoy_families[i]; i++)
		if (decoy_families[i]->make(kit, &kit->states[i], e)) {
			err_where(e, "decoys: %s", decoy_families[i]->name);
			return -1;
		}
	tell_absent(kit);
	kit->environment = make_environment(kit);
	return 0;
}

int kit_arm(struct kit *kit, struct err *e)
{
	for (size_t i = 0; decoy_families[i]; i++)
		if (decoy_families[i]->arm && decoy_families[i]->arm(kit, kit->states[i], e)) {
			err_where(e, "decoys: %s", decoy_families[i]->name);
			return -1;
		}
	return 0;
}

void kit_look(struct kit *kit)
{
	for (size_t i = 0; decoy_families[i]; i++)
		if (decoy_families[i]->look)
			decoy_families[i]->look(kit, kit->states[i]);
}

static enum seen judge_by(const struct decoy_family *f, const struct kit *kit, void *state,
			  const char *op)
{
	for (const struct judge *j = f->judges; j && j->op; j++)
		if (str_equal(j->op, op))
			return j->see(kit, state, op);
	return f->judge ? f->judge(kit, state, op) : SEEN_NONE;
}

static enum seen judge_one(const struct kit *kit, const char *op)
{
	enum seen seen = SEEN_NONE;

	for (size_t i = 0; decoy_families[i] && seen == SEEN_NONE; i++)
		seen = judge_by(decoy_families[i], kit, kit->states[i], op);
	return seen;
}

void kit_judge(const struct kit *kit, const struct ops *ops, uint8_t *seen)
{
	for (size_t i = 0; i < ops->n; i++)
		seen[i] = judge_one(kit, ops->v[i].id);
}

void kit_remove(const struct place *place, unsigned int worker)
{
	for (size_t i = 0; decoy_families[i]; i++)
		if (decoy_families[i]->remove)
			decoy_families[i]->remove(place, worker);
}

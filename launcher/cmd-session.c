/* SPDX-License-Identifier: Apache-2.0 */
/* cmd-session: `pinfold ps`, `stop`, `exec` and `attach`: what is asked of sessions (session.h). */
#include "session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "opt.h"
#include "pool.h"
#include "table.h"

enum { WORDS_FIRST = 3 }; /* of SESSION_INFO: started, state, profile; then the command's */

struct request {
	bool json, help;
	const char *grace;
};

static const struct opt ps_opts[] = {
	{"json", OPT_FLAG, offsetof(struct request, json), NULL, "print JSON"},
	{"help", OPT_FLAG, offsetof(struct request, help), NULL, "print this help"},
	OPT_END,
};

static const struct opt stop_opts[] = {
	{"grace", OPT_STRING, offsetof(struct request, grace), "TIME",
	 "kill it this long after SIGTERM (default: 10s)"},
	{"help", OPT_FLAG, offsetof(struct request, help), NULL, "print this help"},
	OPT_END,
};

static const struct opt plain_opts[] = {
	{"help", OPT_FLAG, offsetof(struct request, help), NULL, "print this help"},
	OPT_END,
};

/* One of the four: how it is called, and what it does with the words behind its options. */
struct verb {
	const char *usage, *about;
	const struct opt *opts;
	int least, most; /* words */
	int (*run)(const struct request *r, char **words, int *status, struct err *e);
};

/* ---- ps ----------------------------------------------------------------------------------------
 */

static int order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_names(int all, struct str_list *names)
{
	int copy = openat(all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	struct err e;

	while (list && (entry = readdir(list)))
		if (session_check_name(entry->d_name, &e) == 0)
			pool_list_add(names, pool_copy(entry->d_name));
	if (list)
		(void)closedir(list);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), order);
}

/* False where there is none of that name any more. */
static bool ask(int all, const char *name, struct session_packet *p)
{
	struct timeval patience = {.tv_sec = 2};
	struct err e = {0};
	autoclose int fd = session_connect(all, name, &e);

	if (fd < 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return session_tell(fd, SESSION_PS, 0) == 0 && session_receive(fd, p) == 1 &&
	       p->head.verb == SESSION_INFO;
}

static void print_json(struct out *out, const char *name, const struct session_packet *p,
		       const char *const *words)
{
	struct str_list command = {(const char **)(uintptr_t)words + WORDS_FIRST, 0};

	while (words[WORDS_FIRST + command.n])
		command.n++;
	out_object(out, NULL);
	out_str(out, "name", name);
	out_int(out, "pid", p->head.number);
	out_int(out, "started", strtoll(words[0], NULL, 10));
	out_str(out, "state", words[1]);
	out_str(out, "profile", words[2]);
	out_list(out, "command", &command);
	out_object_end(out);
}

static void add_row(struct table *table, const char *name, const struct session_packet *p,
		    const char *const *words)
{
	time_t started = (time_t)strtoll(words[0], NULL, 10);
	const char *command = "";
	char when[32] = "";
	struct tm t;

	for (size_t i = WORDS_FIRST; words[i]; i++)
		command = pool_printf("%s%s%s", command, *command ? " " : "", words[i]);
	if (localtime_r(&started, &t))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &t);
	table_row(table, (const char *const[]){name, pool_printf("%d", p->head.number),
					       pool_copy(when), words[1], words[2], command});
}

static int run_ps(const struct request *r, char **none, int *status, struct err *e)
{
	static const char *const head[] = {"NAME", "PID", "STARTED", "STATE", "PROFILE", "COMMAND"};
	const char *path;
	autoclose int all = session_open_all(false, &path, e);
	struct str_list names = {NULL, 0};
	struct table table;
	struct out out;

	(void)none, (void)status;
	if (all < 0 && e->what[0])
		return -1;
	if (all >= 0)
		read_names(all, &names);
	table_begin(&table, head, ARRAY_SIZE(head));
	if (r->json) {
		out_begin(&out, stdout, OUT_JSON);
		out_array(&out, "sessions");
	}
	for (size_t i = 0; i < names.n; i++) {
		struct session_packet *p = pool_alloc(sizeof(*p));
		const char *const *words = ask(all, names.v[i], p) ? session_words(p) : NULL;

		if (!words || p->head.words <= WORDS_FIRST)
			continue;
		if (r->json)
			print_json(&out, names.v[i], p, words);
		else
			add_row(&table, names.v[i], p, words);
	}
	if (!r->json) {
		table_print(&table, stdout, TABLE_TEXT);
		return 0;
	}
	out_array_end(&out);
	return out_end(&out) ? fail(e, errno, "print the sessions") : 0;
}

/* ---- stop, exec, attach ------------------------------------------------------------------------
 */

static int find(const char *name, struct err *e)
{
	const char *path;
	autoclose int all = -1;
	int fd;

	if (session_check_name(name, e))
		return err_where(e, "%s", "NAME");
	all = session_open_all(false, &path, e);
	if (all < 0 && e->what[0])
		return -1;
	if (all < 0) {
		err_where(e, "%s", name);
		err_remedy(e, "`pinfold ps` lists those that there are.");
		return fail(e, 0, "there is no such session");
	}
	fd = session_connect(all, name, e);
	return fd >= 0 ? fd : err_where(e, "%s", name);
}

static int run_stop(const struct request *r, char **words, int *status, struct err *e)
{
	uint64_t ms = SESSION_GRACE_MS;
	struct session_packet *p = pool_alloc(sizeof(*p));
	autoclose int fd = -1;

	(void)status;
	if (r->grace && (amount_read(r->grace, AMOUNT_TIME, &ms) || ms > INT32_MAX)) {
		err_where(e, "--grace");
		err_remedy(e, "Write %s.", amount_form(AMOUNT_TIME));
		return fail(e, 0, "\"%s\" is no time", r->grace);
	}
	fd = find(words[0], e);
	if (fd < 0)
		return -1;
	if (session_tell(fd, SESSION_STOP, (int)ms))
		return fail(e, errno, "ask the session's launcher");
	/* It has nothing to say; the end of the socket is that of the session. */
	while (session_receive(fd, p) > 0)
		session_drop_fds(p);
	return 0;
}

static int run_exec(const struct request *r, char **words, int *status, struct err *e)
{
	autoclose int fd = find(words[0], e);
	char **command = words + 1;

	(void)r;
	if (fd < 0)
		return -1;
	if (*command && str_equal(*command, "--"))
		command++;
	if (!*command) {
		err_remedy(e, "Write: pinfold exec NAME -- COMMAND [ARG...]");
		return fail(e, 0, "no command is given");
	}
	return session_exec(fd, (const char *const *)command, status, e);
}

static int run_attach(const struct request *r, char **words, int *status, struct err *e)
{
	autoclose int fd = find(words[0], e);

	(void)r;
	if (fd < 0)
		return -1;
	if (session_attach(fd, words[0], status, e) == 0)
		return 0;
	return e->where[0] ? -1 : err_where(e, "%s", words[0]);
}

static const struct verb verbs[] = {
	{"ps [--json]", "Lists your sessions (pinfold run --name).", ps_opts, 0, 0, run_ps},
	{"stop [--grace TIME] NAME",
	 "Ends a session: SIGTERM, then SIGKILL; returns when it has ended.", stop_opts, 1, 1,
	 run_stop},
	{"exec NAME [--] COMMAND [ARG...]", "Runs a command more in a session, behind its layers.",
	 plain_opts, 1, -1, run_exec},
	{"attach NAME",
	 "Puts this terminal before the command of a session that was detached. Three ^] within\n"
	 "a second leave it again.",
	 plain_opts, 1, 1, run_attach},
};

int cmd_session(int argc, char **argv)
{
	const struct verb *v = verbs;
	struct request r = {0};
	struct err e = {0};
	int status = 0, first;

	while (!str_starts(v->usage, argv[0]))
		v++;
	first = opt_parse(v->opts, argc, argv, &r, &e);
	if (first >= 0 && r.help) {
		printf("usage: pinfold %s\n\n%s\n\n", v->usage, v->about);
		opt_print_help(stdout, v->opts);
		return 0;
	}
	if (first >= 0 && (argc - first < v->least || (v->most >= 0 && argc - first > v->most))) {
		err_remedy(&e, "Write: pinfold %s", v->usage);
		first = fail(&e, 0,
			     argc - first < v->least ? "no session is named"
						     : "there are too many words");
	}
	if (first >= 0 && v->run(&r, argv + first, &status, &e) == 0)
		return status;
	err_print(&e, "pinfold");
	return err_exit_code(&e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h: all nouns of the probe. Read this first, then ops.c, then one op-FAMILY.c.
 *
 *     argv -> struct asked -> rows of struct op -> run.c: children -> struct trial -> report.c
 *
 * The probe asks one question: from in here, what can code really reach? It knows of no sandbox. No
 * row says who ought to block it; who did is found out by whoever runs the probe twice.
 *
 * An operation aims at a decoy which it is told of (--decoy KEY=VALUE), and is REACHED only where
 * that decoy was: a sandbox that shows another /etc/passwd has not let the host's be read.
 */
#ifndef PROBE_H
#define PROBE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "err.h"
#include "out.h"
#include "str.h"

/* ---- what came of it ----------------------------------------------------------------------- */

enum outcome {
	OUTCOME_NONE,	 /* not yet known */
	OUTCOME_REACHED, /* it was done, and where it could be faked, shown by content */
	OUTCOME_BLOCKED, /* it was refused (errno), or something else was put in its place (none) */
	OUTCOME_ABSENT,	 /* this kernel or host has no such thing to reach */
	OUTCOME_BROKEN,	 /* the probe could not tell: counts for nobody */
	OUTCOME_SKIPPED	 /* not tried, for the reason in detail */
};

/* "REACHED" ...; "NONE" for OUTCOME_NONE. */
const char *outcome_name(enum outcome outcome);

/*
 * What a refusal by errno means; pure. The rule, whose rows stand in outcome.c:
 *  - a shortage, an interruption or a question that the kernel did not understand is BROKEN;
 *  - ENXIO and ENODEV come from a node or type whose driver the kernel lacks, which nothing that
 *    merely hides things makes up: ABSENT;
 *  - "no such thing" (ENOENT, ENOSYS, EAFNOSUPPORT ...) is what both a host without it and a
 *    sandbox that hides it say. In here they cannot be told apart, so it is BLOCKED, unless
 *    whoever runs the probe has said that the host has none (--decoy absent=ID): ABSENT;
 *  - everything else is BLOCKED.
 */
enum outcome outcome_of_errno(int num, bool told_absent);

/* ---- one attempt --------------------------------------------------------------------------- */

/* Where an operation was when it ended: what lets a killed one still say something. */
enum stage {
	STAGE_IDLE,    /* not begun */
	STAGE_STARTED, /* in calls around the one that is tried */
	STAGE_TRYING,  /* in the very call that is tried */
	STAGE_DONE     /* it came back: outcome, num and detail are set */
};

/* Lies in memory that the operation's child and the probe share, so it holds no pointers. */
struct trial {
	int stage; /* enum stage; by trial_stage() and TRY() only */
	enum outcome outcome;
	int num;	  /* errno(3) of the refusal, 0 where there is none */
	bool told_absent; /* the host is said to have no such thing */
	char detail[200]; /* one line for a person; no numbers that differ between two runs */
};

static inline void trial_stage(struct trial *t, enum stage stage)
{
	__atomic_store_n(&t->stage, (int)stage, __ATOMIC_RELEASE);
}

/* Makes the call that the operation is about; its value is the call's, errno is kept. */
#define TRY(t, call)                                                                               \
	({                                                                                         \
		trial_stage(t, STAGE_TRYING);                                                      \
		__typeof__(call) try_result = (call);                                              \
		trial_stage(t, STAGE_STARTED);                                                     \
		try_result;                                                                        \
	})

/* Each sets the outcome and the detail (printf style); the last one said counts. */
#define TRIAL_FORMAT(n) __attribute__((format(printf, n, (n) + 1)))
void trial_reached(struct trial *t, const char *fmt, ...) TRIAL_FORMAT(2);
/* By outcome_of_errno(); detail names the call. */
void trial_refused(struct trial *t, int num, const char *fmt, ...) TRIAL_FORMAT(3);
/* BLOCKED, where the errno means just that here, whatever it means elsewhere. */
void trial_blocked(struct trial *t, int num, const char *fmt, ...) TRIAL_FORMAT(3);
/* BLOCKED without an errno: the call went well, and what it gave is not the decoy. */
void trial_faked(struct trial *t, const char *fmt, ...) TRIAL_FORMAT(2);
void trial_broken(struct trial *t, int num, const char *fmt, ...) TRIAL_FORMAT(3);
void trial_skipped(struct trial *t, const char *fmt, ...) TRIAL_FORMAT(2);
/* Adds to the detail: what could not be undone. */
void trial_add(struct trial *t, const char *fmt, ...) TRIAL_FORMAT(2);

/* ---- what the probe is told ---------------------------------------------------------------- */

enum decoy_kind {
	DECOY_WORD,    /* any text without control bytes */
	DECOY_PATH,    /* an absolute path */
	DECOY_SUM,     /* 16 hexadecimal digits, as --sum prints */
	DECOY_NUMBER,  /* a decimal number */
	DECOY_YES,     /* "yes" or "no" */
	DECOY_ADDRESS, /* ADDR:PORT or [ADDR]:PORT */
	DECOY_OPS      /* patterns of ids, with commas */
};

struct decoy_key {
	const char *name; /* one that ends in a dot goes on with an operation's id */
	enum decoy_kind kind;
	const char *help; /* one line */
};

/* The known keys; the last row has no name. */
extern const struct decoy_key decoy_keys[];

struct decoys {
	struct str_list words; /* KEY=VALUE, each key once */
};

/* Adds KEY=VALUE words. -1 with e where a key is unknown or told twice, or a value is malformed. */
int decoys_read(const struct str_list *words, struct decoys *decoys, struct err *e);

/*
 * Adds the words of a description, one a line; empty lines and those that begin with # say nothing.
 * text is cut up in place and kept.
 */
int decoys_read_text(char *text, struct decoys *decoys, struct err *e);
int decoys_read_file(const char *path, struct decoys *decoys, struct err *e);

/* The value of a key, or NULL. */
const char *decoy_get(const struct decoys *decoys, const char *name);

/* True where the key's value is "yes". */
bool decoy_yes(const struct decoys *decoys, const char *name);

/* Reads ADDR:PORT (numbers only: no name is ever looked up). Returns the address' size, 0 if none.
 */
socklen_t address_read(const char *text, struct sockaddr_storage *address);

/*
 * The checksum of a file's bytes from where fd stands to its end: FNV-1a, 64 bits (lib/hash.h). As
 * text it is 16 hexadecimal digits; that text is what passwd-sum and shadow-sum take.
 */
int sum_read(int fd, uint64_t *sum);

enum { SUM_TEXT = 17 };

void sum_print(char text[SUM_TEXT], uint64_t sum);

/* ---- the operations ------------------------------------------------------------------------ */

/* What every operation may know. */
struct probe {
	struct decoys decoys;
	uint32_t timeout_ms; /* for one operation */
	uint32_t jobs;	     /* operations at a time */
	uint32_t parent;     /* who started the probe; 0 where that is in another pid namespace */
	uint64_t nonce;	     /* new in each run: for names and tokens that nobody else has */
	const struct op *op; /* the one that is tried: one function may serve many rows */
};

/* Who can tell that it was reached. */
enum judged {
	JUDGED_INSIDE,	  /* the operation itself: by content */
	JUDGED_OUTSIDE,	  /* whoever made the decoy, at the end of the run: REACHED is a claim */
	JUDGED_AFTERWARDS /* likewise, by what is left when the sandbox is gone */
};

/* Who reaches it where there is no sandbox. */
enum caller {
	CALLER_USER, /* an ordinary user */
	CALLER_ROOT  /* who has all capabilities, if only in namespaces of its own */
};

struct op {
	const char *id;	       /* family.name */
	const char *title;     /* for people, as in the seed where it is there */
	const char *source;    /* manual page, CVE or issue: one line */
	const char *decoys[6]; /* the keys it looks at; the last is NULL */
	enum judged judged;
	enum caller caller;
	bool clean;	    /* leaves its process as it was: others may run in the same one */
	bool alone;	    /* with --jobs too nothing else is tried at the same time */
	unsigned int order; /* place before the others, from 1; 0: after them, as in its family */
	const char *at;	    /* for run(): where, or of what; NULL: the id says it */
	long arg;	    /* for run(): a number */

	/* Tries it, in a child and within the time limit, and undoes it. */
	void (*run)(const struct probe *probe, struct trial *t);

	/* Undoes what a killed run() may have left; in a child too. NULL: it leaves nothing. */
	void (*undo)(const struct probe *probe);

	/*
	 * For an operation that can end the probe itself: called in the probe's own process, after
	 * everything else is done and printed, where run() came back REACHED. NULL: run() is all.
	 */
	void (*finish)(const struct probe *probe, struct trial *t);
};

struct family {
	const char *name;
	const struct op *ops;
	size_t n;
};

#define FAMILY(word, rows)                                                                         \
	{                                                                                          \
		.name = (word), .ops = (rows), .n = ARRAY_SIZE(rows)                               \
	}

extern const struct family family_cap, family_dev, family_dev_own, family_fd, family_fs,
	family_fs_change, family_fs_look, family_fs_make, family_fs_read, family_ipc, family_kern,
	family_kern_answers, family_leak, family_mount, family_mount_more, family_net,
	family_net_kinds, family_net_services, family_ns, family_persist, family_proc,
	family_proc_victim, family_res, family_sock, family_time, family_trace, family_trace_victim,
	family_tty;

/* The families, NULL at the end. */
extern const struct family *const families[];

struct op_list {
	const struct op **v;
	size_t n;
};

/* All operations in their order; those with finish() are last. */
struct op_list ops_all(void);

/*
 * Those that patterns (each one or more ids or globs of ids, with commas; fnmatch(3)) name, in the
 * order of ops_all(); all where there are no patterns. -1 with e naming a pattern that fits none.
 */
int ops_select(const struct str_list *patterns, struct op_list *list, struct err *e);

/* Adds patterns for the families in names (with commas); "seed" is the ten of the document that the
 * first table follows. -1 with e naming an unknown one.
 */
int ops_families(const struct str_list *names, struct str_list *patterns, struct err *e);

/* The operation of that very id, or NULL. */
const struct op *ops_find(const char *id);

/* True where one of the patterns in text, with commas between them, fits id. */
bool ops_match(const char *text, const char *id);

/* "fs" of "fs.read-passwd". */
const char *op_family(const struct op *op);
const char *op_judged(const struct op *op); /* "inside" ... */
const char *op_caller(const struct op *op); /* "user", "root" */

/* ---- told.c: what many operations have in common ------------------------------------------------
 */

enum { PATH_SIZE = 512 };

/* The value of a key; where it was not told, NULL, and t is SKIPPED for want of it. */
const char *told(const struct probe *probe, struct trial *t, const char *key);

/* Likewise of a key that goes on with the operation's id: "sum." */
const char *told_own(const struct probe *probe, struct trial *t, const char *family);

/* The path of the operation's decoy: the directory of that key, and op->at (or the id) below it. */
bool told_path(const struct probe *probe, struct trial *t, const char *key, char path[PATH_SIZE]);

/*
 * The content of each decoy that is a file: the token, a blank, what stands in op->at (or the id),
 * a newline. False, with t SKIPPED, where no token was told.
 */
bool told_content(const struct probe *probe, struct trial *t, char content[PATH_SIZE]);

/* REACHED where fd's content is the decoy's, else what is wrong with it. Reads from the start. */
void told_read(const struct probe *probe, struct trial *t, int fd);

/* REACHED where size bytes are what the host has, by "sum.ID". */
void told_sum(const struct probe *probe, struct trial *t, const void *data, size_t size);

/* Is somebody outside there who judges and undoes what is left? */
bool told_afterwards(const struct probe *probe);

/* ---- given.c: descriptors that a call gives ----------------------------------------------------
 */

/* The number that the next descriptor will have; to be asked just before the call. -1: unknown. */
int given_next(void);

/* True where the call made fd; else t says why not. */
bool given_is_real(struct trial *t, int next, int fd, const char *call);

/* Likewise, where the descriptor is all there is to it: REACHED, and closed. */
void given_judge(struct trial *t, int next, int fd, const char *call);

/* ---- running them -------------------------------------------------------------------------- */

/* How a child came to its end. */
enum ending {
	ENDING_SEEN,	    /* waited for: its wait status is known */
	ENDING_TOLD,	    /* it could not be waited for, but said that it was done */
	ENDING_TIMED_OUT,   /* killed at the time limit */
	ENDING_STUCK,	    /* the same, and it did not die of it either */
	ENDING_NOT_STARTED, /* no child could be made */
};

/* Makes the final trial of what is in t and how the child ended; pure. num: errno of the start. */
void trial_judge(struct trial *t, enum ending ending, int status, int num, uint32_t timeout_ms);

/*
 * Runs the operations, probe->jobs at a time, without finish(), and undoes those that were killed.
 * Fills one trial an operation. Signals that would end the probe wait until an operation is over,
 * so that Ctrl-C leaves nothing behind. -1 with e where no memory can be shared with children.
 */
int runner_run(const struct probe *probe, const struct op_list *ops, struct trial *trials,
	       struct err *e);

/* run.c: the same one after the other, in parts. NULL with errno for want of memory. */
struct runner *runner_make(const struct probe *probe, const struct op_list *ops);
void runner_go(struct runner *r);
/* The trial of the i-th operation; false where it has not come to its end. */
bool runner_get(const struct runner *r, size_t i, struct trial *t);

/* fork(2), in a way that any filter knows. */
pid_t runner_fork(void);

/* Between these two, SIGINT, SIGTERM, SIGHUP and SIGQUIT wait, and SIGCHLD: the held ones. */
void runner_held(sigset_t *set);
void runner_hold(void);
void runner_release(void);

/* Is this the namespace that the machine started with? name as in /proc/self/ns. */
enum guard { GUARD_INITIAL, GUARD_OTHER, GUARD_UNKNOWN };
enum guard guard_read(const char *name);

/* ---- the command line and the report ------------------------------------------------------- */

struct asked {
	struct str_list only, families, decoys;
	const char *connect, *description, *sum;
	uint32_t timeout_ms, jobs;
	bool list, tsv, json, markdown, help, version;
};

int cli_read(int argc, char *const *argv, struct asked *asked, struct err *e);
void cli_print_help(FILE *file);

/* The format that was asked for. */
enum report_format { REPORT_TEXT, REPORT_TSV, REPORT_JSON, REPORT_MARKDOWN };

struct report {
	enum report_format format;
	FILE *file;
	const struct op_list *ops;
	const struct trial *trials; /* one an operation, in the same order */
	size_t printed;
	struct out out;
};

void report_begin(struct report *r, FILE *file, enum report_format format,
		  const struct op_list *ops, const struct trial *trials);

/*
 * Prints the rows that are not yet printed, up to but without row end, and flushes them: what is
 * printed is out, whatever becomes of the probe. -1 with errno where it could not be written.
 */
int report_print(struct report *r, size_t end);

/* Ends it; -1 with errno. */
int report_end(struct report *r);

/* --list: ids, or in another format all that a row says. */
int report_list(FILE *file, enum report_format format, const struct op_list *ops);

#endif

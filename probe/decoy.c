/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy: what the probe is told about the things it aims at.
 *
 * Should take the words as they are and check their form; mustn't look at the machine. A new
 * operation that needs another decoy adds a row here and names the key in its own row.
 */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

#include "fd.h"
#include "pool.h"

enum { DESCRIPTION_MAX = 65536 };

const struct decoy_key decoy_keys[] = {
	{"absent", DECOY_OPS,
	 "operations whose object the host does not have: not there then means ABSENT"},
	{"abstract", DECOY_WORD,
	 "an abstract unix socket of the host; -dgram behind it: one for datagrams"},
	{"afterwards", DECOY_YES,
	 "yes: somebody outside judges and undoes what such operations leave"},
	{"connect", DECOY_ADDRESS, "the listener to connect to (the same as --connect)"},
	{"connect-token", DECOY_WORD, "what that listener sends first"},
	{"connect6", DECOY_ADDRESS, "a listener on ::1 that sends the token"},
	{"fd.", DECOY_NUMBER,
	 "ID=N: the number of the descriptor that ID should not have inherited"},
	{"home", DECOY_PATH, "a directory with decoys, as a user's home has them"},
	{"ipc-key", DECOY_NUMBER, "the key of System V objects that hold the token"},
	{"ipc-value", DECOY_NUMBER, "the value of the semaphore among them"},
	{"key", DECOY_WORD, "the description of keys that hold the token"},
	{"kill-victims", DECOY_YES,
	 "yes promises that every process of this pid namespace may die"},
	{"mount-ok", DECOY_YES, "yes lets root of the host mount on /tmp for a moment"},
	{"mqueue", DECOY_WORD, "a POSIX message queue with the token"},
	{"passwd-sum", DECOY_SUM, "checksum of the host's /etc/passwd, by --sum"},
	{"readonly", DECOY_PATH, "a directory with decoys that may be read and not changed"},
	{"secret-variable", DECOY_WORD, "a variable of the environment that holds the token"},
	{"services", DECOY_PATH, "a directory with sockets of services that send the token"},
	{"shadow-sum", DECOY_SUM, "checksum of the host's /etc/shadow, by --sum"},
	{"shm", DECOY_PATH, "a directory with decoys in the host's /dev/shm"},
	{"status-pid", DECOY_NUMBER, "a process of the host (default: 2, kthreadd)"},
	{"status-token", DECOY_WORD, "a word in that process' name"},
	{"sum.", DECOY_SUM, "ID=SUM: checksum of what ID finds on the host"},
	{"tmp", DECOY_PATH, "a directory with decoys in the host's /tmp"},
	{"token", DECOY_WORD, "what all contents of decoys begin with"},
	{"tty", DECOY_PATH, "the terminal that the probe was started on"},
	{"udp", DECOY_ADDRESS, "a service that answers with the token"},
	{"victim", DECOY_NUMBER, "a process of the host that holds the token"},
	{"victim-at", DECOY_WORD, "where in its memory, in hexadecimal digits; spare bytes follow"},
	{"victim-fd", DECOY_NUMBER, "the number of its descriptor of a file with the token"},
	{"victim-file", DECOY_PATH, "that file"},
	{"word.", DECOY_WORD, "ID=WORD: what ID finds on the host holds this"},
	{"workspace", DECOY_PATH, "a directory with decoys that may be changed"},
	{NULL, DECOY_WORD, NULL},
};

socklen_t address_read(const char *text, struct sockaddr_storage *address)
{
	const char *colon = strrchr(text, ':');
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
	char host[INET6_ADDRSTRLEN + 2];
	size_t n = colon ? (size_t)(colon - text) : 0;
	uint32_t port;

	memset(address, 0, sizeof(*address));
	if (n == 0 || n >= sizeof(host) || str_read_u32(colon + 1, 65535, &port) || port == 0)
		return 0;
	memcpy(host, text, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return sizeof(*four);
	}
	if (host[0] != '[' || host[n - 1] != ']')
		return 0;
	host[n - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &six->sin6_addr) != 1)
		return 0;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)port);
	return sizeof(*six);
}

static bool is_sum(const char *s)
{
	return strlen(s) == SUM_TEXT - 1 && strspn(s, "0123456789abcdef") == SUM_TEXT - 1;
}

/* Every pattern names an operation: a misspelt one would change an outcome without a word. */
static bool are_ops(const char *text)
{
	struct str_list patterns = {0};
	struct op_list ops;
	struct err unused = {0};

	pool_list_add(&patterns, text);
	return ops_select(&patterns, &ops, &unused) == 0;
}

/* NULL where the value has the form of its kind, else what it should be. */
static const char *malformed(enum decoy_kind kind, const char *value)
{
	struct sockaddr_storage address;
	uint32_t number;

	switch (kind) {
	case DECOY_WORD:
		return *value ? NULL : "a word";
	case DECOY_PATH:
		return *value == '/' && strlen(value) < 256 ? NULL : "an absolute path";
	case DECOY_SUM:
		return is_sum(value) ? NULL : "16 hexadecimal digits, as --sum prints them";
	case DECOY_NUMBER:
		return str_read_u32(value, INT32_MAX, &number) == 0 && number ? NULL : "a number";
	case DECOY_YES:
		return str_equal(value, "yes") || str_equal(value, "no") ? NULL : "yes or no";
	case DECOY_ADDRESS:
		return address_read(value, &address) ? NULL : "ADDR:PORT, in numbers";
	case DECOY_OPS:
		return are_ops(value) ? NULL : "ids of operations, as --list prints them";
	}
	return NULL;
}

/* The row of a key, which is the whole name or, where the row's name ends in a dot, its beginning.
 */
static const struct decoy_key *find_key(const char *name, size_t n)
{
	for (const struct decoy_key *k = decoy_keys; k->name; k++) {
		size_t length = strlen(k->name);

		if (k->name[length - 1] != '.' && n == length && memcmp(k->name, name, n) == 0)
			return k;
		if (k->name[length - 1] == '.' && n > length && memcmp(k->name, name, length) == 0)
			return ops_find(pool_copy_n(name + length, n - length)) ? k : NULL;
	}
	return NULL;
}

/* The value of a key that has been told; n: the length of its name. */
static const char *find_value(const struct decoys *decoys, const char *name, size_t n)
{
	for (size_t i = 0; i < decoys->words.n; i++) {
		const char *word = decoys->words.v[i];

		if (strncmp(word, name, n) == 0 && word[n] == '=')
			return word + n + 1;
	}
	return NULL;
}

static int read_word(const char *word, struct decoys *decoys, struct err *e)
{
	const char *equals = strchr(word, '='), *should;
	size_t n = equals ? (size_t)(equals - word) : 0;
	const struct decoy_key *key = equals ? find_key(word, n) : NULL;

	if (!key) {
		err_where(e, "--decoy %s", word);
		err_remedy(e, "Write --decoy KEY=VALUE with a key that --help lists.");
		return fail(e, 0, "there is no such key");
	}
	should = malformed(key->kind, equals + 1);
	if (!should && !find_value(decoys, word, n)) {
		pool_list_add(&decoys->words, word);
		return 0;
	}
	err_where(e, "--decoy %.*s", (int)n, word);
	if (should)
		return fail(e, 0, "the value should be %s", should);
	return fail(e, 0, "the key is told twice");
}

int decoys_read(const struct str_list *words, struct decoys *decoys, struct err *e)
{
	for (size_t i = 0; i < words->n; i++)
		if (read_word(words->v[i], decoys, e))
			return -1;
	return 0;
}

int decoys_read_text(char *text, struct decoys *decoys, struct err *e)
{
	for (char *line; (line = strsep(&text, "\n"));) {
		if (!*line || *line == '#')
			continue;
		if (str_has_control(line))
			return fail(e, 0, "a control byte in a description");
		if (read_word(line, decoys, e))
			return -1;
	}
	return 0;
}

int decoys_read_file(const char *path, struct decoys *decoys, struct err *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = pool_alloc(DESCRIPTION_MAX);
	ssize_t n = fd < 0 ? -1 : fd_read_full(fd, text, DESCRIPTION_MAX);

	err_where(e, "--decoys");
	if (n < 0)
		return fail(e, errno, "cannot read %s", path);
	if (n == DESCRIPTION_MAX || memchr(text, '\0', (size_t)n))
		return fail(e, 0, "%s is no description of decoys", path);
	e->where[0] = '\0';
	return decoys_read_text(text, decoys, e);
}

const char *decoy_get(const struct decoys *decoys, const char *name)
{
	return find_value(decoys, name, strlen(name));
}

bool decoy_yes(const struct decoys *decoys, const char *name)
{
	const char *value = decoy_get(decoys, name);

	return value && str_equal(value, "yes");
}

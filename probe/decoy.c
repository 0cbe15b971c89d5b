/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoy: what the probe is told about the things it aims at.
 *
 * Pure: should take the words as they are and check their form; mustn't look at the machine. A new
 * operation that needs another decoy adds a row here and names the key in its own row.
 */
#include "probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "pool.h"

const struct decoy_key decoy_keys[] = {
	{"absent", DECOY_OPS,
	 "operations whose object the host does not have: not there then means ABSENT"},
	{"connect", DECOY_ADDRESS, "the listener to connect to (the same as --connect)"},
	{"connect-token", DECOY_WORD, "what that listener sends first"},
	{"kill-victims", DECOY_YES,
	 "yes promises that every process of this pid namespace may die"},
	{"mount-ok", DECOY_YES, "yes lets root of the host mount on /tmp for a moment"},
	{"passwd-sum", DECOY_SUM, "checksum of the host's /etc/passwd, by --sum"},
	{"shadow-sum", DECOY_SUM, "checksum of the host's /etc/shadow, by --sum"},
	{"status-pid", DECOY_NUMBER, "a process of the host (default: 2, kthreadd)"},
	{"status-token", DECOY_WORD, "a word in that process' name"},
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

static int find(const char *name, size_t n)
{
	for (int i = 0; decoy_keys[i].name; i++)
		if (strlen(decoy_keys[i].name) == n && memcmp(decoy_keys[i].name, name, n) == 0)
			return i;
	return -1;
}

static int read_word(const char *word, struct decoys *decoys, struct err *e)
{
	const char *equals = strchr(word, '='), *should;
	int at = equals ? find(word, (size_t)(equals - word)) : -1;

	if (at < 0) {
		err_where(e, "--decoy %s", word);
		err_remedy(e, "Write --decoy KEY=VALUE with a key that --help lists.");
		return fail(e, 0, "there is no such key");
	}
	should = malformed(decoy_keys[at].kind, equals + 1);
	if (!should && !decoys->value[at]) {
		decoys->value[at] = equals + 1;
		return 0;
	}
	err_where(e, "--decoy %s", decoy_keys[at].name);
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

const char *decoy_get(const struct decoys *decoys, const char *name)
{
	int at = find(name, strlen(name));

	return at < 0 ? NULL : decoys->value[at];
}

bool decoy_yes(const struct decoys *decoys, const char *name)
{
	const char *value = decoy_get(decoys, name);

	return value && str_equal(value, "yes");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad policy files, and what is said of each: bad/NAME.json and bad.txt. The files are copied into
 * a folder of the test's own: as root only files of root's are believed.
 */
#include "golden.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "json.h"
#include "pinfold.h"

static char folder[] = "/tmp/pinfold-bad.XXXXXX";

static int is_json(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && str_equal(d->d_name + n - 5, ".json");
}

static void copy(const char *name)
{
	static char bytes[JSON_BYTES];
	int from = open(pool_printf(TESTS_DIR "/policy/bad/%s", name), O_RDONLY | O_CLOEXEC);
	int to = open(pool_printf("%s/%s", folder, name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      0644);
	ssize_t n = fd_read_full(from, bytes, sizeof(bytes));

	ok(n >= 0 && fd_write_all(to, bytes, (size_t)n) == 0, "%s is copied", name);
	(void)close(from);
	(void)close(to);
}

/* The folder's name differs each time. */
static const char *without_folder(const char *text)
{
	const char *at = strstr(text, folder);

	if (!at)
		return text;
	return pool_printf("%.*s%s", (int)(at - text), text,
			   without_folder(at + strlen(folder) + (at[strlen(folder)] == '/')));
}

static const char *text_of(const char *file)
{
	static const struct policy_places places = {.home = "/home/user",
						    .workspace = "/home/user/project",
						    .runtime = "/run/user/1000"};
	struct policy policy = {0};
	struct str_list names = {NULL, 0};
	struct err e = {0};

	pool_list_add(&names, pool_printf("%s/%s", folder, file));
	ok(policy_load(&names, &places, &policy, &e) == -1, "%s is refused", file);
	ok(e.where[0] && e.what[0] && e.remedy[0] && !e.code, "... by place, cause and remedy");
	return without_folder(pool_printf("%s: %s%s%s\n  %s\n", e.where, e.what, e.num ? ": " : "",
					  e.num ? err_name(e.num) : "", e.remedy));
}

int main(void)
{
	const char *golden = golden_read("policy/bad.txt"), *all = "";
	struct dirent **files;
	int n = scandir(TESTS_DIR "/policy/bad", &files, is_json, alphasort);

	ok(n >= 30, "there are thirty bad files and more");
	ok(mkdtemp(folder) != NULL, "a folder of the test's own");
	for (int i = 0; i < n; i++)
		copy(files[i]->d_name);
	for (int i = 0; i < n; i++) {
		const char *text = text_of(files[i]->d_name);

		all = pool_printf("%s%s$ %s\n%s", all, *all ? "\n" : "", files[i]->d_name, text);
		if (!golden_writes())
			golden_compare(golden, files[i]->d_name, text);
	}
	if (golden_writes())
		golden_write("policy/bad.txt", all);
	else
		is_str(all, golden, "bad.txt has these cases and no other");
	for (int i = 0; i < n; i++) {
		(void)unlink(pool_printf("%s/%s", folder, files[i]->d_name));
		free(files[i]);
	}
	free(files);
	ok(rmdir(folder) == 0, "nothing is left");
	return tap_done();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: what the two programs and this machine say of themselves.
 *
 * Should take layers, profiles and operations from those who have them, so that a new one needs no
 * line here. Mustn't measure anything.
 */
#include "matrix.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "fd.h"
#include "pool.h"
#include "uapi.h"

enum { ASK_MS = 30000, ASK_OUTPUT = 1 << 20 };

int ask_program(const char *const *argv, struct child_result *result, struct err *e)
{
	struct child_spec spec = {.argv = argv, .timeout_ms = ASK_MS, .output_max = ASK_OUTPUT};
	char line[300];

	if (child_run(&spec, result, e)) {
		if (e->num == EACCES)
			err_remedy(e, "The programs are copied to a directory in /tmp, so that "
				      "must not be mounted noexec.");
		return -1;
	}
	if (!result->timed_out && WIFEXITED(result->status) && WEXITSTATUS(result->status) == 0)
		return 0;
	(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(result->err, "\n"), result->err);
	(void)fail(e, 0, "%s %s %s: %s", argv[0], argv[1],
		   result->timed_out ? "did not end" : "failed", line);
	child_free(result);
	return -1;
}

int ask_layers(const struct place *place, struct layers *layers, struct err *e)
{
	const char *argv[] = {place_program(place, "pinfold"), "layers", "--tsv", NULL};
	struct child_result result;
	int rc;

	if (ask_program(argv, &result, e))
		return -1;
	rc = read_layers(result.out, result.out_size, layers, e);
	if (rc)
		err_where(e, "pinfold layers");
	child_free(&result);
	return rc;
}

/* The probe itself says which operations a pattern means, and which patterns mean none. */
int ask_ops(const struct place *place, const struct request *request, struct ops *ops,
	    struct err *e)
{
	struct str_list argv = {0};
	struct child_result result;
	int rc;

	pool_list_add(&argv, place_program(place, "pinfold-probe"));
	pool_list_add(&argv, "--list");
	pool_list_add(&argv, "--tsv");
	for (size_t i = 0; i < request->only.n; i++)
		pool_list_add(&argv, pool_printf("--only=%s", request->only.v[i]));
	for (size_t i = 0; i < request->families.n; i++)
		pool_list_add(&argv, pool_printf("--family=%s", request->families.v[i]));
	pool_list_add(&argv, NULL);
	if (ask_program(argv.v, &result, e))
		return -1;
	rc = read_ops(result.out, result.out_size, ops, e);
	if (rc)
		err_where(e, "pinfold-probe --list --tsv");
	child_free(&result);
	return rc;
}

/* PRETTY_NAME of os-release(5), without its quotes. */
static const char *read_os(void)
{
	char text[4096], *name, *end;

	if (fd_read_file("/etc/os-release", text, sizeof(text)) <= 0)
		return NULL;
	name = strstr(text, "PRETTY_NAME=");
	if (!name)
		return NULL;
	name += strlen("PRETTY_NAME=");
	name += *name == '"';
	end = name + strcspn(name, "\"\n");
	return pool_copy_n(name, (size_t)(end - name));
}

/* The security modules that are on, where securityfs is mounted and tells. */
static const char *read_lsm(void)
{
	char text[256];
	ssize_t n = fd_read_file("/sys/kernel/security/lsm", text, sizeof(text));

	return n > 0 ? pool_copy(text) : NULL;
}

void ask_host(const struct place *place, struct facts *facts)
{
	struct utsname u = {0};
	int abi = sys_landlock_create_ruleset(NULL, 0, UAPI_LANDLOCK_VERSION);

	(void)uname(&u);
	facts->kernel = pool_copy(u.release);
	facts->machine = pool_copy(u.machine);
	facts->landlock_abi = abi > 0 ? abi : 0;
	facts->pinfold = PINFOLD_VERSION;
	facts->os = read_os();
	facts->lsm = read_lsm();
	facts->cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	facts->uid = getuid();
	facts->caller = place->from_root ? pool_printf("root, measured as %u", facts->uid)
					 : pool_printf("uid %u", facts->uid);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: which layers a policy of pinfold's has here, as `pinfold plan --policy NAME --json` says.
 *
 * Should ask the launcher for the whole of it; mustn't read a policy itself.
 */
#include "matrix.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "pool.h"

int policy_read(const char *text, size_t size, const struct layers *layers,
		struct profile_row *profile, struct err *e)
{
	json_error_t error;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	const json_t *list = json_object_get(root, "layers");
	int rc = 0;

	profile->asked = profile->set = 0;
	profile->guards =
		json_is_string(json_object_get(json_object_get(root, "guarded"), "workspace"));
	if (!json_is_array(list))
		rc = fail(e, 0, "the plan is no JSON with layers");
	for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
		const json_t *row = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(row, "name"));
		const char *state = json_string_value(json_object_get(row, "state"));
		uint32_t bit = name ? layers_bit(layers, name) : 0;

		if (!bit || !state)
			rc = fail(e, 0, "layer \"%.60s\" is not one of `pinfold layers`",
				  name ? name : "-");
		profile->asked |= bit;
		if (state && str_equal(state, "on"))
			profile->set |= bit;
	}
	if (rc == 0 && !lattice_stands(&layers->lattice, profile->set))
		rc = fail(e, 0, "its layers lack what they need");
	json_decref(root);
	return rc;
}

/*
 * A policy may mean the directory that it is run in, so it is asked in one of ours: an empty one,
 * since ours itself may be the home.
 */
int policy_ask(const struct place *place, const char *name, const struct layers *layers,
	       struct profile_row *profile, struct err *e)
{
	const char *argv[] = {place_program(place, "pinfold"),
			      "plan",
			      "--policy",
			      name,
			      "--json",
			      "--",
			      "true",
			      NULL};
	const char *dir = pool_printf("%s/asked", place->dir);
	autoclose int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct child_result result;
	int rc;

	err_where(e, "--policy");
	if (here < 0 || mkdir(dir, 0700) || chdir(dir))
		return fail(e, errno, "make and enter %s", dir);
	rc = ask_program(argv, &result, e);
	if (fchdir(here) || rmdir(dir))
		return fail(e, errno, "leave and remove %s", dir);
	if (rc)
		return -1;
	profile->name = name;
	rc = policy_read(result.out, result.out_size, layers, profile, e);
	child_free(&result);
	if (rc == 0)
		e->where[0] = '\0';
	return rc;
}

const char *policy_path(const char *name)
{
	const char *real = strchr(name, '/') ? realpath(name, NULL) : NULL;

	return real ? real : name;
}

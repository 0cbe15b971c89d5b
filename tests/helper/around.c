/* SPDX-License-Identifier: Apache-2.0 */
/*
 * around: ways around a guard, one a row.
 *
 *     around --list                     the ways: "NAME KIND": read or change; with "-nested" of a
 * name in a directory, "-priv" with rights in a namespace, "-cover" where a mount lies on the name
 *     around WAY NAME...                tries it on each name below the current directory; one line
 * each: "NAME reached", or "NAME no ERRNO"
 *
 * A name is a file, or a directory with a file "inner" in it; what is meant is in the file:
 * "decoy\n". A way to read has reached it where it saw that text; a way to change it, where every
 * call said yes. (Whether anything has changed is for whoever looks from outside to say.)
 */
#include "around.h"
#include "around-change.h"

static const struct {
	const char *name, *kind;
	bool (*run)(struct target *t);
} ways[] = {
	{"read", "read", way_read},
	{"read-mmap", "read", way_read_mmap},
	{"read-o-path", "read", way_read_o_path},
	{"read-proc-root", "read", way_read_proc_root},
	{"read-proc-cwd", "read", way_read_proc_cwd},
	{"read-link", "read", way_read_link},
	{"read-symlink", "read", way_read_symlink},
	{"read-renamed", "read", way_read_renamed},
	{"read-parent-renamed", "read-nested", way_read_parent},
	{"read-handle", "read-handle", way_read_handle},
	{"read-open-tree", "read-priv", way_read_open_tree},
	{"read-bind", "read-priv", way_read_bind},
	{"read-namespace", "read-free", way_read_namespace},
	{"read-umount", "read-cover", way_read_umount},
	{"write", "change", way_write},
	{"append", "change", way_append},
	{"create", "change", way_create},
	{"truncate", "change", way_truncate},
	{"ftruncate", "change", way_ftruncate},
	{"fallocate", "change", way_fallocate},
	{"mmap", "change", way_mmap},
	{"o-path-write", "change", way_o_path_write},
	{"sendfile", "change", way_sendfile},
	{"rename-over", "change", way_rename_over},
	{"exchange-name", "change", way_rename_name_over},
	{"exchange", "change", way_exchange},
	{"rename-away", "change", way_rename_away},
	{"unlink", "change", way_unlink},
	{"recreate", "change", way_recreate},
	{"symlink", "change", way_symlink},
	{"mkdir", "change", way_mkdir},
	{"fifo", "change", way_fifo},
	{"hard-link", "change", way_hard_link},
	{"link-out", "change", way_link_out},
	{"chmod", "change", way_chmod},
	{"chmod-name", "change", way_fchmodat_dir},
	{"chown", "change", way_chown},
	{"utimes", "change", way_utimes},
	{"xattr", "change", way_xattr},
	{"flags", "change", way_flags},
	{"parent-renamed", "change-nested", way_parent},
	{"parent-exchanged", "change-nested", way_parent_exchange},
	{"parent-linked", "change-nested", way_parent_link},
	{"mount-over", "change-priv", way_mount},
	{"remount", "change-cover", way_remount},
	{"move-mount", "change-cover", way_move_mount},
	{"socket", "change", way_socket},
	{"tmpfile", "change", way_tmpfile},
};

static struct target make_target(const char *name, unsigned int number)
{
	struct target t = {.name = name, .number = number};
	char cwd[PATH_MAX];
	struct stat st;
	char *slash;

	/* Beside the names, so that it is the same file system; not the same directory. */
	(void)mkdir("around", 0755);
	(void)snprintf(t.other, sizeof(t.other), "%s/around/%u", getcwd(cwd, sizeof(cwd)), number);
	t.is_dir = stat(name, &st) == 0 && S_ISDIR(st.st_mode);
	(void)snprintf(t.file, sizeof(t.file), "%s%s", name, t.is_dir ? "/inner" : "");
	(void)snprintf(t.parent, sizeof(t.parent), "%s", name);
	slash = strrchr(t.parent, '/');
	if (slash)
		*slash = '\0';
	else
		(void)strcpy(t.parent, ".");
	return t;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			printf("%s %s\n", ways[i].name, ways[i].kind);
		return 0;
	}
	for (size_t i = 0; argc > 2 && i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(ways[i].name, argv[1]) != 0)
			continue;
		for (int k = 2; k < argc; k++) {
			struct target t = make_target(argv[k], (unsigned int)k);
			bool reached;

			errno = 0;
			reached = ways[i].run(&t);
			printf("%s %s%s%s\n", argv[k], reached ? "reached" : "no",
			       reached ? "" : " ", reached ? "" : err_name(errno));
		}
		return 0;
	}
	fputs("usage: around --list | WAY NAME...\n", stderr);
	return 125;
}

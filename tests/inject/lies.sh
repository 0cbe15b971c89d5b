#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every system call of the set-up, one after the other, says that it worked and does nothing. That no
# kernel does; a filter or tracer around us can, and a mistake of ours looks the same. The proof
# must find each lie that matters; the table says which do not, and why.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/inject.inc"

TABLE="$LIBC
brk - .* | the C library has other memory, or ends before main()
mmap - .* | memory at 0: the C library's guard page is not missed, and without what is used the start dies
sysinfo - .* | how much memory the host has is for the bound of the tmpfs, which is then the usual one
(getcwd|uname|geteuid|getegid|getppid) - .* | what was there before stands
arch_prctl - .* | start of the C library: it ends before main()
(faccessat|faccessat2) proc/.* .* | a file is masked that need not be | differs
(fstat|stat|lstat|newfstatat|statfs|poll|fcntl|access|faccessat|faccessat2|getgroups) .* .* | nothing is wrong with the thing that is looked at
(readlink|readlinkat) .* .* | no link: shows less, or the start fails
landlock_create_ruleset 2 .* | the list of errata is for the report alone
seccomp 2 .* | whether seccomp is there: it is
keyctl 0 .* | the caller's keyring is then unknown; the agent's is a new one all the same
setsid - .* | pid 1's; the agent makes a session of its own
setdomainname - .* | the caller has none here
ioctl 21523 .* | a terminal that has no number is none
ioctl 3509[12] .* | the loopback is down: less
chdir / .* | enter_cwd() goes there once more
fchdir - .* | it is there already
symlinkat .* .* | a name is not shown: less
mount / .* | in a mount namespace of less privilege nothing goes out anyway (mount_namespaces(7))
fsconfig 1:(size|nr_inodes) .* | a bound of memory is not there: the host's own stand | differs
fsconfig 1:(mode|ptmxmode) .* | a name in the root is open to nobody else anyway: there is one id | differs
fsconfig 6:.* .* | the kernel makes it with the next call
mount_setattr - .* | noexec on device nodes; nodev and nosuid are looked at | differs
move_mount /(usr|agent|dev/.*|tmp/.*) .* | not shown: less | differs
move_mount /proc/interrupts .* | not masked: the proof looks at keys and kallsyms | differs
landlock_add_rule - .* | grants less | differs
prlimit64 .* .* | a limit is as it was, and not above its bound | differs
prctl 1 .* | PR_SET_PDEATHSIG: kill.sh shows it at work
prctl 3 .* | PR_GET_DUMPABLE: not dumpable, as it is
prctl 23 .* | the bounding set looks empty, as it is
prctl 24 .* | behind the last capability
prctl 47 .* | the ambient set is empty in a fresh user namespace
prctl 36 .* | likewise
execve .* .* | the command does not run"

sweep root zero --profile full --agent "$TMP/agent" && judge "a call that only says it worked" "$TABLE"
faults_total
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every system call of the set-up fails, one after the other and in each process, with errors that
# nobody expects: nothing runs, and a message says what was at fault.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/inject.inc"

# What a start may do without, and why the protection is whole all the same: the command's own view
# of it is compared, but where a line ends in "differs".
TABLE="$LIBC
getcwd - .* | the caller's directory is not known: the command starts in /
readlink /.* .* | realpath(3) asks of each part of a path whether it is a link: an answer is not one
readlink - .* | likewise
readlink /(bin|sbin|lib|lib32|lib64|libx32) .* | that name is not shown inside: less, never more | differs
landlock_create_ruleset 2 .* | the list of errata is for the report alone
landlock_create_ruleset 1 .* | whether Landlock is there: not asked for in this set
seccomp 2 .* | whether seccomp is there: likewise
uname - .* | the kernel's version: no layer asks for one in this set
io_uring_setup - ENOSYS | the filter's own answer
(keyctl|ioctl) (4294967295|21522) EPERM | likewise
ptrace - EPERM | likewise
umount2 . EINVAL | the second time there must be nothing left to detach
statfs /proc/sys/user .* | whether user namespaces can be forbidden by their number: the filter does it too, or it is said | differs
clone - ENOSPC | the answer of the kernel's that the layer caps wants
sysinfo - .* | how much memory the machine has: the run's tmpfs is bounded by the least that is usual
prctl (23|24) EINVAL | behind the last capability: the set is read back
setresuid - .* | to become root again must fail
keyctl 0 .* | the caller's keyring is then unknown; the agent's is a new one all the same
(open|openat) /dev/tty .* | to open the terminal must fail
(mmap|brk|ioctl|newfstatat) (-|21523) .* | the report: the C library has other memory; the times of the steps are left out
execve .* .* | the command itself: 126 or 127, as a shell has it
arch_prctl - .* | start of the C library: it ends before main()
prlimit64 7 .* | how many files may be open: the layer fds then asks about 64 (the layer rlimits refuses)
stat /proc/(keys|kallsyms) ENOENT | a kernel without it has nothing to mask
mprotect - .* | start of the C library, or musl dies where it takes the machine for one without protection
(recvfrom|recvmsg) - EINTR | asked again
dup3 - EBUSY | asked again
(dup3|pipe2|prlimit64|socket|socketpair|signalfd4|clone3|faccessat2) .* (ENOSYS|EINVAL) | the C library has an older call for it"
HARD='EIO EPERM ENOMEM EINTR EAGAIN ENOSYS ENOSPC'

check() { # WHO FAULTS ARGS...
    check_name=$(echo "$1 $2: $*" | sed "s/: $1 $2/:/; s,$TMP,,g")
    sweep "$@" && judge "$check_name" "$TABLE"
}

check root "$HARD" --profile full --agent "$TMP/agent" --tcp 80
# Were the calls that are the protection among them?
[ "$TAP_UID" = 0 ] && as_root='setgroups setresgid setresuid'
for call in ${as_root-} prctl keyctl clone write mount pivot_root umount2 move_mount mount_setattr open_tree \
    fsmount sethostname setsid prlimit64 capset landlock_add_rule landlock_restrict_self seccomp close_range execve; do
    cut -f2 "$TMP/calls" | grep -qx "$call" || missing="${missing-} $call"
done
is "the calls that protect were among them" "${missing-}" ''

check user 'EIO EINVAL' --profile full --tcp 80
check root 'EIO EPERM' --profile landlock
check root 'EIO EPERM' --profile ns_only
check user EIO --profile none
for without in pid mount net seccomp landlock caps user; do
    case $without in
    user) check root EIO --profile full --without user --without mount --without pid --without net --without ipc \
        --without uts --without cgroup --without caps --without readonly ;;
    mount) check root EIO --profile full --without mount --without readonly ;;
    *) check root EIO --profile full --without "$without" ;;
    esac
done
# Layers by themselves, with what they stand on.
for layer in nnp user keyring rlimits session fds env 'landlock nnp' 'seccomp nnp' 'sockets nnp' 'setid nnp' caps 'uts user' 'net user' 'pid user' \
    'caps user' 'readonly mount user'; do
    with=
    for name in $layer; do with="$with --with $name"; done
    check root EIO --profile none $with
done
# A report is written before the command may start, or it does not.
check root 'EIO ENOSPC' --profile full --report "$TMP/report/file"
faults_total
done_testing

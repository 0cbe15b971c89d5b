#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer seccomp on the running kernel: each kind of verdict, with the filter on and off. (Every
# number and argument is tested in the interpreter: tests/filter.)
. "$(dirname "$0")/live.inc"
helpers try net abi

on='--profile none --with nnp --with seccomp'

# OFF ON ATTEMPT...: what the attempt gives without the filter, and with it.
both() {
    without=$1 with=$2
    shift 2
    # shellcheck disable=SC2086
    gives "$without" "off: $*" $around "$BIN/$tool" "$@"
    # shellcheck disable=SC2086
    gives "$with" "on: $*" $around --with nnp --with seccomp "$BIN/$tool" "$@"
}

verdicts() {
    tool=try around='--profile none'
    both ok EPERM traceme
    both ok EPERM unshare user
    both ok ENOSYS clone3
    both ok EPERM in-session key "$BIN/try" key key
    both ENOKEY EPERM key pinfold-no-such-key
    # With the namespace's capabilities, so that the kernel itself would say yes.
    around='--profile ns_only'
    both ok EPERM tmpfs /tmp
    both ok EPERM umount /dev/shm
    both ok EPERM chroot /tmp
    both ok EPERM unshare mnt
    both ok EPERM unshare net
    both ok ENOSYS fsopen tmpfs
    both ok ENOSYS open-tree /tmp
    both ok EPERM sethostname x
    tool=net
    both ok EPERM socket 2 3 1
    # Families: AF_ALG 38, AF_VSOCK 40, AF_PACKET 17, AF_UNIX 1; netlink 16 with protocol 12 (netfilter).
    around='--profile none'
    for family in 38 40; do
        if [ "$("$BIN/net" socket "$family" 5 0)$("$BIN/net" socket "$family" 1 0)" = EAFNOSUPPORTEAFNOSUPPORT ]; then
            skip "socket family $family off ($who)" "this kernel has none"
        else
            type=5
            [ "$family" = 38 ] || type=1
            gives ok "off: socket $family" --profile none "$BIN/net" socket "$family" "$type" 0
        fi
    done
    # shellcheck disable=SC2086
    for row in '38 5 0' '40 1 0' '17 3 0' '16 3 12'; do
        pin $on --ro "$BIN" "$BIN/net" socket $row
        like "on: socket $row ($who)" "$out" '^(EPERM|EAFNOSUPPORT|EACCES|EPROTONOSUPPORT)$'
    done
    for row in '1 1 0' '2 1 0' '2 2 0' '10 1 0' '16 3 0'; do
        # shellcheck disable=SC2086
        gives ok "on: socket $row works" $on "$BIN/net" socket $row
    done
}

modes() {
    rm -rf "$WORK/file"
    : >"$WORK/file"
    user_owned "$WORK"
    # Set-group-ID on a directory is how shared trees work, and no filter can tell one from a file.
    for mode in 4755 4644 6755; do
        gives ok "off: chmod $mode" --profile none "$BIN/try" chmod "$WORK/file" "$mode"
        chmod 644 "$WORK/file"
        # shellcheck disable=SC2086
        gives EPERM "on: chmod $mode" $on "$BIN/try" chmod "$WORK/file" "$mode"
        gives EPERM "full: chmod $mode" --rw "$WORK" "$BIN/try" chmod "$WORK/file" "$mode"
        is "on: the file's mode is what it was ($who)" "$(stat -c %a "$WORK/file")" 644
    done
    # shellcheck disable=SC2086
    gives ok "on: chmod 755" $on "$BIN/try" chmod "$WORK/file" 755
    # shellcheck disable=SC2086
    gives ok "on: chmod 1777 of a directory" $on "$BIN/try" chmod "$WORK" 1777
    chmod 755 "$WORK"
    rm -f "$WORK/file"
}

doors() {
    off=$("$BIN/abi" int80 2>&1)
    if [ "$off" = ok ]; then
        gives ok "off: the 32-bit door" --profile none "$BIN/abi" int80
    else
        skip "off: the 32-bit door ($who)" "this kernel has none: $off"
    fi
    if [ "$off" != absent ]; then
        for options in "$on" '--profile full'; do
            # shellcheck disable=SC2086
            pin $options --ro "$BIN" "$BIN/abi" int80
            if [ "$off" = ok ]; then
                is "on: the 32-bit door is death by SIGSYS under $options ($who)" "$status:$out" "159:"
            else
                skip "on: the 32-bit door under $options ($who)" "this kernel has none: $off"
            fi
            for number in 39 0 59 101 165 520; do
                # shellcheck disable=SC2086
                gives ENOSYS "on: x32 call $number under $options" $options "$BIN/abi" x32 "$number"
            done
        done
    fi
}

state() {
    gives "Seccomp: 0 Seccomp_filters: 0" "off: no filter" --profile landlock \
        sh -c 'echo $(grep Seccomp /proc/self/status)'
    gives "Seccomp: 2 Seccomp_filters: 1" "on: one filter" sh -c 'echo $(grep Seccomp /proc/self/status)'
    gives "Seccomp: 2 Seccomp_filters: 1" "on: the same for pid 1" sh -c 'echo $(grep Seccomp /proc/1/status)'
}

each_uid verdicts
each_uid modes
each_uid doors
if grep -q '^Seccomp:[[:space:]]*0' /proc/self/status; then
    each_uid state
else
    skip "the number of filters" "there is one around this test already"
fi
# Groups that are opened again: what they are for works, and nothing beside it.
opened() {
    tool=try
    gives EPERM "no debugger" "$BIN/try" traceme
    gives ok "--seccomp-allow ptrace" --seccomp-allow ptrace "$BIN/try" traceme
    gives EPERM "... opens no other group" --seccomp-allow numa "$BIN/try" traceme
    gives EPERM "... nor anything else" --seccomp-allow ptrace "$BIN/try" unshare user
    pin --seccomp-allow ptrace --report - true
    like "the report tells it ($who)" "$(echo "$out" | tr -d ' \n')" '"seccomp":\{"allow":\["ptrace"\],'
    refused "a group that there is not" --seccomp-allow 'there is no group of system calls "all"' 'Choose one of ptrace, numa' --seccomp-allow all
}

# gdb in a workspace: a breakpoint, a variable, one that is set, the way out.
debugger() {
    if [ ! -x /usr/bin/gdb ] || [ ! -x /usr/bin/gcc ]; then
        skip "gdb ($who)" "/usr/bin/gdb or /usr/bin/gcc is not installed"
        return
    fi
    rm -rf "$WORK"
    mkdir "$WORK"
    cat >"$WORK/t.c" <<'END'
#include <stdio.h>

static int twice(int x)
{
	int local = x * 2;

	printf("local %d\n", local);
	return local;
}

int main(void)
{
	return twice(21) == 43 ? 7 : 1;
}
END
    printf '%s\n' 'break twice' run next 'print local' 'set var local = 43' continue 'print $_exitcode' >"$WORK/cmds"
    gcc -g -O0 -o "$WORK/t" "$WORK/t.c" || return
    user_owned "$WORK"
    gdb() { pin "$@" --rw "$WORK" --chdir "$WORK" --setenv "HOME=$WORK" /usr/bin/gdb -nx -batch -x cmds ./t; }
    gdb --seccomp-allow ptrace
    is "gdb stops, reads and sets a variable ($who)" \
        "$status:$(printf '%s\n' "$out" | grep -E '^(Breakpoint 1, |\$|local )' | sed 's/ at .*//' | tr '\n' ,)" \
        '0:Breakpoint 1, twice (x=21),$1 = 42,local 43,$2 = 7,'
    gdb
    like "... and is refused without the group ($who)" "$status:$out:$err" '^1:.*ptrace: Operation not permitted|Could not trace'
    unlike "... before anything is stopped ($who)" "$out" 'twice \(x=21\)'
    pin --seccomp-allow ptrace --ro "$WORK" sh -c '/usr/bin/gdb -nx -batch -p 1; echo end'
    like "pid 1 inside is nobody's to trace ($who)" "$out:$err" 'ptrace: Operation not permitted'
}

each_uid opened
each_uid debugger
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The probe alone: no shell, no library, no /dev, no /proc; and what it leaves behind: nothing.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/probe.inc"

ids=$("$PROBE" --list)
if command -v readelf >/dev/null; then
    unlike 'it is static' "$(readelf -lW "$PROBE")" 'INTERP'
else
    skip 'it is static' 'readelf is not installed'
fi

mkdir "$TMP/root" "$TMP/cwd" && cp "$PROBE" "$TMP/root/probe" && user_owned "$TMP/root" "$TMP/cwd"
if have_userns; then
    as_user bwrap --unshare-all --ro-bind "$PROBE" /probe /probe --tsv
    is 'in bwrap, the only file: exit' "$status" 0
    is 'in bwrap, the only file: all rows' "$(echo "$out" | sed 1d | cut -f1)" "$ids"
    unlike 'in bwrap, the only file: nothing is BROKEN' "$out" BROKEN
    as_user unshare -Ur chroot "$TMP/root" /probe --tsv
    is 'in a chroot, the only file: exit' "$status" 0
    is 'in a chroot, the only file: all rows' "$(echo "$out" | sed 1d | cut -f1)" "$ids"
    as_user unshare -Urmpfni --kill-child chroot "$TMP/root" /probe --json
    is 'as pid 1 of empty namespaces: exit' "$status" 0
    is 'no file stays' "$(ls -A "$TMP/root")" probe
else
    skip 'in bwrap' 'this host lets an ordinary user make no user namespace'
fi

as_user env -i "$PROBE" --tsv
is 'without an environment: all rows' "$(echo "$out" | sed 1d | cut -f1)" "$ids"

# Limits that a sandbox may set.
limited() { # NAME LIMITS
    as_user sh -c "$2"' && exec "$@"' - "$PROBE" --tsv
    is "$1: exit" "$status" 0
    is "$1: all rows" "$(echo "$out" | sed 1d | cut -f1)" "$ids"
}
as_user sh -c '(ulimit -f 0 && exec "$@") | cat' - "$PROBE" --tsv
is 'no file may be written: all rows' "$(echo "$out" | sed 1d | cut -f1)" "$ids"
if have_userns; then
    as_user sh -c '(ulimit -f 0 && exec "$@") | cat' - unshare -Ur chroot "$TMP/root" /probe --tsv
    probe_is fs.write-root 'BLOCKED EFBIG' 'no file may be written: the one that was made stays empty'
    is '... and is gone' "$(ls -A "$TMP/root")" probe
fi
limited 'four descriptors' 'ulimit -n 4'
limited 'three descriptors' 'ulimit -n 3'
is 'three descriptors: no verdict' "$(echo "$out" | awk -F '\t' '$1 == "fs.read-passwd" { print $3, $4 }')" 'BROKEN EMFILE'
limited 'a second of processor time' 'ulimit -t 1'
as_user sh -c 'ulimit -u 1 2>/dev/null || ulimit -p 1; exec "$@"' - "$PROBE" --tsv
is 'no further process: exit' "$status" 0
is 'no further process: every row is BROKEN' "$(echo "$out" | sed 1d | cut -f3,4 | sort -u)" "BROKEN	EAGAIN"

# What is left behind: no file in / or in the working directory, no mount, no process. Another probe
# may run on this machine, so what is gone a moment later was not left behind.
as_user sh -c 'cd "$1" && ulimit -c unlimited && shift && exec "$@"' - "$TMP/cwd" "$PROBE" --tsv
is 'nothing stays in /' "$(left_in_root)" ''
is 'the working directory is empty' "$(ls -A "$TMP/cwd")" ''
unlike 'no mount stays' "$(cat /proc/self/mountinfo)" ' tmpfs pinfold-probe '
is 'no process stays' "$(readlink /proc/[0-9]*/exe 2>/dev/null | grep -c "^$PROBE\$")" 0

# No packet: without a target nothing is connected, bound or sent, with one only that.
if command -v strace >/dev/null; then
    as_user strace -f -qq -o "$TMP/cwd/log" -e trace=%network "$PROBE" --tsv
    unlike 'no target: no traffic' "$(cat "$TMP/cwd/log")" 'connect\(|bind\(|send|recv'
    as_user strace -f -qq -o "$TMP/cwd/log" -e trace=%network "$PROBE" --tsv --connect 127.0.0.1:9
    is 'a target: that one alone' "$(grep -E 'connect\(|bind\(|send' "$TMP/cwd/log" |
        grep -vc 'connect(.*sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")')" 0
    like '... was connected to' "$(cat "$TMP/cwd/log")" 'connect\('
else
    skip 'no target: no traffic' 'strace is not installed'
fi
done_testing

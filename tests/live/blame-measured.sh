#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Blame is measured, not written down somewhere: where a layer secretly does nothing (its checks are
# taken out too, so that nobody notices), or an operation of the probe tries something else, the
# matrix says another blocker, other blocking sets and another depth.
# ALONE: it takes all processors.
. "$(dirname "$0")/../tap.sh"
. "$TAP_TOP/tests/live/sabotage.inc"
TAP_TIMEOUT=150

# blame ID COLUMN...: what the last matrix said of an operation in full, by the names of its columns.
blame() {
    awk -F'\t' -v id="$1" -v columns="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(columns, want, " "); next }
        $at["profile"] == "full" && $at["id"] == id {
            for (i = 1; i <= n; i++) printf "%s%s", (i > 1 ? " / " : ""), $at[want[i]]
            print ""
        }' "$TMP/matrix"
}

measure() { # FOLDER of the four programs
    as_user "$1/pinfold" matrix --family seed --profile full --tsv
    printf '%s\n' "$out" >"$TMP/matrix"
}

copy_tree
cp "$BUILD/pinfold-matrix" "$BUILD/pinfold-probe" "$TREE/build/"

measure "$TREE/build"
is "as it is, nothing is reached in full" "$status" 0
connect=$(blame net.connect-tcp 'outcome blockers depth')
trace=$(blame trace.traceme 'outcome first depth')
passwd=$(blame fs.read-passwd 'outcome first depth')
is "as it is, the connection" "$connect" "BLOCKED / net,landlock / 2"
is "as it is, ptrace" "$trace" "BLOCKED / seccomp / 1"
is "as it is, /etc/passwd" "$passwd" "BLOCKED / mount / 2"

sabotage net apply clone_flag check ns
measure "$TREE/build"
is "net does nothing: the connection hangs on Landlock alone" \
    "$(blame net.connect-tcp 'outcome blockers depth')" "BLOCKED / landlock / 1"
restore net

sabotage landlock apply check
measure "$TREE/build"
is "Landlock does nothing: the connection hangs on net alone" \
    "$(blame net.connect-tcp 'outcome blockers depth')" "BLOCKED / net / 1"
is "Landlock does nothing: /etc/passwd hangs on mount alone" \
    "$(blame fs.read-passwd 'outcome first depth')" "BLOCKED / mount / 1"
restore landlock

sabotage seccomp apply check
measure "$TREE/build"
is "seccomp does nothing: ptrace is reached" "$(blame trace.traceme 'outcome first depth')" "REACHED / - / 0"
is "seccomp does nothing: the matrix ends with 1" "$status" 1
restore seccomp
build_tree

# The operation "ptrace TRACEME" now reads a file that only the mount layer and Landlock hide.
cp -r "$TAP_TOP/probe" "$TREE/"
chmod -R u+w "$TREE/probe"
sed -i -e 's/TRY(t, ptrace(.*))$/TRY(t, open("\/etc\/passwd", O_RDONLY) < 0 ? -1 : 0))/' \
    -e 's/else if (.*)$/else if (0)/' -e 's/#include <sys\/ptrace.h>/&\n#include <fcntl.h>/' \
    "$TREE/probe/op-trace.c"
cmp -s "$TREE/probe/op-trace.c" "$TAP_TOP/probe/op-trace.c"
tap_result $((!$?)) "the operation was moved"
rm "$TREE/build/pinfold-probe"
make -s -C "$TREE" BUILD=build build/pinfold-probe >"$TMP/build.log" 2>&1 || tap_diag "$(cat "$TMP/build.log")"
measure "$TREE/build"
is "the operation moved behind another layer: the blame moves with it" \
    "$(blame trace.traceme 'outcome first depth')" "BLOCKED / mount / 2"
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole matrix of this kernel against the golden one, row by row, as $MATRIX_AS (root or user: a
# kernel word that is none of the kernel's comes to process 1 as a variable).
. "$(dirname "$0")/kernel.inc"
. "$(dirname "$0")/../matrix.inc"
TAP_TIMEOUT=900

abi=$("$PINFOLD" layers --json | sed -n 's/.*"landlock_abi": \([0-9]*\).*/\1/p')
devmem=no
[ -e /dev/mem ] && devmem=yes
matrix() {
    $as "$BUILD/pinfold-matrix" --tsv
    is "nothing is reached in full, everything was measured ($who)" "$status:$err" "0:"
    printf '%s\n' "$out" | cut -f 1,2,5-10 >"$TMP/got"
    matrix_golden /tests/matrix.tsv "$devmem" "$abi" >"$TMP/golden"
    # What this machine does not have, without modules, users or a network: its rows say nothing of layers.
    awk -F '\t' 'NR == FNR { none[$2] = $1 == "none" ? $0 : none[$2]; next }
        ($1 == "none" && $0 != none[$2]) || $3 == "ABSENT" { print $2 }' "$TMP/golden" "$TMP/got" | sort -u >"$TMP/absent"
    for file in golden got; do
        awk -F '\t' 'NR == FNR { absent[$1]; next } !($2 in absent)' "$TMP/absent" "$TMP/$file" >"$TMP/$file.here"
    done
    ok "most of the operations can be compared ($who)" [ "$(wc -l <"$TMP/absent")" -lt 40 ]
    is "Landlock ABI $abi, /dev/mem: $devmem: the golden matrix ($who)" "$(cat "$TMP/got.here")" "$(cat "$TMP/golden.here")"
}
case $MATRIX_AS in
root) who=root as=run ;;
user) who=user as=as_user ;;
esac
matrix
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole matrix of this kernel against the golden one, row by row, as $MATRIX_AS (root or user: a
# kernel word that is none of the kernel's comes to process 1 as a variable).
. "$(dirname "$0")/kernel.inc"
. "$(dirname "$0")/../matrix.inc"
TAP_TIMEOUT=100

abi=$("$PINFOLD" layers --json | sed -n 's/.*"landlock_abi": \([0-9]*\).*/\1/p')
devmem=no
[ -e /dev/mem ] && devmem=yes
matrix() {
    $as "$BUILD/pinfold-matrix" --tsv
    is "nothing is reached in full, everything was measured ($who)" "$status:$err" "0:"
    is "Landlock ABI $abi, /dev/mem: $devmem: the golden matrix ($who)" \
        "$(printf '%s\n' "$out" | cut -f 1,2,5-10)" "$(matrix_golden /tests/matrix.tsv "$devmem" "$abi")"
}
case $MATRIX_AS in
root) who=root as=run ;;
user) who=user as=as_user ;;
esac
matrix
done_testing

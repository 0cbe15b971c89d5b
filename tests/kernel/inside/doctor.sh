#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What doctor says of this kernel, whose Landlock knows neither TCP nor signals; and that run agrees: the
# namespaces stand for that, and what asks it of Landlock alone is refused.
. "$(dirname "$0")/kernel.inc"

# finding NAME: its lines in what doctor said.
finding() { printf '%s\n' "$out" | sed -n "/^\(ok\|GAP\) *$1 /,/^\(ok\|GAP\) /p" | sed '$d'; }

examine() {
    $as "$PINFOLD" doctor
    is "doctor: all of full works ($who)" "$status:$(printf '%s\n' "$out" | grep -c '^ok *full ')" 0:1
    like "doctor: what this Landlock lacks ($who)" "$(finding landlock-abi)" 'landlock-old'
    like "doctor: what has it ($who)" "$(finding landlock-abi)" 'Linux 6\.12'
    like "doctor: what is done without ($who)" "$(finding landlock-abi)" 'without it: '
    like "doctor: an overlay module that is not loaded ($who)" "$(finding overlay)" 'modprobe overlay'
    [ "$who" = user ] || like "doctor: a tmpfs of this kernel cannot be shown as another's" "$(finding idmap)" 'no-idmap'
    for name in nested proc tmp exec pty room; do
        like "doctor: $name ($who)" "$(printf '%s\n' "$out" | grep " $name ")" '^ok'
    done
    starts "profile full" --profile full
    starts "profile landlock-only" --profile none --with nnp --with landlock
    pin --profile landlock-only -- true
    like "landlock-only: says that files can be emptied ($who)" "$status:$err" 'empty every file of its user.s .truncate'
    like "landlock-only: says that processes can be signalled ($who)" "$err" 'signal every process'
    pin --profile full -- true
    is "full: not a word of it ($who)" "$status:$err" "0:"
    # Ports are Landlock's from ABI 4 on; without a network namespace nobody else tells them apart.
    refused "a port, and no namespace" --tcp 'ABI [123]\) cannot tell ports apart' 'Linux 6\.7' --without net --tcp 80
    starts "a port, and a namespace" --tcp 80
}
abi=$("$PINFOLD" layers --json | sed -n 's/.*"landlock_abi": \([0-9]*\).*/\1/p')
if [ "$abi" -ge 4 ]; then
    skip "an old Landlock" "this kernel's is of ABI $abi"
    done_testing
fi
each examine
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A kernel that has Landlock built in and was booted without it.
. "$(dirname "$0")/kernel.inc"

cause='Landlock is built into this kernel and not enabled'
without() {
    unlike "landlock is not enabled ($who)" "$(cat /sys/kernel/security/lsm)" landlock
    like "layers says why ($who)" "$(state landlock)" "^unavailable: .*$cause"
    is "and nothing else is missing ($who)" "$($PINFOLD layers --tsv | cut -f 4 | grep -c unavailable)" 1
    for profile in full landlock; do
        refused "profile $profile" landlock "$cause" 'lsm=landlock,' --profile "$profile"
    done
    $as "$PINFOLD" plan --profile full -- true
    is "plan refuses ($who)" "$status:$out" '125:'
    like "plan refuses as run does ($who)" "$err" "^pinfold: landlock: $cause: .*EOPNOTSUPP"
    starts 'profile ns_only' --profile ns_only
    starts 'full without it' --without landlock
    degrades '--allow-degraded' landlock "$cause" --allow-degraded landlock
    pin --allow-degraded landlock --report - -- true
    unlike "the report: no word of rights ($who)" "$out" handled_fs
    refused 'another layer'\''s permission is none' landlock "$cause" 'lsm=' --allow-degraded net
}
each without

# A few operations say it: all of them would take minutes in an emulated machine.
as_user "$BUILD/pinfold-matrix" --profile full --only 'fs.read-passwd,leak.environ' --tsv
is "matrix: full cannot be judged" "$status" 125
is "matrix: nothing is reached all the same" "$(printf '%s\n' "$out" | cut -f 5 | grep -c REACHED)" 0
is "matrix: and the missing layer is named" "$(printf '%s\n' "$out" | sed 1d | cut -f 12 | sort -u)" landlock
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The other tests here rest on the witness: that it says the same under the same protection, and
# something else as soon as any one layer is missing.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/inject.inc"

"$PINFOLD" layers --tsv | tail -n +2 >"$TMP/layers"

needs() { # LAYER: --with for the layer and for all that it stands on
    with="$with --with $1"
    need=$(awk -F'\t' -v l="$1" '$1 == l { print $2 }' "$TMP/layers")
    [ "$need" = - ] || needs "$need"
}

see() { # ARGS...: what the witness says
    SECRET=1 "$PINFOLD" run --profile full "$@" --ro "$TMP/bin" --rw "$TMP/rw" -- \
        "$WITNESS" "$OUTSIDE" "$TMP/rw/data" "$TMP/secret" "$WITNESS" </dev/null 9<"$TMP/secret" 2>&1 | cat
}

for layer in $(cut -f1 "$TMP/layers"); do
    with='' base=''
    # A user who has no capability loses none: what there is to take comes with a user namespace.
    [ "$layer" != caps ] || base='--with user'
    needs "$layer"
    see --profile none $base ${with#" --with $layer"} >"$TMP/without"
    see --profile none $base $with >"$TMP/with"
    like "under $layer it runs" "$(cat "$TMP/without" "$TMP/with" | cut -c1-4 | tr '\n' ' ')" '^RAN +RAN +$'
    ! cmp -s "$TMP/without" "$TMP/with"
    tap_result $? "it tells $layer from its absence"
done
is "it says the same twice" "$(see --profile full)" "$(see --profile full)"
done_testing

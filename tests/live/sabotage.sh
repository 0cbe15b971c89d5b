#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A layer that lies about having been applied is found out by the proof: for each layer, pinfold is
# built with that layer's apply (and its namespace flag) taken out, and must refuse to run anything.
# With its check taken out too, nothing is left to notice, and the command runs: that shows that it
# was the check which noticed. What such a lie does to the blame is blame-measured.sh's.
. "$(dirname "$0")/../tap.sh"
. "$TAP_TOP/tests/live/sabotage.inc"

copy_tree
"$PINFOLD" layers --tsv | tail -n +2 | cut -f1 >"$TMP/layers"
is "there are layers to take out" "$(wc -l <"$TMP/layers")" 20
while read -r layer; do
    sabotage "$layer" apply clone_flag
    # The caller leaves one descriptor open: with none there would be nothing for fds to close.
    # (--with: sockets, limits and setid are not in full.)
    as_user "$TREE/build/pinfold" run --profile full --with "$layer" -- sh -c 'echo RAN' 9</dev/null
    is "a $layer that does nothing: refused" "$status" 125
    is "a $layer that does nothing: the command does not run" "$out" ""
    like "a $layer that does nothing: the message names it" "$err" "pinfold: ($layer|$(victims "$layer")):"
    restore "$layer"
done <"$TMP/layers"

# Two that nothing else depends on: without their checks the lie goes through.
for layer in env rlimits; do
    sabotage "$layer" apply clone_flag check
    as_user "$TREE/build/pinfold" run --profile full -- sh -c 'echo RAN'
    is "a $layer that does nothing and checks nothing: runs" "$out" RAN
    restore "$layer"
done
done_testing

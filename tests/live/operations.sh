#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every operation of the probe, row by row, through `pinfold-matrix decoys`: what an ordinary user
# reaches without a sandbox, that nothing is BROKEN, that a call which claims success without being
# made (tests/operations.tsv names it) is never REACHED, and that the rows of both sides are the same.
# ALONE: it takes all processors.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=60
TABLE=$TAP_TOP/tests/operations.tsv
TAB=$(printf '\t')
bin=$TMP/bin
mkdir "$bin" && cp "$BUILD/pinfold-matrix" "$PINFOLD" "$PROBE" "$BUILD/tests/helper/lie" "$bin" && chmod 755 "$bin"/*
MATRIX=$bin/pinfold-matrix
"$PROBE" --list >"$TMP/ids"

same() { # NAME LEFT RIGHT: files
    diff "$2" "$3" >"$TMP/diff"
    tap_result $? "$1" || tap_diag "$(cat "$TMP/diff")"
}
left() { find /tmp /var/tmp /dev/shm -maxdepth 1 -name 'pinfold-matrix.*' -user "$TEST_UID" 2>/dev/null | sort; }

sed 1d "$TABLE" | cut -f1 >"$TMP/table"
same 'every operation has a row in tests/operations.tsv' "$TMP/ids" "$TMP/table"
ok 'at least 150 operations' [ "$(wc -l <"$TMP/ids")" -ge 150 ]

# ---- the control: an ordinary user, no sandbox ----
as_user "$MATRIX" decoys --tsv -- {PROBE} --tsv --decoys {DECOYS}
control=$out
is 'control: exit' "$status" 1
is 'control: nothing on standard error' "$err" ''
printf '%s\n' "$control" | sed 1d | cut -f1 >"$TMP/got"
same 'control: all rows, in their order' "$TMP/ids" "$TMP/got"
is 'control: nothing is BROKEN' "$(printf '%s\n' "$control" | grep "${TAB}BROKEN$TAB")" ''
reached=$(printf '%s\n' "$control" | grep -c "${TAB}REACHED$TAB")
ok "control: at least 110 are REACHED ($reached)" [ "$reached" -ge 110 ]

# An operation that is judged outside or afterwards is REACHED only where it was seen.
"$PROBE" --list --tsv | awk -F '\t' '$6 == "outside" || $6 == "afterwards" { print $1 }' |
    grep -v '^proc.kill-all$' >"$TMP/judged"
printf '%s\n' "$control" | grep '; it was seen outside$' | cut -f1 >"$TMP/seen"
printf '%s\n' "$control" | awk -F '\t' '$3 == "REACHED" { print $1 }' | grep -xF -f "$TMP/judged" >"$TMP/want"
same 'what is judged from outside was seen there, and nothing else' "$TMP/want" "$TMP/seen"

# ---- the probe is lied to ----
# From where nobody may write: whose chdir(2) is a lie dumps its core here.
cd / || exit 1
sed 1d "$TABLE" | cut -f2 | grep -v '^-$' | sort -u >"$TMP/calls"
while read -r call; do
    ids=$(awk -F '\t' -v call="$call" '$2 == call { print $1 }' "$TABLE" | tr '\n' ',' | sed 's/,$//')
    as_user "$MATRIX" decoys --tsv --timeout 40 -- "$bin/lie" "$call" {DECOYS} {PROBE} --tsv --timeout 1000 --only "$ids"
    like "$call claims success: the rows are there" "$out" "^id${TAB}"
    is "$call claims success: none is REACHED" "$(printf '%s\n' "$out" | awk -F '\t' '$3 == "REACHED" { print $1 }')" ''
done <"$TMP/calls"
# No call gives the environment; another value in its place is no secret.
as_user "$MATRIX" decoys --tsv -- env PINFOLD_DECOY_API_TOKEN=other {PROBE} --tsv --decoys {DECOYS} --only leak.environ
like 'another value of the variable' "$out" "^leak.environ$TAB.*${TAB}BLOCKED$TAB"
is 'nothing is left' "$(left)" ''
done_testing

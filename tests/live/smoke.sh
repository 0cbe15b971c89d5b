#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The shortest proof of life: every profile, every layer alone and every layer left out, as root and as
# an ordinary user. Also what `make check-asan` runs, with the sanitizers in the launcher.
. "$(dirname "$0")/../tap.sh"

"$PINFOLD" layers --tsv | tail -n +2 >"$TMP/layers"
is "the layers are there" "$(wc -l <"$TMP/layers")" 20

for who in run as_user; do
    for profile in none ns_only landlock full landlock-only; do
        $who "$PINFOLD" run --profile "$profile" -- sh -c 'echo in; exit 7'
        is "$who: $profile runs the command" "$out/$status" "in/7"
        # What is less than it seems says so; nothing else says anything.
        is "$who: $profile says what it cannot stop" "$(printf '%s\n' "$err" | grep -c 'can still')" \
            "$([ "$profile" = landlock-only ] && echo 1 || echo 0)"
    done
    $who "$PINFOLD" plan --profile full --json -- true
    like "$who: the plan is printed" "$out" '"profile": "full"'
    $who "$PINFOLD" run --profile full --report - -- true
    like "$who: the report is printed" "$out" '"steps"'
    $who "$PINFOLD" run --profile full --verbose -- true
    like "$who: the steps are printed" "$err" 'seccomp +lock'
    $who "$PINFOLD" run --profile full -- /nonexistent
    is "$who: not found" "$status" 127
    $who "$PINFOLD" run --profile full --ro /nonexistent -- true
    is "$who: refused" "$status" 125
done

# needs LAYER: --with for the layer and for all that it stands on.
needs() {
    with="$with --with $1"
    need=$(awk -F'\t' -v l="$1" '$1 == l { print $2 }' "$TMP/layers")
    [ "$need" = - ] || needs "$need"
}

# dependants LAYER: --without for the layer and for all that stands on it.
dependants() {
    without="$without --without $1"
    for layer in $(awk -F'\t' -v l="$1" '$2 == l { print $1 }' "$TMP/layers"); do
        dependants "$layer"
    done
}

for name in $(cut -f1 "$TMP/layers"); do
    with='' without=''
    needs "$name"
    as_user "$PINFOLD" run --profile none $with -- echo in
    is "$name alone runs the command" "$out/$status/$err" "in/0/"
    dependants "$name"
    as_user "$PINFOLD" run --profile full $without -- echo in
    is "full without $name runs the command" "$out/$status/$err" "in/0/"
done
done_testing

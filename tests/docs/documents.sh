#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The documents say what the programs say: options, layers, operations and exit codes have their
# entries in the manual, and the generated parts of README.md are what is printed today.
. "$(dirname "$0")/../tap.sh"
cd "$TAP_TOP" || exit 1

# options PROGRAM...: the names that its --help lists.
options() { "$@" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p' | sort -u; }

# entries PAGE: the options that a manual page describes, one a line.
entries() { sed -n 's/^\.It Fl Fl \([a-z-]*\).*/\1/p' "$1" | sort -u; }

same() { # NAME LEFT RIGHT: two lists of words
    printf '%s\n' "$2" >"$TMP/left"
    printf '%s\n' "$3" >"$TMP/right"
    diff "$TMP/left" "$TMP/right" >"$TMP/diff"
    tap_result $? "$1" || tap_diag "$(cat "$TMP/diff")"
}

same "every option of pinfold run is in pinfold-run(1), and no other" \
    "$(options "$PINFOLD" run)" "$(entries man/pinfold-run.1)"
same "every option of pinfold doctor is in pinfold-doctor(1), and no other" \
    "$(options "$PINFOLD" doctor)" "$(entries man/pinfold-doctor.1)"
for verb in ps stop exec attach; do
    same "every option of pinfold $verb is in pinfold-$verb(1), and no other" \
        "$(options "$PINFOLD" "$verb")" "$(entries "man/pinfold-$verb.1")"
done
{
    sed -n '/^static const struct cause causes/,/^};/s/^	{"\([a-z-]*\)",.*/\1/p' launcher/cause.c
    cat launcher/doctor.c launcher/layer/*.c | tr -d '\n\t' |
        grep -oE '(gap\(f, |err_cause\([^)]*)("[a-z0-9-]+"[ :?a-z_>=A-Z-]*)+' | grep -oE '"[a-z0-9-]+"' | tr -d '"'
} | sort -u >"$TMP/causes"
same "every cause is in pinfold-doctor(1), and no other" "$(cat "$TMP/causes")" \
    "$(sed -n '/^\.Sh CAUSES/,/^\.Sh EXIT/s/^\.It Cm \(.*\)$/\1/p' man/pinfold-doctor.1)"
for name in matrix bench probe; do
    same "every option of pinfold $name is in pinfold-$name(1), and no other" \
        "$(options "$BUILD/pinfold-$name")" "$(entries "man/pinfold-$name.1")"
done

# What CONTRIBUTING.md asks of a key ("Add a policy key"), step by step.
"$PINFOLD" policy schema | perl -MJSON::PP -e '
    sub walk { my ($at, $p) = @_; for (sort keys %$p) { my $k = $p->{$_};
        $k->{properties} ? walk("$at$_.", $k->{properties}) : print "$at$_\n" } }
    local $/; walk("", decode_json(<STDIN>)->{properties})' >"$TMP/keys"
ok "there are keys to compare" test -s "$TMP/keys"
same "pinfold-policy(5) has the keys, and no other" \
    "$(cat "$TMP/keys")" "$(sed -n '/^\.Sh KEYS/,/^\.Sh WHAT/s/^\.It Cm \([a-z.$-]*\).*/\1/p' man/pinfold-policy.5 | sort)"
while read -r key; do
    ok "key $key: tests/policy/bad/ has a bad value of it" \
        grep -qE "^[a-z0-9-]+\.json: $(printf '%s' "$key" | sed 's/[.$]/\\&/g')(\[|\.|,|:)" tests/policy/bad.txt
done <"$TMP/keys"

same "every option of pinfold-matrix decoys is in its manual, and no other" \
    "$(options "$BUILD/pinfold-matrix" decoys)" "$(entries man/pinfold-matrix-decoys.1)"

"$PINFOLD" layers --tsv | tail -n +2 >"$TMP/layers"
ok "there are layers to compare" test -s "$TMP/layers"
same "pinfold-layers(7) has the layers, in their order" \
    "$(cut -f1 "$TMP/layers")" \
    "$(sed -n '/^\.Sh LAYERS/,/^\.Sh WITHOUT/s/^\.It Cm \([a-z]*\)$/\1/p' man/pinfold-layers.7)"
same "pinfold-layers(7) has their needs" \
    "$(awk -F'\t' '$2 != "-" { print $1, $2 }' "$TMP/layers")" \
    "$(awk '/^\.It Cm/ { name = $3 } /^\.Pq needs Cm/ { print name, $4 }' man/pinfold-layers.7)"
sed -n '/^cannot_stop:/,/^mounts:/s/^  - //p' tests/plan/profiles.txt | sort -u >"$TMP/gaps"
ok "there is something that landlock-only cannot stop" test -s "$TMP/gaps"
while read -r gap; do
    ok "pinfold-layers(7) says that it can still $gap" grep -qxF "$gap" man/pinfold-layers.7
done <"$TMP/gaps"
while IFS="$(printf '\t')" read -r name needs profiles state reason stops; do
    ok "layer $name has its file, its symbol and its place" \
        grep -q "^const struct layer layer_$name = {" "launcher/layer/$name.c"
    ok "layer $name has its live test" grep -qE "^# Layers? .*\<$name\>" tests/live/*.sh
    ok "layer $name has a check of its own, or a namespace's number" \
        grep -Eq '\.check\[STAGE_|\.ns = ' "launcher/layer/$name.c"
done <"$TMP/layers"

"$PROBE" --list >"$TMP/operations"
ok "there are operations to compare" test -s "$TMP/operations"
while read -r id; do
    ok "operation $id is in pinfold-probe(1)" grep -qF "$id" man/pinfold-probe.1
    ok "operation $id has its rows in tests/matrix.tsv" grep -q "$(printf '\t')$id$(printf '\t')" tests/matrix.tsv
done <"$TMP/operations"

run tools/generate.sh --operations --check
is "pinfold-probe(1) has the list of operations (tools/generate.sh --operations)" "$status $out" "0 "

same "pinfold-matrix(1) has the operations that may be reached in full, each with its reason" \
    "$(sed -n 's/^REASON("\([^"]*\)".*/\1/p' matrix/table/reasons.def | sort)" \
    "$(sed -n '/^\.Ss What is reached in full/,/^\.El/s/^\.It Cm //p' man/pinfold-matrix.1 | sort)"
sed -n 's/^REASON("\([^"]*\)".*/\1/p' matrix/table/reasons.def | while read -r id; do
    grep -qxF "$id" "$TMP/operations" || echo "$id"
done >"$TMP/unknown"
ok "every reason is one of an operation" test ! -s "$TMP/unknown"

for code in 125 126 127; do
    ok "exit status $code is in pinfold(1) and pinfold-run(1)" \
        grep -q "$code" man/pinfold.1 man/pinfold-run.1
done

if command -v mandoc >/dev/null 2>&1; then
    run mandoc -T lint -W warning man/*
    is "the manual pages are clean" "$out" ""
else
    skip "the manual pages are clean" "mandoc is not installed"
fi

abi=$("$PINFOLD" layers --json | sed -n 's/.*"landlock_abi": \([0-9]*\).*/\1/p')
if grep -q unavailable "$TMP/layers" || [ "${abi:-0}" -lt 6 ]; then
    skip "README.md is what the programs say" "this host gives fewer layers than the one it was written on"
elif [ -e /dev/mem ]; then
    skip "README.md is what the programs say" "this host has a /dev/mem, which the one it was written on has not"
else
    TAP_TIMEOUT=120
    as_user env BUILD="$BUILD" tools/generate.sh --check
    is "README.md is what the programs say (tools/generate.sh)" "$out" ""
fi
same "README.md's overhead has a row for each profile" \
    "$(printf '%s\n' none ns_only landlock full)" \
    "$(sed -n '/begin overhead/,/end overhead/s/^| \([a-z_]*\) |.*/\1/p' README.md | grep -E '^(none|ns_only|landlock|full)$' | awk '!seen[$0]++')"
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/matrix.schema.json is what `pinfold matrix --json` prints: profiles, policies, another sandbox;
# and it is strict: a result with a word too much, or one too few, is refused. The example for
# GitHub Actions names options that there are.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=90
cd "$TAP_TOP" || exit 1

grep -o '[ ]--[a-z-]*' contrib/github-actions/matrix.yml | tr -d ' ' | sort -u >"$TMP/used"
"$BUILD/pinfold-matrix" --help | grep -o '^  --[a-z-]*' | tr -d ' ' >"$TMP/options"
is 'the example of GitHub Actions uses options that there are' \
    "$(grep -vxF -f "$TMP/options" "$TMP/used" | grep -v '^--$')" ''

# docs/comparison.md: of operations that there are, and of sandboxes that have their recipes.
"$PROBE" --list | sort >"$TMP/ids"
grep -oE '\| [a-z]+\.[a-z0-9-]+ \|' docs/comparison.md | tr -d '| ' | sort -u >"$TMP/compared"
ok 'docs/comparison.md has more than a hundred operations' [ "$(wc -l <"$TMP/compared")" -gt 100 ]
is 'and no other than those of the probe' "$(grep -vxF -f "$TMP/ids" "$TMP/compared")" ''
sed -n 's/^name //p' contrib/peers/*.peer | sort >"$TMP/recipes"
awk -F ' [|] ' '/^### / { who = $0 == "### other sandboxes" } who && /^[|] [a-z]/ && !/^[|] sandbox [|]/ { sub(/^[|] /, "", $1); print $1 }' \
    docs/comparison.md | sort >"$TMP/measured"
is 'docs/comparison.md has the sandboxes of the recipes' "$(cat "$TMP/measured")" "$(cat "$TMP/recipes")"
is 'each with a version, and measured' \
    "$(awk -F ' [|] ' '/^### / { who = $0 == "### other sandboxes" } who && /^[|] [a-z]/ && $2 == "-"' docs/comparison.md)" ''

needs_jsonschema

mkdir "$TMP/home" && user_owned "$TMP/home"
as_user env HOME="$TMP/home" "$BUILD/pinfold-matrix" --only 'fs.read-passwd,leak.environ' --samples 9 --policy default --json \
    --against 'box=env [clean: -i]' --against 'gone=/no/such [a: -a] [b<a: -b]'
is 'measured: exit' "$status" 0
printf '%s' "$out" >"$TMP/matrix.json"
run "$PYTHON" tests/docs/schema.py docs/matrix.schema.json "$TMP/matrix.json" skipped
is 'the schema takes what is printed, and nothing with a word more, less or changed' "$out" ''
is 'by the validator' "$status $err" '0 '
done_testing

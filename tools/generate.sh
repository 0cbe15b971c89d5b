#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# generate.sh [--check] [--overhead]: brings the generated parts of README.md up to date.
# generate.sh --families: the matrix by families in README.md, which takes a minute on a quiet machine;
#     tests/live/matrix.sh compares it.
# generate.sh --comparison: docs/comparison.md, from other sandboxes that are installed here; takes minutes.
#     With COMPARISON=FILE, from what `pinfold matrix --against known --json` printed to FILE.
# generate.sh --operations [--check]: the list of operations in man/pinfold-probe.1.
#
# A part stands between <!-- begin NAME --> and <!-- end NAME --> (in a manual: .\" begin NAME). The overhead is measured anew only
# with --overhead, on a quiet machine. --check changes nothing, prints the difference and ends with 1
# where README.md is not what the programs say; of the overhead it compares the row names alone.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
check='' overhead='' operations='' families='' comparison=''
for word in "$@"; do
    case $word in
    --check) check=yes ;;
    --overhead) overhead=yes ;;
    --operations) operations=yes ;;
    --families) families=yes ;;
    --comparison) comparison=yes ;;
    *)
        echo "usage: generate.sh [--check] [--overhead | --families | --comparison | --operations]" >&2
        exit 125
        ;;
    esac
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Replaces the part NAME of $tmp/README.md by standard input.
put() {
    cat >"$tmp/part"
    awk -v name="$1" -v part="$tmp/part" '
        $0 == "<!-- begin " name " -->" { print; while ((getline line < part) > 0) print line; skip = 1 }
        $0 == "<!-- end " name " -->" { skip = 0 }
        !skip { if ($0 != "<!-- begin " name " -->") print }
    ' "$tmp/README.md" >"$tmp/new"
    mv "$tmp/new" "$tmp/README.md"
}

# The first table of the summary alone.
families_of() { awk '/^\|/ { print; begun = 1; next } begun { exit }' "$1"; }

# An entry of the manual for each operation that has none outside of the generated part.
write_operations() {
    sed -n '/^\.\\" begin operations/,/^\.\\" end operations/d; s/^\.It Cm \([a-z]*\.[a-z0-9-]*\)$/\1/p' "$1" >"$tmp/written"
    "$BUILD/pinfold-probe" --list --tsv | awk -F '\t' -v written="$tmp/written" '
        BEGIN { while ((getline id < written) > 0) known[id] = 1 }
        NR == 1 || known[$1] { next }
        !($3 in n) { order[++families] = $3 }
        { row[$3, ++n[$3]] = $0 }
        function text(s) { gsub(/\\/, "\\e", s); return s }
        END {
            for (f = 1; f <= families; f++) {
                family = order[f]
                print ".Ss Family " family
                print ".Bl -tag -width Ds"
                for (i = 1; i <= n[family]; i++) {
                    split(row[family, i], c, "\t")
                    print ".It Cm " c[1]
                    print toupper(substr(text(c[2]), 1, 1)) substr(text(c[2]), 2) "."
                    print "Source: " text(c[4]) "."
                    if (c[6] != "inside") print "Judged " c[6] "."
                    if (c[7] == "root") print "Reached by root only."
                }
                print ".El"
            }
        }' >"$tmp/entries"
    awk -v part="$tmp/entries" '
        /^\.\\" begin operations/ { print; while ((getline line < part) > 0) print line; skip = 1; next }
        /^\.\\" end operations/ { skip = 0 }
        !skip' "$1"
}

if [ -n "$operations" ]; then
    write_operations man/pinfold-probe.1 >"$tmp/page"
    if [ -n "$check" ]; then
        diff -u man/pinfold-probe.1 "$tmp/page"
        exit $?
    fi
    cp "$tmp/page" man/pinfold-probe.1
    exit 0
fi

# "### title" ends the part before it; what was measured, on what, is its last line.
if [ -n "$comparison" ]; then
    if [ -z "${COMPARISON:-}" ]; then
        COMPARISON=$tmp/comparison.json
        "$BUILD/pinfold" matrix --against known --profile none --profile full --json >"$COMPARISON"
    fi
    "$BUILD/pinfold" matrix --from "$COMPARISON" --by-family --markdown |
        awk '/^### other sandboxes/ { begun = 1 } begun' >"$tmp/comparison"
    cp docs/comparison.md "$tmp/README.md"
    put comparison <"$tmp/comparison"
    cp "$tmp/README.md" docs/comparison.md
    exit 0
fi

# The names that a workspace guards.
write_protected() {
    "$BUILD/pinfold" protected --markdown >"$tmp/part"
    awk -v part="$tmp/part" '
        $0 == "<!-- begin protected -->" { print; while ((getline line < part) > 0) print line; skip = 1 }
        $0 == "<!-- end protected -->" { skip = 0 }
        !skip { if ($0 != "<!-- begin protected -->") print }
    ' docs/protected.md
}

write_protected >"$tmp/protected.md"
[ -n "$check" ] || cp "$tmp/protected.md" docs/protected.md
[ -z "$check" ] || diff -u docs/protected.md "$tmp/protected.md"

cp README.md "$tmp/README.md"
# What was measured, on what and how fast, is the summary's; the rows are what must not change.
"$BUILD/pinfold" matrix --family seed --markdown >"$tmp/matrix"
sed '/^measured as/d' "$tmp/matrix" | put matrix
"$BUILD/pinfold" layers --markdown | put layers
if [ -n "$overhead" ]; then
    "$BUILD/pinfold" bench --markdown >"$tmp/bench"
    sed '/^```/,/^```/d' "$tmp/bench" | put overhead
fi
if [ -n "$families" ]; then
    "$BUILD/pinfold" matrix --by-family --markdown >"$tmp/families"
    families_of "$tmp/families" | put families
fi
if [ -z "$check" ]; then
    cp "$tmp/README.md" README.md
    exit 0
fi
diff -u README.md "$tmp/README.md"

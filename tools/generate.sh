#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# generate.sh [--check] [--overhead]: brings the generated parts of README.md up to date.
#
# A part stands between <!-- begin NAME --> and <!-- end NAME -->. The overhead is measured anew only
# with --overhead, on a quiet machine. --check changes nothing, prints the difference and ends with 1
# where README.md is not what the programs say; of the overhead it compares the row names alone.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
check='' overhead=''
for word in "$@"; do
    case $word in
    --check) check=yes ;;
    --overhead) overhead=yes ;;
    *)
        echo "usage: generate.sh [--check] [--overhead]" >&2
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

cp README.md "$tmp/README.md"
# What was measured, on what and how fast, is the summary's; the rows are what must not change.
"$BUILD/pinfold" matrix --markdown >"$tmp/matrix"
sed '/^measured as/d' "$tmp/matrix" | put matrix
"$BUILD/pinfold" layers --markdown | put layers
if [ -n "$overhead" ]; then
    "$BUILD/pinfold" bench --markdown >"$tmp/bench"
    sed '/^```/,/^```/d' "$tmp/bench" | put overhead
fi
if [ -z "$check" ]; then
    cp "$tmp/README.md" README.md
    exit 0
fi
diff -u README.md "$tmp/README.md"

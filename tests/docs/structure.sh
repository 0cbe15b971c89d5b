#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# STYLE.md, as far as a machine can tell: sizes, walls between rooms, licences, format.
. "$(dirname "$0")/../tap.sh"
cd "$TAP_TOP" || exit 1

find . -path './build*' -prune -o -path './.git' -prune -o -name '*.[ch]' -print | sed 's,^\./,,' | sort >"$TMP/sources"
ok "there are sources to look at" test "$(wc -l <"$TMP/sources")" -gt 50

none() { # NAME FILE: passes where the file is empty, else shows it
    [ ! -s "$2" ]
    tap_result $? "$1" || tap_diag "$(head -20 "$2")"
}

# A function's body begins and ends with a brace in column 0; tables (no parenthesis above) are exempt.
xargs awk '
    FNR == 1 { head = ""; start = 0 }
    /^{/ { start = FNR; next }
    /^}/ {
        if (start && FNR - start + 1 > 60) print FILENAME ":" start ": " FNR - start + 1 " lines"
        start = 0
    }' <"$TMP/sources" >"$TMP/functions"
none "no function has more than 60 lines" "$TMP/functions"

xargs awk 'FNR == 401 { print FILENAME }' <"$TMP/sources" >"$TMP/files"
none "no file has more than 400 lines" "$TMP/files"

# The rule sees itself: a function and a file that are too long are found.
{ echo 'int f(void)'; echo '{'; yes '	;' | head -60; echo '}'; } >"$TMP/long.c"
is "a function of 62 lines would be found" \
    "$(awk '/^{/ { s = FNR } /^}/ { if (s && FNR - s + 1 > 60) print "found" }' "$TMP/long.c")" found

# includes FILE...: "FILE HEADER" for each header of ours that is named with quotes.
includes() { xargs awk -F'"' '/^#include "/ { print FILENAME, $2 }'; }

grep '^lib/' "$TMP/sources" | includes | while read -r file header; do
    [ -e "lib/$header" ] || echo "$file includes $header"
done >"$TMP/lib"
none "lib/ includes nothing of ours outside lib/" "$TMP/lib"

for program in launcher probe matrix bench; do
    grep "^$program/" "$TMP/sources" | includes | while read -r file header; do
        [ -e "lib/$header" ] || [ -e "$program/$header" ] || [ "${header#filter-}" != "$header" ] ||
            [ "$header" = profiles.inc ] ||
            echo "$file includes $header"
    done >"$TMP/program"
    none "$program/ includes only lib/ and itself" "$TMP/program"
done
grep '^launcher/layer/' "$TMP/sources" | includes | while read -r file header; do
    [ "$header" = pinfold.h ] || [ -e "lib/$header" ] || [ "${header#table/}" != "$header" ] ||
        [ "${header#filter-}" != "$header" ] || echo "$file includes $header"
done >"$TMP/layer"
none "a layer includes pinfold.h, lib/, a table or the filter, and no other layer" "$TMP/layer"

git ls-files 2>/dev/null >"$TMP/listed" || true
[ -s "$TMP/listed" ] || find . -path './build*' -prune -o -path './.git' -prune -o -type f -print | sed 's,^\./,,' >"$TMP/listed"
while read -r file; do
    [ ! -f "$file" ] || echo "$file"
done <"$TMP/listed" >"$TMP/tracked"

grep -E '\.(c|h|def|sh|inc|mk|1|7)$|^Makefile$|^\.ci/run$' "$TMP/tracked" | xargs -d '\n' awk '
    FNR == 1 && NR > 1 && !said { print file }
    FNR == 1 { file = FILENAME; said = 0 }
    FNR <= 3 && /SPDX-License-Identifier: Apache-2.0/ { said = 1 }
    FNR == 4 { nextfile }
    END { if (!said) print file }' >"$TMP/licence"
none "every source says its licence" "$TMP/licence"

grep -vx LICENSE "$TMP/tracked" | xargs -d '\n' grep -nE '[[:blank:]]+$' /dev/null >"$TMP/blanks"
none "no line ends with blanks" "$TMP/blanks"

# What only holds on the machine of whoever wrote it. Split, so that this file is not found.
machine='/wor''k/main|/tmp/p''f/|far''m-'
# (The machines of tests/plan/ are made up.)
grep -vE '^tests/(docs/structure.sh$|plan/)' "$TMP/tracked" | xargs -d '\n' grep -nE "$machine" /dev/null >"$TMP/machine"
none "no path of a developer's machine" "$TMP/machine"

if command -v clang-format >/dev/null 2>&1; then
    xargs clang-format --dry-run -Werror <"$TMP/sources" >"$TMP/format" 2>&1
    grep -E 'error:' "$TMP/format" | cut -d: -f1 | sort | uniq -c >"$TMP/unformatted"
    none "clang-format would change nothing" "$TMP/unformatted"
else
    skip "clang-format would change nothing" "clang-format is not installed"
fi

# prove(1) starts them; what an emulated machine runs is not started here.
grep -E '^tests/[a-z]+/[^/]*\.sh$' "$TMP/tracked" | while read -r file; do
    [ -x "$file" ] || echo "$file"
done >"$TMP/not-started"
none "every script of the tests can be started" "$TMP/not-started"

if command -v shellcheck >/dev/null 2>&1; then
    grep -E '\.sh$|^\.ci/run$' "$TMP/tracked" | xargs shellcheck -s sh -S error >"$TMP/shell" 2>&1
    none "shellcheck finds no error" "$TMP/shell"
else
    skip "shellcheck finds no error" "shellcheck is not installed"
fi
done_testing

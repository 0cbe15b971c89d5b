#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lessons.tsv has a row for each of the ninety-six breaks of other sandboxes that were collected, and
# the script that it names has a test of that name, or the row says why there is none.
. "$(dirname "$0")/../tap.sh"
cd "$TAP_TOP/tests/live" || exit 1

is "every row, once, in order" "$(sed 1d lessons.tsv | cut -f1 | tr '\n' ' ')" "$(seq -s ' ' 96) "
is "four columns in each" "$(awk -F '\t' 'NF != 4' lessons.tsv)" ""
is "no subject twice" "$(cut -f2 lessons.tsv | sort | uniq -d)" ""

# A test: a word of tap.sh, live.inc or the script that makes one, with the name as its first or second argument. Text in a
# comment is none.
has_test() { # SCRIPT ROW ID
    grep -v '^[[:space:]]*#' "$1" | sed -e 's/"\$/"/' >"$TMP/script"
    grep -F "lesson $2 $3:" "$TMP/script" | grep -q -E '^[[:space:]]*(\[[^]]*\] \|\| )?(is|ok|like|unlike|gives|refused|race|same_picture) ' && return 0
    # In a table that a loop makes tests from.
    grep -F "'$2 $3:" "$TMP/script" | grep -q 'for row in' && grep -q 'lesson \${row' "$TMP/script"
}

tab=$(printf '\t')
missing='' unexplained=''
while IFS="$tab" read -r row id script why; do
    [ "$row" = row ] && continue
    if [ "$script" = - ]; then
        [ "${#why}" -gt 20 ] || unexplained="$unexplained $row"
    elif ! [ -x "$script" ] || ! has_test "$script" "$row" "$id"; then
        missing="$missing $row:$script"
    fi
done <lessons.tsv
is "every named test is there" "$missing" ""
is "where there is none, it says why" "$unexplained" ""
is "and no test is of a row that the list has elsewhere" "$(grep -o -h -E 'lesson [0-9]+ [A-Za-z]' -- *.sh |
    cut -d' ' -f2 | sort -n | uniq | while read -r row; do
        awk -F '\t' -v r="$row" '$1 == r && $3 != "-" { n++ } END { exit !n }' lessons.tsv || echo "$row"
    done)" ""

# The rule sees itself.
printf '#!/bin/sh\n# is "lesson 1 X: a comment" a a\nis "lesson 2 Y: a test" a a\necho "lesson 3 Z: no test"\n' >"$TMP/fake"
has_test "$TMP/fake" 1 X
is "a name in a comment is not taken for a test" "$?" 1
has_test "$TMP/fake" 3 Z
is "nor one that is printed" "$?" 1
has_test "$TMP/fake" 2 Y
is "a test is" "$?" 0
done_testing

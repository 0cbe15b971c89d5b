#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The numbers of the table against the installed kernel headers: x86-64's own, and the generic ones,
# which are aarch64's. The headers are older than the table or younger; what they know the table
# has to know by the same number, but for numbers beyond its last, which it answers with ENOSYS.
. "$(dirname "$0")/../tap.sh"

MKFILTER=$BUILD/gen/mkfilter
CC=${CC:-cc}

# numbers_of MACRO...: reads C, prints "name number" of each __NR_name that it defines.
numbers_of() {
    $CC -E -dM "$@" - | sed -n -E 's/^#define __NR(3264)?_([a-z_0-9]+) (.*)$/\1 \2 \3/p' |
        sed -E 's/^ //; s/^3264 /3264_/' | awk '
            { name = $1; value = $2; gsub(/[()]/, "", value); text[name] = value }
            END {
                for (name in text) {
                    value = text[name]
                    if (value ~ /^__NR3264_/) value = text["3264_" substr(value, 10)]
                    if (name !~ /^3264_/ && name != "syscalls" && name != "arch_specific_syscall" &&
                        value ~ /^[0-9]+$/) print name, value
                }
            }' | sort
}

# compare ARCH COLUMN: the headers' numbers are in $TMP/headers.
compare() {
    last=$(awk -F '\t' -v c="$2" 'NR > 1 && $c > m { m = $c } END { print m }' "$TMP/rows")
    awk -F '\t' -v c="$2" 'NR > 1 && $c >= 0 { print $1, $c }' "$TMP/rows" | sort >"$TMP/table"
    known=$(wc -l <"$TMP/headers")
    ok "$1: the headers know more than 250 calls" [ "$known" -gt 250 ]
    # The headers' words that the table has not, or by another number.
    wrong=$(comm -13 "$TMP/table" "$TMP/headers" | awk -v last="$last" '$2 <= last')
    is "$1: $known numbers are those of the headers" "$wrong" ""
    # And the other way: nothing in the table that a header of its age denies.
    newest=$(awk '$2 > m { m = $2 } END { print m }' "$TMP/headers")
    extra=$(comm -23 "$TMP/table" "$TMP/headers" | awk -v newest="$newest" '$2 <= newest' |
        grep -v -x -F -e 'uretprobe 335' -e 'uprobe 336')
    is "$1: the table has no call of that age that the headers lack" "$extra" ""
    is "$1: the last number is that of Linux 6.18" "$last" 469
    younger=$(comm -13 "$TMP/table" "$TMP/headers" | awk -v last="$last" '$2 > last')
    [ -z "$younger" ] || skip "$1: calls younger than the table" \
        "it answers them with ENOSYS: $(echo "$younger" | tr '\n' ' ')"
}

ok "the table can be printed" sh -c '"$1" --rows >"$2"' sh "$MKFILTER" "$TMP/rows"
is "the table has as many columns in every row" \
    "$(awk -F '\t' '{ print NF }' "$TMP/rows" | sort -u)" 6

if [ "$(uname -m)" = x86_64 ]; then
    echo '#include <asm/unistd.h>' | numbers_of >"$TMP/headers"
    compare x86_64 2
else
    skip "x86_64: the numbers are those of the headers" "only a x86-64 machine has its headers"
fi
echo '#include <asm-generic/unistd.h>' |
    numbers_of -D__BITS_PER_LONG=64 -D__ARCH_WANT_RENAMEAT -D__ARCH_WANT_NEW_STAT \
        -D__ARCH_WANT_SET_GET_RLIMIT -D__ARCH_WANT_SYS_CLONE3 -D__ARCH_WANT_MEMFD_SECRET \
        >"$TMP/headers"
compare aarch64 3

for arch in x86_64 aarch64 sockets-x86_64 sockets-aarch64; do
    run "$MKFILTER" "$arch"
    is "mkfilter makes $arch's filter" "$status" 0
    is "its header is the one that the launcher was built with" \
        "$(cat "$BUILD/gen/filter-$arch.h")" "$out"
done
run "$MKFILTER" i386
is "mkfilter knows no other architecture" "$status" 125

done_testing

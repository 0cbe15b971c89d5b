#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How other sandboxes broke (lessons.tsv, a row each), and that this one does not. Rows that have a test
# elsewhere name it there; the others are tried here, as "row N". Row by row: none is missing.
. "$(dirname "$0")/live.inc"
helpers racer

# ---- every row is accounted for, and the tests it names are there
is "rows 1 to 96, each once" "$(grep -v '^#' "$TAP_TOP/tests/live/lessons.tsv" | cut -f1 | tr '\n' ' ')" \
    "$(seq 96 | tr '\n' ' ')"
grep -v '^#' "$TAP_TOP/tests/live/lessons.tsv" | while IFS="$(printf '\t')" read -r row id file words; do
    [ "$file" = - ] && { [ -n "$words" ] || echo "row $row ($id) has no reason"; continue; }
    grep -qF -- "$words" "$TAP_TOP/$file" 2>/dev/null || echo "row $row ($id): no \"$words\" in $file"
done >"$TMP/missing"
is "each row's test exists, or the reason why there is none" "$(cat "$TMP/missing")" ""

before() { find "$WORK" "$TMP/host" -printf '%p %y %m %s %l\n' | sort; }

escapes() {
    mkdir -p "$TMP/host" "$WORK/ws"
    echo decoy >"$TMP/host/file"
    chmod 755 "$TMP/host"
    for target in /oldroot"$TMP/host" "/proc/self/root$TMP/host" ../../../../../../../"$TMP/host" / "$TMP/host"; do
        rm -f "$WORK/ws/l"
        ln -s "$target" "$WORK/ws/l"
        user_owned "$WORK"
        before >"$TMP/was"
        pin --rw "$WORK/ws:/ws" --ro "$TMP/host/file:/ws/l/made" touch "$WORK/ran"
        is "row 6 (CVE-2026-87766): a link to $target above a destination ($who)" "$status" 125
        before >"$TMP/is"
        ok "row 6, 35, 42: and nothing was made anywhere ($who)" cmp -s "$TMP/was" "$TMP/is"
        pin --rw "$WORK/ws/l" true
        is "row 19, 20, 22, 59: a link as a source ($who)" "$status" 125
    done

    sum=$(cksum <"$PINFOLD")
    pin --rw "$WORK" sh -c 'for p in /proc/self/exe /proc/1/exe /proc/[0-9]*/exe; do (: >>"$p") 2>/dev/null && echo "$p"; done; :'
    is "row 10, 26 and 60 (CVE-2019-5736): no program can be opened for writing by /proc ($who)" "$out" ""
    is "row 26: the launcher is as it was ($who)" "$(cksum <"$PINFOLD")" "$sum"

    pin -- --ro
    is "row 18 and 63 (CVE-2024-32462): a command named --ro is a command ($who)" "$status" 127
    pin "$(printf -- '--\033[31mred')" true
    is "row 17 (CVE-2023-28101): an escape sequence in a name ($who)" "$status" 125
    unlike "row 17: does not reach the terminal ($who)" "$err" "$(printf '\033')"

    pin sh -c 'ls -d /sys /sys/fs/cgroup 2>/dev/null; :'
    is "row 32 (CVE-2023-25809) and 87: no cgroup file system ($who)" "$out" ""
    pin sh -c 'cat /etc/passwd 2>&1 | sed s,passwd,X,; cat /etc/no-such-name 2>&1 | sed s,no-such-name,X,'
    is "row 73: hidden and absent look the same ($who)" "$(printf '%s\n' "$out" | sort -u | wc -l)" 1
    pin sh -c 'ls -d /home /root /run /var 2>/dev/null; :'
    is "row 68 and 69: no home, no runtime directory, no bus ($who)" "$out" ""

    pin --chdir /proc/self/fd/0 true
    is "row 34: --chdir through a magic link ($who)" "$status" 125
}

# faked FAKE OPTIONS...: pinfold as an ordinary user in a mount namespace where FAKE was done.
faked() {
    fake=$1
    shift
    # shellcheck disable=SC2086 # drop is words
    $drop timeout 20 unshare -Urm --propagation private sh -c "$fake"' && exec unshare -U --map-user=1000 \
        --map-group=1000 -- "$@"' sh "$PINFOLD" run "$@" -- echo ran >"$TMP/.out" 2>&1
    err=$(cat "$TMP/.out")
}

fakes() {
    faked true --profile none --with user
    case $err in
    ran) ;;
    *) skip "row 27, 28, 36, 38, 47, 48 ($who)" "no namespaces to fake a host in: $err"; return ;;
    esac
    faked "mount --bind $PINFOLD /dev/null" --profile none --with user --with mount
    like "row 36, 47 and 48 (CVE-2025-31133): a /dev/null that is none is refused ($who)" "$err" \
        '^pinfold: mount: /dev/null is not the device of that name'
    unlike "row 36: nothing ran ($who)" "$err" '^ran'
}

# A /proc that is none: root alone can put one there and leave the user's ids as they are.
fake_proc() {
    if [ "$(id -u)" != 0 ]; then
        skip "row 27, 28 and 38" "takes root to put a fake /proc before an ordinary user"
        return
    fi
    # shellcheck disable=SC2086 # words
    timeout 20 unshare -m --propagation private sh -c 'mount -t tmpfs none /proc && mkdir -m 777 -p /proc/self/ns &&
        : >/proc/self/uid_map && : >/proc/self/setgroups && chmod 666 /proc/self/uid_map /proc/self/setgroups &&
        exec "$@"' sh $USER_DROP "$PINFOLD" run --profile none --with user -- echo ran >"$TMP/.out" 2>&1
    like "row 27, 28 and 38 (CVE-2019-16884): a faked /proc is refused" "$(cat "$TMP/.out")" \
        '^pinfold: user: /proc is not a procfs'
    unlike "row 27: nothing ran" "$(cat "$TMP/.out")" '^ran'
}

each_uid escapes
each_uid fakes
fake_proc
rm -f "$WORK/ws/l"

# Row 29 and 71: somebody exchanges a directory with a link to the host, as fast as he can.
mkdir -p "$WORK/race/a" "$TMP/host"
ln -s "$TMP/host" "$WORK/race/b"
user_owned "$WORK"
$USER_DROP "$BIN/racer" "$WORK/race/a" "$WORK/race/b" "$WORK/count" &
racer=$!
n=0
while [ $n -lt 60 ]; do
    as_user "$PINFOLD" run --rw "$WORK/race/a" -- sh -c 'touch planted; cd "$1" && touch planted' sh "$WORK/race/a"
    n=$((n + 1))
done
kill "$racer" 2>/dev/null
wait "$racer" 2>/dev/null
ok "row 29 and 71: the names were exchanged meanwhile ($(cat "$WORK/count") times)" test "$(cat "$WORK/count")" -gt 100
is "row 29 and 71 (CVE-2021-30465): sixty starts against an exchange of a directory and a link" \
    "$(find "$TMP/host" -name planted)" ""
done_testing

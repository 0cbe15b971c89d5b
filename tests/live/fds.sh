#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer fds: exactly 0, 1 and 2, none of them a directory; and a working directory that is inside.
. "$(dirname "$0")/live.inc"
helpers fds

mkdir "$TMP/secret"
echo decoy >"$TMP/secret/file"
chmod -R a+rX "$TMP/secret"

# with N PATH OPTIONS...: pinfold run with PATH open as descriptor N.
with() {
    number=$1 path=$2
    shift 2
    # shellcheck disable=SC2086
    $as "$BIN/fds" open "$number" "$path" "$PINFOLD" run --profile full --ro "$BIN" "$@"
}

open_files() {
    for number in 3 7 63 64 65 1023 1024 9000; do
        with "$number" "$TMP/secret/file" --profile none "$BIN/fds" list
        is "off: descriptor $number is handed on ($who)" "$out" "0 1 2 $number"
        for options in '--profile none --with fds' '--profile full' '--without pid'; do
            # shellcheck disable=SC2086
            with "$number" "$TMP/secret/file" $options "$BIN/fds" list
            is "on: descriptor $number is not, under $options ($who)" "$out" "0 1 2"
        done
    done
    with 7 "$TMP/secret/file" --profile none sh -c 'cat <&7'
    is "off: the file is read through it ($who)" "$out" decoy
    with 7 "$TMP/secret" --profile ns_only sh -c 'cat /proc/self/fd/7/file'
    is "off: a directory leads out of the new root ($who)" "$out" decoy
    with 7 "$TMP/secret" --profile ns_only --with fds sh -c 'cat /proc/self/fd/7/file'
    is "on: it does not ($who)" "$status:$out" "1:"
    for options in '--profile ns_only' '--profile landlock' '--without fds' '--profile full'; do
        for number in 7 200; do
            # shellcheck disable=SC2086
            with "$number" "$TMP/secret" $options --chdir "/proc/self/fd/$number" cat file
            is "--chdir by descriptor $number leads nowhere under $options ($who)" "$status:$out" 125:
        done
    done
    # Nothing of the set-up's own is left either, where nobody closes. (77 is closed as it is.)
    prefix="$BIN/fds close 77"
    for options in '--profile none' '--without fds' '--profile ns_only' '--profile landlock' \
        "--without fds --report $REPORTS/report" '--without fds --without pid'; do
        # shellcheck disable=SC2086
        gives "0 1 2" "no descriptor of ours under $options" $options "$BIN/fds" list
    done
    prefix=''
    rm -f "$REPORTS/report"
}

directories() {
    for number in 0 1 2; do
        for options in '--profile full' '--profile none --with fds' '--without pid'; do
            rm -f "$WORK/ran"
            # shellcheck disable=SC2086
            with "$number" "$TMP/secret" --rw "$WORK" $options sh -c "$RAN"
            is "a directory as descriptor $number is refused under $options ($who)" "$status" 125
            ok "and nothing has run ($who)" [ ! -e "$WORK/ran" ]
            [ "$number" = 2 ] || like "and the message says so ($who)" "$err" \
                "^pinfold: fds: descriptor $number is a directory.*EISDIR"
            [ "$number" = 2 ] || like "and the remedy ($who)" "$err" '^  Redirect it'
        done
        with "$number" "$TMP/secret" --profile none sh -c "[ -s /proc/self/fd/$number/file ] && exit 7"
        is "off: descriptor $number leads there ($who)" "$status" 7
    done
}

# cd PLACE, then pinfold: where the command finds itself.
cwd() {
    mkdir -p "$TMP/place/deep"
    chmod -R 755 "$TMP/place"
    for row in "/|$TMP/secret|" "$TMP/place/deep|$TMP/place/deep|--ro $TMP/place" \
        "/|$TMP/place|--ro $TMP/place/deep" "/|$TMP/place|--ro $TMP/place:/x" "/usr/bin|/usr/bin|" \
        "/x|$TMP/place|--ro $TMP/place:/x --chdir /x" "/|/proc/self|"; do
        want=${row%%|*} rest=${row#*|}
        from=${rest%%|*} options=${rest#*|}
        for profile in ns_only full; do
            # shellcheck disable=SC2086
            got=$(cd "$from" && timeout 20 $drop "$PINFOLD" run --profile $profile $options \
                sh -c 'readlink /proc/self/cwd; pwd')
            is "from $from with '$options' the $profile command starts in $want ($who)" "$got" "$want
$want"
        done
    done
    # shellcheck disable=SC2086
    is "profile none stays where it is ($who)" \
        "$(cd "$TMP/place" && timeout 20 $drop "$PINFOLD" run --profile none pwd -P)" "$TMP/place"
    mkdir "$TMP/gone"
    # shellcheck disable=SC2086
    got=$(cd "$TMP/gone" && rmdir "$TMP/gone" && timeout 20 $drop "$PINFOLD" run --profile full pwd)
    is "from a directory that is gone the command starts in / ($who)" "$got" /
    rm -rf "$TMP/place"
}

each_uid open_files
each_uid directories
each_uid cwd
done_testing

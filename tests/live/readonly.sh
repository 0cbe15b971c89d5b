#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer readonly: the composed root is closed; what is mounted in it keeps its own word.
. "$(dirname "$0")/live.inc"
helpers try

# Landlock would refuse too, so it is off where the errno is looked at.
off='--without readonly --without landlock'
on='--without landlock'

root() {
    # shellcheck disable=SC2086
    for place in /made /dev/made; do
        gives ok "off: a directory can be made at $place" $off "$BIN/try" mkdir "$place"
        gives EROFS "on: none at $place" $on "$BIN/try" mkdir "$place"
        gives EROFS "on, by itself: none at $place" --profile ns_only --with readonly \
            "$BIN/try" mkdir "$place"
    done
    # shellcheck disable=SC2086
    gives "ok" "off: a name of ours can be replaced" $off sh -c 'rm /bin; "$1" mkdir /bin' sh "$BIN/try"
    # shellcheck disable=SC2086
    gives "EROFS" "on: it cannot" $on sh -c 'rm /bin 2>/dev/null; "$1" rename /bin /x' sh "$BIN/try"
    # shellcheck disable=SC2086
    gives "EROFS" "on: nor a directory on the way to a mount" $on --ro "$BIN:/a/b/c" \
        "$BIN/try" rename /a /x
    gives EACCES "Landlock is the second wall" --without readonly "$BIN/try" mkdir /made
}

keeps() {
    for options in '--without readonly' ''; do
        # shellcheck disable=SC2086
        for place in /tmp/made /dev/shm/made "$WORK/made"; do
            gives ok "$place can be written: '$options'" $options --rw "$WORK" "$BIN/try" mkdir "$place"
            rm -rf "$WORK/made"
        done
    done
    gives ok "/dev/null can be written to" "$BIN/try" write /dev/null
}

each_uid root
each_uid keeps
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer ipc: System V objects and message queues are the run's own.
. "$(dirname "$0")/live.inc"
helpers try

off='--profile none --with user'
on='--profile none --with user --with ipc'
KEY=$((0x70660000 + $$ % 65536))
QUEUE=/pinfold-test-$$

host_objects() {
    # shellcheck disable=SC2086
    for options in '--profile none' "$off"; do
        gives ok "off: a segment of the host's is there under $options" $options "$BIN/try" shm "$KEY"
        gives ok "off: a queue of the host's is there under $options" $options "$BIN/try" mq "$QUEUE"
    done
    # shellcheck disable=SC2086
    for options in "$on" '--profile ns_only' '--profile full'; do
        gives ENOENT "on: no segment under $options" $options "$BIN/try" shm "$KEY"
        gives ENOENT "on: no queue under $options" $options "$BIN/try" mq "$QUEUE"
        gives "1" "on: nor a line of it in /proc/sysvipc under $options" $options \
            sh -c 'wc -l </proc/sysvipc/shm'
        gives ok "on: one of its own can be made under $options" $options "$BIN/try" shm-make 4711
    done
    # shellcheck disable=SC2086
    for options in "$on" '--profile ns_only' '--without landlock'; do
        gives ok "on: a queue of its own can be made under $options" $options "$BIN/try" mq-make /q
    done
    # A queue lies in a file system that no path leads to, so no rule can name it.
    gives EACCES "on: Landlock lets nobody make a queue" "$BIN/try" mq-make /q
    gives ENOENT "and is gone with the run" "$BIN/try" shm 4711
    is "on: none of it came out ($who)" "$("$BIN/try" shm 4711) $("$BIN/try" mq /q)" "ENOENT ENOENT"
}

trap '"$BIN/try" shm-remove "$KEY" >/dev/null; "$BIN/try" mq-remove "$QUEUE" >/dev/null; rm -rf "$TMP"' EXIT
is "a decoy segment" "$("$BIN/try" shm-make "$KEY")" ok
is "a decoy queue" "$("$BIN/try" mq-make "$QUEUE")" ok
each_uid host_objects
done_testing

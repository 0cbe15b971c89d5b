#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer nnp: a set-user-ID file, or one with capabilities, gives nothing.
. "$(dirname "$0")/live.inc"

DECOYS=$TMP/decoys
mkdir "$DECOYS"
chmod 755 "$DECOYS"
cp /usr/bin/id "$DECOYS/id"
cp /usr/bin/grep "$DECOYS/grep"

# Decoys that raise whoever runs them: id becomes uid 12345, grep gets CAP_NET_RAW (bit 13).
make_decoys() {
    [ "$TAP_UID" = 0 ] || { why='only root can make a set-user-ID file of another uid'; return 1; }
    chown 12345:12345 "$DECOYS/id"
    chmod 6755 "$DECOYS/id"
    if findmnt -n -o OPTIONS -T "$DECOYS" | grep -q nosuid; then
        why='/tmp is mounted nosuid'
        return 1
    fi
    why='python3 is needed to give a file capabilities'
    /usr/bin/python3 -c 'import os, struct, sys
os.setxattr(sys.argv[1], "security.capability", struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0))' \
        "$DECOYS/grep"
}

raw='^CapEff:.*0000002000'
decoys() {
    gives 12345 "off: a set-user-ID file raises" --profile none "$DECOYS/id" -u
    gives 12345 "off: a set-group-ID file raises" --profile none "$DECOYS/id" -g
    gives 1 "off: a file with capabilities raises" --profile none \
        sh -c "'$DECOYS/grep' -c '$raw' /proc/self/status; true"
    gives "$agent" "on: a set-user-ID file does not" --profile none --with nnp "$DECOYS/id" -u
    gives "$agent" "on: a set-group-ID file does not" --profile none --with nnp "$DECOYS/id" -g
    gives 0 "on: a file with capabilities does not" --profile none --with nnp \
        sh -c "'$DECOYS/grep' -c '$raw' /proc/self/status; true"
    # The second wall: every mount is nosuid, and the id has no name in the user namespace.
    gives "$agent" "without nnp the mount layer's nosuid stands" --profile none --with user \
        --with mount --ro "$DECOYS" "$DECOYS/id" -u
    gives "$agent" "full: nothing is gained" --ro "$DECOYS" "$DECOYS/id" -u
}

state() {
    for options in '--profile none' '--profile ns_only'; do
        # shellcheck disable=SC2086
        gives "NoNewPrivs: 0" "the kernel says 0 under $options" $options \
            sh -c 'echo $(grep NoNewPrivs /proc/self/status)'
    done
    for options in '--profile none --with nnp' '--profile landlock' '--profile full' \
        '--profile ns_only --with nnp'; do
        # shellcheck disable=SC2086
        gives "NoNewPrivs: 1" "the kernel says 1 under $options" $options \
            sh -c 'echo $(grep NoNewPrivs /proc/self/status)'
    done
    gives "NoNewPrivs: 1" "pid 1 is locked likewise" sh -c 'echo $(grep NoNewPrivs /proc/1/status)'
}

if make_decoys; then
    each_uid decoys
else
    skip "files that raise whoever runs them" "$why"
fi
each_uid state
done_testing

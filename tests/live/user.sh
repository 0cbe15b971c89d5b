#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer user: one id, and none that could be become; and what the agent is where it is off.
. "$(dirname "$0")/live.inc"
helpers try

on='--profile none --with user'

maps() {
    is "off: the host's own map ($who)" \
        "$(pin --profile none cat /proc/self/uid_map && echo "$out")" "$(cat /proc/self/uid_map)"
    # shellcheck disable=SC2086
    for options in "$on" '--profile ns_only' '--profile full'; do
        gives "$agent $agent 1" "one uid under $options" $options sh -c 'echo $(cat /proc/self/uid_map)'
        gives "$agent $agent 1" "one gid under $options" $options sh -c 'echo $(cat /proc/self/gid_map)'
        gives deny "setgroups under $options" $options cat /proc/self/setgroups
        gives "$agent $agent $agent" "the ids under $options" $options \
            sh -c 'echo $(id -u) $(id -ru) $(id -G)'
    done
}

# With the namespace's capabilities (caps is off) an unmapped id is refused as such: EINVAL.
becoming() {
    # shellcheck disable=SC2086
    for id in 0 1 1000 4294967294; do
        gives EPERM "off: uid $id is refused for want of capabilities" --profile none \
            "$BIN/try" setuid "$id"
        gives EINVAL "on: uid $id does not exist" $on "$BIN/try" setuid "$id"
    done
    gives EPERM "setgroups(2) stays denied" --profile ns_only "$BIN/try" setgroups
    gives ok "its own uid can be set" "$BIN/try" setuid "$agent"
    gives "ok" "off: a namespace can be made inside" --profile none "$BIN/try" unshare user
    gives "EPERM" "full: none" "$BIN/try" unshare user
}

# Capabilities come with the namespace, survive exec without caps, and are none without user.
capabilities() {
    # shellcheck disable=SC2086
    gives "CapEff: 0000000000000000" "off: none" --profile none \
        sh -c 'echo $(grep CapEff /proc/self/status)'
    full=$(printf '%016x' $(((1 << ($(cat /proc/sys/kernel/cap_last_cap) + 1)) - 1)))
    # shellcheck disable=SC2086
    gives "CapEff: $full" "on: all of them, across exec" $on \
        sh -c 'echo $(grep CapEff /proc/self/status)'
    gives "CapEff: 0000000000000000" "with caps: none" --profile none --with user --with caps \
        sh -c 'echo $(grep CapEff /proc/self/status)'
}

# What the agent makes on the host is its own there.
owner() {
    for options in '--profile none' '--profile ns_only' '--profile full'; do
        rm -rf "$WORK/made"
        # shellcheck disable=SC2086
        pin $options --rw "$WORK" mkdir "$WORK/made"
        is "a directory made under $options is the agent's on the host ($who)" \
            "$status $(stat -c '%u:%g' "$WORK/made")" "0 $agent:$agent"
    done
    rm -rf "$WORK/made"
}

# Root's groups do not come along.
groups() {
    for options in '--profile none' '--profile ns_only' '--profile full'; do
        # shellcheck disable=SC2086
        as=run pin_with 'setpriv --groups=4,20,27 --' $options id -G
        is "a start by root drops root's groups under $options" "$out" "$agent"
    done
}

pin_with() {
    words=$1
    shift
    # shellcheck disable=SC2086
    run $words "$PINFOLD" run --profile full "$@"
}

each_uid maps
each_uid becoming
each_uid capabilities
each_uid owner
if [ "$TAP_UID" = 0 ]; then
    groups
else
    skip "root's groups do not come along" "only root has some to lose"
fi
done_testing

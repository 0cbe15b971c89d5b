#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layers uts and cgroup: the host's names. And every namespace layer on and off by the kernel's own
# number for the namespace.
. "$(dirname "$0")/live.inc"
helpers try

host_name() {
    here=$(uname -n)
    gives "$here" "uts off: the host's name" --profile none uname -n
    gives "$here" "uts off in full: the host's name" --without uts uname -n
    for options in '--profile none --with user --with uts' '--profile ns_only' '--profile full'; do
        # shellcheck disable=SC2086
        gives pinfold "uts on: another under $options" $options uname -n
        # shellcheck disable=SC2086
        gives "(none)" "uts on: no domain under $options" $options cat /proc/sys/kernel/domainname
    done
    gives ok "uts on: a name that is set inside" --profile ns_only "$BIN/try" sethostname x
    is "uts on: does not come out ($who)" "$(uname -n)" "$here"
    gives EPERM "uts on, with caps: it cannot be set" --profile ns_only --with caps \
        "$BIN/try" sethostname x
}

cgroup() {
    for options in '--profile none --with user --with cgroup' '--profile ns_only' '--profile full'; do
        # shellcheck disable=SC2086
        gives "" "cgroup on: every line says / under $options" $options \
            sh -c 'grep -v ":/$" /proc/self/cgroup; true'
    done
    if grep -q -v ':/$' /proc/self/cgroup; then
        gives "$(cat /proc/self/cgroup)" "cgroup off: the host's place shows" --profile none \
            cat /proc/self/cgroup
    else
        skip "cgroup off: the host's place shows ($who)" "this test runs in the root cgroup itself"
    fi
    gives no "no cgroup file system is mounted" sh -c 'grep -q cgroup /proc/self/mountinfo || echo no'
}

numbers() {
    for pair in user:user mount:mnt pid:pid net:net ipc:ipc uts:uts cgroup:cgroup; do
        layer=${pair%:*} ns=${pair#*:}
        here=$(readlink "/proc/self/ns/$ns")
        gives "$here" "$layer off: the host's namespace under none" --profile none readlink "/proc/self/ns/$ns"
        pin --profile none --with user --with "$layer" readlink "/proc/self/ns/$ns"
        like "$layer on: a namespace ($who)" "$out" "^$ns:\[[0-9]+\]\$"
        unlike "$layer on: another than the host's ($who)" "$out" "^$(echo "$here" | tr '[]' '..')\$"
        [ "$layer" = user ] && continue
        gives "$here" "$layer off: the host's namespace with user alone" --profile none --with user \
            readlink "/proc/self/ns/$ns"
    done
    first=$(pin readlink /proc/self/ns/net && echo "$out")
    gives yes "two runs share none" sh -c '[ "$(readlink /proc/self/ns/user)" != "$1" ] && echo yes' sh "$first"
}

each_uid host_name
each_uid cgroup
each_uid numbers
done_testing

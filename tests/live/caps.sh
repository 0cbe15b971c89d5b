#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer caps: five empty sets in every process and thread inside, for good.
. "$(dirname "$0")/live.inc"
helpers try

zero=0000000000000000
sets() { # the five sets of a status file on standard input, in one line
    sed -n 's/^Cap\(...\):[[:space:]]*/\1 /p' | tr '\n' ' '
}
empty="Inh $zero Prm $zero Eff $zero Bnd $zero Amb $zero "

five() {
    pin --profile none --with user cat /proc/self/status
    like "off: all five are full ($who)" "$(printf '%s\n' "$out" | sets)" \
        '^Inh 0000[0-9a-f]*f Prm 0000[0-9a-f]*f Eff 0000[0-9a-f]*f Bnd 0000[0-9a-f]*f Amb 0000[0-9a-f]*f $'
    for options in '--profile none --with user --with caps' '--profile ns_only --with caps' \
        '--profile full' '--without seccomp' '--without pid'; do
        # shellcheck disable=SC2086
        pin $options cat /proc/self/status
        is "on: all five are empty under $options ($who)" "$(printf '%s\n' "$out" | sets)" "$empty"
    done
    pin cat /proc/1/status
    is "pid 1 has none either ($who)" "$(printf '%s\n' "$out" | sets)" "$empty"
    if [ -x /usr/bin/python3 ]; then
        pin /usr/bin/python3 -c '
import os, threading, time
stop = threading.Event()
for _ in range(3): threading.Thread(target=stop.wait, daemon=True).start()
for t in os.listdir("/proc/self/task"): print(open(f"/proc/self/task/{t}/status").read())'
        is "nor has any thread ($who)" "$(printf '%s\n' "$out" | grep '^Cap' | sort | uniq -c |
            awk '{ print $1, $2, $3 }' | sort | tr '\n' ';')" \
            "$(for s in CapAmb CapBnd CapEff CapInh CapPrm; do printf '4 %s: %s;' "$s" "$zero"; done)"
    else
        skip "threads ($who)" "/usr/bin/python3 is not installed"
    fi
}

# A caller with inheritable and ambient capabilities of the host's (only root can make one).
inherited() {
    caller="setpriv --reuid=$TEST_UID --regid=$TEST_UID --clear-groups --inh-caps=+net_raw --ambient-caps=+net_raw --"
    for options in '--profile none --with user --with caps' '--profile full'; do
        # shellcheck disable=SC2086
        run $caller "$PINFOLD" run --profile full $options cat /proc/self/status
        is "a caller's inheritable and ambient ones are gone under $options" \
            "$(printf '%s\n' "$out" | sets)" "$empty"
    done
    # shellcheck disable=SC2086
    run $caller cat /proc/self/status
    like "control: that caller has them" "$(printf '%s\n' "$out" | sets)" \
        '^Inh 0000000000002000 .*Amb 0000000000002000'
}

# What they are good for, with and without; in ns_only so that no other wall answers.
powers() {
    gives ok "off: a tmpfs can be mounted" --profile ns_only "$BIN/try" tmpfs /tmp
    gives EPERM "on: it cannot" --profile ns_only --with caps "$BIN/try" tmpfs /tmp
    gives ok "off: a read-only mount can be made writable" --profile ns_only "$BIN/try" remount "$BIN"
    gives EPERM "on: it cannot" --profile ns_only --with caps "$BIN/try" remount "$BIN"
    gives ok "off: chroot" --profile ns_only "$BIN/try" chroot /tmp
    gives EPERM "on: no chroot" --profile ns_only --with caps "$BIN/try" chroot /tmp
    gives ok "off: the host name can be set" --profile ns_only "$BIN/try" sethostname x
    gives EPERM "on: it cannot" --profile ns_only --with caps "$BIN/try" sethostname x
    gives ok "off: a mount can be taken away" --profile ns_only "$BIN/try" umount /dev/shm
    gives EPERM "on: it cannot" --profile ns_only --with caps "$BIN/try" umount /dev/shm
}

for_good() {
    number=$(cat /proc/sys/user/max_user_namespaces)
    # Without seccomp, which would refuse the calls before the kernel looks at the sets.
    for options in '--profile none --with user --with caps' '--without seccomp'; do
        # shellcheck disable=SC2086
        gives EPERM "they cannot be had back by capset(2) under $options" $options "$BIN/try" allcaps
        # shellcheck disable=SC2086
        gives EPERM "the securebits cannot be changed under $options" $options "$BIN/try" securebits 0
        # shellcheck disable=SC2086
        pin $options cat /proc/self/status
    done
    gives ok "off: the securebits can be changed" --profile none --with user "$BIN/try" securebits 0
    # A namespace below would give new ones over itself.
    for options in '--profile none --with user' '--profile ns_only' '--without seccomp --without caps'; do
        # shellcheck disable=SC2086
        gives ok "off: another user namespace can be made under $options" $options "$BIN/try" unshare user
    done
    for options in '--profile none --with user --with caps' '--profile ns_only --with caps' '--without seccomp'; do
        # shellcheck disable=SC2086
        gives ENOSPC "on: none can under $options" $options "$BIN/try" unshare user
        # shellcheck disable=SC2086
        pin $options sh -c 'cat /proc/sys/user/max_user_namespaces; echo 9 >/proc/sys/user/max_user_namespaces'
        is "... and the number cannot be raised ($who)" "$out$(echo "$err" | grep -Eo '(Permission denied|Read-only file system)$')" \
            "0$(case $options in '--profile none'*) echo Permission denied ;; *) echo Read-only file system ;; esac)"
    done
    gives EPERM "full: the filter answers first" "$BIN/try" unshare user
    is "the host's own number is as it was ($who)" "$(cat /proc/sys/user/max_user_namespaces)" "$number"
}

each_uid five
if [ "$TAP_UID" = 0 ]; then
    inherited
else
    skip "a caller with capabilities" "only root can make one"
fi
each_uid powers
each_uid for_good
done_testing

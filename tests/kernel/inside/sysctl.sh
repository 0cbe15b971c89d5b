#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A host that forbids or has run out of something: a refusal that names the sysctl, and no command.
. "$(dirname "$0")/kernel.inc"

# set KEY VALUE: for this machine, until the next call of unset.
set_sysctl() {
    was=$(sysctl -n "$1")
    key=$1
    sysctl -q -w "$1=$2"
    is "$1 is $2" "$(sysctl -n "$1")" "$2"
}

unset_sysctl() {
    sysctl -q -w "$key=$was"
}

# Namespaces of one kind are forbidden. $needing: the layers that stand on it, and the layer itself.
forbidden() {
    refused "$key 0" "$layer" 'No space left.*ENOSPC' "$key is 0" --profile full
    refused "$key 0, alone" "$layer" 'ENOSPC' "$key is 0" --profile none --with user --with "$layer"
    like "layers says so ($who)" "$(state "$layer")" '^unavailable: .*ENOSPC'
    # A profile without it is none of its business.
    left_out='' allow=''
    for l in $needing; do
        left_out="$left_out --without $l" allow="$allow --allow-degraded $l"
    done
    # shellcheck disable=SC2086
    starts "$key 0: without the layer" $left_out
    # shellcheck disable=SC2086
    degrades "$key 0: --allow-degraded" "$layer" ENOSPC $allow
    [ "$needing" = "$layer" ] || refused "$key 0: what needs it is not dropped by the way" '[a-z]*' \
        "cannot stand without the layer $layer" '--allow-degraded' --allow-degraded "$layer"
}

for pair in user:user mnt:mount pid:pid net:net ipc:ipc uts:uts cgroup:cgroup; do
    layer=${pair#*:} needing=$layer
    case $layer in
    user) needing='user net pid mount readonly ipc uts cgroup caps' ;;
    mount) needing='mount readonly' ;;
    esac
    set_sysctl "user.max_${pair%:*}_namespaces" 0
    each forbidden
    unset_sysctl
done

# One is allowed, and somebody has it.
exhausted() {
    refused 'all are in use' user 'ENOSPC' 'As many user namespaces are in use as user.max_user_namespaces'
}
hold() {
    su user -c 'exec "$0" "$@"' -- "$PINFOLD" run --profile none --with user -- \
        /usr/bin/sh -c 'echo up; exec sleep 100' >"$TMP/holder" 2>/dev/null </dev/null &
    holder=$!
    while kill -0 "$holder" 2>/dev/null; do
        ! grep -q up "$TMP/holder" || return 0
        sleep 0.1
    done
    return 1
}
set_sysctl user.max_user_namespaces 1
# The kernel lets go of an earlier one a while after its last process has ended.
for _ in $(seq 50); do
    ! hold || break
    sleep 0.2
done
is "a user namespace is in use" "$(cat "$TMP/holder")" up
exhausted
kill "$holder"
wait "$holder"
is "ended by SIGTERM, which is passed on" "$?" 143
unset_sysctl
starts 'and again with the old limit'

userns_clone() {
    refused "$key 0" user 'EPERM' "$key is 0"
    refused "$key 0, one layer" '(user|net)' 'EPERM' "$key is 0" --profile none --with user --with net
    like "layers says so ($who)" "$(state user)" '^unavailable: .*EPERM'
    starts "$key 0: what needs no namespace" --profile none --with nnp --with landlock --with seccomp
}
if [ -e /proc/sys/kernel/unprivileged_userns_clone ]; then
    set_sysctl kernel.unprivileged_userns_clone 0
    each userns_clone
    unset_sysctl
else
    skip 'kernel.unprivileged_userns_clone' 'this kernel has no such sysctl'
fi

keys() {
    refused "$key 1" keyring 'EDQUOT' 'kernel.keys.maxkeys'
    starts "$key 1: without keyring" --without keyring
    refused "$key 1: a shortage degrades nothing" keyring 'EDQUOT' 'kernel.keys.maxkeys' \
        --allow-degraded keyring
}
set_sysctl kernel.keys.maxkeys 1
each keys
unset_sysctl

mounts() {
    refused "$key 17" mount 'attach .*ENOSPC' 'fs.mount-max'
    starts "$key 17: without the mounts" --without mount --without readonly
}
set_sysctl fs.mount-max 17
each mounts
unset_sysctl

# Other settings of careful hosts, under which everything works.
careful() {
    starts "$key $(sysctl -n "$key")"
}
for pair in kernel.yama.ptrace_scope=2 kernel.unprivileged_bpf_disabled=2 kernel.kptr_restrict=2 kernel.dmesg_restrict=1 \
    kernel.perf_event_paranoid=3 fs.suid_dumpable=0 fs.protected_regular=2 fs.protected_fifos=2 net.core.bpf_jit_harden=2; do
    if [ -e "/proc/sys/$(echo "${pair%=*}" | tr . /)" ]; then
        set_sysctl "${pair%=*}" "${pair#*=}"
        each careful
        unset_sysctl
    else
        skip "${pair%=*}" 'this kernel has no such sysctl'
    fi
done
hidden() { starts '/proc with hidepid=2'; }
mount -o remount,hidepid=2 /proc
like 'hidepid' "$(grep ' /proc ' /proc/mounts)" 'hidepid=(2|invisible)'
each hidden
mount -o remount,hidepid=0 /proc

# A container's /proc: the kernel gives no fresh one where the old one is covered in parts.
masked() {
    refused 'a masked /proc' pid 'procfs.*EPERM' '--without pid'
    starts 'a masked /proc: without pid' --without pid
}
mount -t tmpfs mask /proc/scsi 2>/dev/null || mount -t tmpfs mask /proc/bus
each masked
umount /proc/scsi 2>/dev/null || umount /proc/bus
each starts 'after all that'
done_testing

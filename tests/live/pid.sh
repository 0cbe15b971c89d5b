#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer pid: the agent neither sees nor signals the host's processes, under a pid 1 that is locked as
# it is; /proc is fresh, read-only, and does not tell of the host. (How it all ends: lifecycle.sh.)
. "$(dirname "$0")/live.inc"
helpers try

off='--profile none --with user'
on='--profile none --with user --with pid'

# A process of the host's with the agent's own uid, so that no difference of ids hides it.
decoy() {
    # shellcheck disable=SC2086
    $USER_DROP sleep 60 >/dev/null 2>&1 &
    DECOY=$!
    for _ in $(seq 100); do
        [ "$(cat "/proc/$DECOY/comm")" = sleep ] && break
        sleep 0.02
    done
}

victims() {
    # shellcheck disable=SC2086
    gives ok "off: a host process can be signalled" $off "$BIN/try" kill "$DECOY" 0
    gives ok "off, profile none likewise" --profile none "$BIN/try" kill "$DECOY" 0
    gives sleep "off: its /proc can be read" --profile none cat "/proc/$DECOY/comm"
    # shellcheck disable=SC2086
    for options in "$on" '--profile ns_only' '--profile full'; do
        gives ESRCH "on: there is no such process under $options" $options "$BIN/try" kill "$DECOY" 0
        gives ESRCH "on: nor a process group under $options" $options "$BIN/try" kill "-$DECOY" 0
    done
    for options in '--profile ns_only' '--profile full'; do
        # shellcheck disable=SC2086
        gives "no" "on: nor has /proc it under $options" $options \
            sh -c '[ -e /proc/$1 ] && [ "$(cat /proc/$1/comm)" = sleep ] || echo no' sh "$DECOY"
        # shellcheck disable=SC2086
        pin $options sh -c 'while [ "$(cat /proc/1/comm)" = pinfold ]; do sleep 0.01; done; cat /proc/[0-9]*/comm; :'
        is "on: /proc has pid 1 and the command alone under $options ($who)" \
            "$(printf '%s\n' "$out" | sort | tr '\n' ' ')" "pinfold-init sh "
        # shellcheck disable=SC2086
        gives "small 1" "on: its number is small, and its parent is 1, under $options" $options \
            sh -c '[ $$ -lt 5 ] && echo small $PPID'
    done
    ok "the decoy lives ($who)" kill -0 "$DECOY"
}

# pid 1 has nothing that the agent has not, and keeps it to itself.
init() {
    pin sh -c 'for p in 1 self; do
        grep -E "^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Seccomp_filters):" /proc/$p/status; done'
    is "pid 1 has the agent's ids, capabilities and filter ($who)" \
        "$(printf '%s\n' "$out" | sort | uniq -c | awk '$1 != 2')" ""
    is "(eleven lines each) ($who)" "$(printf '%s\n' "$out" | wc -l)" 22
    for options in '--profile ns_only' '--profile full' '--without caps'; do
        for file in environ mem maps auxv fd root cwd exe; do
            # shellcheck disable=SC2086
            pin $options --ro "$BIN" sh -c 'if [ -L "/proc/1/$1" ]; then readlink "/proc/1/$1"
                elif [ -d "/proc/1/$1" ]; then ls "/proc/1/$1"; else head -c 1 "/proc/1/$1"; fi' sh "$file"
            [ "$status" != 0 ] && [ -z "$out" ]
            tap_result $? "/proc/1/$file is shut under $options ($who)" || tap_diag "$status $out $err"
        done
    done
    gives "alive" "pid 1 cannot be killed from inside, and passes nothing on" \
        sh -c 'for s in KILL TERM INT HUP STOP USR1; do kill -$s 1; done; sleep 0.1; echo alive'
    gives "S" "pid 1 still waits" sh -c 'kill -STOP 1; sleep 0.1; sed -n "s/^State:.\(.\).*/\1/p" /proc/1/status'
}

masked() {
    for file in keys kallsyms interrupts timer_list modules; do
        [ -s "/proc/$file" ] || [ -n "$(head -c 1 "/proc/$file" 2>/dev/null)" ] || continue
        gives "0" "/proc/$file tells nothing" sh -c 'cat "/proc/$1" 2>/dev/null | wc -c' sh "$file"
        gives "0" "/proc/$file tells nothing under ns_only either" --profile ns_only \
            sh -c 'cat "/proc/$1" 2>/dev/null | wc -c' sh "$file"
    done
    [ "$(head -c 1 /proc/kallsyms)" != "" ] ||
        skip "masks against a /proc/kallsyms that can be read ($who)" "this host gives none"
    gives 0 "/proc/acpi, scsi, asound: empty where they are" \
        sh -c 'ls -A /proc/acpi /proc/scsi /proc/asound 2>/dev/null | grep -v ":$" | grep -c .; true'
    for options in '--profile ns_only' '--profile full'; do
        # shellcheck disable=SC2086
        for file in self/oom_score_adj self/comm sys/kernel/hostname sysrq-trigger; do
            [ -e "/proc/$file" ] || continue
            pin $options --ro "$BIN" "$BIN/try" open-write "/proc/$file"
            like "/proc/$file cannot be written under $options ($who)" "$out" '^(EROFS|EACCES)$'
        done
    done
    # shellcheck disable=SC2086
    gives ok "off: the host's /proc/self can be written" --profile none "$BIN/try" open-write /proc/self/comm
    gives EROFS "on: read-only" --profile ns_only "$BIN/try" open-write /proc/self/comm
}

# mount without pid shows the host's /proc, read-only; the plan says so.
host_proc() {
    gives sleep "without pid the host's /proc is shown" --without pid cat "/proc/$DECOY/comm"
    gives EROFS "and read-only" --profile ns_only --without pid "$BIN/try" open-write /proc/self/comm
    gives EPERM "without pid Landlock's scope still forbids a signal" --without pid \
        "$BIN/try" kill "$DECOY" 0
}

decoy
each_uid victims
each_uid init
each_uid masked
each_uid host_proc
kill "$DECOY"
done_testing

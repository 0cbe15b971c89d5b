#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Limits by cgroup v2: in one that is delegated to an ordinary user, as systemd delegates its scopes and
# services; in the root's own; and refused, with the remedy, where none is delegated.
. "$(dirname "$0")/kernel.inc"
BOMB=$BUILD/bomb
TOP=/sys/fs/cgroup

# With the words of the launcher's messages.
says() { # NAME LIMIT VALUE TEXT
    like "$1: says which and why ($who)" "$err" "^pinfold: --$2: the limit of $3 .*was reached.*: .*$4"
    like "$1: says what to raise ($who)" "$err" "raise it: --$2"
}

left() { find "$TOP" -name 'pinfold-*' | wc -l; }
none_left() {
    for _ in $(seq 50); do
        [ "$(left)" != 0 ] || return 0
        sleep 0.1
    done
    return 1
}

# delegated NAME: a cgroup that is the user's in the way of systemd's Delegate=yes (cgroups(7),
# "Cgroups delegation"), and this shell in a child of it, which is the user's as well.
delegated() {
    mkdir -p "$TOP/$1/inner"
    echo '+memory +pids +cpu' >"$TOP/cgroup.subtree_control"
    for dir in "$TOP/$1" "$TOP/$1/inner"; do
        for file in '' /cgroup.procs /cgroup.threads /cgroup.subtree_control; do
            chown 1000:1000 "$dir$file"
        done
    done
    echo $$ >"$TOP/$1/inner/cgroup.procs"
}

by() { # LIMIT: what the plan says will bound it
    printf '%s\n' "$out" | tr -d '\n' | grep -o "\"name\": \"$1\"[^}]*" | grep -o '"by": "[a-z]*"'
}

limits() {
    $as "$PINFOLD" plan --profile full --json --memory 64M --cpu 0.2 --cpu-time 5 --pids 40 -- true
    for limit in memory cpu cpu-time pids; do
        is "plan: a cgroup bounds $limit ($who)" "$(by "$limit")" '"by": "cgroup"'
    done
    like "plan: of version 2 ($who)" "$out" '"version": 2'

    pin --ro "$BUILD" -- "$BOMB" memory 6 24
    is "control: six times 24 MiB ($who)" "$status:$out" "0:6"
    pin --ro "$BUILD" --memory 64M --report "$WORK/report" -- "$BOMB" memory 6 24
    ok "--memory 64M: not all six live, and some do ($who): $out" [ "$status" = 0 -a "${out:-9}" -lt 5 -a "${out:-0}" -gt 0 ]
    says '--memory' memory 64M killed
    like "--memory: the report has it, too ($who)" "$(tr -d '\n' <"$WORK/report")" '"name": "memory", *"value": 67108864'
    rm -f "$WORK/report"
    pin --ro "$BUILD" --memory 64M -- "$BOMB" memory 1 24
    is "--memory: not a word where it is not met ($who)" "$status:$out:$err" "0:1:"
    pin --ro "$BUILD" --memory 32M -- sh -c 'dd if=/dev/zero of=/tmp/x bs=1M count=64 2>/dev/null; echo $?'
    like "--memory: what is written to the tmpfs counts ($who)" "$status:$out" '^0:137$|^137:$'

    pin --ro "$BUILD" --memory 256M --pids 40 -- "$BOMB" many 80
    is "--pids 40: 39 beside the first ($who)" "$status:$out" "0:39"
    says '--pids' pids 40 EAGAIN
    pin --ro "$BUILD" --memory 256M --pids 40 --wall 2 -- "$BOMB" fork
    is "a fork bomb: ended by the clock ($who)" "$status" 125
    says 'a fork bomb' pids 40 EAGAIN
    says "a fork bomb's end" wall 2s 'was ended'

    pin --ro "$BUILD" --cpu 0.2 -- "$BOMB" spin 2000
    ok "--cpu 0.2: a fifth of two seconds, more or less: $out ms ($who)" [ "$status" = 0 -a "${out:-9999}" -le 800 ]
    pin --ro "$BUILD" --cpu-time 0.5 --wall 30 -- sh -c "$BOMB spin 20000 & $BOMB spin 20000"
    is "--cpu-time 0.5: of two together ($who)" "$status" 125
    says '--cpu-time' cpu-time '0\.5s' 'was ended'

    pin --memory 64M -- cat /proc/self/cgroup
    is "the command sees no place of its own ($who)" "$status:$out" "0:0::/"
    ok "and of all the cgroups none is left ($who)" none_left

    # The launcher killed: its keeper ends the run, and takes the cgroup away.
    # shellcheck disable=SC2016
    $as sh -c '"$0" run --memory 64M -- sh -c "echo up; exec sleep 100" >"$1/up" & pid=$!
        while ! grep -q up "$1/up"; do sleep 0.1; done; kill -KILL $pid' "$PINFOLD" "$WORK"
    ok "after SIGKILL of the launcher as well ($who)" none_left
    is "and nothing runs on ($who)" "$(pidof sleep)" ""
    rm -f "$WORK/up"
}

who=user as=as_user
echo $$ >"$TOP/cgroup.procs"
for limit in memory:64M cpu:0.2 cpu-time:5; do
    refused "--${limit%:*} where nothing is delegated" "--${limit%:*}" 'cannot be bounded here: ' 'delegated to you' \
        "--${limit%:*}" "${limit#*:}"
done
pin --pids 40 --ro "$BUILD" -- "$BOMB" many 80
is "--pids takes no cgroup" "$status:$out" "0:39"
says '--pids without a cgroup' pids 40 EAGAIN
pin --best-effort-limits --memory 64M -- sh -c 'echo ran'
is "best effort: it runs" "$status:$out" "0:ran"
like "best effort: and says what that is" "$err" '^pinfold: --memory: best effort, by rlimit of each process: '
as_user "$PINFOLD" doctor
like "doctor says that nothing is delegated" "$out" 'cgroup-not-delegated'
like "doctor says what helps" "$out" 'systemd-run --user --scope'

delegated scope
as_user "$PINFOLD" doctor
like "doctor finds what is delegated" "$out" '^ok +cgroup-limits'
limits
who=root as=run
chown 65534:65534 "$WORK"
limits
done_testing

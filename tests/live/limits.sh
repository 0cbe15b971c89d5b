#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer limits: each limit holds, its breach says which, its value, its peak and what to raise; what
# this host cannot bound is refused; nothing of it is left behind. Bombs go off below limits alone.
#
# Root makes cgroups here where the hierarchies can be written; an ordinary user has what his host
# delegates, mostly nothing: then the same limits are refusals, and best effort holds for less.
# ALONE: it looks at times, and bombs.
. "$(dirname "$0")/live.inc"
helpers bomb
BOMB=$BIN/bomb

# says NAME LIMIT VALUE EFFECT: what stands on standard error of the last run.
says() {
    like "$1: says which and why ($who)" "$err" "^pinfold: --$2: the limit of $3 .*was reached.*: .*$4"
    like "$1: says what to raise ($who)" "$err" "raise it: --$2"
}

# gets LIMIT VALUE: can it be had whole here?
gets() { $as "$PINFOLD" plan --profile full "--$1" "$2" true && [ "$status" = 0 ]; }

# most NAME PID: the largest number of processes of that name that is seen until PID has ended.
most() {
    seen=0
    while grep -q '^State:.[^Z]' "/proc/$2/status" 2>/dev/null; do
        n=$(cat /proc/[0-9]*/comm 2>/dev/null | grep -c -x "$1")
        [ "$n" -le "$seen" ] || seen=$n
        sleep 0.05
    done
    echo "$seen"
}

pids() {
    gives 80 "control: 80 processes" "$BOMB" many 80
    gives 80 "control: 80 threads" "$BOMB" many 80 threads
    pin --pids 40 --ro "$BIN" "$BOMB" many 80
    is "--pids 40: 39 beside the first ($who)" "$status: $out" "0: 39"
    says "--pids" pids 40 EAGAIN
    pin --pids 40 --ro "$BIN" "$BOMB" many 80 threads
    is "--pids 40: threads count as well ($who)" "$status: $out" "0: 39"
    says "--pids of threads" pids 40 EAGAIN
    pin --pids 81 --ro "$BIN" "$BOMB" many 79
    is "--pids 81: not a word where it is not met ($who)" "$status: $out: $err" "0: 79: "
    pin --pids 40 --ro "$BIN" sh -c "$BOMB many 30 & $BOMB many 30; wait"
    ok "--pids 40: two bombs share it ($who)" [ "$(printf '%s\n' "$out" | awk '{ n += $1 } END { print n }')" -le 38 ]
}

# Seen from outside, as the kernel would let it grow.
fork_bomb() {
    install -m 755 "$BIN/bomb" "$BIN/forkbomb-$who"
    # shellcheck disable=SC2086
    timeout -k 2 20 $drop "$PINFOLD" run --profile full --pids 60 --wall 3 --ro "$BIN" "$BIN/forkbomb-$who" fork \
        >"$TMP/bomb.out" 2>"$TMP/bomb.err" &
    job=$!
    seen=$(most "forkbomb-$who" "$job")
    wait "$job"
    status=$? err=$(cat "$TMP/bomb.err")
    is "a fork bomb: ended by the clock ($who)" "$status" 125
    ok "a fork bomb: never more than 60 processes, and many: $seen ($who)" [ "$seen" -le 60 -a "$seen" -ge 40 ]
    says "a fork bomb" pids 60 EAGAIN
    says "a fork bomb's end" wall 3s 'was ended'
    is "a fork bomb: nothing is left ($who)" "$(cat /proc/[0-9]*/comm 2>/dev/null | grep -c -x "forkbomb-$who")" 0
}

memory() {
    gives 6 "control: six times 24 MiB" "$BOMB" memory 6 24
    if gets memory 64M; then
        pin --memory 64M --ro "$BIN" "$BOMB" memory 6 24
        # The kernel may end more than it must: what it has killed gives its memory back late.
        ok "--memory 64M: no more than two of six are there in the end ($who): $out" [ "$status" = 0 -a "$out" -le 2 ]
        says "--memory" memory 64M killed
        like "--memory: the peak ($who)" "$err" 'peak (6[0-4]|5[0-9])(\.[0-9])?M'
        pin --memory 64M --ro "$BIN" sh -c "exec $BOMB memory 1 24"
        is "--memory 64M: one is well ($who)" "$status: $out: $err" "0: 1: "
        pin --memory 32M --ro "$BIN" sh -c "dd if=/dev/zero of=/dev/shm/x bs=1M count=64 2>/dev/null; echo \$?"
        like "--memory: what is written to the tmpfs counts ($who)" "$status: $out" '^0: 137$|^137: $'
        says "--memory of a tmpfs" memory 32M killed
    else
        refused "--memory where no cgroup can be made" --memory 'cannot be bounded here: ' 'delegated to you' --memory 64M
        pin --best-effort-limits --memory 64M --ro "$BIN" "$BOMB" memory 6 24
        is "--memory, best effort: each by itself ($who)" "$status: $out" "0: 6"
        like "--memory, best effort: says so ($who)" "$err" '^pinfold: --memory: best effort, by rlimit of each process: '
        pin --best-effort-limits --memory 64M --ro "$BIN" "$BOMB" memory 1 100
        is "--memory, best effort: one cannot have more ($who)" "$status: $out" "0: 0"
    fi
}

processor() {
    if ! gets cpu 0.2; then
        refused "--cpu where no cgroup can be made" --cpu 'cannot be bounded here: ' 'delegated to you' --cpu 0.2
        refused "--cpu-time where no cgroup can be made" --cpu-time 'cannot be bounded here: ' \
            'delegated to you' --cpu-time 1
        pin --best-effort-limits --cpu 1 nproc
        is "--cpu 1, best effort: one processor ($who)" "$status: $out" "0: 1"
        pin --best-effort-limits --cpu-time 1 --wall 10 --ro "$BIN" "$BOMB" spin 8000
        is "--cpu-time, best effort: each process by itself ($who)" "$status" 152
        says "--cpu-time, best effort" cpu-time 1s 'ended'
        return
    fi
    pin --cpu 0.2 --ro "$BIN" "$BOMB" spin 1000
    ok "--cpu 0.2: a fifth of a second in one ($who): $out" [ "$status" = 0 -a "$out" -le 400 ]
    pin --cpu-time 0.4 --wall 10 --ro "$BIN" sh -c "$BOMB spin 9000 & $BOMB spin 9000"
    is "--cpu-time 0.4: of two together ($who)" "$status" 125
    says "--cpu-time" cpu-time '0\.4s' 'was ended'
    unlike "--cpu-time: not the clock ($who)" "$err" '--wall'
}

disk() {
    write='dd if=/dev/zero of=/tmp/x bs=1M count=16 2>&1 | grep -o "No space.*"; wc -c </tmp/x'
    gives 16777216 "control: 16 MiB" sh -c "$write"
    pin --disk 8M sh -c "$write"
    is "--disk 8M: no more ($who)" "$status: $out" "0: No space left on device
8388608"
    says "--disk" disk 8M ENOSPC
    pin --disk 8M sh -c 'dd if=/dev/zero of=/dev/shm/x bs=1M count=16 2>/dev/null; rm /dev/shm/x; echo done'
    is "--disk: files that are gone leave room ($who)" "$status: $out" "0: done"
    refused "--disk where the command can mount" --disk 'could mount a file system' 'Keep the layer' --profile ns_only --disk 8M
    pin --disk 32M sh -c "$write"
    is "--disk 32M: not a word where it is not met ($who)" "$status: $out: $err" "0: 16777216: "
}

files() {
    gives 64 "--files 64" --files 64 sh -c 'ulimit -n'
    pin --file-size 1M dd if=/dev/zero of=/tmp/x bs=1M count=2
    is "--file-size 1M: the writer is killed ($who)" "$status" 153
    says "--file-size" file-size 1M SIGXFSZ
    pin --file-size 2M dd if=/dev/zero of=/tmp/x bs=1M count=2
    is "--file-size 2M: enough ($who)" "$status" 0
    unlike "--file-size: not a word ($who)" "$err" pinfold
}

wall() {
    before=$(date +%s%N)
    pin --wall 0.5 sleep 30
    took=$((($(date +%s%N) - before) / 1000000))
    is "--wall 0.5: ours ($who)" "$status" 125
    ok "--wall 0.5: after half a second, and soon: $took ms ($who)" [ "$took" -ge 500 -a "$took" -lt 8000 ]
    says "--wall" wall '0\.5s' 'was ended'
    pin --wall 0.5 sh -c 'trap "" TERM HUP INT; setsid sleep 33 & sleep 33'
    is "--wall: whoever hears no signal, and daemons ($who)" "$status" 125
    is "--wall: nothing is left ($who)" "$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -c '[s]leep 33')" 0
    pin --wall 1h sh -c 'exit 3'
    is "--wall 1h: not a word where it is not met ($who)" "$status: $err" "3: "
}

output() {
    pin --output 1K yes
    is "--output 1K: ours, and 1024 bytes ($who)" "$status: $(printf '%s\n' "$out" | wc -c)" "125: 1024"
    says "--output" output 1K 'was ended'
    pin --output 64 sh -c 'echo out; echo err >&2'
    is "--output: both streams pass in their places ($who)" "$status: $out: $err" "0: out: err"
    pin --output 64 sh -c 'exec >&2; yes'
    is "--output: standard error counts ($who)" "$status: $out" "125: "
    says "--output of standard error" output 64 'was ended'
    # shellcheck disable=SC2086
    got=$(timeout -k 2 20 $drop "$PINFOLD" run --profile full --output 100K -- sh -c 'for i in 1 2 3 4; do echo $i; echo -$i >&2; done' 2>&1)
    is "--output: one place for both keeps the order ($who)" "$(echo "$got" | tr '\n' ' ')" "1 -1 2 -2 3 -3 4 -4 "
    # shellcheck disable=SC2086
    got=$(timeout -k 2 20 $drop "$PINFOLD" run --profile full --output 10M -- sh -c 'head -c 3000000 /dev/zero; exit 3' | (sleep 0.5; wc -c))
    is "--output: a slow reader gets all, after the end too ($who)" "$got" 3000000
    # shellcheck disable=SC2086
    got=$(timeout -k 2 20 $drop "$PINFOLD" run --profile full --output 10M -- sh -c 'yes; echo $? >&2' 2>&1 >/dev/full; echo $?)
    like "--output: a reader that fails is heard of ($who)" "$got" '^(141|1)'
    # shellcheck disable=SC2086
    timeout -k 2 20 $drop "$PINFOLD" run --profile full --output 1G --wall 5 -- yes 2>"$TMP/yes.err" | head -c 10 >/dev/null
    is "--output: a reader that leaves ends the writer, as it would without ($who)" "$(cat "$TMP/yes.err")" ""
}

# What may lie about of ours in any hierarchy.
cgroups_left() { find /sys/fs/cgroup -maxdepth 6 -name 'pinfold-*' 2>/dev/null | wc -l; }
none_left() {
    for _ in $(seq 100); do
        [ "$(cgroups_left)" != 0 ] || return 0
        sleep 0.05
    done
    return 1
}

# started OPTIONS...: a run in the background whose command has begun; $job is the launcher.
started() {
    rm -f "$WORK/begun"
    # shellcheck disable=SC2086
    $drop "$PINFOLD" run --profile full --rw "$WORK" "$@" -- sh -c "echo x >$WORK/begun; exec sleep 34" &
    job=$!
    wait_for x "$WORK/begun"
}

keeper_of() { # PID of the launcher
    for dir in /proc/[0-9]*; do
        [ "$(cat "$dir/comm" 2>/dev/null)" = pinfold-keeper ] &&
            [ "$(sed -n 's/^PPid:\t//p' "$dir/status" 2>/dev/null)" = "$1" ] && echo "${dir#/proc/}"
    done
}

cgroups() {
    gets memory 64M || {
        skip "cgroups are made and taken away ($who)" "none can be made here"
        return
    }
    pin --memory 64M --cpu 1 --cpu-time 60 cat /proc/self/cgroup
    unlike "the command sees no place of its own ($who)" "$out" ':/.'
    pin --memory 64M --without cgroup cat /proc/self/cgroup
    like "without the layer cgroup it does ($who)" "$out" ':/(.*/)?pinfold-'
    is "and all are gone ($who)" "$(cgroups_left)" 0
    refused "a command that could write to them" --rw 'holds cgroups' 'read-only' --memory 64M --rw /sys/fs/cgroup
    started --memory 64M
    like "they are there while it runs ($who)" "$(cgroups_left)" '^[1-9]'
    kill -KILL "$job"
    wait "$job" 2>/dev/null
    ok "after SIGKILL of the launcher they go ($who)" none_left
    started --memory 64M
    kill -KILL "$(keeper_of "$job")" "$job"
    wait "$job" 2>/dev/null
    like "after SIGKILL of their keeper as well they stay ($who)" "$(cgroups_left)" '^[1-9]'
    pin --memory 64M true
    is "the next run takes them away ($who)" "$status: $(cgroups_left)" "0: 0"
    started --memory 64M
    pin --memory 64M true
    like "but not those of a run that goes on ($who)" "$status: $(cgroups_left)" '^0: [1-9]'
    kill -TERM "$job"
    wait "$job"
    is "which ends well ($who)" "$?: $(cgroups_left)" "143: 0"
    # Without the layer pid the cgroup is what ends them all.
    pin --profile none --memory 64M --wall 0.5 sh -c 'setsid sleep 35 & sleep 35'
    is "the clock reaches all in the cgroup ($who)" \
        "$status: $(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -c '[s]leep 35'): $(cgroups_left)" "125: 0: 0"
}

refusals() {
    refused "--wall without a way to reach all" --wall 'only the command itself' 'layer pid' --profile none --wall 1
    refused "a limit of no form" --memory '"1MB" is no bound' 'K, M, G' --memory 1MB
    refused "a limit too small for a start" --files 'not even the start' '16 or more' --files 3
    refused "both" --wall 'left out' 'one of the two' --without limits --wall 1
}

# What nobody asked for (docs/limits.md).
usual() {
    home=${HOME:-/root} # root keeps its state where root alone may write
    if [ "$who" = user ]; then
        home=$TMP/home
        mkdir "$home"
        user_owned "$home"
    fi
    at="cd $WORK && export HOME=$home && exec $PINFOLD"
    $as sh -c "$at plan --policy default --json -- true"
    like "default: processes are bounded ($who)" "$(echo $out)" '"name": "pids", "value": 4096,[^}]*"of": "tree"'
    like "default: open files are bounded ($who)" "$(echo $out)" '"name": "files", "value": 16384,'
    like "default: what lies in the tmpfs is bounded ($who)" "$(echo $out)" '"name": "disk", "value": [1-9]'
    $as sh -c "$at run --policy default --ro $BIN -- $BOMB many 200"
    is "default: 200 processes are no matter ($who)" "$status:$out:$err" "0:200:"
    $as sh -c "ulimit -Sn 100; ulimit -Hn 500; $at run --policy default -- sh -c 'ulimit -Hn'"
    is "default: a caller's lower bound stays ($who)" "$status:$out" "0:500"
    $as sh -c "$at plan --policy default --without limits -- true"
    unlike "default: --without limits lifts them ($who)" "$status:$out" '^[1-9]|name: pids'
}

each_uid usual
each_uid pids
each_uid fork_bomb
each_uid memory
each_uid processor
each_uid disk
each_uid files
each_uid wall
each_uid output
each_uid cgroups
each_uid refusals
done_testing

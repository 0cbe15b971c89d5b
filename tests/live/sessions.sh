#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sessions: run --detach --name, ps, stop, exec and attach; who is served, and what is left.
# WAITS: it looks at times, and at little else.
. "$(dirname "$0")/live.inc"
helpers signals fds
install -m 755 "$PROBE" "$BIN/probe"

# begin NAME OPTIONS... COMMAND: a session in the background.
begin() {
    session=$1
    shift
    # shellcheck disable=SC2086
    timeout -k 2 20 $drop "$PINFOLD" run --profile full --detach --name "$session" "$@" </dev/null >"$TMP/begun" 2>&1
    status=$? err=$(cat "$TMP/begun") out=''
}
ask() { $as "$PINFOLD" "$@"; }
names() {
    # shellcheck disable=SC2086
    timeout -k 2 20 $drop "$PINFOLD" ps 2>/dev/null | tail -n +3 | cut -d' ' -f1 | tr '\n' ' '
}
fails() { # NAME WHERE CAUSE REMEDY: of what was run last
    like "$1 ($who)" "$status $err" "^125 pinfold: ${2:+$2: .*}$3"
    like "... with a remedy ($who)" "$err" "$4"
}
left() { find "$XDG_RUNTIME_DIR" -mindepth 2 | wc -l; }

life() {
    begin one sh -c 'trap "exit 0" TERM; while :; do sleep 0.05; done'
    is "--detach returns once the command runs ($who)" "$status $err" "0 "
    is "ps lists it ($who)" "$(names)" "one "
    ask ps --json
    printf '%s\n' "$out" >"$TMP/ps.json"
    is "ps --json ($who)" "$(json "$TMP/ps.json" 'my $s = $j->{sessions}[0]; join " ", $s->{name}, $s->{state},
        $s->{profile}, $s->{command}[0], $s->{pid} > 1, $s->{started} > 1e9')" "one detached full sh 1 1"
    begin one true
    fails "a name that is in use" '--name one' 'of that name' 'pinfold stop one'
    ask exec one -- sh -c 'echo in; echo err >&2; exit 5'
    is "exec: its output, its errors, its status ($who)" "$status $out $err" "5 in err"
    is "exec: standard input ($who)" "$(echo through | $drop "$PINFOLD" exec one cat)" through
    ask exec one -- sh -c 'kill -9 $$'
    is "exec: one that is killed ($who)" "$status" 137
    ask exec one -- /nowhere
    is "exec: not found ($who)" "$status" 127
    ask exec one -- sh -c 'echo $0 "$@"' "a b" '' '*'
    is "exec: words as they are ($who)" "$out" "a b  *"
    ask exec one
    fails "exec without a command" '' 'no command' 'exec NAME'
    ask stop one
    is "stop ends it ($who)" "$status $err $(names)" "0  "
    is "and nothing of it is left ($who)" "$(left)" 0
    ask stop one
    fails "stop: there is none" one 'no such session' 'pinfold ps'
    ask exec one true
    fails "exec: there is none" one 'no such session' 'pinfold ps'
    begin two sh -c 'trap "" TERM INT; sleep 30'
    ask stop --grace 0.2 two
    is "stop kills what does not end ($who)" "$status $(names)" "0 "
    begin three false
    for _ in $(seq 100); do [ "$(left)" = 0 ] && break; sleep 0.05; done
    is "a command that ends takes its session away ($who)" "$(left)" 0
    begin four /nowhere
    is "a command that is not found, in the background ($who)" "$status" 127
    is "... leaves no session ($who)" "$(left)" 0
}

# Lines of /proc/self/status that a layer has a hand in.
STATE='grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|NStgid|NSsid)" /proc/self/status | sed "s/	[0-9]*$//; /^NS/s/.*//"
    for ns in user mnt pid net ipc uts cgroup; do readlink /proc/self/ns/$ns; done; cat /proc/self/limits /proc/self/cgroup
    hostname; pwd; env | sort; cat /proc/self/mountinfo; '"$BIN"'/fds list; ls /proc/keys 2>&1'
identical() {
    for options in '--profile full' '--profile ns_only' '--profile landlock-only' \
        '--profile full --without pid --pids 50 --files 100'; do
        rm -f "$WORK"/*
        # shellcheck disable=SC2086
        begin same $options --tcp 80 --rw "$WORK" --ro "$BIN" --setenv A=1 sh -c "{ $STATE; } >$WORK/command 2>&1
            $BIN/probe --json >$WORK/command.probe 2>/dev/null; : >$WORK/done; sleep 30"
        for _ in $(seq 200); do [ -e "$WORK/done" ] && break; sleep 0.05; done
        ask exec same -- sh -c "{ $STATE; } >$WORK/joined 2>&1; $BIN/probe --json >$WORK/joined.probe 2>/dev/null"
        grep -v '^SHLVL\|^_=' "$WORK/command" >"$TMP/command"
        grep -v '^SHLVL\|^_=' "$WORK/joined" >"$TMP/joined"
        is "lesson 62 firejail #2296: who joins has what the command has under $options ($who)" "$(diff "$TMP/command" "$TMP/joined")" ""
        ok "(there is something to compare) ($who)" [ "$(wc -l <"$TMP/command")" -gt 20 ]
        for of in command joined; do
            perl -ne 'print "$1 $2\n" if /"id": "([^"]+)".*?"outcome": "([^"]+)"/s' -0777 "$WORK/$of.probe" >/dev/null
            perl -MJSON::PP -0777 -ne 'my $j = decode_json($_); print "$_->{id} $_->{outcome}\n" for @{$j->{operations}}' \
                "$WORK/$of.probe" >"$TMP/$of.probe" 2>&1
        done
        is "and the probe finds the same under $options ($who)" "$(diff "$TMP/command.probe" "$TMP/joined.probe")" ""
        ok "(it has found something) ($who)" [ "$(wc -l <"$TMP/joined.probe")" -gt 100 ]
        ask stop --grace 0.1 same
    done
}

signals() {
    begin sig --rw "$WORK" sleep 60
    for row in "TERM 143 TERM" "HUP 129 HUP" "USR1 138 USR1" "INT 137 INT .1 INT"; do
        # shellcheck disable=SC2086
        set -- $row
        rm -f "$WORK/ready"
        trap=''
        [ "$1" != INT ] || trap='trap "" INT;'
        # shellcheck disable=SC2086
        $drop "$PINFOLD" exec sig -- sh -c "$trap : >$WORK/ready; sleep 74.5 & wait; sleep 74.5" 2>"$TMP/said" &
        pid=$! want=$2
        shift 2
        for _ in $(seq 200); do [ -e "$WORK/ready" ] && break; sleep 0.02; done
        for word; do
            case $word in .*) sleep "$word" ;; *) kill -"$word" "$pid" ;; esac
        done
        wait "$pid"
        is "exec: signals $* reach the command ($who)" "$?" "$want"
    done
    rm -f "$WORK/ready"
    $drop "$PINFOLD" exec sig -- sh -c ": >$WORK/ready; exec sleep 75.5" &
    pid=$!
    for _ in $(seq 200); do [ -e "$WORK/ready" ] && break; sleep 0.02; done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    ask exec sig -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do grep -l -s "^sleep.75[.]5" /proc/[0-9]*/cmdline || exit 0; sleep 0.1; done'
    is "exec: what it has started ends when it is killed ($who)" "$out" ""
    $drop "$PINFOLD" exec sig -- sleep 60 2>"$TMP/said" &
    pid=$!
    sleep 0.3
    ask stop sig
    wait "$pid"
    is "exec: the session ends, and so does what has joined ($who)" "$?" 137
    is "nothing is left ($who)" "$(left)" 0
}

# What a launcher that was killed has left; names; whose directory it is.
state() {
    begin dead sleep 60
    ask ps --json
    pid=$(printf '%s\n' "$out" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
    kill -KILL "$pid"
    for _ in $(seq 100); do [ "$(left)" = 0 ] && break; sleep 0.05; done
    is "a launcher that is killed leaves nothing ($who)" "$(left)" 0
    # Only its keeper killed: the launcher does it, where it has not given its rights up; else the next run with a name.
    begin kept sleep 60
    ask ps --json
    pid=$(printf '%s\n' "$out" | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
    for child in $(cat "/proc/$pid/task/$pid/children"); do
        [ "$(cat "/proc/$child/comm")" != pinfold-keeper ] || kill -KILL "$child"
    done
    ask stop --grace 0.1 kept
    if [ "$who" = user ]; then
        for _ in $(seq 100); do [ "$(left)" = 0 ] && break; sleep 0.05; done
        is "a keeper that is killed leaves nothing ($who)" "$(left)" 0
    else
        pin --name another true
        is "what a killed keeper leaves the next run takes away ($who)" "$status $(left)" "0 0"
    fi
    # With its keeper killed as well: what is left is known to be nobody's.
    mkdir -m 700 "$XDG_RUNTIME_DIR/pinfold/stale"
    : >"$XDG_RUNTIME_DIR/pinfold/stale/lock"
    [ "$who" = root ] || user_owned "$XDG_RUNTIME_DIR/pinfold/stale" "$XDG_RUNTIME_DIR/pinfold/stale/lock"
    is "ps does not list what nobody runs ($who)" "$(names)" ""
    is "... and takes it away ($who)" "$(left)" 0
    mkdir -m 700 "$XDG_RUNTIME_DIR/pinfold/stale"
    : >"$XDG_RUNTIME_DIR/pinfold/stale/lock"
    [ "$who" = root ] || user_owned "$XDG_RUNTIME_DIR/pinfold/stale" "$XDG_RUNTIME_DIR/pinfold/stale/lock"
    begin stale sleep 60
    is "a name that a dead one had is free ($who)" "$status $(names)" "0 stale "
    ask stop --grace 0.1 stale
    for name in '' . .. a/b ../x -x .x 'a b' "$(printf 'a\033b')" 'ä' "$(printf '%070d' 1)"; do
        begin "$name" true
        like "the name \"$(printf '%s' "$name" | tr -cd 'a-z0-9./ -')\" is refused ($who)" "$status $err" "^125 pinfold: --name"
    done
    is "and nothing was made ($who)" "$(left)" 0
    begin '' true
    ask run --profile full --detach true
    fails "--detach without a name" --detach 'needs a name' '--name'
    chmod 755 "$XDG_RUNTIME_DIR"
    begin open true
    fails "a directory that is open to others" XDG_RUNTIME_DIR 'open to others' 'mkdir -m 700'
    chmod 700 "$XDG_RUNTIME_DIR"
    was=$XDG_RUNTIME_DIR
    export XDG_RUNTIME_DIR=/usr
    begin foreign true
    [ "$who" = root ] || fails "a directory of somebody else's" XDG_RUNTIME_DIR 'belongs to uid 0' 'mkdir -m 700'
    export XDG_RUNTIME_DIR="$TMP/nowhere"
    begin none true
    fails "a directory that is not there" XDG_RUNTIME_DIR 'ENOENT|No such' 'mkdir -m 700'
    ask ps
    fails "ps: likewise" XDG_RUNTIME_DIR 'ENOENT|No such' 'mkdir -m 700'
    export XDG_RUNTIME_DIR=relative
    begin none true
    like "a relative one is refused ($who)" "$status $err" '^125 pinfold: XDG_RUNTIME_DIR: .*absolute'
    export XDG_RUNTIME_DIR="$was"
    for option in --ro --rw; do
        [ "$who" != root ] || continue # nobody but root can look into it
        begin shown $option "$XDG_RUNTIME_DIR:/shown" true
        fails "$option of that directory" '--name shown' 'seen inside' 'XDG_RUNTIME_DIR'
    done
    is "and nothing is left ($who)" "$(left)" 0
}

# Nobody but whoever started it, and nobody from inside, is served.
strangers() {
    begin mine sleep 60
    [ "$who" != root ] || {
        chmod 711 "$XDG_RUNTIME_DIR" "$XDG_RUNTIME_DIR/pinfold" "$XDG_RUNTIME_DIR/pinfold/mine"
        chmod 777 "$XDG_RUNTIME_DIR/pinfold/mine/control"
    }
    cat >"$BIN/stranger.py" <<'END'
import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(5)
try:
    s.connect(sys.argv[1])
    s.send(struct.pack("=IIiII", ord("p"), 0, 0, 0, 0))
    print("served" if s.recv(4096) else "not served")
except OSError:
    print("not served")
END
    at=$XDG_RUNTIME_DIR/pinfold/mine/control
    # shellcheck disable=SC2086
    is "(its owner is served) ($who)" "$($drop /usr/bin/python3 "$BIN/stranger.py" "$at")" served
    if [ "$who" = root ]; then
        is "another uid is not" "$($USER_DROP /usr/bin/python3 "$BIN/stranger.py" "$at")" "not served"
    else
        is "the same uid from inside another sandbox is not" "$($drop "$PINFOLD" run --profile none --with user \
            /usr/bin/python3 "$BIN/stranger.py" "$at")" "not served"
        [ "$TAP_UID" != 0 ] || is "nor is root, who is somebody else" "$(/usr/bin/python3 "$BIN/stranger.py" "$at")" "not served"
    fi
    chmod 700 "$XDG_RUNTIME_DIR" "$XDG_RUNTIME_DIR/pinfold" "$XDG_RUNTIME_DIR/pinfold/mine"
    for packet in 0 1 19 70000; do
        # shellcheck disable=SC2086
        $drop /usr/bin/python3 - "$at" "$packet" <<'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
s.send(os.urandom(int(sys.argv[2])) or b"x" * 20)
END
    done
    is "packets of anything do not harm it ($who)" "$(names)" "mine "
    ask stop --grace 0.1 mine
}

# The command looks at whatever turns up: who joins may not show what it holds until it is locked like all.
joining() {
    cat >"$BIN/watch.py" <<'END'
import os, sys, time
own, seen, held = os.getpid(), set(), set()
print("ready", flush=True)
end = time.time() + 15
while time.time() < end and not os.path.exists(sys.argv[1]):
    for pid in [int(p) for p in os.listdir("/proc") if p.isdigit()]:
        if pid <= own:
            continue
        seen.add(pid)
        try:
            for fd in os.listdir("/proc/%d/fd" % pid):
                where = os.readlink("/proc/%d/fd/%s" % (pid, fd))
                if int(fd) > 2 and not where.startswith(("pipe:", "/proc", "/usr/", "/dev/null")):
                    held.add(where)
            open("/proc/%d/mem" % pid, "rb").close()
            if "pinfold" in os.readlink("/proc/%d/exe" % pid):
                held.add("the launcher's memory")
        except OSError:
            pass
print("seen" if len(seen) > 5 else "too few: %d" % len(seen), "held: %s" % sorted(held) if held else "held nothing")
END
    rm -f "$WORK/watched" "$WORK/enough"
    begin watched --profile ns_only --rw "$WORK" --ro "$BIN" sh -c "/usr/bin/python3 $BIN/watch.py $WORK/enough >$WORK/watched; sleep 15"
    for _ in $(seq 100); do grep -q ready "$WORK/watched" 2>/dev/null && break; sleep 0.05; done
    for _ in $(seq 20); do ask exec watched true; done
    is "(they did join) ($who)" "$status $err" "0 "
    : >"$WORK/enough"
    for _ in $(seq 120); do grep -q held "$WORK/watched" && break; sleep 0.05; done
    is "lesson 25 CVE-2016-9962: who joins holds nothing that the command can take ($who)" "$(tail -n 1 "$WORK/watched")" "seen held nothing"
    ask stop --grace 0.1 watched
}

terminals() {
    export PINFOLD DROP="$drop"
    timeout -k 2 120 /usr/bin/python3 "$TAP_TOP/tests/live/attach.py" >"$TMP/parts" 2>&1 ||
        echo "not ok attach.py ended by itself" >>"$TMP/parts"
    tell_parts
}

each() {
    runtime
    "$@"
    rm -rf "$XDG_RUNTIME_DIR"
}

each_uid each life
each_uid each identical
each_uid each signals
each_uid each state
if [ -x /usr/bin/python3 ]; then
    each_uid each strangers
    each_uid each joining
    each_uid each terminals
else
    skip "who is served" "/usr/bin/python3 is not there"
fi
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How a run ends: with the command, with the launcher, by a signal; and that nothing stays behind.
# WAITS: for processes that end, which it knows by their words.
. "$(dirname "$0")/live.inc"
helpers lifeline fds

# A token is a number of seconds that nobody else sleeps, and not many, should one be left.
# alive TOKEN: how many processes of this machine have TOKEN, which begins with a digit, in their
# arguments. The brackets keep the one that looks out of it.
alive() {
    grep -l -a -s -e "[${1%"${1#?}"}]${1#?}" /proc/[0-9]*/cmdline | wc -l
}

# children PID: the processes that PID has made.
children() {
    for stat in /proc/[0-9]*/stat; do
        sed -n "s/^\([0-9]*\) (.*) . $1 .*/\1/p" "$stat" 2>/dev/null
    done
}

# lasts NAME LESS|MORE MS STATUS SIGNAL OPTIONS... COMMAND: how long something still held the pipe.
lasts() {
    name=$1 way=$2 bound=$3 want=$4 signal=$5
    shift 5
    # shellcheck disable=SC2086
    run $drop "$BIN/lifeline" "$signal" "$PINFOLD" run --profile full "$@"
    ms=${out% *}
    [ "$ms" != never ] || ms=99999
    case $way:$ms in
    LESS:[0-9]*) [ "$ms" -lt "$bound" ] ;;
    MORE:[0-9]*) [ "$ms" -ge "$bound" ] ;;
    *) false ;;
    esac && [ "${out#* }" = "$want" ]
    tap_result $? "$name ($who)" || tap_diag "got: $out, want: $way than $bound ms, status $want; $err"
}

# Children in the background, in sessions of their own, and orphaned twice over.
brood='sleep 1.1 & setsid sleep 1.1 & (setsid sh -c "(setsid sleep 1.1 &) &" &); echo ready;'

with_command() {
    for options in '--profile full' '--profile ns_only' '--profile none --with user --with pid'; do
        # shellcheck disable=SC2086
        lasts "the brood ends with its command under $options" LESS 500 7 0 $options sh -c "$brood exit 7"
        # shellcheck disable=SC2086
        lasts "and with a command that is killed under $options" LESS 500 137 0 $options \
            sh -c "$brood kill -KILL \$\$"
    done
    lasts "off: it lives on" MORE 800 7 0 --without pid sh -c "$brood exit 7"
    lasts "off, profile none likewise" MORE 800 7 0 --profile none sh -c "$brood exit 7"
}

with_launcher() {
    for options in '--profile full' '--profile ns_only' '--profile none --with user --with pid'; do
        # shellcheck disable=SC2086
        lasts "everything ends when the launcher is killed, under $options" LESS 500 137 9 $options \
            sh -c "$brood sleep 1.1"
    done
    lasts "a command that ignores every signal, too" LESS 500 137 9 \
        sh -c 'trap "" HUP INT QUIT TERM USR1 USR2 PIPE; echo ready; sleep 1.1'
    lasts "off: it lives on" MORE 800 137 9 --without pid sh -c "$brood sleep 1.1"
}

# Killed at some moment of its start: whatever is there by then goes.
at_any_moment() {
    token=61.7$$$1
    started=0
    for i in $(seq 60); do
        # shellcheck disable=SC2086
        $drop "$PINFOLD" run --profile full sleep "$token" >/dev/null 2>&1 &
        pid=$!
        # From nothing to about six milliseconds.
        /usr/bin/perl -e 'select undef, undef, undef, $ARGV[0] / 10000' "$i"
        [ "$(alive "$token")" -gt 1 ] && started=$((started + 1))
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    sleep 0.3
    is "sixty launchers killed at any moment of their start leave nothing ($who)" "$(alive "$token")" 0
    ok "($started of them had more than one process by then) ($who)" [ "$started" -gt 10 ]
}

# The signals of these numbers are the same on every machine that we know.
signals() {
    for pair in HUP:1 INT:2 QUIT:3 USR1:10 USR2:12 TERM:15 WINCH:28 CONT:18; do
        for options in '--profile full' '--profile none' '--without pid' '--without session'; do
            case $pair:$options in
            *none | *full | INT* | USR1*) ;;
            *) continue ;;
            esac
            # shellcheck disable=SC2086
            lasts "SIG${pair%:*} reaches the command once under $options" LESS 2500 51 "${pair#*:}" $options \
                sh -c "n=50; i=0; trap 'n=\$((n + 1))' ${pair%:*}; echo ready
                    while [ \$i -lt 4 ]; do sleep 0.05; i=\$((i + 1)); done; exit \$n"
        done
    done
    for triple in HUP:1:129 INT:2:130 QUIT:3:131 USR1:10:138 TERM:15:143; do
        number=${triple#*:}
        for options in '--profile full' '--profile none' '--without pid'; do
            # shellcheck disable=SC2086
            lasts "SIG${triple%%:*} ends a command that does nothing about it under $options" LESS 500 \
                "${triple##*:}" "${number%:*}" $options sh -c 'echo ready; exec sleep 1.1'
        done
    done
    # shellcheck disable=SC2086
    run $drop env --ignore-signal=HUP "$BIN/lifeline" 1 "$PINFOLD" run --profile full \
        sh -c 'echo ready; sleep 0.3; exit 44'
    like "a hang-up that the caller ignores, the command ignores ($who)" "$out" '^[0-9]+ 44$'
}

pipes() {
    for options in '--profile full' '--profile none' '--without pid'; do
        # shellcheck disable=SC2086
        lasts "a command that closes its output ends the pipe under $options" LESS 300 0 0 $options \
            sh -c 'echo ready; exec >&-; sleep 0.6'
        # shellcheck disable=SC2086
        got=$(timeout -k 2 20 $drop sh -c '"$@" | head -c 3' sh "$PINFOLD" run --profile full $options yes)
        is "yes | head ends under $options ($who)" "$got" "y
y"
        start=$(date +%s%N)
        # shellcheck disable=SC2086
        timeout -k 2 0.5 $drop "$PINFOLD" run --profile full $options sleep 30
        got=$?
        [ "$got" = 124 ] && [ $(($(date +%s%N) - start)) -lt 2500000000 ]
        tap_result $? "timeout(1) ends a run under $options ($who)" || tap_diag "$got"
    done
}

# Orphans that end are reaped at once.
zombies() {
    gives 0 "pid 1 reaps" sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do (sh -c "exit 0" &); done; sleep 0.2
        grep -l "^State:.Z" /proc/[0-9]*/status | wc -l'
    gives 1 "(a zombie would be seen)" perl -e 'my $p = fork; exit 0 if !$p; select undef, undef, undef, 0.1;
        my @z = grep { open my $f, "<", $_; grep /^State:.Z/, <$f> } </proc/[0-9]*/status>; print scalar @z'
}

# From outside, by somebody who may.
killed_outside() {
    token=62.8$$$1
    # shellcheck disable=SC2086
    $drop "$PINFOLD" run --profile full sh -c "setsid sleep $token & exec sleep $token" &
    launcher=$!
    for _ in $(seq 100); do [ "$(alive "$token")" -ge 4 ] && break; sleep 0.05; done
    init=$(children "$launcher")
    for _ in $(seq 50); do [ "$(cat "/proc/$init/comm")" = pinfold-init ] && break; sleep 0.05; done
    is "pid 1 is the launcher's only child ($who)" "$(cat "/proc/$init/comm")" pinfold-init
    kill -KILL "$init"
    wait "$launcher"
    is "pid 1 killed from outside: 137 ($who)" "$?" 137
    is "and all are gone ($who)" "$(alive "$token")" 0
}

# Daemons without any descriptor of ours, and what the host looks like before and after.
left_behind() {
    token=63.9$$$1
    mkdir -p "$TMP/tree/sub"
    echo x >"$TMP/tree/sub/file"
    chmod -R a+rX "$TMP/tree"
    find "$TMP/tree" -printf '%p %i %m %u %s %T@ %C@\n' | sort >"$TMP/before"
    sort /proc/self/mountinfo >"$TMP/mounts"
    for options in '--profile full' '--profile ns_only' '--profile landlock'; do
        # shellcheck disable=SC2086
        pin $options --ro "$TMP/tree:/a/b" --ro "$TMP/tree/sub/file" --agent "$TMP/tree/sub" perl -e '
            use POSIX; exit 3 if fork; setsid; exit if fork; close STDIN; close STDOUT; close STDERR;
            $SIG{$_} = "IGNORE" for qw(HUP INT TERM); exec "sleep", $ARGV[0]' "$token"
        is "the parent of a daemon ends as it ends under $options ($who)" "$status" 3
        sleep 0.1
        is "and the daemon does not outlive it under $options ($who)" "$(alive "$token")" 0
    done
    find "$TMP/tree" -printf '%p %i %m %u %s %T@ %C@\n' | sort >"$TMP/after"
    is "what was shown is as it was ($who)" "$(diff "$TMP/before" "$TMP/after")" ""
    is "the host's mounts are as they were ($who)" "$(sort /proc/self/mountinfo | diff "$TMP/mounts" -)" ""
    is "nothing in /tmp ($who)" "$(find /tmp -maxdepth 1 -name '.pinfold*')" ""
    rm -rf "$TMP/tree"
}

each_uid with_command
each_uid with_launcher
each_uid at_any_moment 1
each_uid signals
each_uid pipes
each_uid zombies
each_uid killed_outside 2
each_uid left_behind 3
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer session, on a real terminal: the command has one of its own, nothing can be typed into the
# caller's, /dev/tty is not that, and its keys' signals reach the command once. The seccomp layer
# refuses the same by number. Where the caller's terminal is passed as it is (--terminal inherit) the
# walls are those of a session without a terminal.
. "$(dirname "$0")/live.inc"
helpers try pty

# typed NAME WANT OPTIONS... ATTEMPT: the attempt's answer and what the user's shell would now read.
terminal() { # PTY-OPTIONS -- run options and command
    pty=$1
    shift
    # shellcheck disable=SC2086
    timeout -k 2 20 $drop "$BIN/pty" $pty "$PINFOLD" run --profile full --ro "$BIN" "$@" >"$TMP/screen" 2>&1
    tr -d '\r' <"$TMP/screen" >"$TMP/plain"
    typed=$(sed -n 's/^typed //p' "$TMP/plain")
    screen=$(sed -e '/^typed/d' -e '/^status/d' -e '/^$/d' "$TMP/plain" | tr '\n' ' ' | sed 's/ $//')
    ended=$(sed -n 's/^status //p' "$TMP/plain")
}

types() { # NAME WANT PTY-OPTIONS OPTIONS...
    name=$1 want=$2
    shift 2
    terminal "$@"
    is "$name ($who)" "$ended: $screen, typed [$typed]" "0: $want"
}

pushing() {
    if [ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1)" = 1 ]; then
        types "off: TIOCSTI types into the caller's terminal" "ok, typed [X]" '' \
            --profile none "$BIN/try" tiocsti X
        types "off: also with bits above 32 set" "ok, typed [X]" '' \
            --profile none "$BIN/try" tiocsti X 0x1
        types "ns_only has no wall against it" "ok, typed [X]" '' --profile ns_only "$BIN/try" tiocsti X
        types "with nobody's terminal that is passed, session alone is no wall" "ok, typed [X]" -n \
            --profile none --with session --terminal inherit "$BIN/try" ctty-type X
        types "one's own terminal can be typed into, and nobody else's" "ok, typed []" '' \
            --profile none --with session "$BIN/try" tiocsti X
    else
        skip "what TIOCSTI does without the layer ($who)" "dev.tty.legacy_tiocsti is 0: the kernel refuses it"
    fi
    for high in 0x0 0x1 0x80000000 0xffffffff; do
        terminal '' --profile none --with session --terminal inherit "$BIN/try" tiocsti X "$high"
        like "session: TIOCSTI with $high above is refused ($who)" "$ended: $screen, typed [$typed]" \
            '^0: (EPERM|EIO), typed \[\]$'
        types "seccomp: TIOCSTI with $high above is refused" "EPERM, typed []" '' \
            --profile none --with nnp --with seccomp "$BIN/try" tiocsti X "$high"
        types "seccomp: TIOCLINUX with $high above is refused" "EPERM, typed []" '' \
            --profile none --with nnp --with seccomp "$BIN/try" tioclinux "$high"
        types "full: TIOCSTI with $high above is refused" "EPERM, typed []" '' "$BIN/try" tiocsti X "$high"
        types "full: on the caller's terminal, too" "EPERM, typed []" '' --terminal inherit \
            "$BIN/try" tiocsti X "$high"
    done
    types "off: TIOCLINUX is not refused as such (a pty is no console)" "ENOTTY, typed []" '' \
        --profile none "$BIN/try" tioclinux
    for mode in pty inherit; do
        types "full: with nobody's terminal, $mode" "EPERM, typed []" -n --terminal "$mode" \
            "$BIN/try" ctty-type X
    done
}

terminals() {
    types "off: /dev/tty opens" "ok, typed []" '' --profile none "$BIN/try" open-write /dev/tty
    types "session: /dev/tty does not, where the terminal is the caller's" "ENXIO, typed []" '' \
        --profile none --with session --terminal inherit "$BIN/try" open-write /dev/tty
    types "full: nor there" "ENXIO, typed []" '' --terminal inherit "$BIN/try" open-write /dev/tty
    # Its own opens, is that of 0, 1 and 2, and is known by name inside.
    types "full: /dev/tty is the command's own" "ok, typed []" '' "$BIN/try" open-write /dev/tty
    types "full: it has a name" "/dev/pts/0 yes, typed []" '' sh -c \
        'tty; [ "$(stat -c %t:%T /dev/pts/0)" = 88:0 ] && [ -w /dev/pts/0 ] && echo yes'
    for mode in pty inherit; do
        types "session: the terminal cannot be taken, $mode" "EPERM, typed []" '' \
            --profile none --with session --with user --with pid --terminal "$mode" "$BIN/try" ctty
        types "session: nor by force, $mode" "EPERM, typed []" '' --profile none --with session \
            --with user --with pid --terminal "$mode" "$BIN/try" ctty 1
        types "full: nor there, $mode" "EPERM, typed []" '' --terminal "$mode" "$BIN/try" ctty 1
    done
    for options in '' '--terminal inherit'; do
        # shellcheck disable=SC2086
        types "0, 1 and 2 are a terminal $options" "yes yes yes, typed []" '' $options \
            sh -c 'for fd in 0 1 2; do [ -t $fd ] && echo yes; done'
    done
    gives "1 yes" "the command leads a group in pid 1's session" sh -c \
        'set -- $(sed "s/.*) //" /proc/self/stat); echo "$4 $([ "$3" = $$ ] && echo yes)"'
    gives yes "without pid it leads the session itself" --without pid sh -c \
        '[ "$(cut -d" " -f6 /proc/self/stat)" = $$ ] && echo yes'
    gives no "off: it does not" --profile none sh -c \
        '[ "$(cut -d" " -f6 /proc/self/stat)" = $$ ] || echo no'
}

# A key's signal comes once, whether the command is in the terminal's group or not.
keys() {
    count='n=0; trap "n=\$((n + 1))" INT WINCH; echo ready; i=0
        while [ $i -lt 8 ]; do sleep 0.05; i=$((i + 1)); done; echo "got $n"'
    for options in '--profile none' '--profile ns_only' '--profile full' '--without pid' \
        '--profile none --with session' '--terminal inherit'; do
        # shellcheck disable=SC2086
        types "^C reaches the command once under $options" "ready got 1, typed []" '-t \003' \
            $options sh -c "$count"
        # shellcheck disable=SC2086
        types "a new window size reaches it once under $options" "ready got 1, typed []" '-t \w' \
            $options sh -c "$count"
        # shellcheck disable=SC2086
        terminal '-t \003' $options sh -c 'echo ready; exec sleep 5'
        is "^C ends a command that does not catch it under $options ($who)" "$ended" 130
    done
}

each_uid pushing
each_uid terminals
each_uid keys
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signals (signals.py has the table): who inside gets them; a command that does not end when it is asked
# to; and what a command leaves.
# WAITS: it looks at times, and at little else.
. "$(dirname "$0")/live.inc"
helpers signals

part() { # PART MODE...
    export PINFOLD BIN WORK DROP="$drop"
    timeout -k 2 60 /usr/bin/python3 "$TAP_TOP/tests/live/signals.py" "$@" >"$TMP/parts" 2>&1 ||
        echo "not ok $* ended by itself" >>"$TMP/parts"
    tell_parts
}

MODES="terminal alone detached"
by_table() {
    runtime
    # shellcheck disable=SC2086 # words
    for part in table stops gone; do part $part $MODES; done
}

# stubborn NAME STATUS LESS|MORE MS MESSAGE SIGNALS OPTIONS...: a command that ignores INT and TERM is sent
# SIGNALS ("INT .5 INT": with a pause between them); ends so, and in that time.
stubborn() {
    name=$1 want=$2 way=$3 bound=$4 message=$5 signals=$6
    shift 6
    rm -f "$TMP/ready"
    # shellcheck disable=SC2086
    $drop "$PINFOLD" run --profile full "$@" sh -c 'trap "" INT TERM; echo ready; sleep 1; exit 9' >"$TMP/ready" 2>"$TMP/said" &
    pid=$!
    wait_for ready "$TMP/ready"
    start=$(date +%s%N)
    for word in $signals; do
        case $word in
        [0-9.]*) sleep "$word" ;;
        *) kill -"$word" "$pid" ;;
        esac
    done
    wait "$pid"
    got=$?
    ms=$((($(date +%s%N) - start) / 1000000))
    problem=''
    [ "$got" = "$want" ] || problem="status $got, not $want"
    case $way in LESS) [ "$ms" -lt "$bound" ] ;; MORE) [ "$ms" -ge "$bound" ] ;; esac ||
        problem="$problem; $ms ms, not $way than $bound"
    if [ -n "$message" ]; then
        grep -q -e "$message" "$TMP/said" || problem="$problem; said: $(cat "$TMP/said")"
    elif [ -s "$TMP/said" ]; then
        problem="$problem; said: $(cat "$TMP/said")"
    fi
    is "$name ($who)" "$problem" ""
}

endings() {
    for options in '--profile full' '--profile full --without pid' '--profile landlock-only'; do
        # shellcheck disable=SC2086
        stubborn "the second SIGINT within two seconds kills under $options" 137 LESS 950 'second SIGINT' \
            'INT .3 INT' $options
    done
    stubborn "a single SIGINT does not" 9 MORE 800 '' 'INT'
    stubborn "nor do a SIGINT and something else" 9 MORE 800 '' 'INT .1 WINCH .1 TERM' --profile full
    stubborn "--grace: so long after SIGTERM" 137 LESS 950 'after SIGTERM' 'TERM' --grace 0.3
    stubborn "--grace: a second SIGTERM gets no more time" 137 LESS 950 'after SIGTERM' 'TERM .3 TERM' --grace 0.6
    stubborn "--grace: a command that ends in time ends by itself" 9 MORE 800 '' 'TERM' --grace 5
    stubborn "without --grace SIGTERM is passed on, and no more" 9 MORE 800 '' 'TERM'
    refused "--grace: no time" --grace 'no time' 'seconds' --grace soon
}

# What a command leaves ends with it, or is waited for.
lingering() {
    leaves='(sleep 0.6; echo late) & setsid sh -c "sleep 0.4; echo later" & echo first; exit 7'
    pin --linger sh -c "$leaves"
    is "--linger waits for all that the command has left ($who)" "$status $(echo "$out" | tr '\n' ' ')" \
        "7 first later late "
    pin sh -c "$leaves"
    is "without it they end with the command ($who)" "$status $out" "7 first"
    # shellcheck disable=SC2086
    $drop "$PINFOLD" run --profile full --linger sh -c 'sleep 73.25 & setsid sleep 73.25 & echo ready' >"$TMP/ready" 2>&1 &
    pid=$!
    wait_for ready "$TMP/ready"
    sleep 0.1
    kill -TERM "$pid"
    wait "$pid"
    is "--linger: SIGTERM then is for all that are left ($who)" "$?" 0
    refused "--linger takes the layer pid" --linger 'layer pid' 'layer pid' --profile full --without pid --linger
}

if [ -x /usr/bin/python3 ]; then
    each_uid by_table
else
    skip "the table of signals" "/usr/bin/python3 is not there"
fi
each_uid endings
each_uid lingering
done_testing

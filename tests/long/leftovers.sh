#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A thousand runs, and a hundred that are killed at a random moment, leave nothing: no process, mount,
# cgroup, key, file or segment; nor does a run of which one process is killed, whichever. `make check-long`;
# RUNS and KILLS say how many.
. "$(dirname "$0")/../live/live.inc"
RUNS=${RUNS:-1000} KILLS=${KILLS:-100}
token=76.$$

# What a machine has, as far as it can be ours, one a line.
picture() {
    {
        sed 's/^/mount /' /proc/self/mountinfo
        find /sys/fs/cgroup -type d -name '*pinfold*' 2>/dev/null
        awk '{ print "key", $1, $6, $7, $8, $9 }' /proc/keys
        find /tmp /dev/shm /var/tmp -maxdepth 3 -name '*pinfold*' ! -path "$TMP*" ! -path '/tmp/pinfold-test.*' 2>/dev/null
        find "$XDG_RUNTIME_DIR/pinfold" -mindepth 1 2>/dev/null
        find "$XDG_STATE_HOME" -type f 2>/dev/null
        awk '{ print FILENAME, $1, $2 }' /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg
        # Processes that carry the token, whoever they are; the brackets keep the one that looks out of it.
        grep -l -a -s "[7]${token#7}" /proc/[0-9]*/cmdline
    } | LC_ALL=C sort
}

quiet() { # until there is nothing that was not there before
    for _ in $(seq 100); do
        picture >"$TMP/after"
        LC_ALL=C comm -13 "$TMP/before" "$TMP/after" >"$TMP/left"
        [ -s "$TMP/left" ] || return 0
        sleep 0.1
    done
    sed 's/^/# left: /' "$TMP/left"
    return 1
}

# A child of the launcher's, by its name.
helper_of() { # LAUNCHER NAME
    for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
        [ "$(cat "/proc/$child/comm" 2>/dev/null)" != "$2" ] || echo "$child"
    done
}

# Behind every helper that a run can have: a session's keeper, that of cgroups, and the warden where root starts it.
begin() { # NAME; the launcher is $pid
    rm -f "$W/.ready" "$W/.envrc"
    # shellcheck disable=SC2086
    (cd "$W" && exec $drop "$PINFOLD" run --workspace "$W" --name "$1" $view $limits -- sh -c \
        "echo x >.envrc; setsid sleep $token & : >.ready; exec sleep $token") >/dev/null 2>"$TMP/said" &
    pid=$!
    for _ in $(seq 100); do
        [ ! -e "$W/.ready" ] || return 0
        sleep 0.1
    done
    return 1
}

# Each process of a run is killed, with the launcher or while it lives: the next start finishes what is left to do.
victims() {
    W=$WORK/w
    mkdir "$W"
    user_owned "$W"
    limits='' view=''
    [ "$who" != root ] || view='--view agent' # where root takes the workspace there is a warden
    $as "$PINFOLD" run --profile full --memory 64M true
    [ "$status" != 0 ] || limits='--memory 64M'
    for victim in pinfold-init pinfold-keeper pinfold-warden launcher all; do
        picture >"$TMP/before"
        ok "a run begins ($who, $victim)" begin "victim-$victim"
        [ ! -s "$TMP/said" ] || sed 's/^/# /' "$TMP/said"
        case $victim in
        launcher) killed=$pid ;;
        all) killed="$(helper_of "$pid" pinfold-keeper) $(helper_of "$pid" pinfold-warden) $pid" ;;
        *) killed=$(helper_of "$pid" "$victim") ;;
        esac
        if [ -z "$killed" ]; then
            [ "$victim/$who" = pinfold-warden/user ] || ok "there is a $victim ($who)" false
            kill -TERM "$pid"
        else
            # shellcheck disable=SC2086
            kill -KILL $killed
            sleep 0.1
            kill -TERM "$pid" 2>/dev/null
        fi
        wait "$pid" 2>/dev/null
        got=$?
        case $victim in
        pinfold-init | pinfold-keeper | pinfold-warden) is "what was planted is told ($who, $victim)" "$got" 122 ;;
        *) is "the launcher is gone ($who, $victim)" "$got" 137 ;;
        esac
        # shellcheck disable=SC2086
        (cd "$W" && exec $drop "$PINFOLD" run --workspace "$W" --name next $view $limits -- true) >"$TMP/said" 2>&1
        is "the next start works ($who, $victim)" "$?" 0
        ok "what was planted is not there any more ($who, $victim)" [ ! -e "$W/.envrc" ]
        rm -rf "$XDG_STATE_HOME"/pinfold/quarantine "$XDG_STATE_HOME"/pinfold/*/quarantine
        ok "nothing else is left ($who, $victim)" quiet
    done
    rm -rf "$W"
}

leftovers() {
    runtime
    export HOME="$TMP/home.$who" XDG_STATE_HOME="$TMP/state.$who"
    mkdir -m 700 "$HOME" "$XDG_STATE_HOME"
    [ "$who" = root ] || user_owned "$HOME" "$XDG_STATE_HOME"
    mkdir -p "$XDG_RUNTIME_DIR/pinfold"
    chmod 700 "$XDG_RUNTIME_DIR/pinfold"
    [ "$who" = root ] || user_owned "$XDG_RUNTIME_DIR/pinfold"
    picture >"$TMP/before"
    bad=0
    for i in $(seq "$RUNS"); do
        case $((i % 5)) in
        0) set -- --profile full --name "run$i" ;;
        1) set -- --profile full --pids 50 --wall 60 ;;
        2) set -- --profile ns_only ;;
        3) set -- --workspace "$WORK" ;;
        *) set -- --profile full --memory 64M --best-effort-limits ;;
        esac
        # shellcheck disable=SC2086
        timeout -k 2 30 $drop "$PINFOLD" run "$@" sh -c "sleep $token & setsid sleep $token & exit 3" >/dev/null 2>&1
        [ $? = 3 ] || bad=$((bad + 1))
    done
    is "all of $RUNS runs end with their command's status ($who)" "$bad" 0
    ok "and leave nothing ($who)" quiet
    for i in $(seq "$KILLS"); do
        case $((i % 3)) in
        0) set -- --profile full ;;
        1) set -- --profile full --name "kill$i" --pids 50 ;;
        *) set -- --workspace "$WORK" --name "kill$i" --memory 64M --best-effort-limits ;;
        esac
        # shellcheck disable=SC2086
        $drop "$PINFOLD" run "$@" sh -c "setsid sleep $token & sleep $token" >/dev/null 2>&1 &
        pid=$!
        /usr/bin/perl -e 'select undef, undef, undef, rand() ** 3 * 0.2'
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    # What was to be looked at in the workspace is, by the next run there.
    # shellcheck disable=SC2086
    (cd "$WORK" && exec $drop "$PINFOLD" run --workspace "$WORK" -- true) >/dev/null 2>&1
    ok "nor do $KILLS that are killed at a random moment ($who)" quiet
}

everything() {
    leftovers
    victims
}

each_uid everything
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A thousand runs, and a hundred that are killed at a random moment, leave nothing: no process, mount,
# cgroup, key, file or segment. `make check-long`; RUNS and KILLS say how many.
. "$(dirname "$0")/../live/live.inc"
RUNS=${RUNS:-1000} KILLS=${KILLS:-100}
token=76.$$

# What a machine has, as far as it can be ours.
picture() {
    sort /proc/self/mountinfo
    find /sys/fs/cgroup -type d -name '*pinfold*' 2>/dev/null
    grep -c . /proc/keys
    find /tmp /dev/shm /var/tmp "$XDG_RUNTIME_DIR" -maxdepth 3 -name '*pinfold*' ! -path "$TMP*" ! -path '/tmp/pinfold-test.*' 2>/dev/null | sort
    find "$XDG_RUNTIME_DIR/pinfold" -mindepth 1 2>/dev/null
    cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg | wc -l
    # Processes that carry the token, whoever they are; the brackets keep the one that looks out of it.
    grep -l -a -s "[7]${token#7}" /proc/[0-9]*/cmdline | wc -l
}

quiet() { # until nothing changes any more
    for _ in $(seq 100); do
        picture >"$TMP/after"
        cmp -s "$TMP/before" "$TMP/after" && return 0
        sleep 0.1
    done
    return 1
}

leftovers() {
    runtime
    mkdir -p "$XDG_RUNTIME_DIR/pinfold"
    chmod 700 "$XDG_RUNTIME_DIR/pinfold"
    [ "$who" = root ] || user_owned "$XDG_RUNTIME_DIR/pinfold"
    picture >"$TMP/before"
    bad=0
    for i in $(seq "$RUNS"); do
        case $((i % 4)) in
        0) set -- --profile full --name "run$i" ;;
        1) set -- --profile full --pids 50 --wall 60 ;;
        2) set -- --profile ns_only ;;
        *) set -- --profile full --memory 64M --best-effort-limits ;;
        esac
        # shellcheck disable=SC2086
        timeout -k 2 30 $drop "$PINFOLD" run "$@" sh -c "sleep $token & setsid sleep $token & exit 3" >/dev/null 2>&1
        [ $? = 3 ] || bad=$((bad + 1))
    done
    is "all of $RUNS runs end with their command's status ($who)" "$bad" 0
    ok "and leave nothing ($who)" quiet
    diff "$TMP/before" "$TMP/after" | sed 's/^/# /'
    for i in $(seq "$KILLS"); do
        set -- --profile full
        [ $((i % 2)) = 0 ] || set -- --profile full --name "kill$i" --pids 50
        # shellcheck disable=SC2086
        $drop "$PINFOLD" run "$@" sh -c "setsid sleep $token & sleep $token" >/dev/null 2>&1 &
        pid=$!
        /usr/bin/perl -e 'select undef, undef, undef, rand() ** 3 * 0.2'
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    ok "nor do $KILLS that are killed at a random moment ($who)" quiet
    diff "$TMP/before" "$TMP/after" | sed 's/^/# /'
}

each_uid leftovers
done_testing

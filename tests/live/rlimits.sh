#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer rlimits: bounds that a runaway meets, never raised above the caller's. (A core limit of 1 byte
# is what makes the kernel start no helper either: core(5).)
. "$(dirname "$0")/live.inc"
helpers try

on='--profile none --with rlimits'

# A caller who has lifted every limit that he may; the ordinary user starts behind root's lifting,
# where we are root.
lifted() {
    # shellcheck disable=SC2016,SC2086
    run sh -c 'for l in core nproc nofile memlock msgqueue; do
        hard=$(prlimit --pid $$ --$l --noheadings --output HARD)
        for n in unlimited 1000000 "$hard"; do
            [ "$hard" = unlimited ] && [ "$n" != unlimited ] && break
            [ "$n" != unlimited ] && [ "$n" -lt "$hard" ] && continue
            prlimit --pid $$ --$l="$n:$n" 2>/dev/null && break
        done; done; exec "$@"' sh $drop "$PINFOLD" run --profile full --ro "$BIN" "$@"
}

limit() { # NAME: its hard limit, from the table in $out
    printf '%s\n' "$out" | sed -n "s/^$1  *[^ ]*  *\([^ ]*\).*/\1/p"
}

# least A B: the smaller of two limits.
least() {
    if [ "$1" = unlimited ] || { [ "$2" != unlimited ] && [ "$2" -lt "$1" ]; }; then echo "$2"; else echo "$1"; fi
}

bounds() {
    for row in 'core file size:1' 'processes:8192' 'open files:65536' 'locked memory:67108864' \
        'msgqueue size:819200'; do
        name="Max ${row%:*}" bound=${row#*:}
        lifted --profile none cat /proc/self/limits
        before=$(limit "$name")
        ok "off: $name is the caller's: $before ($who)" [ -n "$before" ]
        if [ "$(least "$before" "$bound")" = "$before" ]; then
            skip "on: $name is bounded ($who)" "the caller may not lift it above $bound here: $before"
            continue
        fi
        for options in "$on" '--profile full' '--without pid'; do
            # shellcheck disable=SC2086
            lifted $options cat /proc/self/limits
            is "on: $name is bounded under $options ($who)" "$(limit "$name")" "$bound"
        done
    done
}

# meets NAME BOUND ATTEMPT...: where the caller may lift NAME above BOUND, the attempt shows it.
meets() {
    name=$1 bound=$2 below=$3 above=$4 errno=$5 attempt=$6
    lifted --profile none cat /proc/self/limits
    if [ "$(least "$(limit "$name")" "$bound")" = "$(limit "$name")" ]; then
        skip "$attempt $above meets a bound ($who)" "the caller may not lift it here: $(limit "$name")"
        return
    fi
    lifted --profile none "$BIN/try" "$attempt" "$above"
    is "off: $attempt $above ($who)" "$out" ok
    # shellcheck disable=SC2086
    lifted $on "$BIN/try" "$attempt" "$above"
    is "on: $attempt $above ($who)" "$out" "$errno"
    # shellcheck disable=SC2086
    lifted $on "$BIN/try" "$attempt" "$below"
    is "on: $attempt $below ($who)" "$out" ok
}

runaways() {
    meets 'Max locked memory' 67108864 60000000 70000000 ENOMEM mlock
    meets 'Max open files' 65536 65000 70000 EBADF descriptor
}

# One core file by a death that would make one.
cores() {
    pattern=$(cat /proc/sys/kernel/core_pattern)
    case $pattern in
    \|* | */*) skip "core files ($who)" "this host's go elsewhere: $pattern"; return ;;
    esac
    lifted --profile none cat /proc/self/limits
    if [ "$(limit 'Max core file size')" = 0 ]; then
        skip "core files ($who)" "the caller may not lift the limit here"
        return
    fi
    for row in "yes|--profile none" "no|$on" "no|--profile full"; do
        rm -f "$WORK"/core*
        # shellcheck disable=SC2086
        lifted ${row#*|} --rw "$WORK" --chdir "$WORK" sh -c 'kill -SEGV $$'
        got=no
        for file in "$WORK"/core*; do [ ! -e "$file" ] || got=yes; done
        is "a core file under ${row#*|}: ${row%%|*} ($who)" "$status $got" "139 ${row%%|*}"
    done
    rm -f "$WORK"/core*
}

lower() {
    for options in "$on" '--profile full'; do
        # shellcheck disable=SC2086
        $as prlimit --nofile=200:300 --nproc=500:600 --memlock=4096:8192 "$PINFOLD" run --profile full $options \
            cat /proc/self/limits
        is "a caller's lower limits stay under $options ($who)" \
            "$(printf '%s\n' "$out" | sed -n -E 's/^Max (open files|processes|locked memory) +([0-9]+) +([0-9]+).*/\2:\3/p' |
                tr '\n' ' ')" "500:600 200:300 4096:8192 "
        # shellcheck disable=SC2086
        pin $options sh -c 'ulimit -n 70000 2>/dev/null && echo raised
            for n in unlimited 0; do ulimit -c $n 2>/dev/null
            sed -n "s/^Max core file size  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p" /proc/self/limits; done'
        core=$(least "$(prlimit --core --noheadings --output HARD)" 1) low=0
        [ "$options" = '--profile none --with rlimits' ] || low=$core
        same="$core $core
$low $low"
        is "nor can they be raised again under $options, and that of core not lowered in full ($who)" \
            "$status:$out" "0:$same"
    done
}

each_uid bounds
each_uid runaways
each_uid cores
each_uid lower
done_testing

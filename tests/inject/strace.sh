#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same as errors.sh, by strace(1): a second witness, which knows nothing of ours.
#
# strace counts the calls of each process by itself, so when=N fails the N-th call of that name in
# whichever process comes to it first, and in those behind it too. Each run must show (INJECTED) in
# strace's log, and end as the same failure made by tests/helper/inject.c does in one of the processes
# (where it fired more than once: be refused, as a start that has failed looks for the cause in trials
# of its own, which then fail as well).
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/inject.inc"

command -v strace >/dev/null || {
    skip "strace" "strace is not installed"
    done_testing
}

# close(2) would not be made at all and leave the descriptor open, which Linux never does; a wait
# (futex) may not come; without arch_prctl(2) or brk(2) the C library ends before main().
SKIP='close futex arch_prctl brk'

start() { # CALL N LOG
    as_who root env -i PATH=/usr/bin:/bin HOME=/home/nobody SECRET=1 timeout -k 1 20 "$INJECT" bare -- /usr/bin/env \
        strace -f -b execve -o "$3" -e "trace=$1" -e "inject=$1:error=EIO:when=$2" \
        "$PINFOLD" run --profile "$profile" --ro "$TMP/bin" --rw "$TMP/rw" -- "$WITNESS" "$OUTSIDE" "$TMP/rw/data" \
        "$TMP/secret" "$WITNESS" </dev/null
    echo $? >"$3.status"
}

# CALL N: strace's run, as one line of result. Both outputs are pipes, as they are for inject.c.
strace_one() {
    log=$TMP/log.$1.$2
    { start "$1" "$2" "$log" 2>&1 >&3 3>&- | cat >"$log.err"; } 3>&1 | cat >"$log.out"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$(grep -c INJECTED "$log")" "$(cat "$log.status")" \
        "$(tr '\n\t' '  ' <"$log.out")" "$(tr '\n\t' '  ' <"$log.err")"
    rm -f "$log" "$log".*
}

worker() { # PART
    trap - EXIT
    awk -v part="$1" 'NR % 2 == part' "$TMP/pairs" | while read -r call n; do
        strace_one "$call" "$n"
    done
}

by_strace() { # PROFILE
    profile=$1
    sweep root EIO --profile "$profile" || return
    # The pairs of a name and a number that occur anywhere.
    awk -v skip=" $SKIP " '{ if (!index(skip, " " $2 " ")) print $2, $3 }' "$TMP/cases" | sort -u >"$TMP/pairs"
    worker 0 >"$TMP/strace.0" &
    worker 1 >"$TMP/strace.1"
    wait
    cat "$TMP/strace.0" "$TMP/strace.1" >"$TMP/strace"
    awk -F'\t' -v ours="$TMP/results" -v pairs="$(wc -l <"$TMP/pairs")" '
        # Without numbers: which descriptor is the next one is a matter of chance between two threads.
        function plain(text) { gsub(/[0-9]+/, "N", text); return text }
        BEGIN {
            while ((getline < ours) > 0) {
                if ($8 == "") same[$2, $3, $6, plain($9)] = 1; else went[$2, $3, $8] = 1
            }
        }
        { n++; distinct[$1] = 1 }
        $3 == 0 { bad++; print "never fired: " $1, $2; next }
        $5 == "" && $4 == 125 { refused++ }
        $5 == "" && ($3 == 1 ? !(($1, $2, $4, plain($6)) in same) : $4 != 125 || $6 == "") { bad++; print "ends otherwise: " substr($0, 1, 200) }
        $5 != "" && !(($1, $2, $5) in went) { bad++; print "went on: " substr($0, 1, 200) }
        $5 != "" { ran++ }
        END {
            for (d in distinct) calls++
            if (n != pairs || n < 100) { bad++; print n + 0 " runs of " pairs }
            print n + 0 " failures were injected by strace and fired, in " calls + 0 " distinct calls; " \
                refused + 0 " starts were refused, " ran + 0 " went on as errors.sh allows"
            exit bad != 0
        }' "$TMP/strace" >"$TMP/verdict"
    tap_result $? "$profile: what strace injects ends as what we inject"
    tap_diag "$(head -30 "$TMP/verdict")"
}

by_strace full
by_strace ns_only
done_testing

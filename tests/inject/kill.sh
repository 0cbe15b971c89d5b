#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 in place of each call of the set-up, in each process: nothing runs, nobody stays behind, and
# the exit status says so. (The layer pid is what binds the others to the launcher's life.)
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/inject.inc"

check() { # WHO ARGS...
    sweep "$1" kill "$2" "$3" && judge "$1: $2 $3: killed before each of its calls" ""
}

for who in root user; do
    check $who --profile full
    check $who --profile ns_only
done
check root --profile landlock
faults_total
done_testing

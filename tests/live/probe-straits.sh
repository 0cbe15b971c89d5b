#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The probe in straits: no process can be made, the disk is full, the output is; every row is told all the
# same, and none is REACHED that is not without them.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/probe.inc"
TAP_TIMEOUT=60
TAB=$(printf '\t')
ids=$("$PROBE" --list)
mkdir "$TMP/bin" && cp "$PROBE" "$TMP/bin/probe" && chmod 755 "$TMP" "$TMP/bin" "$TMP/bin/probe"
probe=$TMP/bin/probe

rows() { printf '%s\n' "$out" | sed 1d | cut -f1; }
reached() { printf '%s\n' "$out" | awk -F '\t' '$3 == "REACHED" { print $1 }' | sort; }
whole() { # NAME
    is "$1: exit" "$status" 0
    is "$1: nothing on standard error" "$err" ''
    is "$1: all rows, in their order" "$(rows)" "$ids"
}

as_user "$probe" --tsv
whole 'as nobody'
reached >"$TMP/free"

# The limit is on processes of one uid, whoever has started them.
as_user prlimit --nproc=1:1 "$probe" --tsv
whole 'with one process'
is 'with one process: what was reached' "$(reached | grep -vxF -f "$TMP/free")" ''
is 'with one process: what could not be tried is BROKEN by EAGAIN, never BLOCKED' \
    "$(printf '%s\n' "$out" | sed 1d | cut -f3,4 | sort -u | grep -v -e "^SKIPPED" -e "^BROKEN${TAB}EAGAIN" -e '^ABSENT')" ''

as_user sh -c '"$@" >/dev/full' - "$probe" --tsv
is 'the output is full: exit' "$status" 125
like 'the output is full: says so' "$err" 'ENOSPC'

if have_userns; then
    # /tmp has no byte left; the probe below it is reached by its descriptor.
    as_user unshare --user --map-root-user --mount sh -c '
        exec 9<"$1" && mount -t tmpfs -o size=8k,mode=1777 none /tmp && cd /tmp && { dd if=/dev/zero of=fill bs=4k 2>/dev/null; true; } &&
        exec setpriv --bounding-set=-all /proc/self/fd/9 --tsv' - "$probe"
    whole 'on a full disk'
    is 'on a full disk: nothing more is reached' "$(reached | grep -vxF -f "$TMP/free")" ''
else
    skip 'on a full disk' 'it takes user namespaces'
fi
done_testing

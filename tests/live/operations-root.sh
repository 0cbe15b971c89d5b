#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The control of operations that only root reaches: each of them is REACHED in throw-away namespaces of
# an ordinary user's, or, where no namespace gives what it takes, by root in namespaces of its own.
# ALONE: it takes all processors.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=60
TAB=$(printf '\t')
bin=$TMP/bin
mkdir "$bin" && cp "$BUILD/pinfold-matrix" "$PINFOLD" "$PROBE" "$bin" && chmod 755 "$TMP" "$bin" "$bin"/*
"$PROBE" --list --tsv | awk -F '\t' '$7 == "root" { print $1 }' >"$TMP/root"
ok 'there are operations of root' [ -s "$TMP/root" ]

# Rights of the machine, which no user namespace gives.
sort >"$TMP/machine" <<EOF
cap.nice
cap.real-time
cap.setgroups
cap.setuid
fs.read-shadow
kern.bpf-map
kern.bpf-prog
kern.open-by-handle
time.adjtimex
EOF
grep -vxF -f "$TMP/machine" "$TMP/root" >"$TMP/namespaces"

# reaches NAME IDS COMMAND...: runs it around these operations.
reaches() {
    name=$1 ids=$2
    shift 2
    "$@" {PROBE} --tsv --decoys {DECOYS} --only "$(paste -sd, "$ids")"
    is "$name: nothing on standard error" "$err" ''
    is "$name: all are tried" "$(printf '%s\n' "$out" | sed 1d | cut -f 1 | sort)" "$(sort "$ids")"
    is "$name: all are REACHED" "$(printf '%s\n' "$out" | sed 1d | grep -v "${TAB}REACHED$TAB" | cut -f 1,3-5)" ''
}

as_user unshare --user --map-root-user --net true
if [ "$status" = 0 ]; then
    # Who may use ping sockets is a setting of each network namespace.
    reaches 'in throw-away namespaces' "$TMP/namespaces" as_user "$bin/pinfold-matrix" decoys --tsv -- \
        unshare --user --map-root-user --mount --net --pid --ipc --uts --cgroup --fork --kill-child --mount-proc \
        sh -c 'echo 0 0 >/proc/sys/net/ipv4/ping_group_range; exec "$@"' sh
else
    skip 'in throw-away namespaces' 'this host gives no user namespaces'
fi

if [ "$TAP_UID" = 0 ] && unshare --mount --net --pid --ipc --uts --fork true 2>/dev/null; then
    reaches 'as root' "$TMP/machine" run "$bin/pinfold-matrix" decoys --as-root --tsv -- \
        unshare --mount --net --pid --ipc --uts --cgroup --fork --kill-child --mount-proc
else
    skip 'as root' 'it takes root'
fi
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer net: no listener of the host's, no way out; the loopback works.
. "$(dirname "$0")/live.inc"
helpers net

off='--profile none --with user'
on='--profile none --with user --with net'
ABSTRACT="@pinfold-test-$$"
servers=''

serve() { # NAME ADDR
    "$BIN/net" serve "$2" "token-$1" >"$TMP/$1.port" &
    servers="$servers $!"
    wait_for ready "$TMP/$1.port" || return 1
}

port() { sed 's/ready //' "$TMP/$1.port"; }

listeners() {
    # shellcheck disable=SC2086
    for options in '--profile none' "$off"; do
        gives token-tcp "off: the host's listener is reached under $options" $options \
            "$BIN/net" connect 127.0.0.1 "$(port tcp)"
        gives token-abstract "off: an abstract socket is reached under $options" $options \
            "$BIN/net" connect "$ABSTRACT"
        gives token-path "off: a socket on a path is reached under $options" $options \
            "$BIN/net" connect "$TMP/socket"
    done
    # shellcheck disable=SC2086
    for options in "$on" '--profile ns_only'; do
        gives ECONNREFUSED "on: no TCP under $options" $options \
            "$BIN/net" connect 127.0.0.1 "$(port tcp)"
        gives ECONNREFUSED "on: no abstract socket under $options" $options \
            "$BIN/net" connect "$ABSTRACT"
    done
    # shellcheck disable=SC2086
    gives token-path "a path is the mount layer's: net alone does not hide it" $on \
        "$BIN/net" connect "$TMP/socket"
    gives ENOENT "ns_only: no socket on a path" --profile ns_only "$BIN/net" connect "$TMP/socket"
    gives EACCES "full: no TCP, said by Landlock" "$BIN/net" connect 127.0.0.1 "$(port tcp)"
    gives ECONNREFUSED "full --tcp any: no TCP, said by the namespace" --tcp any \
        "$BIN/net" connect 127.0.0.1 "$(port tcp)"
    pin --ro "$BIN" "$BIN/net" connect "$ABSTRACT"
    like "full: no abstract socket ($who)" "$status:$out" '^0:(EPERM|ECONNREFUSED)$'
    gives ENOENT "full: no socket on a path" "$BIN/net" connect "$TMP/socket"
    if [ -n "$ipv6" ]; then
        gives token-tcp6 "off: ::1 is reached" --profile none "$BIN/net" connect ::1 "$(port tcp6)"
        # shellcheck disable=SC2086
        gives ECONNREFUSED "on: ::1 is another" $on "$BIN/net" connect ::1 "$(port tcp6)"
    else
        skip "::1 ($who)" "this host has no IPv6 loopback"
    fi
}

inside() {
    # shellcheck disable=SC2086
    for options in "$on" '--profile ns_only' '--profile full --tcp any'; do
        if [ -n "$ipv6" ]; then
            gives "ok ok" "the loopback works under $options" $options "$BIN/net" self
        fi
        gives "lo" "and is all there is under $options" $options "$BIN/net" interfaces
        # Nothing leaves: there is no route, so not even a packet is made.
        gives "ENETUNREACH" "no route out under $options" $options "$BIN/net" connect 192.0.2.1 53
    done
    gives "$("$BIN/net" interfaces)" "off: the host's interfaces are seen" --profile none \
        "$BIN/net" interfaces
    gives "EACCES" "full: a TCP port of its own takes --tcp" "$BIN/net" bind 127.0.0.1 4711
    gives "ok" "full --tcp PORT" --tcp 4711 "$BIN/net" bind 127.0.0.1 4711
    gives "EACCES" "full --tcp PORT: that port alone" --tcp 4711 "$BIN/net" bind 127.0.0.1 4712
}

# Raw sockets (AF_INET, SOCK_RAW, ICMP): a user namespace gives them back, caps takes them away.
raw() {
    gives EPERM "raw ICMP under none: no capability" --profile none "$BIN/net" socket 2 3 1
    gives ok "raw ICMP under ns_only: the namespace's capability opens it" --profile ns_only \
        "$BIN/net" socket 2 3 1
    gives ok "raw ICMP under landlock likewise" --profile landlock "$BIN/net" socket 2 3 1
    gives EPERM "raw ICMP with caps" --profile ns_only --with caps "$BIN/net" socket 2 3 1
    gives EPERM "raw ICMP under full" "$BIN/net" socket 2 3 1
}

serve tcp 127.0.0.1
serve abstract "$ABSTRACT"
serve path "$TMP/socket"
ipv6=''
if serve tcp6 ::1; then ipv6=yes; fi
each_uid listeners
each_uid inside
each_uid raw
# shellcheck disable=SC2086
kill $servers 2>/dev/null
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer landlock: files, TCP ports, abstract sockets and signals that the plan does not name; by
# itself on the host's tree, and as a second wall behind the mounts.
. "$(dirname "$0")/live.inc"
helpers try net

mkdir "$TMP/secret" "$TMP/show"
echo decoy >"$TMP/secret/file"
echo shown >"$TMP/show/file"
chmod -R a+rX "$TMP/secret" "$TMP/show"
user_owned "$TMP/show" "$TMP/secret"

off='--profile none'
on='--profile none --with nnp --with landlock'
ABSTRACT="@pinfold-landlock-$$"
abi=$("$PINFOLD" layers --json | sed -n 's/.*"landlock_abi": \([0-9]*\).*/\1/p')

alone() {
    # shellcheck disable=SC2086
    for row in read list; do
        path=$TMP/secret/file
        [ "$row" = read ] || path=$TMP/secret
        gives ok "off: $row $path" $off "$BIN/try" $row "$path"
        gives EACCES "on: $row $path" $on "$BIN/try" $row "$path"
        gives ok "on, with --ro: $row $path" $on --ro "$path" "$BIN/try" $row "$path"
        gives ok "on, with --rw: $row $path" $on --rw "$path" "$BIN/try" $row "$path"
    done
    # shellcheck disable=SC2086
    gives "root" "on: /etc is not named, /usr is" $on sh -c 'cat /etc/passwd 2>/dev/null | wc -l | grep -q "^0$" &&
        [ -r /usr/bin/env ] && echo root'
    # shellcheck disable=SC2086
    refused "on: PATH:DEST, where nothing is mounted" --ro 'cannot be shown at /x/y' 'Leave ":/x/y" out' \
        $on --ro "$TMP/show:/x/y"
}

# attempt | path of the attempt | what it gives under --ro
changes() {
    # shellcheck disable=SC2086
    for attempt in 'write file' 'create new' 'mkdir new' 'truncate file' 'rename file file2'; do
        # shellcheck disable=SC2086
        set -- $attempt
        words="$1 $TMP/show/$2 ${3:+$TMP/show/$3}"
        gives EACCES "on, --ro: $attempt" $on --ro "$TMP/show" "$BIN/try" $words
        gives ok "on, --rw: $attempt" $on --rw "$TMP/show" "$BIN/try" $words
        rm -rf "$TMP/show/new" "$TMP/show/file2"
        echo shown >"$TMP/show/file"
        user_owned "$TMP/show"
        gives ok "off: $attempt" $off "$BIN/try" $words
        rm -rf "$TMP/show/new" "$TMP/show/file2"
        echo shown >"$TMP/show/file"
        user_owned "$TMP/show"
    done
    # shellcheck disable=SC2086
    gives EACCES "on, --rw: a file cannot leave it" $on --rw "$TMP/show" --ro "$TMP/secret" \
        "$BIN/try" rename "$TMP/show/file" "$TMP/secret/x"
    mkdir "$TMP/show/a" "$TMP/show/b"
    user_owned "$TMP/show"
    # shellcheck disable=SC2086
    gives ok "on, --rw: a rename between directories of it" $on --rw "$TMP/show" \
        "$BIN/try" rename "$TMP/show/a" "$TMP/show/b/a"
    rm -rf "$TMP/show/a" "$TMP/show/b"
    # shellcheck disable=SC2086
    gives EACCES "on, --rw: no device node, not even the null one of overlayfs" $on --rw "$TMP/show" \
        "$BIN/try" node "$TMP/show/node" 0 0
    # shellcheck disable=SC2086
    gives ok "off: that one can be made" $off "$BIN/try" node "$TMP/show/node" 0 0
    rm -f "$TMP/show/node"
}

# What Landlock does not see is told plainly, and is the mounts' to stop (mount.sh).
blind() {
    # shellcheck disable=SC2086
    gives ok "on: chmod of a file that may only be read is not Landlock's" $on --ro "$TMP/show" \
        "$BIN/try" chmod "$TMP/show/file" 644
    gives EROFS "full: the read-only mount stops it" --ro "$TMP/show" "$BIN/try" chmod "$TMP/show/file" 644
}

ports() {
    # shellcheck disable=SC2086
    gives token "off: a TCP listener" $off "$BIN/net" connect 127.0.0.1 "$port"
    if [ "$abi" -ge 4 ]; then
        # shellcheck disable=SC2086
        gives EACCES "on: none" $on "$BIN/net" connect 127.0.0.1 "$port"
        # shellcheck disable=SC2086
        gives token "on, with --tcp PORT" $on --tcp "$port" "$BIN/net" connect 127.0.0.1 "$port"
        # shellcheck disable=SC2086
        gives EACCES "on, with another --tcp PORT" $on --tcp 1 "$BIN/net" connect 127.0.0.1 "$port"
        # shellcheck disable=SC2086
        gives token "on, with --tcp any" $on --tcp any "$BIN/net" connect 127.0.0.1 "$port"
        # shellcheck disable=SC2086
        gives EACCES "on: no port can be bound" $on "$BIN/net" bind 127.0.0.1 0
        # shellcheck disable=SC2086
        gives ok "on, with --tcp 0: a port of the kernel's choice" $on --tcp 0 "$BIN/net" bind 127.0.0.1 0
    else
        skip "TCP ports ($who)" "this kernel's Landlock (ABI $abi) knows none"
    fi
}

scopes() {
    # shellcheck disable=SC2086
    gives token "off: an abstract socket" $off "$BIN/net" connect "$ABSTRACT"
    # shellcheck disable=SC2086
    gives ok "off: a signal to a host process" $off "$BIN/try" kill "$DECOY" 0
    if [ "$abi" -ge 6 ]; then
        # shellcheck disable=SC2086
        gives EPERM "on: no abstract socket" $on "$BIN/net" connect "$ABSTRACT"
        # shellcheck disable=SC2086
        gives EPERM "on: no signal" $on "$BIN/try" kill "$DECOY" 0
    else
        skip "abstract sockets and signals ($who)" "this kernel's Landlock (ABI $abi) has no scopes"
    fi
}

# Behind the mounts: what the composed root holds beside the plan's places.
second() {
    gives EACCES "landlock: nothing can be made in the root" --profile landlock "$BIN/try" mkdir /made
    gives ok "ns_only: it can" --profile ns_only "$BIN/try" mkdir /made
    gives EACCES "landlock: nor in /dev" --profile landlock "$BIN/try" create /dev/made
    gives ok "landlock: in /tmp it can" --profile landlock "$BIN/try" mkdir /tmp/made
    gives ok "landlock: in /dev/shm it can" --profile landlock "$BIN/try" create /dev/shm/made
    gives EPERM "landlock: no mount, with all the namespace's capabilities" --profile landlock \
        "$BIN/try" tmpfs /tmp
    gives ok "ns_only: a mount" --profile ns_only "$BIN/try" tmpfs /tmp
    gives EPERM "landlock: no remount either" --profile landlock "$BIN/try" remount "$BIN"
}

"$BIN/net" serve 127.0.0.1 token >"$TMP/port" &
servers=$!
"$BIN/net" serve "$ABSTRACT" token >"$TMP/abstract" &
servers="$servers $!"
# shellcheck disable=SC2086
$USER_DROP sleep 60 >/dev/null 2>&1 &
DECOY=$!
wait_for ready "$TMP/port"
wait_for ready "$TMP/abstract"
port=$(sed 's/ready //' "$TMP/port")
each_uid alone
each_uid changes
each_uid blind
each_uid ports
each_uid scopes
each_uid second
# shellcheck disable=SC2086
kill $servers "$DECOY" 2>/dev/null
done_testing

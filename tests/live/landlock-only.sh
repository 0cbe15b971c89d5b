#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The profile landlock-only: what it stops where namespaces are forbidden, what it says that it does
# not, and what it refuses to promise. Layer sockets: by itself, and what Landlock does not see.
. "$(dirname "$0")/live.inc"
helpers try net obstacle

mkdir "$TMP/secret" "$TMP/show" "$TMP/show/below"
echo decoy >"$TMP/secret/file"
echo shown >"$TMP/show/file"
chmod -R a+rX "$TMP/secret" "$TMP/show"
user_owned "$TMP/show" "$TMP/secret"
only='--profile landlock-only'
on='--profile none --with nnp --with sockets'
abi=$("$PINFOLD" layers --json | sed -n 's/.*"landlock_abi": \([0-9]*\).*/\1/p')

# socket FAMILY TYPE PROTOCOL | without, and with the layer, and with the layer and --tcp any
sockets() {
    while IFS='|' read -r words off with tcp; do
        # shellcheck disable=SC2086
        {
            gives "$off" "off: socket $words" --profile none "$BIN/net" socket $words
            gives "$with" "on: socket $words" $on "$BIN/net" socket $words
            gives "$tcp" "on, --tcp any: socket $words" $on --tcp any "$BIN/net" socket $words
            gives "$with" "landlock-only: socket $words" $only "$BIN/net" socket $words
        }
    done <<'END'
1 1 0|ok|EPERM|EPERM
1 2 0|ok|EPERM|EPERM
2 1 0|ok|EPERM|ok
2 2 0|ok|EPERM|EPERM
10 2 0|ok|EPERM|EPERM
16 3 0|ok|ok|ok
END
}

# Both ends of a pair are the command's own, but one of datagrams sends to whoever it names.
pairs() {
    for type in 2 3; do
        "$BIN/net" receive "$WORK/log$type" >"$TMP/received" &
        wait_for ready "$TMP/received"
        gives EPERM "on: a datagram from a pair of type $type" $only --rw "$WORK" \
            "$BIN/net" pair-send "$WORK/log$type" "$type"
        gives ok "off: it arrives" --profile none "$BIN/net" pair-send "$WORK/log$type" "$type"
        wait_for token "$TMP/received"
        is "what arrives is what was sent ($who)" "$(tail -1 "$TMP/received")" token
        rm -f "$WORK/log$type"
    done
    gives ok "on: a pair of streams" $only sh -c "[ \"\$($BIN/net pair-send $WORK/x 1)\" != EPERM ] && echo ok"
}

services() {
    "$BIN/net" serve "$WORK/bus" token >"$TMP/bus" &
    wait_for ready "$TMP/bus"
    gives token "none: whoever listens on a path is obeyed" --profile none "$BIN/net" connect "$WORK/bus"
    gives EPERM "the path is out of reach, though the directory is writable" $only --rw "$WORK" \
        "$BIN/net" connect "$WORK/bus"
    kill $!
    rm -f "$WORK/bus"
    gives EPERM "TCP" $only "$BIN/net" connect 127.0.0.1 9
    if [ "$abi" -ge 4 ]; then
        gives ok "--tcp 0: a port of the kernel's choice" $only --tcp 0 "$BIN/net" bind 127.0.0.1 0
        gives EACCES "--tcp 0: no other" $only --tcp 0 "$BIN/net" connect 127.0.0.1 9
    else
        refused "--tcp 9" --tcp 'cannot tell ports apart' '6.7 or later' $only --tcp 9
    fi
}

stops() {
    gives EACCES "read a file" $only "$BIN/try" read "$TMP/secret/file"
    gives EACCES "list a directory" $only "$BIN/try" list "$TMP/secret"
    gives ok "--ro: read it" $only --ro "$TMP/show" "$BIN/try" read "$TMP/show/file"
    gives EACCES "--ro: write it" $only --ro "$TMP/show" "$BIN/try" write "$TMP/show/file"
    gives ok "--rw: write it" $only --rw "$TMP/show" "$BIN/try" write "$TMP/show/file"
    gives EACCES "write in /tmp" $only "$BIN/try" create /tmp/pinfold-made
    gives EPERM "a user namespace" $only "$BIN/try" unshare user
    gives EPERM "trace" $only "$BIN/try" traceme
    gives EPERM "the caller's keys" $only "$BIN/try" key any
    gives "0 1 2" "descriptors: 0 to 2" $only sh -c 'cd /proc/self/fd && echo [012]'
    prefix="env SECRET=hidden"
    gives "" "the caller's environment" $only sh -c 'printf "%s" "$SECRET"'
    prefix=''
    pin $only cat /proc/self/status
    is "no capability, no privilege to gain, two filters ($who)" \
        "$(printf '%s\n' "$out" | awk '/^(CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp|Seccomp_filters):/ { printf "%s ", $2 }')" \
        "0000000000000000 0000000000000000 0000000000000000 0000000000000000 1 2 2 "
    if [ "$abi" -ge 6 ]; then
        gives EPERM "a signal to a host process" $only "$BIN/try" kill "$DECOY" 0
    else
        gives ok "a signal to a host process: this Landlock knows none" $only "$BIN/try" kill "$DECOY" 0
    fi
}

# What it says that it does not stop is not stopped: else it should not say so.
does_not_stop() {
    gives "$DECOY" "it sees the host's processes" $only sh -c "sed -n 's/^Pid:.//p' /proc/$DECOY/status"
    gives ok "it changes modes" $only "$BIN/try" chmod "$TMP/secret/file" 600
    gives ok "it learns what exists" $only sh -c "[ -s $TMP/secret/file ] && echo ok"
    gives "$(uname -n)" "it sees the host's name" $only uname -n
    gives "$("$BIN/net" interfaces)" "it sees the interfaces" $only "$BIN/net" interfaces
}

says_so() {
    pin $only --report "$REPORTS/report" true
    printf '%s\n' "$err" | sed -n 's/^  - //p' >"$TMP/said"
    is "it runs ($who)" "$status" 0
    like "it says first what it is about ($who)" "$(printf '%s\n' "$err" | head -1)" \
        '^pinfold: under landlock-only the command can still$'
    for word in /proc 'processes behind' mode 'files exist' memory 'network interfaces'; do
        like "it says so: $word ($who)" "$(cat "$TMP/said")" "$word"
    done
    is "the report says the same ($who)" "$(json "$REPORTS/report" 'join "\n", @{$j->{cannot_stop}}')" \
        "$(cat "$TMP/said")"
    is "the report names the paths ($who)" "$(json "$REPORTS/report" \
        'join " ", grep { !m,^/dev, } @{$j->{paths}{readable}}, @{$j->{paths}{writable}}')" "/usr /proc"
    is "the report names the sockets ($who)" "$(json "$REPORTS/report" \
        '"$j->{sockets}{tcp} $j->{sockets}{unix}"')" "0 $([ "$abi" -ge 9 ] && echo 1 || echo 0)"
    rm -f "$REPORTS/report"
    for profile in none ns_only landlock full; do
        pin --profile "$profile" true
        is "$profile says nothing ($who)" "$err" ""
    done
}

takes_no_namespace() {
    prefix="$BIN/obstacle clone:user=EPERM clone:mnt=EPERM clone:pid=EPERM clone:net=EPERM unshare=EPERM clone3=ENOSYS"
    prefix="$prefix mount=EPERM open_tree=EPERM fsopen=EPERM setns=EPERM pivot_root=EPERM"
    gives ran "it runs where every namespace and mount is forbidden" $only echo ran
    refused "full does not" user 'EPERM' 'seccomp filter around us'
    prefix=''
}

# --fallback: only where this host refuses a namespace, never without a word, never for a shortage.
falls_back() {
    only_fall='--fallback landlock-only'
    pin $only_fall --report "$REPORTS/report" sh -c 'exit 7'
    is "full where it can be had ($who)" "$status:$err" "7:"
    is "... and the report says full ($who)" "$(json "$REPORTS/report" '"$j->{profile} " . ($j->{fallback} // "none")')" \
        "full none"
    rm -f "$REPORTS/report"
    for rule in clone:user=EPERM unshare:net=EPERM pivot_root=EPERM fsmount=EPERM; do
        prefix="$BIN/obstacle $rule"
        pin $only_fall --report "$REPORTS/report" --rw "$WORK" sh -c "echo ran >$WORK/ran; exit 7"
        is "landlock-only where $rule ($who)" "$status:$(cat "$WORK/ran")" "7:ran"
        like "... standard error says why ($who)" "$(printf '%s\n' "$err" | head -1)" \
            '^pinfold: (user|net|mount|pid): .*EPERM: this host refuses it; as --fallback says, under landlock-only instead$'
        like "... and what it does not stop ($who)" "$err" 'under landlock-only the command can still'
        like "... the report says why ($who)" "$(json "$REPORTS/report" \
            '"$j->{profile} $j->{fallback}{from} $j->{fallback}{reason}"')" '^landlock-only full .*EPERM$'
        rm -f "$WORK/ran" "$REPORTS/report"
        refused "$rule, not asked for" '[a-z]*' 'EPERM' '.'
    done
    refused "what the other profile cannot have" --rw 'cannot be shown at /x' 'Leave' $only_fall \
        --rw "$WORK/..:/x"
    prefix="$BIN/obstacle clone:user=EPERM landlock_create_ruleset=ENOSYS"
    refused "nothing to fall back on" landlock 'not built' 'CONFIG_SECURITY_LANDLOCK' $only_fall
    prefix=''
    refused "a profile that needs namespaces" '--fallback full' 'no profile to fall back to' 'landlock-only' \
        --fallback full
    pin $only_fall /no/such
    is "a command that is not there ($who)" "$status" 127
    unlike "... is no reason ($who)" "$err" 'landlock-only'
    pin $only_fall --chdir /no/such true
    is "a directory that is not there ($who)" "$status" 125
    unlike "... is none either ($who)" "$err" 'landlock-only'
    # A namespace of the test's own, in which root has no other id to become.
    [ "$who" = user ] || return 0
    prefix="unshare --user --map-current-user --keep-caps -- $BIN/with-one"
    refused "a shortage" ipc ENOSPC 'raise it' $only_fall
    prefix=''
}
cat >"$BIN/with-one" <<'END'
#!/bin/sh
echo 1 >/proc/sys/user/max_ipc_namespaces || exit 2
exec unshare --ipc -- "$@"
END
chmod 755 "$BIN/with-one"

promises() {
    refused "no other place" --ro 'cannot be shown at /x' 'Leave ":/x" out' $only --ro "$TMP/show:/x"
    refused "nothing read-only in what is writable" '--ro, --rw' 'would be writable' 'beside it' \
        $only --rw "$TMP/show" --ro "$TMP/show/below"
    refused "not the whole host" --ro 'whole host' 'directories' $only --ro /
    prefix="$BIN/obstacle landlock_create_ruleset=ENOSYS"
    refused "not without Landlock" landlock 'not built into' 'CONFIG_SECURITY_LANDLOCK' $only
    prefix="$BIN/obstacle landlock_create_ruleset=EOPNOTSUPP"
    refused "not where it is off" landlock 'not enabled' 'lsm=landlock' $only
    prefix=''
}

# shellcheck disable=SC2086
$USER_DROP sleep 60 >/dev/null 2>&1 &
DECOY=$!
each_uid sockets
each_uid pairs
each_uid services
each_uid stops
each_uid does_not_stop
each_uid says_so
each_uid takes_no_namespace
each_uid falls_back
each_uid promises
kill "$DECOY" 2>/dev/null
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The report: what the kernel answers is what is there, its end part, and its schema.
. "$(dirname "$0")/live.inc"
helpers fds

REPORT=$REPORTS/report.json
in_json() { json "$REPORT" "$1"; }

kernel() {
    pin --profile full --report "$REPORT" --rw "$WORK" --files 100 sh -c 'cat /proc/self/status; echo; cat /proc/self/mountinfo'
    is "the capabilities are those that the command finds ($who)" \
        "$(in_json 'my $k = $j->{kernel}; join " ", map { $k->{"capabilities_$_"} } qw(inheritable permitted effective bounding ambient)')" \
        "$(printf '%s\n' "$out" | sed -n 's/^Cap[A-Z][a-z]*:[^0-9a-f]*//p' | tr '\n' ' ' | sed 's/ $//')"
    is "no_new_privs, seccomp ($who)" "$(in_json 'my $k = $j->{kernel}; "$k->{no_new_privs} $k->{seccomp_mode} $k->{seccomp_filters}"')" "1 2 1"
    is "the mounts are those that the command finds ($who)" \
        "$(in_json 'join " ", map { "$_->{dest}:$_->{flags}" } @{$j->{kernel}{mounts}}')" \
        "$(printf '%s\n' "$out" | sed '1,/^$/d' | awk '{ printf "%s%s:%s", (NR > 1 ? " " : ""), $5, $6 }')"
    is "a limit ($who)" "$(in_json 'join " ", map { "$_->{soft} $_->{hard}" } grep { $_->{name} eq "Max open files" } @{$j->{kernel}{rlimits}}')" \
        "100 $(in_json 'join " ", map { $_->{hard} } grep { $_->{name} eq "Max open files" } @{$j->{kernel}{rlimits}}')"
    is "the descriptors ($who)" "$(in_json 'join " ", map { $_->{fd} } @{$j->{kernel}{descriptors}}')" "0 1 2"
    pin --profile none --report "$REPORT" true
    is "no layer: the kernel says so ($who)" "$(in_json 'my $k = $j->{kernel}; "$k->{no_new_privs} $k->{seccomp_mode}"')" "0 0"
    pin --profile full --without caps --without seccomp --without nnp --without landlock --report "$REPORT" true
    is "what is left out is not there ($who)" \
        "$(in_json 'my $k = $j->{kernel}; ($k->{capabilities_effective} =~ /[1-9a-f]/) . " $k->{no_new_privs} $k->{seccomp_mode}"')" "1 0 0"
}

ends() {
    pin --profile full --report "$REPORT" sh -c 'exit 7'
    is "end: the status ($who)" "$(in_json 'my $e = $j->{end}; "$e->{exit_status} $e->{ended_by} " . @{$e->{planted}}')" "7 itself 0"
    pin --profile full --wall 0.2 --report "$REPORT" sleep 5
    is "end: a limit ($who)" "$(in_json 'my $e = $j->{end}; "$e->{exit_status} $e->{ended_by} $e->{limit} " .
        join " ", map { $_->{reached} ? 1 : 0 } grep { $_->{name} eq "wall" } @{$e->{limits}}')" "125 limit wall 1"
    ok "end: the time ($who)" [ "$(in_json 'int($j->{end}{seconds} * 10)')" -ge 2 ]
    # shellcheck disable=SC2086
    $drop "$PINFOLD" run --profile full --grace 0.1 --report "$REPORT" sh -c 'trap "" TERM; echo ready; sleep 2' >"$TMP/ready" 2>/dev/null &
    pid=$!
    wait_for ready "$TMP/ready"
    ok "before the end it is whole, without one ($who)" [ "$(in_json 'exists $j->{end} ? 1 : 0')" = 0 ]
    kill -TERM "$pid"
    wait "$pid"
    is "end: killed after the grace ($who)" "$(in_json '"$j->{end}{exit_status} $j->{end}{ended_by}"')" "137 grace"
    pin --profile full --report - true
    unlike "a stream has no end ($who)" "$out" '"end"'
}

schema() {
    n=0
    mkdir -p "$WORK/.vscode" "$TMP/state-$who"
    echo secret >"$WORK/.env"
    user_owned "$WORK" "$WORK/.vscode" "$WORK/.env"
    [ "$who" = root ] || user_owned "$TMP/state-$who"
    prefix="env XDG_STATE_HOME=$TMP/state-$who"
    cd "$WORK" || return
    for options in '--profile full' '--profile none' '--profile ns_only' '--profile landlock-only --tcp 80' \
        '--profile full --view agent --home private --wall 9 --grace 1 --linger --allow-degraded ipc' \
        "--profile full --workspace $WORK --deny .env --on-planted warn --search known"; do
        n=$((n + 1))
        # shellcheck disable=SC2086
        pin $options --report "$REPORTS/$n.json" true
        is "a report under $options ($who)" "$status" 0
        # shellcheck disable=SC2086
        is "it is of the schema, and with a word more, less or changed it is not ($who)" \
            "$(/usr/bin/python3 "$TAP_TOP/tests/docs/schema.py" "$TAP_TOP/docs/report.schema.json" "$REPORTS/$n.json" $ABSENT 2>&1)" ""
    done
    cd / || return
    is "what is guarded is in it ($who)" "$(json "$REPORTS/6.json" 'my $g = $j->{guarded};
        join " ", "$g->{workspace} @{$g->{denied}} $g->{search} $g->{on_planted}", grep { /vscode$/ } @{$g->{kept}}')" \
        "$WORK $WORK/.env known warn $WORK/.vscode"
    rm -rf "$REPORTS"/* "$WORK/.vscode" "$WORK/.env"
    prefix=''
}

# What a report has only where there is something to say.
ABSENT='fallback reason inner_uid inner_gid cannot_stop paths guarded workspace landlock sockets seccomp terminal cgroups signals
    source writable owner_uid owner_gid size_bytes inodes weak grace_ms end peak'

each_uid kernel
each_uid ends
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    each_uid schema
else
    skip "the schema" "python3-jsonschema is not installed"
fi
done_testing

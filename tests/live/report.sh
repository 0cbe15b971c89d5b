#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is said about a run: --report where it was told to go, and `pinfold plan`, which must say
# the same beforehand and change nothing.
. "$(dirname "$0")/live.inc"
helpers try obstacle fds

mkdir "$TMP/show"
chmod 755 "$TMP/show"
REPORT=$REPORTS/report.json
names='join(" ", map { $_->{name} } @{$j->{layers}})'

forms() {
    rm -f "$REPORT"
    gives x "--report FILE" --report "$REPORT" echo x
    is "--report FILE: JSON ($who)" "$(json "$REPORT" '$j->{profile}')" full
    is "--report FILE: the agent's owner ($who)" "$(stat -c %u "$REPORT")" "$agent"
    pin --report "$REPORT" echo y
    is "--report FILE once more: replaced ($who)" "$(json "$REPORT" '"@{$j->{command}}"')" "echo y"
    pin --report - true
    printf '%s\n' "$out" >"$TMP/stdout.json"
    is "--report -: JSON on standard output ($who)" "$(json "$TMP/stdout.json" '$j->{profile}')" full
    pin --report - echo behind
    printf '%s\n' "$out" >"$TMP/stdout.json"
    is "--report -: before the command's own output ($who)" "$(tail -n 1 "$TMP/stdout.json")" behind
    for fd in 1 2 5; do
        # shellcheck disable=SC2086
        timeout -k 2 20 $drop sh -c 'shift; exec "$@" 5>&1' sh "" "$PINFOLD" run --profile full --report "$fd" \
            true >"$TMP/fd.json" 2>&1
        is "--report $fd ($who)" "$(json "$TMP/fd.json" '$j->{profile}')" full
    done
    # shellcheck disable=SC2086
    got=$(timeout -k 2 20 $drop sh -c 'exec 5>/dev/null; shift; exec "$@"' sh "" "$PINFOLD" run --profile full \
        --ro "$BIN" --report 5 "$BIN/fds" list)
    is "--report FD: the command has no such descriptor ($who)" "$got" "0 1 2"
    ok "a report cannot be written: the command does not run ($who)" not_without_report
    mkfifo "$TMP/fifo"
    chmod 666 "$TMP/fifo"
    ln -sf "$REPORTS/elsewhere" "$REPORTS/link"
    user_owned "$REPORTS"
    refused "--report to a pipe, which nobody may read" --report 'cannot write to|no plain file' 'plain file' \
        --report "$TMP/fifo"
    refused "--report to a link" --report 'ELOOP|no plain file|link' 'no symbolic link' \
        --report "$REPORTS/link"
    ok "and nothing is written behind it ($who)" [ ! -e "$REPORTS/elsewhere" ]
    refused "--report where the command may write" --report 'which the command may write' 'outside of' \
        --report "$WORK/report"
    rm -f "$REPORTS/link"
    rm -f "$TMP/fifo"
}

not_without_report() {
    for _ in $(seq 20); do
        rm -f "$WORK/ran"
        pin --rw "$WORK" --report /dev/full sh -c "$RAN"
        [ "$status:$out" = 125: ] && [ ! -e "$WORK/ran" ] || return 1
    done
}

# What the report says is what is there.
truth() {
    pin --report "$REPORT" --ro "$TMP/show:/a/b" --rw "$WORK" --hostname pen --setenv A=secret \
        --tcp 80 --tcp 443 sh -c 'env; id -u; grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status'
    is "the seventeen layers ($who)" "$(json "$REPORT" "$names" | tr ' ' '\n' | sort | tr '\n' ' ')" \
        "caps cgroup env fds ipc keyring landlock mount net nnp pid readonly rlimits seccomp session user uts "
    is "all of them on ($who)" \
        "$(json "$REPORT" 'join(" ", grep { $_ ne "on" } map { $_->{state} } @{$j->{layers}})')" ""
    is "uid ($who)" "$(json "$REPORT" '$j->{uid}')" "$agent"
    is "hostname ($who)" "$(json "$REPORT" '$j->{hostname}')" pen
    is "ports ($who)" "$(json "$REPORT" '"@{$j->{landlock}{tcp_ports}}"')" "80 443"
    is "mounts: source, and whether it can be written ($who)" "$(json "$REPORT" 'join(" ",
        map { "$_->{source}>$_->{dest}:" . ($_->{writable} ? "rw" : "ro") }
        grep { $_->{dest} =~ "^(/a/b|'"$WORK"')\$" } @{$j->{mounts}})')" \
        "$TMP/show>/a/b:ro $WORK>$WORK:rw"
    is "the environment's names are the command's ($who)" \
        "$(json "$REPORT" 'join("\n", sort @{$j->{environment}})')" \
        "$(printf '%s\n' "$out" | sed -n 's/^\([A-Za-z_][A-Za-z_0-9]*\)=.*/\1/p' |
            grep -v -x -e PWD -e OLDPWD -e _ -e SHLVL | sort)"
    unlike "no value of a variable ($who)" "$(cat "$REPORT")" secret
    is "the command ($who)" "$(json "$REPORT" '"$j->{command}[0] $j->{command}[1]"')" "sh -c"
    is "every step has a layer, a stage and a time ($who)" \
        "$(json "$REPORT" 'scalar grep { !$_->{layer} || !$_->{stage} || $_->{us} < 0 } @{$j->{steps}}')" 0
    is "the proof of these was a step ($who)" "$(json "$REPORT" 'join(" ", sort map { $_->{layer} }
        grep { $_->{stage} eq "proof" } @{$j->{steps}})' | tr ' ' '\n' |
        grep -c -x -e nnp -e user -e pid -e mount -e readonly -e fds -e caps -e seccomp)" 8
    pin --report "$REPORT" --profile none true
    is "profile none: no layer ($who)" "$(json "$REPORT" "$names")" ""
    is "profile none: nothing is claimed ($who)" \
        "$(json "$REPORT" '@{$j->{mounts}} . (defined $j->{landlock}) . (defined $j->{seccomp})')" 0
}

# plan ARGS and run ARGS agree, whatever the words are.
agrees() {
    $as "$PINFOLD" plan --profile full --json "$@" true
    printf '%s\n' "$out" >"$TMP/plan.json"
    pin --report "$REPORT" "$@" true
    same='delete @{$j}{qw(pinfold steps kernel end)}; JSON::PP->new->canonical->encode($j)'
    plan=$(json "$TMP/plan.json" "$same")
    is "plan agrees with the report: $* ($who)" "$(json "$REPORT" "$same")" "$plan"
    like "and says something: $* ($who)" "$plan" '"command":."true".'
}

plans() {
    agrees
    agrees --profile none
    agrees --profile ns_only --without net
    agrees --profile landlock --tcp any
    agrees --without mount --without readonly
    agrees --ro "$TMP/show:/x/y" --rw "$WORK" --chdir /x --setenv A=B --hostname h --tcp 1
    prefix="$BIN/obstacle landlock_create_ruleset=ENOSYS"
    as_before=$as
    as=planned
    agrees --allow-degraded landlock
    as=$as_before prefix=''
    $as "$PINFOLD" plan --profile full --ro "$TMP/show:/x" -- echo "$(printf 'a\033[31mb\nc')"
    is "plan as text ($who)" "$status" 0
    like "plan as text: the layers ($who)" "$out" 'seccomp'
    like "plan as text: the mount ($who)" "$out" "$TMP/show"
    unlike "plan as text: no raw escape ($who)" "$out" "$(printf '\033')"
    for bad in --nonsense '--profile x' '--ro /no/such' '--user 0'; do
        # shellcheck disable=SC2086
        $as "$PINFOLD" plan --profile full $bad true
        is "plan refuses what run refuses: $bad ($who)" "$status:$out" "125:"
    done
}

# Both words under the same obstacle: run gets it from pin, plan from here.
planned() {
    if [ "$1" = "$PINFOLD" ]; then
        # shellcheck disable=SC2086
        $as_before $prefix "$@"
    else
        $as_before "$@"
    fi
}

# Under a filter that kills whoever makes a namespace, mounts, or locks itself.
changes_nothing() {
    kill=''
    for call in clone:user mount umount2 pivot_root open_tree move_mount fsopen fsmount mount_setattr \
        landlock_restrict_self keyctl setsid capset sethostname close_range; do
        kill="$kill $call=KILL"
    done
    # shellcheck disable=SC2086
    $as "$BIN/obstacle" $kill "$PINFOLD" plan --profile full --ro "$TMP/show" --rw "$WORK" sh -c "$RAN"
    is "plan makes none of the calls that change something ($who)" "$status:$err" "0:"
    like "and answers ($who)" "$out" landlock
    # shellcheck disable=SC2086
    $as "$BIN/obstacle" $kill "$PINFOLD" run --profile full true
    unlike "control: run dies of the same filter ($who)" "$status:$out" '^0:|:.'
    ok "the command of a plan has not run ($who)" [ ! -e "$WORK/ran" ]
    $as "$PINFOLD" plan --profile full --report "$TMP/show/never" true
    ok "plan writes no report ($who)" [ ! -e "$TMP/show/never" ]
}

each_uid forms
each_uid truth
each_uid plans
each_uid changes_nothing
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A layer that cannot be had: exit 125, the layer, the real cause and the remedy are named, and the
# command has not run; --allow-degraded goes on without it, and says so. The obstacles are real: a
# seccomp filter as a container has it, exhausted sysctls, a masked /proc, a chroot, another sandbox.
. "$(dirname "$0")/live.inc"
helpers try obstacle

container='seccomp filter around us .a container.s. (forbids it|may forbid it|says so)'

# call=ANSWER | layer that is named (% stands for or) | what is said of the cause | and of the remedy
filters() {
    while IFS='|' read -r rule layer cause remedy; do
        [ "$remedy" ] || remedy=$container
        layer=$(echo "$layer" | tr % '|')
        prefix="$BIN/obstacle $rule"
        refused "under a filter, $rule" "$layer" "$cause" "$remedy"
    done <<'END'
clone:user=EPERM|user|make the namespaces.*EPERM|
clone:user=ENOSYS|user|make the namespaces.*ENOSYS|
clone:user=EACCES|user|make the namespaces.*EACCES|
clone:mnt=EPERM|mount|make the namespaces.*EPERM|
clone:pid=EPERM|pid|make the namespaces.*EPERM|
clone:ipc=EPERM|ipc|make the namespaces.*EPERM|
clone:uts=EPERM|uts|make the namespaces.*EPERM|
clone:cgroup=EINVAL|cgroup|make the namespaces.*EINVAL|
unshare:net=EPERM|net|make a network namespace.*EPERM|
mount=EPERM|mount|EPERM|
open_tree=ENOSYS|mount|ENOSYS|
move_mount=EPERM|mount|EPERM|
mount_setattr=ENOSYS|mount|ENOSYS|
pivot_root=EPERM|mount|pivot_root.*EPERM|
umount2=EPERM|mount|EPERM|
fsopen=EPERM|(pid%mount)|EPERM|
fsopen=ENOSYS|(pid%mount)|ENOSYS|
fsmount=EPERM|(pid%mount)|EPERM|
openat2=ENOSYS|(user%mount)|ENOSYS|
landlock_create_ruleset=ENOSYS|landlock|not built into this kernel|CONFIG_SECURITY_LANDLOCK.*--without landlock
landlock_create_ruleset=EOPNOTSUPP|landlock|built into this kernel and not enabled|lsm=landlock.*--without landlock
landlock_create_ruleset=EPERM|landlock|forbidden here|seccomp filter around us.*--without landlock
landlock_add_rule=EPERM|landlock|rule for.*EPERM|
landlock_restrict_self=EPERM|landlock|restrict_self.*EPERM|
seccomp=ENOSYS|seccomp|takes no seccomp filter|CONFIG_SECCOMP_FILTER.*--without seccomp
seccomp=EPERM|seccomp|takes no seccomp filter|filter allows seccomp.2..*--without seccomp
keyctl=ENOSYS|keyring|session keyring.*ENOSYS|keyctl.2..*CONFIG_KEYS.*--without keyring
keyctl=EPERM|keyring|session keyring.*EPERM|keyctl.2..*--without keyring
setsid=EPERM|session|setsid.*EPERM|
close_range=ENOSYS|fds|close_range.*ENOSYS|
capset=EPERM|caps|capset.*EPERM|
prctl:capbset-drop=EPERM|caps|bounding set.*EPERM|
sethostname=EPERM|uts|set the host name.*EPERM|
prlimit64=EPERM|rlimits|limit.*EPERM|
END
    prefix=''
}

# The same, allowed to be missing: it runs, says so, and the report has the reason.
degraded() {
    while IFS='|' read -r rule layer also reason; do
        prefix="$BIN/obstacle $rule"
        options="--allow-degraded $layer"
        for other in $also; do options="$options --allow-degraded $other"; done
        # shellcheck disable=SC2086
        pin --rw "$WORK" --report "$REPORTS/report" $options echo ran
        is "$layer may be missing, $rule: the command runs ($who)" "$status:$out" "0:ran"
        like "$layer may be missing, $rule: standard error says so ($who)" "$err" \
            "^pinfold: $layer: degraded: .*$reason"
        is "$layer may be missing, $rule: so does the report ($who)" "$(json "$REPORTS/report" \
            'join " ", map { $_->{name} } grep { $_->{state} ne "on" } @{$j->{layers}}')" \
            "$(for other in $layer $also; do echo "$other"; done | in_order)"
        like "$layer may be missing, $rule: with the reason ($who)" "$(json "$REPORTS/report" \
            'join " ", map { $_->{reason} } grep { $_->{name} eq "'"$layer"'" } @{$j->{layers}}')" "$reason"
        rm -f "$REPORTS/report"
        # Allowed is another one: no.
        refused "another layer may be missing, $rule" "$layer" '.' '.' --allow-degraded env
    done <<'END'
landlock_create_ruleset=ENOSYS|landlock||not built into this kernel
landlock_restrict_self=EPERM|landlock||restrict_self: EPERM
seccomp=ENOSYS|seccomp||takes no seccomp filter
keyctl=EPERM|keyring||session keyring: EPERM
clone:cgroup=EINVAL|cgroup||EINVAL
clone:ipc=EPERM|ipc||EPERM
clone:uts=EPERM|uts||EPERM
unshare:net=EPERM|net||EPERM
setsid=EPERM|session||setsid: EPERM
prctl:capbset-drop=EPERM|caps||bounding set: EPERM
prlimit64=EPERM|rlimits||limit
pivot_root=EPERM|mount|readonly|pivot_root: EPERM
clone:user=EPERM|user|mount readonly pid net ipc uts cgroup|EPERM
END
    prefix="$BIN/obstacle clone:user=EPERM"
    refused "what needs the missing layer must be allowed as well" '[a-z]*' \
        'cannot stand without the layer user' '--allow-degraded' --allow-degraded user
    prefix=''
}

# in_order: layers of standard input in the order of the table, in one line.
in_order() {
    sort >"$TMP/names"
    "$PINFOLD" layers --tsv | cut -f1 | grep -x -f "$TMP/names" | tr '\n' ' ' | sed 's/ $//'
}

# In a user namespace of our own its sysctls are ours.
OWN='unshare --user --map-current-user --keep-caps --mount --'

sysctls() {
    for pair in user:user mount:mnt pid:pid net:net ipc:ipc uts:uts cgroup:cgroup; do
        layer=${pair%:*} ns=${pair#*:}
        # shellcheck disable=SC2016
        prefix="$OWN $TMP/with-sysctl $ns 0"
        refused "user.max_${ns}_namespaces is 0" "$layer" 'ENOSPC' \
            "sysctl user.max_${ns}_namespaces is 0, .*sysctl -w user.max_${ns}_namespaces="
        [ "$layer" = ipc ] || continue
        pin --allow-degraded ipc echo ran
        is "a sysctl of 0 lasts: it may be missing ($who)" "$status:$out" 0:ran
        prefix="$OWN $TMP/with-sysctl $ns 1 unshare --ipc --"
        refused "user.max_${ns}_namespaces is reached" "$layer" 'ENOSPC' \
            "user.max_${ns}_namespaces allows.*raise it"
        refused "a shortage does not last: it may not" "$layer" 'ENOSPC' 'raise it' --allow-degraded ipc
    done
    prefix=''
}
cat >"$TMP/with-sysctl" <<'END'
#!/bin/sh
echo "$2" >"/proc/sys/user/max_$1_namespaces" || exit 2
shift 2
exec "$@"
END

masked_proc() {
    cat >"$TMP/with-mask" <<'END'
#!/bin/sh
mount --bind /dev/null /proc/version || exit 2
exec "$@"
END
    chmod 755 "$TMP/with-mask"
    prefix="$OWN $TMP/with-mask"
    refused "a masked /proc" pid 'procfs.*EPERM' 'masked.*systempaths=unconfined.*--without pid'
    pin --without pid echo ran
    is "a masked /proc, --without pid ($who)" "$status:$out" 0:ran
    prefix="$OWN $TMP/with-mask $BIN/obstacle fsmount=EPERM"
    pin --allow-degraded pid --without mount --without readonly echo ran
    is "a masked /proc that nobody shows anew ($who)" "$status:$out" 0:ran
    prefix=''
}

# A root that is no mount point: the kernel then makes no user namespace.
jail() {
    JAIL=$TMP/jail
    mkdir -p "$JAIL/usr" "$JAIL/proc" "$JAIL/dev" "$JAIL$TMP"
    for link in bin lib lib32 lib64 sbin; do [ ! -L "/$link" ] || cp -P "/$link" "$JAIL/$link"; done
    cat >"$TMP/with-chroot" <<'END'
#!/bin/sh
jail=$1 tmp=$2
shift 2
mount --rbind /usr "$jail/usr" && mount --rbind /proc "$jail/proc" && mount --rbind /dev "$jail/dev" &&
    mount --rbind "$tmp" "$jail$tmp" || exit 2
exec chroot "$jail" "$@"
END
    chmod 755 "$TMP/with-chroot"
    prefix="$OWN $TMP/with-chroot $JAIL $TMP"
    refused "in a chroot" user 'make the namespaces.*EPERM' 'in a chroot.*pivot_root'
    pin --profile none echo ran
    is "in a chroot, profile none ($who)" "$status:$out" 0:ran
    prefix=''
    rm -rf "$JAIL"
}

old_kernel() {
    prefix='setarch --uname-2.6'
    refused "a kernel that says it is 2.6" 'kernel 2.6.*' 'older than Linux 5.13' '5.13 or later'
    refused "likewise with landlock alone" 'kernel 2.6.*' 'older than Linux 5.13' '5.13 or later' \
        --profile none --with nnp --with landlock
    pin --profile none echo ran
    is "profile none asks nothing of it ($who)" "$status:$out" 0:ran
    prefix=''
}

nested() {
    # shellcheck disable=SC2086
    prefix="$PINFOLD run --profile full --ro $BIN --rw $WORK --"
    refused "inside pinfold" user 'make the namespaces.*EPERM' 'inside pinfold already.*landlock-only'
    pin --profile none --with nnp --with landlock --rw "$WORK" --ro "$BIN" "$BIN/try" list /tmp
    is "inside pinfold, what needs no namespace ($who)" "$status:$out" 0:EACCES
    prefix=''
    if [ "$who" = root ]; then
        : # bwrap's root is a lone one: below
    elif command -v bwrap >/dev/null && $drop bwrap --dev-bind / / true 2>/dev/null; then
        prefix="bwrap --dev-bind / / --unshare-user --disable-userns --"
        refused "inside bwrap --disable-userns" user 'ENOSPC' 'user.max_user_namespaces allows'
        prefix="bwrap --dev-bind / / --unshare-all --"
        pin --ro "$BIN" "$BIN/try" tmpfs /tmp
        is "inside bwrap that leaves namespaces open ($who)" "$status:$out" 0:EPERM
        prefix=''
    else
        skip "inside bwrap ($who)" "bwrap is not installed, or cannot run here"
    fi
}

# Root of a user namespace that maps nobody else cannot stop being it.
lone_root() {
    prefix='unshare --user --map-root-user --'
    refused "root of a namespace with no other id" --user 'setgroups.*EPERM|setres.id' \
        'maps no other id cannot become uid'
    prefix=''
}

# More rights than the caller has: by a set-user-ID or set-group-ID bit, or by capabilities.
raised() {
    if [ "$TAP_UID" != 0 ]; then
        skip "a set-user-ID pinfold refuses" "only root can make one of another uid"
        return
    fi
    if findmnt -n -o OPTIONS -T "$TMP" | grep -q nosuid; then
        skip "a set-user-ID pinfold refuses" "/tmp is mounted nosuid"
        return
    fi
    mkdir "$TMP/raised"
    chmod 755 "$TMP/raised"
    for mode in 4755:0:0 4755:12345:0 2755:0:0 2755:0:12345 6755:12345:12345 caps:0:0; do
        cp "$BIN/pinfold" "$TMP/raised/pinfold"
        chown "${mode#*:}" "$TMP/raised/pinfold"
        case $mode in
        caps*) give_caps "$TMP/raised/pinfold" || { skip "a pinfold with capabilities" "$why"; continue; } ;;
        *) chmod "${mode%%:*}" "$TMP/raised/pinfold" ;;
        esac
        for words in 'run --profile none echo ran' 'run echo ran' 'plan true' 'layers' '--version' 'probe --list'; do
            # shellcheck disable=SC2086
            as_user "$TMP/raised/pinfold" $words
            is "a pinfold of mode $mode refuses: $words" "$status:$out" "125:"
            like "a pinfold of mode $mode says why: $words" "$err" 'more rights than its caller has'
            like "a pinfold of mode $mode says what to do: $words" "$err" '^  Remove the set-user-ID bit'
        done
        rm -f "$TMP/raised/pinfold"
    done
    cp "$BIN/pinfold" "$TMP/raised/pinfold"
    as_user "$TMP/raised/pinfold" run --profile full echo ran
    is "control: the same copy without a bit runs" "$status:$out" 0:ran
}

give_caps() {
    why='python3 is needed to give a file capabilities'
    /usr/bin/python3 -c 'import os, struct, sys
os.setxattr(sys.argv[1], "security.capability", struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0))' "$1"
}

chmod 755 "$TMP/with-sysctl"
each_uid filters
each_uid degraded
each_uid old_kernel
each_uid nested
# These begin with a namespace of our own, in which root would be a lone root, too.
who=user as=as_user drop=$USER_DROP
sysctls
masked_proc
jail
lone_root
raised
done_testing

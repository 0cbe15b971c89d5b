#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Obstacles that a host can put in the way, each made for real: `pinfold doctor` names the cause and
# the remedy, and `pinfold run` says the same, or works where it has no need of it. As an ordinary user.
# ALONE: it looks at all processes of a user.
. "$(dirname "$0")/live.inc"
helpers try obstacle
who=user as=as_user drop=$USER_DROP
OWN='unshare --user --map-current-user --keep-caps --mount --'

# found NAME: "state cause", and $remedy, of that finding.
found() {
    # shellcheck disable=SC2086
    $as $prefix "$PINFOLD" doctor --json
    printf '%s\n' "$out" >"$TMP/doctor"
    remedy=$(json "$TMP/doctor" 'join " ", map { $_->{remedy} // "" } grep { $_->{name} eq "'"$1"'" } @{$j->{findings}}')
    json "$TMP/doctor" 'join " ", map { "$_->{state} " . ($_->{cause} // "-") } grep { $_->{name} eq "'"$1"'" } @{$j->{findings}}'
}

# obstacle NAME FINDING CAUSE REMEDY: the prefix is the obstacle.
obstacle() {
    got=$(found "$2"; echo "$remedy" >"$TMP/remedy")
    is "$1: doctor finds $2" "$got" "gap $3"
    like "$1: doctor's remedy" "$(cat "$TMP/remedy")" "$4"
}

refuses() { # NAME LAYER REMEDY
    refused "$1: run says the same" "$2" '.' "$3" --profile full
}

works() { # NAME OPTIONS...
    name=$1
    shift
    pin "$@" echo ran
    is "$name: run works" "$status:$out" "0:ran"
}

prefix=''
found full >"$TMP/state"
if [ "$(cat "$TMP/state")" = 'ok -' ]; then
    # shellcheck disable=SC2086
    $as "$PINFOLD" doctor
    is "where all of full works doctor ends with 0" "$status" 0
else
    echo "1..0 # SKIP this host does not give all of full: $(cat "$TMP/state")"
    exit 0
fi

script() { # NAME: from standard input
    { echo '#!/bin/sh' && cat; } >"$BIN/$1"
    chmod 755 "$BIN/$1"
}

script with-no-user <<'END'
echo 0 >/proc/sys/user/max_user_namespaces || exit 2
exec "$@"
END
prefix="$OWN $BIN/with-no-user"
obstacle "user.max_user_namespaces=0" user limit-zero 'sysctl -w user.max_user_namespaces='
refuses "user.max_user_namespaces=0" user 'sysctl user.max_user_namespaces is 0'
works "user.max_user_namespaces=0, landlock-only" --profile landlock-only

# What docker's default filter refuses of it to a container without capabilities.
FILTER="$BIN/obstacle clone:user=EPERM clone:mnt=EPERM clone:pid=EPERM clone:net=EPERM clone:ipc=EPERM
 clone:uts=EPERM clone:cgroup=EPERM clone3=ENOSYS unshare=EPERM setns=EPERM mount=EPERM umount2=EPERM
 pivot_root=EPERM open_tree=EPERM move_mount=EPERM fsopen=EPERM fsmount=EPERM mount_setattr=EPERM
 keyctl=EPERM add_key=EPERM request_key=EPERM"
FILTER=$(echo "$FILTER" | tr '\n' ' ')
prefix=$FILTER
obstacle "a container's filter" user container-filter 'seccomp=unconfined|start '
refuses "a container's filter" user 'seccomp filter around us'
works "a container's filter, landlock-only" --profile landlock-only
works "a container's filter, --fallback" --fallback landlock-only
# shellcheck disable=SC2086
$as $prefix "$PINFOLD" doctor
is "where full does not work doctor ends with 1" "$status" 1

script with-mask <<'END'
mount --bind /dev/null /proc/version || exit 2
exec "$@"
END
prefix="$OWN $BIN/with-mask"
obstacle "a masked /proc" pid proc-masked '/proc/version'
obstacle "a masked /proc" proc proc-masked 'Unmask it'
refuses "a masked /proc" pid 'masked'
works "a masked /proc, --without pid" --without pid

# What the layer caps writes to is the container's to forbid; that it is missed is said.
script with-read-only-sysctls <<'END'
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys || exit 2
exec "$@"
END
prefix="$OWN $BIN/with-read-only-sysctls"
works "a read-only /proc/sys, --without pid" --without pid
pin --ro "$BIN" --without pid --without seccomp "$BIN/try" unshare user
is "... and what is open without the filter is said" "$status: $out: $err" "0: ok: pinfold: under full the command can still
  - make user namespaces, with every capability in them"

# As docker and podman make them: masked, read-only, filtered.
script with-container <<'END'
for file in kcore keys timer_list; do
    [ ! -e "/proc/$file" ] || mount --bind /dev/null "/proc/$file" || exit 2
done
for dir in bus fs irq sys; do
    [ ! -e "/proc/$dir" ] || { mount --bind "/proc/$dir" "/proc/$dir" && mount -o remount,bind,ro "/proc/$dir"; } || exit 2
done
exec "$@"
END
prefix="$OWN $BIN/with-container $FILTER"
obstacle "a container like docker's" user container-filter 'seccomp=unconfined|start '
obstacle "a container like docker's" proc proc-masked 'Unmask it'
refuses "a container like docker's" user 'seccomp filter around us'
works "a container like docker's, landlock-only" --profile landlock-only

script with-read-only-proc <<'END'
mount --bind /proc /proc && mount -o remount,bind,ro /proc || exit 2
exec "$@"
END
prefix="$OWN $BIN/with-read-only-proc"
obstacle "a read-only /proc" user proc-read-only 'mount it writable'
obstacle "a read-only /proc" proc proc-read-only 'remount,rw'
refuses "a read-only /proc" user '/proc is mounted read-only'

script with-no-pts <<'END'
mount -t tmpfs none /dev/pts || exit 2
exec "$@"
END
prefix="$OWN $BIN/with-no-pts"
obstacle "no /dev/pts" pty no-devpts 'mount -t devpts'
works "no /dev/pts" --profile full

script with-read-only-tmp <<'END'
mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp || exit 2
exec "$@"
END
prefix="$OWN $BIN/with-read-only-tmp"
obstacle "a /tmp that cannot be written" tmp tmp 'Make /tmp writable'
works "a /tmp that cannot be written" --profile full

mkdir "$TMP/home"
user_owned "$TMP/home"
script with-noexec-home <<END
mount -t tmpfs -o noexec none $TMP/home || exit 2
printf '#!/bin/sh\nexit 0\n' >$TMP/home/tool
chmod 755 $TMP/home/tool
HOME=$TMP/home exec "\$@"
END
prefix="$OWN $BIN/with-noexec-home"
obstacle "a home mounted noexec" exec noexec 'Mount it with exec'
pin --profile full --ro "$TMP/home" "$TMP/home/tool"
is "a home mounted noexec: what lies there cannot be executed" "$status" 126
like "a home mounted noexec: run says why" "$err" 'mounted noexec'

prefix='prlimit --nproc=1 --'
obstacle "as many processes as RLIMIT_NPROC allows" room processes 'ulimit -u'
refuses "as many processes as RLIMIT_NPROC allows" '[a-z]*' 'as many processes as its limit'

for row in ENOSYS:landlock-not-built:CONFIG_SECURITY_LANDLOCK EOPNOTSUPP:landlock-off:lsm=landlock; do
    answer=${row%%:*} words=${row#*:}
    prefix="$BIN/obstacle landlock_create_ruleset=$answer"
    obstacle "Landlock answers $answer" landlock "${words%:*}" "${words#*:}"
    refuses "Landlock answers $answer" landlock "${words#*:}"
done

# Answered by a process beside it; what the kernel would do is not asked for then (check-kernels boots one).
prefix="$BIN/obstacle landlock-abi=2"
obstacle "Landlock of ABI 2" landlock-abi landlock-old 'Linux 6\.12'
works "Landlock of ABI 2" --profile full
pin --profile full --report - -- true
like "Landlock of ABI 2: the report says so" "$out" '"abi": 2,'
unlike "Landlock of ABI 2: no right of a later one is asked for" "$out" 'truncate|ioctl_dev|connect_tcp|"signal"'
refused "Landlock of ABI 2: ports, where no namespace stands" --tcp 'ABI 2\) cannot tell ports apart' 'Linux 6\.7' \
    --profile full --without net --tcp 80

prefix=''
like "cgroups are not delegated to this user" "$(found cgroup-limits)" '^gap (cgroup-not-delegated|no-cgroup)'

JAIL=$TMP/jail
mkdir -p "$JAIL/usr" "$JAIL/proc" "$JAIL/dev" "$JAIL/tmp" "$JAIL$TMP"
for link in bin lib lib32 lib64 sbin; do [ ! -L "/$link" ] || cp -P "/$link" "$JAIL/$link"; done
script with-chroot <<END
mount --rbind /usr $JAIL/usr && mount --rbind /proc $JAIL/proc && mount --rbind /dev $JAIL/dev &&
    mount --rbind $TMP $JAIL$TMP || exit 2
exec chroot $JAIL "\$@"
END
prefix="$OWN $BIN/with-chroot"
obstacle "a chroot" user chroot 'pivot_root'
refuses "a chroot" user 'in a chroot'

prefix="$PINFOLD run --profile full --ro $BIN --rw $WORK --"
obstacle "inside pinfold" user inside-pinfold 'landlock-only'
refuses "inside pinfold" user 'inside pinfold already'
works "inside pinfold, landlock-only" --profile landlock-only
prefix="$PINFOLD run --profile full --without seccomp --ro $BIN --rw $WORK --"
obstacle "inside pinfold without its filter" user inside-pinfold 'landlock-only'
refuses "inside pinfold without its filter" user 'layer caps allows no user namespace'

if command -v bwrap >/dev/null; then
    prefix="bwrap --ro-bind / / --bind $TMP $TMP --dev /dev --proc /proc --unshare-all --disable-userns --unshare-user --"
    obstacle "inside bubblewrap --disable-userns" user disable-userns 'without --disable-userns'
    refuses "inside bubblewrap --disable-userns" user 'without --disable-userns'
    works "inside bubblewrap, landlock-only" --profile landlock-only
else
    skip "inside bubblewrap" "bwrap is not installed"
fi
# podman as root, since rootless takes sub-ids; by runc, in a root of links to the host's /usr.
podman_start() { # OPTION...: the words that start it
    printf '%s ' podman --root "$TMP/podman/root" --runroot "$TMP/podman/run" --tmpdir "$TMP/podman/tmp" --runtime runc \
        --cgroup-manager cgroupfs --storage-driver vfs run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 \
        "$@" -v /usr:/usr:ro -v "$BIN:$BIN:ro" -v "$WORK:$WORK" --rootfs "$TMP/podman/rootfs"
}
if [ "$TAP_UID" = 0 ] && command -v podman >/dev/null && command -v runc >/dev/null; then
    as=run
    had=$(ls -d /sys/fs/cgroup/libpod_parent /sys/fs/cgroup/*/libpod_parent 2>/dev/null)
    mkdir -p "$TMP/podman/rootfs/tmp" "$TMP/podman/rootfs/usr"
    chmod 1777 "$TMP/podman/rootfs/tmp"
    for link in bin lib lib64 sbin; do [ ! -L "/$link" ] || cp -P "/$link" "$TMP/podman/rootfs/$link"; done
    prefix=$(podman_start)
    # shellcheck disable=SC2086
    run $prefix true
    if [ "$status" = 0 ]; then
        obstacle "inside podman" pid proc-masked 'podman run --security-opt unmask=ALL'
        obstacle "inside podman" uts container-filter 'podman run --security-opt seccomp=unconfined'
        refuses "inside podman" pid 'unmask=ALL'
        works "inside podman, landlock-only" --profile landlock-only
        prefix=$(podman_start --user "$TEST_UID:$TEST_UID")
        obstacle "inside podman, as a user" pid proc-masked 'unmask=ALL'
        refuses "inside podman, as a user" pid 'unmask=ALL'
        prefix=$(podman_start --security-opt unmask=ALL --security-opt seccomp=unconfined)
        works "inside podman, started as the remedies say" --profile full
    else
        skip "inside podman" "podman cannot start a container here: $(printf '%s\n' "$err" | tail -n 1)"
    fi
    as=as_user
    # podman's own parent cgroup stays where nobody takes it away.
    [ "$had" ] || find /sys/fs/cgroup -depth -type d -path '*/libpod_parent*' -exec rmdir {} \; 2>/dev/null
else
    skip "inside podman" "podman and runc are not installed, or we are not root"
fi
done_testing

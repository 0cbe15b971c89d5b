#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How other sandboxes broke, part three: doors into the kernel, capabilities, what is left visible.
# Each test is named after the break; lessons.tsv lists them all.
. "$(dirname "$0")/live.inc"
helpers try net abi obstacle

ABSTRACT="@pinfold-lessons-$$"
mkdir -p "$TMP/home/.ssh" "$TMP/home/.aws"
echo decoy >"$TMP/home/.ssh/id"
echo decoy >"$TMP/home/.aws/credentials"
chmod -R a+rX "$TMP/home"
zero=0000000000000000

# From an odd place, with an odd mask, and hostile names in /tmp: in a mount namespace of our own.
HOST='unshare --user --map-current-user --keep-caps --mount --'
[ "$TAP_UID" != 0 ] || HOST='unshare --mount --'

names_in_tmp() {
    cat >"$TMP/with-names" <<'END'
#!/bin/sh
mount --bind "$1" /mnt && mount -t tmpfs -o mode=1777 none /tmp || exit 2
for name in .pinfold .pinfold-proof .pinfold-empty pinfold pinfold-65534 .bubblewrap-65534 oldroot newroot; do
    ln -s /mnt/disk/planted "/tmp/$name"
done
drop=$2
shift 2
$drop /mnt/bin/pinfold run --profile full sh -c 'ls -A /tmp | wc -l'
echo "$(ls -A /tmp | wc -l)"
END
    chmod 755 "$TMP/with-names"
    # shellcheck disable=SC2086
    got=$(timeout -k 2 20 $HOST "$TMP/with-names" "$TMP" "$drop" 2>&1)
    is "lesson 3 CVE-2019-12439: names planted in /tmp are neither used nor followed ($who)" "$got" "0
8"
    ok "lesson 3 CVE-2019-12439: nothing was made behind them ($who)" [ ! -e "$WORK/planted" ]
    got=$(timeout -k 2 20 sh -c 'umask 000; shift; exec "$@"' sh "" $drop "$PINFOLD" run --profile full --ro "$TMP/home:/a/b/c" \
        find / -xdev -type d -perm /022 ! -perm -1000)
    is "lesson 53 CVE-2016-10119: no directory is the world's to write, whatever the umask ($who)" "$got" ""
    pin find /tmp /dev/shm -maxdepth 0 -perm 1777
    is "lesson 53 CVE-2016-10119: but /tmp and /dev/shm, sticky ($who)" "$out" "/tmp
/dev/shm"
}

capabilities() {
    for options in '' '--profile ns_only --with caps'; do
        # shellcheck disable=SC2086
        pin $options sh -c 'cat /proc/self/task/*/status /proc/1/status'
        is "lesson 4 CVE-2020-5291: five empty sets in every process, '$options' ($who)" \
            "$(printf '%s\n' "$out" | sed -n 's/^Cap...:[[:space:]]*//p' | sort -u)" "$zero"
    done
    if [ "$TAP_UID" = 0 ]; then
        run setpriv --inh-caps=+net_raw,+sys_admin "$PINFOLD" run --profile full cat /proc/self/status
        is "lesson 31 CVE-2022-29162: a caller's inheritable set does not come along ($who)" \
            "$(printf '%s\n' "$out" | sed -n 's/^CapInh:[[:space:]]*//p')" "$zero"
    else
        skip "lesson 31 CVE-2022-29162: a caller's inheritable set ($who)" "only root can make one"
    fi
    gives "$zero 1,3 procfs no" "lesson 49 CVE-2025-27612: by default no capability, verified masks, a real /proc" sh -c '
        echo $(sed -n "s/^CapPrm:.//p" /proc/self/status) $(stat -c %Hr,%Lr /proc/keys) $(stat -fc %T /proc | sed s/^proc$/procfs/) \
            $([ -L /proc ] && echo link || echo no)'
    gives "no 0" "lesson 32 CVE-2023-25809: no cgroup tree is in sight, and no name of ours" sh -c \
        '[ -e /sys/fs/cgroup ] || echo $(echo no) $(grep -c -v ":/$" /proc/self/cgroup)'
    gives "NoNewPrivs: 1" "lesson 65 CVE-2022-31214: no_new_privs, always" sh -c 'echo $(grep NoNewPrivs /proc/self/status)'
}

calls() {
    gives ENOSYS "lesson 13 CVE-2021-41133: fsopen" "$BIN/try" fsopen tmpfs
    gives ENOSYS "lesson 13 CVE-2021-41133: open_tree" "$BIN/try" open-tree /tmp
    gives ENOSYS "lesson 13 CVE-2021-41133: clone3" "$BIN/try" clone3
    gives ok "(without the filter there is such a call)" --profile ns_only "$BIN/try" fsopen tmpfs
    gives EPERM "lesson 57 CVE-2017-5206: ptrace" "$BIN/try" traceme
    gives ENOSYS "lesson 74 isolate 2.6: io_uring" "$BIN/try" io-uring
    gives 0 "lesson 74 isolate 2.6: /dev/shm is the run's own" sh -c 'ls -A /dev/shm | wc -l'
    door=$("$BIN/abi" int80)
    if [ "$door" != absent ]; then
        for number in 0 1 39 56 59 101 165 435; do
            gives ENOSYS "lesson 67 x32: call $number" "$BIN/abi" x32 "$number"
        done
    else
        skip "lesson 67 x32 ($who)" "this machine has no such door"
    fi
    if [ "$door" = ok ]; then
        pin --ro "$BIN" "$BIN/abi" int80
        is "lesson 72 RestrictAddressFamilies: the 32-bit door, with its socketcall, is death ($who)" "$status" 159
    else
        skip "lesson 72 RestrictAddressFamilies ($who)" "the 32-bit door of this machine: $door"
    fi
    gives EAFNOSUPPORT "lesson 85 CVE-2026-31431: AF_ALG" "$BIN/net" socket 38 5 0
    gives EPERM "lesson 86 CVE-2022-0185: no user namespace below" "$BIN/try" unshare user
    gives ENOSYS "lesson 86 CVE-2022-0185: no fsconfig to begin with" "$BIN/try" fsopen ext4
    gives EPERM "lesson 87 CVE-2022-0492: no cgroup file system" "$BIN/try" mount cgroup /tmp
    gives EPERM "lesson 88 CVE-2024-1086: no network namespace below" "$BIN/try" unshare net
    gives EPROTONOSUPPORT "lesson 88 CVE-2024-1086: no netfilter socket" "$BIN/net" socket 16 3 12
    gives EPERM "lesson 89 CVE-2023-0386: no overlay" sh -c 'mkdir /tmp/l /tmp/u /tmp/w; "$1" overlay /tmp/l /tmp/u /tmp/w' sh "$BIN/try"
    gives EPERM "lesson 90 CVE-2024-42318: no KEYCTL_SESSION_TO_PARENT" "$BIN/try" key-parent
    rm -f "$WORK/tool"
    cp /usr/bin/id "$WORK/tool"
    user_owned "$WORK"
    gives EPERM "lesson 70 CVE-2019-3843: no set-user-ID file" --rw "$WORK" "$BIN/try" chmod "$WORK/tool" 4755
    is "lesson 70 CVE-2019-3843: the file on the host is plain ($who)" "$(stat -c %a "$WORK/tool")" 755
    pin --profile ns_only --rw "$WORK" grep -c nosuid /proc/self/mountinfo
    pin sh -c 'grep -v nosuid /proc/self/mountinfo; grep -v -E "nodev| (/dev/|/proc/)" /proc/self/mountinfo; grep " /proc " /proc/self/mountinfo | grep -v noexec'
    is "lesson 76 nsjail #283: every mount is nosuid and nodev, /proc noexec ($who)" "$out" ""
    rm -f "$WORK/tool"
}

# What a command can learn, and whom it can reach.
hidden() {
    # shellcheck disable=SC2086
    HOME=$TMP/home run $drop "$PINFOLD" run --profile full sh -c 'cat "$1/.ssh/id" "$1/.aws/credentials" ~/.ssh/id' sh "$TMP/home"
    is "lesson 69 CVE-2015-4495: keys in the home are not there ($who)" "$out" ""
    present=$(pin cat "$TMP/home/.ssh/id"; printf '%s' "$err")
    absent=$(pin cat "$TMP/home/.ssh/no"; printf '%s' "$err" | sed 's,/no:,/id:,')
    is "lesson 73 isolate 2.5: hidden and absent cannot be told apart ($who)" "$present" "$absent"
    API_TOKEN=s3cret DBUS_SESSION_BUS_ADDRESS=unix:abstract=${ABSTRACT#@} pin env
    unlike "lesson 54 CVE-2016-10122: the environment is a list of names ($who)" "$out" 's3cret|DBUS'
    pin --ro "$BIN" "$BIN/net" connect "$ABSTRACT"
    like "lesson 68 firejail #240: no bus on an abstract socket ($who)" "$out" '^(EPERM|ECONNREFUSED)$'
    gives ENOENT "lesson 80 landrun #43: no socket on a path of the host's" "$BIN/net" connect "$TMP/socket"
    gives token "(control: the host's path socket answers)" --profile none "$BIN/net" connect "$TMP/socket"
    gives ENOENT "lesson 81 nono #781: under profile landlock likewise" --profile landlock "$BIN/net" connect "$TMP/socket"
    prefix="$BIN/obstacle landlock_create_ruleset=ENOSYS"
    refused "lesson 82 OpenShell #584: no Landlock is no run" landlock 'not built into' '--without landlock'
    prefix=''
    # The process outside has the agent's uid: only the namespace and the scope stand between.
    gives ESRCH "lesson 92 CVE-2026-72183: no signal to a process outside" "$BIN/try" kill "$DECOY" 0
    gives EPERM "(the scope alone refuses it)" --profile none --with nnp --with landlock "$BIN/try" kill "$DECOY" 0
}

versions() {
    $as "$PINFOLD" layers --json
    printf '%s\n' "$out" >"$TMP/layers.json"
    is "lesson 93 CVE-2026-97594: the kernel is reported ($who)" "$(json "$TMP/layers.json" '$j->{host}{kernel}')" "$(uname -r)"
    like "lesson 94 CVE-2025-21830: so is Landlock's ABI ($who)" "$(json "$TMP/layers.json" '$j->{host}{landlock_abi}')" '^[0-9]+$'
    pin --report - true
    printf '%s\n' "$out" >"$TMP/report.json"
    like "lesson 91 CVE-2025-68736: and its errata, with each run ($who)" "$(json "$TMP/report.json" '$j->{landlock}{errata}')" '^[0-9]+$'
    ok "lesson 95 Ubuntu's restriction: a profile of ours is there to install" [ -s "$TAP_TOP/contrib/apparmor/pinfold" ]
    ok "lesson 95 Ubuntu's restriction: for this program's path alone" grep -q '^profile pinfold /usr/' "$TAP_TOP/contrib/apparmor/pinfold"
}

# A directory in which the command stands is moved away by somebody outside: nothing widens.
disconnected() {
    mkdir -p "$TMP/show/sub" "$TMP/away"
    echo shown >"$TMP/show/sub/file"
    chmod -R a+rX "$TMP/show" "$TMP/away"
    user_owned "$TMP/show" "$TMP/away"
    rm -f "$WORK/go" "$WORK/out"
    # shellcheck disable=SC2016,SC2086
    timeout -k 2 20 $drop "$PINFOLD" run --profile full --ro "$BIN" --ro "$TMP/show" --rw "$WORK" sh -c '
        cd "$1/sub"; echo in >"$2/out"; i=0
        while [ ! -e "$2/go" ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i + 1)); done
        echo "$("$3" create new) $("$3" write file) $(cat ../../home/.ssh/id 2>/dev/null)end" >>"$2/out"' \
        sh "$TMP/show" "$WORK" "$BIN/try" &
    pid=$!
    wait_for in "$WORK/out"
    mv "$TMP/show/sub" "$TMP/away/sub"
    : >"$WORK/go"
    wait "$pid"
    is "lesson 91 CVE-2025-68736: a moved directory widens nothing ($who)" "$(sed -n 2p "$WORK/out" | sed 's/EACCES/EROFS/g')" "EROFS EROFS end"
    rm -rf "$TMP/show" "$TMP/away" "$WORK/go" "$WORK/out"
}

# In a user namespace below one whose /proc is masked, the kernel gives no fresh one.
revealing() {
    cat >"$TMP/with-mask" <<'END'
#!/bin/sh
mount --bind /dev/null /proc/version || exit 2
exec "$@"
END
    chmod 755 "$TMP/with-mask"
    prefix="unshare --user --map-current-user --keep-caps --mount -- $TMP/with-mask"
    refused "lesson 96 mount too revealing: a masked /proc is not unmasked, and said" pid 'procfs.*EPERM' 'masked'
    prefix=''
}

"$BIN/net" serve "$ABSTRACT" token >"$TMP/abstract" &
servers=$!
"$BIN/net" serve "$TMP/socket" token >"$TMP/path" &
servers="$servers $!"
# shellcheck disable=SC2086
$USER_DROP sleep 60 >/dev/null 2>&1 &
DECOY=$!
wait_for ready "$TMP/abstract"
wait_for ready "$TMP/path"
each_uid names_in_tmp
each_uid capabilities
each_uid calls
each_uid hidden
each_uid versions
each_uid disconnected
who=user as=as_user drop=$USER_DROP
revealing
# shellcheck disable=SC2086
kill $servers "$DECOY" 2>/dev/null
done_testing

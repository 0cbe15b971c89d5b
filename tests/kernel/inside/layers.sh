#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every layer and every profile on this kernel; what is said of its Landlock, and is so; cgroup v2.
. "$(dirname "$0")/kernel.inc"
TRY=$BUILD/try

echo "# Linux $(uname -r), security modules $(cat /sys/kernel/security/lsm)"
"$PINFOLD" layers --tsv | sed 1d | cut -f 1,2 >"$TMP/layers"

# The ABI that a kernel of this version has (landlock(7), VERSIONS), whatever we find out ourselves.
abi_by_release() {
    uname -r | awk -F . '{
        v = $1 * 1000 + $2
        print (v >= 6015 ? 7 : v >= 6012 ? 6 : v >= 6010 ? 5 : v >= 6007 ? 4 : v >= 6002 ? 3 : v >= 5019 ? 2 : 1)
    }'
}

# What a ruleset of this ABI may name, as the report prints it.
rights() { # ABI
    fs='"execute", "write_file", "read_file", "read_dir", "remove_dir", "remove_file", "make_char", "make_dir", "make_reg", "make_sock", "make_fifo", "make_block", "make_sym", "refer"'
    net='' scoped=''
    [ "$1" -lt 3 ] || fs="$fs, \"truncate\""
    [ "$1" -lt 5 ] || fs="$fs, \"ioctl_dev\""
    [ "$1" -lt 4 ] || net='"bind_tcp", "connect_tcp"'
    [ "$1" -lt 6 ] || scoped='"abstract_unix_socket", "signal"'
    printf '"abi": %s,\n"handled_fs": [%s],\n"handled_net": [%s],\n"scoped": [%s],\n' "$1" "$fs" "$net" "$scoped"
}

said() { sed -n 's/^ *\("abi": .*\|"handled_.*\|"scoped": .*\)$/\1/p'; }

# The options for a layer and everything that it needs.
with() { # LAYER
    layer=$1
    while [ "$layer" != - ]; do
        printf ' --with %s' "$layer"
        layer=$(awk -v l="$layer" '$1 == l { print $2 }' "$TMP/layers")
    done
}

# The options that leave out a layer and everything that needs it.
without() { # LAYER
    printf ' --without %s' "$1"
    for dependent in $(awk -v l="$1" '$2 == l { print $1 }' "$TMP/layers"); do
        without "$dependent"
    done
}

starting() {
    $as "$PINFOLD" layers --tsv
    is "layers: all can be had ($who)" "$(printf '%s\n' "$out" | sed 1d | cut -f 4 | sort | uniq -c | tr -s ' ')" \
        " $(wc -l <"$TMP/layers") ok"
    while read -r layer _; do
        # shellcheck disable=SC2046 # words
        starts "$layer alone" --profile none $(with "$layer")
        # shellcheck disable=SC2046
        starts "full without $layer" $(without "$layer")
    done <"$TMP/layers"
    for profile in none ns_only landlock full; do
        starts "profile $profile" --profile "$profile"
    done
}

landlock() {
    abi=$(abi_by_release)
    $as "$PINFOLD" layers --json
    like "layers: Landlock's ABI ($who)" "$out" "\"landlock_abi\": $abi,"
    $as "$PINFOLD" plan --profile full --json -- true
    is "plan: handles what this kernel knows ($who)" "$(printf '%s\n' "$out" | said)" "$(rights "$abi")"
    pin --report "$WORK/report" -- /usr/bin/true
    is "report: says the same ($who)" "$status:$(said <"$WORK/report")" "0:$(rights "$abi")"
    rm -f "$WORK/report"
    mkdir -p "$WORK/a" "$WORK/b"
    chown -R "$(stat -c %u:%g "$WORK")" "$WORK"
    echo mine >"$TMP/outside"
    chmod 666 "$TMP/outside"
    while read -r want name words; do
        # shellcheck disable=SC2086
        pin $(printf '%s' "$alone") --ro "$BUILD" --rw "$WORK" -- "$TRY" $words
        is "Landlock alone: $name ($who)" "$status:$out" "0:$want"
    done <<END
ok create create $WORK/a/x
ok rename-between-directories rename $WORK/a/x $WORK/b/x
EACCES block-and-character-devices node $WORK/a/null 1 3
EACCES read-outside read /etc/passwd
EACCES write-outside open-write $TMP/outside
$([ "$abi" -ge 3 ] && echo EACCES || echo ok) truncate-outside truncate $TMP/outside
END
    pin --ro "$BUILD" --rw "$WORK" -- "$TRY" truncate "$TMP/outside"
    is "full: what this Landlock cannot see is out of sight ($who)" "$status:$out" "0:ENOENT"
    rm -rf "$WORK/a" "$WORK/b"
}
alone='--profile none --with nnp --with landlock'

# This shell moves into a cgroup with a telling name; what it starts is in it too.
cgroup() {
    pin --without cgroup -- /usr/bin/cat /proc/self/cgroup
    is "without cgroup the name is seen ($who)" "$status:$out" "0:0::/a-secret-service"
    pin -- /usr/bin/sh -c 'cat /proc/self/cgroup /proc/1/cgroup'
    is "with it, it is not ($who)" "$status:$out" "0:0::/
0::/"
    pin -- /usr/bin/sh -c 'grep -r -s -l -e cgroup -e a-secret-service /proc/self/mounts /proc/self/mountinfo /proc/self/environ; ls /sys'
    is "no cgroup file system, no /sys ($who)" "$status:$out" "1:"
    pin --profile ns_only -- /usr/bin/cat /proc/self/cgroup
    is "ns_only hides it as well ($who)" "$status:$out" "0:0::/"
}

# A kernel without dev.tty.legacy_tiocsti lets everybody type into his own terminal.
terminal() {
    [ -e /proc/sys/dev/tty/legacy_tiocsti ] || {
        $as "$BUILD/pty" "$TRY" tiocsti x
        like "TIOCSTI works on this kernel ($who)" "$out" '^typed x$'
    }
    for options in '' '--without seccomp' '--without session'; do
        # The command has a terminal of its own; without the filter it may type into that, and into no other.
        refused='^E(PERM|IO|NOTTY)'
        [ "$options" != '--without seccomp' ] || refused="^ok|$refused"
        # shellcheck disable=SC2086
        $as "$BUILD/pty" "$PINFOLD" run --profile full $options --ro "$BUILD" -- "$TRY" tiocsti x
        like "full $options: refused, or of no consequence ($who)" "$out" "$refused"
        like "full $options: nothing is typed ($who)" "$out" '^typed $'
    done
}

each starting
each landlock
mkdir /sys/fs/cgroup/a-secret-service
echo $$ >/sys/fs/cgroup/a-secret-service/cgroup.procs
each cgroup
each terminal
done_testing

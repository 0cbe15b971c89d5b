#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer mount: the agent sees what the plan shows, as the plan shows it, and nothing of the host's.
. "$(dirname "$0")/live.inc"
helpers try pty

mkdir "$TMP/secret" "$TMP/show" "$TMP/show/sub"
echo decoy >"$TMP/secret/file"
echo shown >"$TMP/show/file"
chmod -R a+rX "$TMP/secret" "$TMP/show"
user_owned "$TMP/show"

# Alone with what it needs, so that no other wall hides it.
off='--profile none --with user'
on='--profile none --with user --with mount'

hidden() {
    # shellcheck disable=SC2086
    for path in "$TMP/secret/file" /etc/passwd /etc/hostname /sys/kernel /dev/kmsg /home /root /var; do
        [ -e "$path" ] || continue
        gives yes "off: $path is there" $off sh -c '[ -e "$1" ] && echo yes' sh "$path"
        for options in "$on" '--profile ns_only' ''; do
            gives no "$path is not there: '$options'" $options sh -c '[ -e "$1" ] || echo no' sh "$path"
        done
    done
    links=$(for name in bin lib lib32 lib64 libx32 sbin; do [ ! -e "/$name" ] || printf '/%s ' "$name"; done)
    pin sh -c 'echo $(ls -d /bin /lib* /sbin 2>/dev/null) $(ls / | grep -v -E "^(bin|lib.*|sbin)\$")'
    is "the names at the root ($who)" "$out" "${links}dev proc tmp usr"
    gives "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero" "the names in /dev" \
        sh -c 'echo $(ls -A /dev)'
    pin ls -A /tmp /dev/shm
    is "/tmp and /dev/shm are empty ($who)" "$out" "$(printf '/dev/shm:\n\n/tmp:')"
    gives / "what lies above the root is the root" sh -c 'cd /../..; pwd'
}

writes() {
    # shellcheck disable=SC2086
    for options in "$on" '--profile ns_only' ''; do
        rm -f "$TMP/show/new" "$WORK/new"
        gives EROFS "--ro: no new file: '$options'" $options --ro "$TMP/show" "$BIN/try" create "$TMP/show/new"
        gives EROFS "--ro: no write: '$options'" $options --ro "$TMP/show" "$BIN/try" write "$TMP/show/file"
        gives EROFS "--ro: no truncate: '$options'" $options --ro "$TMP/show" "$BIN/try" truncate "$TMP/show/file"
        gives EROFS "--ro: no chmod: '$options'" $options --ro "$TMP/show" "$BIN/try" chmod "$TMP/show" 700
        gives EROFS "--ro: no rename: '$options'" $options --ro "$TMP/show" \
            "$BIN/try" rename "$TMP/show/file" "$TMP/show/x"
        gives ok "--rw: a new file: '$options'" $options --rw "$WORK" "$BIN/try" create "$WORK/new"
        gives EROFS "/usr: no chmod: '$options'" $options "$BIN/try" chmod /usr/bin 755
        ok "--rw: it is on the host: '$options' ($who)" [ -e "$WORK/new" ]
    done
    # shellcheck disable=SC2086
    gives ok "off: the same write works" $off "$BIN/try" create "$TMP/show/new"
    rm -f "$TMP/show/new" "$WORK/new"
    # shellcheck disable=SC2086
    gives decoy "off: the secret can be read" $off cat "$TMP/secret/file"
    pin sh -c 'echo x >/tmp/left; echo y >/dev/shm/left'
    gives 0 "a second run sees nothing of the first one's /tmp" sh -c 'ls /tmp /dev/shm | grep -c left; true'
    ok "nor does the host ($who)" [ ! -e /tmp/left ]
}

# One line a mount point: "POINT OPTIONS TYPE SUPEROPTIONS".
mounts='s/^[0-9]* [0-9]* [^ ]* [^ ]* \([^ ]*\) \([^ ]*\) .*- \([^ ]*\) [^ ]* \(.*\)$/\1 \2 \3 \4/p'
flags() {
    for options in '--profile ns_only' ''; do
        # shellcheck disable=SC2086
        pin $options --ro "$TMP/show" --rw "$WORK" --ro "$TMP/show/file:/f" \
            sed -n "$mounts" /proc/self/mountinfo
        table=$out
        is "every mount is nosuid: '$options' ($who)" "$(printf '%s\n' "$table" | grep -v nosuid)" ""
        is "and nodev, but for the devices: '$options' ($who)" \
            "$(printf '%s\n' "$table" | grep -v nodev |
                grep -v -E '^/dev/(null|zero|full|random|urandom|tty|pts) |^/proc/[a-z_]+ ')" ""
        is "the host's are read-only: '$options' ($who)" \
            "$(printf '%s\n' "$table" | grep -E "^(/usr|/proc|/f|$TMP/show) " | grep -v -c -E ' ro,')" 0
        like "the root is bounded: '$options' ($who)" "$table" '^/ .*size=[0-9]+k,nr_inodes=[0-9]+'
        is "and nothing else is there: '$options' ($who)" "$(printf '%s\n' "$table" |
            sed 's/ .*//' | grep -v '^/proc/' | sort | tr '\n' ' ')" "$(printf '%s\n' / /dev/full /dev/null \
            /dev/pts /dev/random /dev/shm /dev/tty /dev/urandom /dev/zero /f /proc \
            "$TMP/show" /tmp /usr "$WORK" | sort | tr '\n' ' ')"
    done
}

# With the namespace's capabilities the agent can take every mount away: nothing lies below.
old_root() {
    gives "0 no" "nothing of the host lies below the mounts" --profile ns_only --rw "$WORK" sh -c '
        cp "$1" /tmp/try
        for m in $(sed "s/^[^ ]* [^ ]* [^ ]* [^ ]* \([^ ]*\) .*/\1/" /proc/self/mountinfo | sort -r); do
            case $m in / | /usr | /tmp) ;; *) /tmp/try umount "$m" >/dev/null ;; esac
        done
        echo $(ls -A /proc | wc -l) $(/tmp/try umount / >/dev/null; [ -e /etc/passwd ] && echo yes || echo no)' \
        sh "$BIN/try"
}

modes() {
    for mask in 000 022 077 777; do
        timeout -k 2 20 $drop sh -c 'umask "$1"; shift; exec "$@"' sh "$mask" "$PINFOLD" run --profile full \
            --ro "$TMP/show:/a/b/c" stat -c '%a %n' / /dev /tmp /dev/shm /a /a/b /usr >"$TMP/modes" 2>&1
        is "modes do not hang on the umask $mask ($who)" "$(tr '\n' ';' <"$TMP/modes")" \
            "755 /;755 /dev;1777 /tmp;1777 /dev/shm;755 /a;755 /a/b;$(stat -c %a /usr) /usr;"
        got=$(timeout -k 2 20 $drop sh -c 'umask "$1"; shift; exec "$@"' sh "$mask" "$PINFOLD" run --profile full \
            sh -c umask)
        is "the command has the caller's umask $mask ($who)" "$got" "0$mask"
    done
}

devices() {
    gives "1,3 1,5 1,7 1,8 1,9 5,0" "the devices are themselves" \
        sh -c 'echo $(stat -c "%Hr,%Lr" /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty)'
    gives "ENOSPC" "/dev/full" "$BIN/try" write /dev/full
    gives "8" "/dev/urandom" sh -c 'head -c 8 /dev/urandom | wc -c'
    gives "/dev/pts/0 ok" "a terminal of its own can be made" sh -c \
        '"$1" sh -c "echo \$(tty) ok >/tmp/tty" >/dev/null; cat /tmp/tty' sh "$BIN/pty"
    gives "0" "/dev/pts shows none of the host's" sh -c 'ls /dev/pts | grep -c "[0-9]"; true'
    for options in '--profile ns_only' ''; do
        # shellcheck disable=SC2086
        pin $options --ro "$BIN" "$BIN/try" node /tmp/mem 1 1
        like "no device node can be made: '$options' ($who)" "$out" '^(EPERM|EACCES)$'
    done
}

# What the host mounts, as a place to look: in a mount namespace of our own, below $TMP.
HOST='unshare --user --map-current-user --keep-caps --mount --'
[ "$TAP_UID" != 0 ] || HOST='unshare --mount --'

submounts() {
    mkdir -p "$TMP/tree/sub"
    chmod -R 777 "$TMP/tree"
    # shellcheck disable=SC2016
    inside='mount -t tmpfs -o mode=777 none "$1/sub" && echo old >"$1/sub/file" && chmod 666 "$1/sub/file"
        shift; exec "$@"'
    # shellcheck disable=SC2086
    for pair in '--ro:EROFS' '--rw:ok'; do
        got=$(timeout -k 2 20 $HOST $1 sh -c "$inside" sh "$TMP/tree" $2 "$PINFOLD" run --profile full --ro "$BIN" \
            "${pair%:*}" "$TMP/tree" "$BIN/try" write "$TMP/tree/sub/file" 2>&1)
        is "lesson 7 bubblewrap #11: a mount below a ${pair%:*} path: writing gives ${pair#*:} ($3)" "$got" "${pair#*:}"
    done
    # shellcheck disable=SC2086
    got=$(timeout -k 2 20 $HOST sh -c "$inside" sh "$TMP/tree" $2 "$PINFOLD" run --profile full --ro "$TMP/tree" \
        cat "$TMP/tree/sub/file" 2>&1)
    is "and it can be read ($3)" "$got" old
    rm -rf "$TMP/tree"
}

# A mount that the host makes later does not turn up, nor one of the agent's outside.
propagation() {
    mkdir -p "$TMP/later/sub"
    chmod -R 777 "$TMP/later"
    # shellcheck disable=SC2016,SC2086
    got=$(timeout -k 2 20 $HOST sh -c '
        mount --bind "$1" "$1"; mount --make-shared "$1"
        mkfifo "$2/go"; chmod 666 "$2/go"
        $4 "$3" run --profile ns_only --rw "$2" --rw "$1" --ro "$5" sh -c "
            $5/try tmpfs $1/sub; : >$1/sub/inside; ls $1/sub
            echo ready >$2/go; read x <$2/go; $5/try umount $1/sub; ls $1/sub" >"$2/list" &
        read x <"$2/go"
        mount -t tmpfs none "$1/sub"; : >"$1/sub/outside"
        echo "outside: $(ls "$1/sub")"
        echo go >"$2/go"; wait
        echo "inside: "$(cat "$2/list"); rm -f "$2/go"' sh "$TMP/later" "$WORK" "$PINFOLD" "$drop" "$BIN" 2>&1)
    is "mounts made later stay on their side ($who)" "$got" "outside: outside
inside: ok inside ok"
    rm -rf "$TMP/later"
}

each_uid hidden
each_uid writes
each_uid flags
each_uid old_root
each_uid modes
each_uid devices
if [ "$TAP_UID" = 0 ]; then
    submounts '' '' root
    submounts '' "$USER_DROP" user
else
    submounts '' '' user
fi
each_uid propagation
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every operation for real: where it is reached, where it is refused, and where it is lied to.
#
# Other programs make the surroundings (unshare, bwrap), so that nothing here rests on pinfold. What
# is reached as root is reached in a user namespace. kill(-1) has a test of its own.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/probe.inc"

if ! have_userns; then
    skip 'operations' 'this host lets an ordinary user make no user namespace'
    done_testing
fi
pids=''
trap 'kill $pids 2>/dev/null; rm -rf "$TMP"' EXIT
in_userns() { # SHELL-TEXT ARG...: as root of a user namespace with mounts of its own
    text=$1
    shift
    as_user unshare -Urm --propagation private sh -c "$text" - "$@"
}

# --- fs.read-passwd
as_user "$PROBE" --tsv --decoy passwd-sum="$PASSWD_SUM"
probe_is fs.read-passwd 'REACHED -' 'passwd: the host has its own'
plain=$out
echo 'root:x:0:0:root:/root:/bin/false' >"$TMP/faked"
in_userns 'mount --bind "$1" /etc/passwd && exec "$2" --tsv --decoy passwd-sum="$3"' \
    "$TMP/faked" "$PROBE" "$PASSWD_SUM"
probe_is fs.read-passwd 'BLOCKED -' 'passwd: another file in its place is not the host'"'"'s'
mkfifo "$TMP/fifo" && chmod 644 "$TMP/fifo"
in_userns 'mount --bind "$1" /etc/passwd && exec "$2" --tsv' "$TMP/fifo" "$PROBE"
probe_is fs.read-passwd 'BLOCKED -' 'passwd: a FIFO in its place does not hang'
as_user "$PROBE" --tsv
probe_is fs.read-passwd 'BROKEN -' 'passwd: without the checksum nobody can tell'
in_userns 'mount -t tmpfs none /etc && exec "$1" --tsv' "$PROBE"
probe_is fs.read-passwd 'BLOCKED ENOENT' 'passwd: hidden'
in_userns 'mount -t tmpfs none /etc && exec "$1" --tsv --decoy absent=fs.read-passwd' "$PROBE"
probe_is fs.read-passwd 'ABSENT ENOENT' 'passwd: not there, and said to be absent'

# --- fs.read-shadow: an ordinary user may not read it; a decoy in its place may be
out=$plain
probe_is fs.read-shadow 'BLOCKED EACCES' 'shadow: refused to an ordinary user'
echo 'root:decoy' >"$TMP/shadow"
in_userns 'mount --bind "$1" /etc/shadow && exec "$2" --tsv --decoy shadow-sum="$3"' \
    "$TMP/shadow" "$PROBE" "$("$PROBE" --sum "$TMP/shadow")"
probe_is fs.read-shadow 'REACHED -' 'shadow: the decoy in its place'
if [ "$TAP_UID" = 0 ]; then
    run "$PROBE" --tsv --decoy shadow-sum="$("$PROBE" --sum /etc/shadow)"
    probe_is fs.read-shadow 'REACHED -' "shadow: the host's own, as root"
fi

# --- proc.read-status
cp "$(command -v sleep)" "$TMP/moo-decoy"
"$TMP/moo-decoy" 60 &
decoy=$!
pids="$pids $decoy"
as_user "$PROBE" --tsv --decoy status-pid=$decoy --decoy status-token=moo
probe_is proc.read-status 'REACHED -' "status: the decoy's name"
as_user "$PROBE" --tsv --decoy status-pid=$decoy --decoy status-token=baa
probe_is proc.read-status 'BLOCKED -' 'status: another name'
as_user "$PROBE" --tsv --decoy status-pid=$decoy
probe_is proc.read-status 'BROKEN -' 'status: a process and no name to know it by'
as_user unshare -Urpf --mount-proc "$PROBE" --tsv --decoy status-pid=$decoy --decoy status-token=moo
probe_is proc.read-status 'BLOCKED ENOENT' 'status: another /proc'
as_user unshare -Urpf --mount-proc sh -c '"$@" & wait $!' - "$PROBE" --tsv
probe_is proc.read-status 'BLOCKED -' 'status: pid 2 of another pid namespace is no kthreadd'

# --- fs.write-root
out=$plain
if [ -w / ] && [ "$TAP_UID" != 0 ]; then
    skip 'write: refused to an ordinary user' 'this user may write to /'
else
    probe_is fs.write-root 'BLOCKED EACCES' 'write: refused to an ordinary user'
fi
mkdir "$TMP/root" && cp "$PROBE" "$TMP/root/probe" && user_owned "$TMP/root"
as_user unshare -Ur chroot "$TMP/root" /probe --tsv
probe_is fs.write-root 'REACHED -' 'write: a root that is ours'
is 'write: nothing stays' "$(ls -A "$TMP/root")" probe
as_user bwrap --unshare-all --ro-bind "$PROBE" /probe --remount-ro / /probe --tsv
probe_is fs.write-root 'BLOCKED EROFS' 'write: a read-only root'
if [ "$TAP_UID" = 0 ]; then
    run "$PROBE" --tsv
    probe_is fs.write-root 'REACHED -' "write: the host's root, as root"
    is 'write: nothing stays' "$(left_in_root)" ''
fi

# --- dev.mem
dev='mount -t tmpfs none /dev && '
in_userns "$dev"'exec "$1" --tsv' "$PROBE"
probe_is dev.mem 'BLOCKED ENOENT' 'mem: hidden'
in_userns "$dev"'exec "$1" --tsv --decoy absent=dev.mem' "$PROBE"
probe_is dev.mem 'ABSENT ENOENT' 'mem: not there, and said to be absent'
in_userns 'touch "$2" && mount --bind /dev/null "$2" && mount --rbind /dev "$3" &&
    '"$dev"'touch /dev/mem && mount --bind "$2" /dev/mem && exec "$1" --tsv' \
    "$PROBE" /tmp/.pinfold-test-$$ /mnt 2>/dev/null
rm -f /tmp/.pinfold-test-$$
probe_is dev.mem 'BLOCKED -' 'mem: another device in its place'
in_userns "$dev"': >/dev/mem && exec "$1" --tsv' "$PROBE"
probe_is dev.mem 'BLOCKED -' 'mem: a file in its place'
if command -v strace >/dev/null; then
    in_userns "$dev"'mkfifo /dev/mem && exec strace -f -qq -e trace=openat "$1" --tsv --only dev.mem' "$PROBE"
    probe_is dev.mem 'BLOCKED -' 'mem: a FIFO in its place'
    unlike '... is not opened' "$err" '"/dev/mem"'
else
    skip 'mem: a FIFO in its place' 'strace is not installed'
fi
if [ "$TAP_UID" = 0 ]; then
    # The true device. What the kernel says to opening it, a shell finds out on its own.
    mknod_mem='mount -t tmpfs -o mode=755 none /dev && mknod -m 644 /dev/mem c 1 1 && '
    run unshare -m --propagation private sh -c "$mknod_mem"'(: </dev/mem) 2>/dev/null && echo opens'
    opens=$out
    run unshare -m --propagation private sh -c "$mknod_mem"'exec "$1" --tsv' - "$PROBE"
    if [ "$opens" = opens ]; then
        probe_is dev.mem 'REACHED -' 'mem: the device, opened'
    else
        like 'mem: the device, without a driver or refused' "$out" \
            'dev\.mem.*((ABSENT.*(ENXIO|ENODEV))|(BLOCKED.*(EPERM|EACCES)))'
    fi
    run unshare -m --propagation private sh -c 'mount -t tmpfs -o nodev none /dev &&
        mknod -m 644 /dev/mem c 1 1 && exec "$1" --tsv' - "$PROBE"
    probe_is dev.mem 'BLOCKED EACCES' 'mem: the device, where devices are off'
fi

# --- net.raw-icmp
out=$plain
probe_is net.raw-icmp 'BLOCKED EPERM' 'raw: refused to an ordinary user'
as_user unshare -Urn "$PROBE" --tsv
probe_is net.raw-icmp 'REACHED -' 'raw: root of a network namespace'

# --- net.connect-tcp, on loopback only
out=$plain
probe_is net.connect-tcp 'SKIPPED -' 'connect: no target'
cat >"$TMP/listen.pl" <<'PERL'
# Listens on ARGV[0]; says ARGV[1] to each caller, or, without it, fills its own queue and accepts nobody.
use Socket qw(:all);
my ($to, $word) = @ARGV;
my $six = $to =~ /:/;
my $name = $six ? sockaddr_in6(0, inet_pton(AF_INET6, $to)) : sockaddr_in(0, inet_aton($to));
socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or exit 1;
bind($s, $name) or exit 1;
listen($s, defined $word ? 8 : 0) or exit 1;
my ($port) = $six ? sockaddr_in6(getsockname($s)) : sockaddr_in(getsockname($s));
my @queue;
if (!defined $word) {
    for (1 .. 8) {
        socket(my $c, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) or exit 1;
        connect($c, sockaddr_in($port, inet_aton($to)));
        push @queue, $c;
    }
}
$| = 1;
print "$port\n";
alarm 60;
while (defined $word) {
    accept(my $c, $s) or next;
    syswrite $c, $word;
    close $c;
}
sleep 60;
PERL
listen_on() { # ADDRESS [WORD]: sets $port
    : >"$TMP/port"
    perl "$TMP/listen.pl" "$@" >"$TMP/port" 2>/dev/null &
    pids="$pids $!"
    port=''
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$(cat "$TMP/port")
        [ -z "$port" ] || return 0
        kill -0 $! 2>/dev/null || return 1
        sleep 0.2
    done
    return 1
}
listen_on 127.0.0.1 moo-token
as_user "$PROBE" --tsv --connect 127.0.0.1:"$port" --decoy connect-token=moo-token
probe_is net.connect-tcp 'REACHED -' 'connect: the listener sent its token'
as_user "$PROBE" --tsv --connect 127.0.0.1:"$port" --decoy connect-token=baa-token
probe_is net.connect-tcp 'BLOCKED -' 'connect: another token'
as_user "$PROBE" --tsv --connect 127.0.0.1:"$port"
probe_is net.connect-tcp 'REACHED -' 'connect: without a token'
as_user unshare -Urn "$PROBE" --tsv --connect 127.0.0.1:"$port" --decoy connect-token=moo-token
probe_is net.connect-tcp 'BLOCKED ENETUNREACH' 'connect: a network namespace, loopback down'
as_user bwrap --unshare-all --ro-bind "$PROBE" /probe /probe --tsv --connect 127.0.0.1:"$port"
probe_is net.connect-tcp 'BLOCKED ECONNREFUSED' 'connect: a network namespace, loopback up'
if listen_on ::1 moo-token; then
    as_user "$PROBE" --tsv --connect "[::1]:$port" --decoy connect-token=moo-token
    probe_is net.connect-tcp 'REACHED -' 'connect: by IPv6'
else
    skip 'connect: by IPv6' 'there is no ::1 here'
fi
listen_on 127.0.0.1
as_user "$PROBE" --tsv --timeout 400 --connect 127.0.0.1:"$port" --decoy connect-token=moo-token
probe_is net.connect-tcp 'BLOCKED ETIMEDOUT' 'connect: a full queue is no answer in time'

# --- trace.traceme
out=$plain
probe_is trace.traceme 'REACHED -' 'traceme: nothing forbids it'
if command -v strace >/dev/null; then
    as_user strace -f -o /dev/null "$PROBE" --tsv
    probe_is trace.traceme 'BLOCKED EPERM' 'traceme: a traced process has a tracer already'
else
    skip 'traceme: a traced process has a tracer already' 'strace is not installed'
fi

# --- mount.tmpfs
out=$plain
probe_is mount.tmpfs 'BLOCKED EPERM' 'mount: refused to an ordinary user'
in_userns '"$1" --tsv; grep " /tmp " /proc/self/mountinfo | grep pinfold >&2; ls -d "$2" >&2' "$PROBE" "$TMP"
probe_is mount.tmpfs 'REACHED -' 'mount: root of a user namespace'
is 'mount: nothing stays, and /tmp is as it was' "$err" "$TMP"
as_user unshare -Ur "$PROBE" --tsv
probe_is mount.tmpfs 'BLOCKED EPERM' "mount: the mounts are the host's"
as_user bwrap --unshare-all --ro-bind "$PROBE" /probe /probe --tsv
probe_is mount.tmpfs 'BLOCKED EPERM' 'mount: refused, though there is no /tmp'
as_user unshare -Urm chroot "$TMP/root" /probe --tsv
probe_is mount.tmpfs 'BROKEN ENOENT' 'mount: allowed, but there is no /tmp'
if [ "$TAP_UID" = 0 ]; then
    run "$PROBE" --tsv
    probe_is mount.tmpfs 'SKIPPED -' "mount: not tried on the host's own /tmp"
    run chroot "$TMP/root" /probe --tsv
    like 'mount: nor where there is no /proc to tell' "$(probe_detail mount.tmpfs)" 'mount-ok'
    unlike 'mount: no mount was made' "$(cat /proc/self/mountinfo)" ' tmpfs pinfold-probe '
    run unshare -m --propagation private "$PROBE" --tsv --decoy mount-ok=yes
    probe_is mount.tmpfs 'REACHED -' 'mount: as root, in mounts of its own, when told so'
fi
done_testing

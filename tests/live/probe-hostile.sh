#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The product under hostile surroundings: operations that crash or hang in the middle of what they
# do are BROKEN, the others go on, and what was half done is undone. strace injects the failures.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/probe.inc"

if ! command -v strace >/dev/null || ! command -v bwrap >/dev/null || ! have_userns; then
    skip 'hostile surroundings' 'it takes strace, bwrap and user namespaces'
    done_testing
fi
root=$TMP/root
mkdir -p "$root/tmp" "$root/usr" "$root/proc" && cp "$PROBE" "$root/probe"
for link in bin lib lib64; do
    [ ! -e /usr/$link ] || ln -s usr/$link "$root/$link"
done
here=$(ls -A "$root")
user_owned "$root"

# Root of namespaces of our own, with a writable root: what can be reached as a user is reached.
in_root() {
    as_user bwrap --unshare-all --uid 0 --gid 0 --cap-add ALL --bind "$root" / \
        --ro-bind /usr /usr --proc /proc "$@"
}
inject() { # RULE ARG...: no program but the probe is under strace
    rule=$1
    shift
    rm -f "$root/tmp/log"
    in_root strace -f -o /tmp/log -e inject="$rule" /probe --tsv "$@"
}
fired() { ok "$1: it was injected" grep -Eq -- "${2:-INJECTED}" "$root/tmp/log"; }

in_root /probe --tsv
probe_is fs.write-root 'REACHED -' 'nothing injected: write'
probe_is mount.tmpfs 'REACHED -' 'nothing injected: mount'
probe_is net.raw-icmp 'REACHED -' 'nothing injected: raw socket'

inject pread64:signal=SIGSEGV
fired 'a crash' 'killed by SIGSEGV'
probe_is fs.write-root 'BROKEN -' 'a crash is BROKEN'
is '... and named' "$(probe_detail fs.write-root)" 'ended by signal 11 (SIGSEGV)'
probe_is net.raw-icmp 'REACHED -' '... and the next operation is tried'
is '... and the file is gone' "$(ls -A "$root")" "$here"
is '... and the probe has not failed' "$status" 0

inject pread64:signal=SIGSTOP --timeout 500
fired 'a hang' 'stopped by SIGSTOP'
is 'a hang is BROKEN' "$(probe_detail fs.write-root)" 'timed out after 500 ms'
probe_is mount.tmpfs 'REACHED -' '... and the next operation is tried'
is '... and the file is gone' "$(ls -A "$root")" "$here"

for end in SIGSEGV:'ended by signal 11 (SIGSEGV)' SIGSTOP:'timed out after 500 ms'; do
    inject mount:signal="${end%%:*}":when=1 --timeout 500
    fired "${end%%:*} behind mount" "mount\(.* = 0"
    is "${end%%:*} behind mount is BROKEN" "$(probe_detail mount.tmpfs)" "${end#*:}"
    like '... and unmounted' "$(cat "$root/tmp/log")" 'umount2\("/tmp", MNT_DETACH\) += 0'
done

inject unlinkat:error=EACCES:when=1
fired 'a file that cannot be removed'
probe_is fs.write-root 'REACHED -' 'a file that cannot be removed: it was written'
like '... and it is said that it stays' "$(probe_detail fs.write-root)" \
    '/pinfold-probe-evil-[0-9a-f]{16} stays: unlink: EACCES$'
rm -f "$root"/pinfold-probe-evil-*
inject umount2:error=EPERM
probe_is mount.tmpfs 'REACHED -' 'a mount that cannot be undone: it was made'
like '... and it is said that it stays' "$(probe_detail mount.tmpfs)" 'it stays: umount2: EPERM$'

broken="BROKEN	EAGAIN"
inject clone:error=EAGAIN
is 'no process can be made: exit' "$status" 0
is 'no process can be made: each row is BROKEN' "$(echo "$out" | sed 1d | cut -f3,4 | sort -u)" "$broken"
inject clone:error=EAGAIN:when=1
probe_is fs.read-passwd 'BROKEN EAGAIN' 'one process cannot be made: its row'
probe_is fs.write-root 'REACHED -' 'one process cannot be made: the others'

for refusal in wait4:error=EPERM rt_sigtimedwait:error=ENOSYS rt_sigprocmask:error=EPERM \
    getrandom:error=ENOSYS capget:error=EPERM prlimit64:error=EPERM pidfd_open:error=ENOSYS; do
    inject $refusal
    is "$refusal: exit" "$status" 0
    probe_is fs.write-root 'REACHED -' "$refusal: write"
    probe_is mount.tmpfs 'REACHED -' "$refusal: mount"
done
inject write,writev:error=EIO
is 'the result cannot be written: exit' "$status" 125
done_testing

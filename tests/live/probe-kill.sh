#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill(-1, SIGKILL): only ever in a pid namespace made for it, with victims made for it.
#
# Every line that promises kill-victims=yes runs through in_pidns, whose guard compares the pid
# namespace that it finds itself in with the test's own and goes no further where they are the
# same; or under strace, which answers kill(2) itself, so that none reaches the kernel.
# ALONE: it looks at all processes.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/probe.inc"

if ! have_userns; then
    skip 'kill(-1)' 'this host lets an ordinary user make no user namespace'
    done_testing
fi

# Pid 1 of the namespace, as which a shell waits: kill(-1) spares it.
cat >"$TMP/guard" <<'SH'
#!/bin/sh
# guard OUTER-NAMESPACE VICTIMS COMMAND...: VICTIMS sleepers and the command, in a pid namespace of our own
outer=$1 victims=$2
shift 2
[ "$$" = 1 ] || { echo 'guard: this is not pid 1' >&2; exit 99; }
inner=$(readlink /proc/self/ns/pid) || exit 99
case $inner in pid:*) ;; *) exit 99 ;; esac
[ "$inner" != "$outer" ] || { echo "guard: the test's own pid namespace" >&2; exit 99; }
i=0
while [ $i -lt "$victims" ]; do
    sleep 50 &
    i=$((i + 1))
done
"$@" &
wait $!
code=$?
# Who was killed takes a moment to be gone, and a probe whose parent died may still be writing.
for _ in 1 2 3 4 5; do
    names=$(cat /proc/[0-9]*/comm 2>/dev/null)
    left=$(echo "$names" | grep -c '^sleep$')
    case $left$names in 0*pinfold-probe*) ;; 0*) break ;; esac
    sleep 0.1 # not counted: it ends before the next look
done
echo "exit $code, $left of $victims left" >&2
SH
chmod 755 "$TMP/guard"
outer=$(readlink /proc/self/ns/pid)
in_pidns() { # VICTIMS COMMAND...
    victims=$1
    shift
    as_user unshare -Urpf --mount-proc --kill-child "$TMP/guard" "$outer" "$victims" "$@"
}

# The guard guards: outside, and where the namespace is said to be the same.
as_user "$TMP/guard" "$outer" 0 true
is 'guard: refuses as another pid than 1' "$status" 99
as_user unshare -Urpf --mount-proc --kill-child sh -c 'exec "$1" "$(readlink /proc/self/ns/pid)" 0 true' - "$TMP/guard"
is 'guard: refuses the same namespace' "$status" 99
if [ "$status" != 99 ]; then
    done_testing
fi

in_pidns 2 "$PROBE" --tsv
probe_is proc.kill-all 'SKIPPED -' 'without the promise it is not tried'
like 'the victims live' "$err" 'exit 0, 2 of 2 left'
in_pidns 2 "$PROBE" --tsv --decoy kill-victims=no
probe_is proc.kill-all 'SKIPPED -' 'nor with the opposite of it'

in_pidns 3 "$PROBE" --tsv --decoy kill-victims=yes
probe_is proc.kill-all 'REACHED -' 'victims'
like 'they are dead, and the probe is not' "$err" 'exit 0, 0 of 3 left'
is 'all other results are there' "$(echo "$out" | sed 1d | wc -l | tr -d ' ')" "$("$PROBE" --list | wc -l | tr -d ' ')"
in_pidns 1 "$PROBE" --json --decoy kill-victims=yes
ok 'JSON is whole' sh -c 'perl -MJSON::PP -0777 -e "decode_json(<STDIN>)" <"$1"' - "$TMP/.out"
in_pidns 1 "$PROBE" --decoy kill-victims=yes
like 'the table is whole' "$(echo "$out" | tail -1)" '^kill\(-1, SIGKILL\) +REACHED +- +kill returned 0, and there was somebody to signal$'

in_pidns 0 "$PROBE" --tsv --decoy kill-victims=yes
probe_is proc.kill-all 'BLOCKED ESRCH' 'nobody there'
as_user bwrap --unshare-all --ro-bind / / --proc /proc "$PROBE" --tsv --only proc.kill-all
probe_is proc.kill-all 'SKIPPED -' 'another sandbox, without the promise'

# A parent that dies of it takes the probe along, or so it has asked: the result comes all the same.
in_pidns 1 sh -c '"$@"; echo survived' - setpriv --pdeathsig KILL "$PROBE" --tsv --decoy kill-victims=yes
probe_is proc.kill-all 'REACHED -' 'the result is there although the parent is dead'
unlike 'the parent is dead' "$out" survived

# Should the probe die of it, all other results are out. prctl(2) is its last call before kill(2).
if command -v strace >/dev/null; then
    for format in '' --tsv; do
        in_pidns 1 strace -f -qq -o /dev/null -e inject=prctl:signal=SIGKILL "$PROBE" $format --decoy kill-victims=yes
        like "a probe that dies of it ${format:---table}" "$err" 'exit 137, 1 of 1 left'
        last=$("$PROBE" --list --tsv | tail -2 | head -1 | cut -f 1,2 | tr '\t' '|')
        is '... has printed all but that' "$(echo "$out" | tail -1 | grep -c -E "^($last)")" 1
    done
else
    skip 'a probe that dies of it' 'strace is not installed'
fi
in_pidns 1 "$PROBE" --tsv --only proc.kill-all --decoy kill-victims=yes
is 'alone: a head and a row' "$(echo "$out" | cut -f1 | tr '\n' ' ')" 'id proc.kill-all '

if [ "$TAP_UID" = 0 ]; then
    # Victims that root made, and a caller who may not signal them.
    run unshare -pf --mount-proc --kill-child "$TMP/guard" "$outer" 2 sh -c \
        'exec setpriv --reuid="$1" --regid="$1" --clear-groups "$2" --tsv --decoy kill-victims=yes' - "$TEST_UID" "$PROBE"
    probe_is proc.kill-all 'BLOCKED EPERM' "another user's processes"
    like 'they live' "$err" '2 of 2 left'
fi

# In the machine's own pid namespace it is refused whatever is promised. No kill(2) gets through here.
if ! command -v strace >/dev/null; then
    skip "the machine's own pid namespace" 'strace is not installed'
elif [ "$outer" != 'pid:[4026531836]' ]; then
    skip "the machine's own pid namespace" 'this test does not run in it'
else
    run strace -f -o "$TMP/log" -e trace=kill -e inject=kill:error=EPERM \
        "$PROBE" --tsv --decoy kill-victims=yes
    probe_is proc.kill-all 'SKIPPED -' "the machine's own pid namespace"
    unlike 'kill was not called' "$(cat "$TMP/log")" 'kill\('
    mkdir "$TMP/root" && cp "$PROBE" "$TMP/root/probe" && user_owned "$TMP/root"
    as_user strace -f -o "$TMP/root/log" -e trace=kill -e inject=kill:error=EPERM \
        unshare -Ur chroot "$TMP/root" /probe --tsv --decoy kill-victims=yes
    # Without a /proc it takes Linux 6.11 to tell; else the promise stands, and strace refuses.
    like '... without a /proc' "$(probe_detail proc.kill-all)" 'pid namespace of the machine|^kill$'
    case $(probe_detail proc.kill-all) in
    kill) ;;
    *) unlike '... kill was not called' "$(cat "$TMP/root/log")" 'kill\(' ;;
    esac
fi
done_testing

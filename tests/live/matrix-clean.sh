#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every decoy, process and directory of the matrix is gone afterwards, whatever ends it; and what
# looks like its leavings is removed only where it is that.
# ALONE: it looks at all processes.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=150
bin=$TMP/bin
notes=$TMP/notes
mkdir "$bin" "$notes"
user_owned "$notes"
cp "$BUILD/pinfold-probe" "$BUILD/pinfold-matrix" "$bin"

# A launcher that notes what it was started with, and hangs where a file says so.
cat >"$bin/pinfold" <<SH
#!/bin/sh
echo "\$0" >"$notes/self"
case "\$*" in
run*status-pid*)
    echo "\$*" >"$notes/args"
    echo \$\$ >"$notes/launcher"
    [ ! -e "$TMP/hang" ] || exec sleep 60 ;;
esac
exec "$PINFOLD" "\$@"
SH
chmod 755 "$bin/pinfold"

noted() {
    dir=$(sed -n 's/.* --ro \([^ ]*\)\/bin .*/\1/p' "$notes/args")
    pid=$(sed -n 's/.*status-pid=\([0-9]*\).*/\1/p' "$notes/args")
    port=$(sed -n 's/.*connect=127.0.0.1:\([0-9]*\).*/\1/p' "$notes/args")
    launcher=$(cat "$notes/launcher")
}
# Ended: gone, or waiting only for a parent that does not care (some containers' pid 1).
dead() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
listening() { grep -ci "^ *[0-9]*: 0100007F:$(printf %04X "$1") [0-9A-F:]* 0A" /proc/net/tcp; }
# How many processes run a program of that directory, be it deleted or not.
running() {
    for p in /proc/[0-9]*; do readlink "$p/exe"; done 2>/dev/null | grep -c "^$1/"
}
gone() { # NAME
    noted
    like "$1: there was a directory" "$dir" '^/tmp/pinfold-matrix[.].{6}$'
    ok "$1: the decoy process has ended" dead "${pid:-1}"
    is "$1: the listener is gone" "$(listening "${port:-0}")" 0
    ok "$1: the launcher has ended" dead "${launcher:-1}"
    is "$1: no process runs from the directory" "$(running "$dir")" 0
    rm -f "$notes/args" "$notes/launcher"
}

# interrupt WHO SIGNAL: ends a matrix in the middle of a run.
interrupt() {
    : >"$TMP/hang"
    "$1" timeout --foreground --preserve-status -s "$2" 1 "$bin/pinfold-matrix"
    rm "$TMP/hang"
    is "$1, $2: it ends by that signal" "$status" $((128 + $3))
    is "$1, $2: no table" "$out" ''
}

for who in run as_user; do
    $who "$bin/pinfold-matrix" --profile ns_only --tsv
    is "$who, normal end: exit" "$status" 0
    gone "$who, normal end"
    ok "$who, normal end: the directory is gone" [ ! -e "$dir" ]
    for signal in INT:2 TERM:15 HUP:1; do
        interrupt "$who" "${signal%:*}" "${signal#*:}"
        gone "$who, ${signal%:*}"
        ok "$who, ${signal%:*}: the directory is gone" [ ! -e "$dir" ]
    done
    # Ctrl-C: the whole foreground group gets the signal, workers and decoys too.
    : >"$TMP/hang"
    $who timeout --preserve-status -s INT 1 "$bin/pinfold-matrix"
    rm "$TMP/hang"
    gone "$who, Ctrl-C"
    ok "$who, Ctrl-C: the directory is gone" [ ! -e "$dir" ]
    # SIGKILL leaves it no say; the kernel ends its children, and the next one tidies up.
    interrupt "$who" KILL 9
    sleep 0.3
    gone "$who, KILL"
    # Another matrix on this machine may already have done what the next start is to do.
    [ -d "$dir" ] || skip "$who, KILL: the directory is left" 'somebody else has removed it'
    left=$dir
    $who "$bin/pinfold-matrix" --profile none --tsv
    ok "$who, KILL: the next start removes it" [ ! -e "$left" ]
    # An error after the directory was made.
    rm -f "$notes/self"
    $who "$bin/pinfold-matrix" --profile nosuch
    is "$who, an error: exit" "$status" 125
    dir=$(sed 's,/bin/pinfold$,,' "$notes/self")
    like "$who, an error: there was a directory" "$dir" '^/tmp/pinfold-matrix[.].{6}$'
    ok "$who, an error: it is gone" [ ! -e "$dir" ]
done

# ---- directories that look like its own -----------------------------------------------------------
look_alike() { # the name of one that does not exist yet
    mktemp -u /tmp/pinfold-matrix.XXXXXX
}
stale=$(look_alike) strange=$(look_alike) link=$(look_alike) inner=$(look_alike) held=$(look_alike)
others=$(look_alike)
mkdir -p "$stale/bin" "$strange/bin" "$inner" "$held" "$others/bin" "$TMP/precious/bin"
touch "$stale/bin/pinfold" "$stale/bin/pinfold-probe" "$strange/bin/pinfold" "$strange/keep" \
    "$TMP/precious/bin/pinfold" "$TMP/precious/pinfold" "$others/bin/pinfold"
ln -s "$TMP/precious" "$link"
ln -s "$TMP/precious" "$inner/bin"
user_owned "$stale" "$strange" "$inner" "$held" "$TMP/precious"
flock --no-fork "$held" sleep 30 >/dev/null 2>&1 &
holder=$!
sleep 0.2
as_user "$bin/pinfold-matrix" --profile none --tsv
is 'with look-alikes: exit' "$status" 0
ok 'one that was left is removed' [ ! -e "$stale" ]
ok 'one with something strange in it is left' [ -e "$strange/keep" ]
ok 'a symbolic link is not followed' [ -e "$TMP/precious/bin/pinfold" ]
ok 'nor is one inside' [ -e "$TMP/precious/pinfold" ]
ok 'one that a living one holds is left' [ -d "$held" ]
if [ "$TAP_UID" = 0 ]; then
    ok "another uid's is left" [ -e "$others/bin/pinfold" ]
else
    skip "another uid's is left" 'takes root to make one'
fi
kill "$holder"
rm -rf "$stale" "$strange" "$inner" "$held" "$others" "$link"
done_testing

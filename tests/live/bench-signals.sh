#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark that is interrupted: it ends at once, its command with it, and nothing stays.
# ALONE: it measures times.
. "$(dirname "$0")/../tap.sh"
mkdir -m 1777 "$TMP/tmp"
export TMPDIR="$TMP/tmp"
left() { ls -A "$TMPDIR"; }

mkdir "$TMP/bin"
chmod 755 "$TMP/bin"
cp "$BUILD/pinfold-bench" "$TMP/bin"
: >"$TMP/bin/pid"
: >"$TMP/bin/dir"
user_owned "$TMP/bin/pid" "$TMP/bin/dir"
# A launcher that hangs, and that says who it is and which folders are there meanwhile.
cat >"$TMP/bin/pinfold" <<SH
#!/bin/sh
if [ "\$1" = layers ]; then
    printf 'name\tneeds\tprofiles\tstate\treason\tstops\nuser\t-\tfull\tok\t-\tx\n'
    exit
fi
ls -A "$TMPDIR" >"$TMP/bin/dir"
echo \$\$ >"$TMP/bin/pid"
exec sleep 60
SH
chmod 755 "$TMP/bin/pinfold"

interrupt() { # SIGNAL STATUS
    : >"$TMP/bin/pid"
    start=$(date +%s)
    as_user timeout -s "$1" 2 "$TMP/bin/pinfold-bench" --only start
    took=$(($(date +%s) - start))
    pid=$(cat "$TMP/bin/pid")
    like "$1: a command was running" "$pid" '^[0-9]+$'
    like "$1: there was a folder meanwhile" "$(cat "$TMP/bin/dir")" '^pinfold-bench[.]'
    like "$1: it says so" "$err" "ended by signal .*$1"
    is "$1: no figure" "$out" ''
    ok "$1: it ends at once ($took s)" [ "$took" -lt 10 ]
    ok "$1: its command has ended" sh -c "! kill -0 $pid 2>/dev/null"
    is "$1: nothing stays below TMPDIR" "$(left)" ''
}
interrupt INT
interrupt TERM
interrupt HUP

# The exit status itself; timeout would show its own.
as_user sh -c '"$1" --only start & pid=$!; sleep 1; kill -TERM $pid; wait $pid' - "$TMP/bin/pinfold-bench"
is 'TERM: exit' "$status" 143

# A reader who goes away before the first word.
cat >"$TMP/bin/works" <<'SH'
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
SH
sed "/^ls -A/,\$d" "$TMP/bin/pinfold" | cat - "$TMP/bin/works" >"$TMP/bin/new"
mv "$TMP/bin/new" "$TMP/bin/pinfold"
chmod 755 "$TMP/bin/pinfold"
as_user sh -c '{ "$1" --only start --rounds 5; echo "exit $?" >&2; } | :' - "$TMP/bin/pinfold-bench"
like 'a reader who goes away: an error, not a death by SIGPIPE' "$err" 'exit 125'
like 'a reader who goes away: says so' "$err" 'cannot write the results.*EPIPE'
is 'a reader who goes away: nothing stays below TMPDIR' "$(left)" ''
done_testing

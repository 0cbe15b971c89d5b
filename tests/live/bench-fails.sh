#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark where something goes wrong: with a stand-in for the launcher, so that it goes wrong
# exactly when it shall. A failed start is an error or a row with its reason, never a fast time.
# ALONE: it measures times.
. "$(dirname "$0")/../tap.sh"
few='--rounds 4 --call-rounds 2'
mkdir -m 1777 "$TMP/tmp"
export TMPDIR="$TMP/tmp"
left() { ls -A "$TMPDIR"; }

# stand_in NAME SCRIPT: a folder with pinfold-bench and a launcher whose `run` is the script; "$@" is
# then the command, $TRY the number of the try.
stand_in() {
    here=$TMP/$1
    mkdir "$here"
    chmod 755 "$here"
    cp "$BUILD/pinfold-bench" "$here"
    printf 'name\tneeds\tprofiles\tstate\treason\tstops\n' >"$here/layers"
    printf 'user\t-\tns_only,full\tok\t-\tx\nseccomp\t-\tfull\tok\t-\tx\n' >>"$here/layers"
    : >"$here/tries"
    cat >"$here/pinfold" <<SH
#!/bin/sh
[ "\$1" != layers ] || exec cat "$here/layers"
echo >>"$here/tries"
TRY=\$(wc -l <"$here/tries")
PROFILE=\$3
while [ "\$1" != -- ]; do shift; done
shift
$2
SH
    chmod 755 "$here/pinfold" "$here/pinfold-bench"
    user_owned "$here/tries"
}

stand_in good 'exec "$@"'
as_user "$TMP/good/pinfold-bench" $few --peer 'broken=/bin/false' --peer 'gone=/no/such/program' \
    --peer 'word=no-such-program-in-path x' --peer 'chatty=/bin/echo' --peer 'killed=sh -c kill\ -9\ $$' \
    --only start --only calls
is 'a stand-in works: exit' "$status" 0
like 'full has figures' "$out" '^full +[0-9]'
like 'a peer that fails is a row without figures' "$out" '^broken +- +- +- '
like 'and its reason' "$out" '^broken was not measured: ended with status 1'
like 'a peer whose path does not exist' "$out" '^gone was not measured: .*No such file|^gone was not measured: .*ENOENT'
like 'a peer that is not installed' "$out" '^word was not measured: not installed'
like 'a peer that works beside them' "$out" '^chatty +- +[0-9]'

stand_in spotty 'exec "$@"'
cat >"$TMP/spotty/box" <<SH
#!/bin/sh
echo >>"$TMP/spotty/tries"
[ "\$(wc -l <"$TMP/spotty/tries")" -lt 14 ] || { echo "the box is full" >&2; exit 3; }
exec "\$@"
SH
chmod 755 "$TMP/spotty/box"
as_user "$TMP/spotty/pinfold-bench" --rounds 20 --only start --profile full --peer "box=$TMP/spotty/box"
is 'a peer that fails only later: exit' "$status" 0
like 'is a row without figures, too' "$out" '^box was not measured: ended with status 3: the box is full'

stand_in slow 'exec "$@"'
as_user "$TMP/slow/pinfold-bench" --rounds 2 --only start --profile full --peer 'slow=sleep 60 --'
like 'a peer that refuses its options' "$out" '^slow was not measured: ended with status 1'

stand_in failing 'echo "landlock: this cannot be" >&2; exit 125'
as_user "$TMP/failing/pinfold-bench" $few --only start
is 'a launcher that fails: exit' "$status" 125
is 'prints no figure' "$out" ''
like 'tells its standard error' "$err" 'ended with status 125: landlock: this cannot be'
like 'and the command' "$err" "$TMP/failing/pinfold run --profile none -- /bin/true"

stand_in later '[ $TRY -lt 12 ] || exit 7
exec "$@"'
as_user "$TMP/later/pinfold-bench" --rounds 50 --only start
is 'a launcher that fails in a later round: exit' "$status" 125
like 'tells it' "$err" 'ended with status 7'

stand_in killed 'kill -9 $$'
as_user "$TMP/killed/pinfold-bench" $few --only start
is 'a launcher that is killed: exit' "$status" 125
like 'tells the signal' "$err" 'was killed by SIGKILL'

stand_in mute 'exit 0'
as_user "$TMP/mute/pinfold-bench" $few --only calls
is 'a launcher that runs nothing is found out by the calls: exit' "$status" 125
like 'tells it' "$err" 'did not come out'

stand_in lying '[ "$PROFILE" != full ] || { printf "getpid\t1\nioctl\t0\n"; exit 0; }
exec "$@"'
as_user "$TMP/lying/pinfold-bench" $few --only calls
is 'figures that cannot be: exit' "$status" 125

stand_in lost 'exec "$@"'
printf 'name\tneeds\n' >"$TMP/lost/layers"
as_user "$TMP/lost/pinfold-bench" $few
is 'layers that cannot be read: exit' "$status" 125
like 'tells it' "$err" 'no column "profiles"'

stand_in partial 'exec "$@"'
sed -i 's/^seccomp.*/seccomp\t-\tfull\tunavailable\tnot built: ENOSYS\tx/' "$TMP/partial/layers"
as_user "$TMP/partial/pinfold-bench" $few
is 'a host without a layer: exit' "$status" 0
like 'full is a row without figures' "$out" '^full +- +- '
like 'and its reason' "$out" '^full was not measured: this host has no layer seccomp: not built: ENOSYS'
like 'ns_only has figures' "$out" '^ns_only +[0-9]'

if [ "$TAP_UID" = 0 ]; then
    mkdir -m 700 "$TMP/closed" "$TMP/closed/tmp"
    cp "$TMP/good/pinfold" "$TMP/good/pinfold-bench" "$TMP/closed"
    run env TMPDIR="$TMP/closed/tmp" "$TMP/closed/pinfold-bench" --only start
    is 'nowhere that an ordinary user can reach: exit' "$status" 125
    like 'tells what to set' "$err" 'Set TMPDIR'
    run env TMPDIR=/no/such "$TMP/closed/pinfold-bench" --only start
    is 'no such TMPDIR: exit' "$status" 125
else
    skip 'nowhere that an ordinary user can reach' 'this is not root'
fi

mkdir "$TMP/alone" && cp "$BUILD/pinfold-bench" "$TMP/alone" && chmod 755 "$TMP/alone"
as_user "$TMP/alone/pinfold-bench"
is 'no launcher beside it: exit' "$status" 125
like 'tells where it looked' "$err" "$TMP/alone/pinfold"

for bad in '--rounds 0x' '--only nothing' '--peer x' '--profile no --rounds 2' '--wrong' '--json --markdown' \
    '--rounds 2 -- /no/such/command'; do
    as_user "$TMP/good/pinfold-bench" $bad
    is "refused: $bad" "$status $out" '125 '
done
as_user "$TMP/good/pinfold-bench" --help
like 'help' "$status $out" '^0 usage: pinfold bench'
as_user "$TMP/good/pinfold-bench" --version
like 'version' "$status $out" '^0 pinfold-bench [0-9.]+$'

is 'nothing stays below TMPDIR' "$(left)" ''
done_testing

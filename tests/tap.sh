# SPDX-License-Identifier: Apache-2.0
# tap.sh: tests in shell that prove(1) reads. Source it first: . "$(dirname "$0")/../tap.sh"
#
#   ok NAME CMD...          passes where CMD ends with 0
#   is NAME GOT WANT        passes where the strings are equal
#   like NAME TEXT PATTERN  passes where TEXT matches the extended regular expression
#   unlike NAME TEXT PATTERN
#   skip NAME WHY           counts as skipped, with its reason
#   run CMD...              runs it bounded; sets $status, $out (stdout) and $err (stderr)
#   as_user CMD...          the same as the ordinary test uid (as itself, where that is us)
#   done_testing            the last line of a test
#
# Most of a test's time goes into making processes: what is called often makes none that it can do
# without.
#
# $PINFOLD is the launcher under test, $BUILD its folder (absolute, readable by every uid where the
# tree is), $TMP a private folder that every uid may pass through; both end with the test.
set -u
export LC_ALL=C
# chroot and the like lie where an ordinary user's PATH does not lead.
PATH=$PATH:/usr/sbin:/sbin
TAP_TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$TAP_TOP/build}
case $BUILD in /*) ;; *) BUILD=$TAP_TOP/$BUILD ;; esac
PINFOLD=$BUILD/pinfold
PROBE=$BUILD/pinfold-probe
TEST_UID=${TEST_UID:-65534}
TAP_UID=$(id -u)
TAP_TIMEOUT=${TAP_TIMEOUT:-20}
TMP=$(mktemp -d /tmp/pinfold-test.XXXXXX) || exit 1
chmod 755 "$TMP"
trap 'rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM HUP
tap_count=0
tap_bad=0
status=0 out='' err=''

tap_result() { # GOOD NAME
    tap_count=$((tap_count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tap_count - $2"
    else
        tap_bad=$((tap_bad + 1))
        echo "not ok $tap_count - $2"
    fi
    return "$1"
}

tap_diag() { printf '%s\n' "$*" | sed 's/^/#   /'; }

ok() {
    tap_name=$1
    shift
    "$@"
    tap_result $? "$tap_name"
}

is() {
    [ "$2" = "$3" ]
    tap_result $? "$1" || tap_diag "got:  $2
want: $3
status $status, stderr: $err"
}

matches() { # TEXT PATTERN
    grep -Eq -- "$2" <<END
$1
END
}

like() {
    matches "$2" "$3"
    tap_result $? "$1" || tap_diag "text:    $2
pattern: $3
status $status, stderr: $err"
}

unlike() {
    ! matches "$2" "$3"
    tap_result $? "$1" || tap_diag "text:        $2
must not be: $3"
}

skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

run() {
    timeout -k 2 "$TAP_TIMEOUT" "$@" >"$TMP/.out" 2>"$TMP/.err" </dev/null
    status=$?
    out='' err=''
    [ ! -s "$TMP/.out" ] || out=$(cat "$TMP/.out")
    [ ! -s "$TMP/.err" ] || err=$(cat "$TMP/.err")
}

as_user() {
    if [ "$TAP_UID" = 0 ]; then
        run setpriv --reuid="$TEST_UID" --regid="$TEST_UID" --clear-groups -- "$@"
    else
        run "$@"
    fi
}

# user_owned DIR...: gives what a test made to the uid that the agent will have.
user_owned() {
    [ "$TAP_UID" != 0 ] || chown -R "$TEST_UID:$TEST_UID" "$@"
}

# A python with jsonschema in PYTHON; without one the whole test is skipped.
needs_jsonschema() {
    for PYTHON in python3 /usr/bin/python3; do
        "$PYTHON" -c 'import jsonschema' 2>/dev/null && return
    done
    skip "the schema" "python3-jsonschema is not installed"
    done_testing
}

done_testing() {
    echo "1..$tap_count"
    [ "$tap_bad" = 0 ] && [ "$tap_count" != 0 ]
    exit $?
}

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The matrix of the real programs on this host, row by row, against tests/matrix.tsv: outcome, errno,
# who is first to fire, the minimal blocking sets, depth, and what opens; as root and as a user.
# ALONE: it takes all processors.
. "$(dirname "$0")/../tap.sh"
. "$TAP_TOP/tests/matrix.inc"
TAP_TIMEOUT=150
MATRIX=$BUILD/pinfold-matrix
GOLDEN=$TAP_TOP/tests/matrix.tsv
TAB=$(printf '\t')

expected() { # DEVMEM
    abi=$("$PINFOLD" layers --json | sed -n 's/.*"landlock_abi": \([0-9]*\).*/\1/p')
    matrix_golden "$GOLDEN" "$1" "${abi:-0}"
}

columns() { printf '%s\n' "$1" | cut -f 1,2,5-10; }

whole=$("$PINFOLD" layers --tsv | cut -f 4 | grep -c unavailable)
if [ "$whole" != 0 ]; then
    skip 'the matrix' "this host does not offer $whole of the layers"
    done_testing
fi
devmem=no
[ -e /dev/mem ] && devmem=yes

# A row says something of a host only where its control answers as on the golden's: what a kernel lacks or
# a sysctl forbids is skipped, by name.
same_controls() { # MEASURED GOLDEN
    awk -F '\t' 'NR == FNR { if ($1 == "none") seen[$2] = $3 " " $4; next }
        $1 == "none" && seen[$2] != $3 " " $4 { print $2 }' "$1" "$2"
}

without_rows() { grep -v -w -F -f "$TMP/other" "$1" || true; }

few='--samples 20' # the second time as many as a user gets
for who in run as_user; do
    # shellcheck disable=SC2086
    $who "$MATRIX" $few --json
    few=
    printf '%s\n' "$out" >"$TMP/whole.json"
    chmod 644 "$TMP/whole.json"
    is "$who: exit: nothing that no reason explains is reached in full" "$status" 0
    is "$who: nothing on standard error" "$err" ''
    $who "$MATRIX" --from "$TMP/whole.json" --tsv
    columns "$out" >"$TMP/measured"
    expected $devmem >"$TMP/expected"
    same_controls "$TMP/measured" "$TMP/expected" | sed "s/.*/$TAB&$TAB/" >"$TMP/other"
    is "$who: the matrix is the golden one" "$(without_rows "$TMP/measured")" "$(without_rows "$TMP/expected")"
    ok "$who: most controls are as on the golden host" test "$(wc -l <"$TMP/other")" -lt 30
    [ ! -s "$TMP/other" ] || skip "$who: other operations" "on this host another control: $(tr -d '\t' <"$TMP/other" | tr '\n' ' ')"
done
operations=$("$PROBE" --list | wc -l)
is 'an outcome for each operation in each profile' "$(printf '%s\n' "$out" | sed 1d | wc -l)" $((4 * operations))
is 'kill(-1) is really tried, in none too' \
    "$(printf '%s\n' "$out" | grep "^none${TAB}proc.kill-all" | cut -f 5)" REACHED

# A host with a /dev/mem: in a mount namespace of its own, with a node that only root may open.
if [ "$TAP_UID" = 0 ] && [ "$devmem" = no ] && unshare -m true 2>/dev/null; then
    run unshare -m sh -c '
        mount -t tmpfs dev "$2" &&
        for d in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 ptmx:5:2 mem:1:1; do
            name=${d%%:*} n=${d#*:}
            mknod -m 666 "$2/$name" c "${n%:*}" "${n#*:}" || exit 1
        done
        chmod 640 "$2/mem" && mkdir -m 1777 "$2/shm" && mkdir "$2/pts" && mount --bind /dev/pts "$2/pts" && mount --move "$2" /dev &&
        exec "$1" --tsv --only dev.mem' - "$MATRIX" "$TMP"
    is 'with a /dev/mem: its golden rows as they stand' "$(columns "$out")" "$(expected yes | grep -e dev.mem -e ^profile)"
else
    skip 'with a /dev/mem' 'takes root and a host without one'
fi

# README.md's first table, where every operation answers here as it did there.
if [ ! -s "$TMP/other" ]; then
    as_user "$MATRIX" --from "$TMP/whole.json" --by-family --markdown
    is 'README.md has the matrix by families (tools/generate.sh --families)' \
        "$(sed -n '/^<!-- begin families/,/^<!-- end families/p' "$TAP_TOP/README.md" | grep '^|')" \
        "$(printf '%s\n' "$out" | awk '/^\|/ { print; begun = 1; next } begun { exit }')"
fi

# The forms of the same report.
as_user "$MATRIX" --family seed
is 'the seed: nothing is reached in full' "$status" 0
like 'text: the seed'\''s head line' "$out" '^=== profile: full ===$'
like 'text: what is seen, who fires, how deep' "$out" \
    '^ptrace TRACEME +BLOCKED +EPERM \(Operation not permitted\) +seccomp +1 +seccomp$'
like 'text: what a layer opens is marked' "$out" '^mount tmpfs /tmp +REACHED \*'
like 'text: and told' "$out" \
    '^\* mount tmpfs /tmp: mount opens it \(with user\); without any layer the host refuses: EPERM$'
like 'text: what hangs on one layer' "$out" '^  seccomp: ptrace TRACEME$'
like 'text: samples and seed' "$out" '200 samples, seed 1, agree'
as_user "$MATRIX" --family seed --markdown --profile full
like 'markdown: a heading' "$out" '^### Profile full$'
like 'markdown: a row, the bar escaped' "$out" \
    '^\| socket RAW ICMP \| BLOCKED \* \| EPERM \(.*\) \| caps\\\|seccomp \| 2 \| caps, seccomp \|$'
unlike 'one profile only' "$out" 'Profile none'
as_user "$MATRIX" --family seed --json --seed 7
is 'json: exit' "$status" 0
if command -v python3 >/dev/null; then
    printf '%s' "$out" >"$TMP/matrix.json"
    is 'json: is JSON, with the members of the specification' "$(python3 -c '
import json, sys
m = json.load(open(sys.argv[1]))
assert m["host"]["uid"] != 0 and m["measured"]["seed"] == 7 and m["measured"]["mode"] == "search"
assert [p["name"] for p in m["profiles"]] == ["none", "ns_only", "landlock", "full"]
full = m["profiles"][3]
assert full["whole"] and full["missing"] == [] and len(full["layers"]) == 17
for p in m["profiles"]:
    assert len(p["operations"]) == int(sys.argv[2])
    for o in p["operations"]:
        assert {"id", "title", "control", "outcome", "errno", "first", "blockers", "depth",
                "opened_by"} <= set(o), o
ops = {o["id"]: o for o in full["operations"]}
assert ops["net.raw-icmp"]["first"] == "caps|seccomp"
assert sorted(ops["net.raw-icmp"]["blockers"]) == [["caps"], ["seccomp"]]
assert ops["net.raw-icmp"]["opened_by"] == ["net"] and ops["net.raw-icmp"]["depth"] == 2
assert ops["fs.read-shadow"]["first"] == "host" and ops["fs.read-shadow"]["depth"] is None
assert ops["trace.traceme"]["single"] == ["seccomp"]
assert m["profiles"][0]["operations"][0]["first"] is None
print("good")' "$TMP/matrix.json" 10)" good
else
    skip 'json: is JSON' 'python3 is not installed'
fi
as_user "$MATRIX" --family seed --profile landlock --details mount.tmpfs
like 'details: the largest sets' "$out" '^  .*user .*mount'
like 'details: the opener' "$out" '^Layers found to open it: mount$'
like 'details: a measured set' "$out" '^REACHED +- +user mount$'
like 'details: the empty set' "$out" '^BLOCKED +EPERM +-$'

# A profile that can be measured whole in a second: search and enumeration agree.
as_user "$MATRIX" --family seed --profile none --profile ns_only --profile landlock --tsv
found=$(columns "$out")
as_user "$MATRIX" --family seed --profile none --profile ns_only --profile landlock --tsv --exhaustive
is 'exhaustive: exit' "$status" 0
is 'every set of nine layers says what the search says' "$(columns "$out")" "$found"
as_user "$MATRIX" --family seed --profile landlock --json --exhaustive
like 'exhaustive: all 195 sets were measured' "$out" '"sets": 195,'
like 'exhaustive: it says so' "$out" '"mode": "exhaustive"'

# Errors.
error() { # NAME PATTERN ARG...
    name=$1 pattern=$2
    shift 2
    as_user "$MATRIX" "$@"
    is "$name: exit 125" "$status" 125
    is "$name: nothing on standard output" "$out" ''
    like "$name: says so" "$err" "$pattern"
}
error 'unknown profile' '^pinfold-matrix: --profile: there is no profile "ful"' --profile ful
error 'unknown operation' '^pinfold-matrix: --details: there is no operation "x"' --details x
error 'unknown option' 'there is no such option' --connect 8.8.8.8:53
error 'a word too much' 'is too much' full
error 'two forms' 'exclude each other' --json --tsv
error 'jobs' 'is not a number' --jobs -1
as_user "$MATRIX" --help
is 'help: exit' "$status" 0
like 'help: options' "$out" '--exhaustive'
as_user "$PINFOLD" matrix --version
like 'pinfold matrix is this program' "$out" '^pinfold-matrix [0-9]'
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs that fail or lie: nothing of it may count as BLOCKED, and none of it may pass unseen.
# ALONE: it takes all processors.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=150
bin=$TMP/bin
# The first ten operations: what a lie does is seen on any of them.
matrix() { as_user "$bin/pinfold-matrix" --family seed --samples 9 "$@"; }
field() { # PROFILE OPERATION COLUMN
    printf '%s\n' "$out" | awk -F '\t' -v p="$1" -v o="$2" -v c="$3" '$1 == p && $2 == o { print $c }'
}

# fresh: the three real programs, to be replaced one by one.
fresh() {
    rm -rf "$bin"
    mkdir "$bin"
    cp "$BUILD/pinfold" "$BUILD/pinfold-probe" "$BUILD/pinfold-matrix" "$bin"
}

# launcher TEXT: a launcher that runs TEXT (with "$@") and then becomes the real one.
launcher() {
    printf '#!/bin/sh\n%s\nexec "%s" "$@"\n' "$1" "$PINFOLD" >"$bin/pinfold.new"
    chmod 755 "$bin/pinfold.new"
    mv "$bin/pinfold.new" "$bin/pinfold"
}

# probe KILL: a probe of two operations; the text KILL prints the line of the second.
probe() {
    cat >"$bin/pinfold-probe.new" <<SH
#!/bin/sh
case "\$*" in
*--list*)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' id title family source decoys judged caller \
        fs.read-passwd read fs 'read(2)' - inside user \
        proc.kill-all kill proc 'kill(2)' - outside user
    exit 0 ;;
esac
printf 'id\ttitle\toutcome\terrno\tdetail\n'
case "\$*" in
*--only*proc.kill-all*) $1 ;;
*) $2 ;;
esac
SH
    chmod 755 "$bin/pinfold-probe.new"
    mv "$bin/pinfold-probe.new" "$bin/pinfold-probe"
}
blocked='printf "proc.kill-all\tkill\tBLOCKED\tEPERM\tx\n"'
reached='printf "proc.kill-all\tkill\tREACHED\t-\tx\n"'
read_reached='printf "fs.read-passwd\tread\tREACHED\t-\tx\n"'

# ---- the probe lies about kill(-1) ------------------------------------------------------------
fresh
probe "$reached" "$read_reached"
matrix --tsv --profile none
is 'it claims a kill, and no victim died: exit' "$status" 125
is 'it claims a kill, and no victim died: BROKEN' "$(field none proc.kill-all 5)" BROKEN
is 'nothing is said about who blocks' "$(field none proc.kill-all 7)" 'not measured'
matrix --profile none
like 'the reader is told why' "$out" \
    '^NOT MEASURED proc.kill-all .*: the probe says REACHED, and no victim died$'

# The builtin kill(1) of the shell spares the shell itself, as kill(2) does.
probe "kill -9 -1; $blocked" "$read_reached"
matrix --tsv --profile none
is 'it kills and denies it: REACHED' "$(field none proc.kill-all 5)" REACHED
probe "kill -9 -1; exit 0" "$read_reached"
matrix --tsv --profile none
is 'it kills and is silent: REACHED' "$(field none proc.kill-all 5)" REACHED
is 'the host has survived it' "$(sh -c 'echo yes')" yes
probe "$blocked" "$read_reached"
matrix --tsv --profile none
is 'it does not try: its word for the refusal' "$(field none proc.kill-all 5)" BLOCKED
is 'it does not try: exit' "$status" 0

# ---- a probe that is not whole -----------------------------------------------------------------
useless() { # NAME TEXT
    probe "$blocked" "$2"
    matrix --tsv --profile none
    is "$1: exit 125" "$status" 125
    is "$1: no table" "$out" ''
    like "$1: told" "$err" 'without any sandbox the probe cannot be run: '
}
useless 'no answer' ':'
useless 'an answer cut off' 'printf "fs.read-passwd\tread\tBLOCKED\tEPERM"'
useless 'a probe that is killed' 'kill -9 $$'
useless 'a probe that ends with 3' 'exit 3'
useless 'an answer twice' "$read_reached; $read_reached"
useless 'an answer that drives terminals' 'printf "\033[2J\n"'
# Only where a layer is on: the rest stands.
probe "$blocked" "[ -e /etc/passwd ] && $read_reached || exit 3"
matrix --tsv --profile none --profile ns_only
is 'a probe that fails inside only: exit' "$status" 125
is 'a probe that fails inside only: none stands' "$(field none fs.read-passwd 5)" REACHED
is 'a probe that fails inside only: BROKEN, not BLOCKED' "$(field ns_only fs.read-passwd 5)" BROKEN

# ---- a launcher that fails ----------------------------------------------------------------------
fresh
launcher 'case "$*" in *"--with landlock"*) echo "pinfold: landlock: no such luck" >&2; exit 125 ;; esac'
matrix --tsv
is 'it fails with landlock: exit' "$status" 125
is 'it fails with landlock: full is BROKEN in every row' \
    "$(printf '%s\n' "$out" | grep '^full' | cut -f 5 | sort -u)" BROKEN
unlike 'it fails with landlock: nobody is blamed' "$(printf '%s\n' "$out" | cut -f 7)" landlock
is 'what has no landlock is measured all the same' "$(field ns_only fs.read-passwd 7)" mount
matrix
like 'the launcher is quoted' "$out" \
    '^NOT MEASURED all under ".*landlock.*": it ended with status 125: pinfold: landlock: no such luck$'
like 'points beyond the first few are counted' "$out" '^NOT MEASURED [0-9]+ points more$'
launcher 'case "$1" in run) exit 125 ;; esac'
matrix
is 'it never runs: exit' "$status" 125
is 'it never runs: no table' "$out" ''
like 'it never runs: told' "$err" 'without any sandbox the probe cannot be run: it ended with status 125'
launcher 'exit 1'
matrix
is 'it says nothing of layers: exit' "$status" 125
like 'it says nothing of layers: told' "$err" 'pinfold layers failed'
launcher '[ "$1" != layers ] || { echo nonsense; exit 0; }'
matrix
is 'it says nonsense of layers: exit' "$status" 125
like 'it says nonsense of layers: told' "$err" '^pinfold-matrix: pinfold layers: line 1 has not 6 columns'
rm "$bin/pinfold-probe"
matrix
like 'no probe beside it: told' "$err" 'open .*/pinfold-probe: No such file'

# Something that passes: tried again, and no harm done.
fresh
mkdir "$TMP/once"
user_owned "$TMP/once"
launcher "case \"\$*\" in *'--with caps'*'--only fs'*) mkdir '$TMP/once/x' 2>/dev/null && exit 125 ;; esac"
matrix --json
is 'a failure that passes: exit' "$status" 0
like 'a failure that passes: counted' "$out" '"retries": 1,'

# A layer that is a name only (it does nothing) is never blamed; who stands behind it is.
launcher 'if [ "$1" = run ]; then
    n=$#
    while [ "$n" -gt 0 ]; do
        if [ "$1 $2" = "--with landlock" ]; then shift 2; n=$((n - 2)); continue; fi
        w=$1; shift; set -- "$@" "$w"; n=$((n - 1))
    done
fi'
matrix --tsv
is 'an empty landlock: exit' "$status" 0
is 'an empty landlock: net is first now' "$(field full net.connect-tcp 7)" net
is 'an empty landlock: net alone is left' "$(field full net.connect-tcp 8)" net
is 'an empty landlock: one failure is enough' "$(field full net.connect-tcp 9)" 1
is 'an empty landlock: its profile writes to the root' "$(field landlock fs.write-root 5)" REACHED
unlike 'an empty landlock: it is named nowhere' "$(printf '%s\n' "$out" | cut -f 7,8)" landlock

# Something reached in full is exit 1, with who opened it.
launcher 'if [ "$1" = run ]; then
    n=$#
    while [ "$n" -gt 0 ]; do
        case "$1 $2" in "--with landlock" | "--with seccomp" | "--with caps")
            shift 2; n=$((n - 2)); continue ;; esac
        w=$1; shift; set -- "$@" "$w"; n=$((n - 1))
    done
fi'
matrix --tsv
is 'three empty layers: exit 1' "$status" 1
is 'three empty layers: mount works in full' "$(field full mount.tmpfs 5)" REACHED
is 'three empty layers: it is opened by the layer mount' "$(field full mount.tmpfs 10)" mount

# ---- a host that does not offer everything --------------------------------------------------------
fresh
launcher 'if [ "$1" = layers ]; then
    "'"$PINFOLD"'" "$@" | awk -F "\t" -v OFS="\t" "\$1 == \"landlock\" { \$4 = \"unavailable\"; \$5 = \"not built\" } { print }"
    exit
fi'
matrix
is 'no landlock: exit' "$status" 125
like 'no landlock: seen in the head line' "$out" '^=== profile: full NOT WHOLE, without landlock ===$'
like 'no landlock: with the reason' "$out" '^not offered by this host: landlock: not built$'
like 'no landlock: the rest is measured' "$out" '^ptrace TRACEME +BLOCKED .*seccomp'
matrix --json
like 'no landlock: in JSON' "$out" '"whole": false'
matrix --profile none --profile ns_only
is 'no landlock: profiles without it are whole' "$status" 0

if [ "$TAP_UID" = 0 ] && unshare -m true 2>/dev/null; then
    # The programs must not lie under the /tmp that is covered.
    elsewhere=$(mktemp -d /var/tmp/pinfold-XXXXXX)
    cp "$BUILD"/pinfold "$BUILD"/pinfold-probe "$BUILD"/pinfold-matrix "$elsewhere"
    run unshare -m sh -c 'mount -t tmpfs -o noexec tmp /tmp && exec "$1"' - "$elsewhere/pinfold-matrix"
    rm -r "$elsewhere"
    is 'a /tmp without exec: exit' "$status" 125
    like 'a /tmp without exec: the remedy' "$err" 'must not be mounted noexec'
else
    skip 'a /tmp without exec' 'takes root to mount one'
fi

# No user namespace at all: kill(-1) is skipped, with the reason, and never tried on the host.
# The limit is set in a user namespace of the test's own.
cat >"$TMP/nested" <<'SH'
unshare -c --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces &&
    exec setpriv --ambient-caps=-all --inh-caps=-all -- "$@"' - "$@"
SH
fresh
as_user sh "$TMP/nested" cat /proc/sys/user/max_user_namespaces
if [ "$out" = 0 ]; then
    as_user sh "$TMP/nested" "$bin/pinfold-matrix"
    is 'no user namespace: exit' "$status" 125
    like 'no user namespace: kill(-1) is skipped' "$out" '^kill\(-1, SIGKILL\) +SKIPPED'
    like 'no user namespace: with the reason' "$out" \
        '^SKIPPED kill\(-1, SIGKILL\): .*outer user, pid and mount namespace: .*ENOSPC'
    like 'no user namespace: what is left is measured' "$out" '^ptrace TRACEME +BLOCKED .*seccomp'
    like 'no user namespace: what is missing is told' "$out" 'NOT WHOLE, without .*user'
    is 'no user namespace: the one cause is told once a profile' \
        "$(printf '%s\n' "$out" | grep -c '^not offered by this host: user: .*ENOSPC')" 3
else
    skip 'no user namespace' 'a nested user namespace cannot be limited here'
fi
done_testing

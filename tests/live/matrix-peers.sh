#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Other sandboxes beside pinfold's own (--against): a made-up one, a script with two switches, of which
# is known what it stops; one that does not start; one that is not there; recipes and what is wrong in them.
# ALONE: it takes all processors.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=60
TAB=$(printf '\t')
bin=$TMP/bin
mkdir "$bin" && cp "$BUILD/pinfold-matrix" "$PINFOLD" "$PROBE" "$bin" && chmod 755 "$TMP" "$bin" "$bin"/*
MATRIX=$bin/pinfold-matrix

# wall [--dark] [--idle] -- COMMAND: --dark shows no environment, --idle does nothing.
cat >"$bin/wall" <<'EOF'
#!/bin/sh
dark=''
while [ "$1" != -- ]; do
    case $1 in
    --version) echo "wall 1.0"; exit ;;
    --dark) dark='env -i' ;;
    --idle) ;;
    *) echo "wall: $1?" >&2; exit 3 ;;
    esac
    shift
done
shift
exec $dark "$@"
EOF
chmod 755 "$bin/wall"
wall="wall=$bin/wall [dark: --dark] [idle: --idle] --"
only='leak.environ,fs.read-home-secret,fs.read-passwd'

as_user "$MATRIX" --profile none --only "$only" --against "$wall" --tsv
is 'a wall: exit' "$status" 0
is 'a wall: nothing on standard error' "$err" ''
row() { printf '%s\n' "$out" | grep "^wall$TAB$1$TAB" | cut -f "$2" | tr '\t' ' '; }
is 'its switch is found: outcome, first, sets, depth' "$(row leak.environ 5,7-9)" 'BLOCKED dark dark 1'
is 'what it lets through' "$(row fs.read-home-secret 5,9)" 'REACHED 0'
is 'the control beside it' "$(row leak.environ 4)" REACHED

as_user "$MATRIX" --samples 9 --profile none --profile full --only "$only" --against "$wall" --by-family --markdown
like 'side by side: who they are' "$out" '^\| wall \| - \| as named by --against \|'
like 'side by side: a row' "$out" '^\| .* \| fs.read-home-secret \| ENOENT \| open \|$'
like 'both ways: what full stops and it does not' "$out" '^- reached, and stopped in full: fs.read-passwd, fs.read-home-secret$'
unlike 'what is stopped by all is none of the differences' "$out" '^\|.* leak.environ \|'
like 'both ways: what a switch alone stops' "$out" '^- without its switch dark \(--dark\) is also reached: leak.environ$'

unlike 'a switch that stops nothing has no row' "$out" 'switch idle'

# A recipe by its path: files made for the run, and its own words for what it lets through.
cat >"$TMP/fence.peer" <<EOF
# A made-up recipe.
name fence
program $bin/wall
version --version
source the test
what a script
directory empty
script run
	#!/bin/sh
	test -d "{DIR}/empty" || exit 4
	cd "{WORKSPACE}" || exit 5
	exec $bin/wall "\$@"
command sh {DIR}/run [dark: --dark] --
means fs.* It hides no file.
EOF
chmod 644 "$TMP/fence.peer"
as_user "$MATRIX" --samples 9 --profile full --only "$only" --against "$TMP/fence.peer" --json
is 'a recipe: exit' "$status" 0
printf '%s' "$out" >"$TMP/fence.json"
like 'a recipe: its version' "$out" '"version": "wall 1.0"'
like 'a recipe: its words' "$out" '"text": "It hides no file."'
unlike 'a recipe: it ran' "$out" 'not_measured": "'
as_user "$MATRIX" --from "$TMP/fence.json" --by-family
like 'a recipe, read back: what is meant so' "$out" '^  reached, and meant so: It hides no file.: fs.read-passwd, fs.read-home-secret$'

# What cannot be measured says why, is no failure of pinfold's, and is never a block.
as_user "$MATRIX" --profile none --only "$only" --against "wall=$bin/wall --high --" --against 'gone=/no/such/program' --tsv
is 'what does not start: exit' "$status" 0
is 'what does not start is BROKEN' "$(row leak.environ 5,7)" 'BROKEN not measured'
unlike 'and never BLOCKED' "$out" "^(wall|gone)$TAB.*${TAB}BLOCKED"
as_user "$MATRIX" --profile none --only "$only" --against "wall=$bin/wall --high --" --against 'gone=/no/such/program' --by-family
like 'its reason is told' "$out" '^wall .*it ended with status 3: wall: --high\?'
like 'what is not there is told' "$out" '^gone .*/no/such/program is not installed'

error() { # NAME PATTERN ARG...
    name=$1 pattern=$2
    shift 2
    as_user "$MATRIX" --profile none --only "$only" "$@"
    is "$name: exit 125" "$status" 125
    is "$name: nothing on standard output" "$out" ''
    like "$name: says so" "$err" "$pattern"
}
error 'an unknown name' '--against: "nobody" is neither NAME=COMMAND nor known' --against nobody
error 'no name' 'has no name before the =' --against =x
error 'no command' 'the command has no program' --against x=
error 'a bad switch' 'cannot be one more switch' --against 'x=env [a -a]'
error 'twice' 'is named twice' --against 'x=env' --against 'x=env'
error 'no such recipe' '/no/such.peer' --against /no/such.peer
error 'with --from' 'was chosen when it was measured' --from "$TMP/fence.json" --against "$wall"
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Root starts an agent: it is nobody on this machine, and in what root names it stands in the owner's place.
. "$(dirname "$0")/live.inc"
helpers try

if [ "$TAP_UID" != 0 ]; then
    skip "what root takes" "root alone can"
    done_testing
fi

# Below a directory that is closed to everybody but root.
CLOSED=$TMP/closed
W=$CLOSED/work
mkdir "$CLOSED" "$W" "$W/theirs" "$CLOSED/lib"
chmod 700 "$CLOSED" "$W"
echo mine >"$W/file"
echo lib >"$CLOSED/lib/file"
chmod 600 "$W/file" "$CLOSED/lib/file"
: >"$W/theirs/file"
chown 4321:4321 "$W/theirs" "$W/theirs/file"

agent() { run env -C "$W" HOME="$TMP/home" "$PINFOLD" run --profile full --view agent --home private "$@"; }
run env -C "$W" "$PINFOLD" plan --profile full --view agent --rw "$W" -- true
if [ "$status" != 0 ] && printf '%s' "$err" | grep -q 'id-mapped'; then
    skip "what root takes" "the file system of $TMP cannot be seen through an id-mapped mount"
    done_testing
fi

agent --rw "$W" -- sh -c 'id -u; id -un; cat file; stat -c "%U %u" . file theirs; pwd'
is "the agent is in the owner's place" "$out" "1000
agent
mine
agent 1000
agent 1000
nobody 65534
$W"
agent --rw "$W" -- sh -c 'echo new >new; mkdir dir; ln -s new link; mkfifo fifo; : >dir/x; echo more >>file'
is "it writes there" "$status$err" 0
is "what it makes is the owner's on the disk" "$(stat -c %u:%g "$W/new" "$W/dir" "$W/link" "$W/fifo" "$W/dir/x" "$W/file" | sort -u)" 0:0
agent --rw "$W" -- sh -c 'echo x 2>/dev/null | tee -a theirs/file >/dev/null || touch theirs/new || rm theirs/file || echo refused'
is "what is somebody else's stays his" "$out" refused
agent --rw "$W" -- sh -c 'mv theirs away && mv away theirs && echo moved'
is "... but for its name in a directory of the owner's" "$out" moved

# Nothing but that.
agent --rw "$W" -- sh -c 'ls -A ..; ls -d /root /etc/shadow 2>/dev/null'
is "nothing beside it is there" "$out" work
uids=$(for i in 1 2; do env -C "$W" "$PINFOLD" run --profile full --view agent --rw "$W" -- sed 's/^ *[0-9]* *\([0-9]*\).*/\1/' /proc/self/uid_map; done)
is "its id on the host is another each time" "$(printf '%s\n' "$uids" | sort -u | wc -l)" 2
is "... and none that is given out" "$(printf '%s\n' "$uids" | awk '$1 < 1879048192 || $1 >= 1946157056')" ""
like "the report says who owns what" "$(env -C "$W" "$PINFOLD" run --profile full --view agent --rw "$W" --report - -- true)" '"owner_uid": 0'

# No way to a right of the owner's.
agent --rw "$W" --ro "$BIN" -- sh -c 'cp /usr/bin/true t; chmod 4755 t; chmod u+s t; chmod g+s t; cp --preserve=mode /usr/bin/passwd p
    python3 -c "import os; os.open(\"q\", os.O_CREAT | os.O_WRONLY, 0o4755)"; mknod dev c 1 3; chown 0 t; ls -l t' 2>/dev/null
is "no set-ID file and no device node is made" "$(find "$W" \( -perm /6000 -type f \) -o -type c -o -type b)" ""
rm -f "$W/t" "$W/p" "$W/q"
for layer in seccomp caps setid; do
    env -C "$W" "$PINFOLD" run --profile full --view agent --rw "$W" --without "$layer" -- touch ran 2>"$TMP/e"
    is "not without $layer" "$?" 125
    like "... for that reason" "$(cat "$TMP/e")" "^pinfold: $layer: an agent of root's cannot do without this layer"
    ok "... and it did not run" [ ! -e "$W/ran" ]
done
mknod "$W/null" c 1 3 && chmod 666 "$W/null"
agent --rw "$W" -- sh -c 'echo x >null' 2>/dev/null
ok "a device node that is there is none inside" [ "$status" != 0 ]
rm -f "$W/null"
cp /usr/bin/id "$W/id" && chmod 4755 "$W/id"
agent --rw "$W" -- ./id -u
is "a set-user-ID program that is there gives nothing" "$out" 1000
agent --rw "$W" -- sh -c 'echo >>id'
ok "... and loses the bit when it is written to" [ ! -u "$W/id" ]
rm -f "$W/id"

# The paths that root names beside the workspace.
echo open >"$CLOSED/lib/open"
chmod 644 "$CLOSED/lib/open"
chmod 755 "$CLOSED/lib"
agent --rw "$W" --ro "$CLOSED/lib" -- sh -c 'cat "$1/open"; cat "$1/file" || echo closed; echo x >"$1/open" || echo refused' sh "$CLOSED/lib" 2>/dev/null
is "of an open directory of root's, --ro shows what everybody may read, and it is not written" "$(printf '%s\n' "$out" | grep -v cannot)" "open
closed
refused"
agent --ro "$W" -- sh -c 'cat file; echo x >file || echo refused' 2>/dev/null
is "... but for the directory that root is in" "$(printf '%s\n' "$out" | grep -v cannot)" "mine
more
refused"
agent --rw "$W" --ro "$CLOSED/lib/file" -- cat "$CLOSED/lib/file"
is "... and for a file that is named itself" "$out" lib
chmod 700 "$CLOSED/lib"
agent --rw "$W" --ro "$CLOSED/lib" -- cat "$CLOSED/lib/file"
is "... and a directory that is closed to everybody else" "$out" lib
chown 4321:4321 "$CLOSED/lib" "$CLOSED/lib/file"
agent --rw "$W" --ro "$CLOSED/lib" -- sh -c 'cat "$1/file"; echo x >"$1/file" || echo refused' sh "$CLOSED/lib" 2>/dev/null
is "of somebody else's, it shows what its owner may read" "$(printf '%s\n' "$out" | grep -v cannot)" "lib
refused"
agent --rw "$W" --rw "$W" -- true
is "a path named twice is refused" "$status" 125
for report in "$CLOSED/report.json" "$W/report.json"; do
    agent --rw "$W" --report "$report" -- true
    echo "$status" >>"$TMP/reports.txt"
done
is "the report is root's to place, outside the workspace" "$(echo $(cat "$TMP/reports.txt"))" "0 125"

# Submounts, and a file system that cannot be id-mapped.
mkdir "$W/sub"
# shellcheck disable=SC2016
out=$(timeout -k 2 20 unshare --mount -- sh -c 'mount -t tmpfs -o mode=700 none "$1/sub" && echo below >"$1/sub/f" && chmod 600 "$1/sub/f"
    cd "$1" && HOME=$2 exec "$3" run --profile full --view agent --rw "$1" -- cat sub/f' sh "$W" "$TMP/home" "$PINFOLD" 2>&1)
case $out in
below) is "what is mounted below is the owner's, too" "$out" below ;;
*) like "or is refused with the way on" "$out" '--user ID' ;;
esac
# shellcheck disable=SC2016
out=$(timeout -k 2 20 unshare --mount -- sh -c 'mount -t ramfs none "$1/sub" && cd "$1" && HOME=$2 exec "$3" run --profile full --view agent --rw "$1" -- touch ran' \
    sh "$W" "$TMP/home" "$PINFOLD" 2>&1)
like "a file system without id-mapped mounts: refused" "$out" "^pinfold: --rw: the workspace cannot be shown"
like "... and --user is named" "$out" '--user ID'
ok "... and it did not run" [ ! -e "$W/ran" ]
# shellcheck disable=SC2016
out=$(timeout -k 2 20 unshare --mount -- sh -c 'mount -t ramfs none "$1/sub" && echo open >"$1/sub/f" && cd / && HOME=$2 exec "$3" run --profile full --view agent --ro "$1/sub" -- cat "$1/sub/f"' \
    sh "$W" "$TMP/home" "$PINFOLD" 2>&1)
is "to read, it is shown as it is" "$out" open
chmod 711 "$CLOSED"
chown -R 65533 "$W"
run env -C "$W" HOME="$TMP/home" "$PINFOLD" run --profile full --view agent --home private --user 65533 --rw "$W" -- sh -c 'id -u; : >by-user'
is "--user runs it as that id" "$out" 65533
is "... and nothing is seen otherwise" "$(stat -c %u "$W/by-user")" 65533
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How other sandboxes broke, part one: paths, links and races. Each test is named after the break;
# lessons.tsv lists them all, with the script that holds each.
. "$(dirname "$0")/live.inc"
helpers try fds racer

WS=$TMP/ws
SECRET=$TMP/secret

# A workspace that an agent had before, and what it must not reach.
workspace() {
    rm -rf "$WS" "$SECRET"
    mkdir -p "$WS/dir" "$WS/deep/er" "$SECRET/er"
    echo decoy >"$SECRET/file"
    echo decoy >"$SECRET/er/file"
    echo mine >"$WS/dir/file"
    echo mine >"$WS/deep/er/file"
    ln -s "$SECRET" "$WS/link"
    ln -s "$SECRET/file" "$WS/filelink"
    ln -s / "$WS/l"
    ln -s /oldroot "$WS/oldroot"
    ln -s /proc/self/root "$WS/procroot"
    ln -s ../../../../.. "$WS/up"
    chmod -R a+rX "$WS" "$SECRET"
    user_owned "$WS"
}

# All that is on the host below $TMP, but for what the test itself writes.
picture() {
    find "$TMP" -path "$WORK" -prune -o -path "$REPORTS" -prune -o -path "$TMP/.*" -prune -o -path "$TMP/picture*" -prune \
        -o ! -path "$TMP" -printf '%p %y %i %m %u %s %T@ %C@ %l\n' | sort
}

same_picture() { # NAME
    picture >"$TMP/picture.after"
    is "$1 ($who)" "$(diff "$TMP/picture.before" "$TMP/picture.after")" ""
}

destinations() {
    workspace
    picture >"$TMP/picture.before"
    for link in l oldroot procroot up link; do
        pin --ro "$SECRET/file:$WS/$link/x" --ro "$SECRET/file:$WS/$link/oldroot$TMP/made" cat "$WS/$link/x"
        is "lesson 6 CVE-2026-87766: a destination below $link is made in the new root ($who)" "$status:$out" 0:decoy
        refused "lesson 6 CVE-2026-87766: a destination below $link of a shown workspace" '--r[ow]' \
            'lies (below|above)' 'place of its own' --rw "$WS" --ro "$SECRET/file:$WS/$link/x"
    done
    same_picture "lesson 6 CVE-2026-87766: nothing has been made on the host"
    refused "lesson 8 bubblewrap #304: an absent path to protect" --ro 'cannot read' 'exists' \
        --ro "$WS/absent"
    refused "lesson 78 CVE-2026-25725: an absent path below a writable one is refused, not left open" \
        --ro 'cannot read' 'exists' --rw "$WS" --ro "$WS/.config"
    refused "lesson 78 CVE-2026-25725: a present one likewise" '--r[ow]' 'lies (below|above)' 'place of its own' \
        --rw "$WS" --ro "$WS/dir"
    same_picture "lesson 8 bubblewrap #304: the host's tree is as it was"
    for dest in /proc /proc/sys /dev /dev/null /usr/bin; do
        refused "lesson 51 CVE-2016-10117: nothing can be laid over $dest" --rw 'shown already' \
            'place of its own' --rw "$WS:$dest"
    done
    refused "lesson 33 CVE-2023-27561: /proc is ours alone" --ro 'shown already' '.' --ro "$WS:/proc"
    gives "directory ro" "lesson 39 CVE-2026-41579: /dev is a directory of the new root" --ro "$WS:/x" sh -c \
        '[ "$(stat -c %d /dev)" = "$(stat -c %d /)" ] && echo "$(stat -c %F /dev) $( (: >/dev/x) 2>/dev/null || echo ro)"'
    gives "decoy" "lesson 44 CVE-2026-47766: links of the workspace lead nowhere in set-up" --ro "$SECRET:/dev2" \
        --ro "$WS" cat /dev2/file
    gives "no" "lesson 46 CVE-2026-88264: there is no /dev/console" sh -c '[ -e /dev/console ] || echo no'
    gives "no" "lesson 37 CVE-2025-52565: nor any terminal of the host's in /dev/pts" \
        sh -c 'ls /dev/pts | grep -q "[0-9]" || echo no'
}

# Made-up destinations: each is refused, or lands where it says, in the new root alone.
any_destination() {
    workspace
    picture >"$TMP/picture.before"
    bad=$(/usr/bin/perl -e 'srand 7; my @p = ("a", "b", ".", "..", "", "l", "up", "usr", "proc", "self", "...", "-x", " ", "tmp");
        print join("/", "", map { $p[rand @p] } 1 .. 1 + rand 4), "\n" for 1 .. 60;' | while read -r dest; do
        pin --ro "$SECRET/file:$dest" cat "$dest"
        case $status:$out in
        0:decoy) ;;
        125:) ;;
        *) echo "$dest gave $status:$out" ;;
        esac
    done)
    is "lesson 41 CVE-2019-18837: sixty made-up destinations ($who)" "$bad" ""
    same_picture "lesson 41 CVE-2019-18837: none of them touched the host"
}

sources() {
    workspace
    for option in --ro --rw --agent; do
        refused "lesson 19 CVE-2024-42472: $option of a link" "$option" 'is a symbolic link, to' \
            "name $SECRET itself" "$option" "$WS/link"
        refused "lesson 19 CVE-2024-42472: $option of a link and a slash" "$option" 'is a symbolic link' \
            'itself' "$option" "$WS/link/"
    done
    refused "lesson 22 GHSA-8688-9x26-hhxj: a link inside the workspace, shown elsewhere" --rw \
        'is a symbolic link' 'itself' --rw "$WS/link:/data"
    refused "lesson 59 CVE-2017-5940: a dot file that is a link" --ro 'is a symbolic link' 'itself' \
        --ro "$WS/filelink:/home/me/.bashrc"
    pin --rw "$WS" sh -c 'cat "$1/link/file" "$1/filelink" "$1/procroot$2/file" "$1/l$2/file" "$1/up$2/file"' \
        sh "$WS" "$SECRET"
    is "lesson 79 CVE-2026-39861: no link of the workspace leads out of it ($who)" "$out" ""
    pin --rw "$WS" sh -c 'rm "$1/filelink"; ln -s "$2/file" "$1/filelink"; echo x >"$1/filelink"' sh "$WS" "$SECRET"
    is "lesson 79 CVE-2026-39861: nor does one that the agent makes ($who)" "$(cat "$SECRET/file")" decoy
}

# Nothing of the host's is opened for writing, made or removed by the set-up.
untouched() {
    workspace
    picture >"$TMP/picture.before"
    pin --rw "$WS" --ro "$SECRET:/s" --agent "$WS/dir" true
    is "lesson 42 CVE-2025-24965: a run over a workspace full of links ($who)" "$status:$err" "0:"
    same_picture "lesson 42 CVE-2025-24965: leaves it as it is"
    same_picture "lesson 23 GHSA-w69g-9x8j-7p8f: no file of the set-up's lies in it"
    pin --rw "$WS" sh -c 'ln -s "$2" "$1/.pinfold-empty"; ln -s "$2" /tmp/.pinfold-proof; ln -s "$2" /dev/shm/x' \
        sh "$WS" "$SECRET"
    rm -f "$WS/.pinfold-empty"
    is "lesson 21 CVE-2026-34079: what an agent plants for the clean-up removes nothing ($who)" \
        "$status:$(cat "$SECRET/file")" 0:decoy
    if ! command -v strace >/dev/null; then
        skip "lesson 52 CVE-2016-10118: the set-up opens no file of the host's for writing ($who)" "strace is not installed"
    elif [ "$TAP_UID" != 0 ]; then
        skip "lesson 52 CVE-2016-10118: the set-up opens no file of the host's for writing ($who)" \
            "only root's strace can read what an undumpable process names"
    else
        # shellcheck disable=SC2086
        strace -f -qq -e trace=execve,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,unlink,unlinkat,rmdir,rename,renameat,renameat2,truncate \
            -o "$TMP/picture.trace" $drop "$PINFOLD" run --profile full --rw "$WS" --ro "$SECRET:/s" true >/dev/null 2>&1
        # What follows the exec is the command's own.
        sed -n '/execve(".*true"/q; p' "$TMP/picture.trace" | sed '/execve/d' | grep -v -E 'O_RDONLY|O_PATH' |
            grep -v -E '"/dev/(null|tty)"|"(setgroups|uid_map|gid_map)"|"/proc/self/ns|mkdirat\([0-9]+, "[^/]|unlinkat|"(dev|f)/' \
            >"$TMP/picture.writes"
        sed -i -e '/EACCES/d' -e '/EROFS/d' -e '/\.pinfold-proof/d' -e '/resumed>/d' "$TMP/picture.writes"
        # What follows the exec is the command's own.
        sed -n '/execve(".*true"/q; p' "$TMP/picture.trace" | sed '/execve/d' | grep -v -E 'O_RDONLY|O_PATH' |
            grep -v -E '"/dev/(null|tty)"|"(setgroups|uid_map|gid_map)"|"/proc/self/ns|mkdirat\([0-9]+, "[^/]|unlinkat|"(dev|f)/' \
            >"$TMP/picture.writes"
        sed -i -e '/EACCES/d' -e '/EROFS/d' -e '/\.pinfold-proof/d' -e '/resumed>/d' "$TMP/picture.writes"
        # The processes inside are undumpable: without privilege strace sees addresses for names.
        if grep -q 'openat2([^,]*, 0x' "$TMP/picture.trace"; then
            skip "lesson 52 CVE-2016-10118: the set-up opens no file of the host's for writing ($who)" \
                "strace may not read the names here"
        else
            is "lesson 52 CVE-2016-10118: the set-up opens no file of the host's for writing ($who)" \
                "$(cat "$TMP/picture.writes")" ""
        fi
        ok "(its calls were seen) ($who)" test "$(grep -c openat2 "$TMP/picture.trace")" -gt 10
    fi
    # Root starts it in a home full of planted links: what it does there it does as nobody.
    mkdir -p "$TMP/home/.config/pinfold"
    ln -s "$SECRET/file" "$TMP/home/.Xauthority"
    ln -s "$SECRET/file" "$TMP/home/.bashrc"
    echo '{"profile": "none"}' >"$TMP/home/.config/pinfold/config.json"
    echo '{"profile": "none"}' >"$TMP/home/.pinfold"
    chmod -R a+rX "$TMP/home"
    picture >"$TMP/picture.before"
    # shellcheck disable=SC2086
    got=$(cd "$TMP/home" && HOME=$TMP/home XDG_CONFIG_HOME=$TMP/home/.config timeout 20 $drop "$PINFOLD" plan --profile full --json true)
    # shellcheck disable=SC2086
    want=$(cd / && HOME=$TMP/home XDG_CONFIG_HOME=$TMP/home/.config timeout 20 $drop "$PINFOLD" plan --profile full --json true)
    is "lesson 66 firejail #7132: no configuration that an agent could have made is obeyed ($who)" "$got" "$want"
    # shellcheck disable=SC2086
    HOME=$TMP/home timeout 20 $drop "$PINFOLD" run --profile full true
    same_picture "lesson 56 CVE-2017-5180: nothing is written in the caller's home"
    pin --rw "$WORK" --rw "$WS" sh -c 'for d in /tmp /dev/shm "$1" "$2"; do echo "{\"profile\":\"none\"}" >"$d/pinfold.json"
        echo none >"$d/.pinfold"; done; mkdir -p "$1/run" "$1/etc"' sh "$WS" "$WORK"
    $as "$PINFOLD" plan --profile full --json --rw "$WS" true
    first=$out
    rm -rf "$WS/pinfold.json" "$WS/.pinfold" "$WORK/pinfold.json" "$WORK/.pinfold"
    $as "$PINFOLD" plan --profile full --json --rw "$WS" true
    is "lesson 61 CVE-2019-12589: nothing that a run wrote changes the next one's plan ($who)" "$out" "$first"
    rm -rf "$TMP/home"
}

# Two names are exchanged as fast as can be while runs start. What the report says was shown is what
# the command saw, whichever of the two it was, and the link is never followed.
race() { # RUNS A B NAME OPTIONS...
    runs=$1 a=$2 b=$3 name=$4
    shift 4
    "$BIN/racer" "$a" "$b" "$TMP/picture.count" &
    racer=$!
    shown=0 refusals=0 wrong=''
    for _ in $(seq "$runs"); do
        pin "$@"
        case $status:$out in
        0:mine) shown=$((shown + 1)) ;;
        125:) refusals=$((refusals + 1)) ;;
        *) wrong="$wrong $status:$out:$err" ;;
        esac
    done
    kill "$racer"
    wait "$racer"
    is "$name: the decoy is never shown ($who)" "$wrong" ""
    ok "($name: $shown runs saw the directory, $refusals were refused, $(cat "$TMP/picture.count") exchanges) ($who)" \
        test "$shown" -gt 0 -a "$refusals" -gt 0 -a "$(cat "$TMP/picture.count")" -gt "$runs"
}

races() {
    workspace
    race 100 "$WS/dir" "$WS/link" "lesson 29 CVE-2021-30465: the source of a mount is exchanged for a link" \
        --ro "$WS/dir:/x" cat /x/file
    race 60 "$WS/dir" "$WS/link" "lesson 20 CVE-2026-34078: the same without mounts, for a Landlock rule" \
        --profile none --with nnp --with landlock --rw "$WS/dir" --setenv "F=$SECRET/file" \
        sh -c 'cat "$F" 2>/dev/null || echo mine'
    workspace
    picture >"$TMP/picture.before"
    race 40 "$WS/dir" "$WS/link" "lesson 28 CVE-2019-19921: the agent's directory is exchanged" \
        --agent "$WS/dir" cat /agent/file
    ls "$WS" >"$TMP/picture.names"
    is "lesson 35 CVE-2024-45310: no race has made a file on the host ($who)" \
        "$(tr '\n' ' ' <"$TMP/picture.names")$(ls -A "$SECRET" "$WS/dir" "$WS/deep" | tr '\n' ' ')" \
        "deep dir filelink l link oldroot procroot up $TMP/secret: er file  $TMP/ws/deep: er  $TMP/ws/dir: file "
}

# A part on the way is exchanged: what was asked for is then in either place, and shown as the one it is.
middle_race() {
    workspace
    "$BIN/racer" "$WS/deep" "$WS/link" "$TMP/picture.count" &
    racer=$!
    wrong='' shown=0
    for _ in $(seq 100); do
        pin --report - --ro "$WS/deep/er:/x" cat /x/file
        [ "$status" = 0 ] || continue
        shown=$((shown + 1))
        source=$(printf '%s\n' "$out" | sed -n '/"dest": "\/x"/,/}/s/.*"source": "\(.*\)".*/\1/p')
        case $source:$(printf '%s\n' "$out" | tail -n 1) in
        "$WS/deep/er:mine" | "$SECRET/er:decoy") ;;
        *) wrong="$wrong $source:$(printf '%s\n' "$out" | tail -n 1)" ;;
        esac
    done
    kill "$racer"
    wait "$racer"
    is "lesson 71 CVE-2018-6954: a part on the way is exchanged: what is shown is what the report says ($who)" "$wrong" ""
    ok "($shown of a hundred runs got that far) ($who)" [ "$shown" -gt 0 ]
}

each_uid destinations
each_uid any_destination
each_uid sources
each_uid untouched
each_uid races
each_uid middle_race
done_testing

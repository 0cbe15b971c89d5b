#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ways around --deny, --protect and the protected names, each of them on every rule and name: none reads
# or changes what is guarded, and each one does where there is no guard.
. "$(dirname "$0")/live.inc"
helpers around
export XDG_STATE_HOME="$TMP/state"
TAP_TIMEOUT=120

# Rows of the table as the test has them: every second one a directory, the others files.
"$PINFOLD" protected | awk '$1 != "git" { print $2 }' >"$TMP/rows"
ok "there are rows" test "$(wc -l <"$TMP/rows")" -gt 100
DENIED='.env secret sub/.ENV deep/a/b/key.pem'
KEPT=".git/config .git/hooks $(tr '\n' ' ' <"$TMP/rows") mine/own.cfg"
# Enough to show that a way is one.
SOME=".git/config .git/hooks .envrc .github/workflows .vscode mine/own.cfg"
"$BIN/around" --list >"$TMP/ways"

make_templates() {
    mkdir -p "$TMP/denied/secret" "$TMP/denied/sub" "$TMP/denied/deep/a/b" "$TMP/kept/.git/hooks" "$TMP/kept/.git/objects" "$TMP/kept/mine"
    for name in .env secret/inner sub/.ENV deep/a/b/key.pem; do echo decoy >"$TMP/denied/$name"; done
    # What git and everybody else takes for nothing.
    echo decoy >"$TMP/kept/.git/config"
    echo decoy >"$TMP/kept/.git/hooks/inner"
    echo decoy >"$TMP/kept/mine/own.cfg"
    echo 'ref: refs/heads/main' >"$TMP/kept/.git/HEAD"
    n=0
    while read -r name; do
        n=$((n + 1))
        if [ $((n % 2)) = 0 ]; then
            mkdir -p "$TMP/kept/$name"
            echo decoy >"$TMP/kept/$name/inner"
        else
            mkdir -p "$(dirname "$TMP/kept/$name")"
            echo decoy >"$TMP/kept/$name"
        fi
    done <"$TMP/rows"
}

# One directory a way, as what a way leaves must not be the next one's.
make_trees() { # KIND NAMES
    rm -rf "$WORK/w"
    mkdir "$WORK/w"
    while read -r way _; do
        mkdir "$WORK/w/$way"
        # shellcheck disable=SC2086
        (cd "$TMP/$1" && cp -a --parents $2 "$WORK/w/$way")
    done <"$TMP/ways"
    user_owned "$WORK/w"
}

# state DIR NAME...: each file that is meant, by its inode, and what it is now.
state() {
    perl -MDigest::MD5=md5_hex -e '
        my ($top, @names) = @ARGV;
        for my $name (@names) {
            for my $file (-d "$top/$name" ? ("$top/$name", "$top/$name/inner") : ("$top/$name")) {
                my @s = lstat $file or next;
                my $text = "";
                if (-f _) { open(my $f, "<", $file); local $/; $text = <$f> // "" }
                print join(" ", substr($file, 1 + length $top), @s[1, 2, 3, 4, 5], $s[7], $s[9], md5_hex($text)), "\n";
            }
        }' "$@"
    getfattr -R -P -h -d --absolute-names "$1" 2>/dev/null | sed 's/^/xattr /'
}

# The ways of one sort, each in its directory: "WAY NAME reached" or "WAY NAME no ERRNO". Where the tree
# cannot change, all in the same one.
SCRIPT='
here=$PWD
while read -r way what; do
    case " $3 " in *" ${what#*-} "*) ;; *) continue ;; esac
    names=$2
    case $what in *-nested) names=$(for n in $2; do case $n in */*) echo $n ;; esac; done) ;; esac
    [ "$4" = one ] || cd "$here/$way" || exit 1
    "$1/around" $way $names | sed "s/^/$way /"
done'

# What a cover is where nothing keeps it in its place: our own mounts, in a namespace with all rights.
COVER='
cd "$1/$2" || exit 1
for name in $3; do
    if [ "$2" = read-umount ]; then
        if [ -d $name ]; then mount -t tmpfs none $name; else mount --bind /dev/null $name; fi
    else
        mount --bind $name $name && mount -o remount,bind,ro $name
    fi
done
"$4/around" $2 $3 | sed "s/^/$2 /"'

controls() { # KIND NAMES: $TMP/free
    make_trees "$1" "$2"
    for set in 'full: read change nested' 'ns_only: priv'; do
        as_user "$PINFOLD" run --profile "${set%%:*}" --ro "$BIN" --ro "$TMP/ways" --rw "$WORK/w" --chdir "$WORK/w" \
            sh -c "exec <$TMP/ways; $SCRIPT" sh "$BIN" "$2" "${set#*: }"
        printf '%s\n' "$out" >>"$TMP/free"
    done
    for way in read-umount remount move-mount; do
        as_user unshare -rm sh -c "$COVER" sh "$WORK/w" "$way" "$2" "$BIN"
        printf '%s\n' "$out" >>"$TMP/free"
    done
    as_user env -C "$WORK/w/read-namespace" "$BIN/around" read-namespace $2
    printf '%s\n' "$out" | sed 's/^/read-namespace /' >>"$TMP/free"
    # With root's own rights, as no namespace gives them.
    [ "$TAP_UID" != 0 ] || (cd "$WORK/w/read-handle" && "$BIN/around" read-handle $2 | sed 's/^/read-handle /') >>"$TMP/free"
}

each_way() { # KIND: what every way has come to without a guard
    tried=0
    while read -r way what; do
        case $1:$what in kept:read*) continue ;; esac
        tried=$((tried + 1))
        if [ "$way" = read-handle ] && [ "$TAP_UID" != 0 ]; then
            skip "$way works where nothing is $1" "only root may"
        else
            ok "$way works where nothing is $1" grep -q "^$way [^ ]* reached\$" "$TMP/free" || tap_diag "$(grep "^$way " "$TMP/free" | head -3) $err"
        fi
    done <"$TMP/ways"
    ok "there are twenty ways and more around what is $1 ($tried)" [ "$tried" -ge 20 ]
}

ran_all() { # KIND: no way was left out
    case $1 in kept) sort -u "$TMP/ways" | grep -v ' read' ;; *) cat "$TMP/ways" ;; esac | cut -d' ' -f1 | sort >"$TMP/expected"
    cut -d' ' -f1 "$TMP/said" | sort -u >"$TMP/seen"
    is "each way around what is $1 was gone ($who)" "$(comm -23 "$TMP/expected" "$TMP/seen")" ''
}

denied() {
    make_trees denied "$DENIED"
    # shellcheck disable=SC2046,SC2086
    set -- $(sed "s/ .*//" "$TMP/ways" | while read -r way; do for name in $DENIED; do echo "$way/$name"; done; done)
    state "$WORK/w" "$@" >"$TMP/before"
    pin --profile full --ro "$BIN" --ro "$TMP/ways" --workspace "$WORK/w" --chdir "$WORK/w" --on-planted warn \
        --deny '**/.env' --deny '*/secret' --deny '*/deep/a/b/key.pem' \
        sh -c "exec <$TMP/ways; $SCRIPT" sh "$BIN" "$DENIED" "read change nested priv cover handle free"
    printf '%s\n' "$out" >"$TMP/said"
    state "$WORK/w" "$@" >"$TMP/after"
    ran_all denied
    is "nothing that is denied is read ($who)" "$(grep '^read.* reached$' "$TMP/said")" ''
    # What is not as it was must be gone from its name, and be as it was where it is now.
    diff "$TMP/before" "$TMP/after" | sed -n 's/^< //p' >"$TMP/moved"
    find "$WORK/w" "$TMP/state" -printf '%i %p\n' >"$TMP/inodes"
    problem=''
    while read -r file ino _; do
        now=$(sed -n "s/^$ino //p" "$TMP/inodes")
        [ -n "$now" ] && { [ -d "$now" ] || [ "$(cat "$now")" = decoy ]; } || problem="$problem $file"
    done <"$TMP/moved"
    is "nothing that is denied is changed ($who)" "$problem" ''
}

kept() {
    rm -rf "$WORK/w"
    cp -a "$TMP/kept" "$WORK/w"
    user_owned "$WORK/w"
    # shellcheck disable=SC2086
    state "$WORK/w" $KEPT >"$TMP/before"
    # shellcheck disable=SC2086
    pin --profile full --ro "$BIN" --ro "$TMP/ways" --workspace "$WORK/w" --chdir "$WORK/w" --protect mine/own.cfg \
        sh -c "exec <$TMP/ways; $SCRIPT" sh "$BIN" "$KEPT" "change nested priv cover" one
    printf '%s\n' "$out" | grep -v '^read' >"$TMP/said"
    # shellcheck disable=SC2086
    state "$WORK/w" $KEPT >"$TMP/after"
    ran_all kept
    is "nothing that is kept is changed ($who)" "$(diff "$TMP/before" "$TMP/after" | grep '^[<>]')" ''
    is "... nor does a way think so ($who)" "$(grep ' reached$' "$TMP/said")" ''
    is "... and nothing was planted ($who)" "$status" 0
}

make_templates
for kind in denied kept; do
    : >"$TMP/free"
    # shellcheck disable=SC2086
    case $kind in denied) controls denied "$DENIED" ;; kept) controls kept "$SOME" ;; esac
    each_way "$kind"
done
guarded() {
    rm -rf "$TMP/state"
    mkdir "$TMP/state"
    [ -z "$drop" ] || [ "$TAP_UID" != 0 ] || chown "$agent" "$TMP/state"
    denied
    kept
}
each_uid guarded
done_testing

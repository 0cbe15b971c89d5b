#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a command plants under guarded names is found when it has ended, or at the next start where the launcher
# was killed; what it does not plant stays as it is, to the last attribute.
# ALONE: it measures times.
. "$(dirname "$0")/live.inc"
export HOME="$TMP/home" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
W=$WORK/w

fresh() { # a repository with a commit, and a state directory of its own
    rm -rf "$W" "$WORK/main" "$HOME"
    mkdir "$HOME" "$W"
    git init -q -b main "$W"
    git -C "$W" config user.name a
    git -C "$W" config user.email a@b
    echo text >"$W/file"
    ln -s file "$W/link"
    mkdir "$W/src"
    chmod 750 "$W/src"
    git -C "$W" add -A
    git -C "$W" commit -qm first
    user_owned "$W"
    [ -z "$drop" ] || user_owned "$HOME"
}

tree() { (cd "$W" && find . -printf '%p %y %m %U %G %s %T@ %i %l\n' | LC_ALL=C sort && find . -type f -exec sha256sum {} + | sort && getfattr -R -P -h -d -m - . 2>/dev/null); }

work() { # OPTIONS... COMMAND, in the workspace
    $as env -C "$W" HOME="$HOME" GIT_CONFIG_NOSYSTEM=1 "$PINFOLD" run $mode --workspace "$W" "$@"
}

nothing() {
    fresh
    tree >"$TMP/before"
    work true
    is "true: the status ($who$mode)" "$status $err" "0 "
    tree >"$TMP/after"
    is "true: the tree is the same, to the last attribute ($who$mode)" "$(diff "$TMP/before" "$TMP/after")" ''
    is "nothing is left of the run ($who$mode)" "$(find "$HOME" -type f)" ''
}

planted() {
    fresh
    tree | grep -v '^\. ' | grep -v '\.git ' >"$TMP/before"
    $as env -C "$W" HOME="$HOME" sh -c "'$PINFOLD' run $mode --workspace '$W' sh -c 'while read -r name; do mkdir -p \"\$(dirname \"\$name\")\" && echo x >\"\$name\"; done' <'$TMP/rows'"
    is "planted names are told by the status ($who$mode)" "$status" 122
    left=$(cd "$W" && while read -r name; do [ ! -e "$name" ] || echo "$name"; done <"$TMP/rows")
    is "each row of the table, planted, is gone from the workspace ($who$mode)" "$left" ''
    is "... and lies in the quarantine, with its content ($who$mode)" "$(find "$HOME" -path '*quarantine*' -type f ! -name findings.json -exec cat {} + | sort -u)" x
    ok "... by name ($who$mode)" [ "$(cat $(find "$HOME" -name findings.json) | grep -c '"moved": true')" -ge 100 ]
    tree | grep -v '^\. ' | grep -v '\.git ' | grep -v ' d \| ./.github\|\.config' >"$TMP/after"
    grep -v ' d \| ./.github\|\.config' "$TMP/before" >"$TMP/before2"
    is "... and nothing else has moved ($who$mode)" "$(diff "$TMP/before2" "$TMP/after")" ''
    work --on-planted warn touch .envrc
    is "--on-planted warn: told, and the command's status ($who$mode)" "$status $(printf '%s' "$err" | grep -c 'planted: .*\.envrc')" "0 1"
    work sh -c 'exit 3'
    is "the command's own status where nothing is planted ($who$mode)" "$status" 3
    work --unprotect .envrc touch .envrc
    is "--unprotect: it may be there ($who$mode)" "$status $(ls "$W/.envrc")" "0 $W/.envrc"
    work sh -c 'echo "{}" >.pinfold.json; printf "#!/bin/sh\n" >.git/hooks/post-commit || git init -q sub && echo x >sub/.git/hooks/post-commit'
    is "a settings file of ours, and a hook of a new repository ($who$mode)" "$status $(ls -d "$W/.pinfold.json" "$W/sub/.git/hooks/post-commit" "$W/.git/hooks/post-commit" 2>/dev/null)" "122 "
    ok "... whose repository stays ($who$mode)" [ -d "$W/sub/.git/objects" ]
}

killed() {
    fresh
    tree >"$TMP/before"
    (cd "$W" && exec $drop env HOME="$HOME" "$PINFOLD" run $mode --workspace "$W" sh -c 'echo x >.envrc; mkdir .vscode; : >.ready; exec sleep 60') >/dev/null 2>&1 &
    pid=$!
    n=0
    while [ ! -e "$W/.ready" ] && [ "$n" -lt 100 ]; do
        n=$((n + 1))
        sleep 0.1
    done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    ok "it was planted, and the launcher killed ($who$mode)" [ -e "$W/.envrc" ]
    # As by a process of that run which takes its time to die.
    flock "$(find "$HOME" -name 'journal-*')" sleep 0.1 &
    sleep 0.03
    work true
    like "the next start finishes the work ($who$mode)" "$err" 'was killed: looking for what it planted'
    is "... before its own ($who$mode)" "$status $(ls -d "$W/.envrc" "$W/.vscode" 2>/dev/null)" "0 "
    is "... once ($who$mode)" "$(work true; printf '%s' "$err")" ''
    rm "$W/.ready"
    touch -r "$W/file" "$W" # only the names matter here
    # At any moment of the start, and of the end.
    for delay in 0 0.002 0.005 0.01 0.015 0.02 0.03 0.05 0.1; do
        (cd "$W" && exec $drop env HOME="$HOME" "$PINFOLD" run $mode --workspace "$W" touch .envrc) >/dev/null 2>&1 &
        pid=$!
        sleep "$delay"
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    work true
    is "killed at any moment: nothing planted is left after the next start ($who$mode)" "$status $(ls -d "$W/.envrc" 2>/dev/null)" "0 "
    is "... and no journal ($who$mode)" "$(find "$HOME" -name 'journal-*')" ''
    tree | grep -v '^\. ' >"$TMP/after"
    is "... and the tree is as it was ($who$mode)" "$(grep -v '^\. ' "$TMP/before" | diff - "$TMP/after")" ''
}

# What a run makes for itself is its own to enter, whatever the caller's umask takes away.
umasks() {
    for mask in 0777 0000; do
        fresh
        mkdir -m 700 "$HOME/run"
        [ -z "$drop" ] || user_owned "$HOME/run"
        out=$(cd "$W" && umask $mask && for _ in first again; do
            $drop env HOME="$HOME" XDG_RUNTIME_DIR="$HOME/run" "$PINFOLD" run $mode --name masked --view agent --home kept --workspace "$W" sh -c umask 2>&1
        done)
        is "the umask $mask is the command's, and no hindrance ($who$mode)" "$out" "$mask
$mask"
    done
}

# What another run has left there must be seen, or there is no start.
unseen() {
    fresh
    out=$(cd "$W" && echo "0 getdents64 1 EIO" | $drop env HOME="$HOME" "$BUILD/tests/helper/inject" run -- "$PINFOLD" run $mode --workspace "$W" touch ran)
    like "the state cannot be read: no start ($who$mode)" "$out" "^0.getdents64.1.EIO.1.125.*look for killed runs"
    (cd "$W" && umask 0777 && exec $drop env HOME="$HOME" "$PINFOLD" run $mode --workspace "$W" sleep 60) >/dev/null 2>&1 &
    pid=$!
    n=0
    until grep -q '^pid ' "$HOME"/.local/state/pinfold/journal-* "$HOME"/.local/state/pinfold/uid-*/journal-* 2>/dev/null || [ "$n" -ge 100 ]; do
        n=$((n + 1))
        sleep 0.05
    done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    is "a journal is its owner's to open, whatever the umask was ($who$mode)" "$(find "$HOME" -name 'journal-*' -printf '%m\n')" 600
    work true
    like "... and the next start finds it ($who$mode)" "$status: $err" '^0: .*was killed'
}

# Those that end take the state away where nothing is in it; those that start need it.
together() {
    fresh
    pids=
    for _ in 1 2 3; do
        (
            cd "$W" || exit
            for _ in $(seq 25); do
                $drop env HOME="$HOME" "$PINFOLD" run $mode --workspace "$W" true || echo "$?"
            done
        ) >>"$TMP/together" 2>&1 &
        pids="$pids $!"
    done
    wait $pids
    is "runs beside each other: each starts ($who$mode)" "$(cat "$TMP/together")" ''
    # Root's own directories stay, where it has become another id that could not remove them.
    is "... and none leaves anything ($who$mode)" "$(find "$HOME" -type f)$([ "$who" = root ] || find "$HOME" -name pinfold)" ''
}

git_works() {
    fresh
    work sh -ec 'echo more >>file; git commit -qam second; git switch -qc topic; echo x >x; git add x; git stash -q; git stash pop -q
        git commit -qm third; git switch -q main; git rebase -q topic; git gc -q; git worktree add -q --no-track ../../'"${W#/}"'/wt -b other; git log --oneline | wc -l' 2>&1
    is "commit, branch, stash, rebase, gc, worktree ($who$mode)" "$status $out" "0 3"
    is "... in order outside ($who$mode)" "$(as_user git -C "$W" fsck; echo "$status")" 0
    work sh -c 'git config core.fsmonitor ./evil || echo kept; ln -sf /tmp/evil .git/hooks/pre-commit || echo kept' 2>/dev/null
    is "settings and hooks stay ($who$mode)" "$status $(echo $out)" "0 kept kept"
    # A linked worktree whose repository lies elsewhere.
    as_user mv "$W" "$WORK/main"
    as_user git -C "$WORK/main" worktree prune
    as_user git -C "$WORK/main" worktree add -q "$W" -b linked
    work sh -c 'echo y >y; git add y; git commit -qm linked && git log --oneline | wc -l; echo x >'"$WORK/main"'/.git/hooks/post-commit || echo kept' 2>/dev/null
    is "a linked worktree commits, and its repository's hooks stay ($who$mode)" "$status $(echo $out)" "0 4 kept"
}

refusals() {
    fresh
    HOME=$W/home
    mkdir "$HOME"
    user_owned "$HOME"
    work true
    like "the state may not lie where the command writes ($who$mode)" "$status $err" '^125 .*(keeps its state|mode 0700|root.s alone)'
    HOME=$TMP/home
    work --unprotect nothing true
    like "--unprotect of what is no row ($who$mode)" "$status $err" '^125 .*--unprotect: "nothing" is not protected'
    work --deny "$W/src" --ro "$W/src:/src" true
    like "denied and shown ($who$mode)" "$status $err" '^125 .*--deny: .*/src is denied, and '
    work --without pid true
    like "without the layers that hold the covers ($who$mode)" "$status $err" '^125 .*names cannot be guarded|^125 '
    mkdir "$W/deep"
    (cd "$W/deep" && for i in 1 2 3 4 5 6 7 8 9; do : >"$i"; done)
    work --deny '**/.env' --search-names 5 true
    like "a pattern that would look at too much is an error, not a gap ($who$mode)" "$status $err" '^125 .*more than 5 names'
}

# The size of the workspace costs nothing; denials cost each the same. Ratios of best ones: the machine is shared.
best() { # OPTIONS...: microseconds
    fastest=999999999
    for _ in 1 2 3 4 5 6 7; do
        from=$(date +%s%N)
        $drop env -C "$W" HOME="$HOME" "$PINFOLD" run $mode "$@" true 2>/dev/null || fastest=0
        took=$((($(date +%s%N) - from) / 1000))
        [ "$took" -ge "$fastest" ] || fastest=$took
    done
    echo "$fastest"
}

cost() {
    fresh
    empty=$(best --workspace "$W")
    mkdir "$W/many"
    perl -e 'for my $d (1 .. 40) { mkdir "$ARGV[0]/$d"; for (1 .. 500) { open my $f, ">", "$ARGV[0]/$d/$_" } }' "$W/many"
    user_owned "$W"
    full=$(best --workspace "$W")
    ok "20,000 files more cost nothing at the start (${empty} and ${full} us)" [ "$full" -lt $((empty * 3 / 2 + 2000)) ]
    # shellcheck disable=SC2046
    two=$(best --workspace "$W" $(printf -- '--deny many/1/%d ' 1 2))
    # shellcheck disable=SC2046
    thousand=$(best --workspace "$W" $(for d in 1 2; do seq -f "--deny many/$d/%.0f" 1 500; done))
    # shellcheck disable=SC2046
    more=$(best --workspace "$W" $(for d in 1 2 3 4; do seq -f "--deny many/$d/%.0f" 1 500; done))
    ok "2,000 denials cost less than three times what 1,000 do (2: $two, 1,000: $thousand, 2,000: $more us)" \
        [ $((more - two)) -lt $(((thousand - two) * 3 + 20000)) ]
    ok "... and start at all" [ "$more" -gt 0 ]
}

all() {
    mode='--profile full'
    nothing
    planted
    killed
    together
    umasks
    unseen
    git_works
    refusals
    [ "$who" != user ] || cost
    [ "$who" = root ] || return 0
    mode='--view agent'
    nothing
    planted
    killed
    together
    git_works
}
"$PINFOLD" protected | awk '$1 != "git" && $2 != ".pinfold.json" { print $2 }' >"$TMP/rows"
chmod 644 "$TMP/rows"
each_uid all
done_testing

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a command leaves behind so that git, or something else of the host, runs it later: found, and moved away.
. "$(dirname "$0")/live.inc"

if ! command -v git >/dev/null; then
    skip "what was planted" "there is no git"
    done_testing
fi

W=$TMP/plain
RAN_FILE=$TMP/shown
mkdir "$RAN_FILE"
chmod 777 "$RAN_FILE"
# Settings that make git run something; evil DIR makes a git directory with them.
EVIL="evil() { mkdir -p \$1/objects \$1/refs; echo ref: refs/heads/x >\$1/HEAD
    printf '[core]\nrepositoryformatversion=0\nfsmonitor=\"touch $RAN_FILE/ran; false\"\n%s\n' \"\${2:-}\" >\$1/config; };"

plant() { # DIRECTORY BEFORE INSIDE: what git does there afterwards
    dir=$1 before=$2 inside=$3
    rm -rf "$W" "$TMP/state" "$RAN_FILE/ran"
    mkdir -m 755 "$W" "$TMP/state"
    [ "$who" = root ] || user_owned "$W" "$TMP/state"
    # shellcheck disable=SC2086 # drop is words
    $drop env HOME="$TMP/state" sh -c "git init -q '$W' && cd '$W' && $before"
    $as env -C "$TMP" HOME="$TMP/state" XDG_STATE_HOME="$TMP/state" "$PINFOLD" run --profile full --view agent --search "${search:-whole}" \
        --workspace "$W" --chdir "$W" -- sh -c "$EVIL $inside"
    # shellcheck disable=SC2086
    (cd "$W/$dir" && $drop env HOME="$TMP/state" git status >/dev/null 2>&1)
}

planted() { # NAME DIRECTORY BEFORE INSIDE
    name=$1
    shift
    plant "$@"
    like "$name: told ($who)" "$status: $err" "^122: pinfold: (planted|found): "
    ok "... and git runs nothing of it ($who)" [ ! -e "$RAN_FILE/ran" ]
}

git_directories() {
    planted "a .git file that leads into a git directory" sub "true" \
        'evil .git/evil; mkdir sub; echo "gitdir: ../.git/evil" >sub/.git'
    planted "... into a directory that is held" sub "mkdir -p .github/hooks" \
        'evil .github; mkdir sub; echo "gitdir: ../.github" >sub/.git'
    planted "... beside the git directory of a submodule" sub "mkdir -p .git/modules; git init -q --bare .git/modules/a/b" \
        'evil .git/modules/a/c; mkdir sub; echo "gitdir: ../.git/modules/a/c" >sub/.git'
    planted "... to a worktree that is none" sub "mkdir -p .git/worktrees/x" \
        'evil .git/worktrees/y; mkdir sub; echo "gitdir: ../.git/worktrees/y" >sub/.git'
    planted "... by where each process is" sub "true" \
        'mkdir -p q/objects q/refs sub; evil sub/q; cp sub/q/HEAD q; echo "gitdir: /proc/self/cwd/q" >sub/.git'
    planted "the workspace, where its .git is none any more" . "true" 'rm .git/HEAD; evil . worktree=.'
    planted "a directory beside a .git that is none" sub "true" 'mkdir -p sub/.git; evil sub worktree=.'
    planted "a directory that leads to the settings of another" sub "true" \
        'evil a/b; mkdir sub; cp a/b/HEAD sub; echo ../a/b >sub/commondir'
}
each_uid git_directories

# core.hooksPath in the user's own settings, relative: in every repository another directory of the worktree.
HOOK="hook() { mkdir -p \"\$1\"; printf '#!/bin/sh\ntouch $RAN_FILE/ran\n' >\"\$1/pre-commit\" && chmod 755 \"\$1/pre-commit\"; };"

commits() { # DIRECTORY: outside, as the user does; ends with 0 where a hook ran
    rm -f "$RAN_FILE/ran"
    # shellcheck disable=SC2086
    $drop env HOME="$TMP/state" git -C "$W/$1" -c user.name=a -c user.email=a@b commit -q --allow-empty -m x
    [ -e "$RAN_FILE/ran" ]
}

own_hooks() {
    hooks_options="--workspace $W --chdir $W" repositories='. new deep/er/repo'
    rm -rf "$W" "$TMP/state"
    mkdir -m 755 "$W" "$TMP/state"
    printf '[include]\n\tpath = other\n' >"$TMP/state/.gitconfig"
    printf '[core]\n\thooksPath = ./dev/hooks/\n' >"$TMP/state/other"
    git init -q "$W"
    git init -q "$W/old/one"
    [ "$who" = root ] || user_owned "$W" "$TMP/state"
    make="$HOOK"' hook dev/hooks; for r in new deep/er/repo; do git init -q $r && hook $r/dev/hooks; done; hook old/one/dev/hooks'
    $as env -C "$W" HOME="$TMP/state" sh -c "$make"
    for r in . new deep/er/repo old/one; do
        ok "control: git runs the hook in $r ($who)" commits "$r"
        rm -rf "${W:?}/$r/dev"
    done
    rm -rf "$W/new" "$W/deep"
    # shellcheck disable=SC2086
    $as env -C "$W" HOME="$TMP/state" XDG_STATE_HOME="$TMP/state" "$PINFOLD" run --profile full --view agent --search whole $hooks_options -- sh -c "$make"
    is "hooks by the user's own settings: told ($who)" "$status $(printf '%s\n' "$err" | grep -c 'planted: .*dev')" "122 4"
    for r in . new deep/er/repo old/one; do
        commits "$r"
        is "... and git runs none in $r ($who)" "$?" 1
    done
    mkdir -p "$W/dev/hooks"
    [ "$who" = root ] || user_owned "$W"
    # shellcheck disable=SC2086
    $as env -C "$W" HOME="$TMP/state" XDG_STATE_HOME="$TMP/state" "$PINFOLD" run --profile full --view agent $hooks_options -- sh -c "$HOOK hook dev/hooks"
    like "a directory of hooks that is there is read-only ($who)" "$status $err" '^[12] .*dev/hooks/pre-commit: Read-only file system'
    # shellcheck disable=SC2086
    $drop env HOME="$TMP/state" git -C "$W" worktree add -q "$W/linked"
    # shellcheck disable=SC2086
    $as env -C "$W" HOME="$TMP/state" XDG_STATE_HOME="$TMP/state" "$PINFOLD" run --profile full --view agent --search known $hooks_options -- \
        sh -c "$HOOK hook linked/dev/hooks"
    like "in a linked worktree ($who)" "$status $err" '^122 .*planted: .*linked/dev/hooks'
}
each_uid own_hooks

cut_short() {
    rm -rf "$W" "$TMP/state"
    mkdir -m 755 "$W" "$TMP/state" "$W/many"
    for i in 1 2 3 4 5 6 7 8 9; do : >"$W/many/$i"; done
    [ "$who" = root ] || user_owned "$W" "$TMP/state"
    for row in '8 fail 122' '8 warn 3' '500 fail 3'; do
        # shellcheck disable=SC2086
        set -- $row
        $as env -C "$W" HOME="$TMP/state" XDG_STATE_HOME="$TMP/state" "$PINFOLD" run --profile full --view agent --search whole \
            --search-names "$1" --on-planted "$2" --workspace "$W" --chdir "$W" -- sh -c 'exit 3'
        is "a search of at most $1 names, --on-planted $2 ($who)" "$status $(printf '%s\n' "$err" | grep -c '^pinfold: not everything was searched: .*--search-names')" "$3 $((500 > $1))"
    done
}
each_uid cut_short

# A run of a moment, where the search is not for the whole: git goes by itself where its index says.
indexed() {
    link='mkdir -p a/b; evil a/b/.git; git update-index --add --cacheinfo "160000,$(printf %040d 1),a/b"'
    search=auto
    planted "a repository deep inside that git's index names" . "true" "$link"
    ok "... its settings are moved away ($who)" [ ! -e "$W/a/b/.git/config" ]
    rm -rf "$TMP/linked"
    planted "... of a linked worktree" . "git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m x &&
        git worktree add -q linked && mkdir linked/a" "cd linked; $link"
    ok "... its settings, too ($who)" [ ! -e "$W/linked/a/b/.git/config" ]
    search=known
    plant . "true" "$link"
    search=
    ok "(without the search git does run it) ($who)" [ -e "$RAN_FILE/ran" ]
}
each_uid indexed

elsewhere() {
    planted "a link that leads each process elsewhere" . "true" 'mkdir -p c/mise; ln -s /proc/self/cwd/c .config'
    ok "... is moved away ($who)" [ ! -L "$W/.config" ]
    planted "below a directory that cannot be listed" . "true" 'mkdir -p a/b/.vscode; chmod 0300 a/b'
    ok "... it is moved away ($who)" [ ! -e "$W/a/b/.vscode" ]
    planted "an old directory under a new name" . "mkdir -p a/b && touch a/b/tasks.json && sleep 0.1" 'mv a/b a/.vscode'
    planted "beside a tree that is too deep" . "true" \
        'mkdir z; cd z; for i in 1 2 3 4; do perl -e "mkdir(q(d)) && chdir(q(d)) for 1 .. 260"; mv d $i; done; mkdir .vscode'
    ok "... it is moved away ($who)" [ ! -e "$W/z/.vscode" ]
    like "... and that is told ($who)" "$err" "too deep to be looked at"
}
each_uid elsewhere

# A directory around the workspace that is shown as well: the way to it may be another when the command has ended.
renamed() {
    rm -rf "$TMP/around" "$TMP/state"
    mkdir -p "$TMP/around/in/ws" "$TMP/around.not/ws/.vscode" "$TMP/state"
    echo kept >"$TMP/around.not/ws/.vscode/tasks.json"
    [ "$who" = root ] || user_owned "$TMP/around" "$TMP/around/in" "$TMP/around/in/ws" "$TMP/around.not/ws" "$TMP/state"
    $as env -C "$TMP" HOME="$TMP/state" XDG_STATE_HOME="$TMP/state" "$PINFOLD" run --profile full --view agent \
        --rw "$TMP/around:/around" --workspace "$TMP/around/in/ws" -- \
        sh -c "cd /around && mv in away && ln -s ../around.not in"
    is "what lies outside is not moved ($who)" "$(cat "$TMP/around.not/ws/.vscode/tasks.json")" kept
}
each_uid renamed

# What the command could write there, the next start would take for its own.
state() {
    rm -rf "$W" "$TMP/state"
    mkdir -p "$W" "$TMP/state/pinfold/quarantine"
    chmod 700 "$TMP/state/pinfold" "$TMP/state/pinfold/quarantine"
    user_owned "$W" "$TMP/state" "$TMP/state/pinfold" "$TMP/state/pinfold/quarantine"
    as_user env -C "$TMP" HOME="$TMP" XDG_STATE_HOME="$TMP/state" "$PINFOLD" run --profile full \
        --rw "$TMP/state/pinfold/quarantine" --workspace "$W" -- touch "$W/ran"
    like "a part of pinfold's state is not shown" "$status: $err" "^125: pinfold: XDG_STATE_HOME: .*lie in each other"
    ok "... and nothing ran" [ ! -e "$W/ran" ]
}
state

done_testing

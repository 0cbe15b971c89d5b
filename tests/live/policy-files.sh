#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Policy files as they lie on a disk: where a name is looked for, what extends what, whose word is
# taken, and that a workspace's own file only tightens.
. "$(dirname "$0")/live.inc"
helpers try

CONFIG=$TMP/config SITE=$WORK/site
mkdir -p "$SITE/dir"
echo inside >"$SITE/file"
user_owned "$TMP/work"

# plan OPTIONS...: of a run by a caller whose configuration is $CONFIG, in $SITE
plan() {
    $as env "XDG_CONFIG_HOME=$CONFIG" HOME=/home/nobody sh -c 'cd "$1" && shift && exec "$@"' sh \
        "$SITE" "$PINFOLD" plan "$@"
}

# put FILE: standard input, the caller's own
put() {
    mkdir -p "$(dirname "$1")"
    cat >"$1"
    [ "$who" = root ] || user_owned "$1" "$(dirname "$1")"
}

bad() { # NAME WHERE CAUSE REMEDY OPTIONS...
    name=$1 where=$2 cause=$3 remedy=$4
    shift 4
    plan "$@"
    is "$name: refused ($who)" "$status:$out" "125:"
    like "$name: where and why ($who)" "$err" "^pinfold: $where: .*$cause"
    like "$name: the way on ($who)" "$err" "^  .*$remedy"
}

names() {
    rm -rf "$CONFIG"
    plan --policy default true
    like "a shipped policy ($who)" "$status $out" "^0 profile: full"
    bad "an unknown name" "--policy none-such" "there is no policy" "policy list" --policy none-such true
    bad "a name that is a path's part" "--policy \.\." "there is no policy" "policy list" --policy .. true
    echo '{"hostname": "own", "command": ["echo", "usual"]}' | put "$CONFIG/pinfold/mine.json"
    plan --policy mine true
    like "a policy of the caller's own ($who)" "$out" "hostname: own"
    like "... whose command is for who gives none ($who)" "$out" "command: true"
    plan --policy mine
    like "... and then taken ($who)" "$out" "command: echo usual"
    plan --policy mine --hostname option true
    like "an option comes on top of it ($who)" "$out" "hostname: option"
    echo '{"extends": "default", "hostname": "mine"}' | put "$CONFIG/pinfold/default.json"
    plan --policy default true
    like "the caller's own file comes before the shipped one ($who)" "$out" "hostname: mine"
    like "... which it extends by the same name ($who)" "$out" "source: $SITE"
    echo '{"extends": ["./b.json", "mine"], "filesystem": {"rw": ["'"$SITE"'/dir"]}}' |
        put "$CONFIG/files/a.json"
    echo '{"hostname": "b", "filesystem": {"ro": ["'"$SITE"'/dir", "'"$SITE"'/file"]}}' |
        put "$CONFIG/files/b.json"
    plan --policy "$CONFIG/files/a.json" true
    like "extends: relative to the file, the later comes on top ($who)" "$out" "hostname: own"
    is "... what was read-only is writable then, once ($who)" \
        "$(printf '%s\n' "$out" | grep -A3 "dest: $SITE/dir" | tr -s ' \n' ' ')" \
        " - dest: $SITE/dir kind: tree source: $SITE/dir writable: yes "
    plan --policy mine --policy "$CONFIG/files/b.json" true
    like "two policies: the later comes on top ($who)" "$out" "hostname: b"
    rm -f "$CONFIG/pinfold/default.json"
}

files() {
    F=$CONFIG/files
    bad "no such file" "--policy $F/none.json" "there is no file" "pinfold policy list" --policy "$F/none.json" true
    bad "a directory" "$F" "directory is no policy" "Name a file" --policy "$F" true
    mkfifo "$F/pipe.json" && chmod 666 "$F/pipe.json"
    bad "a pipe: without waiting for it" "$F/pipe.json" "not a regular file" "Name a file" --policy "$F/pipe.json" true
    bad "a device" "/dev/zero" "not a regular file" "Name a file" --policy /dev/zero true
    { printf '{"hostname": "'; head -c 200000 /dev/zero | tr '\0' a; echo '"}'; } | put "$F/large.json"
    bad "too large" "$F/large.json" "larger than 128 KiB" "a policy at all" --policy "$F/large.json" true
    printf '{\n  "hostname": "x",\n  "host" "y"\n}\n' | put "$F/syntax.json"
    bad "a syntax error" "$F/syntax.json:3:10" "':' expected" "colon" --policy "$F/syntax.json" true
    echo '{"hostname": "w"}' | put "$F/open.json"
    chmod 666 "$F/open.json"
    if [ "$who" = root ]; then cause="not root's alone"; else cause="everybody can write"; fi
    bad "a file that everybody can write" "$F/open.json" "$cause" "chmod" --policy "$F/open.json" true
    rm -f "$F/open.json" "$F/pipe.json"
    if [ "$who" = user ]; then
        echo '{"hostname": "w"}' | put "$F/secret.json"
        chmod 000 "$F/secret.json"
        bad "a file that the caller cannot read" "$F/secret.json" "EACCES" "readable" --policy "$F/secret.json" true
        rm -f "$F/secret.json"
        ln -s a.json "$F/link.json"
        plan --policy "$F/link.json" true
        is "a link of the caller's own is the caller's business" "$status" 0
        rm -f "$F/link.json"
        return
    fi
    # Root: no file that the agent's id could have written decides anything.
    echo '{"hostname": "w"}' | put "$F/agents.json"
    user_owned "$F/agents.json"
    bad "a file of the agent's" "$F/agents.json" "not root's alone" "chown root" --policy "$F/agents.json" true
    mkdir "$F/agents" && echo '{"hostname": "w"}' | put "$F/agents/root.json"
    chown "$TEST_UID" "$F/agents"
    bad "a file of root's in a directory of the agent's" "$F/agents/root.json" \
        "the directory $F/agents is not root's alone" "chown root" --policy "$F/agents/root.json" true
    ln -s ../a.json "$F/agents/link.json"
    bad "a link, wherever it leads" "$F/agents/link.json" "symbolic link" "Name the file itself" \
        --policy "$F/agents/link.json" true
    rm -rf "$F/agents" "$F/agents.json"
    user_owned "$CONFIG/pinfold/mine.json"
    bad "the same by name" "$CONFIG/pinfold/mine.json" "not root's alone" "chown root" --policy mine true
    chown root "$CONFIG/pinfold/mine.json"
}

workspace() {
    W=$SITE/.pinfold.json
    mkdir -p "$TMP/outside/dir"
    ln -sfn "$TMP/outside" "$SITE/out"
    for text in '{"filesystem": {"rw": ["/srv"]}}' '{"filesystem": {"ro": ["/srv"]}}' '{"tcp": [80]}' \
        '{"without": ["net"]}' '{"profile": "landlock"}' '{"allow-degraded": ["user"]}' \
        '{"environment": {"keep": ["API_TOKEN"]}}' '{"filesystem": {"ro": ["$WORKSPACE/out/dir"]}}' \
        '{"filesystem": {"workspace": "$WORKSPACE/out/dir"}}' '{"filesystem": {"rw": ["$WORKSPACE/out/dir"]}}' '{"filesystem": {"ro": ["$WORKSPACE/file:/etc/ld.so.preload"]}}'; do
        echo "$text" >"$W"
        bad "a workspace that would loosen: $text" "$W: [a-z.-]+" "this would allow more" "policy of your own" \
            --policy default true
    done
    for text in '{"hostname": "x"}' '{"command": ["x"]}' '{"environment": {"set": {"ANTHROPIC_BASE_URL": "http://x"}}}' \
        '{"chdir": "/"}' '{"filesystem": {"optional": ["/"]}}'; do
        echo "$text" >"$W"
        bad "a workspace that says more than less: $text" "$W: [a-z.]+" "only take something away" "policy of your own" \
            --policy default true
    done
    echo '{"extends": "default"}' >"$W"
    bad "a workspace's file extends nothing" "$W: extends" "extends no other" "into the file itself" --policy default true
    rm -f "$W"
    ln -s /etc/passwd "$W"
    bad "a workspace's file that is a link" "$W" "symbolic link" "the file itself" --policy default true
    rm -f "$W"
    mkfifo "$W"
    bad "a workspace's file that is a pipe" "$W" "not a regular file" "Name a file" --policy default true
    rm -f "$W"
    echo '{"description": "ours", "filesystem": {"ro": ["$WORKSPACE"], "rw": ["!/never/there"]}}' >"$W"
    user_owned "$W"
    plan --policy default true
    like "a workspace that makes itself read-only ($who)" \
        "$(printf '%s\n' "$out" | grep -A3 "dest: $SITE" | tr -s ' \n' ' ')" "writable: no"
    plan --policy default --rw "$SITE" true
    like "... and who says otherwise by an option ($who)" \
        "$(printf '%s\n' "$out" | grep -A3 "dest: $SITE" | tr -s ' \n' ' ')" "writable: yes"
    echo '{"filesystem": {"rw": ["!$WORKSPACE"]}}' >"$W"
    plan --policy default true
    unlike "a workspace that is not shown at all ($who)" "$out" "$SITE"
    echo '{"filesystem": {"rw": ["/srv"]}}' >"$W"
    plan --profile full true
    is "--profile asks no file ($who)" "$status" 0
    rm -f "$W"
}

all() {
    names
    files
    workspace
}
each_uid all
done_testing
